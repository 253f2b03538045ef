"""Workbooks of other sorts, read or told how to save them; and parts of workbooks that openpyxl alone would stumble over."""

import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference

from dashboard.forms import workbook
from dashboard.forms.formats import FORMATS
from tests.builders import complaint, csv_text, visit
from tests.forms.reading import Read
from tests.forms.test_workbook import SHEET, rewrite

HEADINGS = [c.heading for c in FORMATS["registre"].columns]
STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/": b"http://purl.oclc.org/ooxml/officeDocument/",
    b"http://schemas.openxmlformats.org/drawingml/2006/": b"http://purl.oclc.org/ooxml/drawingml/",
}


@pytest.fixture
def book() -> Workbook:
    """A register of two visits."""
    made = Workbook()
    for line in (HEADINGS, visit(ref="1"), visit(ref="2")):
        made.active.append(line)
    return made


@pytest.fixture
def save(tmp_path):
    """Save a workbook; gives back its path."""

    def write(made: Workbook, name: str = "classeur.xlsx") -> Path:
        made.save(tmp_path / name)
        return tmp_path / name

    return write


def references(found: Read) -> list:
    return [row["source_ref"] for row in found.rows]


# --- Strict Open XML ----------------------------------------------------------------------------------------------------
def strict(path: Path) -> Path:
    """The workbook as « Strict Open XML »: other names, and days as text."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for usual, other in STRICT.items():
        parts = {name: content.replace(usual, other) for name, content in parts.items()}
    parts[SHEET] = re.sub(
        rb'<c r="B(\d)" s="(\d+)" t="n"><v>45719</v>',
        rb'<c r="B\1" s="\2" t="d"><v>2025-03-03T00:00:00.000</v>',
        parts[SHEET],
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_strict_open_xml_is_read(book, save):
    book.active["B2"].value, book.active["B2"].number_format = 45719, "dd/mm/yyyy"
    book.active["B3"].value, book.active["B3"].number_format = 45719, "General"
    book.active["B3"].number_format = "d mmm yyyy"
    path = strict(save(book))
    with zipfile.ZipFile(path) as archive:
        assert b"purl.oclc.org" in archive.read("xl/workbook.xml") and b't="d"' in archive.read(
            SHEET
        )
    found = Read(path)
    assert found.places == [] and [row["day"] for row in found.rows] == ["2025-03-03"] * 2


def test_what_is_merged_and_hidden_in_strict_open_xml_is_seen(book, save):
    book.active.merge_cells("A2:A3")
    assert len(Read(strict(save(book))).rows) == 2
    book.active.row_dimensions[3].hidden = True
    assert [p[0] for p in Read(strict(save(book))).places] == [3]


# --- charts and other sheets ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("full", [True, False])
def test_a_sheet_that_is_a_chart_does_no_harm(book, save, full):
    sheet = book.create_chartsheet("Graphique", 0)
    if full:
        chart = BarChart()
        chart.add_data(Reference(book["Sheet"], min_col=1, min_row=1, max_row=3))
        sheet.add_chart(chart)
    assert references(Read(save(book))) == ["1", "2"]


@pytest.mark.parametrize(
    "name, content",
    [
        ("docProps/core.xml", b"<rien/>"),
        ("docProps/custom.xml", b"pas de XML"),
        ("xl/theme/theme1.xml", b"pas de XML"),
        ("xl/styles.xml", None),
    ],
)
def test_a_part_that_says_nothing_of_cells_does_no_harm(book, save, name, content):
    def change(old: bytes) -> bytes:
        # A colour that is none, as some programs write it.
        return (
            old.replace(b"<fills", b'<fills x="y"').replace(b"00000000", b"vert")
            if content is None
            else content
        )

    assert references(Read(rewrite(save(book), **{name: change}))) == ["1", "2"]


# --- other sorts --------------------------------------------------------------------------------------------------------
def archive_of(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return path


@pytest.mark.parametrize(
    "names, words",
    [
        (("[Content_Types].xml", "xl/workbook.bin"), ".xlsb"),
        (("mimetype", "content.xml", "META-INF/manifest.xml"), ".ods"),
        (("Index/Document.iwa",), ".numbers"),
        (("[Content_Types].xml", "word/document.xml"), "n'est pas un classeur"),
    ],
)
@pytest.mark.parametrize("ending", ["own", ".xlsx"])
def test_another_sort_of_workbook_says_how_to_save_it(tmp_path, names, words, ending):
    name = f"classeur{words if ending == 'own' and words[0] == '.' else '.xlsx'}"
    found = Read(archive_of(tmp_path / name, *names))
    assert len(found.places) == 1 and words in found.sentences and ".xlsx" in found.sentences
    assert "endommagé" not in found.sentences


@pytest.mark.parametrize("ending", [".xls", ".xlsx", ".csv"])
def test_a_password_is_told_from_an_old_excel(tmp_path, ending):
    path = tmp_path / f"classeur{ending}"
    path.write_bytes(workbook.OLE_MAGIC + bytes(600) + "Workbook".encode("utf-16-le") + bytes(600))
    assert "avant 2007" in Read(path).sentences and "mot de passe" not in Read(path).sentences
    path.write_bytes(workbook.OLE_MAGIC + bytes(600) + workbook.ENCRYPTED + bytes(600))
    assert "mot de passe" in Read(path).sentences and "2007" not in Read(path).sentences


@pytest.mark.parametrize(
    "start",
    [
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "<html><table>",
        "\ufeff\n<!DOCTYPE html>",
        "<TABLE border=1>",
    ],
)
@pytest.mark.parametrize("ending", [".xls", ".csv", ".xml"])
def test_a_page_that_is_called_a_workbook_says_how_to_save_it(read, start, ending):
    found = read(f"{start}<tr><td>Centre</td></tr>", name=f"classeur{ending}")
    assert [p[0] for p in found.places] == [None] and "page web" in found.sentences


def test_a_text_that_is_called_a_workbook_is_read(read):
    text = csv_text("registre", visit(ref="1"), delimiter="\t")
    assert references(read(text, name="classeur.xls")) == ["1"]


# --- texts --------------------------------------------------------------------------------------------------------------
def test_a_text_in_several_letters_is_one_text(book, save):
    book.active["K2"] = CellRichText("R", TextBlock(InlineFont(b=True), "-1"), " bis")
    assert references(Read(save(book))) == ["R-1 bis", "2"]


@pytest.mark.parametrize("shared", [True, False])
def test_signs_that_xml_may_not_hold_are_read(book, save, shared):
    """« _x000D_ » is how Excel writes the end of a line of an old Mac, « _x005F_ » a low line before such a word."""
    book.active["K2"], book.active["K3"] = "A_x200E_1", "B_x005F_x0041_"
    path = save(book)
    if shared:
        assert references(Read(path)) == ["A1", "B_x0041_"]
        return
    rewrite(path, **{SHEET: inline})
    assert references(Read(path)) == ["R1", "B_x0041_"]


def inline(xml: bytes) -> bytes:
    """The sheet with its first reference as a text of its own."""
    own = b'<c r="K2" t="inlineStr"><is><t>R_x200E_1</t></is></c>'
    return re.sub(rb'<c r="K2"[^>]*>.*?</c>', own, xml)


@pytest.mark.parametrize("text", ["A_x000D_\nB", "A_x000A_B"])
def test_an_end_of_line_that_is_spelled_out_is_one(book, save, text):
    book.active["K2"] = text
    assert "retour à la ligne" in Read(save(book)).sentences


@pytest.mark.parametrize("code", ["FFFF", "D800", "FFFE"])
def test_a_sign_that_is_none_is_shown_as_such(save, code):
    made = Workbook()
    made.active.append([c.heading for c in FORMATS["plaintes"].columns])
    made.active.append(complaint("P1", subject=f"a_x{code}_b"))
    assert [row["subject"] for row in Read(save(made)).rows] == ["a\ufffdb"]


def test_how_a_word_sounds_is_not_read(book, save):
    def sounding(xml: bytes) -> bytes:
        return xml.replace(
            b"<si><t>1</t></si>", b'<si><t>1</t><rPh sb="0" eb="1"><t>un</t></rPh></si>'
        )

    path = rewrite(save(book), **{"xl/sharedStrings.xml": sounding})
    assert references(Read(path)) == ["1", "2"]


# --- how a sheet lies -----------------------------------------------------------------------------------------------------
def with_merged(path: Path, *references: str) -> Path:
    cells = b"".join(f'<x:mergeCell ref="{r}"/>'.encode() for r in references)
    xmlns = b'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    merged = b"</sheetData><x:mergeCells " + xmlns + b">" + cells + b"</x:mergeCells>"
    return rewrite(path, **{SHEET: lambda xml: xml.replace(b"</sheetData>", merged)})


def test_merged_cells_are_found_whatever_the_prefix_of_their_name(book, save):
    book.active["A3"] = None
    assert len(Read(with_merged(save(book), "A2:A3")).rows) == 2


def test_merged_cells_that_lie_over_each_other_are_refused(book, save):
    found = Read(with_merged(save(book), "A2:B3", "B3:C4"))
    assert "endommagé" in found.sentences


def test_a_text_that_names_merged_cells_merges_nothing(book, save):
    book.active["K2"] = '<mergeCell ref="A2:A3"/>'
    book.active["K3"] = "</sheetData><mergeCell ref='A2:A3'/>"
    assert len(Read(save(book)).rows) == 2


def test_a_hundred_thousand_merged_cells_cost_no_more_than_a_workbook_may(book, save):
    path = with_merged(save(book), *(f"L{n}:M{n}" for n in range(2, 100_000)))
    assert len(Read(path).rows) == 2


def test_a_merged_column_to_the_end_of_the_sheet_is_read(book, save):
    book.active["A3"] = None
    assert len(Read(with_merged(save(book), "A2:A1048576", "Z1:XFD1048576")).rows) == 2


def test_a_sheet_in_an_encoding_of_which_nothing_is_seen_is_refused(book, save):
    def encoded(xml: bytes) -> bytes:
        return xml.decode().encode("utf-16")

    assert "endommagé" in Read(rewrite(save(book), **{SHEET: encoded})).sentences


@pytest.mark.parametrize(
    "attribute", ['hidden="1"', 'hidden="true"', "hidden = '1'", 'ht="0" customHeight="1"']
)
def test_a_hidden_line_is_seen_however_it_is_written(book, save, attribute):
    def change(xml: bytes) -> bytes:
        return xml.replace(b'<row r="3"', f'<row r="3" {attribute}'.encode())

    assert [p[0] for p in Read(rewrite(save(book), **{SHEET: change})).places] == [3]


@pytest.mark.parametrize(
    "attribute", ['hidden="0"', 'hidden="false"', 'ht="15"', 'ht="0.75"', 'collapsed="1"']
)
def test_a_line_that_is_seen_is_read(book, save, attribute):
    def change(xml: bytes) -> bytes:
        return xml.replace(b'<row r="3"', f'<row r="3" {attribute}'.encode())

    assert len(Read(rewrite(save(book), **{SHEET: change})).rows) == 2


@pytest.mark.parametrize("attribute", ['hidden="1"', 'width="0"', 'hidden="true" width="9"'])
def test_a_hidden_column_is_seen_however_it_is_written(book, save, attribute):
    def change(xml: bytes) -> bytes:
        cols = f'<cols><col min="11" max="16384" {attribute}/></cols><sheetData>'
        return re.sub(rb"<cols>.*</cols>", b"", xml).replace(b"<sheetData>", cols.encode())

    assert [p[1] for p in Read(rewrite(save(book), **{SHEET: change})).places] == ["Référence"]
