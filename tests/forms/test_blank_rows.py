"""What stands in a blank form already: left out as long as nobody changed it, named where somebody did, and no other line is
taken for it."""

import pytest

from dashboard.forms.blank_rows import GUIDE, LEFT_OF_EXAMPLE, NOTHING_WRITTEN
from dashboard.forms.formats import FORMATS
from tests.builders import KANDI, visit

FORM = FORMATS["registre"]
HEADINGS = [c.heading for c in FORM.columns]
EXAMPLE = [f"(ex. {c.heading})" for c in FORM.columns]
CENTRE_ALONE = [KANDI, *[""] * (len(HEADINGS) - 1)]
BLANK = [""] * len(HEADINGS)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("line", [EXAMPLE, CENTRE_ALONE, ["CCSP de Kandi", *CENTRE_ALONE[1:]]])
def test_a_line_that_nobody_wrote_is_left_out_and_the_others_keep_their_numbers(
    read, read_workbook, kind, line
):
    rows = [visit(), line, visit(kind="?"), BLANK, line]
    found = read("registre", *rows) if kind == "csv" else read_workbook({"Mars": [HEADINGS, *rows]})
    assert found.places == [(4, "Type", "?")]
    found = read("registre", visit(ref="1"), line, visit(ref="2"))
    assert len(found.rows) == 2 and not found.remarks


def test_a_centre_that_is_gone_from_a_line_of_a_blank_form_does_not_close_the_whole_network(read):
    closed, centre_alone = ["", "03/03/2025", "03/03/2025", "", "", ""], [KANDI, *[""] * 5]
    for lines in (
        [closed, centre_alone],
        [centre_alone, closed],
        [centre_alone, EXAMPLE[:6], closed],
    ):
        found = read("fermetures", *lines)
        assert [place[1] for place in found.places] == ["Centre"]
    assert not read("fermetures", closed, EXAMPLE[:6]).places


def test_a_note_or_an_unknown_centre_alone_on_its_line_is_still_refused(read):
    for text in ("Fait à Kandi", "ccsp-nulle-part"):
        found = read("registre", visit(), [text, *CENTRE_ALONE[1:]])
        assert found.parsing.problems and not found.rows


def test_a_personal_column_or_a_word_beside_the_centre_makes_a_row_of_it(read):
    headings = ";".join([*HEADINGS, "Nom"])
    found = read(f"{headings}\n{KANDI}{';' * len(HEADINGS)}Personne\n")
    assert {place[1] for place in found.places} == {"Date", "Type"}


@pytest.mark.parametrize("field", [c.field for c in FORM.columns])
def test_a_cell_of_the_example_is_never_a_value(read, field):
    row = visit(ref="1")
    place = FORM.fields.index(field)
    row[place] = EXAMPLE[place]
    found = read("registre", row)
    assert (2, HEADINGS[place], EXAMPLE[place]) in found.places
    assert LEFT_OF_EXAMPLE in found.sentences


@pytest.mark.parametrize(
    "text", ["(ex. 118", "ex. 118)", "(exemple)", "voir (ex. 118)", "(ex 118)"]
)
def test_what_only_looks_like_it_is_read(read, text):
    assert [r["source_ref"] for r in read("registre", visit(ref=text)).rows] == [text]


def test_nothing_but_what_stands_there_already_is_said_so(read):
    for lines in ([EXAMPLE], [CENTRE_ALONE] * 5, [EXAMPLE, BLANK, CENTRE_ALONE]):
        assert [p.message for p in read("registre", *lines).parsing.problems] == [NOTHING_WRITTEN]
    (problem,) = read("registre", BLANK).parsing.problems
    assert problem.message != NOTHING_WRITTEN
    empty = read("registre", EXAMPLE, may_be_empty=True)
    assert not empty.parsing.problems and not empty.rows


def test_the_title_and_the_sheet_that_explains_make_no_remark_and_others_do(read_workbook):
    own = f"{FORM.title} · CCSP de Kandi · mars 2025     Écrire…"
    table = [HEADINGS, visit()]
    assert not read_workbook({"A": [[own], [], *table], GUIDE: [["Colonne", "Centre"]]}).remarks
    for above in ([["Registre de Kandi"]], [[own], ["une note"]], [[FORM.title]]):
        found = read_workbook({"A": [*above, *table], "Notes": [["Colonne"]]})
        assert "ce qui est au-dessus n'est pas repris" in found.remarks
        assert "Feuilles non lues" in found.remarks and len(found.rows) == 1


def test_rows_or_a_form_in_the_sheet_that_explains_are_refused_as_in_any_other(read_workbook):
    for rows in ([visit()], [["Numéro", "Centre"], visit()]):
        found = read_workbook({"A": [HEADINGS, visit()], GUIDE: rows})
        assert "sans ses intitulés" in found.sentences
    both = read_workbook({"A": [HEADINGS, visit()], GUIDE: [HEADINGS, visit(ref="2")]})
    assert len(both.rows) == 2
