"""Tables as HTML: they print in full, are read aloud, and names in them can be links.

`static/ccsp-pages.js` sorts one when a heading is clicked.
"""

import re
from functools import lru_cache
from html import escape

import streamlit as st

from dashboard.panel import Cell, Column, Table
from dashboard.ui import filter_state
from dashboard.ui.links import anchor

UNIT = re.compile(r"(?<=\d) (?=(\w|\d{3})\b)")
WORDS = frozenset({"", "day", "month", "mixed"})  # units of columns that are aligned left


def draw(table: Table, *, label: str, height: int | None = None) -> None:
    """Draw a table. label: what it contains, for screen readers. height: in pixels, beyond which it scrolls."""
    held = tuple(filter_state.non_default().items()) if table.has_links else ()
    st.html(markup(table, label, height, held))


@lru_cache(128)  # answers are cached: the same table is drawn for every reader and run
def markup(
    table: Table, label: str, height: int | None = None, held: tuple[tuple[str, str], ...] = ()
) -> str:
    """The table as HTML, all text escaped. held: the filters that its links keep."""
    head = "".join(
        f'<th scope="col"{_side(c)}><button type="button">{escape(_bind_heading(c.name))}</button></th>'
        for c in table.columns
    )
    rows = "".join(
        "<tr>"
        + "".join(
            _cell(cell, column, held, first=at == 0)
            for at, (cell, column) in enumerate(zip(row, table.columns, strict=True))
        )
        + "</tr>"
        for row in table.rows
    )
    tall = f' style="max-height:{height}px"' if height else ""
    return (
        f'<div class="ccsp-table" role="region" tabindex="0" aria-label="{escape(label)}"{tall}>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(cell: Cell, column: Column, held: tuple[tuple[str, str], ...], *, first: bool) -> str:
    """The HTML of a cell. first: in the first column."""
    kind = 'th scope="row"' if first else "td"
    value = "" if cell.value is None else f' data-v="{escape(str(cell.value))}"'
    html = anchor(cell.text, cell.link, held)
    html = f"<b>{html}</b>" if cell.strong else html
    return f"<{kind}{_side(column)}{value}>{html}</{kind[:2]}>"


def _bind_heading(name: str) -> str:
    """A heading with no-break spaces, so that no letter or number stands alone on a line: « traitées en 30 j », « pour 1 000
    visites »."""
    return UNIT.sub("\N{NO-BREAK SPACE}", name)


def _side(column: Column) -> str:
    """The CSS class of a column's alignment."""
    return "" if column.unit in WORDS else ' class="n"'
