"""What a CSV may have lost on its way, and nothing in a cell alone would show: digits, and lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.forms.cell_display import DIGITS_LOST
from dashboard.forms.cells import Memo
from dashboard.forms.form_sheets import FormSheet
from dashboard.forms.problem import Report

KEPT = 15  # digits of a number that a spreadsheet keeps; it writes zeros for the rest
ENOUGH = 2  # zeros by chance: one reference in a hundred of another program ends so


@dataclass
class Doubts:
    """Looks through the rows of one CSV. known: field to what its cells are read by."""

    sheet: FormSheet
    known: Mapping[str, Memo]
    report: Report
    _long: int = 0  # numbers of more digits than are kept
    _cut: int = 0  # those of them with nothing but zeros for the rest
    _zeros: int = 0
    _first: tuple[int, str, str] | None = None

    def look(self, cells: Sequence[Sequence[str]], lines: Sequence[int], *, broken: bool) -> None:
        """Look through some rows, by column, those that are not read too. broken: whether a cell has a line break."""
        form, places = self.sheet.form, self.sheet.places
        keys = {
            places[c.field]: c for c in form.columns if c.cell == "text" and not form.is_free(c)
        }
        for place, texts in enumerate(cells):
            if place not in keys:
                if broken:
                    self._look_for_rows(place, texts, lines)
            elif max(map(len, texts)) > KEPT:
                for line, text in zip(lines, map(str.strip, texts), strict=True):
                    if len(text) > KEPT and text.isascii() and text.isdigit():
                        self._note(line, keys[place].heading, text)

    def _look_for_rows(self, place: int, texts: Sequence[str], lines: Sequence[int]) -> None:
        """Report the cells of a column within which a line of the table stands. Within keys, no line may stand at all."""
        for line, text in zip(lines, texts, strict=True):
            if ("\n" in text or "\r" in text) and self._holds_a_row(text, place):
                self.report(
                    line,
                    self.sheet.headings[place].strip(),
                    text,
                    "une autre ligne du tableau est prise dans cette case, par un guillemet en trop au début de l'une et à la"
                    " fin de l'autre : les ôter, ou les doubler (\"\") s'ils font partie du texte.",
                )

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

    def _holds_a_row(self, text: str, place: int) -> bool:
        """Whether a line within the text is a row, or the beginning of one as far as this column."""
        return any(self._is_row(line, place) for line in text.splitlines()[1:])

    def _is_row(self, line: str, place: int) -> bool:
        cells, places = line.split(self.sheet.delimiter), self.sheet.places
        required = [
            c.field for c in self.sheet.form.columns if c.required and places[c.field] < len(cells)
        ]
        return (
            len(cells) in (self.sheet.width, place + 1)
            and len(required) > 1
            and all(self.known[field].reads(cells[places[field]]) for field in required)
        )
