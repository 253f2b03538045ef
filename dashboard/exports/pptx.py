"""A deck as a PowerPoint file: native charts, tables and shapes, all of them editable, with the speaker's notes.

Its numbers are those of the deck: charts are written from the very specs that the screen draws. Lengths are in inches, type
in points. Nothing is fetched and no text of the deck can act: the sheets behind the charts hold neither formula nor link.
"""
import io
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache

from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt
from xlsxwriter import Workbook

from dashboard import french
from dashboard.charts import Native, native
from dashboard.charts.control import COLOURS, STATES
from dashboard.charts.style import ACCENT, CONCERN, GRID, IMPROVEMENT, INK, MAIN, NEUTRAL, NONE, PALE, PAPER, SOFT
from dashboard.exports import geography
from dashboard.panel import Card, Column, Deck, Panel, Plot, Slide, Table

WIDTH, HEIGHT = 13.333, 7.5
LEFT, INNER = 0.6, 12.133           # the left margin, and what lies between the two
BOTTOM = 6.78                       # of what stands above the footer
FONT = "Arial"                      # on every machine; its metrics are known here too
LARGE, BODY, SMALL = 24, 16, 12     # headline and question; what is read; axes and footer
WASH = "#eef4f2"                    # the palest green, under a question or every other row
OPENING = "ouverture"
VALUES = (60, 54, 48, 44, 40, 36, 32, 28, LARGE, 20)  # sizes of a card's figure
TONES = {"improvement": IMPROVEMENT, "concern": CONCERN, "neutral": NEUTRAL}
MOST_BARS = 18                      # in one chart, to be read; twice as many stand in two
FRENCH = "[$-40C]"                  # before a number format: spaces and comma, where the program follows it
S = french.SPACE


@dataclass(frozen=True)
class Box:
    """A place on the slide, in inches."""

    x: float
    y: float
    w: float
    h: float

    def emu(self) -> tuple[int, int, int, int]:
        """As python-pptx wants it."""
        return Inches(self.x), Inches(self.y), Inches(self.w), Inches(self.h)


@dataclass(frozen=True)
class Run:
    """Text of one look."""

    text: str
    size: float = BODY
    colour: str = INK
    bold: bool = False


def pptx(deck: Deck) -> bytes:
    """The file of a deck: one slide each, in order, 16:9."""
    deck = _clean(deck)
    show = _blank()
    for number, slide in enumerate(deck.slides, 1):
        _slide(show, deck, slide, number)
    about = show.core_properties
    about.title, about.subject, about.language = deck.title[:255], f"{deck.scope}, {deck.period}"[:255], "fr-FR"
    about.author = about.last_modified_by = "Tableau de bord CCSP"
    about.keywords, about.comments, about.category = "", deck.foot[:255], ""
    about.created = about.modified = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    about.revision = 1
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


# ---- words ----------------------------------------------------------------------------------------------------------

# What XML cannot hold, and marks that turn the direction of the text that follows them.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _clean(value):
    """The same, with every text in it fit for XML and on one line."""
    if isinstance(value, str):
        return ILLEGAL.sub("", re.sub(r"[\t\n\r]+", " ", value))
    if isinstance(value, dict):
        return {k: _clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_clean(v) for v in value)
    if is_dataclass(value):
        return replace(value, **{f.name: _clean(getattr(value, f.name)) for f in fields(value)})
    return value


# Widths of letters in thousandths of the size of type; what is not here is as wide as a digit.
LETTERS = {c: w for w, letters in ((222, "ijl|'"), (278, "ftI .,:;!/\\[]·\u00a0"), (333, "r()-\""), (150, "\u202f"),
                                   (500, "cksvxyzJ"), (722, "wCDHNRUGOQ"), (667, "ABEKPSVXY"), (611, "FTZ"),
                                   (889, "%mM"), (944, "W—…")) for c in letters}


@lru_cache(maxsize=4096)
def _units(text: str) -> int:
    """The width of a text in thousandths of the size of type."""
    plain = (c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return sum(LETTERS.get(c, 556 if ord(c) < 0x2e80 else 1000) for c in plain)


def _wide(text: str, size: float, bold: bool = False) -> float:
    """Inches that a text takes on one line, somewhat more rather than less."""
    return _units(text) * size / 72000 * (1.09 if bold else 1.02)


@lru_cache(maxsize=4096)
def _wrapped(text: str, width: float, size: float, bold: bool = False) -> tuple[str, ...]:
    """The lines of a text in a width; a word longer than a line is cut."""
    lines, here, taken = [], "", 0.0
    for word in text.split(" "):
        wide, space = _wide(word, size, bold), _wide(" ", size, bold) if here else 0
        if here and taken + space + wide > width:
            lines.append(here)
            here, taken, space = "", 0.0, 0
        while wide > width and len(word) > 1:
            most = next((n for n in range(1, len(word)) if _wide(word[:n + 1], size, bold) > width), len(word))
            lines.append(word[:most])
            word = word[most:]
            wide = _wide(word, size, bold)
        here, taken = f"{here} {word}" if here else word, taken + space + wide
    return (*lines, here)


def _tall(lines: int, size: float) -> float:
    """Inches that so many lines take."""
    return lines * size * 1.17 / 72


def _cut(text: str, lines: int, width: float, size: float, bold: bool = False) -> str:
    """The text, with « … » where it takes more lines."""
    found = _wrapped(text[:4000], width, size, bold)
    return text if len(found) <= lines and len(text) <= 4000 else " ".join(found[:lines])[:-2].rstrip() + "…"


def _fitted(text: str, box: Box, sizes: Sequence[float], bold: bool = False) -> tuple[str, float]:
    """The text and the largest of the sizes at which it fits its box; cut where even the last is too large."""
    for size in sizes:
        if _tall(len(_wrapped(text[:4000], box.w, size, bold)), size) <= box.h and len(text) <= 4000:
            return text, size
    return _cut(text, max(int(box.h / _tall(1, sizes[-1])), 1), box.w, sizes[-1], bold), sizes[-1]


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.lstrip("#").upper())


def _write(frame, paragraphs: Iterable[Sequence[Run]], *, align=PP_ALIGN.LEFT, anchor=MSO_ANCHOR.TOP, inset: float = 0,
           after: float = 0, spacing: float | None = None) -> None:
    """Put paragraphs of runs into a text frame. after: points between them."""
    frame.word_wrap, frame.vertical_anchor = True, anchor
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Inches(inset)
    for i, runs in enumerate(paragraphs):
        p = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        p.alignment, p.space_after, p.space_before = align, Pt(after), Pt(0)
        if spacing:
            p.line_spacing = spacing
        for one in runs:
            r = p.add_run()
            r.text = one.text
            _look(r.font, one.size, one.colour, one.bold)
            r.font.language_id = MSO_LANGUAGE_ID.FRENCH


def _look(font, size: float, colour: str, bold: bool = False) -> None:
    font.size, font.bold, font.color.rgb = Pt(size), bold, _rgb(colour)


def _words(shapes, box: Box, paragraphs: Iterable[Sequence[Run]], **look):
    """A text box without edge or ground."""
    made = shapes.add_textbox(*box.emu())
    _write(made.text_frame, paragraphs, **look)
    return made


def _area(shapes, box: Box, fill: str | None, line: str | None = None, kind=MSO_SHAPE.RECTANGLE, width: float = 0.75):
    """A shape in flat colours."""
    made = shapes.add_shape(kind, *box.emu())
    made._element.find(qn("p:style")).find(qn("a:effectRef")).set("idx", "0")  # no shadow
    _fill(made, fill, line, width)
    return made


def _fill(shape, fill: str | None, line: str | None, width: float = 0.75) -> None:
    if fill:
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb(fill)
    else:
        shape.fill.background()
    if line:
        shape.line.color.rgb, shape.line.width = _rgb(line), Pt(width)
    else:
        shape.line.fill.background()


