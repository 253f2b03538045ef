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
from itertools import pairwise

import pypdf
import pytest
from PIL import ImageFont

from dashboard.exports import html, pdf
from dashboard.exports.svg import FACES, printable_text
from dashboard.panel import Cell, Chart, Listing, Message, Opening, Panel, Plot, Slide, make_table
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
            panel.trust_line,
            *decks.lines(panel),
        ]
        for text in [*texts, *(t for c in panel.cards for t in (c.label, c.text, c.base, c.state))]:
            yield slide.code, text


def test_all_that_the_deck_says_is_there(told):
    deck, _, pages = told
    text = "".join(pages)
    for code, said in sayings(deck):
        for word in printable_text(said)[: pdf.LONGEST].split():
            assert packed(word) in text, (code, word)


def test_sentences_are_whole_and_said_as_often_as_the_deck_says_them():
    deck = decks.whole()
    text = "".join(printed("whole")[1])
    said = Counter(packed(t) for _, t in sayings(deck) if t)
    assert {t: n for t, n in said.items() if text.count(t) < n} == {}
    assert text.count(packed(html.TRUST)) == sum(bool(s.panel.trust_line) for s in deck.slides)


@pytest.mark.pitfall(43)
def test_every_cell_of_every_table_is_there(told):
    deck, _, pages = told
    text = "".join(pages)
    for slide in deck.slides:
        for row in slide.panel.table.rows:
            for cell in row:
                for word in printable_text(cell.text)[: pdf.LONGEST].split(" "):
                    assert packed(word) in text, (slide.code, word)


@pytest.mark.parametrize("name", ["whole", "extreme"])
def test_no_number_of_a_table_is_lost(name):
    """Each row on its own line of the page: counted, for a number found once may stand in another row."""
    deck = decks.DECKS[name]()
    for slide in deck.slides:
        listed = slide.panel.table
        if listed.is_empty:
            continue
        text = packed("".join(page.extract_text() for page in alone(listed).pages))
        for row in listed.rows:
            for cell in {c.text for c in row if c.value is not None}:
                times = sum(c.text == cell for r in listed.rows for c in r)
                assert text.count(packed(cell)) >= times, cell


def set_texts(page) -> list[list[tuple[float, float, str]]]:
    """The lines of a page, each with its texts and where they begin and end, in points from the left."""
    found: dict[float, list[tuple[float, float, str]]] = {}

    def keep(text, outer, inner, font, size):
        text = text.strip()
        if font and text:
            x, y = inner[4] * outer[0] + outer[4], inner[5] * outer[3] + outer[5]
            face = "Semibold" if "Semibold" in font["/BaseFont"] else "Regular"
            wide = typeface(face).getlength(text) / 100 * size * abs(inner[0] * outer[0])
            found.setdefault(round(y, 1), []).append((x, x + wide, text))

    page.extract_text(visitor_text=keep)
    return [joined(sorted(line)) for line in found.values()]


