"""Slides and dossier as HTML: all that the deck says, once, in its place, and nothing that acts."""

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from dashboard.exports import html
from dashboard.exports.svg import printable_text
from dashboard.indicators import BY_CODE
from dashboard.panel import Cell, Chart, Panel, Plot, Slide, make_table
from dashboard.wording import DEMO
from tests.exports import decks

VOID = {"meta", "br", "img", "link", "input"}
ACTIVE = {
    "script",
    "iframe",
    "object",
    "embed",
    "form",
    "link",
    "base",
    "foreignobject",
    "img",
    "audio",
    "video",
    "use",
    "animate",
}


class Reader(HTMLParser):
    """What a reader finds: tables as rows of words, words by class or tag, and all elements with their attributes."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.tables, self.words = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []  # everything that was opened was closed

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        assert self.open[-1][0] == tag, (self.open[-1], tag)
        self.open.pop()

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        if not self.open or self.open[-1][0] == "style":
            return
        if any(tag in ("td", "th") for tag, _ in self.open):
            self.tables[-1][-1][-1] += data
        self.words.append(([t for t, _ in self.open], self.open[-1][1].get("class", ""), data))

    def of(self, tag: str) -> list[str]:
        """The words of each element of that kind, in order; an element whose words lie in several is one."""
        return [data for tags, _, data in self.words if tags[-1] == tag]

    def classed(self, name: str) -> list[str]:
        """The words of elements of that class."""
        return [data for _, found, data in self.words if name in found.split()]


def calm(reader: Reader) -> None:
    """Nothing acts, nothing is asked for."""
    for tag, attributes in reader.elements:
        assert tag not in ACTIVE, tag
        for name, value in attributes.items():
            assert not name.startswith("on") and name not in (
                "srcdoc",
                "action",
                "src",
                "xlink:href",
            ), (tag, name)
            if name == "href":
                assert value.startswith("#")
            if name == "style":
                raise AssertionError("a style of its own")


@pytest.fixture(scope="module", params=decks.DECKS)
def told(request):
    """A deck and its dossier, read."""
    deck = decks.DECKS[request.param]()
    return deck, Reader(html.dossier(deck))


@pytest.mark.pitfall(43)
def test_every_table_is_there_in_full(told):
    deck, reader = told
    tables = [s.panel.table for s in deck.slides if not s.panel.table.is_empty]
    assert reader.tables == [
        [
            [printable_text(c.name) for c in t.columns],
            *([printable_text(c.text) for c in row] for row in t.rows),
        ]
        for t in tables
    ]


def test_every_slide_says_headline_caption_strip_question_and_the_rest(told):
    deck, reader = told
    spoken = Counter("\n".join(data for _, _, data in reader.words).split("\n"))
    heads = [printable_text(s.headline) for s in deck.slides if s.headline]
    assert [h for h in reader.of("h2") if h not in ("Sommaire", "Définitions")] == heads
    for slide in deck.slides:
        panel = slide.panel
        texts = [panel.caption, slide.question, *decks.lines(panel)]
        texts += [t for c in panel.cards for t in (c.label, c.text, c.base, c.state)]
        for text in texts:
            for line in printable_text(text).split("\n"):
                assert line in spoken, line
    assert reader.classed("value") == [
        printable_text(c.text) for s in deck.slides for c in s.panel.cards
    ]
    strips = [printable_text(s.panel.trust_line) for s in deck.slides if s.panel.trust_line]
    assert [t[1:] for t in reader.classed("trust")] == strips
    assert reader.of("strong").count("Puis-je m'y fier\u00a0?") == len(strips)


def test_every_figure_has_its_words(told):
    deck, reader = told
    drawn = [s.panel for s in deck.slides if isinstance(s.panel.content, Chart | Plot)]
    figures = [a for tag, a in reader.elements if tag == "svg"]
    assert [a["aria-label"] for a in figures] == [printable_text(p.alt or p.title) for p in drawn]
    assert all(a["role"] == "img" for a in figures)


@pytest.mark.pitfall(45)
def test_nothing_acts_and_nothing_is_asked_for(told):
    _, reader = told
    calm(reader)
    policy = next(
        a["content"]
        for tag, a in reader.elements
        if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_identifiers_are_unique_and_the_contents_lead_to_them(told):
    deck, reader = told
    ids = Counter(a["id"] for _, a in reader.elements if "id" in a)
    assert max(ids.values()) == 1
    links = [a["href"][1:] for tag, a in reader.elements if tag == "a"]
    assert len(links) == len(deck.slides) and set(links) <= set(ids)


def test_it_says_its_language_scope_period_and_what_stands_on_every_page():
    deck = decks.whole()
    text = html.dossier(deck)
    reader = Reader(text)
    assert text.startswith('<!DOCTYPE html>\n<html lang="fr">')
    assert reader.of("title")[:1] == [
        "Revue nationale · Tout le réseau · de novembre 2025 à octobre 2026"
    ]
    assert reader.of("h1") == ["Revue nationale"]
    assert reader.classed("scope") == ["Tout le réseau · de novembre 2025 à octobre 2026"]
    assert sum(deck.foot == data for _, _, data in reader.words) == 1
    assert [deck.head[1]] == [
        d for _, _, d in reader.words if d.startswith(deck.who_reported) and d
    ]
    assert "<style>" in text and "prefers-color-scheme:dark" in text and "@media print" in text
    assert len(text.encode()) < 500_000


@pytest.mark.pitfall(42)
def test_fictitious_data_say_so_and_real_data_do_not():
    assert Reader(html.dossier(decks.whole())).of("strong").count(DEMO) == 1
    assert "ictives" not in html.dossier(decks.bare())


def test_definitions_are_those_of_the_figures_shown():
    reader = Reader(html.dossier(decks.whole()))
    for code in ("visits", "wait_p50", "complaints_oldest"):
        assert BY_CODE[code].label in reader.of("dt") and html.definition_text(
            BY_CODE[code]
        ) in reader.of("dd")
    assert BY_CODE["coverage"].label not in reader.of("dt")


# ---- slides ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", decks.DECKS)
def test_a_slide_is_one_calm_section_with_headline_and_question(name):
    deck = decks.DECKS[name]()
    for number, slide in enumerate(deck.slides, 1):
        text = html.slide_html(slide, number, len(deck.slides))
        root = ElementTree.fromstring(text)  # also well-formed, so that it ends where it should
        assert root.tag == "section" and root.find("h2").get("id") == root.get("aria-labelledby")
        reader = Reader(text)
        calm(reader)
        assert reader.of("h2") == [printable_text(slide.headline)] * bool(slide.headline)
        assert reader.classed("question") == [printable_text(slide.question)]


def test_a_part_of_the_dossier_says_its_finding_once():
    whole = decks.whole()
    slide = next(s for s in whole.slides if isinstance(s.panel.content, Chart))
    said = replace(slide.panel, caption="Rien ne change. Un mot de plus.")
    one = replace(slide, headline="Rien ne change.", panel=said)
    reader = Reader(html.dossier(replace(whole, slides=(one,))))
    assert reader.classed("caption") == ["Un mot de plus."]


def test_a_slide_says_how_to_read_its_figure_and_leaves_the_rest_to_the_notes():
    slide = next(s for s in decks.whole().slides if decks.spec(s.panel))
    told = html.slide_html(
        replace(slide, panel=replace(slide.panel, reading="Tirets < limites", caption="Le reste.")),
        1,
        1,
    )
    assert "<figcaption>Tirets &lt; limites</figcaption>" in told and "Le reste." not in told
    assert "<figcaption>" not in html.slide_html(
        replace(slide, panel=replace(slide.panel, reading="")), 1, 1
    )


def test_a_slide_shows_the_first_rows_and_says_how_many_there_are():
    slide = next(s for s in decks.whole().slides if s.code == "liste")
    reader = Reader(html.slide_html(slide, 1, 1, rows=8))
    rows = [[c.text for c in row] for row in slide.panel.table.rows]
    assert reader.tables[0][1:] == rows[:8]
    assert reader.classed("rest") == ["8\u00a0premières lignes sur 40."]
    full = Reader(html.slide_html(slide, 1, 1, rows=40))
    assert full.tables[0][1:] == rows and full.classed("rest") == []


def test_a_slide_with_a_figure_has_no_table_and_one_with_nothing_says_why():
    by_code = {s.code: html.slide_html(s, 1, 1) for s in decks.whole().slides}
    assert "<svg" in by_code["controle"] and "<table" not in by_code["controle"]
    assert by_code["chiffres"].count("<dt>") == 6 and "82 552" in by_code["chiffres"]
    assert "Aucune donnée pour ces filtres." in by_code["message"]
    assert "Aucune ligne." in by_code["vide"]


def test_a_table_of_few_rows_is_written_larger_on_a_slide():
    slide = next(s for s in decks.whole().slides if s.code == "liste")
    rows = slide.panel.table.rows
    for n, few in ((3, True), (8, False)):
        cut = replace(slide.panel, table=replace(slide.panel.table, rows=rows[:n]))
        assert ('class="table few"' in html.slide_html(replace(slide, panel=cut), 1, 1)) is few


def test_a_slide_says_what_the_lines_of_its_curve_are_and_so_does_the_dossier():
    whole = decks.whole()
    slide = next(s for s in whole.slides if isinstance(s.panel.content, Chart))
    drawn = Chart(slide.panel.content.spec, "Trait : d'habitude")
    one = replace(slide, panel=replace(slide.panel, content=drawn, reading="", caption=""))
    assert "<figcaption>Trait : d&#x27;habitude</figcaption>" in html.slide_html(one, 1, 1)
    reader = Reader(html.dossier(replace(whole, slides=(one,))))
    assert reader.classed("caption") == ["Trait : d'habitude"]


def test_a_column_that_holds_nothing_is_left_out_and_a_short_table_is_seen_whole():
    heads = (("Centre", ""), ("Remarque", ""), ("n", "count"))
    deck = decks.whole()
    for rows, scrolls in ((12, False), (13, True)):
        listed = make_table(
            heads, [[Cell(f"Centre {n}"), Cell(""), Cell("5")] for n in range(rows)]
        )
        panel = Panel("liste", "Liste", table=listed)
        text = html.dossier(replace(deck, slides=(Slide("liste", "H", panel),)))
        assert "Remarque" not in text and f"Centre {rows - 1}" in text
        assert ('class="table long"' in text) == scrolls
