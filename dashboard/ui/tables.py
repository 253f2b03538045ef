"""Tables as HTML: they print, are read aloud, and names in them can be links.

`static/ccsp-pages.js` sorts one that is whole when a heading is clicked; a long one is shown a page at a time (`table_pages`).
"""

import re
from functools import lru_cache
from html import escape

import streamlit as st

from dashboard.panel import Cell, Column, Table
from dashboard.ui import filter_state, table_pages
from dashboard.ui.links import anchor
from dashboard.ui.table_pages import Order

UNIT = re.compile(r"(?<=\d) (?=(\w|\d{3})\b)")
WIDE = 5  # columns: on a telephone a row of so many words is read as lines, one below the other
WORDS = frozenset({"", "day", "month", "mixed"})  # units of columns that are aligned left


def draw(
    table: Table,
    *,
    label: str,
    key: str,
    height: int | None = None,
    about: tuple[object, ...] = (),
    in_file: bool = False,
) -> None:
    """Draw a table; a long one a page at a time, with the choices of order and page above. label: what it contains, for screen
    readers. height: in pixels, beyond which it scrolls. key, about, in_file: as `table_pages.choose_page` has them."""
    held = tuple(filter_state.non_default().items()) if table.has_links else ()
    page = table_pages.choose_page(table, key, (label, *about), in_file=in_file)
    shown = Table(table.columns, tuple(page.rows)) if page.words else table
    st.html(markup(shown, label, height, held, page.order, page.words))


@lru_cache(128)  # answers are cached: the same table is drawn for every reader and run
def markup(
    table: Table,
    label: str,
    height: int | None = None,
    held: tuple[tuple[str, str], ...] = (),
    order: Order | None = None,
    words: str = "",
) -> str:
    """The table as HTML, all text escaped. held: the filters that its links keep. order, words: of a page of a longer table
    (`table_pages.TablePage`), which the browser does not sort: it does not have the other rows."""
    head = "".join(_heading(c, order, sortable=not words) for c in table.columns)
    lines = len(table.columns) >= WIDE and all(c.unit in WORDS for c in table.columns)
    rows = "".join(
        "<tr>"
        + "".join(
            _cell(cell, column, held, first=at == 0, named=lines)
            for at, (cell, column) in enumerate(zip(row, table.columns, strict=True))
        )
        + "</tr>"
        for row in table.rows
    )
    tall = f' style="max-height:{height}px"' if height else ""
    which = f'<p class="ccsp-rows" role="status">{escape(words)}</p>' if words else ""
    return which + region(label, head, rows, looks=" lines" if lines else "", tall=tall)


def region(
    label: str, head: str, rows: str, foot: str = "", *, looks: str = "", tall: str = ""
) -> str:
    """A table of HTML cells that can be scrolled. label: what it contains; looks: further CSS classes; tall: its style."""
    below = f"<tfoot>{foot}</tfoot>" if foot else ""
    return (
        f'<div class="ccsp-table{looks}" role="region" tabindex="0" aria-label="{escape(label)}"{tall}>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>{below}</table></div>"
    )


def _heading(column: Column, order: Order | None, *, sortable: bool) -> str:
    """The HTML of a column's heading. order: by which the rows are sorted."""
    name = escape(bind_heading(column.name))
    sorted_ = ""
    if order and order.column == column.name:
        sorted_ = f' aria-sort="{"descending" if order.descending else "ascending"}"'
    words = f'<button type="button">{name}</button>' if sortable else f"<span>{name}</span>"
    return f'<th scope="col"{_side(column)}{sorted_}>{words}</th>'


def _cell(
    cell: Cell, column: Column, held: tuple[tuple[str, str], ...], *, first: bool, named: bool
) -> str:
    """The HTML of a cell. first: in the first column; named: with the column's heading, for lines on a telephone."""
    kind = 'th scope="row"' if first else "td"
    value = "" if cell.value is None else f' data-v="{escape(str(cell.value))}"'
    html = anchor(cell.text, cell.link, held)
    html = f"<b>{html}</b>" if cell.strong else html
    name = f' data-name="{escape(column.name)}"' if named else ""
    return f"<{kind}{_side(column)}{value}{name}>{html}</{kind[:2]}>"


def bind_heading(name: str) -> str:
    """A heading with no-break spaces, so that no letter or number stands alone on a line: « traitées en 30 j », « pour 1 000
    visites »."""
    return UNIT.sub("\N{NO-BREAK SPACE}", name)


def _side(column: Column) -> str:
    """The CSS class of a column's alignment."""
    return "" if column.unit in WORDS else ' class="n"'
