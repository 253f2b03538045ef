"""A table on the screen: HTML, so that it prints whole, is read aloud, and each name in it can be a link.

`static/ccsp-pages.js` sorts it where a heading is clicked.
"""

import re
from functools import lru_cache
from html import escape

import streamlit as st

from dashboard.panel import Cell, Column, Table
from dashboard.ui import filter_state
from dashboard.ui.links import anchor

UNIT = re.compile(r"(?<=\d) (?=(\w|\d{3})\b)")
WORDS = frozenset({"", "day", "month", "mixed"})  # units of what is read from the left


def draw(table: Table, *, label: str, height: int | None = None) -> None:
    """The table. label: what it holds, for who hears it. height: in pixels, beyond which it scrolls."""
    held = tuple(filter_state.non_default().items()) if table.leads else ()
    st.html(markup(table, label, height, held))


@lru_cache(128)  # answers are kept: the same table is drawn for every reader and at every run
def markup(
    table: Table, label: str, height: int | None = None, held: tuple[tuple[str, str], ...] = ()
) -> str:
    """The table as HTML, every word of it escaped. held: the filters that its links keep."""
    head = "".join(
        f'<th scope="col"{_side(c)}><button type="button">{escape(_held(c.name))}</button></th>'
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
    kind = 'th scope="row"' if first else "td"
    value = "" if cell.value is None else f' data-v="{escape(str(cell.value))}"'
    told = anchor(cell.text, cell.link, held)
    told = f"<b>{told}</b>" if cell.strong else told
    return f"<{kind}{_side(column)}{value}>{told}</{kind[:2]}>"


def _held(name: str) -> str:
    """A heading that leaves no letter alone on a line and cuts no number: « traitées en 30 j », « pour 1 000 visites »."""
    return UNIT.sub("\N{NO-BREAK SPACE}", name)


def _side(column: Column) -> str:
    return "" if column.unit in WORDS else ' class="n"'
