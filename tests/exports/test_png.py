"""A panel as a picture: what it says of itself, whatever is in it, and that nothing in it acts."""

import struct
from dataclasses import replace
from datetime import date

import pytest
from PIL import ImageFont

from dashboard import charts
from dashboard.exports import png
from dashboard.exports.svg import FACES
from dashboard.panel import Chart, Message, Panel
from dashboard.wording import DEMO
from tests.exports import decks
from tests.exports.test_svg import SVG, read, said

ABOUT = png.About(
    "de novembre 2025 à octobre 2026 · Zou",
    "3 centres sur 3 ont remonté leurs visites",
    date(2026, 11, 23),
    True,
    "Source : registres des centres",
)


def panels(deck=None):
    """Those of a deck that have a picture."""
    return [s.panel for s in (deck or decks.whole()).slides if png.is_drawable(s.panel)]


def test_a_picture_says_what_it_shows_of_whom_and_when_and_on_how_many():
    for panel in panels():
        told = replace(
            panel, finding="On attend plus à Covè", trust_line="n = 2 347", caption="Barres."
        )
        words = said(read(png.picture_svg(told, ABOUT)))
        for part in ("On attend plus à Covè", panel.title, ABOUT.scope, "n = 2 347", "Barres."):
            assert part in words
        assert f"{ABOUT.source} · {ABOUT.reporting} · données au 23/11/2026" in words
        assert DEMO in words


def test_every_letter_of_its_words_is_in_its_own_typeface():
    face = ImageFont.truetype(FACES / "SourceSansPro-Regular.ttf", 40)
    absent = bytes(face.getmask("\uffff"))
    signals = next(p for p in panels() if p.key == "controle")
    told = replace(
        signals,
        reading="■ orange : alerte · ● bleu : amélioration · ◆ violet : changement",
        caption="",
    )
    for words in said(read(png.picture_svg(told, ABOUT))):
        missing = [c for c in words if not c.isspace() and bytes(face.getmask(c)) == absent]
        assert missing == [], words
    assert "orange : alerte · bleu : amélioration · violet : changement" in said(
        read(png.picture_svg(told, ABOUT))
    )


def test_only_fictitious_data_are_said_to_be():
    panel = panels()[0]
    assert DEMO not in said(read(png.picture_svg(panel, replace(ABOUT, demo=False))))


def test_without_data_it_says_so():
    words = said(read(png.picture_svg(panels()[0], replace(ABOUT, as_of=None))))
    assert "aucune donnée" in words


@pytest.mark.parametrize("deck", [decks.whole, decks.hostile, decks.extreme])
def test_every_chart_and_map_is_drawn_and_nothing_in_it_acts(deck):
    found = panels(deck())
    assert found
    for panel in found:
        told = replace(ABOUT, scope=panel.caption, source=panel.title, reporting=panel.trust_line)
        sheet = png.picture_svg(panel, told)
        read(sheet)
        assert f'width="{png.WIDTH}"' in sheet


def test_nothing_stands_beyond_its_edge():
    for panel in panels():
        for element in read(png.picture_svg(replace(panel, caption="un mot " * 80), ABOUT)).iter():
            if element.tag.endswith("text") and (size := element.get("font-size")):
                letters = len("".join(element.itertext()))
                assert letters * float(size) * png.LETTER <= png.WIDTH - 2 * png.EDGE + 1


def test_the_file_is_a_picture_of_that_size():
    made = png.png(panels()[0], ABOUT)
    assert made.startswith(b"\x89PNG\r\n")
    wide, tall = struct.unpack(">II", made[16:24])
    assert wide == pytest.approx(png.WIDTH * png.SCALE, abs=1) and tall > 400
    assert made == png.png(panels()[0], ABOUT)


def test_small_pictures_side_by_side_are_made_to_fit():
    rows = [(f"CCSP {n}", date(2026, m, 1), 10.0 + n, "dix") for n in range(12) for m in (1, 2, 3)]
    chart = Chart(charts.small_multiples(rows, unit="Attente", columns=5))
    drawn, tall = png._picture(Panel("petits", "Attente de chaque centre", chart))
    factor = float(drawn.split("scale(")[1].split(")")[0])
    inner = read(drawn).find(f"{SVG}svg")
    assert factor < 1
    assert float(inner.get("width")) * factor <= png.WIDTH - 2 * png.EDGE + 1
    assert float(inner.get("height")) * factor == pytest.approx(tall, abs=1)


def test_what_has_no_picture_is_refused():
    with pytest.raises(ValueError):
        png.picture_svg(replace(panels()[0], content=Message("rien")), ABOUT)
