"""What may change of a site: it is added, opens, closes, opens again, moves, has hours, names and days after which it is silent.

Before: `db.reference_changes`, which keeps and undoes. After: `db.reference_commands`, `dashboard.actions.reference`.
"""

from collections.abc import Sequence
from datetime import date
from math import cos, hypot, radians
from typing import NamedTuple

from sqlalchemy import Connection, select

from dashboard import french
from dashboard.forms.reference_names import normalise
from dashboard.period import today
from db import read
from db.codes import ALL
from db.models import Commune
from db.reference import slug
from db.reference_changes import Change, Make, Recorder, one_line
from db.shared_types import BEGINNING, Location, Place
from db.write import Refused

KINDS = ("CCSP", "GSRU")
LONGEST_NAME, LONGEST_CODE, LONGEST_ALIASES = 120, 60, 1_000
MOST_SILENT = 366  # days
FARTHEST = 366  # days to come of which one may speak
A_DAY = 24 * 60  # minutes
KM_A_DEGREE = 111.2
SOUTH, NORTH, WEST, EAST = 6.0, 12.6, 0.7, 3.9  # within which Benin lies
OTHER_DEPARTMENT = (
    "{} est dans un autre département ({}) : ses chiffres passés resteraient dans celui de maintenant. Fermer ce centre et en"
    " ouvrir un autre."
)


class NewSite(NamedTuple):
    """A site to add. point: latitude and longitude, those of the commune where None."""

    kind: str
    commune: str
    launched_on: date | None
    name: str = ""
    host: str = ""
    aliases: str = ""
    point: tuple[float, float] | None = None


def site(connection: Connection, code: str) -> Place:
    """The site of that code. Raises Refused."""
    for place in read.places(connection, ALL):
        if place.code == code.strip().lower():
            return place
    raise Refused(f"Centre inconnu : « {code[:60]} ».")


def add_site(new: NewSite) -> Make:
    """A site that the network did not have."""

    def make(recorder: Recorder) -> Change:
        if new.kind not in KINDS:
            raise Refused(f"Le type est {french.join_words(list(KINDS), 'ou')}.")
        commune = _commune(recorder.connection, new.commune)
        _not_too_far(new.launched_on)
        name = one_line(new.name, LONGEST_NAME) or _usual_name(new.kind, commune.name)
        aliases = _aliases(new.aliases)
        places = read.places(recorder.connection, ALL)
        _refuse_taken(places, "", (name, *aliases))
        lat, lon = new.point or (commune.lat, commune.lon)
        _refuse_elsewhere(lat, lon)
        added = recorder.add(
            "site",
            {
                "code": _free_code(f"{new.kind} {commune.name}", {p.code for p in places}),
                "kind": new.kind,
                "name": name,
                "host": one_line(new.host, LONGEST_NAME),
                "aliases": ";".join(aliases),
                "launched_on": new.launched_on,
            },
        )
        number = added["id"]
        recorder.add("site_period", {"site_id": number, "opens_on": BEGINNING})
        recorder.add(
            "site_location",
            {
                "site_id": number,
                "valid_from": BEGINNING,
                "commune_id": commune.id,
                "lat": lat,
                "lon": lon,
            },
        )
        opens = f", ouvert le {_day(new.launched_on)}" if new.launched_on else ""
        point = "au point donné" if new.point else "au point de la commune"
        return Change(f"{name} : ajouté à {commune.name}, {point}{opens} (code {added['code']})")

    return make