def joined(line: list[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """The same line, what was set in pieces made whole again."""
    whole = line[:1]
    for start, end, text in line[1:]:
        if -0.6 < start - whole[-1][1] < 0.6:
            whole[-1] = (whole[-1][0], end, whole[-1][2] + text)
        else:
            whole.append((start, end, text))
    return whole


@cache
def typeface(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FACES / f"SourceSansPro-{name}.ttf", 100)


def alone(table, title="T") -> pypdf.PdfReader:
    """The document of one table and nothing else."""
    panel = Panel("liste", title, table=table)
    return read(pdf.pdf(replace(decks.bare(), slides=(Slide("liste", "H", panel),))))


@pytest.mark.parametrize("name", ["whole", "extreme"])
def test_no_cell_of_a_table_touches_the_next(name):
    deck = decks.DECKS[name]()
    tables = tuple(replace(s, panel=replace(s.panel, content=Listing())) for s in deck.slides)
    for page in read(pdf.pdf(replace(deck, slides=tables))).pages:
        for line in set_texts(page):
            for (_, end, text), (start, _, after) in pairwise(line):
                assert start >= end or {text, after} <= set(". "), (text, after)


SENTENCE = (
    "n = 56 708 · 21 centres sur 24 mesurent l'attente · fiche de clôture pour 95 % des jours ouverts · attente mesurée pour"
    " 70 % des visites · hors 23 892 visites sans attente mesurée, départs compris · données au 25/11/2026 (hier)"
    " · données fictives"
)


def test_a_sentence_in_a_table_leaves_the_short_words_beside_it_whole():
    short = ["80 600", "nombre", "80 600"]
    row = ["Plaintes échues traitées en 30 jours ou moins", *short, "octobre : 15 min", SENTENCE]
    units = ("", "mixed", "", "count", "", "")
    heads = ("Indicateur", "Valeur", "Unité", "n", "Dernier mois entier", "Puis-je m'y fier ?")
    document = alone(make_table(zip(heads, units, strict=True), [[Cell(t) for t in row]] * 6))
    rows = [line for line in set_texts(document.pages[0]) if "nombre" in {t for *_, t in line}]
    assert [[text for *_, text in line][1:4] for line in rows] == [short] * 6
    for line in rows:
        assert all(b[0] - a[1] >= 5 for a, b in pairwise(line))


def test_columns_that_fit_a_page_take_a_line_for_each_row_and_empty_ones_no_place():
    row = ["CCSP de Dassa-Zoumè", "84 %", "82 %", "87 %", "682 sur 810", "810"]
    row += ["", "Renseigné pour 66 % des visites", "dans les limites à 95 %"]
    units = ("", *("percent",) * 3, "", "count", "", "", "")
    heads = "Centre,Satisfaits selon le registre,Au moins,Au plus,Base,n,Vide,Remarque,Position"
    document = alone(
        make_table(zip(heads.split(","), units, strict=True), [[Cell(t) for t in row]] * 24)
    )
    assert len(document.pages) == 1
    lines = [[text for *_, text in line] for line in set_texts(document.pages[0])]
    assert lines.count([t for t in row if t]) == 24
    assert "Vide" not in document.pages[0].extract_text()


def test_five_years_of_months_stand_beside_each_other_under_their_figure():
    heads = ("Mois", "Attente typique", "Attente médiane", "D'habitude", "Limite basse", "n")
    row = ["septembre 2022", "15 min", "15 min", "15 min", "14 min", "2 805"]
    months = make_table([(h, "count") for h in heads], [[Cell(t) for t in row]] * 59)
    deck = decks.whole()
    drawn = next(s for s in deck.slides if s.code == "controle")
    one = replace(drawn, panel=replace(drawn.panel, table=months))
    pages = read(pdf.pdf(replace(deck, slides=(one,)))).pages
    holding = [p for p in pages if "septembre 2022" in p.extract_text()]
    assert len(holding) == 1 and one.headline in holding[0].extract_text().replace("\n", " ")
    rows = [[t for *_, t in line] for line in set_texts(holding[0])]
    assert rows.count(row * 2) == 29


def test_where_nothing_is_known_no_table_of_what_is_missing_stands():
    missing = make_table(
        (("Mois", ""), ("Attente", "")), [[Cell("mai 2026"), Cell("non mesuré")]] * 59
    )
    panel = Panel("mois", "Par mois", Message("Aucun chiffre sur ces mois."), table=missing)
    deck = replace(decks.whole(), slides=(Slide("mois", "Attente", panel),))
    for text in (read(pdf.pdf(deck)).pages[0].extract_text(), html.dossier(deck)):
        assert "Aucun chiffre sur ces mois." in text and "mai 2026" not in text


def test_a_long_list_beside_itself_goes_on_over_pages():
    listed = make_table(
        (("Attente", ""), ("Usagers", "count")), [[Cell("5 min"), Cell("12")]] * 400
    )
    text = "".join(page.extract_text() for page in alone(listed).pages)
    assert text.count("5 min") == 400


def test_the_head_says_each_thing_once_and_stands_for_a_bare_opening():
    deck = decks.whole()
    opening = next(s for s in deck.slides if isinstance(s.panel.content, Opening))
    plain = replace(opening, headline=deck.title, question="")
    text = read(pdf.pdf(replace(deck, slides=(plain, deck.slides[1])))).pages[0].extract_text()
    head = text[: text.index(deck.slides[1].headline)]
    for said in (deck.title, deck.period, deck.who_reported, "données au 24/11/2026"):
        assert packed(head).count(packed(said)) == 1, said
    assert opening.panel.content.lines[1] not in text
    assert opening.panel.content.lines[1] in html.dossier(deck) and (
        opening.panel.content.lines[1] not in html.dossier(replace(deck, slides=(plain,)))
    )


def test_its_pages_are_a4_and_say_where_they_are(told):
    deck, document, pages = told
    foot = packed(printable_text(deck.foot)[:300])
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
        assert packed(html.definition_text(indicator)) in text
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
