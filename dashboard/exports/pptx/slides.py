"""One slide: its headline, what stands under it, the question, the footer and the speaker's notes."""

import io
import math
from collections.abc import Sequence
from dataclasses import replace

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.presentation import Presentation
from pptx.slide import Slide as Page
from pptx.util import Inches

from dashboard import french
from dashboard.charts import native
from dashboard.charts.style import Spec
from dashboard.exports.pptx.charts import draw_chart, events
from dashboard.exports.pptx.map import draw_map
from dashboard.exports.pptx.shapes import (
    BOTTOM,
    CENTRED,
    INNER,
    LEFT,
    Box,
    Run,
    add_text,
    draw_area,
    empty_element,
    set_alt_text,
    write,
)
from dashboard.exports.pptx.tables import draw_table
from dashboard.exports.pptx.text_fitting import (
    BODY,
    LARGE,
    SMALL,
    clean,
    cut,
    fit_text,
    text_height,
    text_width,
    wrap_text,
)
from dashboard.palette import (
    ALERT,
    CHANGE,
    GRID,
    IMPROVEMENT,
    INK,
    MAIN,
    NONE,
    ON_NOTICE,
    PAPER,
    SOFT,
    WASH,
)
from dashboard.panel import (
    Card,
    Cards,
    Chart,
    Deck,
    Lines,
    Listing,
    Message,
    Opening,
    Panel,
    Plot,
    Slide,
)

VALUES = (60, 54, 48, 44, 40, 36, 32, 28, LARGE, 20)  # sizes of a card's figure
TONES = {"improvement": (IMPROVEMENT, "▲ "), "alert": (ALERT, "■ "), "neutral": (CHANGE, "◆ ")}
FICTITIOUS = "DONNÉES FICTIVES"
S = french.SPACE


def write_slide(show: Presentation, deck: Deck, slide: Slide, number: int) -> None:
    """Add a slide of the deck, with its number, to the presentation."""
    opening = slide.panel.content if isinstance(slide.panel.content, Opening) else None
    made = show.slides.add_slide(show.slide_layouts[0 if opening else 1])
    title = made.shapes.title
    if opening:
        _opening(made, slide.headline, opening)
        if deck.logo:
            picture = made.shapes.add_picture(
                io.BytesIO(deck.logo), Inches(LEFT), Inches(0.5), height=Inches(1)
            )
            set_alt_text(picture, "Logo", clean(deck.issuer))
    else:
        text, size, lines = _headline(slide.headline)
        write(title.text_frame, Run(text, size, INK, True), anchor=MSO_ANCHOR.MIDDLE, spacing=0.95)
        head = Box(LEFT, 0.3, INNER, (0.8, 1.1, 1.24)[lines - 1])
        title.left, title.top, title.width, title.height = head.emu()
        made.shapes.turbo_add_enabled = True
        bottom = _question(made, slide.question) - 0.18 if slide.question else BOTTOM
        top = head.y + head.h + 0.12
        _body(made, slide, Box(LEFT, top, INNER, bottom - top))
    _foot(made, deck, number)
    _notes(made, slide)


def _headline(text: str) -> tuple[str, float, int]:
    """The headline's text, size and number of lines: on one line where it fits, else on two; a longer one is small,
    and cut after three."""
    for lines, sizes in ((1, (30, 28, 26)), (2, (30, 28, 26, LARGE)), (3, (LARGE,))):
        for size in sizes:
            if len(text) < 400 and len(wrap_text(text, INNER - 0.1, size, True)) <= lines:
                return text, size, lines
    return cut(text, 3, INNER - 0.1, LARGE, True), LARGE, 3


def _opening(page: Page, headline: str, opening: Opening) -> None:
    room = INNER - 0.9
    text, size = fit_text(headline, room, 1.9, (48, 40, 32, LARGE), bold=True)
    write(page.shapes.title.text_frame, Run(text, size, PAPER, True), anchor=MSO_ANCHOR.BOTTOM)
    scope, *others = opening.lines
    write(
        page.placeholders[1].text_frame,
        Run(cut(scope, 1, room, 28, True), 28, MAIN, True),
        *(Run(cut(line, 1, room, 20), 20) for line in others[:6]),
        after=6,
    )


def _body(page: Page, slide: Slide, box: Box) -> None:
    """Draw what stands between headline and question."""
    panel = slide.panel
    match panel.content:
        case Message(text):
            _message(page, text, box)
        case Cards(cards):
            _cards(page, cards, box)
        case Lines(lines):
            _lines(page, lines, box)
        case Plot() as plot:
            draw_map(page, panel, plot, _caption(page, slide.remark, box, under=True))
        case Chart(spec):
            _chart(page, panel, spec, _caption(page, slide.remark, box))
        case Listing():
            _table(page, panel, _caption(page, slide.remark, box))


