"""Merged cells and hidden parts of a workbook: what a person sees is read, or the file refused."""

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from dashboard.forms.formats import FORMATS
from tests.builders import NIKKI, closing, closure, complaint, visit
from tests.forms.reading import COTONOU, KANDI, Read

HEADINGS = {name: [c.heading for c in form.columns] for name, form in FORMATS.items()}
COLUMN = {
    name: {c.heading: "ABCDEFGHIJK"[i] for i, c in enumerate(form.columns)}
    for name, form in FORMATS.items()
}


@pytest.fixture
def sheet() -> Worksheet:
    """The sheet of a new workbook."""
    return Workbook().active


@pytest.fixture
def read_sheet(sheet, tmp_path):
    """Read the workbook of that sheet."""

    def reader(**options) -> Read:
        sheet.parent.save(tmp_path / "classeur.xlsx")
        return Read(tmp_path / "classeur.xlsx", **options)

    return reader


def fill(sheet: Worksheet, form: str, *lines: list) -> None:
    """A form's headings, and lines below."""
    for line in (HEADINGS[form], *lines):
        sheet.append(line)


def values(found: Read, *fields: str) -> list:
    """These fields of each row."""
    return [tuple(row[f] for f in fields) for row in found.rows]


# --- merged over several rows -----------------------------------------------------------------------------------------
def test_a_centre_merged_over_three_closures_closes_that_centre_three_times(sheet, read_sheet):
    fill(sheet, "fermetures", *(closure(first=f"2025-03-0{d}") for d in (3, 4, 5)))
    sheet.merge_cells("A2:A4")
    assert values(read_sheet(), "site_id", "first_day") == [
        (KANDI, f"2025-03-0{d}") for d in (3, 4, 5)
    ]


LINES = {
    "registre": [
        visit(day="03/03/2025", service="cip", sex="F", satisfied="oui", outcome="servi", ref=ref)
        for ref in "123"
    ],
    "plaintes": [
        complaint(
            f"P{n}",
            resolved="10/03/2025",
            outcome="rejetée",
            category="délai",
            channel="téléphone",
            service="cip",
            subject="attente",
        )
        for n in (1, 2, 3)
    ],
    "cloture": [closing(day=f"0{n}/03/2025", agent="A1", declared=7) for n in (3, 4, 5)],
    "fermetures": [
        closure(first=f"0{n}/03/2025", last="07/03/2025", start="08:00", end="10:00")
        for n in (3, 4, 5)
    ],
    "canevas": [
        ["ccsp-kandi", f"0{n}/2025", 12, 9, "attente", "réseau", "renfort", "rien"]
        for n in (3, 4, 5)
    ],
}


@pytest.mark.parametrize(
    "form, heading",
    [
        (form, heading)
        for form, lines in LINES.items()
        for i, heading in enumerate(HEADINGS[form])
        if len({line[i] for line in lines}) == 1 and FORMATS[form].columns[i].cell != "whole"
    ],
)
def test_a_cell_merged_over_rows_is_read_as_if_it_stood_in_each(sheet, read_sheet, form, heading):
    """Whatever the column: the same rows as of the workbook without merged cells."""
    fill(sheet, form, *LINES[form])
    plain = read_sheet()
    assert plain.places == [] and len(plain.rows) == 3
    sheet.merge_cells(f"{COLUMN[form][heading]}2:{COLUMN[form][heading]}4")
    merged = read_sheet()
    assert (merged.rows, merged.places) == (plain.rows, [])


@pytest.mark.parametrize(
    "form, heading",
    [(f.name, c.heading) for f in FORMATS.values() for c in f.columns if c.cell == "whole"],
)
def test_a_number_merged_over_rows_is_refused(sheet, read_sheet, form, heading):
    """It may be the number of each, or of all together."""
    fill(sheet, form, *LINES[form])
    sheet.merge_cells(f"{COLUMN[form][heading]}2:{COLUMN[form][heading]}3")
    found = read_sheet()
    assert [p[:2] for p in found.places][:1] == [(2, heading)] and "total" in found.sentences


def test_what_lies_hidden_under_a_merged_cell_is_not_read(sheet, read_sheet):
    fill(sheet, "cloture", *(closing(day=f"0{n}/03/2025") for n in (3, 4)))
    sheet.merge_cells("A2:A3")
    sheet._cells[3, 1] = type(sheet["A2"])(sheet, 3, 1, "gsru-cotonou")  # as some programs leave it
    assert values(read_sheet(), "site_id") == [(KANDI,), (KANDI,)]


