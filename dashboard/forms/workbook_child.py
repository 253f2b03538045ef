"""Reads one workbook from standard input and writes its rows to standard output, one JSON array a line.

Started by workbook.py in a process of its own, with limits, because a workbook from outside may be made to exhaust
memory or time. Imports the standard library, three modules beside it and openpyxl only. Argument: the limits, as a
JSON object. Before the rows of a sheet comes an object: {"sheet": name, "hidden": whether nobody sees it}, with its
layout (see `workbook_parts.layout`). The last line is an object: {"end": rows written}, or {"refused": code, ...};
without it rows are missing.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, time, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any

if not __package__:  # started by its path, isolated: nothing of ours is found
    sys.path.append(str(Path(__file__).parents[2]))
    # openpyxl would import the libraries that it writes arrays and pictures with, which doubles its own import time.
    sys.modules["numpy"] = sys.modules["PIL"] = None  # type: ignore[assignment]

from dashboard.forms.number_format import shown_number, shown_text
from dashboard.forms.workbook_parts import (
    Limits,
    Refused,
    check_archive,
    layout,
    number_formats,
    open_workbook,
)

TRUTHS = {"=TRUE()": "VRAI", "=FALSE()": "FAUX"}  # how LibreOffice writes what was typed as such
LONGEST_TEXT = 32_767  # Excel's own longest cell


def formula_text(formula: object) -> str:
    """The formula, beginning with "="; an array formula keeps its text, a data table has none."""
    text = str(getattr(formula, "text", formula if isinstance(formula, str) else ""))
    return text if text.startswith("=") else f"={text}"


class Reader:
    """Reads the cells of one workbook as they are shown."""

    def __init__(self, book: Any) -> None:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904, to_excel

        self.formats = number_formats(book) or [(0, "General")]
        self.from_1904 = book.epoch == CALENDAR_MAC_1904
        self._serial: Callable[[object], float] = partial(to_excel, epoch=book.epoch)

    def text(self, cell: Any) -> str:
        """The cell in the spelling of a CSV return: JJ/MM/AAAA, HH:MM, 12, 1,5, VRAI, =A1, #REF!; marked where it
        holds something else than it shows (see `cell_display`)."""
        value, kind = cell.value, cell.data_type
        if value is None:
            return ""
        if kind == "f":
            said = formula_text(value)
            return TRUTHS.get(said.upper(), said)
        if isinstance(value, bool):
            return "VRAI" if value else "FAUX"
        if isinstance(value, date | time | timedelta):  # « Strict Open XML » writes days as text
            value = self._serial(value)
        place, code = self.formats[cell._style_id]
        if isinstance(value, int | float):
            return shown_number(value, code, place, from_1904=self.from_1904)
        return shown_text(str(value).strip(), code) if kind == "s" else str(value).strip()

    def row(self, cells: Sequence[Any]) -> list[str]:
        """The row as texts, without the empty cells at its end."""
        texts = list(map(self.text, cells))
        for cell, text in zip(cells, texts, strict=True):
            if len(text) > LONGEST_TEXT:
                raise Refused("text", cell=cell.coordinate)
        while texts and not texts[-1]:
            texts.pop()
        return texts

    def rows(self, sheet: Any) -> Iterator[list[str]]:
        """Rows from the sheet's first to its last with content; a blank row is an empty list."""
        blank = 0
        for cells in sheet.iter_rows():
            texts = self.row(cells)
            if not texts:
                blank += 1
                continue
            for _ in range(blank):
                yield []
            blank = 0
            yield texts


def write_rows(book: Any, limits: Limits, out: IO[bytes]) -> int:
    """Write every sheet of openpyxl's workbook that has content; returns the number of rows."""
    total = 0
    visible = False
    reader = Reader(book)
    for sheet in book.worksheets:
        hidden = sheet.sheet_state != "visible"
        name = sheet.title if len(book.worksheets) > 1 else ""
        xml = book._archive.read(sheet._worksheet_path)
        lies = layout(xml, limits)
        sheet._get_source = lambda xml=xml: BytesIO(xml)
        count = 0
        for texts in reader.rows(sheet):
            if not count:
                out.write(json.dumps({"sheet": name, "hidden": hidden, **lies}).encode() + b"\n")
            count += 1
            out.write(json.dumps(texts, ensure_ascii=False).encode() + b"\n")
        total += count
        visible = visible or bool(count and not hidden)
    if not visible:
        raise Refused("empty")
    return total


def main() -> int:
    """Copy the rows of standard input to standard output; exit code 0 after {"end": ...}, 1 after {"refused": ...}."""
    limits = json.loads(sys.argv[1])
    out = sys.stdout.buffer
    try:
        check_archive(sys.stdin.buffer, limits)
        rows = write_rows(open_workbook(sys.stdin.buffer, limits), limits, out)
        answer: dict[str, object] = {"end": rows}
    except Refused as refusal:
        answer = refusal.answer
    except MemoryError:
        answer = {"refused": "memory"}
    except Exception as error:
        # Whatever openpyxl meets in a damaged file: KeyError, ValueError, ParseError.
        answer = {"refused": "unreadable", "cause": type(error).__name__}
    out.write(json.dumps(answer).encode() + b"\n")
    out.flush()
    return 0 if "end" in answer else 1


if __name__ == "__main__":
    sys.exit(main())
