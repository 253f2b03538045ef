"""The slides say what the deck says: each number, each word, each footer; no text of the deck does anything."""

import gc
import io
import re
import shutil
import subprocess
import unicodedata
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import openpyxl
import pytest
from lxml import etree
from pptx import Presentation
from pptx.enum.chart import XL_LABEL_POSITION
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt
from pypdf import PdfReader

from dashboard import palette
from dashboard.charts import bars, native
from dashboard.exports.pptx import pptx
from dashboard.exports.pptx.map import draw_map
from dashboard.exports.pptx.shapes import Box
from dashboard.exports.pptx.text_fitting import text_width
from dashboard.panel import Cards, Cell, Chart, Deck, Listing, Message, Panel, Slide, make_table
from tests.exports import decks
from tests.exports.decks import DECKS, HOSTILE

every_deck = pytest.mark.parametrize("name", DECKS)
TONES = {"improvement": palette.IMPROVEMENT, "alert": palette.ALERT, "neutral": palette.CHANGE}
TURNING = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@cache
def deck(name: str) -> Deck:
    return DECKS[name]()


@cache
def file(name: str) -> bytes:
    return pptx(deck(name))


def slides(name: str) -> list:
    """Each slide of the deck and of the file opened again."""
    shown = list(Presentation(io.BytesIO(file(name))).slides)
    return list(zip(deck(name).slides, shown, strict=True))


def legible(text: str) -> str:
    """A text without what XML cannot hold and without marks that turn its direction."""
    kept = (
        "" if unicodedata.category(c) in ("Cc", "Cs") or c in "\ufffe\uffff" + TURNING else c
        for c in re.sub(r"[\t\n\r]+", " ", text)
    )
    return "".join(kept)


def shapes(slide) -> list:
    """Every shape, those in groups too."""
    found, todo = [], list(slide.shapes)
    while todo:
        shape = todo.pop(0)
        found.append(shape)
        todo += list(shape.shapes) if shape.shape_type == MSO_SHAPE_TYPE.GROUP else []
    return found


def paragraphs(shape) -> list[str]:
    return [
        "".join(r.text or "" for r in p.iter(qn("a:t"))) for p in shape._element.iter(qn("a:p"))
    ]


def texts(slide) -> list[str]:
    """Every paragraph on the slide; those of charts apart."""
    return [t for shape in slide.shapes for t in paragraphs(shape)]


def charts(slide) -> list:
    return [s.chart for s in slide.shapes if s.has_chart]


def said(text: str, shown: list[str]) -> bool:
    """Whether a text stands there, whole or cut with « … »."""
    whole = legible(text)
    return whole in shown or any(
        len(s) > 3 and s.endswith("…") and whole.startswith(s[:-1]) for s in shown
    )


def alone(panel: Panel):
    """The one slide of a panel, opened again."""
    made = pptx(replace(deck("whole"), slides=(Slide(panel.key, "Une phrase", panel),)))
    return Presentation(io.BytesIO(made)).slides[0]


def drawn_alone(panel: Panel) -> list:
    """The charts of a panel's slide."""
    return charts(alone(panel))


def points(series) -> list[tuple[float, float | None]]:
    """A scatter's points as written, None where the second number is left out."""

    def numbers(tag):
        return {
            int(p.get("idx")): float(p.find(qn("c:v")).text)
            for p in series._element.find(qn(tag)).iter(qn("c:pt"))
        }

    x, y = numbers("c:xVal"), numbers("c:yVal")
    return [(x[i], y.get(i)) for i in sorted(x)]


def charted(name: str) -> list:
    """Slides with a chart that office programs draw, and its numbers as the screen has them."""
    found = [
        (one, shown, native(spec)) for one, shown in slides(name) if (spec := decks.spec(one.panel))
    ]
    return [
        (one, shown, chart)
        for one, shown, chart in found
        if chart.kind != "table" and any(y is not None for s in chart.series for y in s.y)
    ]


