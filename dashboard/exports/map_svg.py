"""A map with its legend as SVG: outlines, sites with their signs, names."""

from collections.abc import Iterable, Sequence
from typing import Any

from dashboard.exports import map_geometry
from dashboard.exports.map_geometry import Drawing, Mark, Pane
from dashboard.exports.map_labels import Label, Line, largest_labels
from dashboard.exports.map_marks import (
    draw_frame,
    draw_mark,
    draw_shape,
    num,
    row_sample,
    sample_mark,
)
from dashboard.exports.svg import FONT, escape_markup, paint_attributes, printable_text
from dashboard.palette import AWAY, COAST, GRID, INK, LAND, MISSING, PAPER, SEA, SOFT
from dashboard.panel import MOST_NAMED, Plot

LINE = 1.3  # of a row of a legend, in parts of the size of type
BESIDE = 18  # letters of what sizes mean, in a line beside them


def map_(plot: Plot, width: float, height: float, font_px: float = 12) -> str:
    """The map with its legend as SVG, width × height pixels, its type of font_px or larger."""
    scale = min(width / map_geometry.SCREEN[0], height / map_geometry.SCREEN[1])
    if any(row.get("sign") for row in plot.legend.rows):  # their letters are to be read too
        scale = max(scale, min(font_px / 13, 1.3 * scale))
    legend = _Legend(plot, scale, font_px)
    if (
        legend.height > height
    ):  # large type, to be read from afar, keeps its size: rows closer together, kinds and sizes side by side
        legend = _Legend(plot, scale, font_px, tight=True)
    if legend.height > height:
        legend = _Legend(plot, scale, font_px * max(height / legend.height * 0.97, 0.5), tight=True)
    aside = font_px * 11
    beside = map_geometry.draw(
        plot, width - legend.width - font_px, height, scale, names_width=aside
    )
    drawing, x, y = beside, width - legend.width, 0.0
    # The legend stands beside the panes, or under the south where that leaves the south larger.
    below = legend.height + font_px * 0.6
    if len(beside.panes) == 2 and below < height * 0.7:
        under = map_geometry.draw(
            plot,
            width,
            height,
            scale,
            kept_below=below,
            least_width=legend.width,
            names_width=aside,
        )
        if _southern_side(under) > _southern_side(beside):
            drawing, x, y = under, under.panes[1].x, under.panes[1].height + font_px * 0.6
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{num(width)}" height="{num(height)}"'
        f' viewBox="0 0 {num(width)} {num(height)}" font-family="{FONT}" font-size="{num(font_px)}" fill="none">'
    ]
    parts += [_pane(drawing, i, pane, font_px) for i, pane in enumerate(drawing.panes)]
    names, size = largest_labels(drawing, font_px)
    legend = legend.of_named(len(names))
    parts += [_line(one.line, font_px) for one in names if one.line]
    parts += [
        _placed_at(m, draw_frame(m, drawing.scale))
        for m in drawing.marks
        if m.frame or m.silent_words
    ]
    parts += [_mark(m, drawing.scale) for m in drawing.marks]
    parts += [_label(one, size) for one in names]
    return "".join([*parts, legend.draw(x, y), "</svg>"])


def _southern_side(drawing: Drawing) -> float:
    """The lesser side of the southern pane."""
    return min(drawing.panes[1].width, drawing.panes[1].height)


