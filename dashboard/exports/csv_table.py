"""A table as CSV, as a spreadsheet in French opens it: semicolons, decimal commas, and the words of the screen where there is no
number."""

import csv
import io
from datetime import date

from dashboard import french
from dashboard.exports.xlsx import FORMULA, clean, heading_with_unit
from dashboard.panel import Cell, Panel
from dashboard.partial_counts import is_hedged


def csv_table(panel: Panel) -> bytes:
    """The panel's table, a line for each row. A number that is only a floor, or only what is known, is written as the screen
    has it: « au moins 56 »."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_plain(heading_with_unit(c.name, c.unit)) for c in panel.table.columns])
    writer.writerows([_cell(cell) for cell in row] for row in panel.table.rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(cell: Cell) -> str:
    """A cell: a number without spaces, unrounded; a day; else its words."""
    value = cell.value
    if isinstance(value, date):
        return french.date_short(value)
    if isinstance(value, int | float) and not is_hedged(cell.text):
        return repr(value).removesuffix(".0").replace(".", ",")
    return _plain(cell.text)


def _plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    text = clean(text)
    return f"'{text}" if text.startswith(FORMULA) else text