def test_the_exact_limits_of_a_funnel_are_drawn_unlike_those_that_count():
    shown, drawn = next(
        (one, charts(slide)[0])
        for one, slide, _ in charted("whole")
        if one.panel.key == "entonnoir"
    )
    lines = {s.name: s.format.line for s in drawn.plots[0].series}
    exact, wide = (lines[f"limite haute {which}99,8 %"] for which in ("exacte à ", "à "))
    assert exact.dash_style == MSO_LINE.ROUND_DOT != wide.dash_style and exact.width < wide.width, (
        shown.code
    )


def test_the_points_of_a_funnel_are_named_as_on_screen_those_outside_always():
    one, slide, expected = next(c for c in charted("whole") if c[0].panel.key == "entonnoir")
    series = charts(slide)[0].plots[0].series[0]
    named = {
        row["k"]: series.points[i].data_label.text_frame.text
        for i, row in enumerate(expected.rows)
        if row["side"]
    }
    assert len(named) > 3 and all(written in name for name, written in named.items()), one.code
    assert {row["k"] for row in expected.rows if row["out"]} <= set(named)


@pytest.mark.pitfall(43)
@every_deck
def test_every_number_of_every_chart_is_the_screens(name):
    for _, shown, expected in charted(name):
        drawn = charts(shown)
        assert drawn
        for i, series in enumerate(expected.series):
            written = [list(c.plots[0].series)[i] for c in drawn]
            assert {w.name for w in written} == {legible(series.name)}
            if expected.kind == "scatter":
                pairs = Counter(points(written[0]))
                # A step adds the corner between two points, never a level of its own.
                assert not Counter(zip(series.x, series.y, strict=True)) - pairs
                assert {y for _, y in pairs} == set(series.y)
            else:
                values = [v for w in written for v in w.values]
                assert values == list(series.y)[: len(values)]
                more = len(series.y) - len(values)
                assert not more or any(
                    t.startswith(f"et {more} autres barres") for t in texts(shown)
                )


@every_deck
def test_points_that_are_signals_have_a_series_with_a_word(name):
    for _, shown, expected in charted(name):
        if expected.kind != "line":
            continue
        rows = expected.rows
        more = list(charts(shown)[0].plots[0].series)[len(expected.series) :]
        found = {
            s.name.removeprefix("signal d'").removeprefix("signal de "): list(s.values)
            for s in more
        }
        states = {
            r["s"]
            for r in rows
            if r.get("v") is not None and r.get("s") in ("amélioration", "alerte", "changement")
        }
        assert found == {s: [r["v"] if r["s"] == s else None for r in rows] for s in states}


@every_deck
def test_every_category_is_the_screens(name):
    for _, shown, expected in charted(name):
        drawn = (
            [c for chart in charts(shown) for c in chart.plots[0].categories]
            if expected.kind != "scatter"
            else []
        )
        if expected.kind == "line":
            months = dict.fromkeys(row["m"][:10] for row in expected.rows)
            assert [
                (date(1899, 12, 30) + timedelta(float(c.label))).isoformat() for c in drawn
            ] == list(months)
            continue
        for category, label in zip(drawn, expected.categories, strict=False):
            assert category.label.startswith(legible(label)) or said(
                label, [category.label.rstrip("\u00a0")]
            )
    ((_, shown, _),) = [c for c in charted("whole") if c[0].code == "barres"]
    assert charts(shown)[0].plots[0].categories[1].label == "CCSP de Nikki\u00a0: non mesuré"


@every_deck
def test_a_missing_value_is_a_gap(name):
    for _, shown, _ in charted(name):
        for chart in charts(shown):
            assert chart._chartSpace.find(".//" + qn("c:dispBlanksAs")).get("val") == "gap"
            assert all(v.text not in ("None", "nan", "") for v in chart._chartSpace.iter(qn("c:v")))


@every_deck
def test_bars_begin_at_zero_and_stand_in_the_order_given(name):
    for _, shown, expected in charted(name):
        if expected.kind in ("bar", "column"):
            for chart in charts(shown):
                assert chart.value_axis.minimum_scale == 0
                assert chart.value_axis.maximum_scale >= max(
                    y for s in expected.series for y in s.y if y is not None
                )
                assert chart.category_axis.reverse_order == (expected.kind == "bar")


