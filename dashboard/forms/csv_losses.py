"""Losses in a CSV that no cell shows by itself: digits cut by a spreadsheet, lines swallowed by a quoted cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.forms.cell_display import DIGITS_LOST
from dashboard.forms.cells import Memo
from dashboard.forms.form_sheets import FormSheet
from dashboard.forms.problem import Report

DIGITS_KEPT = 15  # digits of a number that a spreadsheet keeps; it writes zeros for the rest
ENOUGH_ZEROS = 2  # zeros by chance: one reference in a hundred of another program ends so


@dataclass
class CsvLossChecks:
    """Checks the rows of one CSV for losses. memos: field to the Memo of its column."""

    sheet: FormSheet
    memos: Mapping[str, Memo]
    report: Report
    _too_long: int = 0  # numbers of more digits than are kept
    _ending_in_zeros: int = 0  # those of them with nothing but zeros for the rest
    _zeros: int = 0
    _first: tuple[int, str, str] | None = None

    def check_rows(
        self, cells: Sequence[Sequence[str]], lines: Sequence[int], *, has_line_breaks: bool
    ) -> None:
        """Check some rows, by column, those that are refused too. has_line_breaks: whether some cell has a line
        break."""
        form, places = self.sheet.form, self.sheet.places
        keys = {
            places[c.field]: c for c in form.columns if c.cell == "text" and not form.is_free(c)
        }
        for place, texts in enumerate(cells):
            if place not in keys:
                if has_line_breaks:
                    self._look_for_rows(place, texts, lines)
            elif max(map(len, texts)) > DIGITS_KEPT:
                for line, text in zip(lines, map(str.strip, texts), strict=True):
                    if len(text) > DIGITS_KEPT and text.isascii() and text.isdigit():
                        self._note(line, keys[place].heading, text)

    def _look_for_rows(self, place: int, texts: Sequence[str], lines: Sequence[int]) -> None:
        """Report the cells of a column that contain a line of the table."""
        for line, text in zip(lines, texts, strict=True):
            if ("\n" in text or "\r" in text) and self._holds_a_row(text, place):
                self.report(
                    line,
                    self.sheet.headings[place].strip(),
                    text,
                    "une autre ligne du tableau est prise dans cette case, par un guillemet en trop au début de l'une et à la"
                    " fin de l'autre : les ôter, ou les doubler (\"\") s'ils font partie du texte.",
                )

    def report_cut_numbers(self) -> None:
        """Report the numbers whose digits were cut, once all rows are checked."""
        if self._first and self._ending_in_zeros == self._too_long and self._zeros >= ENOUGH_ZEROS:
            line, heading, text = self._first
            self.report(line, heading, text, DIGITS_LOST)

    def _note(self, line: int, heading: str, text: str) -> None:
        """Count a number of more digits than a spreadsheet keeps."""
        rest = text[DIGITS_KEPT:]
        self._too_long += 1
        if not rest.strip("0"):
            self._ending_in_zeros += 1
            self._zeros += len(rest)
            self._first = self._first or (line, heading, text)

    def _holds_a_row(self, text: str, place: int) -> bool:
        """Whether a line within the text is a row, or the beginning of one as far as this column."""
        return any(self._is_row(line, place) for line in text.splitlines()[1:])

    def _is_row(self, line: str, place: int) -> bool:
        """Whether a line is a row, or the beginning of one as far as this column."""
        cells, places = line.split(self.sheet.delimiter), self.sheet.places
        required = [
            c.field for c in self.sheet.form.columns if c.required and places[c.field] < len(cells)
        ]
        return (
            len(cells) in (self.sheet.width, place + 1)
            and len(required) > 1
            and all(self.memos[field].can_read(cells[places[field]]) for field in required)
        )
