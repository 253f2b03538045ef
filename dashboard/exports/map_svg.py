"""A map with its legend as SVG: outlines, sites with their signs, names."""

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from dashboard import palette
from dashboard.exports import geography
from dashboard.exports.geography import (
    BADGE,
    FRAME_GAP,
    HOLLOW,
    IDLE,
    LEGIBLE,
    Drawing,
    Label,
    Mark,
    Pane,
)
from dashboard.exports.svg import FONT, painted, safe, text_of
from dashboard.french import SPACE
from dashboard.palette import AWAY, COAST, GRID, INK, LAND, MISSING, PAPER, SEA, SOFT
from dashboard.panel import Plot

# Marks keep their colour on dark paper, and so does what stands on them: plain texts, not roles.
IDLE_FILL, ON_DARK, ON_LIGHT = str(palette.IDLE), str(PAPER), str(palette.MAP_INK)
LINE = 1.3  # of a row of a legend, in parts of the size of type


def map_(plot: Plot, width: float, height: float, font_px: float = 12) -> str:
    """The map with its legend as SVG, width × height pixels, its type of font_px or larger."""
    scale = min(width / geography.SCREEN[0], height / geography.SCREEN[1])
    if plot.legend.signs:  # their letters are to be read too
        scale = max(scale, min(font_px / 13, 1.5 * scale))
    legend = _Legend(plot, scale, font_px)
    below = legend.height + font_px * 0.6
    wide = width / height >= 2 or below > height * 0.55
    if wide:
        drawing = geography.draw(plot, width - legend.width - font_px, height, scale)
    else:
        drawing = geography.draw(plot, width, height, scale, below=below)
        if len(drawing.panes) == 1:
            wide, drawing = (
                True,
                geography.draw(plot, width - legend.width - font_px, height, scale),
            )
    if wide:
        x, y = width - legend.width, 0.0
    else:
        x, y = drawing.panes[1].x, drawing.panes[1].height + font_px * 0.6
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}"'
        f' viewBox="0 0 {_n(width)} {_n(height)}" font-family="{FONT}" font-size="{_n(font_px)}" fill="none">'
    ]
    parts += [_pane(drawing, i, pane, font_px) for i, pane in enumerate(drawing.panes)]
    parts += [_mark(m, drawing.scale) for m in drawing.marks]
    parts += [_label(one, font_px) for one in geography.labels(drawing, font_px)]
    return "".join([*parts, legend.draw(x, y), "</svg>"])


def _pane(drawing: Drawing, i: int, pane: Pane, font_px: float) -> str:
    k = drawing.scale
    shapes = [
        f'<rect x="{_n(pane.x)}" y="{_n(pane.y)}" width="{_n(pane.width)}" height="{_n(pane.height)}" rx="{_n(4 * k)}"'
        f" {painted(SEA, GRID)}/>"
    ]
    mine = [o for o in drawing.outlines if o.pane == i]
    # Land once wide and dark below, then each department: what is left of the first is the coast.
    coast = "".join(_path(o.rings) for o in mine)
    shapes.append(
        f'<path d="{coast}" {painted(stroke=COAST)} stroke-width="{_n(2.6 * k)}" stroke-linejoin="round"/>'
    )
    shapes += (
        f'<path d="{_path(o.rings)}" {painted(AWAY if o.away else LAND, PAPER)} stroke-width="{_n(k)}"'
        f' stroke-linejoin="round"><title>{safe(o.name)}</title></path>'
        for o in mine
    )
    if i == 0 and drawing.inset:
        x, y, w, h = drawing.inset
        shapes.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" {painted(stroke=MISSING)}'
            f' stroke-dasharray="{_n(4 * k)} {_n(3 * k)}"/>'
        )
    return "".join(shapes) + _label(
        Label(pane.title, pane.x + font_px * 0.5, pane.y + font_px * 0.3, 0, 0, i),
        font_px,
        weight="600",
    )


def _path(rings: Iterable[Sequence[tuple[float, float]]]) -> str:
    """Rings as relative lines on a grid of a tenth: short, and no error adds up."""
    text = []
    for ring in rings:
        places = [(round(x * 10), round(y * 10)) for x, y in ring]
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(places, places[1:], strict=False)]
        text.append(
            f"M{places[0][0] / 10:g},{places[0][1] / 10:g}l"
            + " ".join(f"{dx / 10:g},{dy / 10:g}" for dx, dy in steps if dx or dy)
            + "z"
        )
    return "".join(text)


def _mark(m: Mark, k: float) -> str:
    size = m.radius * (geography.DIAMOND if m.kind == "GSRU" else 1)
    title = "\n".join([m.name, *m.words])
    return f'<g transform="translate({_n(m.x)},{_n(m.y)})"><title>{safe(title)}</title>{_sign(m, size, k)}</g>'