def _said(shape, name: str, alt: str = "") -> None:
    """The shape's name and what is read aloud in its place."""
    about = next(shape._element.iter(qn("p:cNvPr")))
    about.set("name", name[:200])
    about.set("descr", alt[:2000])


# ---- the template ---------------------------------------------------------------------------------------------------

def _blank():
    """An empty show of two layouts, in our colours, made of python-pptx's own template."""
    show = Presentation()
    show.slide_width, show.slide_height = Inches(WIDTH), Inches(HEIGHT)
    master = show.slide_master
    opening, content = show.slide_layouts[0], show.slide_layouts[5]
    for layout in list(show.slide_layouts):
        if layout not in (opening, content):
            show.slide_layouts.remove(layout)
    opening.name, content.name = "Ouverture", "Titre et contenu"
    _theme(master)
    places = {"title": Box(LEFT, 0.34, INNER, 1.18), "ctrTitle": Box(LEFT + 0.35, 1.5, INNER - 0.7, 1.9),
              "subTitle": Box(LEFT + 0.35, 3.95, INNER - 0.7, 2.8), "body": Box(LEFT, 1.62, INNER, BOTTOM - 1.62),
              "ftr": Box(LEFT, 6.93, 11.1, 0.46), "sldNum": Box(11.8, 6.93, 0.933, 0.46)}
    for holder in (master, opening, content):
        for shape in list(holder.placeholders):
            kind = shape._element.ph.get("type")
            if kind == "dt":  # the footer says of when the data are
                shape._element.getparent().remove(shape._element)
                continue
            box = places[kind]
            shape.left, shape.top, shape.width, shape.height = box.emu()
    style = master._element.find(qn("p:txStyles")).find(qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    style.set("algn", "l")
    style.find(qn("a:defRPr")).attrib.update({"sz": "2800", "b": "1"})
    _paint(content, Box(0, 0, WIDTH, 0.14), MAIN)
    _paint(content, Box(0, 0, LEFT, 0.14), ACCENT)
    _paint(content, Box(LEFT, 6.88, INNER, 0.014), GRID)
    _paint(opening, Box(0, 0, WIDTH, 3.55), MAIN)
    _paint(opening, Box(0, 3.55, WIDTH, 0.07), ACCENT)
    return show


def _theme(master) -> None:
    part = next(r.target_part for r in master.part.rels.values() if r.reltype.endswith("/theme"))
    root = etree.fromstring(part.blob)
    space = {"a": root.nsmap["a"]}
    colours = {"dk1": INK, "lt1": PAPER, "dk2": MAIN, "lt2": WASH, "accent1": MAIN, "accent2": ACCENT, "accent3": IMPROVEMENT,
               "accent4": NEUTRAL, "accent5": NONE, "accent6": PALE, "hlink": MAIN, "folHlink": SOFT}
    for name, colour in colours.items():
        slot = root.find(f".//a:clrScheme/a:{name}", space)
        slot.clear()
        etree.SubElement(slot, qn("a:srgbClr"), val=colour.lstrip("#").upper())
    for latin in root.iterfind(".//a:fontScheme/*/a:latin", space):
        latin.set("typeface", FONT)
    root.set("name", "Tableau de bord CCSP")
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _paint(layout, box: Box, colour: str) -> None:
    """A plain rectangle at the back of a layout, which has no call of its own for that."""
    x, y, w, h = box.emu()
    tree = layout.shapes._spTree
    at = next(i for i, one in enumerate(tree) if one.tag == qn("p:sp") and one.find(".//" + qn("p:ph")) is not None)
    tree.insert(at, parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{90 + len(tree)}" name="Fond"/><p:cNvSpPr/><p:nvPr userDrawn="1"/>'
        f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{w}" cy="{h}"/></a:xfrm><a:prstGeom prst="rect">'
        f'<a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="{colour.lstrip("#")}"/></a:solidFill><a:ln><a:noFill/></a:ln>'
        "</p:spPr></p:sp>"))


# ---- slides ---------------------------------------------------------------------------------------------------------

def _slide(show, deck: Deck, slide: Slide, number: int) -> None:
    opening = slide.panel.key == OPENING
    made = show.slides.add_slide(show.slide_layouts[0 if opening else 1])
    if opening:
        _opening(made, slide)
    else:
        text, size = _headline(slide.headline)
        _write(made.shapes.title.text_frame, [[Run(text, size, INK, True)]], anchor=MSO_ANCHOR.MIDDLE, spacing=0.95)
        lines = len(_wrapped(text, INNER - 0.1, size, True))
        head = Box(LEFT, 0.3, INNER, (0.8, 1.1, 1.24)[min(lines, 3) - 1])
        title = made.shapes.title
        title.left, title.top, title.width, title.height = head.emu()
        made.shapes.turbo_add_enabled = True
        _body(made, slide, head.y + head.h + 0.12)
    _foot(made, deck, number)
    _notes(made, slide)


def _headline(text: str) -> tuple[str, float]:
    """On one line where it can be, else on two; what is longer is small, and cut after three."""
    for lines, sizes in ((1, (30, 28, 26)), (2, (30, 28, 26, LARGE)), (3, (LARGE,))):
        for size in sizes:
            if len(text) < 400 and len(_wrapped(text, INNER - 0.1, size, True)) <= lines:
                return text, size
    return _cut(text, 3, INNER - 0.1, LARGE, True), LARGE


def _opening(made, slide: Slide) -> None:
    text, size = _fitted(slide.headline, Box(0, 0, INNER - 0.9, 1.9), (48, 40, 32, LARGE), bold=True)
    _write(made.shapes.title.text_frame, [[Run(text, size, PAPER, True)]], anchor=MSO_ANCHOR.BOTTOM)
    scope, *rest = slide.panel.lines or ("",)
    wide = INNER - 0.9
    _write(made.placeholders[1].text_frame, [
        [Run(_cut(scope, 1, wide, 28, True), 28, MAIN, True)],
        *([Run(_cut(line, 1, wide, 20), 20, INK)] for line in rest[:6])], after=6)


def _body(made, slide: Slide, top: float) -> None:
    """What stands between headline and footer: the panel, and the question under it."""
    bottom = BOTTOM
    if slide.question:
        bottom = _question(made, slide.question) - 0.18
    panel, box = slide.panel, Box(LEFT, top, INNER, bottom - top)
    if panel.cards and not panel.message:
        return _cards(made, panel.cards, box)
    if panel.lines and not panel.message:
        return _lines(made, panel.lines, box)
    if not panel.message:
        box = _caption(made, _beside(slide), box, under=panel.plot is not None)
    if panel.plot and not panel.message:
        return _map(made, panel, box)
    chart = native(panel.chart) if panel.chart and not panel.message else None
    if chart and chart.kind != "table":
        if any(y is not None for s in chart.series for y in s.y):
            return _chart(made, panel, chart, box)
        return _message(made, "Aucune valeur à montrer.", box)
    if panel.table and not panel.message:
        return _table(made, panel, box, shaded=chart is not None)
    return _message(made, panel.message or "Rien à montrer.", box)


def _question(made, question: str) -> float:
    """The question at the foot of the slide; its upper edge."""
    label, wide = f"À discuter{S}: ", INNER - 0.5
    text, size = _fitted(label + question, Box(0, 0, wide, 1.25), (LARGE, 20, 18, BODY))
    high = _tall(len(_wrapped(text, wide, size)), size) + 0.2
    made_box = _area(made.shapes, Box(LEFT, BOTTOM - high, INNER, high), WASH)
    _write(made_box.text_frame, [[Run(label, size, MAIN, True), Run(text.removeprefix(label), size)]],
           anchor=MSO_ANCHOR.MIDDLE, inset=0.05)
    made_box.text_frame.margin_left = Inches(0.25)
    _said(made_box, "Question à discuter")
    _said(_area(made.shapes, Box(LEFT, BOTTOM - high, 0.09, high), MAIN), "Filet")
    return BOTTOM - high