def test_lines_left_empty_at_the_end_of_a_merged_centre_are_empty(sheet, read_sheet):
    fill(sheet, "cloture", closing(), closing(day="04/03/2025"), [], [], closing(NIKKI))
    sheet["A6"] = "gsru-cotonou"
    sheet.merge_cells("A2:A5")
    assert values(read_sheet(), "site_id") == [(KANDI,), (KANDI,), (COTONOU,)]


def test_rows_that_have_nothing_of_their_own_are_refused_where_they_could_be_rows(
    sheet, read_sheet
):
    """Two visits alike, or one drawn over two lines? Nobody can tell."""
    fill(sheet, "registre", visit(sex="F"), visit(sex="F"), visit(sex="M"))
    for column in "ABFH":
        sheet.merge_cells(f"{column}2:{column}3")
    found = read_sheet()
    assert [p[0] for p in found.places] == [3] and "fusionnées" in found.sentences


def test_so_are_the_last_ones_of_the_sheet(sheet, read_sheet):
    fill(sheet, "registre", visit(sex="F"))
    for column in "ABFH":
        sheet.merge_cells(f"{column}2:{column}3")
    assert [p[0] for p in read_sheet().places] == [3]


def test_merged_cells_are_those_of_their_own_sheet(sheet, read_sheet):
    fill(sheet, "cloture", closing(), closing(day="04/03/2025"))
    sheet.merge_cells("A2:A3")
    other = sheet.parent.create_sheet("Suite")
    fill(other, "cloture", closing("gsru-cotonou"), closing("gsru-cotonou", day="04/03/2025"))
    assert values(read_sheet(), "site_id") == [(KANDI,), (KANDI,), (COTONOU,), (COTONOU,)]


def test_a_problem_in_a_merged_cell_is_told_of_its_rows(sheet, read_sheet):
    fill(sheet, "cloture", closing("Atlantide"), closing(day="04/03/2025"))
    sheet.merge_cells("A2:A3")
    assert read_sheet().places == [(2, "Centre", "Atlantide"), (3, "Centre", "Atlantide")]


def test_a_reference_merged_over_two_visits_that_differ_is_refused(sheet, read_sheet):
    fill(sheet, "registre", visit(sex="F", ref="1"), visit(sex="M"))
    sheet.merge_cells("K2:K3")
    assert [p[:2] for p in read_sheet().places] == [(3, "Référence")]


# --- merged over several columns ----------------------------------------------------------------------------------------
def test_a_cell_merged_over_two_columns_of_the_form_is_refused(sheet, read_sheet):
    fill(sheet, "fermetures", closure(), closure(first="04/03/2025", last="05/03/2025"))
    sheet.merge_cells("B2:C2")
    found = read_sheet()
    assert {p[:2] for p in found.places} == {(2, "Au")}
    assert "« Du »" in found.sentences and "fusionnée" in found.sentences


def test_a_block_merged_over_rows_and_columns_is_refused(sheet, read_sheet):
    fill(sheet, "fermetures", closure(), closure(), closure())
    sheet.merge_cells("B2:C3")
    assert (2, "Au") in [p[:2] for p in read_sheet().places]


def test_a_cell_merged_over_columns_that_no_form_has_is_read(sheet, read_sheet):
    fill(sheet, "plaintes", [*complaint("P1", subject="attente"), "x"], complaint("P2"))
    sheet["J1"] = "Suite de l'objet"
    sheet["J2"] = None
    sheet.merge_cells("I2:J2")
    assert values(read_sheet(), "subject") == [("attente",), ("",)]


def test_a_note_written_across_the_table_is_refused(sheet, read_sheet):
    fill(sheet, "registre", visit(ref="1"), ["Fermé pour la fête"], visit(ref="2"))
    sheet.merge_cells("A3:K3")
    assert {p[0] for p in read_sheet().places} == {3}


def test_an_empty_cell_merged_over_columns_does_no_harm(sheet, read_sheet):
    fill(sheet, "registre", visit(ref="1"))
    sheet.merge_cells("C2:E2")
    assert values(read_sheet(), "arrived_at", "source_ref") == [(None, "1")]