def set_site(
    code: str,
    name: str | None = None,
    aliases: str | None = None,
    host: str | None = None,
    launched_on: date | None = None,
    silent_after: int | None = None,
    *,
    usual_silence: bool = False,
) -> Make:
    """Names of a site, its launch, the days after which it is silent; None: as it is. usual_silence: as for the others."""

    def make(recorder: Recorder) -> Change:
        place = site(recorder.connection, code)
        values: dict[str, object] = {}
        told = []
        if name is not None and (new_name := one_line(name, LONGEST_NAME)) != place.name:
            if not new_name:
                raise Refused("Un centre a un nom.")
            values["name"] = new_name
            told.append(f"s'appelle maintenant « {new_name} »")
        if aliases is not None and (listed := _aliases(aliases)) != _aliases(place.aliases):
            values["aliases"] = ";".join(listed)
            told.append(
                f"s'écrit aussi {', '.join(f'« {a} »' for a in listed) or 'de cette seule façon'}"
            )
        if host is not None:
            values["host"] = one_line(host, LONGEST_NAME)
            told.append(f"hôte : {values['host'] or 'non renseigné'}")
        if launched_on is not None and launched_on != place.launched_on:
            _not_too_far(launched_on)
            values["launched_on"] = launched_on
            told.append(f"ouvert officiellement le {_day(launched_on)}")
        if usual_silence and place.silent_after is not None:
            values["silent_after"] = None
            told.append("muet après autant de jours que les autres")
        elif silent_after is not None and silent_after != place.silent_after:
            if not 1 <= silent_after <= MOST_SILENT:
                raise Refused(f"Muet après : de 1 à {MOST_SILENT} jours.")
            values["silent_after"] = silent_after
            told.append(f"muet après {french.days(silent_after)}")
        spellings = [str(values.get("name", place.name))]
        spellings += _aliases(str(values.get("aliases", place.aliases)))
        _refuse_taken(read.places(recorder.connection, ALL), place.code, spellings)
        if values:
            recorder.change("site", {"id": place.id}, values)
        return Change(f"{place.name} : {', '.join(told)}")

    return make


def close_site(code: str, day: date) -> Make:
    """The service of a site ends before a day; of one that is closed, the day is another one."""

    def make(recorder: Recorder) -> Change:
        place = site(recorder.connection, code)
        opens, closes = place.periods[-1]
        if closes == day:
            raise Refused(f"{place.name} est déjà fermé depuis le {_day(closes)}.")
        first = max(opens, place.begins_on or opens)
        if day <= first:
            raise Refused(
                f"{place.name} sert depuis le {_day(first)} : il ne peut fermer qu'après ce jour."
            )
        _not_too_far(day)
        key = {"site_id": place.id, "opens_on": opens}
        recorder.change("site_period", key, {"closes_on": day})
        instead = f" (et non du {_day(closes)})" if closes else ""
        return Change(f"{place.name} : fermé à partir du {_day(day)}{instead}")

    return make


def reopen_site(code: str, day: date) -> Make:
    """A site that closed serves again from a day on."""

    def make(recorder: Recorder) -> Change:
        place = site(recorder.connection, code)
        opens, closes = place.periods[-1]
        if closes is None:
            raise Refused(f"{place.name} n'est pas fermé.")
        if day < closes:
            raise Refused(
                f"{place.name} est fermé depuis le {_day(closes)} : il ne peut rouvrir avant."
            )
        _not_too_far(day)
        if day == closes:  # it never closed
            key = {"site_id": place.id, "opens_on": opens}
            recorder.change("site_period", key, {"closes_on": None})
        else:
            recorder.add("site_period", {"site_id": place.id, "opens_on": day})
        return Change(f"{place.name} : rouvert le {_day(day)}")

    return make


def move_site(
    code: str, commune_name: str, day: date, point: tuple[float, float] | None = None
) -> Make:
    """A site stands elsewhere from a day on, in its department. point: latitude and longitude, those of the commune where
    None."""

    def make(recorder: Recorder) -> Change:
        place = site(recorder.connection, code)
        commune = _commune(recorder.connection, commune_name or place.commune)
        if commune.department != place.department:
            raise Refused(OTHER_DEPARTMENT.format(commune.name, commune.department))
        if day > today():
            raise Refused(
                f"Le {_day(day)} n'est pas encore venu : noter le déplacement ce jour-là."
            )
        last = place.locations[-1]
        if day <= BEGINNING:
            raise Refused(f"Le {_day(day)} est trop ancien.")
        if day < last.valid_from:
            raise Refused(
                f"{place.name} a déjà changé de lieu le {_day(last.valid_from)} : annuler d'abord ce changement."
            )
        lat, lon = point or (commune.lat, commune.lon)
        _refuse_elsewhere(lat, lon)
        values = {"commune_id": commune.id, "lat": lat, "lon": lon}
        if (commune.name, lat, lon) == (last.commune, last.lat, last.lon):
            raise Refused(f"{place.name} est déjà là.")
        if day == last.valid_from:
            recorder.change("site_location", {"site_id": place.id, "valid_from": day}, values)
        else:
            recorder.add("site_location", {"site_id": place.id, "valid_from": day, **values})
        there = Location(day, commune.name, place.population, lat, lon)
        return Change(
            f"{place.name} : {_place(there)} depuis le {_day(day)}, avant {_place(last)},"
            f" à {_distance(last, there)} de là"
        )

    return make