def _beside(slide: Slide) -> str:
    """The panel's caption, without the sentence that the headline has said."""
    rest = slide.panel.caption.removeprefix(slide.headline.rstrip("."))
    found = re.match(r"\s*[.;]\s*", rest) if rest != slide.panel.caption else None
    rest = rest[found.end():] if found else "" if rest == "" else slide.panel.caption
    return rest[:1].upper() + rest[1:]


def _caption(made, text: str, box: Box, under: bool) -> Box:
    """The caption: under the picture where two lines hold it, else at its right; what is left for the picture."""
    if not text:
        return box
    lines = len(_wrapped(text, box.w, BODY))
    if under or lines <= 2:
        text = _cut(text, 2, box.w, BODY)
        high = _tall(min(lines, 2), BODY) + 0.05
        place, left = Box(box.x, box.y + box.h - high, box.w, high), replace(box, h=box.h - high - 0.08)
    else:
        wide = 3.5
        text, _ = _fitted(text, Box(0, 0, wide, box.h), (BODY,))
        place = Box(box.x + box.w - wide, box.y + 0.1, wide, box.h - 0.1)
        left = replace(box, w=box.w - wide - 0.3)
    _said(_words(made.shapes, place, [[Run(text, BODY, SOFT)]]), "Légende")
    return left


def _message(made, text: str, box: Box) -> None:
    shape = _area(made.shapes, Box(box.x, box.y + 0.3, box.w, box.h - 0.6), WASH)
    text, size = _fitted(text, Box(0, 0, box.w - 1, box.h - 1), (LARGE, 20, BODY))
    _write(shape.text_frame, [[Run(text, size, SOFT)]], align=PP_ALIGN.CENTER, anchor=MSO_ANCHOR.MIDDLE, inset=0.4)
    _said(shape, "Message")


def _lines(made, lines: Sequence[str], box: Box) -> None:
    """Sentences as a list; those without room are in the notes."""
    wide = box.w - 0.5
    high = lambda shown, size: sum(_tall(len(_wrapped(t[:4000], wide, size)), size) + size * 0.45 / 72 for t in shown)  # noqa: E731
    size = next((s for s in (22, 20, 18, 17) if high(lines, s) <= box.h), BODY)
    shown = [_cut(t, 12, wide, size) for t in lines]
    while len(shown) > 1 and high(shown, size) > box.h - (_tall(1, BODY) if len(shown) < len(lines) else 0):
        shown.pop()
    spare = int((box.h - high(shown, size) - _tall(2, BODY)) / _tall(1, size))
    if len(shown) < len(lines) and spare > 1:
        shown.append(_cut(lines[len(shown)], spare, wide, size))
    left = len(lines) - len(shown)
    text = _words(made.shapes, box, [
        *([Run(t, size)] for t in shown),
        *([[Run(f"et {french.plural(left, 'autre phrase', 'autres phrases')}{S}: voir les notes", BODY, SOFT)]] if left else [])],
        after=size * 0.45)
    for p in text.text_frame.paragraphs[:len(shown)]:
        look = p._p.get_or_add_pPr()
        look.set("marL", str(Inches(0.3)))
        look.set("indent", str(-Inches(0.3)))
        etree.SubElement(etree.SubElement(look, qn("a:buClr")), qn("a:srgbClr"), val=MAIN.lstrip("#"))
        etree.SubElement(look, qn("a:buChar"), char="•")
    _said(text, "Phrases")


