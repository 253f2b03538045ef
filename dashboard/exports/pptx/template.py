"""An empty presentation in our colours, made of python-pptx's own template."""

from lxml import etree
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Show
from pptx.shapes.autoshape import Shape
from pptx.slide import SlideMaster
from pptx.util import Inches

from dashboard.exports.pptx.shapes import (
    BOTTOM,
    FONT,
    HEIGHT,
    INNER,
    LEFT,
    WIDTH,
    Box,
    set_flat_colours,
)
from dashboard.palette import (
    ACCENT,
    CHANGE,
    GRID,
    IMPROVEMENT,
    INK,
    MAIN,
    NONE,
    PALE,
    PAPER,
    SOFT,
    WASH,
)

PLACES = {
    "title": Box(LEFT, 0.34, INNER, 1.18),
    "ctrTitle": Box(LEFT + 0.35, 1.5, INNER - 0.7, 1.9),
    "subTitle": Box(LEFT + 0.35, 3.95, INNER - 0.7, 2.8),
    "body": Box(LEFT, 1.62, INNER, BOTTOM - 1.62),
    "ftr": Box(LEFT, 6.93, 11.1, 0.46),
    "sldNum": Box(11.8, 6.93, 0.933, 0.46),
}
COLOURS = {
    "dk1": INK,
    "lt1": PAPER,
    "dk2": MAIN,
    "lt2": WASH,
    "accent1": MAIN,
    "accent2": ACCENT,
    "accent3": IMPROVEMENT,
    "accent4": CHANGE,
    "accent5": NONE,
    "accent6": PALE,
    "hlink": MAIN,
    "folHlink": SOFT,
}
OPENING = ((Box(0, 0, WIDTH, 3.55), MAIN), (Box(0, 3.55, WIDTH, 0.07), ACCENT))
CONTENT = (
    (Box(0, 0, WIDTH, 0.14), MAIN),
    (Box(0, 0, LEFT, 0.14), ACCENT),
    (Box(LEFT, 6.88, INNER, 0.014), GRID),
)


def blank() -> Show:
    """A presentation without slides, of two layouts: 0 to open with, 1 for all the rest."""
    show = Presentation()
    show.slide_width, show.slide_height = Inches(WIDTH), Inches(HEIGHT)
    master, opening, content = show.slide_master, show.slide_layouts[0], show.slide_layouts[5]
    for layout in list(show.slide_layouts):
        if layout not in (opening, content):
            show.slide_layouts.remove(layout)
    opening.name, content.name = "Ouverture", "Titre et contenu"
    _theme(master)
    for holder, areas in ((master, ()), (opening, OPENING), (content, CONTENT)):
        for shape in list(holder.placeholders):
            kind = shape._element.ph.get("type")
            if kind == "dt":  # the footer says of when the data are
                shape._element.getparent().remove(shape._element)
            else:
                shape.left, shape.top, shape.width, shape.height = PLACES[kind].emu()
        tree = holder.shapes._spTree
        for i, (box, colour) in enumerate(
            areas
        ):  # at the back; a layout has no call of its own for that
            made = tree.add_autoshape(90 + i, "Fond", "rect", *box.emu())
            tree.insert(2 + i, set_flat_colours(Shape(made, holder.shapes), colour)._element)
    style = master._element.find(".//" + qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    style.set("algn", "l")
    style.find(qn("a:defRPr")).attrib.update({"sz": "2800", "b": "1"})
    return show


def _theme(master: SlideMaster) -> None:
    part = next(r.target_part for r in master.part.rels.values() if r.reltype.endswith("/theme"))
    root = etree.fromstring(part.blob)
    for name, colour in COLOURS.items():
        slot = root.find(f".//{{*}}clrScheme/{{*}}{name}")
        slot.clear()
        etree.SubElement(slot, qn("a:srgbClr"), val=colour.lstrip("#").upper())
    for latin in root.iterfind(".//{*}fontScheme/*/{*}latin"):
        latin.set("typeface", FONT)
    root.set("name", "Tableau de bord CCSP")
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