def _pane(drawing: Drawing, i: int, pane: Pane, font_px: float) -> str:
    k = drawing.scale
    shapes = [
        f'<rect x="{num(pane.x)}" y="{num(pane.y)}" width="{num(pane.width)}" height="{num(pane.height)}"'
        f' rx="{num(4 * k)}" {paint_attributes(SEA, GRID)}/>'
    ]
    mine = [o for o in drawing.outlines if o.pane == i]
    # The country once with a wide dark line, then each department over it: what is left of that line is the coast.
    coast = "".join(_path(o.rings) for o in mine)
    shapes.append(
        f'<path d="{coast}" {paint_attributes(stroke=COAST)} stroke-width="{num(2.6 * k)}" stroke-linejoin="round"/>'
    )
    shapes += (
        f'<path d="{_path(o.rings)}" {paint_attributes(AWAY if o.is_outside else LAND, PAPER)} stroke-width="{num(k)}"'
        f' stroke-linejoin="round"><title>{escape_markup(o.name)}</title></path>'
        for o in mine
    )
    if i == 0 and drawing.inset:
        x, y, w, h = drawing.inset
        shapes.append(
            f'<rect x="{num(x)}" y="{num(y)}" width="{num(w)}" height="{num(h)}" {paint_attributes(stroke=MISSING)}'
            f' stroke-dasharray="{num(4 * k)} {num(3 * k)}"/>'
        )
    x, y = pane.title_at(font_px * 1.8)
    return "".join(shapes) + _label(
        Label(pane.title, x + font_px * 0.5, y + font_px * 0.3, 0, 0, i),
        font_px,
        weight="600",
    )


def _path(rings: Iterable[Sequence[tuple[float, float]]]) -> str:
    """Rings as the path data of relative lines on a grid of a tenth: short, and no error adds up."""
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
    title = "\n".join([m.name, *m.words])
    return _placed_at(m, f"<title>{escape_markup(title)}</title>{draw_shape(m, k)}")


def _placed_at(m: Mark, what: str) -> str:
    """Markup moved to a mark's place."""
    return f'<g transform="translate({num(m.x)},{num(m.y)})">{what}</g>'


def _line(line: Line, font_px: float) -> str:
    """The line from a mark to a name further away."""
    x1, y1, x2, y2 = map(num, line)
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {paint_attributes(stroke=SOFT)} stroke-width="{num(font_px / 14)}"/>'


def _label(one: Label, font_px: float, weight: str = "400") -> str:
    x = one.x + one.width * {"start": 0, "middle": 0.5, "end": 1}[one.anchor]
    halo = f'{paint_attributes(INK, PAPER)} stroke-width="{num(font_px / 5)}" stroke-linejoin="round" paint-order="stroke"'
    parts = []
    for i, words in enumerate((one.text, one.silent_words) if one.silent_words else (one.text,)):
        look = ' font-style="italic"' if i else f' font-weight="{weight}"'
        parts.append(
            f'<text x="{num(x)}" y="{num(one.y + font_px * (0.95 + 1.2 * i))}" font-size="{num(font_px)}"'
            f' text-anchor="{one.anchor}"{look} {halo}>'
            f"{escape_markup(words)}</text>"
        )
    return "".join(parts)


def _text(x: float, y: float, text: str, colour: str, weight: str = "", anchor: str = "") -> str:
    more = (f' font-weight="{weight}"' if weight else "") + (
        f' text-anchor="{anchor}"' if anchor else ""
    )
    return f'<text x="{num(x)}" y="{num(y)}" {paint_attributes(colour)}{more}>{escape_markup(text)}</text>'