def _sign(m: Mark, size: float, k: float) -> str:
    """A mark with its middle at 0, 0: frame under it, letter and badge over it."""
    fill = _colour(m.fill) or IDLE_FILL
    parts = []
    if m.frame:
        parts.append(
            _shape(
                m.frame, size + FRAME_GAP * k, f'{painted(PAPER, INK)} stroke-width="{_n(2.2 * k)}"'
            )
        )
    if m.missing:
        parts.append(
            _shape(
                m.kind,
                m.radius,
                f'{painted(PAPER, MISSING)} fill-opacity=".65" stroke-width="{_n(1.6 * k)}"'
                f' stroke-dasharray="{_n(2.6 * k)} {_n(2.2 * k)}"',
            )
        )
    else:
        parts.append(
            _shape(
                m.kind,
                m.radius,
                f'{painted(fill, INK)} fill-opacity="{"1" if m.letter or m.frame else ".92"}"'
                f' stroke-width="{_n(k)}"',
            )
        )
    if m.letter:
        px = min(17, max(13, m.radius / k * 1.25)) * (1.3 if m.letter in "!+" else 1) * k
        ink = INK if m.missing else _readable(fill)
        parts.append(
            f'<text y="{_n(px * 0.355)}" font-size="{_n(px)}" font-weight="700" text-anchor="middle" {painted(ink)}>'
            f"{safe(m.letter)}</text>"
        )
    if m.badge in TICKS:
        at = (size + FRAME_GAP * k if m.frame else size) * 0.85
        parts.append(_badge(m.badge, at, at, k))
    return "".join(parts)


TICKS = {
    "✓": "M-3.6,.3l2.5,2.8 4.7,-5.8",
    "✗": "M-3,-3l6,6M3,-3l-6,6",
    "≈": "M-4,-1.4q2,-2.8 4,-.4t4,-.4M-4,2.8q2,-2.8 4,-.4t4,-.4",
}


def _badge(badge: str, x: float, y: float, k: float) -> str:
    return (
        f'<g transform="translate({_n(x)},{_n(y)}) scale({k:.2f})"><circle r="{BADGE}" {painted(ON_DARK, ON_LIGHT)}'
        f' stroke-width="1.2"/><path d="{TICKS[badge]}" {painted(stroke=ON_LIGHT)} stroke-width="2"'
        ' stroke-linecap="round"/></g>'
    )


def _shape(kind: str, r: float, look: str) -> str:
    """Circle unless it is named otherwise: a diamond of the same area for a GSRU, a square or a hexagon around a circle."""
    if kind == "GSRU":
        d = r * geography.DIAMOND
        return f'<path d="M0,{_n(-d)}L{_n(d)},0 0,{_n(d)} {_n(-d)},0z" {look}/>'
    if kind == "square":
        return f'<path d="M{_n(-r)},{_n(-r)}h{_n(2 * r)}v{_n(2 * r)}h{_n(-2 * r)}z" {look}/>'
    if kind == "hexagon":
        a = r / math.sqrt(3)
        corners = ((-a, -r), (a, -r), (2 * a, 0), (a, r), (-a, r))
        return f'<path d="M{_n(-2 * a)},0L{" ".join(f"{_n(x)},{_n(y)}" for x, y in corners)}z" {look}/>'
    return f'<circle r="{_n(r)}" {look}/>'


def _label(one: Label, font_px: float, weight: str = "400") -> str:
    x = one.x + one.width * {"start": 0, "middle": 0.5, "end": 1}[one.anchor]
    return (
        f'<text x="{_n(x)}" y="{_n(one.y + font_px * 0.95)}" text-anchor="{one.anchor}" font-weight="{weight}"'
        f' {painted(INK, PAPER)} stroke-width="{_n(font_px / 5)}" stroke-linejoin="round" paint-order="stroke">'
        f"{safe(one.text)}</text>"
    )


def _text(x: float, y: float, text: str, colour: str, weight: str = "", anchor: str = "") -> str:
    more = (f' font-weight="{weight}"' if weight else "") + (
        f' text-anchor="{anchor}"' if anchor else ""
    )
    return f'<text x="{_n(x)}" y="{_n(y)}" {painted(colour)}{more}>{safe(text)}</text>'