def test_the_bars_labels_write_the_numbers_as_the_screen_does():
    _, shown, expected = next(c for c in charted("whole") if c[0].code == "motifs")
    codes = [
        f.get("formatCode")
        for f in charts(shown)[0]._chartSpace.findall(".//" + qn("c:dLbl") + "/" + qn("c:numFmt"))
    ]
    assert codes == [f'[$-40C]#,##0"{w.lstrip("0123456789")}"' for w in expected.series[0].words]
    rates = bars([("A", 91.26, "91\u202f%"), ("B", 99.9, "99,9\u202f%")], unit="Satisfaits")
    (one,) = drawn_alone(Panel("barres", "Barres", Chart(rates)))
    labels = one._chartSpace.findall(".//" + qn("c:dLbl") + "/" + qn("c:numFmt"))
    assert {f.get("formatCode") for f in labels} == {
        '[$-40C]#,##0"\u202f%"',
        '[$-40C]#,##0.0"\u202f%"',
    }


def test_the_line_along_a_bar_goes_from_the_screens_low_to_its_high():
    _, shown, expected = next(c for c in charted("whole") if c[0].code == "intervalles")
    (drawn,) = charts(shown)
    value = drawn.plots[0].series[0]
    ends = {
        side: {int(p.get("idx")): float(p[0].text) for p in bars.iter(qn("c:pt"))}
        for side in ("plus", "minus")
        for bars in value._element.iter(qn(f"c:{side}"))
    }
    rows = [(i, r) for i, r in enumerate(expected.rows) if "a" in r]
    assert rows and len(rows) < len(expected.rows)
    assert ends["plus"] == pytest.approx({i: r["b"] - r["v"] for i, r in rows})
    assert ends["minus"] == pytest.approx({i: r["v"] - r["a"] for i, r in rows})
    assert [s.name for s in drawn.plots[0].series][1:3] == ["trait fin, de", "trait fin, à"]


@pytest.mark.parametrize("code", ["barres", "intervalles"])
def test_a_bars_value_stands_where_neither_its_line_nor_the_one_of_all_comes(code):
    _, shown, expected = next(c for c in charted("whole") if c[0].code == code)
    (drawn,) = charts(shown)
    *others, column = drawn.plots[0].series
    scale = drawn.value_axis.maximum_scale
    labels = {i: v for i, v in enumerate(expected.series[0].words) if expected.series[0].y[i]}
    place = {i: column.points[i].data_label for i in labels}
    assert not [s.name for s in others if list(s._element.iter(qn("c:dLbl")))]
    assert {i: p.text_frame.text for i, p in place.items()} == labels
    assert {p.position for p in place.values()} == {XL_LABEL_POSITION.INSIDE_END}
    assert {v for v in column.values if v} == {scale}  # at the right edge
    inner = next(e for e in drawn._chartSpace.iter(qn("c:w"))).get("val")
    frame = next(s for s in shown.shapes if s.has_chart)
    across = float(inner) * frame.width / Inches(1)
    size = max(p.text_frame.paragraphs[0].runs[0].font.size.pt for p in place.values())
    room = max(text_width(t, size) for t in labels.values()) / across
    farthest = max(v for s in expected.series for v in s.y if v) / scale
    assert farthest < 1 - room - 0.01
    for line in (s for s in shown.shapes if s.name.startswith("Trait")):
        assert line.left < frame.left + frame.width - Inches(room * across + 0.15)


def test_the_curve_of_waiting_complaints_has_its_line_at_30_days():
    _, shown, expected = next(c for c in charted("whole") if c[0].code == "delai")
    (drawn,) = charts(shown)
    axis, frame = drawn.category_axis, next(s for s in shown.shapes if s.has_chart)
    (line,) = (s for s in shown.shapes if s.shape_type == MSO_SHAPE_TYPE.LINE)
    assert (axis.minimum_scale, axis.maximum_scale) == (0, 90)
    place = {n: float(next(drawn._chartSpace.iter(qn(f"c:{n}"))).get("val")) for n in "xw"}
    at = (line.left - frame.left) / frame.width
    assert (at - place["x"]) / place["w"] == pytest.approx(30 / 90, abs=0.005)