def _cards(made, cards: Sequence[Card], box: Box) -> None:
    columns = {1: 1, 2: 2, 4: 2}.get(len(cards), 3 if len(cards) <= box.h / 1.2 * 3 else 4)
    rows, gap = math.ceil(len(cards) / columns), 0.22
    w, h = (box.w - gap * (columns - 1)) / columns, (box.h - gap * (rows - 1)) / rows
    h = min(h, 2.1)
    size = min(_fitted(card.text, Box(0, 0, w - 0.45, h - 0.2 - _tall(3, BODY)), VALUES, bold=True)[1]
               for card in cards if card.value is not None or not any(c.value is not None for c in cards))
    small = next((s for s in (20, 18) if _tall(1, size) + _tall(3, s) + 0.3 <= h and all(
        _wide(t, s, True) < w - 0.6 for c in cards for t in (c.label, c.state, c.base))), BODY)
    for i, card in enumerate(cards):
        _card(made, card, Box(box.x + (i % columns) * (w + gap), box.y + (i // columns) * (h + gap), w, h), size, small)


def _card(made, card: Card, box: Box, size: float, small: float) -> None:
    """The value large; beneath it what its control chart says, in a colour and in words, and what it rests on."""
    colour = TONES.get(card.tone, SOFT)
    wide = box.w - 0.45
    base = card.base if box.h - 0.16 - _tall(3, small) >= _tall(1, size) else ""
    value, own = _fitted(card.text, Box(0, 0, wide, _tall(1, size) + 0.01), [s for s in VALUES if s <= size], bold=True)
    state = card.state[:1].upper() + card.state[1:]
    lines = [[Run(_cut(card.label, 1, wide, small), small, SOFT)],
             [Run(value, own, INK if card.value is not None else SOFT, True)]]
    if state:
        sign = {"improvement": "▲ ", "concern": "■ ", "neutral": "◆ "}.get(card.tone, "")
        sign = sign if _wide(sign + state, small, True) <= wide else ""
        lines.append([Run(sign + _cut(state, 1, wide, small, True), small, colour, bool(card.tone))])
    if base:
        lines.append([Run(_cut(base, 1, wide, small), small, SOFT)])
    ground = _area(made.shapes, box, PAPER, GRID, width=1)
    _write(ground.text_frame, lines, inset=0.08)
    ground.text_frame.margin_left = Inches(0.28)
    edge = _area(made.shapes, replace(box, w=0.1), colour if card.tone else NONE)
    group = made.shapes.add_group_shape([ground, edge])
    _said(group, f"Chiffre{S}: {card.label}", ", ".join(t for t in (card.label, card.text, card.state, card.base) if t))


def _foot(made, deck: Deck, number: int) -> None:
    """The layout's own footer and number, which python-pptx leaves out."""
    for holder in made.slide_layout.placeholders:
        kind = holder._element.ph.get("type")
        if kind not in ("ftr", "sldNum"):
            continue
        made.shapes._spTree.append(parse_xml(
            f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{made.shapes._next_shape_id}" name="'
            f'{"Pied de page" if kind == "ftr" else "Numéro"}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr>'
            f'<p:ph type="{kind}" sz="quarter" idx="{holder.placeholder_format.idx}"/></p:nvPr></p:nvSpPr><p:spPr/>'
            "<p:txBody><a:bodyPr/><a:lstStyle/><a:p/></p:txBody></p:sp>"))
        frame = made.shapes[-1].text_frame
        if kind == "ftr":
            mark = "DONNÉES FICTIVES"
            text = _cut(deck.foot, 2, 11.0 if not deck.demo else 10.8, SMALL)
            if deck.demo and not text.endswith(mark):  # a long foot is cut before that, never there
                text = _cut(deck.foot.removesuffix(mark), 1, 10.8, SMALL) + f" · {mark}"
            runs = [Run(text.removesuffix(mark), SMALL, SOFT), Run(mark, SMALL, CONCERN, True)] if deck.demo else [
                Run(text, SMALL, SOFT)]
            _write(frame, [runs], anchor=MSO_ANCHOR.MIDDLE)
        else:
            _write(frame, [[Run(f" / {len(deck.slides)}", SMALL, SOFT)]], align=PP_ALIGN.RIGHT, anchor=MSO_ANCHOR.MIDDLE)
            run = frame.paragraphs[0].runs[0]._r
            run.addprevious(parse_xml(
                f'<a:fld {nsdecls("a")} id="{{C1FF6DA9-008F-8B48-92A6-B652298478BF}}" type="slidenum"><a:rPr lang="fr-FR" '
                f'sz="{SMALL * 100}"><a:solidFill><a:srgbClr val="{SOFT.lstrip("#")}"/></a:solidFill></a:rPr>'
                f"<a:t>{number}</a:t></a:fld>"))


def _notes(made, slide: Slide) -> None:
    """What the speaker should know: the question, definitions and limits, what the picture shows."""
    said = [slide.headline] + ([f"À discuter{S}: {slide.question}"] if slide.question else []) + list(slide.note)
    panel = slide.panel
    said += [f"À l'image{S}: {panel.alt}"] if panel.alt else []
    said += panel.lines if panel.key != OPENING else []
    said += [panel.message] if panel.message else []
    said += [f"{what}, {french.date_short(on)}{S}: {text}" for on, what, text in _events(panel.chart)] if panel.chart else []
    _write(made.notes_slide.notes_text_frame, [[Run(t, SMALL)] for t in said], after=6)


# ---- tables ---------------------------------------------------------------------------------------------------------

def _table(made, panel: Panel, box: Box, shaded: bool = False) -> None:
    """The first rows and columns that fit, and how many more the workbook has. shaded: counts darken with their number."""
    table = panel.table
    if not table.rows or not table.columns:
        return _message(made, "Aucune ligne à montrer.", box)
    widths = _widths(table, box.w)
    kept = table.columns[:len(widths)]
    head = max(len(_wrapped(c.name, w - 0.2, BODY, True)) for c, w in zip(kept, widths, strict=True))
    heights, rows = [_tall(min(head, 3), BODY) + 0.12], []
    for row in table.rows:
        texts = [_cut(c.text, 5, w - 0.2, BODY) for c, w in zip(row, widths, strict=False)]
        high = _tall(max(len(_wrapped(t, w - 0.2, BODY)) for t, w in zip(texts, widths, strict=True)), BODY) + 0.1
        last = len(rows) + 1 == len(table.rows) and len(kept) == len(table.columns)
        if rows and sum(heights) + high > box.h - (0 if last else 0.36):
            break
        heights.append(high)
        rows.append(texts)
    if shaded:  # a grid of numbers fills the height
        spare = (box.h - sum(heights) - (0 if len(rows) == len(table.rows) else 0.36)) / len(heights)
        heights = [h + min(max(spare, 0), 0.3) for h in heights]
    frame = made.shapes.add_table(len(rows) + 1, len(kept), *Box(box.x, box.y, sum(widths), sum(heights)).emu())
    _said(frame, panel.title or "Tableau", panel.alt or panel.title)
    grid = frame.table
    for i, w in enumerate(widths):
        grid.columns[i].width = Inches(w)
    for i, h in enumerate(heights):
        grid.rows[i].height = Inches(h)
    top = max((c.value for row in table.rows for c in row if isinstance(c.value, (int, float))), default=0) if shaded else 0
    for j, (column, w) in enumerate(zip(kept, widths, strict=True)):
        _cell(grid.cell(0, j), _cut(column.name, 3, w - 0.2, BODY, True), column, MAIN, PAPER, True)
        for i, texts in enumerate(rows):
            value = table.rows[i][j].value
            share = value / top if top and isinstance(value, (int, float)) else None
            fill = (WASH if i % 2 else PAPER) if share is None else _mixed(WASH, MAIN, share)
            _cell(grid.cell(i + 1, j), texts[j], column, fill, PAPER if (share or 0) > 0.55 else INK)
    rest = [french.plural(n, one, many) for n, one, many in (
        (len(table.rows) - len(rows), "autre ligne", "autres lignes"),
        (len(table.columns) - len(kept), "autre colonne", "autres colonnes")) if n]
    if rest:
        _said(_words(made.shapes, Box(box.x, box.y + sum(heights) + 0.06, box.w, 0.3), [
            [Run(f"et {french.join_words(rest)}{S}: voir le classeur", BODY, SOFT)]]), "Suite")


def _widths(table: Table, room: float) -> list[float]:
    """Columns' widths within a room: as they need, the widest giving way first; fewer columns where words would be cut."""
    seen = table.rows[:30]
    texts = [[(c.name, True), *((row[j].text[:200], False) for row in seen)] for j, c in enumerate(table.columns)]
    least = [min(max(_wide(w, BODY, b) for t, b in column for w in t.split(" ")), 2.6) + 0.24 for column in texts]
    kept = len(least)
    while kept > 1 and sum(least[:kept]) > room:
        kept -= 1
    least = least[:kept]
    want = [max(max(_wide(t, BODY, b) for t, b in column) + 0.24, low) for column, low in zip(texts, least, strict=False)]
    if sum(want) <= room:
        spare = min((room - sum(want)) / sum(want), 0.6)
        return [w * (1 + spare) for w in want]
    # As many lines in one column as in another.
    lines = 1.0
    while sum(max(w / lines, low) for w, low in zip(want, least, strict=True)) > room:
        lines *= 1.02
    widths = [max(w / lines, low) for w, low in zip(want, least, strict=True)]
    return _settled([w * room / sum(widths) for w in widths], least, texts)


def _settled(widths: list[float], least: list[float], texts: list[list[tuple[str, bool]]]) -> list[float]:
    """The same room shared out so that the first rows take fewer lines: a little from one column to another, while it helps."""
    def lines(tried: list[float]) -> int:
        return sum(max(len(_wrapped(t, round(w - 0.2, 2), BODY, b)) for (t, b), w in zip(row, tried, strict=True))
                   for row in rows)

    rows = list(zip(*(column[:10] for column in texts[:len(widths)]), strict=True))
    best = lines(widths)
    for step in (0.6, 0.3, 0.15):
        for a in range(len(widths)):
            for b in range(len(widths)):
                tried = [w + step * ((i == b) - (i == a)) for i, w in enumerate(widths)]
                if a != b and tried[a] >= least[a] and (found := lines(tried)) < best:
                    widths, best = tried, found
    return widths


def _cell(cell, text: str, column: Column, fill: str, colour: str, bold: bool = False) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb(fill)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    _write(cell.text_frame, [[Run(text, BODY, colour, bold)]], align=PP_ALIGN.RIGHT if column.unit not in ("", "day", "mixed")
           else PP_ALIGN.LEFT)
    cell.margin_left = cell.margin_right = Inches(0.1)
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE


def _mixed(low: str, high: str, share: float) -> str:
    a, b = (tuple(int(c[i:i + 2], 16) for i in (1, 3, 5)) for c in (low, high))
    return "#" + "".join(f"{round(x + (y - x) * min(max(share, 0), 1)):02x}" for x, y in zip(a, b, strict=True))


# ---- charts ---------------------------------------------------------------------------------------------------------

class _Sheet:
    """The sheet behind a chart, in which no text becomes a formula or a link."""

    @property
    def xlsx_blob(self) -> bytes:
        out = io.BytesIO()
        book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self._workbook_writer._populate_worksheet(book, book.add_worksheet())
        book.close()
        return out.getvalue()


class _Categories(_Sheet, CategoryChartData):
    pass


class _Points(_Sheet, XyChartData):
    pass


@dataclass(frozen=True)
class Scale:
    """An axis: from low to high, a mark each step."""

    low: float
    high: float
    step: float

    @property
    def decimals(self) -> int:
        """How many its numbers need."""
        return next((n for n in range(3) if round(self.step, n) == round(self.step, 6)), 3)

    @property
    def code(self) -> str:
        """How its numbers are written; the reader's own office program gives spaces and comma."""
        return _code(self.decimals)

    @property
    def wide(self) -> float:
        """Inches of its longest number, in the type of axes."""
        return max(_wide(french.number(v, self.decimals), 14) for v in (self.low, self.high))


def _code(decimals: int, after: str = "") -> str:
    return FRENCH + "#,##0" + (f".{'0' * decimals}" if decimals else "") + (f'"{after}"' if after else "")


def _scale(values: Sequence[float], *, zero: bool = True) -> Scale:
    """A round scale for these values, from 0 unless some lie under it or `zero` is not asked for."""
    low, high = min(values), max(values)
    if zero:
        low, high = min(low, 0), max(high, 0)
    if high == low:
        high = low + 1
    rough = (high - low) / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    if all(float(v).is_integer() for v in values):
        step = max(math.ceil(step), 1)
    step = float(f"{step:.6g}")
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step)


def _chart(made, panel: Panel, chart: Native, box: Box) -> None:
    if chart.kind == "bar":
        return _bars(made, panel, chart, box)
    {"line": _line, "column": _columns, "scatter": _scatter}[chart.kind](made, panel, chart, box)


def _bars(made, panel: Panel, chart: Native, box: Box) -> None:
    """Horizontal bars in the order given, in two charts of one scale where there are many."""
    total = len(chart.categories)
    shown = min(total, 2 * MOST_BARS)
    if total > shown:
        more = french.plural(total - shown, "autre barre", "autres barres")
        _said(_words(made.shapes, Box(box.x, box.y + box.h - 0.3, box.w, 0.3), [
            [Run(f"et {more}{S}: voir le classeur", BODY, SOFT)]]), "Suite")
        box = replace(box, h=box.h - 0.35)
    parts = 1 if shown <= MOST_BARS else 2
    each, gap = math.ceil(shown / parts), 0.3
    wide = (box.w - gap * (parts - 1)) / parts
    for part in range(parts):
        _bar_chart(made, panel, chart, range(part * each, min((part + 1) * each, shown)),
                   Box(box.x + part * (wide + gap), box.y, wide, box.h), each)


def _bar_chart(made, panel: Panel, chart: Native, which: range, box: Box, most: int) -> None:
    value, *others = chart.series
    said = value.words or ("",) * len(value.y)
    names = [chart.categories[i] + (f"{S}: {said[i]}" if value.y[i] is None and said[i] else "") for i in which]
    top, tail = 0.05, 0.72                       # above the bars; marks and title of the axis under them
    if others:
        top += 0.3
    row = (box.h - top - tail) / most
    size = min(max(row * 72 / 1.5, SMALL), BODY)
    cap = box.w * 0.42 - 0.15
    names = [_cut(n, 1, cap, size) if _wide(n, size) > cap else n for n in names]
    names = _distinct(names)
    left = max(_wide(n, size) for n in names) + 0.2
    room = box.w - left - 0.15
    labels = [_wide(t, size) + 0.15 if v is not None else 0 for v, t in zip(value.y, said, strict=True)]
    # The scale ends where the longest label of a bar still has its place.
    high = max((v / max(1 - w / room, 0.3) for v, w in zip(value.y, labels, strict=True) if v), default=1)
    high = max([high, *(s.y[0] * 1.05 for s in others if s.y and s.y[0] is not None)]) or 1
    step = _scale([v for v in value.y if v is not None]).step
    data = _Categories()
    data.categories = names
    for one in chart.series:
        data.add_series(one.name, [one.y[i] for i in which])
    height = min(box.h, top + tail + len(which) * max(row, 0.2)) if most == len(which) else top + tail + len(which) * row
    height = min(height, top + tail + len(which) * 0.95)
    frame = replace(box, h=height)
    made_chart = _frame(made, panel, XL_CHART_TYPE.BAR_CLUSTERED, data, frame)
    inner = _inner(made_chart, frame, left, top, room, height - top - tail)
    plot = made_chart.plots[0]
    plot.gap_width, plot.overlap = 40, 100
    _value_axis(made_chart.value_axis, chart.x_title, Scale(0, high, step), inner.w)
    axis = made_chart.category_axis
    _category_axis(axis, "", size)
    axis.reverse_order = True
    made_chart.value_axis._element.find(qn("c:crosses")).set("val", "max")  # at the foot, though the order is top down
    _colour_bars(plot.series[0], _rows(panel, which))
    _labels(plot.series[0], [(value.y[i], said[i]) for i in which], size)
    for one, series in zip(others, list(plot.series)[1:], strict=True):
        series.format.fill.background()          # its number is in the sheet; what is seen of it is the line
        _upright(made, inner, (one.y[0] or 0) / high, one.name, ACCENT)


def _distinct(names: Sequence[str]) -> list[str]:
    """Names, cut or not, of which none is there twice."""
    found: list[str] = []
    for name in names:
        while name in found:
            name += "\u00a0"
        found.append(name)
    return found


def _rows(panel: Panel, which: Iterable[int]) -> list[dict]:
    values = panel.chart["data"]["values"]
    return [values[i] if i < len(values) else {} for i in which]


def _colour_bars(series, rows: Sequence[dict]) -> None:
    """As on screen: dark, pale where within the deadline or over the threshold, orange where marked."""
    colours = [ACCENT if row.get("c") else PALE if not row.get("late", row.get("short", True)) else MAIN for row in rows]
    series.invert_if_negative = False
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = _rgb(MAIN)
    for i, colour in enumerate(colours):
        if colour != MAIN:
            fill = series.points[i].format.fill
            fill.solid()
            fill.fore_color.rgb = _rgb(colour)


def _labels(series, pairs: Sequence[tuple[float | None, str]], size: float) -> None:
    """What stands at the end of each bar: its number, in a format that gives the screen's words and follows the number when
    it is changed; the words themselves where no format gives them."""
    for i, (value, text) in enumerate(pairs):
        if value is None:
            continue
        label, code = series.points[i].data_label, _format(value, text)
        if code is None:
            _write(label.text_frame, [[Run(text[:200], size)]])
        else:
            element = label._get_or_add_dLbl()
            for tag in ("c:idx", "c:numFmt", "c:spPr", "c:txPr"):
                if tag != "c:idx" and (old := element.find(qn(tag))) is not None:
                    element.remove(old)
            element.find(qn("c:idx")).addnext(parse_xml(f'<c:numFmt {nsdecls("c")} sourceLinked="0"/>'))
            element.find(qn("c:numFmt")).set("formatCode", code)
            _look(label.font, size, INK)
            element.find(qn("c:txPr")).find(qn("a:bodyPr")).set("wrap", "none")
        label.position = XL_LABEL_POSITION.OUTSIDE_END


def _format(value: float, text: str) -> str | None:
    """The number format that writes a value as these words; None where there is none."""
    found = re.match(r"(-?[\d\u202f]+)(?:,(\d+))?(.*)$", text)
    if not found or '"' in found[3] or french.number(value, len(found[2] or "")) != text[:len(text) - len(found[3])]:
        return None
    return _code(len(found[2] or ""), found[3])


def _columns(made, panel: Panel, chart: Native, box: Box) -> None:
    """Columns from 0, with the lines that the screen draws across them."""
    value = chart.series[0]
    scale = _scale([y for y in value.y if y is not None])
    data = _Categories()
    data.categories = _distinct(chart.categories)
    for one in chart.series:
        data.add_series(one.name, one.y)
    made_chart = _frame(made, panel, XL_CHART_TYPE.COLUMN_CLUSTERED, data, box)
    left = scale.wide + 0.55
    foot = 0.5 + 0.72 * max(_wide(n, SMALL) for n in chart.categories)
    inner = _inner(made_chart, box, left, 0.36, box.w - left - 0.15, box.h - 0.36 - min(foot, box.h / 2))
    made_chart.plots[0].gap_width = 12
    _value_axis(made_chart.value_axis, chart.y_title, scale, inner.h + 0.3)
    _category_axis(made_chart.category_axis, chart.x_title, SMALL, slant=True)
    _colour_bars(made_chart.plots[0].series[0], _rows(panel, range(len(value.y))))
    ends = panel.chart["data"]["values"]
    for x, text in _uprights(panel.chart):
        _upright(made, inner, x / ends[-1]["b"], text, ACCENT)


def _uprights(spec: dict) -> list[tuple[float, str]]:
    """Places and names of the lines across a distribution."""
    layers = [one for one in spec.get("layer", ()) if _mark(one).get("type") == "rule" and "data" in one]
    return [(row["x"], row["l"]) for one in layers for row in one["data"]["values"] if "x" in row and "l" in row]


def _mark(layer: dict) -> dict:
    mark = layer.get("mark", {})
    return mark if isinstance(mark, dict) else {"type": mark}


SIGNALS = dict(zip(STATES, ("signal d'amélioration", "signal d'alerte", "signal de changement"), strict=False))


def _line(made, panel: Panel, chart: Native, box: Box) -> None:
    """Lines over months: a missing one is a gap. Points that are signals stand out as series of their own, named in the
    legend, so that no colour is without its word."""
    scale = _scale([y for s in chart.series for y in s.y if y is not None])
    rows = _rows(panel, range(len(chart.categories)))
    found = [state for state in SIGNALS if any(row.get("s") == state and row.get("v") is not None for row in rows)]
    data = _Categories(number_format="General")
    months = _months(panel.chart)
    data.categories = months
    for one in chart.series:
        data.add_series(one.name, one.y)
    for state in found:
        data.add_series(SIGNALS[state], [row.get("v") if row.get("s") == state else None for row in rows])
    names = [*(s.name for s in chart.series), *(SIGNALS[state] for state in found)]
    made_chart = _frame(made, panel, XL_CHART_TYPE.LINE_MARKERS, data, box)
    left, (right, under) = scale.wide + 0.55, _legend_room(names, box)
    inner = _inner(made_chart, box, left, 0.15, box.w - left - 0.35 - right, box.h - 0.15 - 0.42 - under)
    _value_axis(made_chart.value_axis, chart.y_title, scale, inner.h + 0.3)
    _month_axis(made_chart.category_axis, months, inner.w)
    several = sum(s.role == "value" for s in chart.series) > 1
    drawn = list(made_chart.plots[0].series)
    for i, (one, series) in enumerate(zip(chart.series, drawn, strict=False)):
        series.smooth = False
        if one.role == "value":
            colour = (ACCENT, MAIN)[i % 2] if several else SOFT
            _stroke(series, colour, 2.25 if several else 1.5, MSO_LINE.DASH if several and i % 2 else None)
            _marker(series.marker, XL_MARKER_STYLE.CIRCLE, 7, colour)
        else:
            _stroke(series, *{"limit": (MAIN, 1.25, MSO_LINE.DASH), "target": (INK, 2, MSO_LINE.ROUND_DOT)}.get(
                one.role, (MAIN, 1.5, None)))
            series.marker.style = XL_MARKER_STYLE.NONE
    shapes = (XL_MARKER_STYLE.CIRCLE, XL_MARKER_STYLE.SQUARE, XL_MARKER_STYLE.DIAMOND)
    for state, series in zip(found, drawn[len(chart.series):], strict=True):
        series.smooth = False
        series.format.line.fill.background()
        _marker(series.marker, shapes[STATES.index(state)], 11 if len(months) <= 36 else 8, COLOURS[STATES.index(state)])
    if len(names) > 1:
        _legend(made_chart, right > 0)
    _event_lines(made, panel, inner)


def _events(spec: dict) -> list[tuple[date, str, str]]:
    """Days, sort and words of what the screen marks with upright lines: closures and decisions."""
    found = []
    for layer in spec.get("layer", ()):
        mark = _mark(layer)
        for row in layer.get("data", {}).get("values", ()) if mark.get("type") == "rule" else ():
            if "e" in row:
                what = "Fermeture" if mark.get("strokeDash") else "Décision"
                found.append((date.fromisoformat((row.get("m") or row["d"])[:10]), what, row["e"]))
    return found


def _months(spec: dict) -> list[date]:
    """The months of a spec's points."""
    return list(dict.fromkeys(date.fromisoformat(row["m"][:10]) for row in spec["data"]["values"]))


def _month_number(day: date) -> float:
    """Months since year 0, days as a part of one."""
    return day.year * 12 + day.month + (day.day - 1) / 31


def _month_axis(axis, months: Sequence[date], wide: float) -> None:
    """An axis of months, named as often as there is room."""
    _axis(axis, "", 14)
    axis.has_major_gridlines = False
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = f"{FRENCH}mmm yyyy", False
    total = _month_number(months[-1]) - _month_number(months[0]) + 1
    fits = max(int(wide / (_wide("sept. 2026", 14) + 0.25)), 1)
    each = next((n for n in (1, 2, 3, 6, 12, 24, 60) if total / n <= fits), 120)
    element = axis._element
    for tag in ("c:baseTimeUnit", "c:majorUnit", "c:majorTimeUnit"):
        for old in element.findall(qn(tag)):
            element.remove(old)
    at = element.find(qn("c:lblOffset"))
    for tag, value in (("majorTimeUnit", "months"), ("majorUnit", each), ("baseTimeUnit", "months")):
        at.addnext(parse_xml(f'<c:{tag} {nsdecls("c")} val="{value}"/>'))


def _event_lines(made, panel: Panel, inner: Box) -> None:
    months = [_month_number(m) for m in _months(panel.chart)]
    for on, what, text in _events(panel.chart):
        share = (_month_number(on) - months[0] + 0.5) / (months[-1] - months[0] + 1)
        if not 0 <= share <= 1:
            continue
        shape = _upright(made, inner, share, "", INK if what == "Décision" else NONE, dashed=what != "Décision")
        _said(shape, what, f"{what}, {french.date_short(on)}{S}: {text}")


def _scatter(made, panel: Panel, chart: Native, box: Box) -> None:
    """Points and lines on two number axes. Lines run by x; steps stay steps."""
    steps = any(_mark(one).get("interpolate") == "step-after" for one in panel.chart.get("layer", ()))
    points = any(s.role == "points" for s in chart.series)
    xs, ys = ([v for s in chart.series for v in getattr(s, axis) if v is not None] for axis in "xy")
    across, up = _scale(xs), Scale(0, 100, 20) if steps else _scale(ys, zero=not points)
    if across.high < max(xs) * 1.02 and points:  # the largest one does not lie on the edge
        across = replace(across, high=across.high + across.step)
    data, lacking = _Points(), []
    for one in chart.series:
        series, without = data.add_series(one.name), []
        placed = list(zip(one.x, one.y, strict=True))
        order = range(len(placed)) if one.role == "points" else sorted(range(len(placed)), key=lambda i: placed[i][0])
        placed = [placed[i] for i in order]
        for (x, y), after in zip(placed, [*placed[1:], None], strict=True):
            for at in (x, after[0]) if steps and after else (x,):
                if y is None:
                    without.append(len(series))
                series.add_data_point(at, y)
        lacking.append(without)
    made_chart = _frame(made, panel, XL_CHART_TYPE.XY_SCATTER_LINES, data, box)
    for series, without in zip(made_chart.plots[0].series, lacking, strict=True):
        for point in series._element.findall(".//" + qn("c:yVal") + "//" + qn("c:pt")):
            if int(point.get("idx")) in without:
                point.getparent().remove(point)
    left = up.wide + 0.55
    right, under = _legend_room([s.name for s in chart.series], box)
    inner = _inner(made_chart, box, left, 0.15, box.w - left - 0.35 - right, box.h - 0.15 - 0.72 - under)
    _value_axis(made_chart.value_axis, chart.y_title, up, inner.h + 0.3)
    _value_axis(made_chart.category_axis, chart.x_title, across, inner.w, grid=False)
    limits = 0
    for one, series in zip(chart.series, made_chart.plots[0].series, strict=True):
        series.smooth = False
        if one.role == "points":
            series.format.line.fill.background()
            _marker(series.marker, XL_MARKER_STYLE.CIRCLE, 10, MAIN)
            _named(series, one.words, panel)
            continue
        series.marker.style = XL_MARKER_STYLE.NONE
        limits += one.role == "limit"
        _stroke(series, *({"centre": (MAIN, 2, None), "value": (MAIN, 2.5, None)}.get(one.role) or
                          ((SOFT, 1.5, None) if points and limits <= 2 else (SOFT, 1.25, MSO_LINE.DASH))))
    _legend(made_chart, right > 0)


def _named(series, words: Sequence[str], panel: Panel) -> None:
    """Points outside the limits: in orange, with another shape and a name, as on screen."""
    for i, (row, name) in enumerate(zip(_rows(panel, range(len(words))), words, strict=True)):
        if row.get("out"):
            _marker(series.points[i].marker, XL_MARKER_STYLE.DIAMOND, 13, CONCERN)
            label = series.points[i].data_label
            _write(label.text_frame, [[Run(_cut(name, 1, 3, BODY), BODY, INK, True)]])
            label.text_frame.word_wrap = False
            label.position = XL_LABEL_POSITION.RIGHT


def _frame(made, panel: Panel, kind, data, box: Box):
    """A chart in its place, in French, without title, blanks as gaps."""
    frame = made.shapes.add_chart(kind, *box.emu(), data)
    _said(frame, panel.title or "Graphique", panel.alt or panel.title)
    chart = frame.chart
    chart.has_title, chart.has_legend = False, False
    chart.font.size, chart.font.name = Pt(14), FONT
    chart.font.language_id = MSO_LANGUAGE_ID.FRENCH if hasattr(chart.font, "language_id") else None
    space = chart._chartSpace
    for tag in ("c:lang", "c:roundedCorners"):
        for old in space.findall(qn(tag)):
            space.remove(old)
    at = 1 if space[0].tag == qn("c:date1904") else 0
    space.insert(at, parse_xml(f'<c:roundedCorners {nsdecls("c")} val="0"/>'))
    space.insert(at, parse_xml(f'<c:lang {nsdecls("c")} val="fr-FR"/>'))
    blanks = space.find(".//" + qn("c:dispBlanksAs"))
    blanks.set("val", "gap")
    return chart


def _inner(chart, box: Box, left: float, top: float, w: float, h: float) -> Box:
    """Fix where the axes stand, so that charts line up and lines may be drawn over them; that place on the slide."""
    area = chart._chartSpace.find(".//" + qn("c:plotArea"))
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    parts = "".join(f'<c:{name} val="{value:.5f}"/>' for name, value in (
        ("x", left / box.w), ("y", top / box.h), ("w", w / box.w), ("h", h / box.h)))
    area.insert(0, parse_xml(
        f'<c:layout {nsdecls("c")}><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
        f"{parts}</c:manualLayout></c:layout>"))
    return Box(box.x + left, box.y + top, w, h)


def _value_axis(axis, title: str, scale: Scale, room: float, grid: bool = True) -> None:
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = scale.low, scale.high, scale.step
    axis.has_major_gridlines = grid
    if grid:
        axis.major_gridlines.format.line.color.rgb, axis.major_gridlines.format.line.width = _rgb(GRID), Pt(0.75)
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = scale.code, False
    _axis(axis, title, 14, room)


def _category_axis(axis, title: str, size: float, slant: bool = False) -> None:
    """An axis on which each bar is named."""
    _axis(axis, title, size)
    axis.has_major_gridlines = False
    axis._element.find(qn("c:noMultiLvlLbl")).addprevious(parse_xml(f'<c:tickLblSkip {nsdecls("c")} val="1"/>'))
    if slant:
        axis._element.find(qn("c:txPr")).find(qn("a:bodyPr")).set("rot", "-2700000")


def _axis(axis, title: str, size: float, room: float = INNER) -> None:
    axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
    axis.format.line.color.rgb, axis.format.line.width = _rgb(GRID), Pt(1)
    _look(axis.tick_labels.font, size, SOFT)
    axis.has_title = bool(title)
    if title:
        text, size = _fitted(title, Box(0, 0, room, _tall(1, 14)), (14, SMALL))
        _write(axis.axis_title.text_frame, [[Run(text, size, SOFT)]])


def _stroke(series, colour: str, width: float, dash=None) -> None:
    line = series.format.line
    line.color.rgb, line.width = _rgb(colour), Pt(width)
    if dash:
        line.dash_style = dash


def _marker(marker, style, size: int, colour: str) -> None:
    marker.style, marker.size = style, size
    marker.format.fill.solid()
    marker.format.fill.fore_color.rgb = _rgb(colour)
    marker.format.line.color.rgb = _rgb(PAPER)


def _legend_room(names: Sequence[str], box: Box) -> tuple[float, float]:
    """Inches for the legend: at the right of a wide chart, else under it; none for one name, which the axis says."""
    if len(names) < 2:
        return 0, 0
    wide = min(max(_wide(n, BODY) for n in names), 3.2) + 0.8
    if box.w > 9:
        return wide, 0
    return 0, 0.12 + 0.28 * math.ceil(len(names) / max(int(box.w * 0.85 / wide), 1))


def _legend(chart, right: bool) -> None:
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.RIGHT if right else XL_LEGEND_POSITION.BOTTOM
    chart.legend.include_in_layout = False
    _look(chart.legend.font, BODY, SOFT)


def _upright(made, inner: Box, share: float, text: str, colour: str, dashed: bool = True):
    """A vertical line over a chart's axes, at a share of their width, named above."""
    x = inner.x + inner.w * min(max(share, 0), 1)
    line = made.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, Inches(x), Inches(inner.y), Inches(x), Inches(inner.y + inner.h))
    line.line.color.rgb, line.line.width = _rgb(colour), Pt(1 if dashed and not text else 1.75)
    if dashed:
        line.line.dash_style = MSO_LINE.DASH
    if text:
        _said(line, f"Trait{S}: {text}", text)
        wide = _wide(text, BODY, True) + 0.2
        at = min(max(x - wide / 2, inner.x), inner.x + inner.w - wide)
        _said(_words(made.shapes, Box(at, inner.y - 0.32, wide, 0.3), [[Run(text, BODY, colour, True)]],
                     align=PP_ALIGN.CENTER), "Nom du trait")
    return line


# ---- the map --------------------------------------------------------------------------------------------------------

SEA, LAND, AWAY, COAST, EDGE = "#f3f6f8", "#dbe4df", "#eef2f0", "#9fb2a8", "#ffffff"
TICKS = {"✓": [[(-3.6, .3), (-1.1, 3.1), (3.6, -2.7)]], "✗": [[(-3, -3), (3, 3)], [(-3, 3), (3, -3)]],
         "≈": [[(-4, y), (-2, y - 1.4), (0, y - .4), (2, y + .6), (4, y - .8)] for y in (-1.2, 2.4)]}
Point = tuple[float, float]


def _map(made, panel: Panel, box: Box) -> None:
    """Outlines, sites and legend as shapes, drawn from the screen's own places, sizes and colours."""
    column = 3.55
    place = replace(box, w=box.w - column - 0.25)
    drawing = geography.draw(panel.plot, place.w * 72, place.h * 72, scale=0.78)
    shapes, before = made.shapes, len(made.shapes)
    at = lambda x, y: (place.x + x / 72, place.y + y / 72)  # noqa: E731
    for pane in drawing.panes:
        _said(_area(shapes, Box(*at(pane.x, pane.y), pane.width / 72, pane.height / 72), SEA, GRID), pane.title)
    for one in drawing.outlines:
        shape = _path(shapes, [[at(x, y) for x, y in ring] for ring in one.rings], True)
        _fill(shape, AWAY if one.away else LAND, COAST, 0.75)
        _said(shape, one.name)
    if drawing.inset:
        x, y, w, h = drawing.inset
        frame = _area(shapes, Box(*at(x, y), w / 72, h / 72), None, SOFT)
        frame.line.dash_style = MSO_LINE.DASH
        _said(frame, "Cadre du sud")
    for mark in drawing.marks:
        _site(shapes, *at(mark.x, mark.y), mark.radius / 72, mark.kind, mark.fill, mark.missing, mark.letter, mark.frame,
              mark.badge, drawing.scale / 72, mark.name, ", ".join((mark.name, *mark.words)))
    for one in geography.labels(drawing, SMALL):
        # A little more than its box: a name must not break for want of a hair.
        _said(_words(shapes, Box(*at(one.x - 4, one.y), (one.width + 8) / 72, one.height / 72), [[Run(one.text, SMALL)]],
                     align=PP_ALIGN.CENTER, anchor=MSO_ANCHOR.MIDDLE), "Nom")
    for pane in drawing.panes:
        x, y = at(pane.x, pane.y)
        tag = _area(shapes, Box(x + 0.08, y + 0.08, _wide(pane.title, SMALL, True) + 0.2, 0.26), PAPER, GRID)
        _write(tag.text_frame, [[Run(pane.title, SMALL, SOFT, True)]], align=PP_ALIGN.CENTER, anchor=MSO_ANCHOR.MIDDLE)
        _said(tag, "Titre")
    _said(shapes.add_group_shape(list(shapes)[before:]), panel.title or "Carte", panel.alt or panel.title)
    _map_legend(made, panel.plot, Box(box.x + box.w - column, box.y, column, box.h))


def _path(shapes, lines: Sequence[Sequence[Point]], closed: bool):
    """Lines of points as one shape; written at one go, for an outline has hundreds of them."""
    places = [[(Inches(x), Inches(y)) for x, y in line] for line in lines]
    xs, ys = zip(*(p for line in places for p in line), strict=True)
    left, top, w, h = min(xs), min(ys), max(max(xs) - min(xs), 1), max(max(ys) - min(ys), 1)
    steps = "".join(
        "".join(f'<a:{"lnTo" if i else "moveTo"}><a:pt x="{x - left}" y="{y - top}"/></a:{"lnTo" if i else "moveTo"}>'
                for i, (x, y) in enumerate(line)) + ("<a:close/>" if closed else "") for line in places)
    shapes._spTree.append(parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{shapes._next_shape_id}" name=""/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{w}" cy="{h}"/></a:xfrm><a:custGeom><a:avLst/><a:gdLst/>'
        f'<a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/><a:pathLst><a:path w="{w}" h="{h}">{steps}</a:path>'
        "</a:pathLst></a:custGeom></p:spPr></p:sp>"))
    return shapes[-1]


