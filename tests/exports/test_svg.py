"""Pictures: well-formed, inert, in French, their type large enough and not on itself, and few bytes."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from dashboard import charts, french
from dashboard.exports import html, map_geometry, map_marks, map_svg, svg
from dashboard.palette import IDLE, INK, LAND, PAPER
from dashboard.panel import Legend, Plot
from tests.exports import decks

ALLOWED = {"svg", "g", "path", "rect", "line", "circle", "text", "tspan", "title"}
SVG = "{http://www.w3.org/2000/svg}"


def read(text: str) -> ElementTree.Element:
    """The picture, which is XML with nothing that acts or asks for anything."""
    root = ElementTree.fromstring(text)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ALLOWED
        for name, value in element.attrib.items():
            assert not name.lower().startswith(("on", "href", "style", "{")), name
            assert name == "font-family" or not re.search(r"url|script|http|data:", value), value
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    return root


def said(root: ElementTree.Element) -> str:
    """Everything written in the picture."""
    return "\n".join("".join(e.itertext()) for e in root.iter(f"{SVG}text"))


def pictures(deck):
    """(key, picture) of every chart and map of a deck."""
    for slide in deck.slides:
        panel = slide.panel
        if decks.spec(panel):
            yield panel.key, svg.chart(decks.spec(panel), 760)
        if decks.plot(panel):
            yield panel.key, map_svg.map_(decks.plot(panel), 760, 500)


@pytest.mark.parametrize("name", decks.DECKS)
def test_every_picture_is_inert_and_small(name):
    for key, picture in pictures(decks.DECKS[name]()):
        read(picture)
        assert len(picture) < 60_000 or name == "hostile", key


def test_hostile_texts_are_read_as_they_are():
    shown = dict(pictures(decks.hostile()))
    titles = "\n".join(e.text for e in read(shown["niveaux"]).iter(f"{SVG}title"))
    assert (
        "<script>alert(1)</script>" in titles
        and "${7*7}" in titles
        and "[x](http://evil.example)" in titles
    )
    assert "49" not in said(read(shown["motifs"]))


@pytest.mark.parametrize(
    "bad", ["url(http://evil.example/x)", "red", "#12345", '"><script>', None, 7]
)
def test_a_colour_from_data_is_a_colour_or_grey(bad):
    made = decks.levels()
    plot = Plot(
        tuple({**m, "fill": bad, "missing": False} for m in made.marks),
        Legend("x", [{"fill": bad, "label": "y", "count": 1}]),
    )
    assert "evil" not in (text := map_svg.map_(plot, 700, 400)) and IDLE in text
    read(text)


def test_a_chart_has_the_size_and_the_words_asked_for():
    root = read(svg.chart(decks.whole().slides[8].panel.content.spec, 640, 300))
    assert (root.get("width"), root.get("height")) == ("640", "300")
    text = said(root)
    for word in (
        "91 %",
        "non mesuré",
        "0 %",
        "46 %",
        "99,9 %",
        "12 %",
        "Satisfaits",
        "CCSP de Kandi",
    ):
        assert word in text


def test_numbers_and_months_are_french():
    text = said(read(svg.chart(charts.bars([("a", 12345.5, "x")], unit="Usagers"), 640)))
    assert f"10{french.NARROW_SPACE}000" in text
    assert "01/2026" in said(read(svg.chart(decks.control(), 640)))
    assert f"1{french.NARROW_SPACE}643" in said(read(dict(pictures(decks.whole()))["affluence"]))


def sizes(root):
    """All sizes of type in the picture."""
    return [float(e.get("font-size")) for e in root.iter() if e.get("font-size")]


@pytest.mark.parametrize(
    "key",
    [
        "controle",
        "mois",
        "flux",
        "barres",
        "attentes",
        "ages",
        "motifs",
        "entonnoir",
        "delai",
        "affluence",
    ],
)
def test_on_a_slide_no_type_is_under_24_pixels(key):
    panel = next(s.panel for s in decks.whole().slides if s.panel.key == key)
    root = read(svg.chart(decks.spec(panel), 1200, 450, 24))
    assert sizes(root) and min(sizes(root)) >= 24


@pytest.mark.parametrize(
    "plot",
    [decks.levels(), decks.signals(), decks.levels(focus="Zou")],
    ids=["levels", "signals", "zou"],
)
def test_on_a_slide_names_and_legend_of_a_map_are_24_pixels(plot):
    root = read(map_svg.map_(plot, 1200, 450, 24))
    assert root.get("font-size") == "24"
    letters = [e for e in root.iter(f"{SVG}text") if e.get("font-size")]
    # In the marks, where there is no more room; in the legend's samples, whose words stand beside them, less.
    assert all(float(e.get("font-size")) >= 13 for e in letters)


def row_labels(root):
    """(top to bottom, size) of the names at the left of the bars."""
    found = []

    def walk(element, y):
        moved = re.match(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", ""))
        y += float(moved[2]) if moved else 0
        if element.tag == f"{SVG}text" and (element.text or "").startswith("Prestation"):
            found.append((y, float(element.get("font-size"))))
        for child in element:
            walk(child, y)

    walk(root, 0)
    return sorted(found)


@pytest.mark.parametrize(("height", "font"), [(450, 24), (None, 12), (300, 12)])
def test_names_of_many_bars_do_not_lie_on_one_another(height, font):
    bars = decks.extreme().slides[3].panel.content.spec
    found = row_labels(read(svg.chart(bars, 1200, height, font)))
    assert len(found) == 30
    assert all(b - a >= size for (a, size), (b, _) in pairwise(found))


def test_a_chart_grows_with_its_rows_up_to_the_most_it_may():
    bars = decks.extreme().slides[3].panel.content.spec
    assert float(read(svg.chart(bars, 600)).get("height")) > 600
    assert float(read(svg.chart(bars, 600, tallest=400)).get("height")) == 400


def test_the_spec_is_left_as_it_was_and_drawn_once():
    spec = decks.control()
    before = json.dumps(spec, sort_keys=True)
    first = svg.chart(spec, 640)
    assert json.dumps(spec, sort_keys=True) == before
    assert svg.chart(spec, 640) is first
    assert svg.chart(spec, 641) is not first


def test_what_is_drawn_in_a_role_names_it_for_dark_paper_but_cells_keep_their_ground():
    root = read(svg.chart(decks.control(), 640))
    for part in ("fill", "stroke"):
        for one in (e for e in root.iter() if e.get(part) not in (None, "none", "transparent")):
            assert any(c.startswith(f"{part}-") for c in one.get("class", "").split()), (
                ElementTree.tostring(one)
            )
    assert f".fill-ink{{fill:{INK.dark}}}" in html.recolour_rules("dark")
    heat = next(s.panel.content.spec for s in decks.whole().slides if s.panel.key == "affluence")
    root = read(svg.chart(heat, 640))
    turned = {e.text: "fill-" in e.get("class", "") for e in root.iter() if e.tag.endswith("text")}
    assert turned["lundi"] and turned["9 h"], "days and hours stand beside the cells, on the paper"
    letters = [words for words in turned if words and words.replace(",", "").isdigit()]
    assert letters and not any(turned[words] for words in letters)
    cells = [e for e in root.iter() if e.get("fill", "").startswith("rgb")]
    assert cells and not any("fill-" in e.get("class", "") for e in cells)


def test_on_dark_paper_marks_keep_their_colour_under_their_letter():
    picture = map_svg.map_(decks.signals(), 760, 500)
    alert = next(
        e for e in read(picture).iter(f"{SVG}g") if any(t.text == "!" for t in e.iter(f"{SVG}text"))
    )
    groups = [e for e in read(picture) if e.get("transform") == alert.get("transform")]
    assert len(groups) == 2, "its frame lies under all marks"
    frame = groups[0][0]
    mark = next(e for e in alert if e.tag != f"{SVG}title" and e.tag != f"{SVG}g")
    kandi = next(m for m in decks.signals().marks if m["name"] == alert[0].text.split("\n")[0])
    assert (mark.get("fill"), mark.get("class")) == (kandi["fill"], "stroke-ink")
    assert frame.get("class") == "fill-paper stroke-alert"
    disc, letter = next(e for e in alert if any(t.text == "!" for t in e))
    assert (disc.get("class"), letter.get("class")) == ("fill-alert stroke-paper", "fill-paper")
    assert f'fill="{LAND}" stroke="{PAPER}" class="fill-land stroke-paper"' in picture


def test_small_multiples_are_drawn_too():
    spec = charts.small_multiples(
        [(f"CCSP {n}", m, 3.0, "3") for n in range(4) for m in decks.MONTHS[:6]], unit="Usagers"
    )
    assert "CCSP 3" in said(read(svg.chart(spec, 900)))


def test_a_map_says_each_mark_and_its_legend():
    plot = decks.signals()
    root = read(map_svg.map_(plot, 760, 500))
    titles = [e.text.split("\n")[0] for e in root.iter(f"{SVG}title")]
    assert {m["name"] for m in plot.marks} <= set(titles)
    text = said(root)
    words = " ".join(text.split())
    for one in (*plot.legend.rows, *plot.legend.kinds):
        assert set(one["label"].replace(french.SPACE, " ").split()) <= set(words.split())
    for word in ("Le sud, agrandi", "Bénin", "Natural Earth", "muet 35 j"):
        assert word in text
    assert {m["label"] for m in plot.marks} <= set(text.split("\n"))


def test_frames_lie_under_all_marks_and_hide_no_neighbour():
    places = [e for e in read(map_svg.map_(decks.signals(), 760, 500)) if e.get("transform")]
    has_mark = [e.find(f"{SVG}title") is not None for e in places if len(e)]
    alerts = sum(bool(m["sign"] and m["sign"]["frame"]) for m in decks.signals().marks)
    assert has_mark == sorted(has_mark) and has_mark.count(False) >= alerts > 0


def test_the_ring_of_a_silent_site_is_dashed_where_it_said_why():
    drawn = map_geometry.draw(decks.signals(), 760, 500).marks
    rings = [m for m in drawn if m.silent_words]
    dashed = ["stroke-dasharray" in map_marks.draw_frame(m, 1) for m in rings]
    assert dashed == [m.is_explained for m in rings] and {True, False} == set(dashed)
    row = {"label": "muet, expliqué", "silent": True, "explained": True}
    assert "stroke-dasharray" in map_marks.draw_frame(map_marks.sample_mark(row, 1), 1)


def test_a_slight_signal_has_a_thin_frame():
    widths: dict[bool, set[float]] = {True: set(), False: set()}
    for m in map_geometry.draw(decks.signals(), 760, 500).marks:
        if m.frame:
            frame = re.search(r'stroke-width="([\d.]+)"', map_marks.draw_frame(m, 1))
            widths[m.has_thin_frame].add(float(frame[1]))
    assert max(widths[True]) < min(widths[False]) / 2


def test_the_legend_of_levels_has_classes_counts_and_sizes():
    legend = decks.levels().legend
    text = said(read(map_svg.map_(decks.levels(), 760, 500)))
    lines = text.split("\n")
    for one in legend.rows:
        assert one["label"] in text and str(one["count"]) in lines
    assert "Taille : usagers par jour ouvert" in text and {"10", "100"} <= set(lines)


@pytest.mark.parametrize(("width", "height"), [(1200, 450), (760, 500), (400, 700)])
def test_nothing_of_a_map_leaves_the_picture(width, height):
    root = read(map_svg.map_(decks.signals(), width, height))
    for e in root.iter(f"{SVG}text"):
        if e.get("x"):
            assert -1 <= float(e.get("x")) <= width and 0 <= float(e.get("y")) <= height, e.text


def test_a_legend_breaks_no_month_from_its_year():
    plot = decks.levels()
    titled = replace(
        plot, legend=replace(plot.legend, title="Attente médiane, nov.\xa02025 à oct.\xa02026")
    )
    drawn = map_svg.map_(titled, 1200, 450, 24)
    lines = re.findall(r'font-weight="600"[^>]*>([^<]+)</text>', drawn)
    assert "".join(lines).count("nov.\xa02025") == 1


def test_one_bar_alone_is_no_wall():
    def tall(n: int) -> float:
        drawn = svg.chart(
            charts.bars([(f"Centre {i}", 13.0, "13") for i in range(n)], unit="min"), 1200, 450, 24
        )
        return float(read(drawn).get("height"))

    assert tall(1) < 300 < tall(3) <= tall(12) <= 450
