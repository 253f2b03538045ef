"""Reads one workbook from standard input and writes its rows to standard output, one JSON array a line.

Started by workbook.py in a process of its own, because a workbook from outside may be made to exhaust memory
or time. Imports the standard library and openpyxl only. Argument: the limits, as a JSON object.
Before the rows of a sheet comes an object: {"sheet": name, "hidden": whether nobody sees it}.
The last line is an object: {"end": rows written}, or {"refused": code, ...}; without it rows are missing.
"""

import json
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:  # openpyxl is imported once the limits hold
    from openpyxl import Workbook
    from openpyxl.cell import Cell

LAST_ROW = 1_048_576  # Excel's own last row
LONGEST_TEXT = 32_767  # Excel's own longest cell
TOP_OF_HIDDEN = 30  # rows of a hidden sheet that tell whether it is a form that somebody forgot


Limits = dict[str, int]  # workbook.Limits, by name


class Refused(Exception):
    """The workbook will not be read; carries a code of workbook.REASONS and what its sentence needs."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.answer: dict[str, object] = {"refused": code, **details}


def limit_process(limits: Limits) -> None:
    """Set the limits on the process itself: preexec_fn is not safe in a server that has threads."""
    if not sys.platform.startswith("linux"):
        return  # Windows has no such limits, macOS refuses them: sizes and the parent's time-out remain
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (limits["memory_bytes"],) * 2)
    # A second between the two: the first ends the process by SIGXCPU, which the parent tells from a crash.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_archive(file: IO[bytes], limits: Limits) -> None:
    """Refuse by the archive's table of contents; zipfile never unpacks more than the size declared there."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        raise Refused("not_xlsx") from None
    if len(entries) > limits["entries"]:
        raise Refused("entries")
    if sum(entry.file_size for entry in entries) > limits["unpacked_bytes"]:
        raise Refused("unpacked")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("encrypted")
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Refused("not_xlsx")


def open_workbook(file: IO[bytes], limits: Limits) -> "Workbook":
    """The open workbook, read row by row; openpyxl is imported here, once the limits hold."""
    # openpyxl would import numpy, for nothing here: time, and memory for each core.
    sys.modules["numpy"] = None  # type: ignore[assignment]  # so Python is told that there is none
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet import _read_only, _reader

    class StrictParser(_reader.WorkSheetParser):
        """Refuses what openpyxl passes over: it drops a row out of order and keeps the last of two cells."""

        def parse_row(self, row: Any) -> tuple[int, list[dict[str, Any]]]:
            before = self.row_counter
            index, cells = super().parse_row(row)
            self.row_dimensions.clear()  # heights and styles, one dictionary a row, that nobody reads
            if index <= before or any(cell["row"] != index for cell in cells):
                raise Refused("unreadable")
            columns = [cell["column"] for cell in cells]
            if any(left >= right for left, right in zip(columns, columns[1:], strict=False)):
                raise Refused("unreadable")
            if index > LAST_ROW:
                raise Refused("rows")
            beyond = [cell for cell in cells if cell["column"] > limits["columns"]]
            filled = next((cell for cell in beyond if cell["value"] is not None), None)
            if filled:
                raise Refused("columns", cell=f"{get_column_letter(filled['column'])}{index}")
            return index, cells[: len(cells) - len(beyond)]

    vars(_read_only)["WorkSheetParser"] = StrictParser
    return load_workbook(file, read_only=True, data_only=False, keep_links=False)


def time_text(seconds: int) -> str:
    """HH:MM, or HH:MM:SS where the seconds are not 0."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def moment_text(moment: datetime) -> str:
    """A date, a time (a moment in 1899 or 1900 is how Excel stores a time of day), or both."""
    # Excel keeps fractions of a day: 8:20 may come back as 8:19:59.998.
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    clock = time_text(moment.hour * 3600 + moment.minute * 60 + moment.second)
    day = f"{moment.day:02}/{moment.month:02}/{moment.year:04}"
    if moment.time() == time(0):
        return day
    return clock if moment.year in (1899, 1900) else f"{day} {clock}"


def number_text(number: int | float) -> str:
    """Digits with a point and no exponent; 15 significant digits, as Excel shows, so 0.1 + 0.2 is 0.3."""
    return str(number) if isinstance(number, int) else f"{Decimal(format(number, '.15g')):f}"


def formula_text(formula: object) -> str:
    """The formula, beginning with "="; an array formula keeps its text, a data table has none."""
    text = str(getattr(formula, "text", formula if isinstance(formula, str) else ""))
    return text if text.startswith("=") else f"={text}"


def cell_text(value: object, data_type: str) -> str:
    """The cell in the spelling a CSV return has: JJ/MM/AAAA, HH:MM, 12, 1.5, oui, =A1, #REF!."""
    if value is None:
        return ""
    if data_type == "f":
        return formula_text(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return moment_text(datetime.combine(value, time(0)))
    if isinstance(value, time):
        seconds = (
            value.hour * 3600 + value.minute * 60 + value.second + round(value.microsecond / 1e6)
        )
        return time_text(min(seconds, 86_399))
    if isinstance(value, timedelta):
        return time_text(round(value.total_seconds()))
    return str(value).strip()


def row_texts(cells: Sequence["Cell"]) -> list[str]:
    """The row as texts, without the empty cells at its end."""
    texts = [cell_text(cell.value, cell.data_type) for cell in cells]
    for cell, text in zip(cells, texts, strict=True):
        if len(text) > LONGEST_TEXT:
            raise Refused("text", cell=cell.coordinate)
    while texts and not texts[-1]:
        texts.pop()
    return texts


def sheet_rows(sheet: Any) -> Iterator[list[str]]:
    """Rows from the sheet's first to its last with content; a blank row is an empty list."""
    sheet.reset_dimensions()  # the size a sheet claims is often false
    blank = 0
    for cells in sheet.iter_rows():
        texts = row_texts(cells)
        if not texts:
            blank += 1
            continue
        for _ in range(blank):
            yield []
        blank = 0
        yield texts


def write_rows(book: "Workbook", out: IO[bytes]) -> int:
    """Write every sheet that has content, and give back the number of rows; of a hidden sheet, its top."""
    total = 0
    visible = False
    for sheet in book.worksheets:
        hidden = sheet.sheet_state != "visible"
        name = sheet.title if len(book.worksheets) > 1 else ""
        count = 0
        for texts in islice(sheet_rows(sheet), TOP_OF_HIDDEN if hidden else None):
            if not count:
                out.write(json.dumps({"sheet": name, "hidden": hidden}).encode() + b"\n")
            count += 1
            out.write(json.dumps(texts, ensure_ascii=False).encode() + b"\n")
        total += count
        visible = visible or bool(count and not hidden)
    if not visible:
        raise Refused("empty")
    return total


def main() -> int:
    """Exit code 0 after {"end": ...}, 1 after {"refused": ...}."""
    limits = json.loads(sys.argv[1])
    out = sys.stdout.buffer
    try:
        limit_process(limits)
        check_archive(sys.stdin.buffer, limits)
        rows = write_rows(open_workbook(sys.stdin.buffer, limits), out)
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
