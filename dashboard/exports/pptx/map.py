"""A map and its legend as shapes of a slide, with the places, sizes and colours of the screen's map."""

import math
from collections.abc import Sequence
from itertools import chain, repeat
from typing import Any

from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.shapes.base import BaseShape
from pptx.shapes.shapetree import SlideShapes
from pptx.slide import Slide as Page
from pptx.util import Inches

from dashboard.exports import map_geometry
from dashboard.exports.map_geometry import CHIP, CORNER, FRAMES, Mark
from dashboard.exports.map_labels import labels_of_size
from dashboard.exports.map_marks import sample_mark
from dashboard.exports.pptx.shapes import (
    CENTRED,
    Box,
    Run,
    add_text,
    draw_area,
    group_shapes,
    set_alt_text,
    set_flat_colours,
    write,
)
from dashboard.exports.pptx.text_fitting import BODY, SMALL, cut, text_height, text_width, wrap_text
from dashboard.french import SPACE
from dashboard.palette import COAST, GRID, INK, LAND, NONE, PAPER, SEA, SOFT, WASH
from dashboard.panel import Panel, Plot

SCALE = 0.78  # points in a pixel of the screen's map
UNIT = SCALE / 72  # inches in one
NAMES = 11  # letters' heights of room for the names beside the country
SIGNED = 1.4  # rows that one with a frame and its letter takes
LEGEND = 3.55  # inches of its column
Point = tuple[float, float]
TICKS: dict[str, list[list[Point]]] = {
    "✓": [[(-3.6, 0.3), (-1.1, 3.1), (3.6, -2.7)]],
    "✗": [[(-3, -3), (3, 3)], [(-3, 3), (3, -3)]],
}
FORMS = {"square": MSO_SHAPE.RECTANGLE, "hexagon": MSO_SHAPE.HEXAGON, "GSRU": MSO_SHAPE.DIAMOND}


def draw_map(page: Page, panel: Panel, plot: Plot, box: Box) -> None:
    """Draw the panel's map with its legend at the right."""
    place = box.inset(0, 0, LEGEND + 0.25, 0)
    drawing = map_geometry.draw(
        plot, place.w * 72, place.h * 72, scale=SCALE, names_width=SMALL * NAMES
    )
    shapes, before = page.shapes, len(page.shapes)

    def at(x: float, y: float, w: float = 0, h: float = 0) -> Box:
        return Box(place.x + x / 72, place.y + y / 72, w / 72, h / 72)

    for pane in drawing.panes:
        set_alt_text(
            draw_area(shapes, at(pane.x, pane.y, pane.width, pane.height), SEA, GRID), pane.title
        )
    for one in drawing.outlines:
        rings = [[(p.x, p.y) for p in (at(*point) for point in ring)] for ring in one.rings]
        set_alt_text(
            set_flat_colours(
                _path(shapes, rings, "<a:close/>"), WASH if one.is_outside else LAND, COAST
            ),
            one.name,
        )
    if drawing.inset:
        set_alt_text(
            draw_area(shapes, at(*drawing.inset), None, SOFT, dash=MSO_LINE.DASH), "Cadre du sud"
        )
    names = labels_of_size(drawing, SMALL)
    for line in (name.line for name in names if name.line):
        ends = [[(p.x, p.y) for p in (at(*line[:2]), at(*line[2:]))]]
        set_alt_text(set_flat_colours(_path(shapes, ends), None, SOFT), "Trait")
    for mark in drawing.marks:  # under all marks: a frame hides no neighbour
        p = at(mark.x, mark.y)
        _under(shapes, p.x, p.y, mark)
    for mark in drawing.marks:
        p = at(mark.x, mark.y)
        _over(shapes, p.x, p.y, mark, ", ".join((mark.name, *mark.words)))
    for name in names:
        # A little more than its box, so that a name never breaks by rounding; of several words, all that it may take.
        for i, text in enumerate(
            (name.text, name.silent_words) if name.silent_words else (name.text,)
        ):
            high = name.height / (2 if name.silent_words else 1)
            wide = max(name.width + 8, text_width(text, SMALL) * 72 if " " in text else 0)
            spot = at(name.x + (name.width - wide) / 2, name.y + i * high, wide, high)
            add_text(shapes, spot, Run(text, SMALL), name="Nom", **CENTRED)
    for pane in drawing.panes:
        p = at(*pane.title_at(0.42 * 72))
        tag = draw_area(
            shapes,
            Box(p.x + 0.08, p.y + 0.08, text_width(pane.title, SMALL, True) + 0.2, 0.26),
            PAPER,
            GRID,
        )
        write(set_alt_text(tag, "Titre").text_frame, Run(pane.title, SMALL, SOFT, True), **CENTRED)
    group_shapes(shapes, before, panel.title or "Carte", panel.alt or panel.title)
    _legend(shapes, plot, box.inset(box.w - LEGEND, 0, 0, 0), len(names))


