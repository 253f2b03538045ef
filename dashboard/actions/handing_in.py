"""A file is handed in by a page: read, checked, mended, confirmed. Rights are checked here; nothing counts before somebody
confirms, and what is checked and what is kept go through one function (`db.intake.take_table`).

Between the two, the cells of the form's own columns wait in the database for a day, under a key that only the browser has.
"""

import json
import os
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path, PosixPath

from sqlalchemy import Connection

from dashboard import french
from dashboard.accounts import rights
from dashboard.accounts.rights import NotAllowed, Person, Role, require_right
from dashboard.accounts.sealing import open_sealed, seal
from dashboard.actions.handing_in_words import effect_sentence
from dashboard.answers.context import engine, engine_to_write, view
from dashboard.answers.network import freshness
from dashboard.forms.blank_rows import is_example_row
from dashboard.forms.cell_display import split_mark, without_mark
from dashboard.forms.cells import OLDEST, CellProblem, day
from dashboard.forms.choices import choices
from dashboard.forms.formats import FORMATS, Column
from dashboard.forms.problem import Problem
from dashboard.forms.reference_names import normalise
from dashboard.forms.repairs import Repair, repaired
from dashboard.forms.stored_table import Place as CellPlace
from dashboard.forms.stored_table import StoredTable
from dashboard.period import ONE_DAY, month_end, today
from db import intake, upload_previews, write
from db.batch_effects import Effect
from db.codes import ALL
from db.intake import Options, Outcome
from db.shared_types import Place
from db.working_days import SATURDAY
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
    "receipt_of",
    "send",
    "sites",
    "table",
]

REGISTER, COMPLAINTS = (FORMATS[name].name for name in ("registre", "plaintes"))
OF_EACH_ROW = (
    "clock",
    "day",
    "month",
    "text",
    "whole",
)  # cells that say something else in each row
MOST_MENDED = 20  # cells that are mended in the page; more are mended in the file
NO_SUCH_PREVIEW = "Ce fichier n'attend plus : il a été confirmé, abandonné, ou plus d'un jour a passé. Le choisir de nouveau."
IN_ANOTHER_BROWSER = "Ce fichier attend dans le navigateur qui l'a envoyé : le confirmer là, ou le choisir de nouveau ici."
FICTITIOUS = "Données fictives : ici on essaie, et rien ne compte."
EMPTIED = (
    "Le {} n'aurait plus aucune ligne, et passerait pour un jour où personne n'est venu. Abandonner ce fichier, et le remettre"
    " quand les lignes de ce jour seront corrigées."
)
OF_ONE_MONTH = frozenset(
    (REGISTER, "cloture", "canevas")
)  # forms whose rows are all of the month that was chosen
FEW = 5  # rows of another month that are mended one by one


class NoSuchPreview(Refused):
    """The preview is not there for this person and browser."""


@dataclass(frozen=True)
class Fault:
    """Cells to be mended, all alike: the first one's place, its column, what is written there, why it is refused, on which
    lines, the rest of the first one's row, (heading, text) each, without free text; typed: whether a person wrote it here;
    whole_days: how many rows go with them where these days' rows have no reference, 0 where none does."""

    place: CellPlace
    column: Column
    text: str
    message: str
    lines: tuple[int, ...]
    row: tuple[tuple[str, str], ...]
    typed: bool = False
    whole_days: int = 0


@dataclass(frozen=True)
class Verdict:
    """What is said of a file before it is kept. preview: its number, "" where it must be sent again; site: that was chosen,
    None for those that the file names; mended: cells that a person wrote; left_out: rows that he took out; faults: what can be
    mended in the page; covers: the days for which it speaks; problems: what cannot; effect: what keeping would change."""

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
    covers: tuple[date, date] | None = None

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


def _allowed_ids(person: Person, chosen: str) -> frozenset[int] | None:
    """The ids of the sites of which a file may speak: the one that was chosen, else those of the person; None for all."""
    allowed = frozenset({chosen}) if chosen else _allowed(person)
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
    if first < OLDEST:
        raise Refused("Ce mois est trop ancien : vérifier l'année.")
    last = min(month_end(first), today())
    with memory_file(content, name) as path:
        table, outcome = intake.read_upload(path, name, intake.load_known_references(engine()))
    if table is None:
        return Verdict("", outcome, place, first, last, 0)
    better, repairs = repaired(table, first, last)
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
    taken_out: Collection[tuple[int, int]],
) -> Verdict:
    """Put a file that waits back, changed, and check it. Raises Refused where a row that is to be taken out has neither a
    reference nor a day: nobody knows then which day would no longer be whole."""
    rows = waiting.table.whole_days(taken_out, _day_of())
    if FORMATS[waiting.table.form].blank_key:
        key_at, day_at = (waiting.table.places[name] for name in ("source_ref", "day"))
        for sheet, line in taken_out:
            row = waiting.table.row(sheet, line)
            if row and not row[key_at].strip() and _day(row[day_at]) is None:
                raise Refused(
                    f"La ligne {line} n'a ni référence ni date lisible : sans elle, on ne sait plus quel jour est entier."
                    " Corriger sa date."
                )
    changed = replace(waiting, table=waiting.table.mended(cells, rows))
    verdict = _judge(person, changed, number)
    upload_previews.replace(engine(), number, person.id, seal(key, changed.to_bytes()))
    return verdict


