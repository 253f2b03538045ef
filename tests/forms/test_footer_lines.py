"""What stands below a table and is none of its rows is refused as what it is, in one sentence, by CSV and workbook alike."""

import pytest

from dashboard.forms.footer_lines import AGAIN, NOTE, WORDS
from dashboard.forms.formats import FORMATS
from dashboard.forms.row_blocks import BEYOND
from tests.builders import complaint, monthly, visit

HEADINGS = [c.heading for c in FORMATS["registre"].columns]
WIDTH = len(HEADINGS)


def padded(*cells: str) -> list[str]:
    return [*cells, *[""] * (WIDTH - len(cells))]


ASIDES = {
    "total": (padded("Total", "", "", "", "", "", "", "", "12"), WORDS),
    "total with a colon": (padded("TOTAL :", "58"), WORDS),
    "total général": (padded("", "Total général", "3"), WORDS),
    "sous-total": (padded("Sous-total", "58"), WORDS),
    "moyenne": (padded("Moyenne", "", "08:12"), WORDS),
    "the headings once more": (HEADINGS, AGAIN),
    "the headings in capitals": ([h.upper() for h in HEADINGS], AGAIN),
    "a note": (padded("Source : registre papier du centre, saisi par A."), NOTE),
    "a signature at the right": (["", "", "", "", "", "Fait à Cotonou", *[""] * 5], NOTE),
}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(("line", "why"), ASIDES.values(), ids=ASIDES)
def test_what_is_no_row_is_said_once_as_what_it_is(read, read_workbook, kind, line, why):
    rows = [visit(), line, visit()]
    csv = kind == "csv"
    found = read("registre", *rows) if csv else read_workbook({"Mars": [HEADINGS, *rows]})
    assert found.rows == []
    [problem] = found.parsing.problems
    assert (problem.line, problem.column, problem.message) == (3, "", why)
    assert problem.cell_text and all(c in problem.cell_text for c in line if c)


@pytest.mark.parametrize(
    ("form", "row"),
    [
        ("registre", visit(day="")),
        ("registre", visit(service="Total des actes")),
        ("plaintes", complaint("P1", site="")),
        ("canevas", monthly(site="")),
    ],
)
def test_a_row_with_faults_is_told_its_faults(read, form, row):
    found = read(form, row)
    assert found.parsing.problems and all(p.column for p in found.parsing.problems)


def test_faults_beside_it_are_still_said(read):
    found = read("registre", visit(day="30/02/2025"), padded("Total", "9"), visit(kind="?"))
    told = [(p.line, p.column) for p in found.parsing.problems]
    assert sorted(told) == [(2, "Date"), (3, ""), (4, "Type")]


def test_what_is_written_beside_a_workbook_s_table_is_named(read_workbook):
    found = read_workbook({"Mars": [HEADINGS, visit(), [*visit(), "", "à revoir"]]})
    [problem] = found.parsing.problems
    assert (problem.line, problem.cell_text, problem.message) == (3, "à revoir", BEYOND)