def _round(x: float, y: float, r: float) -> Box:
    return Box(x - r, y - r, 2 * r, 2 * r)


def _site(shapes, x: float, y: float, r: float, kind: str, fill: str | None, missing: bool, letter: str, frame: str | None,
          badge: str | None, unit: float, name: str, alt: str) -> None:
    """A mark with its sign: letter within, frame around, badge at the lower right. unit: inches in a pixel of the screen."""
    before = len(shapes)
    reach = r * (geography.DIAMOND if kind == "GSRU" else 1)
    if frame:
        far = reach + geography.FRAME_GAP * unit
        form = {"square": MSO_SHAPE.RECTANGLE, "hexagon": MSO_SHAPE.HEXAGON}.get(frame, MSO_SHAPE.OVAL)
        wide = far * (2 / math.sqrt(3) if frame == "hexagon" else 1)
        around = _area(shapes, Box(x - wide, y - far, 2 * wide, 2 * far), PAPER, INK, form, 1.5)
        if frame == "hexagon":
            around.adjustments[0] = 0.28868
    form = MSO_SHAPE.DIAMOND if kind == "GSRU" else MSO_SHAPE.OVAL
    body = _area(shapes, _round(x, y, reach), PAPER if missing else fill or NONE, SOFT if missing else INK, form,
                 1.25 if missing else 0.75)
    if missing:
        body.line.dash_style = MSO_LINE.SQUARE_DOT
    if letter:
        size = 13 if letter != "C" else SMALL
        tag = _words(shapes, _round(x, y, 0.16), [[Run(letter, size, PAPER, True)]], align=PP_ALIGN.CENTER,
                     anchor=MSO_ANCHOR.MIDDLE)
        tag.text_frame.word_wrap = False
    if badge:
        off = (reach + (geography.FRAME_GAP * unit if frame else 0)) * 0.85
        _badge(shapes, x + off, y + off, badge, unit)
    _said(shapes.add_group_shape(list(shapes)[before:]), name, alt)


