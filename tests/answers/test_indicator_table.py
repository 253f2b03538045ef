"""The table of indicators: its cells are the figures of the pages, what it says of rows is what comparisons find, and its request
is what an address says."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import (
    indicator_panels,
    indicator_table,
    network,
    site_comparisons,
    table_request,
)
from dashboard.answers.figures import figures, overall_figures
from dashboard.answers.question import Question
from dashboard.answers.table_request import (
    MOST,
    NAME,
    ROWS,
    TableRequest,
    from_parameters,
    is_valid,
)
from dashboard.exports.csv_table import csv_table
from dashboard.exports.xlsx import xlsx
from dashboard.indicators import BY_CODE
from dashboard.judgement.standing_apart import Verdict, verdicts
from dashboard.panel import Panel, make_table, text_cell
from dashboard.statistics.funnel import Position
from tests.builders import Office, complaint, visit

YEAR = Question(date(2025, 1, 1), date(2025, 12, 31))
COLUMNS = ("visits", "satisfaction", "complaints_late")
GUEST_OF_ZOU = Person("invité", Role.GUEST, frozenset({"Zou"}))


def codes(_: Office) -> list[str]:
    """Every site's code, in order."""
    return sorted(network.site_names(LOCAL_READER))


def satisfied(office: Office, shares: dict[str, tuple[int, int]]) -> None:
    """So many satisfied of so many, at each site."""
    office.hand_in(
        "registre",
        *[
            visit(site, satisfied="oui" if n < yes else "non")
            for site, (yes, of) in shares.items()
            for n in range(of)
        ],
    )


@pytest.mark.parametrize("rows", [rows for rows, _ in ROWS.values()])
def test_every_cell_is_the_figure_of_the_pages_and_the_whole_stands_last(asked, rows):
    satisfied(asked, {code: (n, 20 + n) for n, code in enumerate(codes(asked)[:12])})
    made = indicator_table.frame(LOCAL_READER, YEAR, TableRequest(rows, COLUMNS))
    found = figures(LOCAL_READER, YEAR, rows)
    assert set(made.index) == {*found, "nation"} and made.index[-1] == "nation"
    whole = overall_figures(LOCAL_READER, YEAR)
    for key, row in made.to_dict("index").items():
        of = whole if key == "nation" else found[key]
        for code in COLUMNS:
            value = of[code].value
            assert row[code] == value if value is not None else row[code] != row[code]
            assert row[f"{code}_n"] == of[code].n


def test_sites_stand_apart_where_the_funnel_sets_them_apart(asked):
    all_codes = codes(asked)[:14]
    satisfied(asked, {c: (30 if n == 3 else 75, 90) for n, c in enumerate(all_codes)})
    made = indicator_table.frame(LOCAL_READER, YEAR, TableRequest("site", ("satisfaction",)))
    comparison = site_comparisons.site_comparison(LOCAL_READER, YEAR, "satisfaction")
    low = [k for k, p in comparison.position.items() if p == Position.OUTSIDE_LOW]
    assert low == [all_codes[3]]
    said = made["satisfaction_verdict"]
    assert [k for k in made.index if said[k] == Verdict.LESS] == low
    assert said[all_codes[0]] == Verdict.ALIKE and said[all_codes[-1]] == Verdict.ALIKE
    panel = indicator_panels.panel(LOCAL_READER, YEAR, TableRequest("site", ("satisfaction",)), "t")
    name = network.distinct_names(network.sites(LOCAL_READER))[all_codes[3]]
    assert panel.finding.endswith(f"{name} (moins) se distingue dans le réseau")
    assert (
        "l'écart avec les autres sort du hasard et des différences habituelles entre centres"
        in panel.caption
    )


def test_sites_that_differ_without_one_apart_are_not_said_to_be_alike(asked):
    """Nobody is beyond what sites usually differ by, yet they do differ: another page names the furthest."""
    satisfied(asked, {c: (40 + 4 * n, 90) for n, c in enumerate(codes(asked)[:12])})
    request = TableRequest("site", ("satisfaction",))
    said = indicator_panels.finding(LOCAL_READER, YEAR, request)
    assert said.replace("\N{NO-BREAK SPACE}", " ").endswith(
        "les centres du réseau diffèrent réellement entre eux, mais aucun ne sort des différences habituelles entre centres"
    )


