"""A deck as a PDF on A4 paper, set by Typst from a template (`dossier.typ`) that reads it as data.

The same deck gives the same bytes: its date is the last day of the data, and no typeface of the machine is used.
"""

import json
import re
import subprocess
import textwrap
from contextlib import suppress
from datetime import UTC, datetime, time
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from dashboard import limited_process, palette
from dashboard.exports import ExportFailed, map_svg, svg
from dashboard.exports.html import (
    IN_WORKBOOK,
    MAP_HEIGHT,
    PAPER_ROWS,
    TRUST,
    definition_text,
    indicators,
    rest_in_words,
)
from dashboard.exports.svg import FACES, printable_text
from dashboard.one_run_at_a_time import release_while_waiting, yield_to_others
from dashboard.palette import ALERT, CHANGE, IMPROVEMENT, SOFT
from dashboard.panel import Card, Chart, Deck, Lines, Message, Panel, Plot, Slide, Table
from dashboard.wording import DEMO

Part = dict[str, Any]  # of what the template reads
TEMPLATE = Path(__file__).with_name("dossier.typ")
CHILD = Path(__file__).with_name("pdf_child.py")
# What setting a PDF may cost. The national review takes 130 MB and a second, a table of 5,000 rows ten times that. A browser
# waits three minutes for a file.
# SECONDS: without computing anything.
MEMORY_BYTES, CPU_SECONDS, SECONDS = 2_000_000_000, 60, 30
# Each child computes in one thread, which is as quick as several: two of them fill two cores, and others queue.
SLOTS, PATIENCE, ALONE = BoundedSemaphore(2), 60, {"RAYON_NUM_THREADS": "1"}
AGAIN = "Réessayez dans une minute."
FEWER = "Réessayez, ou retirez-en des diapositives."
WIDTH, FONT_PX = 660, 12  # of a figure, which is then set as wide as the text: type of 9 points
TALL = 900  # px: what a page holds beside the headline
TONES = {"improvement": IMPROVEMENT.text, "alert": ALERT.text, "neutral": CHANGE.text}
SHORT = 8  # letters of a heading that are worth no second line
LONG, MOST = 30, 60  # letters of a cell that may take several lines, most that widen its column
SIZES = ((7, 8.5), (11, 7.5), (99, 6.5))  # points of a table's type by its number of columns
LONGEST = 1500  # letters of a text: more than any that the screens take
WORD = 36  # letters after which a word may be cut


