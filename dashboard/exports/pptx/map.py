"""A map and its legend as shapes, drawn from the screen's own places, sizes and colours."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, repeat

from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.shapes.base import BaseShape
from pptx.shapes.shapetree import SlideShapes
from pptx.slide import Slide as Page
from pptx.util import Inches

from dashboard.exports import geography
from dashboard.exports.geography import FRAME_GAP, Mark
from dashboard.exports.pptx.shapes import CENTRED, Box, Run, area, flat, grouped, said, words, write
from dashboard.exports.pptx.texts import BODY, SMALL, cut, tall, wide, wrapped
from dashboard.french import SPACE
from dashboard.palette import COAST, GRID, INK, LAND, NONE, PAPER, SEA, SOFT, WASH
from dashboard.panel import Panel, Plot

SCALE = 0.78  # points in a pixel of the screen's map
UNIT = SCALE / 72  # inches in one
LEGEND = 3.55  # inches of its column
Point = tuple[float, float]
TICKS: dict[str, list[list[Point]]] = {
    "✓": [[(-3.6, 0.3), (-1.1, 3.1), (3.6, -2.7)]],
    "✗": [[(-3, -3), (3, 3)], [(-3, 3), (3, -3)]],
    "≈": [[(-4, y), (-2, y - 1.4), (0, y - 0.4), (2, y + 0.6), (4, y - 0.8)] for y in (-1.2, 2.4)],
}
FORMS = {"square": MSO_SHAPE.RECTANGLE, "hexagon": MSO_SHAPE.HEXAGON, "GSRU": MSO_SHAPE.DIAMOND}
SAMPLE = Mark(0, 0, 8 * SCALE, PAPER, False, "CCSP", "", None, None, "Signe", "", 0)


def draw_map(made: Page, panel: Panel, plot: Plot, box: Box) -> None:
    """The panel's map with its legend at the right."""
    place = box.within(0, 0, LEGEND + 0.25, 0)
    drawing = geography.draw(plot, place.w * 72, place.h * 72, scale=SCALE)
    shapes, before = made.shapes, len(made.shapes)

    def at(x: float, y: float, w: float = 0, h: float = 0) -> Box:
        return Box(place.x + x / 72, place.y + y / 72, w / 72, h / 72)

    for pane in drawing.panes:
        said(area(shapes, at(pane.x, pane.y, pane.width, pane.height), SEA, GRID), pane.title)
    for one in drawing.outlines:
        rings = [[(p.x, p.y) for p in (at(*point) for point in ring)] for ring in one.rings]
        said(flat(_path(shapes, rings, "<a:close/>"), WASH if one.away else LAND, COAST), one.name)
    if drawing.inset:
        said(area(shapes, at(*drawing.inset), None, SOFT, dash=MSO_LINE.DASH), "Cadre du sud")
    for mark in drawing.marks:
        p = at(mark.x, mark.y)
        _site(shapes, p.x, p.y, mark, ", ".join((mark.name, *mark.words)))
    for name in geography.labels(drawing, SMALL):
        # A little more than its box: a name must not break for want of a hair.
        words(
            shapes,
            at(name.x - 4, name.y, name.width + 8, name.height),
            Run(name.text, SMALL),
            name="Nom",
            **CENTRED,
        )
    for pane in drawing.panes:
        p = at(pane.x, pane.y)
        tag = area(
            shapes,
            Box(p.x + 0.08, p.y + 0.08, wide(pane.title, SMALL, True) + 0.2, 0.26),
            PAPER,
            GRID,
        )
        write(said(tag, "Titre").text_frame, Run(pane.title, SMALL, SOFT, True), **CENTRED)
    grouped(shapes, before, panel.title or "Carte", panel.alt or panel.title)
    _legend(shapes, plot, box.within(box.w - LEGEND, 0, 0, 0))


def _path(shapes: SlideShapes, lines: Sequence[Sequence[Point]], end: str = "") -> BaseShape:
    """Lines of points as one shape; written at one go, for python-pptx is slow where an outline has hundreds of them."""
    places = [[(Inches(x), Inches(y)) for x, y in line] for line in lines]
    xs, ys = zip(*(p for line in places for p in line), strict=True)
    left, top, w, h = min(xs), min(ys), max(max(xs) - min(xs), 1), max(max(ys) - min(ys), 1)
    steps = "".join(
        "".join(
            f'<a:{step}><a:pt x="{x - left}" y="{y - top}"/></a:{step}>'
            for step, (x, y) in zip(chain(["moveTo"], repeat("lnTo")), line, strict=False)
        )
        + end
        for line in places
    )
    shapes._spTree.append(
        parse_xml(
            f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{shapes._next_shape_id}" name=""/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
            f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{w}" cy="{h}"/></a:xfrm><a:custGeom><a:avLst/><a:gdLst/>'
            f'<a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/><a:pathLst><a:path w="{w}" h="{h}">{steps}</a:path>'
            "</a:pathLst></a:custGeom></p:spPr></p:sp>"
        )
    )
    return shapes[-1]


def _around(x: float, y: float, w: float, h: float) -> Box:
    return Box(x - w, y - h, 2 * w, 2 * h)


