"""The mark of a site as SVG, with its sign; and the samples of the legend's rows."""

import re
from math import sqrt
from typing import Any

from dashboard.exports import map_geometry
from dashboard.exports.map_geometry import CHIP, CORNER, FRAMES, Mark
from dashboard.exports.svg import escape_markup, paint_attributes
from dashboard.palette import IDLE, INK, MAP_INK, MISSING, PAPER, SOFT

# Marks keep their colour on dark paper, and so does what stands on them: plain texts, not roles.
IDLE_FILL, ON_DARK, ON_LIGHT = str(IDLE), str(PAPER), str(MAP_INK)
SAMPLE, SMALL = 6.5, 4.5  # px: radius of a sample in the legend; of one with a sign around it


def draw_mark(m: Mark, k: float) -> str:
    """A mark with its middle at 0, 0: frame and ring under it, letter and badge over it."""
    return draw_frame(m, k) + draw_shape(m, k)


def draw_frame(m: Mark, k: float) -> str:
    """The frame and ring of a mark, which on a map lie under all marks: a frame hides no neighbour."""
    _, ring, frame = map_geometry.sizes(m, k)
    parts = []
    if frame and m.frame:
        look = f'{paint_attributes(PAPER, FRAMES[m.frame])} stroke-width="{num(m.frame_width * k)}"'
        parts.append(_shape(m.frame, frame, look))
    if ring:
        dashes = f' stroke-dasharray="{num(4 * k)} {num(3 * k)}"' if m.is_explained else ""
        look = f'{paint_attributes(PAPER, INK)} stroke-width="{num(2.2 * k)}"{dashes}'
        parts.append(_shape("", ring, look))
    return "".join(parts)


def draw_shape(m: Mark, k: float) -> str:
    """The shape of a mark, with letter and badge."""
    own, _, frame = map_geometry.sizes(m, k)
    parts = [_shape(m.kind, m.radius, _paint(m, k))]
    at = (frame or own) * CORNER
    if m.letter and m.frame:
        parts.append(_chip(m.letter, m.frame, at, k))
    if m.badge in TICKS:
        parts.append(_badge(m.badge, at, at, k))
    return "".join(parts)


def _paint(m: Mark, k: float) -> str:
    """The paint attributes of a mark's shape."""
    if m.missing:
        dashes = f'stroke-dasharray="{num(2.6 * k)} {num(2.2 * k)}"'
        return f'{paint_attributes(PAPER, MISSING)} fill-opacity=".65" stroke-width="{num(1.6 * k)}" {dashes}'
    if m.fill is None:
        return f'{paint_attributes(stroke=SOFT)} stroke-width="{num(1.2 * k)}"'
    return f'{paint_attributes(_colour(m.fill) or IDLE_FILL, INK)} fill-opacity=".95" stroke-width="{num(k)}"'


def _chip(letter: str, frame: str, at: float, k: float) -> str:
    """The disc of a signal's letter, at the upper right corner of its frame."""
    px = 13 * k
    return (
        f'<g transform="translate({num(at)},{num(-at)})">'
        f'<circle r="{num(CHIP * k)}" {paint_attributes(FRAMES[frame], PAPER)} stroke-width="{num(k)}"/>'
        f'<text y="{num(px * 0.355)}" font-size="{num(px)}" font-weight="700" text-anchor="middle" {paint_attributes(PAPER)}>'
        f"{escape_markup(letter)}</text></g>"
    )


TICKS = {
    "✓": "M-3.6,.3l2.5,2.8 4.7,-5.8",
    "✗": "M-3,-3l6,6M3,-3l-6,6",
}


def _badge(badge: str, x: float, y: float, k: float) -> str:
    return (
        f'<g transform="translate({num(x)},{num(y)}) scale({k:.2f})"><circle r="{CHIP}" {paint_attributes(ON_DARK, ON_LIGHT)}'
        f' stroke-width="1.2"/><path d="{TICKS[badge]}" {paint_attributes(stroke=ON_LIGHT)} stroke-width="2"'
        ' stroke-linecap="round"/></g>'
    )


def _shape(kind: str, r: float, look: str) -> str:
    """Circle unless it is named otherwise: a diamond of the same area for a GSRU, a square or a hexagon around a circle."""
    if kind == "GSRU":
        d = r * map_geometry.DIAMOND
        return f'<path d="M0,{num(-d)}L{num(d)},0 0,{num(d)} {num(-d)},0z" {look}/>'
    if kind == "square":
        return f'<path d="M{num(-r)},{num(-r)}h{num(2 * r)}v{num(2 * r)}h{num(-2 * r)}z" {look}/>'
    if kind == "hexagon":
        a = r / sqrt(3)
        corners = ((-a, -r), (a, -r), (2 * a, 0), (a, r), (-a, r))
        return f'<path d="M{num(-2 * a)},0L{" ".join(f"{num(x)},{num(y)}" for x, y in corners)}z" {look}/>'
    return f'<circle r="{num(r)}" {look}/>'


def row_sample(row: dict[str, Any], k: float) -> tuple[str, float]:
    """The sample of a legend's row, and its height; a badge stands alone."""
    sign = row.get("sign") or {}
    if sign.get("badge") in TICKS and not sign.get("letter"):
        return _badge(sign["badge"], 0, 0, k), 2 * CHIP * k
    mark = sample_mark(row, k)
    _, top, _, bottom = map_geometry.box_of(mark, k)
    return draw_mark(mark, k), 2 * max(bottom, -top)


def sample_mark(row: dict[str, Any], k: float) -> Mark:
    """The mark that is the sample of a legend's row, its middle at 0, 0."""
    sign = row.get("sign") or {}
    radius = row.get("radius") or (SMALL if sign or row.get("silent") else SAMPLE)
    return Mark(
        0,
        0,
        radius * k,
        row.get("fill"),
        bool(row.get("missing")),
        row.get("kind", "CCSP"),
        sign.get("letter") or "",
        sign.get("frame"),
        sign.get("badge"),
        row["label"],
        "",
        0,
        "muet" if row.get("silent") else "",
        has_thin_frame=bool(sign.get("slight")),
        is_explained=bool(row.get("explained")),
    )


def _colour(text: object) -> str | None:
    """A colour from data, accepted only as #rgb or #rrggbb: anything else might be markup. As a plain text, it is the
    same on dark paper, where the letter on it keeps its own too."""
    return (
        str(text)
        if isinstance(text, str) and re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text)
        else None
    )


def num(x: float) -> str:
    """A number as text with one decimal at most."""
    return f"{round(x, 1):g}"