class _Legend:
    """The legend as rows: (drawing of the sample or "", its height, words, count or "", weight)."""

    def __init__(
        self,
        plot: Plot,
        k: float,
        font_px: float,
        *,
        tight: bool = False,
        named: int = MOST_NAMED,
    ) -> None:
        self.plot, self.k, self.font, self.tight = plot, k, font_px, tight
        self.letter = font_px * (0.44 if tight else 0.5)  # an even letter is about so wide
        self.line = font_px * (1.03 if tight else LINE)
        given = plot.legend
        self.column = max(30 * k, font_px * 1.3)
        self.width = self.column + font_px * (14 if tight else 17)
        self.rows: list[tuple[str, float, str, str, str]] = []
        self._add("", 0, given.title, "", "600")
        for row in (*given.rows, *(() if tight else given.kinds)):
            self._add(*row_sample(row, k * (0.86 if tight else 1)), row["label"], row.get("count"))
        if tight and given.kinds:
            self._add(self._kinds(given.kinds), 0, "", "")
        self._add("", 0, given.note, "")
        self._add("", 0, given.naming_words(named, len(plot.marks)), "")
        beside = given.size_text if tight and given.sizes else ""
        self._add("", 0, "" if beside else given.size_text, "")
        if given.sizes:
            tall = 2.1 * max(row["radius"] for row in given.sizes) * k
            high = 0.75 * len(_wrap(beside, BESIDE)) * font_px
            self._add(self._sizes(given.sizes, beside), max(tall, high), "", "")
        self._add("", 0, given.sources, "")

    def of_named(self, named: int) -> "_Legend":
        """The same, where so many sites have got a name: how many is known once the legend's room is."""
        return _Legend(self.plot, self.k, self.font, tight=self.tight, named=named)

    def _add(self, sample: str, tall: float, words: str, count: object, weight: str = "") -> None:
        room = (
            self.width
            - (self.column + self.font * 0.5 if sample else 0)
            - (self.font * 2.2 if count not in ("", None) else 0)
        )
        lines = _wrap(words, room / self.letter) or [""] * bool(sample)
        for i, text in enumerate(lines):
            least = max(tall, self.line) if i == 0 else self.line
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
        """The height of all rows."""
        return sum(row[1] for row in self.rows)

    def draw(self, x: float, y: float) -> str:
        """The legend as markup, its corner at x, y."""
        parts, indent = [], self.column + self.font * 0.5
        for before, tall, words, count, weight in self.rows:
            middle, base = y + tall / 2, y + tall / 2 + self.font * 0.34
            if before:
                parts.append(
                    f'<g transform="translate({num(x + self.column / 2)},{num(middle)})">{before}</g>'
                )
            parts.append(
                _text(
                    x + (indent if before or weight == "in" else 0),
                    base,
                    words,
                    INK if weight == "600" else SOFT,
                    "600" if weight == "600" else "",
                )
            )
            if count:
                parts.append(_text(x + self.width, base, count, INK, anchor="end"))
            y += tall
        return f'<g font-size="{num(self.font)}">{"".join(parts)}</g>'

    def _kinds(self, rows: Iterable[dict[str, Any]]) -> str:
        """The kinds of sites side by side, each by the letters that stand for it."""
        parts: list[str] = []
        x = 0.0
        for row in rows:
            parts.append(f'<g transform="translate({num(x)},0)">{row_sample(row, self.k)[0]}</g>')
            parts.append(
                _text(x + self.column / 2 + self.font * 0.5, self.font * 0.34, row["kind"], SOFT)
            )
            x += self.column + self.font * 4
        return "".join(parts)

    def _sizes(self, rows: Iterable[dict[str, Any]], words: str = "") -> str:
        """Samples of the marks' sizes side by side, the first in the middle of the column of samples, or beside the words."""
        lines = _wrap(words, BESIDE)
        parts = [
            _text(-self.column / 2, self.font * (0.34 + i - (len(lines) - 1) / 2), line, SOFT)
            for i, line in enumerate(lines)
        ]
        x = self.font * 0.5 * max(map(len, lines), default=0)
        for row in rows:
            mark = sample_mark(row, self.k)
            x += mark.radius if parts else 0
            parts.append(f'<g transform="translate({num(x)},0)">{draw_mark(mark, self.k)}</g>')
            x += mark.radius + self.font * 0.4
            parts.append(_text(x, self.font * 0.34, row["label"], SOFT))
            x += self.font * (0.6 * len(row["label"]) + 0.8)
        return "".join(parts)


def _wrap(words: str, most: float) -> list[str]:
    """Lines of about so many letters at most and as even as can be; a longer word is cut."""
    cut = [
        word if len(word) <= most else f"{word[: int(most) - 1]}…"
        for word in printable_text(words)[:200].split(" ")
        if word
    ]
    # The narrowest that takes no more lines, and cuts no word.
    lines, least = _fill_lines(cut, most), max(map(len, cut), default=0)
    widths = range(least, int(most))
    return next((even for w in widths if len(even := _fill_lines(cut, w)) == len(lines)), lines)


def _fill_lines(words: Iterable[str], most: float) -> list[str]:
    """Lines of words, each as full as it can be."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