def test_short_words_of_a_table_keep_their_line_beside_long_ones():
    heads = ("Centre", "Indicateur", "Octobre 2026", "Signal", "Depuis")
    short = ("CCSP de Djougou", "Satisfaits, selon le registre", "47 % d'habitude", "alerte")
    long_ = "14,3 par jour ; d'habitude de 19,9 à 31,0 usagers par jour ouvert"
    rows = [[*short, "juin 2026"]] * 8 + [["CCSP de Nikki", "Jours", long_, "changement", "2022"]]
    listed = make_table(((h, "") for h in heads), [[Cell(t) for t in row] for row in rows])
    shown = alone(Panel("liste", "Liste", table=listed))
    grid = next(s for s in shown.shapes if s.has_table).table
    assert len(grid.rows) == 10
    for column, text in zip(grid.columns, short, strict=False):
        assert text_width(text, 16) < column.width / Inches(1) - 0.2, text


@every_deck
def test_the_sheet_behind_a_chart_has_its_numbers_and_nothing_that_acts(name):
    for _, shown, expected in charted(name):
        held = []
        for chart in charts(shown):
            book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
            cells = [c for row in book.active.iter_rows() for c in row]
            assert not [c for c in cells if c.data_type == "f" or c.hyperlink]
            held += [c.value for c in cells if isinstance(c.value, (int, float))]
            book.close()
        shown_values = {y for s in expected.series for y in s.y[:36] if y is not None}
        assert all(any(abs(v - h) < 1e-9 for h in held) for v in shown_values)


@every_deck
def test_every_card_says_its_value_and_its_state_in_a_word_and_a_colour(name):
    for one, shown in slides(name):
        groups = [
            s
            for s in shown.shapes
            if s.shape_type == MSO_SHAPE_TYPE.GROUP and s.name.startswith("Chiffre")
        ]
        assert len(groups) == len(one.panel.cards)
        for card, group in zip(one.panel.cards, groups, strict=True):
            lines = paragraphs(group)
            assert said(card.text, lines) and said(card.label, lines)
            state = legible(card.state)
            runs = [
                r
                for s in group.shapes
                if s.has_text_frame
                for p in s.text_frame.paragraphs
                for r in p.runs
            ]
            if state:
                stated = [
                    r
                    for r in runs
                    if r.text.lower().endswith(state.lower()) or r.text.endswith("…")
                ]
                assert stated
                wanted = TONES.get(card.tone, palette.SOFT).lstrip("#").upper()
                assert wanted in {str(r.font.color.rgb) for r in stated}


def test_what_six_cards_say_of_their_month_is_whole():
    """The longest that a month usually says, in all of them."""
    said_of_month = "alerte en octobre\xa0: 29 min, contre 19 min d'habitude"
    whole = decks.whole()
    one = next(s for s in whole.slides if len(s.panel.cards) == 6)
    cards = tuple(replace(card, state=said_of_month) for card in one.panel.cards)
    told = replace(whole, slides=(replace(one, panel=replace(one.panel, content=Cards(cards))),))
    (shown,) = Presentation(io.BytesIO(pptx(told))).slides
    months = [line for line in texts(shown) if "alerte en octobre" in line.lower()]
    assert len(months) >= 6 and all(line.endswith("19 min d'habitude") for line in months)


@every_deck
def test_every_cell_of_a_table_is_the_decks_and_the_rest_is_counted(name):
    for one, shown in slides(name):
        tables = [s.table for s in shown.shapes if s.has_table]
        panel = one.panel
        spec = decks.spec(panel)
        alone = native(spec).kind == "table" if spec else isinstance(panel.content, Listing)
        assert len(tables) == (alone and not panel.table.is_empty)
        for grid in tables:
            rows, columns = len(grid.rows) - 1, len(grid.columns)
            assert rows and columns
            for j in range(columns):
                assert said(panel.table.columns[j].name, [grid.cell(0, j).text])
                for i in range(rows):
                    assert said(panel.table.rows[i][j].text, [grid.cell(i + 1, j).text])
            rest = " ".join(t for t in texts(shown) if "voir le classeur" in t)
            for more, word in (
                (len(panel.table.rows) - rows, "ligne"),
                (len(panel.table.columns) - columns, "colonne"),
            ):
                assert bool(more) == (word in rest) and (not more or f"{more}\u00a0autre" in rest)