def test_sites_of_which_chance_explains_all_are_said_not_to_stand_apart(asked):
    satisfied(asked, {c: (70 + n % 3, 90) for n, c in enumerate(codes(asked)[:12])})
    request = TableRequest("site", ("satisfaction",))
    said = indicator_panels.finding(LOCAL_READER, YEAR, request)
    assert said.endswith("les centres du réseau ne se distinguent pas les uns des autres")


def test_too_few_cases_are_too_few_to_say_and_not_alike():
    counts = {f"s{n}": (100.0, 1000.0) for n in range(11)} | {"small": (2.0, 12.0)}
    said = verdicts(counts, proportion=True)
    assert said["small"] == Verdict.FEW and said["s0"] == Verdict.ALIKE
    assert verdicts({**counts, "small": (300.0, 900.0)}, proportion=True)["small"] == Verdict.MORE


def test_of_few_rows_the_furthest_stands_apart_and_the_others_do_not():
    counts = {"a": (500.0, 1000.0), "b": (100.0, 1000.0), "c": (104.0, 1000.0)}
    assert verdicts(counts, proportion=True) == {
        "a": Verdict.MORE,
        "b": Verdict.ALIKE,
        "c": Verdict.ALIKE,
    }
    assert verdicts({k: counts[k] for k in "ab"}, proportion=True) == {
        "a": Verdict.MORE,
        "b": Verdict.LESS,
    }
    assert verdicts({"a": (5.0, 10.0)}, proportion=True) == {}


def test_the_only_site_with_data_stands_first_and_is_compared_with_none(asked):
    satisfied(asked, {"ccsp-nikki": (9, 20)})
    for descending in (False, True):
        request = TableRequest("site", ("satisfaction",), "nom", descending)
        panel = indicator_panels.panel(LOCAL_READER, YEAR, request, "t")
        assert panel.table.rows[0][0].text == "CCSP de Nikki"
    # A column in which nothing is said of any row is none, and its words are not explained.
    assert not [c for c in panel.table.columns if "comparé" in c.name] and not panel.caption
    satisfied(asked, {"ccsp-cove": (9, 200), "ccsp-kandi": (190, 200)})
    panel = indicator_panels.panel(LOCAL_READER, YEAR, request, "t")
    assert indicator_panels.is_compared(panel.table, "satisfaction")
    assert "Se distingue" in panel.caption


def test_what_has_no_value_stands_last_in_both_directions(asked):
    satisfied(asked, {"ccsp-cove": (9, 20), "ccsp-nikki": (12, 20)})
    for descending in (False, True):
        request = TableRequest("site", ("satisfaction",), "satisfaction", descending)
        made = indicator_table.frame(LOCAL_READER, YEAR, request)
        first = ["ccsp-cove", "ccsp-nikki"]
        assert list(made.index[:2]) == (first[::-1] if descending else first)
        assert made["satisfaction"].iloc[2:-1].isna().all() and len(made) == len(codes(asked)) + 1


def test_rows_are_filtered_by_words_of_their_name_or_department_without_accents(asked):
    satisfied(asked, {"ccsp-cove": (9, 20)})
    kept = indicator_table.frame(
        LOCAL_READER, YEAR, TableRequest("site", ("visits",), words="COVE zou")
    )
    assert list(kept.index) == ["ccsp-cove", "nation"]
    whole = overall_figures(LOCAL_READER, YEAR)["visits"].value
    assert kept["visits"].iloc[-1] == whole == 20


def test_a_guest_has_the_rows_of_his_link_and_no_complaint_that_is_hidden(asked):
    satisfied(asked, {"ccsp-cove": (9, 20), "ccsp-nikki": (9, 20)})
    asked.hand_in("plaintes", complaint("P1", "ccsp-cove"))
    request = TableRequest("site", ("visits", "complaints_late", "complaints_per_1000"))
    made = indicator_table.frame(GUEST_OF_ZOU, YEAR, request)
    homes = {p.code: p.department for p in network.sites(LOCAL_READER)}
    assert {homes[key] for key in made.index[:-1]} == {"Zou"}
    assert made["visits"].iloc[-1] == 20
    hidden = made.loc["ccsp-cove"]
    for code in ("complaints_late", "complaints_per_1000"):
        assert hidden[code] != hidden[code] and not hidden[f"{code}_n"]
        assert not set(hidden[f"{code}_text"]) & set("0123456789")
        assert not hidden[f"{code}_verdict"] and not hidden[f"{code}_basis"]


