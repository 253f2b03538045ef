"""A file that somebody took away says who and when, and one that nobody asked for by hand says neither; it holds complaints one
by one only where the ministry lets files hold them."""

import io
import re
from dataclasses import replace

import openpyxl
import pypdf
import pytest
from pptx import Presentation

from dashboard.exports import EXPORTS, png
from dashboard.panel import Panel, Slide, make_table, text_cell
from dashboard.settings import load_settings
from tests.exports import decks
from tests.exports.test_png import ABOUT, panels
from tests.exports.test_svg import read, said

MADE = "Fait le 26/11/2026 à 14:05 par awa, directeur"


def _of_pdf(data: bytes) -> str:
    return pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text()


def _of_pptx(data: bytes) -> str:
    return " ".join(
        shape.text_frame.text
        for slide in Presentation(io.BytesIO(data)).slides
        for shape in slide.shapes
        if shape.has_text_frame
    )


def _of_xlsx(data: bytes) -> str:
    first = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return " ".join(str(cell) for row in first.values for cell in row if cell)


def _all_of_pdf(data: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def _all_of_pptx(data: bytes) -> str:
    return " ".join(
        cell.text if cell else shape.text_frame.text
        for slide in Presentation(io.BytesIO(data)).slides
        for shape in slide.shapes
        for cell in (
            [c for row in shape.table.rows for c in row.cells]
            if shape.has_table
            else [None] * shape.has_text_frame
        )
    )


def _all_of_xlsx(data: bytes) -> str:
    sheets = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    return " ".join(str(cell) for sheet in sheets for row in sheet.values for cell in row if cell)


WHOLE = {"pdf": _all_of_pdf, "pptx": _all_of_pptx, "xlsx": _all_of_xlsx, "html": bytes.decode}
READ = {"pdf": _of_pdf, "pptx": _of_pptx, "xlsx": _of_xlsx, "html": bytes.decode}


@pytest.mark.parametrize("extension", [e for e, export in EXPORTS.items() if export.button])
def test_a_file_says_who_took_it_and_when(extension):
    deck, export = decks.whole(), EXPORTS[extension]

    def said_with(made: str) -> str:
        return re.sub(r"\s", "", READ[extension](export.file(replace(deck, made_by=made))))

    mine = re.sub(r"\s", "", MADE)
    assert 1 <= said_with(MADE).count(mine) <= 2  # head and foot of one page
    assert "Faitle" not in said_with("")


def test_a_picture_says_who_took_it_and_when():
    panel = panels()[0]
    assert MADE in said(read(png.picture_svg(panel, replace(ABOUT, taken_by=MADE))))
    assert "Fait le" not in said(read(png.picture_svg(panel, ABOUT)))


@pytest.mark.parametrize("extension", EXPORTS)
@pytest.mark.parametrize("allowed", [True, False])
def test_complaints_leave_in_files_only_where_the_ministry_lets_them(
    extension, allowed, monkeypatch
):
    monkeypatch.setenv("COMPLAINT_ROWS_IN_FILES", str(int(allowed)))
    load_settings.cache_clear()
    listed = make_table((("Référence", ""),), [(text_cell("P-COVE-2026-00042"),)])
    panel = Panel("plaintes_en_cours", "Plaintes en cours", table=listed, has_complaint_rows=True)
    whole = decks.whole()
    deck = replace(whole, slides=(*whole.slides[:2], Slide("liste", "Une plainte en cours", panel)))
    everything = {**WHOLE, "txt": bytes.decode}[extension](EXPORTS[extension].file(deck))
    monkeypatch.undo()
    load_settings.cache_clear()
    assert ("P-COVE-2026-00042" in everything) == (allowed and extension != "txt")
    if extension != "txt":
        assert ("Une plainte en cours" in everything) == (extension != "xlsx" or allowed)
        assert ("cela se lit à l" in " ".join(everything.split())) == (not allowed)
