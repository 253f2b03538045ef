"""Cells that are no values: formulas, errors, Excel's serial numbers; and texts longer than the tables take."""

import pytest

from dashboard.forms.formats import FORMATS, Column, Format, Words
from dashboard.forms.problem import Problem
from tests.builders import KANDI, complaint, csv_text, monthly, visit

GOOD = {"site": KANDI, "day": "2025-03-03", "month": "03/2025", "whole": 1, "text": "A1"}


def good_cell(form: Format, column: Column) -> str | int:
    """What a line without a fault has there: nothing, unless it is required or part of the key."""
    if not (column.required or column.field in form.key):
        return ""
    if isinstance(column.cell, Words):
        return next(iter(column.cell.values))
    return GOOD.get(column.cell, "")


LINES = {f.name: [good_cell(f, c) for c in f.columns] for f in FORMATS.values()}
KEYS = [(f.name, c) for f in FORMATS.values() for c in f.columns if c.field in f.key]
OTHERS = [(f.name, c) for f in FORMATS.values() for c in f.columns if c.field not in f.key]


def with_cell(form: str, column, text: str) -> list:
    place = FORMATS[form].columns.index(column)
    return [text if i == place else cell for i, cell in enumerate(LINES[form])]


@pytest.mark.parametrize("form", FORMATS)
def test_there_is_a_good_line_of_every_form(read, form):
    assert read(form, LINES[form]).places == []


@pytest.mark.parametrize(
    "text", ["=ROW()-1", "#REF!", "#N/A", "#VALEUR!", "#NOM?", "Err:508", "=1"]
)
@pytest.mark.parametrize("form, column", KEYS, ids=lambda v: getattr(v, "field", v))
def test_a_formula_or_an_error_in_a_key_is_refused_by_its_cell(read, form, column, text):
    found = read(form, LINES[form], with_cell(form, column, text))
    assert (3, column.heading, text) in found.places
    assert "formule" in found.sentences or "erreur de calcul" in found.sentences


@pytest.mark.parametrize("form, column", OTHERS, ids=lambda v: getattr(v, "field", v))
def test_an_error_in_any_other_column_is_refused_as_such(read, form, column):
    found = read(form, with_cell(form, column, "#REF!"))
    assert found.places[0] == (2, column.heading, "#REF!")
    assert "erreur de calcul" in found.sentences


@pytest.mark.parametrize("form, column", [*KEYS, *OTHERS], ids=lambda v: getattr(v, "field", v))
def test_a_formula_of_a_workbook_is_never_a_value(read_workbook, form, column):
    headings = [c.heading for c in FORMATS[form].columns]
    found = read_workbook({"A": [headings, with_cell(form, column, "=1+1")]})
    assert found.places[0][:2] == (2, column.heading)
    assert "formule" in found.sentences


@pytest.mark.parametrize("form, column", [*KEYS, *OTHERS], ids=lambda v: getattr(v, "field", v))
def test_the_hashes_of_a_narrow_column_are_no_value(read, form, column):
    found = read(form, with_cell(form, column, "########"))
    assert found.places[0] == (2, column.heading, "########")
    assert "élargir la colonne" in found.sentences


def test_a_formula_far_below_in_the_register_is_found(read):
    found = read("registre", *(visit(ref=f"R{i}") for i in range(9_000)), visit(ref="=A1"))
    assert found.places == [(9_002, "Référence", "=A1")]


def test_a_formula_in_a_column_that_is_not_read_does_no_harm(read):
    text = (
        csv_text("registre", visit(ref="1"))
        .replace("Référence\n", "Référence;Rang\n")
        .replace(";1\n", ";1;=ROW()\n")
    )
    assert len(read(text).rows) == 1


@pytest.mark.parametrize("form", ["registre", "plaintes"])
def test_the_text_of_a_reference_may_hold_an_equals_sign_or_a_hash(read, form):
    line = visit(ref="A=1#2") if form == "registre" else complaint("A=1#2")
    assert read(form, line).places == []


# --- what Excel counts ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["45719", "45719.0", "45719,35"])
def test_a_day_as_excel_counts_it_says_so(read, text):
    found = read("registre", visit(day=text))
    assert found.places == [(2, "Date", text)]
    assert "format Date" in found.sentences and "03/03/2025" in found.sentences


def test_a_month_as_excel_counts_it_says_so(read):
    assert "format Date" in read("canevas", monthly(month="45719")).sentences


@pytest.mark.parametrize("text", ["0.34375", "0,34375"])
def test_a_time_as_excel_counts_it_says_so(read, text):
    found = read("registre", visit(arrived=text))
    assert "format Heure" in found.sentences and "08:15" in found.sentences


def test_a_number_that_is_no_day_of_ours_is_only_no_date(read):
    assert "format Date" not in read("registre", visit(day="12")).sentences


# --- what a screen shows --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("hostile", ["\x1b[2J", "a\x07b", "a\rb", "a\u202eb", "a\x9bb", "\u2028"])
def test_a_problem_never_carries_a_character_that_the_terminal_obeys(read, hostile):
    found = read(csv_text("registre", visit(site=f"x{hostile}x", kind=hostile)))
    assert found.places
    for problem in found.parsing.problems:
        assert str(problem).replace("\u00a0", " ").isprintable()


def test_a_remark_never_carries_one_either(read, read_workbook):
    text = (
        csv_text("registre", visit(ref="1"))
        .replace("Référence\n", "Référence;N\x1b[2Jom\n")
        .replace(";1\n", ";1;A\n")
    )
    headings = [c.heading for c in FORMATS["registre"].columns]
    found = [
        read("a\x1b]0;x\x07\n" + text),
        read_workbook({"\u202ea": [["x"]], "b": [headings, visit(ref="1")]}),
    ]
    for remark in (r for f in found for r in f.parsing.remarks):
        assert remark.isprintable(), remark
    assert [len(f.parsing.remarks) for f in found] == [2, 1]


def test_a_problem_shows_what_it_does_not_carry():
    shown = str(Problem(2, "Objet", "\x1b]0;pwned\x07", "à revoir.", sheet="a\nb"))
    assert (
        shown
        == r"Feuille « a\nb », ligne 2, colonne « Objet » : lu « \x1b]0;pwned\x07 » : à revoir."
    )


# --- one of a thing is singular -------------------------------------------------------------------------------------
def test_one_cell_is_not_cells(read):
    assert "1 case au lieu de 11" in read(csv_text("registre", visit()) + "ccsp-kandi\n").sentences
