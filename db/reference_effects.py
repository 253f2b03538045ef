"""What a change of reference data does to figures, in sentences: open days by year, sites in service, communes with a centre.

Before: `db.reference_changes`. After: `db.reference_commands`, and `dashboard.actions.reference`, which adds what changes on
pages.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np
from sqlalchemy import Connection

from dashboard import french
from dashboard.period import ONE_DAY, day_number, today
from db import read
from db.codes import ALL
from db.shared_types import Place
from db.working_days import open_days, public_holidays
from db.write import Refused

CHANGED_MEANWHILE = (
    "Ce changement ferait autre chose que ce que vous avez lu : relire ce qu'il fait."
)
NO_EFFECT = "Aucun jour ouvert ne change."
LISTED = 3  # sites that are named


@dataclass(frozen=True)
class Calendar:
    """The days of the network. places: the sites; is_open: (S, D) whether each is to be open on each day from `first` to the
    end of next year; is_expected: (S, D) whether its register is, so not on days that are closed and confirmed, but on those
    that the site alone says closed; serves: (S,) whether it is in service today."""

    places: tuple[Place, ...]
    first: date
    is_open: np.ndarray
    is_expected: np.ndarray
    serves: np.ndarray


class Watch:
    """Watches a change: the days of the network before and after it. expected: what was said of it, as `digest` has it; where it
    is something else by now, Refused is raised."""

    def __init__(self, expected: str | None = None) -> None:
        self.calendars: list[Calendar] = []
        self.expected = expected

    def __call__(self, connection: Connection) -> None:
        """Look at the days before the change, then after it."""
        self.calendars.append(load_calendar(connection))
        if len(self.calendars) == 2 and self.expected not in (None, self.digest):
            raise Refused(CHANGED_MEANWHILE)

    @property
    def sentences(self) -> list[str]:
        """What the change does, a sentence each."""
        before, after = self.calendars
        return effect_sentences(before, after)

    @property
    def digest(self) -> str:
        """A digest of these sentences."""
        return sha256(json.dumps(self.sentences).encode()).hexdigest()[:16]


def load_calendar(connection: Connection) -> Calendar:
    """The days of the network as the database has them."""
    places, now = read.places(connection, ALL), today()
    known = [d for p in places for d in (p.first_activity, p.launched_on) if d]
    first, last = min([*known, now]), date(now.year + 1, 12, 31)
    origin, width = day_number(first), (last - first).days + 1
    closures = read.closures(connection, ALL, first, last)
    holidays = public_holidays(connection, first, last)
    return Calendar(
        places,
        first,
        open_days(places, closures, holidays, origin, width),
        open_days(places, [c for c in closures if c.confirmed], holidays, origin, width),
        np.array([place.is_in_service(now) for place in places], dtype=bool),
    )


def effect_sentences(before: Calendar, after: Calendar) -> list[str]:
    """What changes from one state of the reference data to another, a sentence each; NO_EFFECT where no day does."""
    days = [*_open_days(before, after), *_expected_days(before, after)] or [NO_EFFECT]
    return [*days, *_in_service(before, after), *_communes(before, after)]


def _open_days(before: Calendar, after: Calendar) -> list[str]:
    """How many open days each year gains or loses, and at which sites; those to come apart."""
    days_before, days_after = (_days_by_site(one, one.is_open) for one in (before, after))
    by_year: dict[int, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    now = today()
    for code in days_before.keys() | days_after.keys():
        name, then = days_before.get(code, ("", frozenset()))
        name, since = days_after.get(code, (name, frozenset()))
        for day in then ^ since:
            by_year[day.year][name]["gained" if day in since else "lost"] += 1
            by_year[day.year][name]["coming"] += day > now
    return [_of_year(year, of) for year, of in sorted(by_year.items())]


def _expected_days(before: Calendar, after: Calendar) -> list[str]:
    """« 3 jours ne sont plus attendus (CCSP de Covè). »: days that are as open as before, of which the register is not asked
    for any longer, or is again: a closure that the site said was confirmed, or no longer is."""
    then, since = (_days_by_site(one, one.is_expected) for one in (before, after))
    open_then, open_since = (_days_by_site(one, one.is_open) for one in (before, after))
    counts: dict[str, Counter[str]] = {"lost": Counter(), "gained": Counter()}
    for code in then.keys() & since.keys():
        name, opened = since[code][0], open_then[code][1] ^ open_since[code][1]
        counts["lost"][name] += len(then[code][1] - since[code][1] - opened)
        counts["gained"][name] += len(since[code][1] - then[code][1] - opened)
    told = []
    for what, one, several in (
        ("lost", "n'est plus attendu", "ne sont plus attendus"),
        ("gained", "est attendu de nouveau", "sont attendus de nouveau"),
    ):
        names = sorted((+counts[what]).keys(), key=french.alphabetical)
        if names:
            many = sum(counts[what].values())
            told.append(
                f"{french.plural(many, 'jour')} {one if many == 1 else several} ({french.join_first(names, LISTED)})."
            )
    return told


def _of_year(year: int, of: Mapping[str, Counter[str]]) -> str:
    """« 2026 : 14 jours ouverts de moins, dont 2 à venir (CCSP de Covè). »; « 2026 : 1 jour ouvert de moins dans chacun de 24
    centres (…). » where it is as many in each. of: the days that each site gains, loses, and has yet to come."""
    each = {(one["gained"], one["lost"], one["coming"]) for one in of.values()}
    alike = len(of) > 1 and len(each) == 1
    gained, lost, coming = (
        next(iter(each))
        if alike
        else (sum(one[what] for one in of.values()) for what in ("gained", "lost", "coming"))
    )
    days = _more_or_less(gained, lost)
    if alike:
        days += f" dans chacun de {french.number(len(of))} centres"
    ahead = f", dont {french.number(coming)} à venir" if coming else ""
    if coming == gained + lost:
        ahead = ", à venir" if coming == 1 else ", tous à venir"
    return f"{year} : {days}{ahead} ({french.join_first(sorted(of, key=french.alphabetical), LISTED)})."


def _more_or_less(gained: int, lost: int) -> str:
    """« 14 jours ouverts de moins », « 3 jours ouverts de plus et 2 de moins »."""
    if not lost:
        return f"{french.plural(gained, 'jour ouvert', 'jours ouverts')} de plus"
    if not gained:
        return f"{french.plural(lost, 'jour ouvert', 'jours ouverts')} de moins"
    more = french.plural(gained, "jour ouvert", "jours ouverts")
    return f"{more} de plus et {french.number(lost)} de moins"


def _days_by_site(calendar: Calendar, which: np.ndarray) -> dict[str, tuple[str, frozenset[date]]]:
    """By code, the name and the days of each site on which `which` (S, D) is true."""
    return {
        place.code: (
            place.name,
            frozenset(calendar.first + n * ONE_DAY for n in np.flatnonzero(which[row]).tolist()),
        )
        for row, place in enumerate(calendar.places)
    }


def _in_service(before: Calendar, after: Calendar) -> list[str]:
    counts = [int(one.serves.sum()) for one in (before, after)]
    if counts[0] == counts[1]:
        return []
    many = french.plural(counts[1], "centre ou guichet", "centres et guichets")
    return [f"En service aujourd'hui : {many}, au lieu de {french.number(counts[0])}."]


def _communes(before: Calendar, after: Calendar) -> list[str]:
    """Which communes gain or lose their only centre."""
    then, now = (
        {
            place.commune
            for place, serves in zip(one.places, one.serves.tolist(), strict=True)
            if serves and place.kind == "CCSP"
        }
        for one in (before, after)
    )
    told = [f"{name} a désormais un CCSP." for name in sorted(now - then, key=french.alphabetical)]
    told += [f"{name} n'a plus de CCSP." for name in sorted(then - now, key=french.alphabetical)]
    return told