# --- headings -----------------------------------------------------------------------------------------------------------
def test_a_title_merged_above_the_headings_does_no_harm(sheet, read_sheet):
    sheet.append(["Registre des visites"])
    sheet.merge_cells("A1:K2")
    sheet.append([])
    fill(sheet, "registre", visit(ref="1"))
    found = read_sheet()
    assert values(found, "source_ref") == [("1",)]
    assert found.remarks.count("Registre des visites") == 1


def test_headings_on_two_lines_are_found(sheet, read_sheet):
    """« Heures » over three headings, the others merged over both lines."""
    headings = HEADINGS["registre"]
    sheet.append([h if i not in (2, 3, 4) else "Heures" * (i == 2) for i, h in enumerate(headings)])
    sheet.append([h if i in (2, 3, 4) else None for i, h in enumerate(headings)])
    sheet.append(visit(arrived="08:00", ref="1"))
    sheet.merge_cells("C1:E1")
    for column in "ABFGHIJK":
        sheet.merge_cells(f"{column}1:{column}2")
    assert values(read_sheet(), "site_id", "arrived_at", "source_ref") == [(KANDI, 480, "1")]


def test_headings_drawn_over_two_lines_are_one_line(sheet, read_sheet):
    sheet.append(HEADINGS["registre"])
    sheet.append([])
    sheet.append(visit(ref="1"))
    for column in "ABCDEFGHIJK":
        sheet.merge_cells(f"{column}1:{column}2")
    found = read_sheet()
    assert (values(found, "source_ref"), found.places) == ([("1",)], [])


def test_what_stands_under_a_heading_merged_over_two_columns_is_not_lost(sheet, read_sheet):
    fill(sheet, "plaintes", complaint("P1", subject="attente"), [*complaint("P2"), "perdu"])
    sheet.merge_cells("I1:J1")
    found = read_sheet()
    assert found.places[0] == (3, "", "perdu") and "« Objet »" in found.sentences
    sheet["J3"] = None
    assert values(read_sheet(), "subject") == [("attente",), ("",)]


# --- hidden -------------------------------------------------------------------------------------------------------------
def test_hidden_rows_are_refused_and_counted(sheet, read_sheet):
    fill(sheet, "registre", *(visit(ref=str(n)) for n in range(9)))
    for line in (4, 5, 8):
        sheet.row_dimensions[line].hidden = True
    found = read_sheet()
    assert [p[0] for p in found.places] == [4]
    assert "masquée" in found.sentences and "2 autres" in found.sentences


def test_rows_that_a_filter_hides_are_refused(sheet, read_sheet):
    fill(sheet, "registre", visit(sex="F", ref="1"), visit(sex="M", ref="2"))
    sheet.auto_filter.ref = "A1:K3"
    sheet.auto_filter.add_filter_column(7, ["F"])
    assert len(read_sheet().rows) == 2  # a filter that hides nothing
    sheet.row_dimensions[3].hidden = True
    assert [p[0] for p in read_sheet().places] == [3]


def test_hidden_rows_without_content_do_no_harm(sheet, read_sheet):
    fill(sheet, "registre", visit(ref="1"), [], visit(ref="2"))
    sheet.row_dimensions[3].hidden = True
    assert values(read_sheet(), "source_ref") == [("1",), ("2",)]


def test_a_hidden_column_of_the_form_is_refused_where_it_is_filled(sheet, read_sheet):
    fill(sheet, "registre", visit(ref="1"), visit(ref="2"))
    sheet.column_dimensions["K"].hidden = True
    found = read_sheet()
    assert [p[:2] for p in found.places] == [(2, "Référence")] and "masquée" in found.sentences
    sheet["K2"] = sheet["K3"] = None
    assert len(read_sheet().rows) == 2


def test_hidden_columns_side_by_side_are_each_seen(sheet, read_sheet):
    fill(sheet, "registre", visit(arrived="08:00", called="08:05", ref="1"))
    sheet.column_dimensions.group("C", "E", hidden=True)
    assert [p[1] for p in read_sheet().places] == ["Heure d'arrivée", "Heure d'appel"]


def test_a_hidden_column_that_no_form_has_does_no_harm(sheet, read_sheet):
    fill(sheet, "registre", [*visit(ref="1"), "A"])
    sheet["L1"] = "Nom"
    sheet.column_dimensions["L"].hidden = True
    assert len(read_sheet().rows) == 1