def pdf(deck: Deck) -> bytes:
    """The PDF of a deck: head, then headline, figure, caption, « Puis-je m'y fier ? », table and question of each
    slide, definitions. Raises ExportFailed."""
    pictures: dict[str, str] = {}
    told = {
        "title": _template_text(f"{deck.title} · {deck.scope} · {deck.period}"),
        "name": _template_text(deck.title),
        "head": [_template_text(line) for line in deck.head],
        "foot": _template_text(deck.foot),
        "demo": deck.demo,
        "logo": list(deck.logo),
        "issuer": _template_text(deck.issuer),
        "day": [deck.as_of.year, deck.as_of.month, deck.as_of.day] if deck.as_of else None,
        "slides": [_slide(s, n, pictures) for n, s in enumerate(deck.paper_slides, 1)],
        "definitions": [
            [_template_text(i.label), _template_text(definition_text(i))] for i in indicators(deck)
        ],
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
    made_on = (
        datetime.combine(deck.as_of, time(12), UTC)
        if deck.as_of
        else datetime.fromtimestamp(0, UTC)
    )
    asked = {
        "files": {
            "main.typ": TEMPLATE.read_text(encoding="utf-8"),
            "deck.json": json.dumps(told),
            **pictures,
        },
        "faces": str(FACES),
        "made_on": made_on.isoformat(),
    }
    with release_while_waiting():
        return _compile_in_child(asked)


def _compile_in_child(request: Part) -> bytes:
    """The PDF that `pdf_child.compile_pdf` makes of the request, in a process of its own. Raises ExportFailed."""
    if not SLOTS.acquire(timeout=PATIENCE):
        raise ExportFailed(f"Trop de PDF sont demandés à la fois. {AGAIN}", "no turn")
    try:
        process = limited_process.start_process(
            CHILD,
            stdin=subprocess.PIPE,
            memory_bytes=MEMORY_BYTES,
            cpu_seconds=CPU_SECONDS,
            environment=ALONE,
        )
        try:
            return _answer(process, json.dumps(request).encode())
        finally:
            limited_process.end(process)
    except OSError as error:
        raise ExportFailed(f"La machine n'a pas pu faire ce PDF. {AGAIN}", str(error)) from error
    finally:
        SLOTS.release()


def _answer(process: subprocess.Popen[bytes], request: bytes) -> bytes:
    """The output of the child for what it is asked. Raises where it takes too long."""
    assert process.stdin is not None and process.stdout is not None  # pipes were asked for
    with limited_process.end_when_stuck(SECONDS, process) as stuck:
        with suppress(BrokenPipeError):  # it ended before it had read all: why is seen below
            process.stdin.write(request + b"\n")
            process.stdin.flush()
        written = process.stdout.read()
        code = process.wait()
    if code == 0:
        return written
    if stuck.is_set() or limited_process.used_its_time(process):
        raise ExportFailed(f"La mise en page de ce PDF prend trop de temps. {FEWER}", "time")
    said = written[:500].decode(errors="replace")
    raise ExportFailed(f"Le PDF n'a pas pu être fait. {FEWER}", f"code {code} {said}".strip())


def _template_text(text: str) -> str:
    """The text for the template: cut where it would fill pages, and endless words may be broken."""
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return re.sub(
        rf"\S{{{WORD}}}(?=\S)", lambda m: f"{m[0]}\u200b", printable_text(text).replace("\t", " ")
    )


def _slide(slide: Slide, number: int, pictures: dict[str, str]) -> Part:
    yield_to_others()
    panel, content = slide.panel, slide.panel.content
    drawn = _picture(panel)
    if drawn:
        pictures[f"{number}.svg"] = drawn
    return {
        "headline": _template_text(slide.headline),
        "picture": f"{number}.svg" if drawn else None,
        "alt": _template_text(panel.alt or panel.title),
        "message": _template_text(content.text) if isinstance(content, Message) else "",
        "cards": [_card(c) for c in panel.cards],
        "lines": [_template_text(line) for line in content.lines]
        if isinstance(content, Lines)
        else [],
        "caption": _template_text(slide.caption),
        "strip": _template_text(panel.trust_line),
        "question": _template_text(slide.question),
        # Where there is no result, a table of missing values would add nothing.
        "table": None
        if panel.table.is_empty or isinstance(content, Message)
        else _table(panel.table.without_empty_columns, panel.title),
        "empty": bool(panel.table.columns) and panel.table.is_empty,
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
        "label": _template_text(card.label),
        "text": _template_text(card.text),
        "base": _template_text(card.base),
        "state": _template_text(card.state),
        "colour": TONES.get(card.tone, SOFT),
    }


def _table(table: Table, title: str) -> Part:
    rows = [[_template_text(cell.text) for cell in row] for row in table.rows[:PAPER_ROWS]]
    longest = [max(map(len, texts)) for texts in zip(*rows, strict=True)]
    return {
        "title": _template_text(title),
        "columns": [_heading(c.name, n) for c, n in zip(table.columns, longest, strict=True)],
        "rows": rows,
        "rest": rest_in_words(len(rows), len(table.rows), IN_WORKBOOK)
        if len(rows) < len(table.rows)
        else "",
        "numeric": [c.unit not in ("", "day") for c in table.columns],
        "long": [_sentence_share(n) for n in longest],
        "size": next(size for most, size in SIZES if len(table.columns) <= most),
    }


def _sentence_share(cell: int) -> int:
    """The part of the width of a column of sentences where not all fits on the page; 0 of one that keeps its own
    width."""
    return min(LONG + (cell - LONG) // 3, MOST) if cell > LONG else 0


def _heading(name: str, cell: int) -> list[str]:
    """The lines of a heading: no wider than the longest cell asks for, or two of about the same length."""
    width = max(cell, len(name) // 2 + 1, SHORT)
    return textwrap.wrap(_template_text(name), width, break_long_words=False) or [""]