def _day_of() -> Callable[[str, str], Hashable]:
    """What tells a site's day from another's, however its cells are spelled."""
    references = intake.load_known_references(engine())

    def day_of(site: str, day_text: str) -> Hashable:
        named = references.site(split_mark(site).text)
        return getattr(named, "id", None) or normalise(site), _day(day_text) or day_text.strip()

    return day_of


def abandon(person: Person, number: str) -> None:
    """Forget a file that waits. Raises NoSuchPreview where it was confirmed, or is not there."""
    require_right(person, "hand_in")
    with engine().connect() as connection:
        if upload_previews.read(connection, number, person.id) is None:
            raise NoSuchPreview(NO_SUCH_PREVIEW)
    upload_previews.remove(engine(), number, person.id)


def receipt_of(person: Person, number: str) -> int | None:
    """The number of the receipt of a file that waited, once it was confirmed; None before, and for who may not have it."""
    with engine().connect() as connection:
        batch = upload_previews.batch_of_preview(connection, number)
        found = upload_previews.receipts(connection, _allowed(person), batch) if batch else []
    return batch if found else None


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
        said = {
            **detail,
            "effect": effect_sentence(saved.rows, saved.effect, saved.changes, waiting.table.form),
        }
        upload_previews.note_receipt(connection, saved.batch_id, number, said)

    outcome = _take(person, waiting, check=False, after=note)
    if not outcome.accepted or outcome.batch_id is None:
        raise Refused("Ce fichier ne peut plus être gardé tel quel : le revoir.")
    return outcome.batch_id


def _waiting(person: Person, key: str, number: str) -> _Waiting:
    require_right(person, "hand_in")
    with engine().connect() as connection:
        sealed = upload_previews.read(connection, number, person.id)
    if sealed is None:
        raise NoSuchPreview(NO_SUCH_PREVIEW)
    content = open_sealed(key, sealed)
    if content is None:
        raise NoSuchPreview(IN_ANOTHER_BROWSER)
    waiting = _Waiting.from_bytes(content)
    _site(person, waiting.site)  # the right may have ended since
    return waiting


def _take(
    person: Person, waiting: _Waiting, *, check: bool, after: write.After | None = None
) -> Outcome:
    """Check a file that waits, or keep it: nothing is kept where something is wrong with it."""
    own = _problems_of_days(person, waiting)
    check = check or bool(own)
    form = waiting.table.form
    options = Options(
        form,
        covers=_covers(person, waiting),
        sites=(waiting.site,) if waiting.site and form in (REGISTER, COMPLAINTS) else (),
        check=check,
        demo=freshness(person).demo,
        covers_alone=form == COMPLAINTS,
    )
    bind = engine() if check else engine_to_write(person)
    allowed = _allowed_ids(person, waiting.site)
    outcome = intake.take_table(bind, waiting.table, options, person.name, allowed, after=after)
    if own and not outcome.was_known:
        outcome.accepted, outcome.problems = False, [*outcome.problems, *own]
    return outcome


def _covers(person: Person, waiting: _Waiting) -> tuple[date, date] | None:
    """The days for which the file speaks: a register of complaints for the month that was chosen, up to yesterday; one of
    visits as far as its rows go, and over days beside them on which nobody opens. None where its rows alone say it."""
    if waiting.table.form == COMPLAINTS:
        return waiting.first, max(waiting.first, min(waiting.last, today() - ONE_DAY))
    if waiting.table.form != REGISTER:
        return None
    days = [day for _, _, day in _rows_with_days(waiting.table) if day is not None]
    days = [day for day in days if waiting.first <= day <= waiting.last]
    if not days:
        return None
    first, last = min(days), max(days)
    holidays = view(person).network.holidays

    def nobody_opens(start: date, end: date) -> bool:
        between = (start + n * ONE_DAY for n in range((end - start).days + 1))
        return all(day.weekday() >= SATURDAY or day in holidays for day in between)

    return (
        waiting.first if nobody_opens(waiting.first, first - ONE_DAY) else first,
        waiting.last
        if waiting.last < today() and nobody_opens(last + ONE_DAY, waiting.last)
        else last,
    )