def _path(shapes: SlideShapes, lines: Sequence[Sequence[Point]], end: str = "") -> BaseShape:
    """Draw lines of points as one shape; written at one go, for python-pptx is slow where an outline has hundreds of
    them."""
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
    """The box of this size around a point."""
    return Box(x - w, y - h, 2 * w, 2 * h)


def _sample(shapes: SlideShapes, x: float, y: float, mark: Mark) -> None:
    """Draw a mark of the legend with its middle there."""
    _under(shapes, x, y, mark)
    _over(shapes, x, y, mark)


def _under(shapes: SlideShapes, x: float, y: float, mark: Mark) -> None:
    """Draw frame and ring of a mark with its middle there."""
    before = len(shapes)
    _, ring, frame = (size / 72 for size in map_geometry.sizes(mark, SCALE))
    if frame and mark.frame:
        across = frame * (2 / math.sqrt(3) if mark.frame == "hexagon" else 1)
        form = FORMS.get(mark.frame, MSO_SHAPE.OVAL)
        around = draw_area(
            shapes,
            _around(x, y, across, frame),
            PAPER,
            FRAMES[mark.frame],
            form,
            mark.frame_width * SCALE,
        )
        if mark.frame == "hexagon":
            around.adjustments[0] = 0.28868
    if ring:
        dash = MSO_LINE.DASH if mark.is_explained else None
        draw_area(shapes, _around(x, y, ring, ring), PAPER, INK, MSO_SHAPE.OVAL, 1.75, dash)
    if len(shapes) > before:
        group_shapes(shapes, before, "Cadre", mark.name)


def _over(shapes: SlideShapes, x: float, y: float, mark: Mark, alt: str = "") -> None:
    """Draw the mark itself, its letter at the upper right, its badge at the lower right."""
    before = len(shapes)
    own, _, frame = (size / 72 for size in map_geometry.sizes(mark, SCALE))
    form = FORMS.get(mark.kind, MSO_SHAPE.OVAL)
    body = draw_area(
        shapes,
        _around(x, y, own, own),
        PAPER if mark.fill is None else mark.fill or NONE,
        INK,
        form,
    )
    if mark.missing:
        set_flat_colours(body, PAPER, SOFT, 1.25, MSO_LINE.SQUARE_DOT)
    at = (frame or own) * CORNER
    if mark.letter and mark.frame:
        chip = _around(x + at, y - at, CHIP * UNIT, CHIP * UNIT)
        draw_area(shapes, chip, FRAMES[mark.frame], PAPER, MSO_SHAPE.OVAL)
        run = Run(mark.letter, SMALL, PAPER, True)
        add_text(shapes, chip, run, **CENTRED).text_frame.word_wrap = False
    if mark.badge:
        _badge(shapes, x + at, y + at, mark.badge)
    group_shapes(shapes, before, mark.name, alt)


def _badge(shapes: SlideShapes, x: float, y: float, badge: str) -> None:
    draw_area(
        shapes,
        _around(x, y, CHIP * UNIT, CHIP * UNIT),
        PAPER,
        INK,
        MSO_SHAPE.OVAL,
    )
    if badge in TICKS:
        set_flat_colours(
            _path(
                shapes, [[(x + a * UNIT, y + b * UNIT) for a, b in line] for line in TICKS[badge]]
            ),
            None,
            INK,
            1.5,
        )


