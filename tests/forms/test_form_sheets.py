"""A workbook of several sheets: each that is a form is read, or named in the refusal; nothing is left out in silence."""

import zipfile

import pytest

from dashboard.forms.formats import FORMATS
from tests.builders import complaint, csv_text, visit
from tests.forms.reading import Read

HEADINGS = [c.heading for c in FORMATS["registre"].columns]
COMPLAINTS = [c.heading for c in FORMATS["plaintes"].columns]


def month(*refs, **cells) -> list:
    return [HEADINGS, *(visit(ref=ref, **cells) for ref in refs)]


def test_every_sheet_of_the_form_is_read_as_one_file(read_workbook):
    found = read_workbook(
        {"Janvier": month("1", "2"), "Février": month("3"), "Mars": month(), "Avril": month("4")}
    )
    assert found.places == []
    assert [r["source_ref"] for r in found.rows] == ["1", "2", "3", "4"]
    assert found.parsing.rows == 4


def test_the_columns_of_a_sheet_may_stand_in_another_order(read_workbook):
    turned = [row[::-1] for row in month("2", sex="F")]
    found = read_workbook({"A": month("1", sex="M"), "B": turned})
    assert [(r["source_ref"], r["sex"]) for r in found.rows] == [("1", 2), ("2", 1)]


def test_a_problem_names_its_sheet_and_the_line_there(read_workbook):
    found = read_workbook({"Janvier": month("1"), "Février": [[], *month("2", day="hier")]})
    assert [(p.sheet, p.line, p.column) for p in found.parsing.problems] == [("Février", 3, "Date")]
    assert found.sentences.startswith(
        "Feuille « Février », ligne 3, colonne « Date » : lu « hier »"
    )


def test_a_workbook_of_one_sheet_has_no_sheet_to_name(read_workbook):
    assert read_workbook({"Janvier": month("1", day="hier")}).sentences.startswith(
        "Ligne 2, colonne « Date »"
    )


def test_a_row_that_stands_in_two_sheets_is_one_row_or_a_problem(read_workbook):
    found = read_workbook({"A": month("1"), "B": month("1")})
    assert len(found.rows) == 1 and "comptées une fois : 1." in found.remarks
    found = read_workbook({"A": month("1"), "B": month("1", sex="F")})
    assert [(p.sheet, p.line) for p in found.parsing.problems] == [("B", 2)]


def test_a_sheet_that_was_copied_is_refused_and_does_not_count_twice(read_workbook):
    mars = [*month("", ""), visit(sex="F")]
    found = read_workbook({"Mars": mars, "Avril": month("", "", ""), "Mars (2)": mars})
    [problem] = found.parsing.problems
    assert problem.sheet == "Mars (2)" and "la même chose que « Mars »" in problem.message
    found = read_workbook({"Mars": month("1", "2", "3"), "Mars (2)": month("1", "2", "3")})
    assert (
        not found.parsing.problems and len(found.rows) == 3
    )  # their references say that they are the same
    found = read_workbook({"Guichet 1": month(""), "Guichet 2": month("")})
    assert not found.parsing.problems and len(found.rows) == 2  # two people may have come


def test_two_forms_in_one_workbook_are_refused_and_both_sheets_named(read_workbook):
    found = read_workbook({"Visites": month("1"), "Plaintes": [COMPLAINTS, complaint("P1")]})
    assert found.rows == [] or found.parsing.problems
    assert [p.sheet for p in found.parsing.problems] == ["Plaintes"]
    assert "« Visites »" in found.sentences and "« plaintes »" in found.sentences


def test_a_sheet_that_lacks_a_heading_is_refused_by_its_name(read_workbook):
    found = read_workbook({"A": month("1"), "B": [row[:-1] for row in month("2")]})
    assert [(p.sheet, p.column) for p in found.parsing.problems] == [("B", "Référence")]


def test_a_sheet_that_is_no_form_is_named_in_a_remark(read_workbook):
    found = read_workbook(
        {
            "Lisez-moi": [["Comment remplir"], ["Une ligne par usager"]],
            "Registre": month("1"),
            "Totaux": [["Mois", "Visites"], ["janvier", 1]],
        }
    )
    assert [r["source_ref"] for r in found.rows] == ["1"]
    assert (
        "Lisez-moi" in found.remarks
        and "Totaux" in found.remarks
        and "Registre" not in found.remarks
    )


def test_rows_that_go_on_in_a_sheet_without_headings_are_refused(read_workbook):
    found = read_workbook({"Registre": month("1"), "Suite": [visit(ref="2")]})
    assert [(p.sheet, p.line) for p in found.parsing.problems] == [("Suite", 1)]
    assert "intitulés" in found.sentences