def set_hours(code: str, day: date, hours: Sequence[tuple[int, int, int]]) -> Make:
    """The hours of a site from a day on. hours: weekday (0 = Monday), minutes at which it opens and closes."""

    def make(recorder: Recorder) -> Change:
        place = site(recorder.connection, code)
        _not_too_far(day)
        if not hours:
            raise Refused(
                "Donner les heures d'un jour au moins ; un centre qui n'ouvre plus se ferme."
            )
        if len({weekday for weekday, *_ in hours}) < len(hours):
            raise Refused("Un jour de la semaine est donné deux fois.")
        for weekday, opens, closes in hours:
            if not (0 <= weekday <= 6 and 0 <= opens < closes <= A_DAY):
                raise Refused("Un centre ouvre avant de fermer, de 0 h à 24 h.")
        in_force = place.week_on(day)
        if in_force is not None and in_force.hours == tuple(sorted(hours)):
            raise Refused(f"{place.name} a déjà ces heures.")
        for week in place.weeks:
            if week.valid_from == day:
                for weekday, *_ in week.hours:
                    recorder.remove(
                        "site_hours",
                        {"site_id": place.id, "valid_from": day, "weekday": weekday},
                    )
        for weekday, opens, closes in sorted(hours):
            recorder.add(
                "site_hours",
                {
                    "site_id": place.id,
                    "valid_from": day,
                    "weekday": weekday,
                    "opens_at": opens,
                    "closes_at": closes,
                },
            )
        return Change(f"{place.name}, depuis le {_day(day)} : {french.opening_hours(hours)}")

    return make


def _commune(connection: Connection, name: str) -> Commune:
    wanted = normalise(name)
    rows = connection.execute(
        select(Commune.id, Commune.name, Commune.department, Commune.lat, Commune.lon)
    )
    for row in rows:
        if normalise(row.name) == wanted:
            return row  # type: ignore[return-value]
    raise Refused(f"Commune inconnue : « {name[:60]} ».")


def _usual_name(kind: str, commune: str) -> str:
    return f"{kind} {french.elide('de', commune)}"


def _aliases(text: str) -> tuple[str, ...]:
    """Other spellings, separated by semicolons, each once."""
    return tuple(dict.fromkeys(filter(None, (one_line(a, LONGEST_NAME) for a in text.split(";")))))


def _refuse_taken(places: Sequence[Place], own: str, spellings: Sequence[str]) -> None:
    """Raises Refused where files would write a spelling for another site."""
    if sum(map(len, spellings)) > LONGEST_ALIASES:
        raise Refused(f"Les autres noms font {LONGEST_ALIASES} caractères au plus.")
    wanted = {normalise(spelling): spelling for spelling in spellings}
    stands = {one.commune for place in places if place.code == own for one in place.locations}
    for other in places:
        if other.code != own:
            communes = [one.commune for one in other.locations if one.commune not in stands]
            for spelling in (other.code, other.name, *_aliases(other.aliases), *communes):
                if taken := wanted.get(normalise(spelling)):
                    raise Refused(f"« {taken} » désigne déjà {other.name} : choisir un autre nom.")


def _free_code(text: str, taken: set[str]) -> str:
    code = slug(text)[: LONGEST_CODE - 4].rstrip("-")
    return next(c for c in (code, *(f"{code}-{n}" for n in range(2, 1000))) if c not in taken)


def _place(one: Location) -> str:
    """« à Nikki (9,9485 ; 3,2010) »."""
    return f"à {one.commune} ({french.number(one.lat, 4)} ; {french.number(one.lon, 4)})"


def _distance(one: Location, other: Location) -> str:
    """« 1,4 km », as the crow flies."""
    north, east = one.lat - other.lat, (one.lon - other.lon) * cos(radians(one.lat))
    return f"{french.number(KM_A_DEGREE * hypot(north, east), 1)}{french.SPACE}km"


def _not_too_far(day: date | None) -> None:
    if day is not None and not (day > BEGINNING and (day - today()).days <= FARTHEST):
        raise Refused(f"Le {_day(day)} est trop loin : vérifier l'année.")


def _refuse_elsewhere(lat: float, lon: float) -> None:
    if not (SOUTH <= lat <= NORTH and WEST <= lon <= EAST):
        raise Refused(
            "Ce point n'est pas au Bénin : la latitude va de 6 à 12,6, la longitude de 0,7 à 3,9."
        )


def _day(day: date) -> str:
    return french.date_short(day)
