"""Text boxes and shapes in flat colours, of which slides are made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.dml.color import RGBColor
from pptx.dml.fill import FillFormat
from pptx.dml.line import LineFormat
from pptx.enum.dml import MSO_LINE
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import BaseOxmlElement, OxmlElement
from pptx.shapes.base import BaseShape
from pptx.shapes.shapetree import SlideShapes
from pptx.text.text import Font, TextFrame
from pptx.util import Inches, Pt

from dashboard.exports.pptx.text_fitting import BODY
from dashboard.palette import INK, SOFT

WIDTH, HEIGHT = 13.333, 7.5
LEFT, INNER = 0.6, 12.133  # the left margin, and what lies between the two
BOTTOM = 6.78  # of what stands above the footer
FONT = "Arial"  # on every machine; its metrics are known here too
CENTRED: dict[str, Any] = {"align": PP_ALIGN.CENTER, "anchor": MSO_ANCHOR.MIDDLE}


@dataclass(frozen=True)
class Box:
    """A place on the slide, in inches."""

    x: float
    y: float
    w: float
    h: float

    def emu(self) -> tuple[int, int, int, int]:
        """The box in python-pptx's units: left, top, width, height."""
        return Inches(self.x), Inches(self.y), Inches(self.w), Inches(self.h)

    def inset(self, left: float, top: float, right: float, bottom: float) -> "Box":
        """The box between these margins."""
        return Box(self.x + left, self.y + top, self.w - left - right, self.h - top - bottom)


@dataclass(frozen=True)
class Run:
    """A piece of text of one look."""

    text: str
    size: float = BODY
    colour: str = INK
    bold: bool = False


def rgb(colour: str) -> RGBColor:
    """The colour « #rrggbb » as python-pptx wants it."""
    return RGBColor.from_string(colour.lstrip("#").upper())


def empty_element(tag: str, **attributes: object) -> BaseOxmlElement:
    """An XML element without content, such as python-pptx has no call for."""
    made = OxmlElement(tag)
    made.attrib.update({k: str(v) for k, v in attributes.items()})
    return made


def paint(fill: FillFormat, colour: str | None) -> None:
    """Fill with one colour, or with none."""
    if colour is None:
        fill.background()
    else:
        fill.solid()
        fill.fore_color.rgb = rgb(colour)


def pen(
    line: LineFormat, colour: str | None, width: float = 0.75, dash: MSO_LINE | None = None
) -> None:
    """Give a line one colour and width (in points); without a colour there is none."""
    if colour is None:
        line.fill.background()
        return
    line.color.rgb, line.width = rgb(colour), Pt(width)
    if dash:
        line.dash_style = dash


def set_font(font: Font, size: float, colour: str, bold: bool = False) -> None:
    """Set size in points, colour and weight."""
    font.size, font.bold, font.color.rgb = Pt(size), bold, rgb(colour)


def write(
    frame: TextFrame,
    *paragraphs: Run | Sequence[Run],
    align: PP_ALIGN = PP_ALIGN.LEFT,
    anchor: MSO_ANCHOR = MSO_ANCHOR.TOP,
    inset: float = 0,
    after: float = 0,
    spacing: float | None = None,
) -> None:
    """Put paragraphs into an empty text frame. inset: inches around them; after: points between them."""
    frame.word_wrap, frame.vertical_anchor = True, anchor
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Inches(inset)
    for i, runs in enumerate(paragraphs):
        p = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        p.alignment, p.space_after, p.space_before, p.line_spacing = (
            align,
            Pt(after),
            Pt(0),
            spacing,
        )
        for one in [runs] if isinstance(runs, Run) else runs:
            r = p.add_run()
            r.text, r.font.language_id = one.text, MSO_LANGUAGE_ID.FRENCH
            set_font(r.font, one.size, one.colour, one.bold)


def add_text(
    shapes: SlideShapes,
    box: Box,
    *paragraphs: Run | Sequence[Run],
    name: str = "",
    **how: Any,
) -> BaseShape:
    """Add a text box without border or fill, written as `write` does."""
    made = shapes.add_textbox(*box.emu())
    write(made.text_frame, *paragraphs, **how)
    return set_alt_text(made, name) if name else made


def draw_area(
    shapes: SlideShapes,
    box: Box,
    fill: str | None,
    line: str | None = None,
    kind: MSO_SHAPE = MSO_SHAPE.RECTANGLE,
    width: float = 0.75,
    dash: MSO_LINE | None = None,
) -> BaseShape:
    """Add a shape in flat colours."""
    return set_flat_colours(shapes.add_shape(kind, *box.emu()), fill, line, width, dash)


def set_flat_colours(
    shape: BaseShape,
    fill: str | None,
    line: str | None = None,
    width: float = 0.75,
    dash: MSO_LINE | None = None,
) -> BaseShape:
    """Give a shape these colours, without shadow; returns it."""
    for effect in shape._element.iter(qn("a:effectRef")):
        effect.set("idx", "0")
    paint(shape.fill, fill)
    pen(shape.line, line, width, dash)
    return shape


def set_alt_text(shape: BaseShape, name: str, alt: str = "") -> Any:
    """Give a shape its name and its alternative text; returns it."""
    about = next(shape._element.iter(qn("p:cNvPr")))
    about.set("name", name[:200])
    about.set("descr", alt[:2000])
    return shape


def group_shapes(shapes: SlideShapes, before: int, name: str, alt: str = "") -> None:
    """Group all shapes drawn since there were so many."""
    set_alt_text(shapes.add_group_shape(list(shapes)[before:]), name, alt)


def add_rest_note(shapes: SlideShapes, box: Box, text: str, where: str = "le classeur") -> None:
    """Add a line that says that there is more than what is shown, and where it is."""
    add_text(shapes, box, Run(f"et {text}\u00a0: voir {where}", BODY, SOFT), name="Suite")
