"""Of a long list a paper has the first rows and says where all are; the workbook has all."""

import io
from dataclasses import replace

import openpyxl
import pytest

from dashboard.exports import EXPORTS, html, pdf
from dashboard.panel import Cell, Deck, make_table
from tests.exports import decks
from tests.exports.test_html import Reader
from tests.exports.test_pdf import read

MOST, ALL = 40, 95


def listing(rows: int) -> Deck:
    """A story of one slide, a list of so many rows."""
    slide = next(s for s in decks.whole().slides if s.code == "liste")
    table = make_table(
        (("Référence", ""), ("Âge", "days")),
        [(Cell(f"R{n:04}R"), Cell(str(n), n)) for n in range(rows)],
    )
    return replace(decks.whole(), slides=(replace(slide, panel=replace(slide.panel, table=table)),))


@pytest.fixture
def short(monkeypatch):
    """A paper of fewer rows than it takes."""
    for module in (html, pdf):
        monkeypatch.setattr(module, "PAPER_ROWS", MOST)


@pytest.mark.parametrize("rows", [MOST, ALL])
def test_a_paper_has_the_first_rows_and_says_where_the_others_are(short, rows):
    deck = listing(rows)
    said = [f"{MOST}\u00a0premières lignes sur {rows}, toutes dans le classeur."] * (rows > MOST)
    kept = [f"R{n:04}R" for n in range(MOST)]
    reader = Reader(html.dossier(deck))
    assert [row[0] for row in reader.tables[0][1:]] == kept
    assert reader.classed("rest") == said
    text = "".join(page.extract_text() for page in read(pdf.pdf(deck)).pages)
    assert [f"R{n:04}R" in text for n in range(rows)] == [n < MOST for n in range(rows)]
    assert ("toutes dans le classeur" in " ".join(text.split())) == bool(said)


def test_the_workbook_has_all_of_them(short):
    book = openpyxl.load_workbook(io.BytesIO(EXPORTS["xlsx"].file(listing(ALL))))
    sheet = book.worksheets[1]
    top = int(sheet.freeze_panes[1:])
    assert [row[0].value for row in sheet.iter_rows(min_row=top)] == [
        f"R{n:04}R" for n in range(ALL)
    ]


@pytest.mark.parametrize("extension", ["pptx", "pdf", "html", "txt"])
def test_no_file_but_the_workbook_grows_beyond_that(short, extension):
    few, many = (len(EXPORTS[extension].file(listing(rows))) for rows in (ALL, 20 * ALL))
    assert many <= 1.05 * few