def _chart(page: Page, panel: Panel, spec: Spec, box: Box) -> None:
    chart = native(spec)
    if chart.kind == "table":
        _table(page, panel, box, shaded=True)
    elif any(y is not None for s in chart.series for y in s.y):
        draw_chart(page, panel, chart, box)
    else:
        _message(page, "Aucune valeur à montrer.", box)


def _table(page: Page, panel: Panel, box: Box, shaded: bool = False) -> None:
    if not panel.table.is_empty:
        draw_table(page, panel, box, shaded)
    else:
        listed = bool(panel.table.columns)
        _message(page, "Aucune ligne à montrer." if listed else "Rien à montrer.", box)


def _question(page: Page, question: str) -> float:
    """Draw the question at the foot of the slide; returns its upper edge."""
    label, room = f"À discuter{S}: ", INNER - 0.5
    text, size = fit_text(label + question, room, 1.25, (LARGE, 20, 18, BODY))
    high = text_height(len(wrap_text(text, room, size)), size) + 0.2
    ground = set_alt_text(
        draw_area(page.shapes, Box(LEFT, BOTTOM - high, INNER, high), WASH), "Question à discuter"
    )
    write(
        ground.text_frame,
        [Run(label, size, MAIN, True), Run(text.removeprefix(label), size)],
        anchor=MSO_ANCHOR.MIDDLE,
        inset=0.05,
    )
    ground.text_frame.margin_left = Inches(0.25)
    set_alt_text(draw_area(page.shapes, Box(LEFT, BOTTOM - high, 0.09, high), MAIN), "Filet")
    return BOTTOM - high


def _caption(page: Page, text: str, box: Box, under: bool = False) -> Box:
    """Draw the caption: under the picture where two lines hold it, else at its right; returns the box left for the
    picture."""
    if not text:
        return box
    lines, column = len(wrap_text(text, box.w, BODY)), 3.5
    if under or lines <= 2:
        high = text_height(min(lines, 2), BODY) + 0.05
        text, place, left = (
            cut(text, 2, box.w, BODY),
            box.inset(0, box.h - high, 0, 0),
            box.inset(0, 0, 0, high + 0.08),
        )
    else:
        text, _ = fit_text(text, column, box.h, (BODY,))
        place, left = box.inset(box.w - column, 0.1, 0, 0), box.inset(0, 0, column + 0.3, 0)
    add_text(page.shapes, place, Run(text, BODY, SOFT), name="Légende")
    return left


def _message(page: Page, text: str, box: Box) -> None:
    text, size = fit_text(text, box.w - 1, box.h - 1, (LARGE, 20, BODY))
    ground = set_alt_text(draw_area(page.shapes, box.inset(0, 0.3, 0, 0.3), WASH), "Message")
    write(ground.text_frame, Run(text, size, SOFT), inset=0.4, **CENTRED)


def _lines(page: Page, lines: Sequence[str], box: Box) -> None:
    """Draw sentences as a list; those without room are in the notes."""

    def high(shown: Sequence[str], size: float) -> float:
        return sum(
            text_height(len(wrap_text(t, room, size)), size) + size * 0.45 / 72 for t in shown
        )

    room = box.w - 0.5
    size = next((s for s in (22, 20, 18, 17) if high(lines, s) <= box.h), BODY)
    shown = [cut(t, 12, room, size) for t in lines]
    while len(shown) > 1 and high(shown, size) > box.h - (
        text_height(1, BODY) if len(shown) < len(lines) else 0
    ):
        shown.pop()
    spare = int((box.h - high(shown, size) - text_height(2, BODY)) / text_height(1, size))
    if len(shown) < len(lines) and spare > 1:
        shown.append(cut(lines[len(shown)], spare, room, size))
    left = len(lines) - len(shown)
    more = f"et {french.plural(left, 'autre phrase', 'autres phrases')}{S}: voir les notes"
    made_text = add_text(
        page.shapes,
        box,
        *(Run(t, size) for t in shown),
        *([Run(more, BODY, SOFT)] if left else []),
        name="Phrases",
        after=size * 0.45,
    )
    for p in made_text.text_frame.paragraphs[: len(shown)]:
        look, colour = p._p.get_or_add_pPr(), empty_element("a:buClr")
        look.attrib.update({"marL": str(Inches(0.3)), "indent": str(-Inches(0.3))})
        colour.append(empty_element("a:srgbClr", val=MAIN.lstrip("#")))
        look.extend([colour, empty_element("a:buChar", char="•")])


