"""The table of indicators on a page: the choices above it, its rows, and its files. What is chosen stands in the address.

`static/ccsp-table.js` filters the rows as one types, and tells the address once one has typed.
"""

from collections.abc import Collection
from functools import lru_cache
from html import escape

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.answers import indicator_panels, table_request
from dashboard.answers.question import Question
from dashboard.answers.table_request import COMMA, MOST, NAME, ROWS, USUAL, Rows, TableRequest
from dashboard.exports.csv_table import csv_table
from dashboard.exports.file_names import file_name
from dashboard.filter_names import TABLE
from dashboard.indicators import BY_CODE
from dashboard.navigation import PAGES
from dashboard.panel import Cell, Link, Message, Panel
from dashboard.ui import downloads, filter_state, panel_display, tables
from dashboard.ui.links import anchor
from dashboard.ui.markdown_escaping import escape_markdown
from dashboard.ui.table_pages import MOST as LONG

S = french.SPACE
TYPED = (
    '<div class="ccsp-typed"><input type="search" maxlength="60" autocomplete="off" spellcheck="false"'
    ' aria-label="Filtrer les lignes du tableau" placeholder="Filtrer les lignes…"></div>'
)
Held = tuple[tuple[str, str], ...]
SIDE_BY_SIDE = "cote-a-cote"  # the page that puts places beside one another
BESIDE = any(page.url_path == SIDE_BY_SIDE for page in PAGES)


