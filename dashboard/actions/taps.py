"""What a person types of a site's day, without a file: kept as the rows of a form, in a batch of its own, with a receipt.

Before: `dashboard.accounts.rights`. After: `db.intake`; `dashboard.actions.site_days`, `day_closings`, `outages`, which say what
is typed.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import uuid4

from sqlalchemy import Connection

from dashboard import french
from dashboard.accounts import rights
from dashboard.accounts.rights import NotAllowed, Person, require_right
from dashboard.actions.handing_in import not_kept
from dashboard.answers.context import engine, engine_to_write, view
from dashboard.answers.network import freshness
from dashboard.forms.cells import CellProblem, day_ahead
from dashboard.forms.cells import day as read_day
from dashboard.forms.problem import Problem
from dashboard.forms.stored_table import StoredTable
from dashboard.period import today
from db import intake, upload_previews, write
from db.codes import ALL
from db.intake import Options
from db.shared_types import Place
from db.write import Refused

RIGHT = "explain"
NO_DAY = "Choisir un jour."
OVERTAKEN = "Un fichier a dit la même chose entre-temps : c'est lui qui compte. Relire la page, puis recommencer s'il le faut."


@dataclass(frozen=True)
class Tap:
    """What was typed. rows: cells of the form, as a file would have them; key: of the page's form, of chance; declared: whether
    the site alone says it."""

    place: Place
    form: str
    rows: Sequence[list[str]]
    key: str
    declared: bool = True


@dataclass(frozen=True)
class Told:
    """What a receipt says. said: what was typed, in words; note: what is to be known beside, "" for nothing."""

    said: str
    note: str = ""


def sites(person: Person) -> tuple[Place, ...]:
    """The sites of whose days the person may say something, by name. Raises NotAllowed."""
    require_right(person, RIGHT)
    network = view(person).network
    allowed = rights.sites(person, RIGHT, network.departments_of_sites)
    return tuple(p for p in network.places if allowed == ALL or p.code in allowed)


def site(person: Person, code: str) -> Place:
    """One of the person's sites. Raises NotAllowed."""
    found = next((place for place in sites(person) if place.code == code), None)
    if found is None:
        raise NotAllowed(f"{person.name} : {RIGHT}, {code}")
    return found


def typed_day(text: str) -> date:
    """The day of a field, written JJ/MM/AAAA or AAAA-MM-JJ. Raises Refused, also for a day to come."""
    written = text.strip()
    if not written:
        raise Refused(NO_DAY)
    try:
        if not written.isascii():
            raise CellProblem("une date est attendue, écrite JJ/MM/AAAA.")
        return date.fromisoformat(read_day(written, today()))
    except CellProblem as reason:
        raise Refused(f"Le jour : {reason}") from None


def promised_day(text: str) -> date:
    """The day for which something is promised, as the form reads it. Raises ValueError."""
    return date.fromisoformat(day_ahead(text, today()))


def day_text(day: date) -> str:
    """A day as a file has it."""
    return f"{day:%d/%m/%Y}"


def known_receipt(person: Person, tap: Tap) -> int | None:
    """The receipt of the same form with the same words, sent before; None where there is none."""
    with engine().connect() as connection:
        return write.find_batch(connection, _digest(person, tap))


def keep(person: Person, tap: Tap, told: Callable[[write.Saved], Told]) -> int:
    """Keep what was typed; returns the number of its receipt. told: what the receipt says, once it is known what changed.

    Raises Refused, with nothing kept, for who came in without an account, and where the form refuses a cell or a file says it
    already."""
    if why := not_kept(person):
        raise Refused(why)

    def note(connection: Connection, saved: write.Saved) -> None:
        if saved.effect.idle_by_file:
            raise Refused(OVERTAKEN)
        words = told(saved)
        detail = {"said": words.said, "effect": words.said, "note": words.note}
        upload_previews.note_receipt(connection, saved.batch_id, uuid4().hex, detail)

    outcome = intake.take_table(
        engine_to_write(person),
        _table(person, tap),
        Options(tap.form, demo=freshness(person).demo, declared=tap.declared),
        person.name,
        frozenset({tap.place.id}),
        after=note,
        saving=nullcontext,
    )
    if outcome.batch_id is None:
        raise Refused(" ".join(dict.fromkeys(map(_in_words, outcome.problems))) or OVERTAKEN)
    return outcome.batch_id


def _table(person: Person, tap: Tap) -> StoredTable:
    """The rows of the form, as if a file had brought them."""
    month = "-".join(reversed(tap.rows[0][1].split("/")))[:7]
    name = f"{tap.form}-{tap.place.code}-{month}"
    return intake.typed_table(tap.form, name, _digest(person, tap), tap.rows)


def _digest(person: Person, tap: Tap) -> str:
    content = json.dumps([person.id, tap.key, tap.form, [*map(list, tap.rows)]])
    return sha256(content.encode()).hexdigest()


def _in_words(problem: Problem | str) -> str:
    """Why a cell is refused, by its heading: who typed it has seen no file and no line."""
    if isinstance(problem, str) or not problem.column:
        return str(problem)
    return french.upper_first(f"{problem.column}{french.SPACE}: {problem.message}")
