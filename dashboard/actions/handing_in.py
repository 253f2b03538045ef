"""A file is handed in by a page: read, checked, mended, confirmed. Rights are checked here; nothing counts before somebody
confirms, and what is checked and what is kept go through one function (`db.intake.take_table`).

Between the two, the cells of the form's own columns wait in the database for a day, under a key that only the browser has.
"""

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path, PosixPath

from sqlalchemy import Connection

from dashboard.accounts import rights
from dashboard.accounts.rights import NotAllowed, Person, Role, require_right
from dashboard.accounts.sealing import open_sealed, seal
from dashboard.actions.handing_in_words import effect_sentence
from dashboard.answers.context import engine, engine_to_write, view
from dashboard.answers.network import freshness
from dashboard.forms.cells import CellProblem, day
from dashboard.forms.choices import choices
from dashboard.forms.formats import FORMATS, Column
from dashboard.forms.problem import Problem
from dashboard.forms.repairs import Repair, repaired
from dashboard.forms.stored_table import Place as CellPlace
from dashboard.forms.stored_table import StoredTable
from dashboard.period import month_end, today
from db import intake, upload_previews, write
from db.batch_effects import Effect
from db.codes import ALL, SILENT_DAYS
from db.intake import Options, Outcome
from db.shared_types import Place
from db.write import Refused

__all__ = [
    "Fault",
    "NoSuchPreview",
    "Refused",
    "Verdict",
    "abandon",
    "choices_of",
    "confirm",
    "keeps",
    "leave_faulty_rows_out",
    "left_out",
    "look",
    "mend",
    "send",
    "sites",
    "table",
]

REGISTER, COMPLAINTS = (FORMATS[name].name for name in ("registre", "plaintes"))
MOST_MENDED = 20  # cells that are mended in the page; more are mended in the file
NO_SUCH_PREVIEW = "Ce fichier n'attend plus : il a été confirmé, abandonné, ou plus d'un jour a passé. Le choisir de nouveau."
FICTITIOUS = "Données fictives : ici on essaie, et rien n'est gardé."


class NoSuchPreview(Refused):
    """The preview is not there for this person and browser."""


@dataclass(frozen=True)
class Fault:
    """Cells to be mended, all alike: the first one's place, its column, what is written there, why it is refused, on which
    lines, the rest of the first one's row, (heading, text) each, without free text; typed: whether a person wrote it here."""

    place: CellPlace
    column: Column
    text: str
    message: str
    lines: tuple[int, ...]
    row: tuple[tuple[str, str], ...]
    typed: bool = False