def _site(shapes: SlideShapes, x: float, y: float, mark: Mark, alt: str = "") -> None:
    """A mark with its middle there and its sign: letter within, frame around, badge at the lower right."""
    before = len(shapes)
    reach = mark.radius / 72 * (geography.DIAMOND if mark.kind == "GSRU" else 1)
    far = reach + (FRAME_GAP * UNIT if mark.frame else 0)
    if mark.frame:
        across = far * (2 / math.sqrt(3) if mark.frame == "hexagon" else 1)
        form = FORMS.get(mark.frame, MSO_SHAPE.OVAL)
        around = area(shapes, _around(x, y, across, far), PAPER, INK, form, 1.5)
        if mark.frame == "hexagon":
            around.adjustments[0] = 0.28868
    body = area(
        shapes,
        _around(x, y, reach, reach),
        mark.fill or NONE,
        INK,
        FORMS.get(mark.kind, MSO_SHAPE.OVAL),
    )
    if mark.missing:
        flat(body, PAPER, SOFT, 1.25, MSO_LINE.SQUARE_DOT)
    if mark.letter:
        run = Run(mark.letter, SMALL if mark.letter == "C" else 13, PAPER, True)
        words(shapes, _around(x, y, 0.16, 0.16), run, **CENTRED).text_frame.word_wrap = False
    if mark.badge:
        _badge(shapes, x + far * 0.85, y + far * 0.85, mark.badge)
    grouped(shapes, before, mark.name, alt)


def _badge(shapes: SlideShapes, x: float, y: float, badge: str) -> None:
    area(
        shapes,
        _around(x, y, geography.BADGE * UNIT, geography.BADGE * UNIT),
        PAPER,
        INK,
        MSO_SHAPE.OVAL,
    )
    if badge in TICKS:
        flat(
            _path(
                shapes, [[(x + a * UNIT, y + b * UNIT) for a, b in line] for line in TICKS[badge]]
            ),
            None,
            INK,
            1.5,
        )


def _legend(shapes: SlideShapes, plot: Plot, box: Box) -> None:
    """The legend's lines as on screen, one under the other."""
    legend, before, y = plot.legend, len(shapes), box.y
    rows = _rows(plot)
    if legend.title:
        title = wrapped(cut(legend.title, 2, box.w, BODY, True), box.w, BODY, True)
        words(
            shapes,
            Box(box.x, y, box.w, tall(len(title), BODY)),
            Run(" ".join(title), BODY, INK, True),
        )
        y += tall(len(title), BODY) + 0.08
    kinds = [(replace(SAMPLE, kind=kind), kind) for kind in ("CCSP", "GSRU")]
    sizes = [(replace(SAMPLE, radius=s["radius"] * SCALE), s["label"]) for s in legend.sizes]
    under = 0.62 + (0.45 + tall(2, BODY) if sizes else 0.4)
    high = min((box.y + box.h - y - under) / max(len(rows), 1), 0.42)
    for sign, label, count in rows:
        if isinstance(sign, str):
            _badge(shapes, box.x + 0.22, y + high / 2, sign)
        else:
            _site(shapes, box.x + 0.22, y + high / 2, sign)
        words(
            shapes,
            Box(box.x + 0.5, y, box.w - 0.95, high),
            Run(cut(label, 1, box.w - 0.95, BODY)),
            anchor=MSO_ANCHOR.MIDDLE,
        )
        if count not in (None, ""):
            words(
                shapes,
                Box(box.x + box.w - 0.6, y, 0.6, high),
                Run(str(count), BODY, INK, True),
                align=PP_ALIGN.RIGHT,
                anchor=MSO_ANCHOR.MIDDLE,
            )
        y += high
    for line in (kinds, sizes):
        for i, (sign, label) in enumerate(line):
            _site(shapes, box.x + 0.22 + 1.5 * i, y + 0.22, sign)
            words(
                shapes,
                Box(box.x + 0.55 + 1.5 * i, y, 1.0, 0.44),
                Run(label),
                anchor=MSO_ANCHOR.MIDDLE,
            )
        y += 0.44 if line else 0
    if legend.size_text:
        words(shapes, Box(box.x, y, box.w, 0.3), Run(cut(legend.size_text, 1, box.w, BODY)))
    credit = " · ".join(t for t in ("Limites indicatives", "Natural Earth", legend.credit) if t)
    words(
        shapes,
        box.within(0, box.h - 0.24, 0, 0),
        Run(cut(credit, 1, box.w, SMALL), SMALL, SOFT),
        anchor=MSO_ANCHOR.BOTTOM,
    )
    told = [f"{label}{SPACE}: {count}" for _, label, count in rows if count not in (None, "")]
    grouped(shapes, before, "Légende de la carte", "Légende. " + ", ".join(told))


def _rows(plot: Plot) -> list[tuple[Mark | str, str, object]]:
    """Each line's sign (a mark, or a badge alone), words and count."""
    legend = plot.legend
    hollow = replace(SAMPLE, missing=True, radius=geography.HOLLOW * SCALE)
    rows: list[tuple[Mark | str, str, object]] = [
        (replace(SAMPLE, fill=one["colour"]), one["label"], one["count"]) for one in legend.classes
    ]
    for one in legend.signs:
        sign = replace(
            SAMPLE, fill=one["colour"], letter=one["letter"], frame=one["frame"], badge=one["badge"]
        )
        rows.append((sign if one["colour"] else one["badge"] or hollow, one["label"], one["count"]))
    if legend.missing is not None:
        rows.append((replace(hollow, radius=6 * SCALE), "pas de données", legend.missing))
    return rows
