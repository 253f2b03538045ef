"""Problems of a file, and where: the sentences that a person reads."""

from dataclasses import dataclass
from typing import Protocol

from dashboard.french import upper_first

SPACES = "\u00a0\u202f"  # of French typography: they do no harm on a screen


def make_visible(text: str) -> str:
    """`text` with every character that a screen would obey or hide (escapes, line breaks, reversals) written out."""
    return (
        text
        if text.isprintable()
        else "".join(
            c if c.isprintable() or c in SPACES else c.encode("unicode_escape").decode()
            for c in text
        )
    )


@dataclass(frozen=True)
class Problem:
    """A problem: line (headings are 1; None for the whole file), heading, the cell's text, what to do, and the sheet,
    in a workbook of several; also: the headings of the row's cells that it does not agree with."""

    line: int | None
    column: str
    cell_text: str
    message: str
    sheet: str = ""
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        places = [
            f"feuille « {self.sheet} »" if self.sheet else "",
            f"ligne {self.line}" if self.line else "",
        ]
        where = ", ".join(filter(None, places)) or "fichier"
        column = f", colonne « {self.column} »" if self.column else ""
        found = f" : lu « {self.cell_text[:80]} »" if self.cell_text else ""
        return make_visible(f"{upper_first(where)}{column}{found} : {self.message}")


class Report(Protocol):
    """A function that takes a problem's parts; without a sheet, it is the one being read."""

    def __call__(
        self,
        line: int | None,
        column: str,
        cell_text: str,
        message: str,
        sheet: str | None = None,
        also: tuple[str, ...] = (),
    ) -> None: ...


class Unreadable(Exception):
    """The file, or a sheet of it, cannot be read: the reason, in French, with the line where that is known."""

    def __init__(
        self, reason: str, line: int | None = None, cell_text: str = "", sheet: str = ""
    ) -> None:
        super().__init__(reason)
        self.line, self.cell_text, self.sheet = line, cell_text, sheet
