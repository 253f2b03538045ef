"""Blank forms as a point focal fills them in: what a workbook offers is read from the workbook itself."""

import io
from datetime import date, time
from pathlib import Path

import openpyxl
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.worksheet import Worksheet

from dashboard.exports.blank_form import FIRST, HEADINGS
from dashboard.forms.blank_rows import GUIDE
from dashboard.forms.formats import FORMATS, Column, Format
from db.codes import LEFT

MONTH = date(2025, 3, 1)
Rows = list[dict[str, object]]


def opened(content: bytes | Path) -> openpyxl.Workbook:
    """The workbook, read by another library than the one that wrote it."""
    return openpyxl.load_workbook(io.BytesIO(content) if isinstance(content, bytes) else content)


def offered(book: openpyxl.Workbook, form: Format) -> dict[str, list[str]]:
    """The words of each drop-down list, by field, as its cells name them."""
    sheet, found = book.worksheets[0], {}
    for rule in sheet.data_validations.dataValidation:
        if rule.type != "list":
            continue
        name, _, cells = rule.formula1.rpartition("!")
        assert name.replace("''", "'").strip("'$") == GUIDE
        left, top, right, bottom = range_boundaries(cells)  # LibreOffice writes one cell as itself
        assert left == right
        words = [str(book[GUIDE].cell(row, left).value) for row in range(top, bottom + 1)]
        for place in {cell.min_col for cell in rule.sqref.ranges}:
            field = form.columns[place - 1].field
            assert found.setdefault(field, words) == words
    return found


def columns_of(sheet: Worksheet) -> dict[int, ColumnDimension]:
    """What is said of each column, by its number: neighbours alike are written as one."""
    said = sheet.column_dimensions.values()
    return {place: one for one in said for place in range(one.min, one.max + 1)}


def filled_rows(form: Format, words: dict[str, list[str]]) -> Rows:
    """Lines with each word of each list at least once, days and times as a spreadsheet has them; the centre is there already."""
    monthly = form.column(form.day).cell == "month"
    most = 1 if monthly else max(map(len, words.values()))
    return [_row(form, words, i) for i in range(most)]


def _row(form: Format, words: dict[str, list[str]], i: int) -> dict[str, object]:
    clocks = [c.field for c in form.columns if c.cell == "clock"]
    row = {c.field: _cell(c, words, i, clocks) for c in form.columns if c.cell != "site"}
    if form.visits and row["outcome"] == _left():
        row["called_at"] = row["ended_at"] = None  # nobody called who left
    return row


def _left() -> str:
    values = FORMATS["registre"].column("outcome").cell.values
    return next(word for word, value in values.items() if value == LEFT)


def _cell(column: Column, words: dict[str, list[str]], i: int, clocks: list[str]) -> object:
    if column.field in words:
        return words[column.field][i % len(words[column.field])]
    if column.cell == "clock":
        return time(8 + clocks.index(column.field), i)
    if column.cell == "text":
        return f"00{i}"
    return (
        i if column.cell == "whole" else MONTH.replace(day=1 + (0 if column.cell == "month" else i))
    )


def write(sheet: Worksheet, form: Format, rows: Rows, first: int = FIRST + 1) -> None:
    """Type the rows into the sheet, from a line on."""
    heads = [cell.value for cell in sheet[HEADINGS + 1]]
    for line, row in enumerate(rows, first):
        for field, value in row.items():
            sheet.cell(line, heads.index(form.column(field).heading) + 1).value = value


def filled(content: bytes, form: Format, path: Path) -> int:
    """Fill the blank in, each word of each list once, and save it; returns how many lines."""
    book = opened(content)
    rows = filled_rows(form, offered(book, form))
    write(book.worksheets[0], form, rows)
    book.save(path)
    return len(rows)