def _legend(shapes: SlideShapes, plot: Plot, box: Box, named: int) -> None:
    """Draw the legend's lines as on screen, one under the other. named: how many sites have their names."""
    legend, before, y = plot.legend, len(shapes), box.y
    if legend.title:
        title = wrap_text(cut(legend.title, 2, box.w, BODY, True), box.w, BODY, True)
        run = Run(" ".join(title), BODY, INK, True)
        add_text(shapes, Box(box.x, y, box.w, text_height(len(title), BODY)), run)
        y += text_height(len(title), BODY) + 0.06
    naming = cut(legend.naming_words(named, len(plot.marks)), 2, box.w, SMALL)
    high_naming = text_height(len(wrap_text(naming, box.w, SMALL)), SMALL) if naming else 0
    under = 0.28 + (0.75 if legend.sizes else 0) + (0.3 if legend.note else 0) + high_naming
    shares = [SIGNED if row.get("sign") else 1 for row in legend.rows]
    lines = sum(shares) + bool(legend.kinds)
    high = min((box.y + box.h - y - under) / max(lines, 1), 0.36)
    size = BODY if high > text_height(1, BODY) else SMALL  # lines one over the other are not read
    for row, share in zip(legend.rows, shares, strict=True):
        _row(shapes, Box(box.x, y, box.w, high * share), row, size)
        y += high * share
    for i, row in enumerate(legend.kinds):  # side by side, by the letters that stand for them
        _row(shapes, Box(box.x + 1.4 * i, y, 1.4, high), {**row, "label": row["kind"]}, size)
    y += high if legend.kinds else 0
    for text in filter(None, (legend.note, legend.size_text)):
        add_text(shapes, Box(box.x, y, box.w, 0.28), Run(cut(text, 1, box.w, size), size))
        y += 0.28
    if naming:
        place = Box(box.x, box.y + box.h - 0.24 - high_naming, box.w, high_naming)
        add_text(shapes, place, Run(naming, SMALL, SOFT))
    for i, row in enumerate(legend.sizes):
        mark = sample_mark(row, SCALE)
        _sample(shapes, box.x + 0.3 + 1.2 * i, y + 0.24, mark)
        place = Box(box.x + 0.65 + 1.2 * i, y, 0.8, 0.48)
        add_text(shapes, place, Run(row["label"], size), anchor=MSO_ANCHOR.MIDDLE)
    place = box.inset(0, box.h - 0.24, 0, 0)
    run = Run(cut(legend.sources, 1, box.w, SMALL), SMALL, SOFT)
    add_text(shapes, place, run, anchor=MSO_ANCHOR.BOTTOM)
    told = [f"{row['label']}{SPACE}: {row['count']}" for row in legend.rows]
    group_shapes(shapes, before, "Légende de la carte", "Légende. " + ", ".join(told))


def _row(shapes: SlideShapes, box: Box, row: dict[str, Any], most: int) -> None:
    """Draw a line of the legend: its sample, its words, its count. most: the size of type, or smaller."""
    sign, count = row.get("sign") or {}, row.get("count")
    if sign.get("badge") and not sign.get("letter"):
        _badge(shapes, box.x + 0.22, box.y + box.h / 2, sign["badge"])
    else:
        _sample(shapes, box.x + 0.22, box.y + box.h / 2, sample_mark(row, SCALE))
    room = box.w - (0.95 if count is not None else 0.5)
    size = most if text_width(row["label"], most) <= room else SMALL
    text = Run(cut(row["label"], 2, room, size), size)
    add_text(shapes, Box(box.x + 0.5, box.y, room, box.h), text, anchor=MSO_ANCHOR.MIDDLE)
    if count is not None:
        run, place = Run(str(count), most, INK, True), Box(box.x + box.w - 0.6, box.y, 0.6, box.h)
        add_text(shapes, place, run, align=PP_ALIGN.RIGHT, anchor=MSO_ANCHOR.MIDDLE)