def _badge(shapes, x: float, y: float, badge: str, unit: float) -> None:
    _area(shapes, _round(x, y, geography.BADGE * unit), PAPER, INK, MSO_SHAPE.OVAL, 0.75)
    lines = [[(x + a * unit, y + b * unit) for a, b in line] for line in TICKS.get(badge, ())]
    if lines:
        _fill(_path(shapes, lines, False), None, INK, 1.5)


def _map_legend(made, plot: Plot, box: Box) -> None:
    """The legend's lines as on screen, one under the other."""
    legend, unit = plot.legend, 0.78 / 72
    shapes, before = made.shapes, len(made.shapes)
    rows: list[tuple[Callable[[float, float], None] | None, str, str]] = []
    draw = lambda **k: lambda x, y: _site(shapes, x, y, **{  # noqa: E731
        "r": 8 * unit, "kind": "CCSP", "fill": None, "missing": False, "letter": "", "frame": None, "badge": None, "unit": unit,
        "name": "Signe", "alt": ""} | k)
    amount = lambda n: "" if n is None else str(n)  # noqa: E731
    for one in legend.signs:
        if one["colour"]:
            sign = draw(fill=one["colour"], letter=one["letter"], frame=one["frame"], badge=one["badge"])
        elif one["badge"]:
            sign = lambda x, y, b=one["badge"]: _badge(shapes, x, y, b, unit)  # noqa: E731
        else:
            sign = draw(missing=True, r=geography.HOLLOW * unit)
        rows.append((sign, one["label"], amount(one["count"])))
    for one in legend.classes if not legend.signs else ():
        rows.append((draw(fill=one["colour"]), one["label"], amount(one["count"])))
    if legend.missing is not None:
        rows.append((draw(missing=True, r=6 * unit), "pas de données", amount(legend.missing)))
    title = _wrapped(_cut(legend.title, 2, box.w, BODY, True), box.w, BODY, True) if legend.title else []
    y = box.y
    if title:
        _words(shapes, Box(box.x, y, box.w, _tall(len(title), BODY)), [[Run(" ".join(title), BODY, INK, True)]])
        y += _tall(len(title), BODY) + 0.08
    kinds = [(draw(kind=k, fill=PAPER), k) for k in ("CCSP", "GSRU")]
    sizes = [(draw(fill=PAPER, r=s["radius"] * unit), s["label"]) for s in legend.sizes]
    high = min((box.h - (y - box.y) - 0.62 - (0.45 + _tall(2, BODY) if sizes else 0.4)) / max(len(rows), 1), 0.42)
    for sign, label, count in rows:
        sign(box.x + 0.22, y + high / 2)
        _words(shapes, Box(box.x + 0.5, y, box.w - 0.95, high), [[Run(_cut(label, 1, box.w - 0.95, BODY), BODY)]],
               anchor=MSO_ANCHOR.MIDDLE)
        if count:
            _words(shapes, Box(box.x + box.w - 0.6, y, 0.6, high), [[Run(count, BODY, INK, True)]], align=PP_ALIGN.RIGHT,
                   anchor=MSO_ANCHOR.MIDDLE)
        y += high
    for line in (kinds, sizes):
        for i, (sign, label) in enumerate(line):
            sign(box.x + 0.22 + 1.5 * i, y + 0.22)
            _words(shapes, Box(box.x + 0.55 + 1.5 * i, y, 1.0, 0.44), [[Run(label, BODY)]], anchor=MSO_ANCHOR.MIDDLE)
        y += 0.44 if line else 0
    if legend.size_text:
        _words(shapes, Box(box.x, y, box.w, 0.3), [[Run(_cut(legend.size_text, 1, box.w, BODY), BODY)]])
    credit = " · ".join(t for t in ("Limites indicatives", "Natural Earth", legend.credit) if t)
    _words(shapes, Box(box.x, box.y + box.h - 0.24, box.w, 0.24), [[Run(_cut(credit, 1, box.w, SMALL), SMALL, SOFT)]],
           anchor=MSO_ANCHOR.BOTTOM)
    said = [f"{label}{S}: {count}" for _, label, count in rows if count]
    _said(shapes.add_group_shape(list(shapes)[before:]), "Légende de la carte", "Légende. " + ", ".join(said))
