"""Merged and hidden cells of a workbook's sheet: a merged cell holds for all its rows, and hidden content is
reported.

Before: `dashboard.forms.workbook`, which says what is merged and hidden. After: `dashboard.forms.row_blocks`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dashboard.forms.blank_rows import is_example_row
from dashboard.forms.formats import Format
from dashboard.forms.problem import Report
from dashboard.french import plural_phrase


class MergedCell(NamedTuple):
    """A merged cell: its first and last line (1 is the first of the sheet), its first and last column (0 is the first)."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Layout:
    """The merged cells of a sheet, and its hidden lines and columns."""

    merged_cells: tuple[MergedCell, ...] = ()
    hidden_lines: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    def fill_headings(self, top: Sequence[list[str]]) -> list[list[str]]:
        """The first lines of the sheet, a heading that is merged over several repeated in each."""
        lines = [list(line) for line in top]
        for cell in self.merged_cells:
            if cell.top > len(lines) or len(lines[cell.top - 1]) <= cell.left:
                continue
            for line in lines[cell.top : cell.bottom]:
                line.extend([""] * (cell.left + 1 - len(line)))
                line[cell.left] = lines[cell.top - 1][cell.left]
        return lines


@dataclass
class Table:
    """A form's rows in a sheet of that layout. first_line: of the first row; width: of the headings; places: field to
    place in a row. What a person would not see, or could read in two ways, goes to `report`."""

    layout: Layout
    form: Format
    first_line: int
    headings: tuple[str, ...]
    places: dict[str, int]
    report: Report
    _open_cells: dict[MergedCell, str] = field(
        default_factory=dict
    )  # merged cells of this line, with their text
    _hidden: list[int] = field(default_factory=list)  # lines that are hidden and filled

    def __post_init__(self) -> None:
        self._columns = {self.places[c.field]: c for c in self.form.columns}
        self._required = [i for i, column in self._columns.items() if column.required]
        self._veiled = self.layout.hidden_columns & self._columns.keys()
        below = [m for m in self.layout.merged_cells if m.bottom >= self.first_line]
        self._to_come = sorted((m for m in below if m.top >= self.first_line), reverse=True)
        # Of a heading, or of a title, that reaches down into the rows.
        self._open_cells.update((m, "") for m in below if m.top < self.first_line)
        self._headings = [
            m
            for m in self.layout.merged_cells
            if m.top < self.first_line <= m.bottom + 1
            and m.right > m.left
            and m.left in self._columns
        ]

    def visible_rows(self, rows: Iterator[list[str]]) -> Iterator[list[str]]:
        """The rows with merged cells filled in; hidden ones are reported."""
        line = self.first_line - 1
        for line, row in enumerate(rows, self.first_line):
            yield self._row(line, row)
        if any(cell.bottom > line for cell in self._open_cells):
            self._row(line + 1, [])  # what is merged goes on below the last row
        if self._hidden:
            more = len(self._hidden) - 1
            others = f", comme {plural_phrase(more, 'autre')}" if more else ""
            self.report(
                self._hidden[0],
                "",
                "",
                f"cette ligne est masquée{others} (par un filtre, ou à la main) : l'afficher pour qu'elle soit lue, ou"
                " la supprimer.",
            )

    def _row(self, line: int, row: list[str]) -> list[str]:
        """One row as a person sees it."""
        if self.layout.merged_cells:
            row = self._fill_merged(line, row)
        if any(map(str.strip, row)) and not is_example_row(row):
            if line in self.layout.hidden_lines:
                self._hidden.append(line)
            self._report_hidden_columns(line, row)
        return row

    def _report_hidden_columns(self, line: int, row: list[str]) -> None:
        """Report what stands in a hidden column of the form, or beside the only column that a heading names."""
        for place in sorted(i for i in self._veiled if i < len(row) and row[i].strip()):
            self._veiled = self._veiled - {place}
            self.report(
                line,
                self._columns[place].heading,
                row[place],
                "cette colonne est masquée et remplie : l'afficher pour qu'elle soit lue, ou la vider.",
            )
        for cell in self._headings:
            for text in filter(str.strip, row[cell.left + 1 : cell.right + 1]):
                self.report(
                    line,
                    "",
                    text,
                    f"cette case est sous l'intitulé « {self.headings[cell.left]} », fusionné sur plusieurs colonnes, dont"
                    " seule la première est lue : défusionner l'intitulé, et ne remplir qu'une colonne.",
                )

    def _fill_merged(self, line: int, row: list[str]) -> list[str]:
        """The row with the text of each merged cell in its first column, on all its lines; nothing under the rest of
        it."""
        self._open_cells = {m: text for m, text in self._open_cells.items() if m.bottom >= line}
        over = list(self._open_cells)
        own = self._clear_covered(row, over)
        while self._to_come and self._to_come[-1].top <= line:
            cell = self._to_come.pop()
            text = own[cell.left] if cell.left < len(own) else ""
            self._open_cells[cell] = text
            own = self._clear_covered(own, [cell._replace(left=cell.left + 1)])
            self._check(line, cell, text)
        filled = list(own)
        for cell in over:
            filled.extend([""] * (cell.left + 1 - len(filled)))
            filled[cell.left] = self._open_cells[cell]
        if any(map(str.strip, own)):
            return filled
        if over and all(i < len(filled) and filled[i].strip() for i in self._required):
            self.report(
                line,
                "",
                "",
                "cette ligne n'a que des cases fusionnées avec celles du dessus, et rien à elle : les défusionner, et"
                " remplir une ligne par cas, ou supprimer celle-ci.",
            )
        return []

    @staticmethod
    def _clear_covered(row: list[str], cells: Sequence[MergedCell]) -> list[str]:
        """The row without what stands under these merged cells, which nobody sees."""
        kept = list(row)
        for cell in cells:
            for place in range(cell.left, min(cell.right + 1, len(kept))):
                kept[place] = ""
        return kept

    def _check(self, line: int, cell: MergedCell, text: str) -> None:
        """Report a merged cell that covers two columns of the form, or a number over several rows."""
        if not text.strip():
            return
        covered = [i for i in range(cell.left + 1, cell.right + 1) if i in self._columns]
        if covered:
            start = self.headings[cell.left].strip() if cell.left < len(self.headings) else ""
            self.report(
                line,
                self._columns[covered[0]].heading,
                text,
                f"cette case est fusionnée avec celle de gauche (« {start} ») : la défusionner, et remplir chaque colonne.",
            )
        column = self._columns.get(cell.left)
        if column and column.cell == "whole" and cell.bottom > cell.top:
            self.report(
                line,
                column.heading,
                text,
                f"ce nombre est fusionné sur {cell.bottom - cell.top + 1} lignes : est-ce celui de chacune, ou leur"
                " total ? Défusionner, et écrire un nombre par ligne.",
            )