def section(person: Person, question: Question, usual: Rows, key: str) -> None:
    """Draw the table of a page under its finding, with the choices of rows, columns and words. usual: its rows until others are
    chosen."""
    request = table_request.from_parameters({n: filter_state.value(n) for n in TABLE}, usual)
    panel = indicator_panels.panel(person, question, request, key)
    st.header(escape_markdown(french.bind_numbers(panel.finding or panel.title)), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_choix_tableau"):
        _choose_rows(request.rows, key)
        st.html(TYPED)
        _choose_columns(request, key)
        place = "tableau" if request.rows == usual else f"tableau-{request.rows}"
        downloads.button(
            "En CSV",
            lambda who: csv_table(indicator_panels.panel(who, question, request, key)),
            name=file_name(place, *question.departments, on=filter_state.as_of()),
            extension="csv",
            mime="text/csv",
            help="Ce tableau tel qu'il est, pour un tableur. « Emporter » le donne en Excel.",
            key=f"{key}_csv",
            type="tertiary",
            width="content",
        )
    panel_display.collect(panel)
    if isinstance(panel.content, Message):
        st.info(panel.content.text)
        return
    # Every row is sent, so that what is typed acts at once; those that the words leave out are hidden. Of a long table those that
    # are left are.
    whole = indicator_panels.panel(person, question, request.without_words, key)
    shown = whole if len(whole.table.rows) <= LONG else panel
    st.html(
        markup(shown, request, tuple(filter_state.non_default().items()), filter_state.acting()[0])
    )
    if panel.caption:
        st.caption(escape_markdown(panel.caption))


def _choose_rows(rows: Rows, key: str) -> None:
    """Draw the choice of what the rows are."""
    chosen, words = f"{key}_lignes_de", {name: words for name, (_, words) in ROWS.items()}
    st.session_state[chosen] = next(name for name, (of, _) in ROWS.items() if of == rows)
    st.segmented_control(
        "Lignes du tableau",
        list(words),
        format_func=lambda name: words.get(name, ""),
        key=chosen,
        label_visibility="collapsed",
        required=True,
        on_change=_rows_chosen,
        args=(chosen,),
    )


def _rows_chosen(chosen: str) -> None:
    """Callback: set the rows; what was typed was of the others."""
    filter_state.choose("lignes", st.session_state[chosen] or "")
    filter_state.choose("filtre", "")


def _choose_columns(request: TableRequest, key: str) -> None:
    """Draw the choice of columns."""
    chosen = f"{key}_colonnes_de"
    offered = table_request.fitting_columns(request.rows)
    st.session_state[chosen] = [code for code in request.columns if code in offered]
    count = french.plural(len(request.columns), "choisie")
    with st.popover(f"Colonnes{S}: {count}", width="content"):
        st.multiselect(
            f"Colonnes, {MOST} au plus",
            offered,
            format_func=lambda code: BY_CODE[code].short,
            key=chosen,
            max_selections=MOST,
            placeholder="Choisir des colonnes",
            on_change=_columns_chosen,
            args=(chosen,),
        )


def _columns_chosen(chosen: str) -> None:
    """Callback: set the columns; the usual ones where none is left."""
    codes = tuple(st.session_state[chosen])
    filter_state.choose("colonnes", "" if codes == USUAL else COMMA.join(codes))


@lru_cache(64)
def markup(panel: Panel, request: TableRequest, held: Held, page: str) -> str:
    """The table as HTML, all text escaped: a cell for each value, with what it rests on beneath it, and one for what may be said
    of it. held: the filters in force, which links keep; page: its address."""
    compared = {code for code in request.columns if indicator_panels.is_compared(panel.table, code)}
    rows = [_row(row, request, held, compared) for row in panel.table.rows[:-1][:LONG]]
    whole = _row(panel.table.rows[-1], request, held, compared)
    head = _head(panel, request, held, page)
    more = len(panel.table.rows) - 1 - len(rows)
    rest = f'<p class="ccsp-rows" role="status">{_rest(len(rows), more)}</p>' if more else ""
    return (
        rest
        + tables.region(panel.title, head, "".join(rows), whole, looks=" ccsp-indicators")
        + (
            f'<p class="ccsp-ticked" hidden><a href="./{SIDE_BY_SIDE}">Comparer côte à côte</a></p>'
            if BESIDE
            else ""
        )
        + '<p class="ccsp-none" role="status" hidden>Les mots cherchés ne sont dans le nom d\'aucune ligne.</p>'
    )


def _rest(shown: int, more: int) -> str:
    """How many rows are shown of a long table."""
    return (
        f"Lignes 1 à {french.number(shown)} sur {french.number(shown + more)}."
        " Taper un nom trouve les autres ; « Emporter » les donne toutes."
    )


def _lead(panel: Panel, request: TableRequest) -> int:
    """The number of columns before those of indicators."""
    each = (
        1 + indicator_panels.has_basis(code) + indicator_panels.is_compared(panel.table, code)
        for code in request.columns
    )
    return len(panel.table.columns) - sum(each)


def _head(panel: Panel, request: TableRequest, held: Held, page: str) -> str:
    """The headings; those of names and values are links that put the rows in their order."""
    links = {
        column: anchor(words, _sorted(column, request, page), held)
        for column, words in {
            NAME: panel.table.columns[0].name,
            **{code: tables.bind_heading(BY_CODE[code].short) for code in request.columns},
        }.items()
    }
    now = f' aria-sort="{"descending" if request.descending else "ascending"}"'
    order = {column: now if column == request.sort else "" for column in links}
    cells = [f'<th scope="col"{order[NAME]}>{links[NAME]}</th>']
    cells += [
        f'<th scope="col" class={"n" if c.unit else "lead"}><span>{escape(c.name)}</span></th>'
        for c in panel.table.columns[1 : _lead(panel, request)]
    ]
    for code in request.columns:
        cells.append(f'<th scope="col" class="n"{order[code]}>{links[code]}</th>')
        if indicator_panels.is_compared(panel.table, code):
            cells.append('<th scope="col" class="said"><span>Comparé aux autres</span></th>')
    return "".join(cells)


def _sorted(column: str, request: TableRequest, page: str) -> Link:
    """The page with the table in the order of a column."""
    wanted = request.sorted_by(column).parameters()
    return Link(page, (("tri", wanted["tri"]), ("lignes", wanted["lignes"])))


def _row(
    row: tuple[Cell, ...], request: TableRequest, held: Held, compared: Collection[str]
) -> str:
    """A row. Its cells are those of a file: the base of a value stands beneath it. compared: the indicators with a verdict."""
    cells = list(row)
    name = cells.pop(0)
    each = []
    for code in request.columns[::-1]:
        said = cells.pop() if code in compared else None
        basis = cells.pop() if indicator_panels.has_basis(code) else None
        each.append(_figure(cells.pop(), basis, said))
    words = french.fold_accents(" ".join([name.text, *(c.text for c in cells if c.value is None)]))
    kept = request.keeps(words) or name.strong
    lead = "".join(
        f"<td class={'lead' if c.value is None else 'n'}>{escape(c.text)}</td>" for c in cells
    )
    first = f'<th scope="row">{_tick(name)}{anchor(name.text, name.link, held)}</th>'
    return (
        f'<tr data-words="{escape(words)}"{"" if kept else " hidden"}>'
        f"{first}{lead}{''.join(each[::-1])}</tr>"
    )


def _tick(name: Cell) -> str:
    """The tick of a place that can be put beside others; "" of other rows, and as long as no page does that."""
    if name.link is None or not BESIDE:
        return ""
    kind, code = name.link.filters[0]
    return (
        f'<label class="ccsp-tick"><input type="checkbox" value="{escape(code)}" data-kind="{kind}"'
        f' aria-label="{escape(f"Mettre {name.text} côte à côte")}"></label>'
    )


def _figure(value: Cell, basis: Cell | None, said: Cell | None) -> str:
    """The cells of an indicator."""
    beneath = f"<small>{escape(basis.text)}</small>" if basis and basis.text else ""
    apart = " apart" if said and said.strong else ""
    word = escape(value.text)
    cell = f'<td class="n{apart}">{f"<b>{word}</b>" if value.strong else word}{beneath}</td>'
    return cell + (f'<td class="said{apart}">{escape(said.text)}</td>' if said else "")
