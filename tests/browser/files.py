"""Files that a page gives, opened for real: one is what its name says, and not empty."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pptx
import pypdf
from lxml import html
from PIL import Image

LEAST = 20  # letters of a text: fewer is nothing said


def workbook(data: bytes) -> str:
    """What is written in the cells of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return " ".join(str(cell) for row in rows for cell in row if cell is not None)


def slides(data: bytes) -> str:
    """What is written on slides."""
    deck = pptx.Presentation(io.BytesIO(data))
    return " ".join(
        shape.text_frame.text
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_text_frame
    )


def document(data: bytes) -> str:
    """What is written on the pages of a PDF."""
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def dossier(data: bytes) -> str:
    """What is written on a page of ours that stands by itself: whole, in French, with parts."""
    page = html.document_fromstring(data.decode())
    assert page.get("lang") == "fr" and data.rstrip().endswith(b"</html>")
    assert page.findall(".//h1") and page.findall(".//section")
    return page.text_content()


def picture(data: bytes) -> str:
    """The size of a picture that is not of one colour, in words."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.format == "PNG" and len(image.convert("RGB").getcolors(2**24) or "ab") > 1
        return f"une image de {image.width} points sur {image.height}"


OPENED: dict[str, Callable[[bytes], str]] = {
    ".xlsx": workbook,
    ".pptx": slides,
    ".pdf": document,
    ".html": dossier,
    ".png": picture,
    ".txt": bytes.decode,
}


def opened(path: Path, name: str) -> str:
    """What is written in the file, opened as its name says. AssertionError where it is nothing; an unknown kind is a KeyError:
    somebody says first how it is opened."""
    said = OPENED[Path(name).suffix](path.read_bytes())
    assert len(said.strip()) >= LEAST, name
    return said
