"""The faults of a file that waits which are mended in the page: cells, those alike once.

Before: `dashboard.actions.waiting_files`. After: `dashboard.actions.handing_in`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.actions.file_days import readable_day, site_day_key
from dashboard.actions.waiting_files import WaitingFile
from dashboard.forms.cell_display import without_mark
from dashboard.forms.cells import LISTS
from dashboard.forms.formats import FORMATS, Column
from dashboard.forms.problem import Problem
from dashboard.forms.reference_names import KnownReferences
from dashboard.forms.stored_table import Place, StoredTable

OF_EACH_ROW = (
    "clock",
    "day",
    "month",
    "text",
    "whole",
)  # cells that say something else in each row
LONGEST_WORD = 80  # that is remembered
MOST_MENDED = 20  # cells that are mended in the page; more are mended in the file


@dataclass(frozen=True)
class FaultyCell:
    """A cell to be mended: where it is, its column, what is written there; typed: whether a person wrote it here."""

    place: Place
    column: Column
    text: str
    typed: bool


@dataclass(frozen=True)
class Fault:
    """Cells to be mended: all of a row, or those of several rows that have the same wrong word. cells: the first row's, those
    that are refused first, then those that they do not agree with, of which either may be wrong; refused: how many of them are;
    messages: why, in words, each with its heading; lines: of the rows.

    row: the rest of the first row, (heading, text) each, without free text; offered: what the rows beside it say of its day, ""
    where they do not agree; whole_days: how many rows go with them where these days' rows have no reference, 0 where none does.
    """

    cells: tuple[FaultyCell, ...]
    refused: int
    messages: tuple[tuple[str, str], ...]
    lines: tuple[int, ...]
    row: tuple[tuple[str, str], ...]
    offered: str = ""
    whole_days: int = 0

    @property
    def places(self) -> tuple[Place, ...]:
        """Where its cells are."""
        return tuple(cell.place for cell in self.cells)

    @property
    def is_of_list(self) -> bool:
        """Whether it is a word that no list has, so that it may be a word of the site's own."""
        kind = self.cells[0].column.cell
        return (
            len(self.cells) == 1
            and 0 < len(self.cells[0].text) <= LONGEST_WORD
            and (kind in LISTS or not isinstance(kind, str))
        )


def faults(
    waiting: WaitingFile, problems: Sequence[Problem | str], references: KnownReferences
) -> tuple[Fault, ...]:
    """What can be mended in the page: nothing where there is too much, or where something is wrong beside cells. A wrong word is
    mended once, wherever it stands; all else of a row together."""
    table, form = waiting.table, FORMATS[waiting.table.form]
    by_heading = {column.heading: column for column in form.columns}
    sheets = {sheet.name: n for n, sheet in enumerate(table.sheets)}
    groups: dict[tuple[int, str, str, int], list[Problem]] = {}
    cells = set()
    for problem in problems:
        if not isinstance(problem, Problem) or not problem.line:
            return ()
        if problem.column not in by_heading or problem.sheet not in sheets:
            return ()
        text, kind = problem.cell_text.strip(), by_heading[problem.column].cell
        alike = bool(text) and kind not in OF_EACH_ROW and not problem.also
        which = ("", "", problem.line) if not alike else (problem.column, text, 0)
        groups.setdefault((sheets[problem.sheet], *which), []).append(problem)
        cells.add((problem.column, text, 0 if alike else problem.line))
    if not groups or len(cells) > MOST_MENDED:
        return ()
    day_of = site_day_key(references, waiting.site)
    rows = [dict(zip(sheet.lines, sheet.cells, strict=True)) for sheet in table.sheets]
    found = []
    for (sheet, _, word, _), of_group in groups.items():
        lines = tuple(dict.fromkeys(p.line for p in of_group if p.line))
        if word:  # of more than a thousand, not all are listed
            at = table.places[by_heading[of_group[0].column].field]
            same = (
                line
                for line, cells_of in rows[sheet].items()
                if without_mark(cells_of[at]).strip() == word
            )
            lines = tuple(dict.fromkeys((*lines, *same)))
        row = dict(zip(form.columns, rows[sheet].get(lines[0], ()), strict=False))
        refused = list(dict.fromkeys(by_heading[p.column] for p in of_group))
        also = dict.fromkeys(by_heading[name] for p in of_group for name in p.also)
        asked = [*refused, *(column for column in also if column not in refused)]
        shown = tuple(
            _cell(waiting, (sheet, lines[0], c.field), c, word or row.get(c, "")) for c in asked
        )
        with_it = len(table.whole_days([(sheet, n) for n in lines], day_of))
        found.append(
            Fault(
                shown,
                len(refused),
                tuple(dict.fromkeys((p.column, p.message) for p in of_group)),
                lines,
                tuple(
                    (column.heading, without_mark(written).strip())
                    for column, written in row.items()
                    if column not in asked
                    and written.strip()
                    and not form.is_free(column)
                    and not (waiting.site and column.field == "site_id")
                ),
                next(filter(None, (_offered(table, cell) for cell in shown[: len(refused)])), ""),
                with_it if with_it > len(lines) else 0,
            )
        )
    return tuple(found)


def _cell(waiting: WaitingFile, place: Place, column: Column, written: str) -> FaultyCell:
    text = without_mark(written).strip()
    return FaultyCell(place, column, text, place in waiting.typed)


def _offered(table: StoredTable, cell: FaultyCell) -> str:
    """The day that the rows before and after a wrong one have, where it is the same and can be read; "" else."""
    if cell.column.cell != "day" or cell.column.field != FORMATS[table.form].day:
        return ""
    number, line, field = cell.place
    sheet, at = table.sheets[number], table.places[field]
    here = sheet.lines.index(line)
    beside = [sheet.cells[i][at] for i in (here - 1, here + 1) if 0 <= i < len(sheet.lines)]
    days = {readable_day(text) for text in beside}
    when = days.pop() if len(beside) == 2 and len(days) == 1 else None
    return f"{when:%d/%m/%Y}" if when else ""