@every_deck
def test_sentences_and_messages_stand_on_the_slide_or_in_its_notes(name):
    for one, shown in slides(name):
        notes = shown.notes_slide.notes_text_frame.text
        assert all(
            said(line, texts(shown)) or legible(line) in notes for line in decks.lines(one.panel)
        )
        for listed in [s for s in shown.shapes if s.name == "Phrases"]:
            *lines, last = paragraphs(listed)
            left = re.fullmatch("et (\\d+)\u00a0autres? phrases?\u00a0: voir les notes", last)
            lines = lines if left else [*lines, last]
            assert len(lines) + (int(left[1]) if left else 0) == len(decks.lines(one.panel))
            assert all(
                said(line, [text])
                for line, text in zip(decks.lines(one.panel), lines, strict=False)
            )
        if isinstance(one.panel.content, Message):
            assert said(one.panel.content.text, texts(shown))
        assert said(one.headline, [shown.shapes.title.text_frame.text])


@pytest.mark.pitfall(42)
@every_deck
def test_every_slide_has_its_footer_and_number(name):
    total = len(deck(name).slides)
    for number, (_, shown) in enumerate(slides(name), 1):
        (foot,) = [s for s in shown.placeholders if s.placeholder_format.type == 15]
        (place,) = [s for s in shown.placeholders if s.placeholder_format.type == 13]
        if len(deck(name).foot) < 200:
            assert paragraphs(foot) == [legible(deck(name).foot)]
        assert paragraphs(foot)[0].endswith("DONNÉES FICTIVES") == deck(name).demo
        if deck(
            name
        ).demo:  # as on pages: no figure worsens, so it is not in the colour of one that does
            colour = foot.text_frame.paragraphs[0].runs[-1].font.color.rgb
            assert f"#{colour}".lower() == palette.ON_NOTICE
        assert paragraphs(place) == [f"{number} / {total}"]


def test_a_footer_too_long_still_says_that_the_data_are_fictitious():
    made = pptx(
        replace(deck("whole"), filters="Un filtre de plus, " * 40, slides=deck("whole").slides[:2])
    )
    for shown in Presentation(io.BytesIO(made)).slides:
        (foot,) = [s for s in shown.placeholders if s.placeholder_format.type == 15]
        (text,) = paragraphs(foot)
        assert (
            text.startswith("Un filtre de plus")
            and text.endswith("… · DONNÉES FICTIVES")
            and len(text) < 200
        )


@every_deck
def test_the_notes_hold_headline_question_definitions_limits_and_picture(name):
    for one, shown in slides(name):
        notes = shown.notes_slide.notes_text_frame.text.split("\n")
        assert legible(one.headline) in notes
        assert not one.question or f"À discuter\u00a0: {legible(one.question)}" in notes
        assert all(legible(text) in notes for text in one.note)
        assert not one.panel.alt or f"À l'image\u00a0: {legible(one.panel.alt)}" in notes


def test_closures_and_decisions_are_drawn_and_told():
    one, shown, _ = next(c for c in charted("whole") if c[0].code == "controle")
    notes = shown.notes_slide.notes_text_frame.text
    assert (
        "Fermeture, 01/02/2025\u00a0: panne" in notes
        and "Décision, 01/08/2025\u00a0: deux guichets de plus" in notes
    )
    assert {s.name for s in shown.shapes} >= {"Fermeture", "Décision"}