class _Legend:
    """The legend as rows: (drawing of the sample or "", its height, words, count or "", weight)."""

    def __init__(self, plot: Plot, k: float, font_px: float) -> None:
        self.k, self.font = k, font_px
        given, line = plot.legend, font_px * LINE
        # A sample is as large as type and the map's marks ask.
        self.column = max(
            [
                34 * k if given.signs else 20 * k,
                font_px * 1.3,
                *(2.1 * one["radius"] * k for one in given.sizes),
            ]
        )
        self.width = max(self.column + font_px * 14, font_px * 18.5)
        self.rows: list[tuple[str, float, str, str, str]] = []
        self._add("", 0, given.title, "", "600")
        for one in given.classes:
            look = (
                f'{painted(_colour(one["colour"]) or IDLE_FILL, INK)} stroke-width="{_n(0.8 * k)}"'
            )
            self._add(_shape("CCSP", 6.5 * k, look), line, one["label"], one.get("count"))
        for one in given.signs:
            self._add(
                self._sign_sample(one),
                30 * k if one.get("frame") else 22 * k,
                one["label"],
                one.get("count"),
            )
        if given.missing is not None:
            self._add(
                self._hollow(IDLE + 0.5),
                line,
                f"pas de données ({given.missing})",
                "",
            )
        outline = f'{painted(stroke=SOFT)} stroke-width="{_n(1.2 * k)}"'
        for kind in ("CCSP", "GSRU"):
            self._add(_shape(kind, 5.5 * k, outline), line, kind, "")
        for one in given.sizes:
            r = one["radius"] * k
            self._add(
                _shape("CCSP", r, outline),
                2 * r + 3 * k,
                f"{one['label']} {given.size_text}".strip(),
                "",
            )
        if given.sizes and _enlarged(plot):
            self._add("", 0, "Les plus petites marques sont agrandies.", "")
        self._add(
            "",
            0,
            " · ".join(
                ["Limites indicatives", "Natural Earth", *([given.credit] if given.credit else [])]
            ),
            "",
        )

    def _add(self, sample: str, tall: float, words: str, count: object, weight: str = "") -> None:
        room = (
            self.width
            - (self.column + self.font * 0.5 if sample else 0)
            - (self.font * 2.2 if count not in ("", None) else 0)
        )
        lines = _wrapped(words, room / (self.font * 0.5))
        for i, text in enumerate(lines):
            least = max(tall, self.font * LINE) if i == 0 else self.font * LINE
            self.rows.append(
                (
                    sample if i == 0 else "",
                    least,
                    text,
                    str(count) if i == 0 and count is not None else "",
                    weight if not sample else "in" if i else "",
                )
            )

    @property
    def height(self) -> float:
        """Of all rows."""
        return sum(row[1] for row in self.rows)

    def draw(self, x: float, y: float) -> str:
        """The legend, its corner there."""
        parts, indent = [], self.column + self.font * 0.5
        for sample, tall, words, count, weight in self.rows:
            middle, base = y + tall / 2, y + tall / 2 + self.font * 0.34
            if sample:
                parts.append(
                    f'<g transform="translate({_n(x + self.column / 2)},{_n(middle)})">{sample}</g>'
                )
            parts.append(
                _text(
                    x + (indent if sample or weight == "in" else 0),
                    base,
                    words,
                    INK if weight == "600" else SOFT,
                    "600" if weight == "600" else "",
                )
            )
            if count:
                parts.append(_text(x + self.width, base, count, INK, anchor="end"))
            y += tall
        return "".join(parts)

    def _hollow(self, r: float) -> str:
        k = self.k
        dashes = f'stroke-dasharray="{_n(2.6 * k)} {_n(2.2 * k)}"'
        return _shape(
            "CCSP", r * k, f'{painted(stroke=MISSING)} stroke-width="{_n(1.5 * k)}" {dashes}'
        )

    def _sign_sample(self, one: dict[str, Any]) -> str:
        if not _colour(one.get("colour")):
            return (
                _badge(one["badge"], 0, 0, self.k)
                if one.get("badge") in TICKS
                else self._hollow(HOLLOW)
            )
        mark = Mark(
            0,
            0,
            8.5 * self.k,
            one["colour"],
            False,
            "CCSP",
            one.get("letter") or "",
            one.get("frame"),
            one.get("badge"),
            "",
            "",
            0,
        )
        return _sign(mark, mark.radius, self.k)


def _enlarged(plot: Plot) -> bool:
    return any(
        m.get("sign") and not m.get("missing") and (m.get("radius") or 0) < LEGIBLE
        for m in plot.marks
    )


def _wrapped(words: str, most: float) -> list[str]:
    """Lines of about so many letters at most; a longer word is cut."""
    lines, line = [], ""
    for whole in text_of(words)[:200].replace(SPACE, " ").split():
        word = whole if len(whole) <= most else f"{whole[: int(most) - 1]}…"
        if line and len(line) + 1 + len(word) > most:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line] if line else lines


def _readable(fill: str) -> str:
    """White or dark, whichever stands out more on it."""
    return max(ON_DARK, ON_LIGHT, key=lambda ink: palette.contrast(ink, fill))


def _colour(text: object) -> str | None:
    """A colour from data, only as #rgb or #rrggbb: anything else might ask for something. As a plain text, it is the same on
    dark paper, where the letter on it keeps its own too."""
    return (
        str(text)
        if isinstance(text, str) and re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text)
        else None
    )


def _n(x: float) -> str:
    return f"{round(x, 1):g}"
