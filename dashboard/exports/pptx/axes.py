"""The parts that all charts of slides share: the data sheet, the place, scales, axes, the legend, vertical lines."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.chart.axis import CategoryAxis, DateAxis, ValueAxis
from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.chart.marker import Marker
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.enum.text import PP_ALIGN
from pptx.oxml.ns import qn
from pptx.shapes.base import BaseShape
from pptx.slide import Slide as Page
from pptx.util import Inches, Pt
from xlsxwriter import Workbook

from dashboard import french
from dashboard.exports.pptx.shapes import (
    FONT,
    INNER,
    Box,
    Run,
    add_text,
    empty_element,
    paint,
    pen,
    rgb,
    set_alt_text,
    set_font,
    write,
)
from dashboard.exports.pptx.text_fitting import BODY, SMALL, fit_text, text_height, text_width
from dashboard.palette import GRID, PAPER, SOFT
from dashboard.panel import Panel

FRENCH = "[$-40C]"  # before a number format: spaces and comma, where the program follows it
AXIS = 14  # size of the type of axes
TOP, TAIL, SIDE = (
    0.05,
    0.72,
    0.15,
)  # inches above the axes; for marks and title under them; at a side without words


class _Sheet:
    """The data sheet of a chart, in which no text becomes a formula or a link."""

    _workbook_writer: Any  # python-pptx's own, given by the class that this one is mixed with

    @property
    def xlsx_blob(self) -> bytes:
        out = io.BytesIO()
        book = Workbook(
            out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._workbook_writer._populate_worksheet(book, book.add_worksheet())
        book.close()
        return out.getvalue()


class Categories(_Sheet, CategoryChartData):  # type: ignore[misc]  # python-pptx is Any
    """The data of bars and of lines over months."""


class Points(_Sheet, XyChartData):  # type: ignore[misc]  # python-pptx is Any
    """The data of points on two axes."""


@dataclass(frozen=True)
class Scale:
    """The scale of an axis: from low to high, a mark each step."""

    low: float
    high: float
    step: float

    @property
    def decimals(self) -> int:
        """How many decimals its numbers need."""
        return next((n for n in range(3) if round(self.step, n) == round(self.step, 6)), 3)

    @property
    def label_width(self) -> float:
        """The width of its longest number, in inches."""
        return max(text_width(french.number(v, self.decimals), AXIS) for v in (self.low, self.high))


def number_format(decimals: int, after: str = "") -> str:
    """A number format of so many decimals; the reader's own office program gives spaces and comma."""
    return (
        FRENCH
        + "#,##0"
        + (f".{'0' * decimals}" if decimals else "")
        + (f'"{after}"' if after else "")
    )


def round_scale(values: Sequence[float], *, zero: bool = True) -> Scale:
    """A round scale for these values, from 0 unless some lie under it or `zero` is False."""
    low, high = min(values), max(values)
    if zero:
        low, high = min(low, 0), max(high, 0)
    rough = ((high - low) or 1) / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    if all(float(v).is_integer() for v in values):
        step = max(math.ceil(step), 1)
    step = float(f"{step:.6g}")
    high = high if high > low else low + 1
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step)


def place_chart(
    page: Page, panel: Panel, kind: XL_CHART_TYPE, data: Categories | Points, box: Box, inner: Box
) -> Chart:
    """Add a chart, in French, without title. inner: where its axes stand, so that charts line up and lines may be
    drawn over them."""
    frame = page.shapes.add_chart(kind, *box.emu(), data)
    chart = set_alt_text(frame, panel.title or "Graphique", panel.alt or panel.title).chart
    chart.has_title = chart.has_legend = False
    chart.font.size, chart.font.name, chart.font.language_id = (
        Pt(AXIS),
        FONT,
        MSO_LANGUAGE_ID.FRENCH,
    )
    space = chart._chartSpace
    for tag in (empty_element("c:roundedCorners", val=0), empty_element("c:lang", val="fr-FR")):
        space.insert(len(space.findall(qn("c:date1904"))), tag)
    plot, layout, places = (
        space.find(".//" + qn("c:plotArea")),
        empty_element("c:layout"),
        empty_element("c:manualLayout"),
    )
    plot.insert(0, layout)
    layout.append(places)
    places.extend(
        [
            empty_element("c:layoutTarget", val="inner"),
            empty_element("c:xMode", val="edge"),
            empty_element("c:yMode", val="edge"),
        ]
    )
    places.extend(
        empty_element(f"c:{name}", val=f"{share:.5f}")
        for name, share in (
            ("x", (inner.x - box.x) / box.w),
            ("y", (inner.y - box.y) / box.h),
            ("w", inner.w / box.w),
            ("h", inner.h / box.h),
        )
    )
    return chart


