"""What a CSV may have lost on its way, and nothing in a cell alone would show: digits, and lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboard.forms.cells import Memo
from dashboard.forms.formats import Column, Format
from dashboard.forms.problem import Report
from dashboard.forms.shown import DIGITS_LOST

KEPT = 15  # digits of a number that a spreadsheet keeps; it writes zeros for the rest
ENOUGH = 2  # zeros by chance: one reference in a hundred of another program ends so


@dataclass
class Doubts:
    """Looks through the texts of one CSV, column by column. places: field to place in a row; width: cells in a row; known:
    field to what its cells are read by."""

    form: Format
    delimiter: str
    places: dict[str, int]
    width: int
    known: Mapping[str, Memo]
    report: Report
    _long: int = 0  # numbers of more digits than are kept
    _cut: int = 0  # those of them with nothing but zeros for the rest
    _zeros: int = 0
    _first: tuple[int, str, str] | None = None

    def look(self, column: Column, texts: Sequence[str], lines: Sequence[int]) -> None:
        """Look through a part of a column of texts."""
        if self.form.is_free(column):
            for line, text in zip(lines, texts, strict=True):
                if len(text.splitlines()) > 1 and self._holds_a_row(text, column):
                    self.report(
                        line,
                        column.heading,
                        text,
                        "une autre ligne du tableau est prise dans cette case, par un guillemet en trop au début de l'une"
                        " et à la fin de l'autre : les ôter, ou les doubler (\"\") s'ils font partie du texte.",
                    )
        elif max(map(len, texts)) > KEPT:
            for line, text in zip(lines, map(str.strip, texts), strict=True):
                if len(text) > KEPT and text.isascii() and text.isdigit():
                    self._note(line, column.heading, text)

    def close(self) -> None:
        """Report the numbers that were cut, now that all are known."""
        if self._first and self._cut == self._long and self._zeros >= ENOUGH:
            line, heading, text = self._first
            self.report(line, heading, text, DIGITS_LOST)

    def _note(self, line: int, heading: str, text: str) -> None:
        rest = text[KEPT:]
        self._long += 1
        if not rest.strip("0"):
            self._cut += 1
            self._zeros += len(rest)
            self._first = self._first or (line, heading, text)

    def _holds_a_row(self, text: str, column: Column) -> bool:
        """Whether a line within the text is a row, or the beginning of one as far as this column."""
        return any(self._is_row(line, column) for line in text.splitlines()[1:])

    def _is_row(self, line: str, column: Column) -> bool:
        cells = line.split(self.delimiter)
        required = list(self._required(len(cells)))
        return (
            len(cells) in (self.width, self.places[column.field] + 1)
            and len(required) > 1
            and all(self.known[field].reads(cells[self.places[field]]) for field in required)
        )

    def _required(self, width: int) -> Iterator[str]:
        """The fields that must be filled and stand among the first so many cells."""
        return (c.field for c in self.form.columns if c.required and self.places[c.field] < width)