def test_a_hidden_sheet_that_is_a_form_is_refused_by_its_name(read_workbook):
    found = read_workbook({"Registre": month("1"), "Ancien": month("2")}, hidden={"Ancien"})
    assert [p.sheet for p in found.parsing.problems] == ["Ancien"]
    assert "masquée" in found.sentences


def test_hidden_sheets_of_lists_and_empty_sheets_are_passed_over(read_workbook):
    found = read_workbook(
        {"Listes": [["oui"], ["non"]], "Modèle": month(), "Registre": month("1"), "Feuil2": []},
        hidden={"Listes", "Modèle"},
    )
    assert (len(found.rows), found.places, found.remarks) == (1, [], "")


def test_headings_under_a_title_and_a_logo_are_found(read_workbook):
    found = read_workbook(
        {
            "Registre": [
                ["Registre des visites"],
                [None, "Centre de Kandi"],
                [],
                *month("1", day="?"),
            ]
        }
    )
    assert [place[:2] for place in found.places] == [(5, "Date")]


def test_a_workbook_without_any_form_says_what_stands_in_each_sheet(read_workbook):
    found = read_workbook(
        {"Garde": [["Rapport annuel"]], "Données": [["Nom", "Date", "Centre"], ["A", "B", "C"]]}
    )
    assert len(found.places) == 1
    assert "« Garde »" in found.sentences and "« Données »" in found.sentences


def test_line_breaks_in_the_cells_of_a_workbook_do_not_shift_its_lines(read_workbook):
    found = read_workbook(
        {
            "P": [
                COMPLAINTS,
                complaint("P1", subject="une\ndeux\ntrois"),
                complaint("P2", received="?"),
            ]
        }
    )
    assert [place[:2] for place in found.places] == [(3, "Reçue le")]


def test_a_workbook_that_ends_midway_is_refused_after_its_first_rows(read_workbook, tmp_path):
    read_workbook({"A": month(*map(str, range(5_000)))})
    path = tmp_path / "classeur.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(
                name, content[: len(content) // 2] if name.endswith("sheet1.xml") else content
            )
    found = Read(path)
    assert [place[0] for place in found.places] == [None] and "endommagé" in found.sentences


def test_another_form_is_refused_also_where_the_form_is_asked_for(read_workbook):
    found = read_workbook(
        {"Visites": month("1"), "Plaintes": [COMPLAINTS, complaint("P1")]}, form="registre"
    )
    assert [(p.sheet, p.line) for p in found.parsing.problems] == [("Plaintes", 1)]


def test_rows_of_the_form_in_a_hidden_sheet_without_headings_are_refused(read_workbook):
    found = read_workbook({"Registre": month("1"), "Suite": [visit(ref="2")]}, hidden={"Suite"})
    assert [p.sheet for p in found.parsing.problems] == ["Suite"]


def test_a_remark_shows_a_number_as_the_sheet_does(read_workbook, tmp_path):
    found = read_workbook({"A": [["Année", 2e16], [], [*HEADINGS, 2e16], visit(ref="1")]})
    assert "« Année ; 20000000000000000 »" in found.remarks and "\\u" not in found.remarks


# --- headings far down --------------------------------------------------------------------------------------------------
BELOW = [["x"]] * 25


@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize("before", [True, False])
def test_a_sheet_whose_headings_stand_far_down_is_refused_by_its_name(
    read_workbook, hidden, before
):
    sheets = {"Registre": month("1"), "Ancien": [*BELOW, *month("2")]}
    if before:
        sheets = dict(reversed(sheets.items()))
    found = read_workbook(sheets, hidden={"Ancien"} if hidden else ())
    assert [(p.sheet, p.line) for p in found.parsing.problems] == [
        ("Ancien", None if hidden else 26)
    ]
    assert ("masquée" if hidden else "vingt premières") in found.sentences


def test_a_hidden_form_is_refused_wherever_its_first_row_stands(read_workbook):
    found = read_workbook(
        {"Registre": month("1"), "Ancien": [HEADINGS, *[[]] * 3_000, visit(ref="2")]},
        hidden={"Ancien"},
    )
    assert [p.sheet for p in found.parsing.problems] == ["Ancien"]


def test_headings_far_down_in_the_only_sheet_say_where_they_are(read, read_workbook):
    assert "Ligne 26" in read_workbook({"A": [*BELOW, *month("1")]}).sentences
    text = "x\n" * 24 + '"x\ny"\n' + csv_text("registre", visit(ref="1"))
    found = read(text)
    assert found.rows == [] and "Ligne 27" in found.sentences


def test_rows_of_the_form_far_down_in_a_sheet_without_headings_are_refused(read_workbook):
    found = read_workbook({"Registre": month("1"), "Suite": [*BELOW, visit(ref="2")]})
    assert [(p.sheet, p.line) for p in found.parsing.problems] == [("Suite", 26)]
