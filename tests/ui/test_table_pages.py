"""A long table is shown a page at a time: no page is longer than may be, and all of them together are the table."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from dashboard import french
from dashboard.panel import Cell, Column, Table, make_table
from dashboard.ui import filter_state, table_pages, tables
from dashboard.ui.table_pages import MOST, PAGE, Order, TablePage

FIRST = date(2026, 1, 1)
FILTERS = ("plaintes", "12m", "Zou")
ANY = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def held(monkeypatch) -> dict:
    """What a session holds; nothing is drawn of the choices."""
    monkeypatch.setattr(table_pages.st, "session_state", found := {})
    monkeypatch.setattr(filter_state, "acting", lambda: FILTERS)
    monkeypatch.setattr(table_pages, "_draw_choices", lambda *which: None)
    return found


def of(n: int) -> Table:
    """A table of so many rows, none like another."""
    return make_table((("Rang", "count"),), [(Cell(str(i), i),) for i in range(n)])


def shown(table: Table, *about: object) -> TablePage:
    return table_pages.choose_page(table, "liste", about, in_file=True)


@ANY
@given(some.integers(0, 7 * PAGE))
def test_no_page_is_longer_than_may_be_and_all_together_are_the_whole_in_order(held, n):
    held.clear()
    table = of(n)
    last = 1 if n <= MOST else -(-n // PAGE)
    pages = []
    for number in range(1, last + 1):
        if number > 1:
            table_pages._go_to("liste", number)
        pages.append(shown(table))
    assert all(len(one.rows) <= (MOST if last == 1 else PAGE) for one in pages)
    assert [row for one in pages for row in one.rows] == list(table.rows)
    assert [bool(one.words) for one in pages] == [last > 1] * last
    if last > 1:
        assert pages[-1].words == (
            f"Lignes {french.number((last - 1) * PAGE + 1)} à {french.number(n)} sur {french.number(n)},"
            f" page {last} sur {last}. {table_pages.IN_FILE}"
        )


@pytest.mark.parametrize("n", [0, 1, MOST])
def test_a_table_that_is_not_long_is_whole_and_leaves_no_trace(held, n):
    assert shown(of(n)) == TablePage(of(n).rows)
    assert held == {}


VALUES = {
    "numbers": some.integers(-5, 5) | some.floats(-5, 5),
    "days": some.integers(0, 9).map(lambda n: FIRST + timedelta(n)),
    "words": some.sampled_from(["Covè", "Ouidah", "Ouèssè", "CCSP d'Allada"]),
    "mixed": some.integers(0, 5) | some.just(FIRST),
}


@ANY
@given(
    some.sampled_from(sorted(VALUES)).flatmap(
        lambda kind: some.lists(some.none() | VALUES[kind], max_size=40)
    ),
    some.booleans(),
)
def test_an_order_is_of_all_rows_and_what_has_no_value_stands_last(values, descending):
    rows = [
        (Cell("non mesuré" if v is None else str(v), v), Cell(str(n))) for n, v in enumerate(values)
    ]
    table = make_table((("Quoi", "count"), ("Place", "")), rows)
    found = table_pages.sorted_rows(table, Order("Quoi", descending))
    assert sorted(row[1].text for row in found) == sorted(row[1].text for row in table.rows)
    known = [row[0].value for row in found if row[0].value is not None]
    assert [row[0].value for row in found] == known + [None] * (len(values) - len(known))
    one_kind = all(isinstance(v, int | float) for v in known) or not any(
        isinstance(v, int | float) for v in known
    )
    assert known == sorted(known, key=None if one_kind else str, reverse=descending)


def test_words_are_in_the_order_of_a_dictionary_and_an_empty_one_last():
    names = ("Ouidah", "", "Covè", "Ouèssè")
    table = make_table((("Centre", ""),), [(Cell(name),) for name in names])
    for descending, wanted in (
        (False, ["Covè", "Ouèssè", "Ouidah", ""]),
        (True, ["Ouidah", "Ouèssè", "Covè", ""]),
    ):
        found = table_pages.sorted_rows(table, Order("Centre", descending))
        assert [row[0].text for row in found] == wanted


def test_the_page_survives_a_redraw_and_another_question_begins_at_the_first(held, monkeypatch):
    table = of(5 * PAGE)
    shown(table)
    table_pages._go_to("liste", 4)
    assert shown(table).rows[0] == shown(of(6 * PAGE)).rows[0] == table.rows[3 * PAGE]
    assert shown(table, "Par nom").rows[0] == table.rows[0]  # another order of the page's own
    table_pages._go_to("liste", 4)
    monkeypatch.setattr(filter_state, "acting", lambda: (*FILTERS[:2], "Borgou"))
    assert shown(table, "Par nom").rows[0] == table.rows[0]


def test_a_list_that_became_shorter_shows_its_last_page(held):
    shown(of(5 * PAGE))
    table_pages._go_to("liste", 5)
    assert shown(of(3 * PAGE)).words.startswith("Lignes 201 à 300 sur 300, page 3 sur 3.")


@pytest.mark.parametrize(("typed", "page"), [(0, 1), (-7.0, 1), (1e300, 5), (2.9, 2), (None, 1)])
def test_a_number_that_is_no_page_leads_to_the_nearest(held, typed, page):
    shown(of(5 * PAGE))
    held["liste_page"] = typed
    table_pages._number_changed("liste", 5)
    assert shown(of(5 * PAGE)).rows[0] == of(5 * PAGE).rows[(page - 1) * PAGE]


def test_an_order_begins_at_its_first_page_and_one_that_was_not_offered_is_none(held):
    table = of(5 * PAGE)
    shown(table)
    table_pages._go_to("liste", 3)
    held["liste_tri"] = "Rang, décroissant"
    down = Order("Rang", descending=True)
    table_pages._order_changed("liste", {down.words: down})
    first = shown(table)
    assert first.order == down and first.rows[0] == table.rows[-1]
    assert "page 1 sur 5, par ordre décroissant de «\u00a0Rang\u00a0»." in first.words
    # Of another table of that name, without the column, it is forgotten.
    other = Table((Column("Nom"),), table.rows)
    assert shown(other).order is None
    held["liste_tri"] = "DROP TABLE"
    table_pages._order_changed("liste", {down.words: down})
    assert shown(table).order is None


def test_a_page_says_how_it_is_sorted_and_its_headings_are_no_buttons():
    order = Order("Rang", descending=True)
    page = tables.markup(of(3), "Liste", order=order, words="Lignes <1> à 3 sur 300.")
    assert '<th scope="col" class="n" aria-sort="descending"><span>Rang</span></th>' in page
    assert "<button" not in page
    assert page.startswith('<p class="ccsp-rows" role="status">Lignes &lt;1&gt; à 3 sur 300.</p>')
    whole = tables.markup(of(3), "Liste")
    assert '<button type="button">Rang</button>' in whole and "aria-sort" not in whole


def test_where_no_file_has_the_rows_none_is_named(held):
    found = table_pages.choose_page(of(3 * PAGE), "liste", in_file=False)
    assert found.words == "Lignes 1 à 100 sur 300, page 1 sur 3."


def test_rows_of_words_alone_have_the_names_of_their_columns_for_lines_on_a_telephone():
    columns = tuple(
        Column(name, "day" if name == "Pour le" else "")
        for name in ("Quoi", "Qui", "Sur", "Pour le", "État")
    )
    rows = (tuple(Cell(f"<{c.name}>") for c in columns),)
    page = tables.markup(Table(columns, rows), "Décisions")
    assert (
        'class="ccsp-table lines"' in page
        and '<td data-name="Pour le">&lt;Pour le&gt;</td>' in page
    )
    numbers = (*columns[1:], Column("Jours", "count"))
    for table in (Table(columns[1:], (rows[0][1:],)), Table(numbers, rows)):
        assert "lines" not in tables.markup(table, "Décisions")
