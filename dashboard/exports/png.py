"""One panel as a picture: its finding, the chart or map, what to know beside it, and its filters and sources.

The same panel and words give the same bytes. Nothing is asked of a network.
"""

import re
import textwrap
from dataclasses import dataclass
from datetime import date
from typing import cast

from dashboard import french
from dashboard.exports import map_svg, svg
from dashboard.exports.svg import FONT, escape_markup, paint_attributes, printable_text
from dashboard.palette import INK, LINE, NOTICE, ON_NOTICE, PAPER, SOFT
from dashboard.panel import Chart, Panel, Plot
from dashboard.wording import DEMO

MEDIA = "image/png"
WIDTH, EDGE = 1000, 28  # px of the picture, and of the paper around what stands in it
SCALE = 1.8  # pixels of the file for one of these: sharp on a slide and on paper
MAP = 620  # height of a map
HEAD, WORD, FOOT = 22, 14, 13  # sizes of type
LETTER = 0.43  # width of a letter of Source Sans, in sizes of its type: more than most texts take
LEADING = 1.36
# Marks that Source Sans does not have, each before the name of its colour, which is enough: with them the whole line would be
# set in another typeface of the machine, or they would be missing.
FOREIGN = re.compile("[■●◆]\\s?")


@dataclass(frozen=True)
class About:
    """The context of a picture's figures. scope: the filters in force, in words; reporting: how many sites have
    reported; taken_by: who took it, and when."""

    scope: str
    reporting: str
    as_of: date | None
    demo: bool
    source: str = ""
    taken_by: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines under a picture: « de novembre 2025 à octobre 2026 · Zou », then the source, who reported and the
        date of the data."""
        known = f"données au {french.date_short(self.as_of)}" if self.as_of else "aucune donnée"
        return self.scope, " · ".join(
            p for p in (self.source, self.reporting, known, self.taken_by) if p
        )


def is_drawable(panel: Panel) -> bool:
    """Whether the panel has a chart or a map."""
    return isinstance(panel.content, Chart | Plot)


def png(panel: Panel, about: About) -> bytes:
    """The panel as a PNG. Raises ValueError where it has neither chart nor map."""
    return cast(bytes, svg.converter().svg_to_png(picture_svg(panel, about), scale=SCALE))


def picture_svg(panel: Panel, about: About) -> str:
    """The panel's picture as SVG. Raises ValueError where it has neither chart nor map."""
    picture, tall = _picture(panel)
    scope, source = about.lines
    paper = _Paper()
    if about.demo:
        paper.parts.append(f'<rect width="{WIDTH}" height="30" {paint_attributes(NOTICE)}/>')
        paper.y = 20 - FOOT
        paper.write(DEMO, FOOT, ON_NOTICE, "600")
        paper.y = 30 + EDGE
    paper.write(panel.finding or panel.title, HEAD, INK, "600")
    named = panel.title if panel.finding else ""
    paper.write(" · ".join(p for p in (named, scope) if p), WORD, SOFT)
    paper.draw(f'<g transform="translate({EDGE},{paper.y + 8:g})">{picture}</g>', tall + 16)
    said = " ".join(filter(None, (panel.remark, panel.legend)))
    paper.write(said or panel.reading, WORD, SOFT)
    rule = f'<path d="M{EDGE},{paper.y + 6:g}h{WIDTH - 2 * EDGE}" {paint_attributes(stroke=LINE)}/>'
    paper.draw(rule, 12)
    paper.write(panel.trust_line, FOOT, SOFT)
    paper.write(source, FOOT, SOFT)
    tall = paper.y + EDGE / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{tall:g}" font-family="{FONT}">'
        f'<rect width="{WIDTH}" height="{tall:g}" {paint_attributes(PAPER)}/>{"".join(paper.parts)}</svg>'
    )


class _Paper:
    """The picture in the making: its markup, and its height so far."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = float(EDGE)

    def draw(self, markup: str, tall: float) -> None:
        """Add a drawing of this height."""
        self.parts.append(markup)
        self.y += tall

    def write(self, words: str, size: float, colour: str, weight: str = "") -> None:
        """Add words on as many lines as they need; nothing for ""."""
        room = int((WIDTH - 2 * EDGE) / (size * LETTER))
        look = f'font-size="{size}" {paint_attributes(colour)}' + (
            f' font-weight="{weight}"' if weight else ""
        )
        for line in textwrap.wrap(FOREIGN.sub("", printable_text(words)), room):
            self.parts.append(
                f'<text x="{EDGE}" y="{self.y + size:g}" {look}>{escape_markup(line)}</text>'
            )
            self.y += size * LEADING
        self.y += size * 0.2


def _picture(panel: Panel) -> tuple[str, float]:
    """The chart or map as SVG, no wider than the picture's room, and its height."""
    width = WIDTH - 2 * EDGE
    match panel.content:
        case Chart(spec):
            drawn = svg.chart(spec, width, None, WORD)
        case Plot() as plot:
            drawn = map_svg.map_(plot, width, MAP, WORD)
        case _:
            raise ValueError(f"nothing to draw in {panel.key}")
    wide, tall = (_size(drawn, name) for name in ("width", "height"))
    factor = min(1, width / wide)
    return f'<g transform="scale({factor:g})">{drawn}</g>', tall * factor


def _size(drawn: str, name: str) -> float:
    """A length of the drawing's root element."""
    found = re.search(rf'^<svg[^>]* {name}="([\d.]+)"', drawn)
    assert found, "a picture says how large it is"
    return float(found[1])
