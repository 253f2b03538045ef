"""A file that somebody took away says who and when, once, and one that nobody asked for by hand says neither."""

import io
import re
from dataclasses import replace

import openpyxl
import pypdf
import pytest
from pptx import Presentation

from dashboard.exports import EXPORTS, png
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


READ = {"pdf": _of_pdf, "pptx": _of_pptx, "xlsx": _of_xlsx, "html": bytes.decode}


@pytest.mark.parametrize("extension", [e for e, export in EXPORTS.items() if export.button])
def test_a_file_says_who_took_it_and_when(extension):
    deck, export = decks.whole(), EXPORTS[extension]

    def words(made: str) -> str:
        return re.sub(r"\s", "", READ[extension](export.file(replace(deck, made=made))))

    mine = re.sub(r"\s", "", MADE)
    assert 1 <= words(MADE).count(mine) <= 2  # head and foot of one page
    assert "Faitle" not in words("")


def test_a_picture_says_who_took_it_and_when():
    panel = panels()[0]
    assert MADE in said(read(png.sheet(panel, replace(ABOUT, made=MADE))))
    assert "Fait le" not in said(read(png.sheet(panel, ABOUT)))
