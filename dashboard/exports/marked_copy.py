"""A file that was sent, as a workbook: its rows, each faulty cell marked, and what is to be corrected beside them.

Before: `dashboard.actions.handing_in`. After: `dashboard.web.hand_in_pages`.
"""

import io
from collections.abc import Iterable, Mapping

import xlsxwriter

from dashboard import palette
from dashboard.forms.cell_display import without_mark
from dashboard.forms.formats import FORMATS
from dashboard.forms.stored_table import StoredTable

TO_CORRECT = "À corriger"  # a heading that no form has: the file is handed in again as it is


def marked_copy(table: StoredTable, faults: Iterable[tuple[str, int, str, str]] = ()) -> bytes:
    """An XLSX of the table's rows, all as text. faults: (sheet, line, heading, what to do)."""
    form = FORMATS[table.form]
    headings = [column.heading for column in form.columns]
    wrong: dict[tuple[str, int], dict[str, str]] = {}
    for sheet, line, heading, what in faults:
        wrong.setdefault((sheet, line), {})[heading] = what
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    head = book.add_format({"bold": True, "bottom": 1})
    plain = book.add_format({"num_format": "@"})
    marked = book.add_format(
        {
            "num_format": "@",
            "bg_color": str(palette.NOTICE),
            "border": 1,
            "border_color": str(palette.ALERT),
        }
    )
    for number, stored in enumerate(table.sheets):
        page = book.add_worksheet(
            (stored.name or form.title)[:31] if number == 0 else f"{number + 1}"
        )
        page.freeze_panes(1, 0)
        for at, heading in enumerate([*headings, *([TO_CORRECT] if wrong else [])]):
            page.write_string(0, at, heading, head)
        page.set_column(0, len(headings) - 1, 16)
        page.set_column(len(headings), len(headings), 60)
        for row, (line, cells) in enumerate(zip(stored.lines, stored.cells, strict=True), 1):
            told: Mapping[str, str] = wrong.get((stored.name, line), {})
            for at, (heading, text) in enumerate(zip(headings, cells, strict=True)):
                page.write_string(row, at, without_mark(text), marked if heading in told else plain)
            if told:
                said = " ".join(f"{heading} : {what}" for heading, what in told.items())
                page.write_string(row, len(headings), said, plain)
    book.close()
    return content.getvalue()
