"""A deck as a PDF on A4 paper, set by Typst from a template (`dossier.typ`) that reads it as data.

The same deck gives the same bytes: its day is the last day of the data, and no typeface of the machine is used.
"""

import json
import re
import shutil
import tempfile
import textwrap
from datetime import UTC, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from dashboard import palette
from dashboard.exports import map_svg, svg
from dashboard.exports.html import MAP_HEIGHT, TRUST, definition, indicators
from dashboard.exports.svg import FONTS, text_of
from dashboard.palette import ALERT, CHANGE, IMPROVEMENT, SOFT
from dashboard.panel import Card, Chart, Deck, Lines, Message, Panel, Plot, Slide, Table
from dashboard.wording import DEMO

Part = dict[str, Any]  # of what the template reads
TEMPLATE = Path(__file__).with_name("dossier.typ")
FACES = ("Regular", "It", "Semibold", "Bold")
EACH_FACE = b"""#set text(font: "Source Sans Pro")
a #emph[a] #text(weight: 600)[a] #text(weight: 700)[a]"""
WIDTH, FONT_PX = 660, 12  # of a figure, which is then set as wide as the text: type of 9 points
TALL = 900  # px: what a page holds beside the headline
TONES = {"improvement": IMPROVEMENT.words, "alert": ALERT.words, "neutral": CHANGE.words}
SHORT = 8  # letters of a heading that are worth no second line
LONG, MOST = 30, 60  # letters of a cell that may take several lines, most that widen its column
SIZES = ((7, 8.5), (11, 7.5), (99, 6.5))  # points of a table's type by its number of columns
LONGEST = 1500  # letters of a text: more than any that the screens take
WORD = 36  # letters after which a word may be cut


def pdf(deck: Deck) -> bytes:
    """The deck: head, then headline, figure, caption, « Puis-je m'y fier ? », table and question of each slide, definitions."""
    pictures: dict[str, bytes] = {}
    told = {
        "title": _said(f"{deck.title} · {deck.scope} · {deck.period}"),
        "name": _said(deck.title),
        "head": [_said(line) for line in deck.head],
        "foot": _said(deck.foot),
        "demo": deck.demo,
        "logo": list(deck.logo),
        "issuer": _said(deck.issuer),
        "day": [deck.as_of.year, deck.as_of.month, deck.as_of.day] if deck.as_of else None,
        "slides": [_slide(s, n, pictures) for n, s in enumerate(deck.parts, 1)],
        "definitions": [[_said(i.label), _said(definition(i))] for i in indicators(deck)],
        "colours": {
            "ink": palette.INK,
            "soft": SOFT,
            "main": palette.MAIN,
            "rule": palette.GRID,
            "ground": palette.CARD,
            "notice": palette.NOTICE,
            "on_notice": palette.ON_NOTICE,
        },
        "words": {
            "page": "page",
            "demo": DEMO,
            "trust": TRUST,
            "empty": "Aucune ligne.",
            "definitions": "Définitions",
        },
    }
    files = {"main.typ": TEMPLATE.read_bytes(), "deck.json": json.dumps(told).encode(), **pictures}
    made_on = (
        datetime.combine(deck.as_of, time(12), UTC)
        if deck.as_of
        else datetime.fromtimestamp(0, UTC)
    )
    written: bytes = typst.compile(  # type: ignore[call-overload]  # its stubs know no files by name
        files, font_paths=_fonts(), ignore_system_fonts=True, timestamp=made_on
    )
    return written


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    # The package's folder holds each face twice, and Typst, which reads whole folders, takes the one that the disk names
    # first: the faces are copied to a folder of their own. Typst opens a face when it is first used and keeps it: once all
    # are used nothing need stay on the disk, where a process that is killed would leave it.
    # Windows lets nobody delete what is open: there the folder stays, and PDFs are made all the same.
    with tempfile.TemporaryDirectory(prefix="ccsp-fonts-", ignore_cleanup_errors=True) as folder:
        for face in FACES:
            shutil.copyfile(FONTS / f"SourceSansPro-{face}.ttf", Path(folder) / f"{face}.ttf")
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder]
        )
        typst.compile({"main.typ": EACH_FACE}, font_paths=fonts, ignore_system_fonts=True)  # type: ignore[call-overload]
    return fonts


def _said(text: str) -> str:
    """The text for the template: its end is left out where it would fill pages, and endless words may be broken."""
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return re.sub(
        rf"\S{{{WORD}}}(?=\S)", lambda m: f"{m[0]}\u200b", text_of(text).replace("\t", " ")
    )


def _slide(slide: Slide, number: int, pictures: dict[str, bytes]) -> Part:
    panel, content = slide.panel, slide.panel.content
    drawn = _picture(panel)
    if drawn:
        pictures[f"{number}.svg"] = drawn.encode()
    return {
        "headline": _said(slide.headline),
        "picture": f"{number}.svg" if drawn else None,
        "alt": _said(panel.alt or panel.title),
        "message": _said(content.text) if isinstance(content, Message) else "",
        "cards": [_card(c) for c in panel.cards],
        "lines": [_said(line) for line in content.lines] if isinstance(content, Lines) else [],
        "caption": _said(slide.under),
        "strip": _said(panel.strip),
        "question": _said(slide.question),
        # Where nothing can be said, a table of what is missing says no more.
        "table": None
        if panel.table.empty or isinstance(content, Message)
        else _table(panel.table.filled, panel.title),
        "empty": bool(panel.table.columns) and panel.table.empty,
    }


def _picture(panel: Panel) -> str:
    match panel.content:
        case Chart(spec):
            return svg.chart(spec, WIDTH, None, FONT_PX, tallest=TALL)
        case Plot() as plot:
            return map_svg.map_(plot, WIDTH, MAP_HEIGHT, FONT_PX)
    return ""


def _card(card: Card) -> Part:
    return {
        "label": _said(card.label),
        "text": _said(card.text),
        "base": _said(card.base),
        "state": _said(card.state),
        "colour": TONES.get(card.tone, SOFT),
    }


def _table(table: Table, title: str) -> Part:
    rows = [[_said(cell.text) for cell in row] for row in table.rows]
    longest = [max(map(len, texts)) for texts in zip(*rows, strict=True)]
    return {
        "title": _said(title),
        "columns": [_heading(c.name, n) for c, n in zip(table.columns, longest, strict=True)],
        "rows": rows,
        "numeric": [c.unit not in ("", "day") for c in table.columns],
        "long": [_long(n) for n in longest],
        "size": next(size for most, size in SIZES if len(table.columns) <= most),
    }


def _long(cell: int) -> int:
    """The part of a column of sentences where not all fits on the page; 0 of one that keeps its own width."""
    return min(LONG + (cell - LONG) // 3, MOST) if cell > LONG else 0


def _heading(name: str, cell: int) -> list[str]:
    """A heading's lines: no wider than the longest cell asks for, or two of about the same length."""
    width = max(cell, len(name) // 2 + 1, SHORT)
    return textwrap.wrap(_said(name), width, break_long_words=False) or [""]