def _rows_with_days(table: StoredTable) -> Iterator[tuple[str, int, date | None]]:
    """The sheet, line and day of each row; None for a day that cannot be read."""
    at = table.places[FORMATS[table.form].day]
    for sheet in table.sheets:
        for line, row in zip(sheet.lines, sheet.cells, strict=True):
            if any(map(str.strip, row)) and not is_example_row(row):
                yield sheet.name, line, _day(row[at])


def _day(text: str) -> date | None:
    """The day of a cell; None where it cannot be read."""
    try:
        return date.fromisoformat(day(split_mark(text).text.strip(), today()))
    except CellProblem:
        return None


def _problems_of_days(person: Person, waiting: _Waiting) -> list[Problem]:
    """What is wrong with the days of a file: rows of another month, and days that would have none any more."""
    table, form = waiting.table, FORMATS[waiting.table.form]
    if table.form not in OF_ONE_MONTH:
        return []
    month = french.month_label(waiting.first)
    rows = [(sheet, line, when) for sheet, line, when in _rows_with_days(table) if when]
    out = [row for row in rows if not waiting.first <= row[2] <= waiting.last]
    heading = form.column(form.day).heading
    if len(out) > FEW:
        sheet, line, when = out[0]
        return [
            Problem(
                None,
                "",
                "",
                f"{french.plural(len(out), 'ligne')} ne sont pas de {month}, le mois choisi (la première : ligne {line}, le"
                f" {french.date_short(when)}). Choisir le mois du fichier, ou le partager par mois.",
            )
        ]
    found = [
        Problem(
            line,
            heading,
            french.date_short(when),
            f"ce jour n'est pas de {month}, le mois choisi : le corriger, ou choisir le mois du fichier.",
            sheet,
        )
        for sheet, line, when in out
    ]
    covers = _covers(person, waiting)
    if table.form == REGISTER and covers:
        there = {when for _, _, when in rows}
        before = {when for _, _, when in _rows_with_days(waiting.original) if when}
        emptied = [when for when in sorted(before - there) if covers[0] < when < covers[1]]
        found += (Problem(None, "", "", EMPTIED.format(french.date_short(d))) for d in emptied)
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
        _covers(person, waiting),
    )


def _faults(waiting: _Waiting, outcome: Outcome) -> tuple[Fault, ...]:
    """What can be mended in the page: nothing where there is too much, or where something is wrong beside cells. A wrong word is
    mended once, wherever it stands; a wrong day or time is each row's own."""
    table, form = waiting.table, FORMATS[waiting.table.form]
    by_heading = {column.heading: column for column in form.columns}
    sheets = {sheet.name: n for n, sheet in enumerate(table.sheets)}
    groups: dict[tuple[int, str, str, str, int], list[int]] = {}
    for problem in outcome.problems:
        if not isinstance(problem, Problem) or not problem.line:
            return ()
        if problem.column not in by_heading or problem.sheet not in sheets:
            return ()
        text = problem.cell_text.strip()
        alike = bool(text) and by_heading[problem.column].cell not in OF_EACH_ROW
        own = 0 if alike else problem.line
        which = sheets[problem.sheet], problem.column, text, problem.message, own
        groups.setdefault(which, []).append(problem.line)
    if outcome.more_problems or len(groups) > MOST_MENDED:
        return ()
    rows = {
        (n, line): row
        for n, sheet in enumerate(table.sheets)
        for line, row in zip(sheet.lines, sheet.cells, strict=True)
    }
    day_of = _day_of() if groups else None
    found = []
    for (sheet, heading, text, message, _), lines in groups.items():
        column = by_heading[heading]
        others = tuple(
            (c.heading, without_mark(cell).strip())
            for c, cell in zip(form.columns, rows.get((sheet, lines[0]), ()), strict=False)
            if c is not column and cell.strip() and not form.is_free(c)
        )
        place = (sheet, lines[0], column.field)
        with_it = len(table.whole_days([(sheet, n) for n in lines], day_of)) if day_of else 0
        found.append(
            Fault(
                place,
                column,
                text,
                message,
                tuple(lines),
                others,
                typed=place in waiting.mended_places,
                whole_days=with_it if with_it > len(lines) else 0,
            )
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