def value_axis(axis: ValueAxis, title: str, scale: Scale, room: float, grid: bool = True) -> None:
    """Format an axis of numbers. room: inches for its title."""
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = scale.low, scale.high, scale.step
    axis.tick_labels.number_format = number_format(scale.decimals)
    _axis(axis, title, AXIS, room, grid)


def category_axis(axis: CategoryAxis, title: str, size: float, slant: bool = False) -> None:
    """Format an axis on which each bar is named."""
    _axis(axis, title, size)
    axis._element.find(qn("c:noMultiLvlLbl")).addprevious(empty_element("c:tickLblSkip", val=1))
    if slant:
        axis._element.find(qn("c:txPr")).find(qn("a:bodyPr")).set("rot", "-2700000")


def month_axis(axis: DateAxis, total: float, room: float) -> None:
    """Format an axis of so many months, named as often as there is room."""
    _axis(axis, "", AXIS)
    axis.tick_labels.number_format = f"{FRENCH}mmm yyyy"
    fits = max(int(room / (text_width("sept. 2026", AXIS) + 0.25)), 1)
    each = next((n for n in (1, 2, 3, 6, 12, 24, 60) if total / n <= fits), 120)
    base = axis._element.find(qn("c:baseTimeUnit"))
    base.set("val", "months")
    base.addnext(empty_element("c:majorTimeUnit", val="months"))
    base.addnext(empty_element("c:majorUnit", val=each))


def _axis(
    axis: ValueAxis | CategoryAxis, title: str, size: float, room: float = INNER, grid: bool = False
) -> None:
    axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
    axis.has_major_gridlines = grid
    if grid:
        pen(axis.major_gridlines.format.line, GRID)
    pen(axis.format.line, GRID, 1)
    set_font(axis.tick_labels.font, size, SOFT)
    axis.has_title = bool(title)
    if title:
        text, size = fit_text(title, room, text_height(1, AXIS), (AXIS, SMALL))
        write(axis.axis_title.text_frame, Run(text, size, SOFT))


def set_marker(marker: Marker, style: XL_MARKER_STYLE, size: int, colour: str) -> None:
    """Set the look of a series' points, or of one."""
    marker.style, marker.size = style, size
    paint(marker.format.fill, colour)
    marker.format.line.color.rgb = rgb(PAPER)


def place_lines(
    page: Page,
    panel: Panel,
    kind: XL_CHART_TYPE,
    data: Categories | Points,
    names: Sequence[str],
    box: Box,
    title: str,
    scale: Scale,
    foot: float,
) -> tuple[Chart, Box]:
    """Add a chart of lines with its axis of numbers and its legend, at the right of a wide chart, else under it; none
    for one name, which the axis says. foot: inches for what is written under the axes. Returns the chart, and where
    its axes stand."""
    each, right, under = min(max(text_width(n, BODY) for n in names), 3.2) + 0.8, box.w > 9, 0.0
    if not right and len(names) > 1:
        under = 0.12 + 0.28 * math.ceil(len(names) / max(int(box.w * 0.85 / each), 1))
    inner = box.inset(
        scale.label_width + 0.55,
        SIDE,
        0.35 + (each if right and len(names) > 1 else 0),
        foot + under,
    )
    chart = place_chart(page, panel, kind, data, box, inner)
    value_axis(chart.value_axis, title, scale, inner.h + 0.3)
    if len(names) > 1:
        add_legend(chart, right=right)
    return chart, inner


def add_legend(chart: Chart, *, right: bool) -> None:
    """Name the series of a chart at its right, or under it."""
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.RIGHT if right else XL_LEGEND_POSITION.BOTTOM
    chart.legend.include_in_layout = False
    set_font(chart.legend.font, BODY, SOFT)


def draw_upright(
    page: Page, inner: Box, share: float, colour: str, text: str = "", dashed: bool = True
) -> BaseShape:
    """Draw a vertical line over a chart's axes, at a share of their width, named above."""
    x = inner.x + inner.w * min(max(share, 0), 1)
    line = page.shapes.add_connector(
        MSO_CONNECTOR.STRAIGHT, Inches(x), Inches(inner.y), Inches(x), Inches(inner.y + inner.h)
    )
    pen(line.line, colour, 1 if dashed and not text else 1.75, MSO_LINE.DASH if dashed else None)
    if text:
        room = text_width(text, BODY, True) + 0.2
        at = min(max(x - room / 2, inner.x), inner.x + inner.w - room)
        add_text(
            page.shapes,
            Box(at, inner.y - 0.32, room, 0.3),
            Run(text, BODY, colour, True),
            name="Nom du trait",
            align=PP_ALIGN.CENTER,
        )
        set_alt_text(line, f"Trait{french.SPACE}: {text}", text)
    return line