@every_deck
def test_pictures_charts_and_tables_have_a_text_in_their_place(name):
    for one, shown in slides(name):
        for shape in shown.shapes:
            if shape.has_chart or shape.has_table or shape.name == legible(one.panel.title):
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr") or not (
                    one.panel.alt or one.panel.title
                )
        if (plot := decks.plot(one.panel)) and plot.marks:
            alts = [s._element.xpath(".//p:cNvPr")[0].get("descr") for s in shown.shapes]
            assert legible(one.panel.alt)[:100] in {a[:100] for a in alts if a} or not one.panel.alt


@every_deck
def test_each_site_is_on_the_map_in_its_colour(name):
    for one, shown in slides(name):
        plot = decks.plot(one.panel)
        if not plot:
            continue
        groups = [s for s in shapes(shown) if s.shape_type == MSO_SHAPE_TYPE.GROUP]
        for mark in plot.marks:
            own = [g for g in groups if g.name == legible(mark["name"])[:200]]
            # A department's map leaves out the sites beyond its edges.
            assert own or plot.focus
            for group in own:
                colours = {
                    str(s.fill.fore_color.rgb)
                    for s in group.shapes
                    if s.shape_type == MSO_SHAPE_TYPE.AUTO_SHAPE and s.fill.type == 1
                }
                assert mark["fill"] is None or mark["fill"].lstrip("#").upper() in colours
                letter = (mark.get("sign") or {}).get("letter")
                assert not letter or letter in paragraphs(group)
        for row in plot.legend.rows:
            assert said(row["label"], texts(shown)) and str(row["count"]) in texts(shown)


def test_lines_of_a_long_legend_do_not_lie_on_one_another():
    plot = decks.signals()
    show = Presentation()
    made = show.slides.add_slide(show.slide_layouts[6])
    draw_map(made, Panel("carte", "Carte", plot), plot, Box(0.5, 1.5, 12, 3.8))
    legend = next(s for s in made.shapes if s.name == "Légende de la carte")
    labels = {row["label"] for row in plot.legend.rows}
    lines = [s for s in legend.shapes if s.has_text_frame and s.text_frame.text in labels]
    assert len(lines) == len(plot.legend.rows) > 9
    for a, b in pairwise(lines):
        size = a.text_frame.paragraphs[0].runs[0].font.size
        assert b.top + b.height / 2 - a.top - a.height / 2 >= size, a.text_frame.text


def test_the_frame_of_a_slight_signal_is_thin():
    seen = 0
    for one, shown in slides("whole"):
        plot = decks.plot(one.panel)
        frames = [s for s in shapes(shown) if s.name == "Cadre"] if plot else []
        slight = (
            {m["name"]: (m.get("sign") or {}).get("slight") for m in plot.marks} if plot else {}
        )
        for frame in frames:
            alt = frame._element.nvGrpSpPr.cNvPr.get("descr")
            width = frame.shapes[0].line.width.pt
            if alt in slight and slight[alt] is not None:
                assert (width < 1.2) == slight[alt], alt
                seen += 1
    assert seen


def test_the_ring_of_a_silent_site_is_dashed_on_a_slide_where_it_said_why():
    dashed = set()
    for one, shown in slides("whole"):
        plot = decks.plot(one.panel)
        silent = {m["name"]: m["explained"] for m in plot.marks if m.get("silent")} if plot else {}
        for frame in [s for s in shapes(shown) if s.name == "Cadre"]:
            name = frame._element.nvGrpSpPr.cNvPr.get("descr")
            if name in silent:
                styles = [s.line.dash_style for s in frame.shapes]
                assert (MSO_LINE.DASH in styles) == silent[name], name
                dashed.add(silent[name])
    assert dashed == {True, False}


def test_every_site_is_named_on_the_slide_of_a_map_and_a_silent_one_says_so():
    for one, shown in slides("whole"):
        plot = decks.plot(one.panel)
        if plot and not plot.focus:
            assert {m["label"] for m in plot.marks} <= set(paragraphs(shown))
            assert paragraphs(shown).count("muet 35 j") == sum(
                bool(m.get("silent")) for m in plot.marks
            )


