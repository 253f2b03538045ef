"""Long tables, a page at a time: which rows are shown, in which order, and the choices of both above the table.

The whole is never sent: a browser takes seconds for ten thousand rows, and a slow line minutes. So a long table is sorted here,
all of its rows, and not in the browser, which would sort the page alone. The choices are kept by the session.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import streamlit as st

from dashboard import french
from dashboard.panel import Cell, Table
from dashboard.ui import filter_state

MOST = 200  # rows of a table that is shown whole
PAGE = 100  # rows of a page of a longer one
CHOSEN = "table_pages"  # session key: the choices of each long table, by its key
NUMBER = 76  # width of the page's number, in pixels: Streamlit's own buttons beside it have no room
ORDER = 240  # width of the choice of the order
S = french.SPACE
IN_FILE = f"«{S}Emporter{S}» les donne toutes."

Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Order:
    """The order of a table's rows by one of its columns."""

    column: str
    descending: bool

    @property
    def way(self) -> str:
        """Up or down, in words."""
        return "décroissant" if self.descending else "croissant"

    @property
    def words(self) -> str:
        """« Âge, décroissant »: as it is offered."""
        return f"{self.column}, {self.way}"


@dataclass(frozen=True)
class Chosen:
    """What was chosen of a table. about: what the table shows, by which it is known whether that is still the same; order:
    None for the table's own; page: from 1."""

    about: tuple[object, ...]
    order: Order | None = None
    page: int = 1


@dataclass(frozen=True)
class TablePage:
    """The rows to show. order: by which they are sorted, None for the table's own or where the browser sorts them; words:
    « Lignes 101 à 200 sur 3 412, page 2 sur 35. », "" for a table that is whole."""

    rows: Sequence[Row]
    order: Order | None = None
    words: str = ""


def choose_page(
    table: Table, key: str, about: tuple[object, ...] = (), *, in_file: bool
) -> TablePage:
    """Draw the choices of order and page where the table is long, and return the page chosen; a short table whole, with
    nothing drawn. key: of the table, on its page; about: what its rows hang on besides the page's filters, and with another of
    these the first page comes again; in_file: the page's file has all rows."""
    if len(table.rows) <= MOST:
        return TablePage(table.rows)
    last = -(-len(table.rows) // PAGE)
    held = _chosen(key, (*filter_state.acting(), *about))
    names = {column.name for column in table.columns}
    order = held.order if held.order and held.order.column in names else None
    held = _keep(key, replace(held, order=order, page=min(held.page, last)))
    _draw_choices(table, key, held, last)
    rows = sorted_rows(table, order) if order else table.rows
    first = (held.page - 1) * PAGE
    shown = rows[first : first + PAGE]
    parts = [
        f"Lignes {french.number(first + 1)} à {french.number(first + len(shown))} sur {french.number(len(rows))}",
        f"page {french.number(held.page)} sur {french.number(last)}",
        *([f"par ordre {order.way} de «{S}{order.column}{S}»"] if order else []),
    ]
    return TablePage(shown, order, f"{', '.join(parts)}.{f' {IN_FILE}' if in_file else ''}")


def sorted_rows(table: Table, order: Order) -> list[Row]:
    """All rows in that order, as `static/ccsp-pages.js` sorts a table that is whole: by value where the column has any, else by
    words as in a dictionary; what has none stands last in both directions."""
    at = next(n for n, column in enumerate(table.columns) if column.name == order.column)
    cells = [row[at] for row in table.rows]
    valued = any(cell.value is not None for cell in cells)
    keys = [cell.value if valued else french.alphabetical(cell.text) or None for cell in cells]
    known = [n for n, key in enumerate(keys) if key is not None]
    of_one_kind = any(all(isinstance(keys[n], kind) for n in known) for kind in (int | float, date))

    def key_of(n: int) -> Any:
        return keys[n] if of_one_kind else str(keys[n])

    known.sort(key=key_of, reverse=order.descending)
    return [table.rows[n] for n in (*known, *(n for n, key in enumerate(keys) if key is None))]


def _chosen(key: str, about: tuple[object, ...]) -> Chosen:
    """What was chosen of the table; of another question only the order."""
    held: Chosen | None = st.session_state.get(CHOSEN, {}).get(key)
    if held is None or held.about != about:
        return Chosen(about, held.order if held else None)
    return held


def _keep(key: str, chosen: Chosen) -> Chosen:
    """Keep what is chosen in the session, and return it."""
    st.session_state[CHOSEN] = {**st.session_state.get(CHOSEN, {}), key: chosen}
    return chosen


def _draw_choices(table: Table, key: str, held: Chosen, last: int) -> None:
    """Draw the order, the way to the pages beside, and the page's number. last: the number of pages."""
    orders = {
        order.words: order
        for column in table.columns
        for order in (Order(column.name, descending=False), Order(column.name, descending=True))
        if column.name
    }
    by_order, by_number = f"{key}_tri", f"{key}_page"
    # At each run, as filters are: the page may have become another one.
    st.session_state[by_order] = held.order.words if held.order else None
    st.session_state[by_number] = float(held.page)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_lignes"):
        st.selectbox(
            "Trier toutes les lignes",
            list(orders),
            index=None,
            placeholder="Trier par…",
            key=by_order,
            label_visibility="collapsed",
            width=ORDER,
            on_change=_order_changed,
            args=(key, orders),
        )
        _turn("Précédentes", key, held.page - 1, last)
        st.number_input(
            f"Page, de 1 à {last}",
            step=1.0,  # whole numbers are sent as another kind than the server reads
            format="%g",
            key=by_number,
            label_visibility="collapsed",
            width=NUMBER,
            on_change=_number_changed,
            args=(key, last),
        )
        _turn("Suivantes", key, held.page + 1, last)


def _turn(label: str, key: str, to: int, last: int) -> None:
    """Draw a button that leads to a page. to: its number, 0 or beyond the last where there is none."""
    st.button(
        label,
        key=f"{key}_{french.fold_accents(label)}",
        on_click=_go_to,
        args=(key, to),
        disabled=not 1 <= to <= last,
        width="content",
    )


def _go_to(key: str, page: int) -> None:
    """Callback: choose a page."""
    _keep(key, replace(st.session_state[CHOSEN][key], page=page))


def _number_changed(key: str, last: int) -> None:
    """Callback: choose the page whose number was typed, or the nearest there is. The field has no bounds of its own: Streamlit
    says in English that they are passed."""
    _go_to(key, min(max(int(st.session_state[f"{key}_page"] or 1), 1), last))


def _order_changed(key: str, orders: dict[str, Order]) -> None:
    """Callback: choose the order, and its first page. orders: those offered, by their words."""
    order = orders.get(st.session_state[f"{key}_tri"] or "")
    _keep(key, replace(st.session_state[CHOSEN][key], order=order, page=1))
