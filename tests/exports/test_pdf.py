"""The PDF: what the deck says, on A4 pages, with its own typefaces, always the same bytes, and nothing that acts."""

import hashlib
import io
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import cache

import pypdf
import pytest

from dashboard.exports import html, pdf
from dashboard.exports.svg import text_of
from dashboard.panel import Chart, Listing, Plot
from dashboard.settings import ROOT
from dashboard.wording import DEMO
from tests.exports import decks


def read(data: bytes) -> pypdf.PdfReader:
    """The document."""
    return pypdf.PdfReader(io.BytesIO(data))


def packed(text: str) -> str:
    """The text without what a line of type may add or take: spaces of all kinds, and where a word may break."""
    return re.sub(r"[\s\u200b\u00ad]", "", text)


def objects(document: pypdf.PdfReader):
    """All dictionaries of the document."""
    for number in range(
        1, len(document.xref_objStm) + sum(len(x) for x in document.xref.values()) + 1
    ):
        found = document.get_object(number)
        if isinstance(found, dict):
            yield found


@cache
def printed(name: str) -> tuple[pypdf.PdfReader, list[str]]:
    """The document of a deck and the text of each of its pages: to read it takes ten times as long as to make it."""
    document = read(pdf.pdf(decks.DECKS[name]()))
    return document, [packed(page.extract_text()) for page in document.pages]


@pytest.fixture(scope="module", params=decks.DECKS)
def told(request):
    """A deck and the text of its pages."""
    document, pages = printed(request.param)
    return decks.DECKS[request.param](), document, pages


def sayings(deck):
    """(where, text) of all that the deck says, tables apart."""
    for slide in deck.slides:
        panel = slide.panel
        texts = [
            slide.headline,
            slide.question,
            panel.caption,
            panel.strip,
            *decks.lines(panel),
        ]
        for text in [*texts, *(t for c in panel.cards for t in (c.label, c.text, c.base, c.state))]:
            yield slide.code, text


def test_all_that_the_deck_says_is_there(told):
    deck, _, pages = told
    text = "".join(pages)
    for code, said in sayings(deck):
        for word in text_of(said)[: pdf.LONGEST].split():
            assert packed(word) in text, (code, word)


def test_sentences_are_whole_and_said_as_often_as_the_deck_says_them():
    deck = decks.whole()
    text = "".join(printed("whole")[1])
    said = Counter(packed(t) for _, t in sayings(deck) if t)
    assert {t: n for t, n in said.items() if text.count(t) < n} == {}
    assert text.count(packed(html.TRUST)) == sum(bool(s.panel.strip) for s in deck.slides)


@pytest.mark.pitfall(43)
def test_every_cell_of_every_table_is_there(told):
    deck, _, pages = told
    text = "".join(pages)
    for slide in deck.slides:
        for row in slide.panel.table.rows:
            for cell in row:
                for word in text_of(cell.text)[: pdf.LONGEST].split(" "):
                    assert packed(word) in text, (slide.code, word)


@pytest.mark.parametrize("name", ["whole", "extreme"])
def test_no_number_of_a_table_is_lost(name):
    """Each row on its own line of the page: counted, for a number found once may stand in another row."""
    deck = decks.DECKS[name]()
    for slide in deck.slides:
        table = slide.panel.table
        if table.empty:
            continue
        alone = replace(
            deck,
            title="T",
            scope="",
            period="",
            filters="",
            who="",
            as_of=None,
            demo=False,
            slides=(
                replace(
                    slide,
                    headline="H",
                    question="",
                    panel=replace(slide.panel, content=Listing(), caption="", strip=""),
                ),
            ),
        )
        text = packed("".join(page.extract_text() for page in read(pdf.pdf(alone)).pages))
        for row in table.rows:
            for cell in {c.text for c in row if c.value is not None}:
                times = sum(c.text == cell for r in table.rows for c in r)
                assert text.count(packed(cell)) >= times, cell


def test_its_pages_are_a4_and_say_where_they_are(told):
    deck, document, pages = told
    foot = packed(text_of(deck.foot)[:300])
    for number, (page, text) in enumerate(zip(document.pages, pages, strict=True), 1):
        assert [round(float(v)) for v in page.mediabox[2:]] == [595, 842]
        assert f"page{number}/{len(document.pages)}" in text and foot in text


def test_it_knows_its_title_language_day_and_the_words_of_its_figures():
    deck = decks.whole()
    document, _ = printed("whole")
    assert (
        document.metadata.title
        == "Revue nationale · Tout le réseau · de novembre 2025 à octobre 2026"
    )
    assert document.trailer["/Root"]["/Lang"].startswith("fr")
    assert document.metadata.creation_date.date() == deck.as_of
    said = {str(found["/Alt"]) for found in objects(document) if "/Alt" in found}
    assert {s.panel.alt for s in deck.slides if isinstance(s.panel.content, Chart | Plot)} <= said
    outline = [o.title for o in document.outline if not isinstance(o, list)]
    inner = [o.title for part in document.outline if isinstance(part, list) for o in part]
    assert [*outline, *inner] == [
        "Revue nationale",
        *(s.headline for s in deck.slides),
        "Définitions",
    ]


def test_only_its_own_typefaces_are_used_and_all_are_inside():
    document, _ = printed("whole")
    fonts = [found for found in objects(document) if found.get("/Type") == "/FontDescriptor"]
    assert fonts and all("SourceSansPro" in found["/FontName"] for found in fonts)
    assert all({"/FontFile2", "/FontFile3"} & set(found) for found in fonts)


@pytest.mark.pitfall(42)
def test_fictitious_data_say_so_and_definitions_close_the_document():
    text = "".join(printed("whole")[1])
    assert packed(DEMO) in text
    for indicator in html.indicators(decks.whole()):
        assert packed(html.definition(indicator)) in text
    bare = "".join(printed("bare")[1])
    assert "ictives" not in bare and "Aucuneligne." in bare


@pytest.mark.pitfall(45)
def test_hostile_texts_are_set_as_they_are_and_nothing_acts():
    document, pages = printed("hostile")
    text = "".join(pages)
    for literal in (
        '#eval("x")',
        "\\input{x}",
        "${7*7}",
        "{{7*7}}",
        "[x](http://evil.example)",
        "<script>alert(1)</script>",
        "=1+1",
        "&amp;&lt;]]>",
    ):
        assert literal in text
    for found in objects(document):
        assert not {
            "/JS",
            "/JavaScript",
            "/OpenAction",
            "/AA",
            "/URI",
            "/Launch",
            "/EmbeddedFiles",
        } & set(found)
        assert found.get("/S") not in ("/URI", "/JavaScript", "/Launch", "/GoToR", "/SubmitForm")


def test_a_process_that_ends_at_once_made_the_same_bytes_and_leaves_no_file(tmp_path):
    code = (
        "import hashlib, os; from dashboard.exports import pdf; from tests.exports import decks;"
        "print(hashlib.sha256(pdf.pdf(decks.whole())).hexdigest(), flush=True);"
        "os._exit(0)"  # as one that is killed: nothing is put in order
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ).stdout.strip()
    assert hashlib.sha256(pdf.pdf(decks.whole())).hexdigest() == other
    assert list(tmp_path.iterdir()) == []


def test_another_deck_gives_other_bytes():
    assert pdf.pdf(decks.bare()) != pdf.pdf(replace(decks.bare(), title="Autre"))