def test_a_zero_that_nobody_reported_is_not_said(asked):
    satisfied(asked, {"ccsp-cove": (9, 20)})
    made = indicator_table.frame(LOCAL_READER, YEAR, TableRequest("site", ("complaints_late",)))
    assert made["complaints_late"].isna().all()
    assert not [text for text in made["complaints_late_text"] if text.startswith("0")]


requests = st.builds(
    lambda rows, columns, sort, descending, words: TableRequest(
        rows, columns, sort if sort in columns else NAME, descending, " ".join(words.split())
    ),
    st.sampled_from([rows for rows, _ in ROWS.values()]),
    st.lists(st.sampled_from(list(BY_CODE)), min_size=1, max_size=MOST, unique=True).map(tuple),
    st.sampled_from(list(BY_CODE)),
    st.booleans(),
    st.text("abÉç '-1", max_size=20),
)


@given(requests, st.sampled_from([rows for rows, _ in ROWS.values()]))
def test_a_request_is_the_same_once_an_address_has_brought_it(request, usual):
    parameters = request.parameters()
    assert all(is_valid(name, value) for name, value in parameters.items())
    assert from_parameters(parameters, usual) == request


@given(st.dictionaries(st.sampled_from(["lignes", "colonnes", "tri", "filtre"]), st.text()))
def test_whatever_an_address_says_there_is_a_table(parameters):
    request = from_parameters(parameters, "site")
    assert from_parameters(request.parameters(), "site") == request
    assert request.columns and request.sort in (NAME, *request.columns)


def test_the_address_of_a_page_gives_the_question_and_the_table_that_it_shows(asked):
    satisfied(asked, {"ccsp-cove": (9, 20), "ccsp-nikki": (12, 20)})
    address = "https://ici/departement?periode=2025&departement=Zou&colonnes=satisfaction&tri=-satisfaction&filtre=cove"
    question, request = table_request.of_address(LOCAL_READER, address)
    assert question == Question(YEAR.first, question.last, ("Zou",))
    assert request == TableRequest("site", ("satisfaction",), "satisfaction", True, "cove")
    made = indicator_table.frame(LOCAL_READER, question, request)
    assert list(made.index) == ["ccsp-cove", "nation"] and made["satisfaction"].iloc[0] == 45
    odd = "departement?periode=x&departement=Ailleurs&colonnes=rien&tri=rien&type=y&prestation=z"
    question, request = table_request.of_address(LOCAL_READER, odd)
    assert (question.departments, question.kind, question.service) == ((), None, None)
    assert request == TableRequest("department")


@pytest.mark.parametrize("rows", [rows for rows, _ in ROWS.values()])
def test_files_hold_what_the_screen_shows(asked, rows):
    satisfied(asked, {code: (n, 20 + n) for n, code in enumerate(codes(asked)[:12])})
    request = TableRequest(rows, COLUMNS, "satisfaction", True)
    panel = indicator_panels.panel(LOCAL_READER, YEAR, request, "tableau")
    shown = [[cell.text for cell in row] for row in panel.table.rows]
    read = list(csv.reader(io.StringIO(csv_table(panel).decode("utf-8-sig")), delimiter=";"))
    book = load_workbook(io.BytesIO(xlsx("Tableau", [], [panel], demo=False)))[panel.title[:31]]
    lines = [list(row) for row in book.iter_rows(values_only=True)]
    head = next(n for n, line in enumerate(lines) if line[0] == panel.table.columns[0].name)
    assert len(read) - 1 == len(lines) - head - 1 == len(shown)
    for line, row, cells in zip(read[1:], lines[head + 1 :], panel.table.rows, strict=True):
        for word, value, cell in zip(line, row, cells, strict=False):
            if isinstance(cell.value, int | float):
                assert value == pytest.approx(cell.value)
                at_least = cell.text.startswith("au moins")
                assert (
                    word == cell.text if at_least else float(word.replace(",", ".")) == cell.value
                )
            else:
                assert word == cell.text and (value or "") == cell.text


def test_a_file_holds_no_formula():
    panel = Panel(
        "t", "T", table=make_table([("=A1", "")], [[text_cell("=1+1")], [text_cell("@x")]])
    )
    assert csv_table(panel).decode("utf-8-sig").split("\r\n") == ["'=A1", "'=1+1", "'@x", ""]