@dataclass(frozen=True)
class Verdict:
    """What is said of a file before it is kept. preview: its number, "" where it must be sent again; site: the one that was
    chosen, None for those that the file names; mended: cells that a person wrote; left_out: rows that he took out; faults: what
    can be mended in the page; problems: what cannot; effect: what keeping it would change."""

    preview: str
    outcome: Outcome
    site: Place | None
    first: date
    last: date
    rows: int
    repairs: tuple[Repair, ...] = ()
    mended: int = 0
    left_out: int = 0
    faults: tuple[Fault, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether it can be confirmed."""
        return self.outcome.accepted

    @property
    def is_known(self) -> bool:
        """Whether exactly this was handed in before."""
        return self.outcome.was_known

    @property
    def problems(self) -> Sequence[Problem | str]:
        """The problems that the page does not mend."""
        return () if self.faults else self.outcome.problems

    @property
    def effect(self) -> Effect:
        """What keeping it would change."""
        return self.outcome.effect


@dataclass(frozen=True)
class _Waiting:
    """A preview as it is stored."""

    table: StoredTable
    original: StoredTable  # before a person mended it
    site: str
    first: date
    last: date
    repairs: tuple[Repair, ...]

    @property
    def left_out(self) -> int:
        """How many rows a person took out."""
        return self.original.rows - self.table.rows

    @cached_property
    def mended_places(self) -> frozenset[CellPlace]:
        """The cells that a person wrote."""
        before = {
            (number, line): row
            for number, sheet in enumerate(self.original.sheets)
            for line, row in zip(sheet.lines, sheet.cells, strict=True)
        }
        fields = list(self.table.places)
        return frozenset(
            (number, line, fields[at])
            for number, sheet in enumerate(self.table.sheets)
            for line, row in zip(sheet.lines, sheet.cells, strict=True)
            for at, (old, new) in enumerate(zip(before[number, line], row, strict=True))
            if old != new
        )

    def to_bytes(self) -> bytes:
        """All of it."""
        head = json.dumps(
            [
                self.site,
                self.first.isoformat(),
                self.last.isoformat(),
                [[list(r.place), *r[1:]] for r in self.repairs],
            ]
        ).encode()
        tables = [t.to_bytes() for t in (self.table, self.original)]
        sizes = b"".join(len(part).to_bytes(4, "big") for part in (head, tables[0]))
        return sizes + head + tables[0] + tables[1]

    @classmethod
    def from_bytes(cls, content: bytes) -> "_Waiting":
        """What `to_bytes` gave."""
        head_size, size = (int.from_bytes(content[i : i + 4], "big") for i in (0, 4))
        head, rest = content[8 : 8 + head_size], content[8 + head_size :]
        site, first, last, repairs = json.loads(head)
        return cls(
            StoredTable.from_bytes(rest[:size]),
            StoredTable.from_bytes(rest[size:]),
            site,
            date.fromisoformat(first),
            date.fromisoformat(last),
            tuple(Repair((p[0], p[1], p[2]), *more) for p, *more in repairs),
        )


# --- who and where --------------------------------------------------------------------------------------------------
def sites(person: Person) -> tuple[Place, ...]:
    """The sites for which the person hands in, by name. Raises NotAllowed."""
    require_right(person, "hand_in")
    allowed = _allowed(person)
    places = view(person).network.places
    return places if allowed == ALL else tuple(p for p in places if p.code in allowed)


def _allowed(person: Person) -> frozenset[str] | str:
    network = view(person).network
    return rights.sites(person, "hand_in", network.departments_of_sites)


def _site(person: Person, code: str) -> Place | None:
    """One of the person's sites; None for "", those that the file names. Raises NotAllowed for another one."""
    if not code:
        return None
    found = next((place for place in sites(person) if place.code == code), None)
    if found is None:
        raise NotAllowed(f"{person.name} : hand_in, {code}")
    return found


def _allowed_ids(person: Person) -> frozenset[int] | None:
    allowed = _allowed(person)
    if allowed == ALL:
        return None
    return frozenset(p.id for p in view(person).network.places if p.code in allowed)


def keeps(person: Person) -> bool:
    """Whether what the person confirms is kept: not for who only looks at fictitious data on this machine."""
    return person.role != Role.READER


def choices_of(person: Person, form: str) -> dict[str, list[tuple[str, str]]]:
    """What may be written in the columns of a form that have a list, by field: (word, how it is shown); for the centre the sites
    for which the person hands in."""
    references = intake.load_known_references(engine())
    own = sites(person)
    if not own:
        return {}
    found = {
        name: [(word, word) for word in words]
        for name, words in choices(FORMATS[form], references, references.by_id[own[0].id]).items()
    }
    return {**found, "site_id": [(place.code, place.name) for place in own]}


# --- a file ---------------------------------------------------------------------------------------------------------
def send(person: Person, key: str, name: str, content: bytes, site: str, month: date) -> Verdict:
    """Read and check a file of a site for a month; nothing counts yet. key: of the browser. month: any day of it. Raises
    NotAllowed; Refused for what is no month."""
    place = _site(person, site)
    first = month.replace(day=1)
    if first > today():
        raise Refused("Ce mois n'est pas encore venu.")
    last = min(month_end(first), today())
    with memory_file(content, name) as path:
        table, outcome = intake.read_upload(path, name, intake.load_known_references(engine()))
    if table is None:
        return Verdict("", outcome, place, first, last, 0)
    better, repairs = repaired(table)
    waiting = _Waiting(better, better, site, first, last, tuple(repairs))
    verdict = _judge(person, waiting, "")
    if verdict.is_known:
        return verdict
    number = upload_previews.save(engine(), person.id, seal(key, waiting.to_bytes()))
    return replace(verdict, preview=number)


def look(person: Person, key: str, number: str) -> Verdict:
    """The verdict of a file that waits. Raises NoSuchPreview, NotAllowed."""
    return _judge(person, _waiting(person, key, number), number)


def mend(
    person: Person,
    key: str,
    number: str,
    cells: Mapping[CellPlace, str],
    taken_out: Collection[tuple[int, int]] = (),
) -> Verdict:
    """Put other texts into cells of a file that waits, leave rows out, and check it again. A cell stands for all that have the
    same fault. Raises NoSuchPreview, NotAllowed."""
    waiting = _waiting(person, key, number)
    faults = {fault.place: fault for fault in _judge(person, waiting, number).faults}
    everywhere = {
        (place[0], line, place[2]): text
        for place, text in cells.items()
        for line in (faults[place].lines if place in faults else (place[1],))
    }
    # A row that is taken out stands for those with the same fault too.
    alike = {
        (place[0], line)
        for place, fault in faults.items()
        if (place[0], place[1]) in taken_out
        for line in fault.lines
    }
    return _change(person, key, number, waiting, everywhere, {*taken_out, *alike})


def left_out(person: Person, key: str, number: str) -> StoredTable:
    """The rows that were taken out of a file that waits. Raises NoSuchPreview, NotAllowed."""
    waiting = _waiting(person, key, number)
    kept = [
        (number, line) for number, sheet in enumerate(waiting.table.sheets) for line in sheet.lines
    ]
    return waiting.original.mended({}, kept)


def table(person: Person, key: str, number: str) -> tuple[StoredTable, Outcome]:
    """The rows of a file that waits, and what is wrong with them. Raises NoSuchPreview, NotAllowed."""
    waiting = _waiting(person, key, number)
    return waiting.table, _take(person, waiting, check=True)


def leave_faulty_rows_out(person: Person, key: str, number: str) -> Verdict:
    """Take out of a file that waits all rows that have a fault (whole days of a site where rows have no reference), and check it
    again. Raises NoSuchPreview, NotAllowed."""
    waiting = _waiting(person, key, number)
    outcome = _take(person, waiting, check=True)
    sheets = {sheet.name: n for n, sheet in enumerate(waiting.table.sheets)}
    rows = {
        (sheets[problem.sheet], problem.line)
        for problem in outcome.problems
        if isinstance(problem, Problem) and problem.line and problem.sheet in sheets
    }
    return _change(person, key, number, waiting, {}, rows)


def _change(
    person: Person,
    key: str,
    number: str,
    waiting: _Waiting,
    cells: Mapping[CellPlace, str],
    left_out: Collection[tuple[int, int]],
) -> Verdict:
    """Put a file that waits back, changed, and check it."""
    changed = replace(
        waiting, table=waiting.table.mended(cells, waiting.table.whole_days(left_out))
    )
    upload_previews.replace(engine(), number, person.id, seal(key, changed.to_bytes()))
    return _judge(person, changed, number)


def abandon(person: Person, number: str) -> None:
    """Forget a file that waits."""
    require_right(person, "hand_in")
    upload_previews.remove(engine(), number, person.id)


def confirm(person: Person, key: str, number: str) -> int:
    """Keep a file that waits; returns the number of its receipt, the same however often it is confirmed. Raises NoSuchPreview,
    NotAllowed; Refused where it can no longer be kept."""
    require_right(person, "hand_in")
    if not keeps(person):
        raise Refused(FICTITIOUS)
    with engine().connect() as connection:
        batch = upload_previews.batch_of_preview(connection, number)
        kept = upload_previews.receipts(connection, _allowed(person), batch) if batch else []
    if batch is not None:
        if not kept:
            raise NotAllowed(f"{person.name} : {batch}")
        return batch
    waiting = _waiting(person, key, number)
    detail = {
        "mended": len(waiting.mended_places),
        "repaired": len(waiting.repairs),
        "left out": waiting.left_out,
    }

    def note(connection: Connection, saved: write.Saved) -> None:
        said = {**detail, "effect": effect_sentence(saved.rows, saved.effect, saved.changes)}
        upload_previews.note_receipt(connection, saved.batch_id, number, said)

    outcome = _take(person, waiting, check=False, after=note)
    if not outcome.accepted or outcome.batch_id is None:
        raise Refused("Ce fichier ne peut plus être gardé tel quel : le revoir.")
    return outcome.batch_id


def _waiting(person: Person, key: str, number: str) -> _Waiting:
    require_right(person, "hand_in")
    with engine().connect() as connection:
        sealed = upload_previews.read(connection, number, person.id)
    content = open_sealed(key, sealed) if sealed is not None else None
    if content is None:
        raise NoSuchPreview(NO_SUCH_PREVIEW)
    waiting = _Waiting.from_bytes(content)
    _site(person, waiting.site)  # the right may have ended since
    return waiting


def _take(
    person: Person, waiting: _Waiting, *, check: bool, after: write.After | None = None
) -> Outcome:
    demo = freshness(person).demo
    of_site = waiting.site and waiting.table.form in (REGISTER, COMPLAINTS)
    options = Options(
        waiting.table.form,
        covers=_covers(waiting),
        sites=(waiting.site,) if of_site else (),
        check=check,
        demo=demo,
    )
    bind = engine() if check else engine_to_write(person)
    return intake.take_table(
        bind, waiting.table, options, person.name, _allowed_ids(person), after=after
    )


def _covers(waiting: _Waiting) -> tuple[date, date] | None:
    """The days for which the file speaks: those of the month that was chosen, of a register of visits as far as its rows go, a
    week's end or less aside. None for a form whose rows say it themselves."""
    if waiting.table.form == COMPLAINTS:
        return waiting.first, waiting.last
    if waiting.table.form != REGISTER:
        return None
    days = _days(waiting.table)
    if not days:
        return None
    first, last = min(days), max(days)
    near = timedelta(SILENT_DAYS)
    return (
        waiting.first if first - waiting.first <= near else first,
        waiting.last if waiting.last < today() and waiting.last - last <= near else last,
    )


def _days(table: StoredTable) -> list[date]:
    """The days of a table's rows, as far as they can be read."""
    at = table.places[FORMATS[table.form].day]
    found = []
    for text in {row[at].strip() for sheet in table.sheets for row in sheet.cells}:
        try:
            found.append(date.fromisoformat(day(text, today())))
        except CellProblem:
            continue
    return found


def _judge(person: Person, waiting: _Waiting, number: str) -> Verdict:
    outcome = _take(person, waiting, check=True)
    return Verdict(
        number,
        outcome,
        _site(person, waiting.site),
        waiting.first,
        waiting.last,
        waiting.table.rows,
        waiting.repairs,
        len(waiting.mended_places),
        waiting.left_out,
        _faults(waiting, outcome),
    )


def _faults(waiting: _Waiting, outcome: Outcome) -> tuple[Fault, ...]:
    """What can be mended in the page: nothing where there is too much, or where something is wrong beside cells."""
    table, form = waiting.table, FORMATS[waiting.table.form]
    by_heading = {column.heading: column for column in form.columns}
    sheets = {sheet.name: n for n, sheet in enumerate(table.sheets)}
    groups: dict[tuple[int, str, str, str], list[int]] = {}
    for problem in outcome.problems:
        if not isinstance(problem, Problem) or not problem.line:
            return ()
        if problem.column not in by_heading or problem.sheet not in sheets:
            return ()
        alike = sheets[problem.sheet], problem.column, problem.cell_text.strip(), problem.message
        groups.setdefault(alike, []).append(problem.line)
    if outcome.more_problems or len(groups) > MOST_MENDED:
        return ()
    found = []
    for (sheet, heading, text, message), lines in groups.items():
        column = by_heading[heading]
        row = table.row(sheet, lines[0]) or []
        others = tuple(
            (c.heading, cell.strip())
            for c, cell in zip(form.columns, row, strict=True)
            if c is not column and cell.strip() and not form.is_free(c)
        )
        found.append(
            Fault((sheet, lines[0], column.field), column, text, message, tuple(lines), others)
        )
    return tuple(found)


class MemoryPath(PosixPath):
    """The path of a file in memory, which ends as the name does that it was sent by."""

    ending = ""

    @property
    def suffix(self) -> str:
        """The end of the name, « .xlsx »."""
        return self.ending


@contextmanager
def memory_file(content: bytes, name: str = "") -> Iterator[Path]:
    """A file that holds the content in memory alone, and ends with the block. name: as it was sent."""
    handle = os.memfd_create("remonter")
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(handle, left) :]
        path = MemoryPath(f"/proc/{os.getpid()}/fd/{handle}")
        path.ending = Path(name).suffix
        yield path
    finally:
        os.close(handle)
