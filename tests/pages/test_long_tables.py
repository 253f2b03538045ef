"""On every page: whatever the number of rows, a table is sent a page at a time, all its pages are the whole list, and so is the
page's file. Tables are found by opening the pages; « long » is made short, so that all are."""

import io
import re
from collections import defaultdict

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import context
from dashboard.exports.xlsx import sheet_names
from dashboard.navigation import pages_of
from dashboard.panel import Table
from dashboard.period import today
from dashboard.request_identity import SESSION_CACHE
from dashboard.settings import load_settings
from dashboard.ui import indicator_table, page_exports, panel_display, table_pages
from db.engine import make_engine
from tests.builders import KANDI, Office, complaint, visit
from tests.pages.app import read_markup, unfold, visit_page

WITHOUT = ("presenter", "definitions", "guide", "mon-compte")  # pages without a table of theirs
PAGES = [spec for spec in pages_of(LOCAL_READER) if spec.url_path not in WITHOUT]
# Tables of indicators are sent whole, so that what one types finds its rows; without places nothing is side by side; news are
# lists.
SENT_WHOLE = ("carte", "cote-a-cote", "nouveau")
MOST, PAGE = 10, 8
NEXT = "Suivantes"


@pytest.fixture
def short(monkeypatch):
    """What is long begins at eleven rows."""
    assert (
        indicator_table.LONG > MOST
    )  # taken over when it was loaded, and not while this is changed
    monkeypatch.setattr(table_pages, "MOST", MOST)
    monkeypatch.setattr(table_pages, "PAGE", PAGE)


def lists(at: AppTest) -> dict[str, list[list[str]]]:
    """The rows of each table of the page, by its name; no table is too long, and each that is a part says so."""
    found = {}
    for element in at.get("html"):
        for label in re.findall(
            r'class="ccsp-table(?: lines)?"[^>]*aria-label="([^"]*)"', element.proto.body
        ):
            (table,) = read_markup(element.proto.body)
            part = re.search(r"Lignes (\d+) à (\d+) sur (\d+), page", element.proto.body)
            assert len(table.rows) <= (PAGE if part else MOST), label
            if part:
                first, last, _ = map(int, part.groups())
                assert last - first + 1 == len(table.rows)
            found[label] = table.rows
    return found


def gone_through(at: AppTest) -> dict[str, list[list[str]]]:
    """The rows of all pages of each table, by its name."""
    found = defaultdict(list, lists(at))
    while further := [b for b in at.button if b.label == NEXT and not b.disabled]:
        before = lists(at)
        for button in further:
            button.set_value(True)
        at.run()
        assert not at.exception
        for name, rows in lists(at).items():
            if rows != before[name]:
                found[name] = found[name] + rows
    return found


def words(table: Table) -> list[list[str]]:
    """The table as it is read."""
    return [[cell.text for cell in row] for row in table.rows]


@pytest.mark.parametrize(
    ("spec", "chosen"),
    [(spec, "") for spec in PAGES] + [(spec, KANDI) for spec in PAGES if "centre" in spec.filters],
    ids=lambda one: getattr(one, "url_path", one),
)
def test_pages_of_a_table_are_the_whole_once_and_in_order_and_the_file_has_all(
    demo, short, monkeypatch, spec, chosen
):
    made, real = [], page_exports.workbook
    monkeypatch.setattr(page_exports, "workbook", lambda spec: made.append(real(spec)) or made[-1])
    at = unfold(visit_page(spec.url_path, **({"centre": chosen} if chosen else {})))
    assert not at.exception
    panels = panel_display.panels(at.session_state[panel_display.SHOWN])
    book = openpyxl.load_workbook(io.BytesIO(made[-1](LOCAL_READER)))
    whole = {p.title: p.table for p in panels if p.table.columns}
    read = gone_through(at)
    assert spec.url_path in SENT_WHOLE or any(len(rows) > MOST for rows in read.values())
    for name, rows in read.items():
        if name in whole:
            assert rows == words(whole[name]), name
    for name, title in zip(sheet_names(list(whole)), whole, strict=True):
        sheet = book[name]
        assert sheet.max_row - int(sheet.freeze_panes[1:]) + 1 == len(whole[title].rows), title


def test_a_filter_leads_to_the_first_page_and_the_order_stays(demo, short):
    at = visit_page("site")
    label = "Les centres, par département"
    first = lists(at)[label]
    at.selectbox(key="centres_tri").set_value("Centre, décroissant").run()
    assert lists(at)[label][0][0] == "GSRU de Parakou"
    at.number_input(key="centres_page").set_value(99.0).run()
    assert at.number_input(key="centres_page").value == 3
    last = lists(at)[label]
    at.run()
    assert lists(at)[label] == last
    at.selectbox(key="filtre_periode").set_value("3m").run()
    assert at.number_input(key="centres_page").value == 1
    assert lists(at)[label][0][0] == "GSRU de Parakou" != first[0][0]
    at.selectbox(key="centres_tri").set_value(None).run()
    assert [row[0] for row in lists(at)[label]] == [row[0] for row in first]


@pytest.fixture
def waiting(databases, tmp_path, using):
    """More complaints than a page has, of two sites, all of them waiting."""
    with databases.fresh() as url:
        engine = make_engine(url)
        office, day = Office(engine, tmp_path), today().isoformat()
        office.hand_in("registre", visit(day=day))
        office.hand_in("plaintes", *[complaint(f"P{n:03}", received=day) for n in range(30)])
        using(url)
        yield url
        context.close_databases()
        engine.dispose()


def test_who_may_see_no_complaints_one_by_one_sees_none_on_any_page(waiting, short, monkeypatch):
    stranger = Person("autre", Role.DIRECTOR, departments=frozenset({"Littoral"}), id="x")
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: stranger)
    at = visit_page("plaintes", departement="Alibori")
    assert not at.exception and "P000" not in f"{lists(at)} {at.session_state}"
    assert not [b for b in at.button if b.label == NEXT]


@pytest.mark.parametrize("in_files", [True, False])
def test_the_file_is_named_only_where_it_has_the_complaints(waiting, short, monkeypatch, in_files):
    monkeypatch.setenv("COMPLAINT_ROWS_IN_FILES", str(int(in_files)))
    load_settings.cache_clear()
    bodies = [e.proto.body for e in visit_page("plaintes").get("html")]
    (said,) = [body for body in bodies if "Lignes 1 à 8 sur 30, page 1 sur 4." in body]
    assert (table_pages.IN_FILE in said) == in_files
