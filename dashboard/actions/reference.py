"""« Référentiel »: what a data manager changes of sites, calendars and lists. Each change is looked at with what it does to
figures, then kept with a reason, and can be undone.

Before: `db.site_changes`, `db.list_changes`, `db.reference_changes`; `dashboard.answers.reference_changes`. After:
`dashboard.web.reference_pages`.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from dashboard.accounts.rights import Person, require_right
from dashboard.answers.context import Moved, engine, engine_to_write, show_as_they_are, view
from dashboard.answers.reference_changes import shown_changes, view_in
from dashboard.period import today
from db import list_changes, reference_changes, site_changes
from db.list_changes import DeclaredClosure
from db.reference_changes import Kept, Make
from db.reference_effects import Watch
from db.shared_types import Place
from db.site_changes import NewSite
from db.write import Refused

__all__ = ["KINDS", "Kept", "Looked", "Refused", "keep", "kept_change", "look", "overview"]

RIGHT = "reference"
Fields = Mapping[str, str]
FRENCH_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
TIME = re.compile(r"(\d{1,2})\s*(?:[h:]\s*(\d{2})?)?", re.IGNORECASE)
TRIES = 3
BUSY = "Des fichiers arrivent en ce moment : recommencer dans une minute."
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


class Looked(NamedTuple):
    """A change that was looked at. told: in words; effects: what it does, a sentence each; shown: what pages then show;
    digest: of the effects."""

    told: str
    effects: list[str]
    shown: list[str]
    digest: str


class Overview(NamedTuple):
    """The reference as it is now. sites: by name; declared: closures that wait to be confirmed; changes: the last ones; day:
    today."""

    sites: tuple[Place, ...]
    declared: list[DeclaredClosure]
    changes: list[Kept]
    day: date


def overview(person: Person) -> Overview:
    """The sites, the closures to confirm and the last changes. Raises NotAllowed."""
    require_right(person, RIGHT)
    with engine().connect() as connection:
        declared = list_changes.declared_closures(connection)
        changes = reference_changes.changes(connection)
    return Overview(view(person).network.places, declared, changes, today())


def kept_change(person: Person, number: int) -> Kept:
    """A change of the journal. Raises NotAllowed; Refused where there is none."""
    require_right(person, RIGHT)
    with engine().connect() as connection:
        change = reference_changes.change_of(connection, number)
    if change is None:
        raise Refused("Ce changement n'existe pas.")
    return change


def look(person: Person, kind: str, fields: Fields) -> Looked:
    """What a change would be, and do. kind: of KINDS; fields: of the form. Raises NotAllowed, Refused."""
    require_right(person, RIGHT)
    for _ in range(TRIES):
        with suppress(Moved):  # a file came in meanwhile
            return _look(person, _make(kind, fields))
    raise Refused(BUSY)


def _look(person: Person, make: Make) -> Looked:
    show_as_they_are(person)  # not as readers are shown them, some seconds ago
    watch, views = Watch(), [view(person)]

    def note(connection: Connection) -> None:
        watch(connection)
        if len(watch.calendars) == 2:
            views.append(view_in(person, connection))

    change = reference_changes.look(engine(), make, note)
    before, after = views
    return Looked(change.told, watch.sentences, shown_changes(before, after), watch.digest)


def keep(person: Person, kind: str, fields: Fields, why: str, digest: str) -> int:
    """Make a change; returns the number of its line in the journal. digest: of what was said that it does. Raises NotAllowed;
    Refused, also where it would do something else by now."""
    require_right(person, RIGHT)
    make, watch = _make(kind, fields), Watch(digest)
    if kind == "annuler":
        number = _number(fields, "numero")
        return reference_changes.undo(engine_to_write(person), number, person.name, why, watch)
    return reference_changes.keep(engine_to_write(person), make, person.name, why, watch)


def _make(kind: str, fields: Fields) -> Make:
    if kind not in KINDS:
        raise Refused("Ce changement n'existe pas.")
    return KINDS[kind](fields)


def _add(fields: Fields) -> Make:
    opens = _day(fields, "ouverture", "Ouvert le") if _text(fields, "ouverture") else None
    return site_changes.add_site(
        NewSite(
            _text(fields, "type"),
            _text(fields, "commune"),
            opens,
            _text(fields, "nom"),
            _text(fields, "hote"),
            _text(fields, "noms"),
            _point(fields),
        )
    )


def _set(fields: Fields) -> Make:
    silence = _text(fields, "silence")
    launched = _day(fields, "ouverture", "Ouvert le") if _text(fields, "ouverture") else None
    return site_changes.set_site(
        _text(fields, "centre"),
        _text(fields, "nom"),
        _text(fields, "noms"),
        _text(fields, "hote"),
        launched,
        _number(fields, "silence") if silence else None,
        usual_silence=not silence,
    )


def _hours(fields: Fields) -> Make:
    hours = []
    for weekday, name in enumerate(WEEKDAYS):
        opens, closes = _text(fields, f"ouvre {weekday}"), _text(fields, f"ferme {weekday}")
        if bool(opens) != bool(closes):
            raise Refused(f"Le {name} : donner les deux heures, ou aucune.")
        if opens:
            hours.append((weekday, _minutes(opens, name), _minutes(closes, name)))
    return site_changes.set_hours(_text(fields, "centre"), _day(fields), hours)


def _service(fields: Fields) -> Make:
    limit = _text(fields, "delai")
    return list_changes.set_service(
        _text(fields, "code"),
        _text(fields, "nom") or None,
        _number(fields, "delai") if limit else None,
        no_deadline=not limit,
    )


# What may be changed, by the name of its form.
KINDS: Mapping[str, Callable[[Fields], Make]] = {
    "ajouter": _add,
    "fermer": lambda f: site_changes.close_site(_text(f, "centre"), _day(f)),
    "rouvrir": lambda f: site_changes.reopen_site(_text(f, "centre"), _day(f)),
    "deplacer": lambda f: site_changes.move_site(
        _text(f, "centre"), _text(f, "commune"), _day(f), _point(f)
    ),
    "heures": _hours,
    "nommer": _set,
    "ferie": lambda f: list_changes.add_holiday(_day(f), _text(f, "nom")),
    "travaille": lambda f: list_changes.remove_holiday(_day(f)),
    "directeur": lambda f: list_changes.set_director(
        _text(f, "departement"), _text(f, "fonction"), _day(f)
    ),
    "prestation": _service,
    "mot": lambda f: list_changes.add_word(_text(f, "liste"), _text(f, "nom")),
    "renommer": lambda f: list_changes.rename_word(_number(f, "numero"), _text(f, "nom")),
    "oublier": lambda f: list_changes.forget_spelling(_number(f, "numero")),
    "confirmer": lambda f: list_changes.confirm_closures(_number(f, "lot")),
    "annuler": lambda f: reference_changes.undoing(_number(f, "numero")),
}


def _text(fields: Fields, name: str) -> str:
    return fields.get(name, "").strip()


def _day(fields: Fields, name: str = "jour", words: str = "Le jour") -> date:
    """The day of a field, as a browser writes it or as one types it. Raises Refused."""
    text = _text(fields, name)
    match = FRENCH_DAY.fullmatch(text)
    try:
        if match:
            day, month, year = map(int, match.groups())
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{words} : choisir un jour, comme 01/12/{today().year}.") from None


def _minutes(text: str, name: str) -> int:
    """Minutes after midnight of « 08:00 », « 8 h 30 », « 8h ». Raises Refused."""
    match = TIME.fullmatch(text)
    if not match or int(match[1]) > 24 or int(match[2] or 0) > 59:
        raise Refused(f"Le {name} : écrire l'heure comme 08:00.")
    return 60 * int(match[1]) + int(match[2] or 0)


def _number(fields: Fields, name: str) -> int:
    """A whole number. Raises Refused."""
    text = _text(fields, name)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused("Écrire un nombre entier.")
    return int(text)


def _point(fields: Fields) -> tuple[float, float] | None:
    """The point that was typed; None where none was. Raises Refused."""
    texts = [_text(fields, name).replace(",", ".") for name in ("latitude", "longitude")]
    if not any(texts):
        return None
    if not all(re.fullmatch(r"-?\d{1,3}(\.\d{1,8})?", text, re.ASCII) for text in texts):
        raise Refused("Écrire la latitude et la longitude en degrés, comme 7,2193 et 2,3397.")
    return float(texts[0]), float(texts[1])
