"""What a person does with a file that waits: cells mended and undone, rows put aside and taken back, headings and words agreed
to or forgotten. Each act is done to the file as it is then, and checked again.

Before: `dashboard.actions.handing_in`, which opens and judges it. After: `dashboard.web.hand_in_pages`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from dashboard.accounts.rights import Person
from dashboard.accounts.sealing import seal
from dashboard.actions import file_days
from dashboard.actions.handing_in import (
    Refused,
    allowed_ids,
    cells_to_empty,
    judge,
    one_site,
    open_waiting,
)
from dashboard.actions.verdicts import Verdict
from dashboard.actions.waiting_files import WaitingFile
from dashboard.answers.context import engine, engine_to_write
from dashboard.forms.cell_display import split_mark
from dashboard.forms.cells import column_memos
from dashboard.forms.footer_lines import footer_reason
from dashboard.forms.formats import FORMATS
from dashboard.forms.problem import Problem
from dashboard.forms.reference_names import KnownReferences, SiteChoice, normalise
from dashboard.forms.repairs import repair
from dashboard.forms.spellings import Spelling
from dashboard.forms.stored_table import Place
from dashboard.period import today
from db import file_spellings, intake, upload_previews

TRIES = 20  # to change a file that another window changes too
ROUNDS = 40  # of a thousand faults each
BUSY = "Ce fichier change sans cesse dans une autre fenêtre : recommencer ici."
NO_REFERENCE_NOR = (
    "La ligne {} n'a ni référence ni {} : sans elle, on ne sait plus quel jour est entier. Corriger {}. Le reste de ce que vous"
    " avez écrit est gardé."
)
Row = tuple[int, int]  # number of the sheet, line
Act = Callable[[WaitingFile], tuple[WaitingFile, str]]


def agree_to_headings(person: Person, key: str, number: str) -> Verdict:
    """Say that the unknown headings of a file that waits are the columns for which they were taken. Raises NoSuchPreview,
    NotAllowed."""
    return _change(person, key, number, lambda waiting: (replace(waiting, agreed=True), ""))


def forget_heading(person: Person, key: str, number: str, written: str) -> None:
    """A heading that was confirmed with an earlier file is not that column: forget it; the file must be chosen again. Raises
    NoSuchPreview, NotAllowed."""
    waiting, _ = open_waiting(person, key, number)
    site = one_site(person, waiting.site)
    fields = [name for text, name in waiting.known if normalise(text) == normalise(written)]
    if site is not None and fields:
        spelling = Spelling(waiting.form, fields[0], normalise(written))
        file_spellings.forget(engine_to_write(person), {site}, spelling)
    upload_previews.remove(engine(), number, person.id)


def mend(
    person: Person,
    key: str,
    number: str,
    cells: Mapping[Place, str],
    taken_out: Collection[Row] = (),
    remembered: Collection[Place] = (),
    ticked: Mapping[Place, str] | None = None,
) -> Verdict:
    """Put other texts into cells of a file that waits, put rows aside, and check it again. A cell stands for all that have the
    same fault. remembered: cells of lists, whose text is to mean the word that is put there in the files to come too; ticked:
    texts that hold where `cells` has only what a cell has already. Raises NoSuchPreview, NotAllowed; `note` of the verdict says
    what could not be done."""

    def act(waiting: WaitingFile) -> tuple[WaitingFile, str]:
        found = {p: fault for fault in judge(person, waiting, number).faults for p in fault.places}
        fields = waiting.original.places
        columns = {c.field: c for c in FORMATS[waiting.form].columns}
        typed = {
            place: repair(columns[place[2]], text) or text
            for place, text in cells.items()
            if place[2] in fields and not _reads_as(waiting, place, text)
        }
        everywhere = {
            (place[0], line, place[2]): text[:LONGEST_CELL]
            for place, text in {**(ticked or {}), **typed}.items()
            if place[2] in fields
            for line in (found[place].lines if place in found else (place[1],))
        }
        # A row that is put aside stands for those with the same fault too.
        alike = {
            (place[0], line)
            for place, fault in found.items()
            if place[:2] in taken_out
            for line in fault.lines
        }
        words = [
            Spelling(waiting.form, place[2], normalise(found[place].cells[0].text), cells[place])
            for place in remembered
            if place in found and found[place].is_of_list and cells.get(place)
        ]
        words = [one for one in words if sum(map(str.isdigit, one.written)) < DIGITS]
        new = {(one.field, one.written) for one in words}
        kept = [one for one in waiting.words if (one.field, one.written) not in new]
        changed = replace(waiting, words=(*kept, *words))
        return _with(person, changed, everywhere, {*taken_out, *alike})

    return _change(person, key, number, act)


DIGITS = 4  # from which on a word is the number of somebody or something
LONGEST_CELL = 2_000  # characters


def unmend(person: Person, key: str, number: str, place: Place) -> Verdict:
    """Put back what a cell of a file that waits had, and all that were mended as it was, and check it again. Raises
    NoSuchPreview, NotAllowed."""

    def act(waiting: WaitingFile) -> tuple[WaitingFile, str]:
        mine = next((m for m in waiting.mends if m.place == place), None)
        if mine is None:
            return waiting, ""
        same = {m.place for m in waiting.mends if m[1:] == mine[1:] and m.place[2] == place[2]}
        return replace(waiting, typed={p: t for p, t in waiting.typed.items() if p not in same}), ""

    return _change(person, key, number, act)


def forget_word(person: Person, key: str, number: str, field: str, written: str) -> Verdict:
    """What was remembered of an earlier file does not hold: forget it, put back what a file that waits had written, and check it
    again. written: as the file has it. Raises NoSuchPreview, NotAllowed."""

    def act(waiting: WaitingFile) -> tuple[WaitingFile, str]:
        same = [
            r
            for r in waiting.repairs
            if r.remembered and r.place[2] == field and normalise(r.before) == normalise(written)
        ]
        site = one_site(person, waiting.site)
        if same and site is not None:
            word = Spelling(waiting.form, field, normalise(written), same[0].after)
            file_spellings.forget(engine_to_write(person), {site}, word)
        before = {r.place: r.before for r in same}
        kept = tuple(r for r in waiting.repairs if r not in same)
        return replace(waiting, original=waiting.original.mended(before), repairs=kept), ""

    return _change(person, key, number, act)


def empty_faulty_cells(person: Person, key: str, number: str) -> Verdict:
    """Empty all cells of a file that waits that are refused and may be empty, and check it again: their rows stay. Raises
    NoSuchPreview, NotAllowed."""

    def act(waiting: WaitingFile) -> tuple[WaitingFile, str]:
        for _ in range(ROUNDS):
            outcome = judge(person, waiting, number).outcome
            if not (cells := dict.fromkeys(cells_to_empty(waiting, outcome), "")):
                break
            waiting, _note = _with(person, waiting, cells, ())
        return waiting, ""

    return _change(person, key, number, act)


def leave_faulty_rows_out(person: Person, key: str, number: str) -> Verdict:
    """Put aside all rows of a file that waits that have a fault (whole days of a site where rows have no reference), and check it
    again. Raises NoSuchPreview, NotAllowed."""

    def act(waiting: WaitingFile) -> tuple[WaitingFile, str]:
        sheets = {sheet.name: n for n, sheet in enumerate(waiting.original.sheets)}
        note = ""
        for _ in range(ROUNDS):
            outcome = judge(person, waiting, number).outcome
            rows = {
                (sheets[problem.sheet], problem.line)
                for problem in outcome.problems
                if isinstance(problem, Problem) and problem.line and problem.sheet in sheets
            } - waiting.aside
            before = waiting.aside
            waiting, note = _with(person, waiting, {}, rows)
            if waiting.aside == before or note:
                break
        return waiting, note

    return _change(person, key, number, act)


def take_rows_back(person: Person, key: str, number: str) -> Verdict:
    """Put the rows that were put aside of a file that waits in again, and check it. Raises NoSuchPreview, NotAllowed."""
    return _change(person, key, number, lambda w: (replace(w, aside=frozenset()), ""))


def _change(person: Person, key: str, number: str, act: Act) -> Verdict:
    """Do an act to a file that waits, as it is when it is stored: another window may change it at the same time."""
    for _ in range(TRIES):
        waiting, sealed = open_waiting(person, key, number)
        changed, note = act(waiting)
        content = seal(key, changed.to_bytes())
        if upload_previews.replace(engine(), number, person.id, sealed, content):
            return replace(judge(person, changed, number), note=note)
    raise Refused(BUSY)


def _with(
    person: Person, waiting: WaitingFile, cells: Mapping[Place, str], taken_out: Collection[Row]
) -> tuple[WaitingFile, str]:
    """A file that waits with other texts in cells and more rows put aside, and what could not be done. Where rows have no
    reference whole days are put aside, by the cells as they are mended now: a row that has neither a reference nor a day or a
    centre that may be right stays, since nobody knows then which day would no longer be whole."""
    references = intake.load_known_references(engine())
    allowed = allowed_ids(person, waiting.site)
    typed = {**waiting.typed, **cells}
    same = [place for place, text in typed.items() if _text(waiting, place) == text]
    changed = replace(waiting, typed={p: t for p, t in typed.items() if p not in same})
    note, gone = "", set(taken_out)
    for row in sorted(taken_out):
        if why := _why_it_stays(changed, row, references, allowed):
            note = note or why
            gone.discard(row)
    day_of = file_days.site_day_key(references, waiting.site)
    aside = changed.whole.whole_days({*gone, *waiting.aside}, day_of)
    return replace(changed, aside=frozenset(aside)), note


def _text(waiting: WaitingFile, place: Place) -> str | None:
    """What a cell had before it was mended; None where there is no such cell."""
    row = waiting.original.row(*place[:2])
    return None if row is None else row[waiting.original.places[place[2]]]


def _why_it_stays(
    waiting: WaitingFile, at: Row, references: KnownReferences, allowed: frozenset[int] | None
) -> str:
    """Why a row cannot be put aside; "" where it can. allowed: ids of the sites of which the file may speak, None for all."""
    form, places, row = FORMATS[waiting.form], waiting.whole.places, waiting.whole.row(*at)
    if not form.blank_key or row is None or row[places[form.key[-1]]].strip():
        return ""
    if footer_reason(row, {cell.strip() for cell in row}, form.name):
        return ""  # a total, or a note: none of the day's rows
    day = file_days.readable_day(row[places[form.day]])
    if day is None or not waiting.first <= day <= waiting.last:
        return NO_REFERENCE_NOR.format(at[1], "date lisible de ce mois", "sa date")
    named = references.site(split_mark(row[places["site_id"]]).text)
    if named is None and waiting.site:
        return ""  # its own
    site = named.site_on(day) if isinstance(named, SiteChoice) else named
    if site is None or (allowed is not None and site.id not in allowed):
        return NO_REFERENCE_NOR.format(at[1], "centre connu qui soit le vôtre", "son centre")
    return ""


def _reads_as(waiting: WaitingFile, place: Place, text: str) -> bool:
    """Whether a cell says that already, in its own way: a day or a time that a field gives back in another one."""
    row = waiting.table.row(*place[:2])
    if row is None:
        return False
    form = FORMATS[waiting.form]
    memo = column_memos(form, KnownReferences([], {}), today(), from_workbook=True)[place[2]]
    before = row[waiting.original.places[place[2]]]
    if memo.column.cell not in ("day", "clock") or not text:
        return text == before
    return memo.can_read(before) and memo.can_read(text) and memo[before] == memo[text]