def _cards(page: Page, cards: Sequence[Card], box: Box) -> None:
    columns = {1: 1, 2: 2, 4: 2}.get(len(cards), 3 if len(cards) <= box.h / 1.2 * 3 else 4)
    rows, gap = math.ceil(len(cards) / columns), 0.22
    w, h = (box.w - gap * (columns - 1)) / columns, min((box.h - gap * (rows - 1)) / rows, 2.1)
    known = [c for c in cards if c.value is not None] or cards
    beneath = 4 if any(text_width(c.state, BODY, True) > w - 0.6 for c in cards) else 3  # lines
    size = min(
        fit_text(c.text, w - 0.45, h - 0.2 - text_height(beneath, BODY), VALUES, bold=True)[1]
        for c in known
    )
    small = next(
        (
            s
            for s in (20, 18)
            if text_height(1, size) + text_height(3, s) + 0.3 <= h
            and all(
                text_width(t, s, True) < w - 0.6 for c in cards for t in (c.label, c.state, c.base)
            )
        ),
        BODY,
    )
    for i, card in enumerate(cards):
        _card(
            page,
            card,
            Box(box.x + (i % columns) * (w + gap), box.y + (i // columns) * (h + gap), w, h),
            size,
            small,
        )


def _card(page: Page, card: Card, box: Box, size: float, small: float) -> None:
    """Draw the value large; beneath it what its control chart says, in a colour and in words, and what it rests on."""
    colour, sign = TONES.get(card.tone, (SOFT, ""))
    room, known = box.w - 0.45, card.value is not None
    value, own = fit_text(
        card.text, room, text_height(1, size) + 0.01, [s for s in VALUES if s <= size], bold=True
    )
    state = french.upper_first(card.state)
    sign = sign if text_width(sign + state, small, True) <= room else ""
    lines = [
        Run(cut(card.label, 1, room, small), small, SOFT),
        Run(value, own, INK if known else SOFT, True),
    ]
    spare = int(
        (box.h - 0.16 - text_height(1, size) - text_height(1, small)) / text_height(1, small) + 0.01
    )  # lines
    state = cut(state, max(1, min(2, spare)), room, small, True)
    if state:
        lines.append(Run(sign + state, small, colour, bool(card.tone)))
    if card.base and spare > len(wrap_text(state, room, small, True)):
        lines.append(Run(cut(card.base, 1, room, small), small, SOFT))
    ground = draw_area(page.shapes, box, PAPER, GRID, width=1)
    write(ground.text_frame, *lines, inset=0.08)
    ground.text_frame.margin_left = Inches(0.28)
    edge = draw_area(page.shapes, replace(box, w=0.1), colour if card.tone else NONE)
    set_alt_text(
        page.shapes.add_group_shape([ground, edge]),
        f"Chiffre{S}: {card.label}",
        ", ".join(t for t in (card.label, card.text, card.state, card.base) if t),
    )


def _foot(page: Page, deck: Deck, number: int) -> None:
    """Draw the layout's own footer and number, which python-pptx leaves out of a new slide."""
    foot = deck.foot_with_maker if number == 1 else deck.foot
    text = cut(foot, 2, 10.8 if deck.demo else 11.0, SMALL)
    if deck.demo and not text.endswith(FICTITIOUS):  # a long foot is cut before that, never there
        text = cut(foot.removesuffix(FICTITIOUS), 1, 10.8, SMALL) + " · "
    for holder in page.slide_layout.placeholders:
        kind = holder._element.ph.get("type")
        if kind not in ("ftr", "sldNum"):
            continue
        page.shapes.clone_placeholder(holder)
        frame = set_alt_text(
            page.shapes[-1], "Pied de page" if kind == "ftr" else "Numéro"
        ).text_frame
        fictitious = [Run(FICTITIOUS, SMALL, ON_NOTICE, True)] if deck.demo else []
        runs = [Run(text.removesuffix(FICTITIOUS), SMALL, SOFT), *fictitious]
        if kind == "sldNum":
            runs = [Run(str(number), SMALL, SOFT), Run(f" / {len(deck.slides)}", SMALL, SOFT)]
        write(
            frame,
            runs,
            align=PP_ALIGN.LEFT if kind == "ftr" else PP_ALIGN.RIGHT,
            anchor=MSO_ANCHOR.MIDDLE,
        )
    field = frame.paragraphs[0].runs[0]._r  # the number, which follows the slide when it is moved
    field.tag = qn("a:fld")
    field.attrib.update({"id": "{C1FF6DA9-008F-8B48-92A6-B652298478BF}", "type": "slidenum"})


def _notes(page: Page, slide: Slide) -> None:
    """Write what the speaker should know: the question, definitions and limits, what the picture shows."""
    panel, content = slide.panel, slide.panel.content
    told = [
        slide.headline,
        slide.question and f"À discuter{S}: {slide.question}",
        *slide.note,
        panel.alt and f"À l'image{S}: {panel.alt}",
    ]
    match content:
        case Opening():
            pass  # all of it stands on the slide
        case Lines(lines):
            told += lines
        case Message(text):
            told.append(text)
        case Chart(spec):
            told += (f"{what}, {french.date_short(on)}{S}: {e}" for on, what, e in events(spec))
    write(page.notes_slide.notes_text_frame, *(Run(t, SMALL) for t in told if t), after=6)