@every_deck
def test_nothing_lies_outside_the_slide_or_on_its_footer(name):
    show = Presentation(io.BytesIO(file(name)))
    for slide in show.slides:
        for shape in slide.shapes:
            assert (
                shape.left >= 0 and shape.top >= 0 and shape.left + shape.width <= show.slide_width
            )
            if not shape.is_placeholder:
                assert shape.top + shape.height <= Inches(6.9), shape.name


@every_deck
def test_type_is_large_enough_for_a_projector(name):
    for one, shown in slides(name):
        for shape in shown.shapes:
            small = (
                shape.is_placeholder
                and shape.placeholder_format.type in (13, 15)
                or decks.plot(one.panel) is not None
            )
            for run in shape._element.iter(qn("a:rPr")):
                assert run.get("sz") and int(run.get("sz")) >= (1200 if small else 1600), shape.name
        assert min(
            r.font.size for p in shown.shapes.title.text_frame.paragraphs for r in p.runs
        ) >= Pt(24)


@every_deck
def test_every_run_is_french(name):
    with zipfile.ZipFile(io.BytesIO(file(name))) as held:
        for part in held.namelist():
            if re.fullmatch(r"ppt/(slides|notesSlides)/[^/]+\.xml", part):
                assert {
                    r.get("lang") for r in etree.fromstring(held.read(part)).iter(qn("a:rPr"))
                } <= {"fr-FR"}, part
            if part.startswith("ppt/charts/chart"):
                assert b'<c:lang val="fr-FR"/>' in held.read(part)


@pytest.mark.pitfall(45)
@every_deck
def test_nothing_in_the_file_reaches_out_or_acts(name):
    with zipfile.ZipFile(io.BytesIO(file(name))) as held:
        assert not [
            n
            for n in held.namelist()
            if "vba" in n.lower() or "external" in n.lower() or "media" in n.lower()
        ]
        for part in held.namelist():
            text = held.read(part)
            assert b'TargetMode="External"' not in text and b"hlinkClick" not in text, part


def test_hostile_texts_are_read_as_they_are():
    shown = " ".join(
        t for _, s in slides("hostile") for t in [*texts(s), s.notes_slide.notes_text_frame.text]
    )
    for text in HOSTILE:
        assert legible(text).strip()[:60] in shown


def test_decks_without_anything_say_so():
    said_ = [t for _, s in slides("bare") for t in texts(s)]
    assert said_.count("Aucune valeur à montrer.") == 4 and "Rien à montrer." in said_
    assert sum(t == "Aucune ligne à montrer." for t in said_) >= 1
    assert not [t for t in said_ if "FICTIVES" in t]


def test_the_file_says_what_it_is():
    about = Presentation(io.BytesIO(file("whole"))).core_properties
    assert (about.title, about.language, about.author) == (
        "Revue nationale",
        "fr-FR",
        "Tableau de bord CCSP",
    )


def test_the_same_deck_gives_the_same_slides():
    def parts(data: bytes) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(data)) as held:
            return {
                n: held.read(n)
                for n in held.namelist()
                if n.endswith(".xml") and "docProps" not in n
            }

    assert parts(file("whole")) == parts(pptx(DECKS["whole"]()))


def test_nothing_of_a_file_waits_for_python_to_look_for_it():
    """Its parts know each other: some 9,000 of them, with 13 MB that they hold."""
    deck, left = DECKS["whole"](), 10_000
    gc.disable()
    try:
        gc.collect()
        pptx(deck)
        left = gc.collect()
    finally:
        gc.enable()
    assert left < 1_000


@pytest.mark.parametrize("name", ["whole", "hostile"])
def test_libreoffice_opens_every_slide(name, tmp_path):
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice is not installed")
    (tmp_path / "deck.pptx").write_bytes(file(name))
    subprocess.run(
        [
            office,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            str(tmp_path / "deck.pptx"),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    with (tmp_path / "deck.pdf").open("rb") as made:
        pages = [p.extract_text() for p in PdfReader(made).pages]
    assert len(pages) == len(deck(name).slides)
    assert all(f"{n} / {len(pages)}" in text for n, text in enumerate(pages, 1))
