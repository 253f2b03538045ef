"""Cells that are no values: formulas, errors, Excel's serial numbers; and texts longer than the tables take."""

import pytest

from dashboard.forms.formats import FORMATS, Column, Format, Words
from dashboard.forms.problem import Problem
from tests.builders import KANDI, closing, complaint, csv_text, monthly, visit

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


@pytest.mark.parametrize("text", ["0,99999", "0.999999999", "0,9999"])
def test_a_time_as_excel_counts_it_is_never_told_as_one_that_does_not_exist(read, text):
    found = read("registre", visit(arrived=text)).sentences
    assert "23:59" in found and "24:00" not in found


@pytest.mark.parametrize(
    "text, told", [("0,5", "12:00"), ("0,347222222", "08:20"), (",25", "06:00")]
)
def test_a_time_as_excel_counts_it_is_told_to_the_nearest_second(read, text, told):
    assert told in read("registre", visit(arrived=text)).sentences


# --- whole numbers ------------------------------------------------------------------------------------------------------
SPACES = [" ", "\u00a0", "\u202f", "\u2009"]


@pytest.mark.parametrize("space", SPACES, ids=ascii)
def test_only_groups_of_three_digits_are_one_number(read, space):
    def declared(text: str) -> list:
        return [row["declared"] for row in read("cloture", closing(declared=text)).rows]

    assert declared(f"1{space}234") == [1_234] and declared(f"12{space}345") == [12_345]
    assert declared(f"1{space}234{space}567") == [1_234_567]
    wrong = "12~13", "1~23", "1~2345", "1234~567", "0~123", "1~234~56", "1~~234", "~1~2", "5~6"
    for text in wrong:
        assert declared(text.replace("~", space)) == [], text


@pytest.mark.parametrize("text", ["5\n6", "5\r\n6", "1\n234", "12\t345", "1\u2028234"])
def test_two_lines_of_a_cell_are_two_numbers(read, text):
    found = read("cloture", closing(declared=text))
    assert [p[:2] for p in found.places] == [(2, "Visites déclarées")]
    assert "groupes de trois" in found.sentences


@pytest.mark.parametrize("form, column", [x for x in OTHERS if x[1].cell == "whole"], ids=str)
@pytest.mark.parametrize(
    "text", ["12 13", "5\n6", "1,234", "1.234", "1'234", "٣", "²", "1e3", "+5"]
)
def test_whatever_the_form_and_the_column(read, form, column, text):
    assert read(form, with_cell(form, column, text)).places[0][1] == column.heading


@pytest.mark.parametrize("text", ["12,0", "12,00", "12.0", "12.00", "1 200,00"])
def test_a_whole_number_may_be_written_with_nothing_behind_its_point(read, text):
    assert read("cloture", closing(declared=text)).places == []


# --- what lies within a reference -----------------------------------------------------------------------------------------
TEXT_KEYS = [(form, column) for form, column in KEYS if column.cell == "text"]


@pytest.mark.parametrize("text", ["A1\nA2", "A1\r\nA2", "A\u2028B", "A\x0bB", "A\x85B"])
@pytest.mark.parametrize("form, column", TEXT_KEYS, ids=lambda v: getattr(v, "field", v))
def test_a_line_break_in_a_key_is_refused(read, form, column, text):
    found = read(form, with_cell(form, column, text))
    assert [p[:2] for p in found.places] == [(2, column.heading)]
    assert "retour à la ligne" in found.sentences and "guillemet" in found.sentences


def test_two_stray_quotes_do_not_make_the_next_visit_part_of_a_reference(read):
    lines = csv_text("registre", visit(), visit(ref="2"), visit(ref="3")).split("\n")
    lines[1] += '"A1'
    lines[2] += '"'
    found = read("\n".join(lines))
    assert [p[:2] for p in found.places] == [(2, "Référence")]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("swallowed", [1, 3])
def test_nor_the_next_complaint_part_of_the_words_of_one(read, delimiter, swallowed):
    complaints = [complaint(f"P{n}", subject=f"attente {n}") for n in range(1, 7)]
    lines = csv_text("plaintes", *complaints, delimiter=delimiter).split("\n")
    lines[2] = lines[2].replace("attente", '"attente')
    lines[2 + swallowed] += '"'
    found = read("\n".join(lines))
    assert [p[:2] for p in found.places] == [(3, "Objet")]
    assert "guillemet" in found.sentences


def test_nor_the_next_month_part_of_a_remark(read):
    lines = csv_text("canevas", monthly(), monthly(month="04/2025"), monthly(month="05/2025"))
    lines = lines.split("\n")
    lines[1] = lines[1][:-2] + '"réseau;;'  # from « Difficultés » on
    lines[2] = lines[2][:-2] + 'attente";;'
    found = read("\n".join(lines))
    assert (2, "Difficultés") in [p[:2] for p in found.places]


def test_nor_the_next_visit_part_of_a_column_that_is_not_read(read):
    text = csv_text("registre", *(visit(ref=str(n)) for n in (1, 2, 3)))
    lines = text.replace("Référence\n", "Référence;Nom\n").split("\n")
    lines[1] += ';"A'
    lines[2] += ';B"'
    lines[3] += ";C"
    found = read("\n".join(lines))
    assert [p[:2] for p in found.places] == [(2, "Nom")]


def test_words_on_several_lines_are_words(read):
    text = "Attente ; personne au guichet ;\nrevenu trois fois, ccsp-kandi, 03/03/2025 ;\n\nsans réponse"
    for delimiter in ";,":
        found = read(csv_text("plaintes", complaint("P1", subject=text), delimiter=delimiter))
        assert [row["subject"] for row in found.rows] == [text]


# --- what a spreadsheet has lost ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["2,02511E+16", "2.02511E+16", "2E+16", "1,5e-05", "-2,5E+20"])
@pytest.mark.parametrize("form, column", TEXT_KEYS, ids=lambda v: getattr(v, "field", v))
def test_a_reference_that_a_spreadsheet_has_cut_short_is_refused(read, form, column, text):
    found = read(form, with_cell(form, column, text), with_cell(form, column, text))
    assert [p[:2] for p in found.places] == [(2, column.heading), (3, column.heading)]
    assert "format Texte" in found.sentences


@pytest.mark.parametrize("text", ["2E16", "A2,5E+10", "1,5E+2-3", "E+10", "2025E+1x"])
def test_what_only_looks_a_little_like_one_is_a_reference(read, text):
    assert [row["source_ref"] for row in read("registre", visit(ref=text)).rows] == [text]


def test_references_of_more_digits_than_a_spreadsheet_keeps_are_refused_where_the_rest_is_zeros(
    read,
):
    found = read("registre", visit(ref="2025110000000010"), visit(ref="2025110000000020", sex="F"))
    assert [p[:2] for p in found.places] == [(2, "Référence")]
    assert "quinze chiffres" in found.sentences


def test_long_references_of_another_program_are_read(read):
    refs = ["2025110000000012", "2025110000000020", "20251100000000000000000000000031"]
    found = read("registre", *(visit(ref=ref) for ref in refs))
    assert [row["source_ref"] for row in found.rows] == refs


@pytest.mark.parametrize("turned", ["AB\u202e21", "12\u200f-3", "\u202b12-3\u202c", "R\u20671-2"])
def test_a_key_that_is_not_seen_in_the_order_in_which_it_is_held_is_refused(read, turned):
    found = read("registre", visit(ref=turned))
    assert [p[:2] for p in found.places] == [(2, "Référence")]
    assert "l'ordre" in found.sentences


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
