"""Charts that stay editable, each drawn from the numbers of the spec that the screen shows."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pptx.chart.datalabel import DataLabel
from pptx.chart.series import BarSeries, XySeries
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import BaseOxmlElement
from pptx.slide import Slide as Page

from dashboard import french
from dashboard.charts import Native
from dashboard.charts.control_charts import COLOURS, STATES
from dashboard.charts.style import Row, Spec
from dashboard.exports.pptx import axes
from dashboard.exports.pptx.axes import SIDE, TAIL, TOP, Scale
from dashboard.exports.pptx.shapes import (
    Box,
    Run,
    add_rest_note,
    empty_element,
    paint,
    pen,
    rgb,
    set_alt_text,
    set_font,
    write,
)
from dashboard.exports.pptx.text_fitting import BODY, SMALL, cut, text_width
from dashboard.palette import ACCENT, ALERT, INK, MAIN, NONE, PALE, SERIES, SOFT, Colour
from dashboard.panel import Panel

COLUMN = "place des valeurs"  # in the sheet behind bars: unseen ones, as long as the axis
MOST_BARS = 18  # in one chart, to be read; twice as many stand in two
# Name, shape and colour of points that are signals.
SIGNALS = dict(
    zip(
        STATES,
        zip(
            ("signal d'amélioration", "signal d'alerte", "signal de changement"),
            (XL_MARKER_STYLE.CIRCLE, XL_MARKER_STYLE.SQUARE, XL_MARKER_STYLE.DIAMOND),
            COLOURS,
            strict=False,
        ),
        strict=False,
    )
)
# Where a point's name stands.
SIDES = {
    "right": XL_LABEL_POSITION.RIGHT,
    "left": XL_LABEL_POSITION.LEFT,
    "above": XL_LABEL_POSITION.ABOVE,
    "below": XL_LABEL_POSITION.BELOW,
}
# Colour, width and dashes of lines: over months; on two axes; a funnel's limits in their order (99,8 %, 95 %, exact).
Stroke = tuple[Colour, float] | tuple[Colour, float, MSO_LINE]
OVER_MONTHS: dict[str, Stroke] = {
    "limit": (MAIN, 1.25, MSO_LINE.DASH),
    "target": (INK, 2, MSO_LINE.ROUND_DOT),
    "centre": (MAIN, 1.5),
}
ON_AXES: dict[str, Stroke] = {
    "limit": (SOFT, 1.25, MSO_LINE.DASH),
    "value": (MAIN, 2.5),
    "centre": (MAIN, 2),
}
# Of places side by side, in their order and as on screen: stroke, and mark.
PLACES: tuple[tuple[Stroke, XL_MARKER_STYLE], ...] = (
    ((MAIN, 2.25), XL_MARKER_STYLE.CIRCLE),
    ((ACCENT, 2.25, MSO_LINE.DASH), XL_MARKER_STYLE.SQUARE),
    ((SERIES[2], 2.25, MSO_LINE.ROUND_DOT), XL_MARKER_STYLE.TRIANGLE),
    ((SERIES[3], 2.25, MSO_LINE.DASH_DOT), XL_MARKER_STYLE.DIAMOND),
)
OF_FUNNEL: tuple[Stroke, ...] = (
    ((SOFT, 1.5),) * 2 + ((SOFT, 1.25, MSO_LINE.DASH),) * 2 + ((SOFT, 1, MSO_LINE.ROUND_DOT),) * 2
)


def draw_chart(page: Page, panel: Panel, chart: Native, box: Box) -> None:
    """Draw the panel's chart, of any kind but "table", with at least one value."""
    {"bar": _bars, "line": _line, "column": _columns, "scatter": _scatter}[chart.kind](
        page, panel, chart, box
    )


def _numbers(
    names: Sequence[str] | Sequence[date],
    chart: Native,
    which: slice = slice(None),
    **format_: str,
) -> axes.Categories:
    """The chart's numbers under these names. which: a part of them."""
    data = axes.Categories(**format_)
    data.categories = names
    for one in chart.series:
        data.add_series(one.name, one.y[which])
    return data


# ---- bars and columns -----------------------------------------------------------------------------------------------


def _bars(page: Page, panel: Panel, chart: Native, box: Box) -> None:
    """Draw horizontal bars in the order given, in two charts of one scale where there are many."""
    if chart.series[0].role == "place":
        _bars_of_places(page, panel, chart, box)
        return
    total = len(chart.categories)
    shown = min(total, 2 * MOST_BARS)
    if total > shown:
        add_rest_note(
            page.shapes,
            box.inset(0, box.h - 0.3, 0, 0),
            french.plural(total - shown, "autre barre", "autres barres"),
        )
        box = box.inset(0, 0, 0, 0.35)
    parts = 1 if shown <= MOST_BARS else 2
    each, step = math.ceil(shown / parts), (box.w + 0.3) / parts
    for part in range(parts):
        _bar_chart(
            page,
            panel,
            chart,
            range(part * each, min((part + 1) * each, shown)),
            Box(box.x + part * step, box.y, step - 0.3, box.h) if parts > 1 else box,
            each,
        )


def _bars_of_places(page: Page, panel: Panel, chart: Native, box: Box) -> None:
    """Draw a bar of each place for each category, in the colours of `PLACES`, named in the legend."""
    scale = axes.round_scale([v for s in chart.series for v in s.y if v is not None])
    names = [cut(name, 1, box.w * 0.3, SMALL) for name in chart.categories]
    left = max(text_width(name, SMALL) for name in names) + 0.2
    legend = min(max(text_width(s.name, BODY) for s in chart.series), 3.2) + 0.8
    inner = box.inset(left, TOP, SIDE + legend, TAIL)
    data = _numbers(names, chart)
    drawn = axes.place_chart(page, panel, XL_CHART_TYPE.BAR_CLUSTERED, data, box, inner)
    plot, axis = drawn.plots[0], drawn.category_axis
    plot.gap_width, plot.overlap = 45, 0
    axes.value_axis(drawn.value_axis, chart.x_title, scale, inner.w)
    axes.category_axis(axis, "", SMALL)
    axis.reverse_order = True
    crosses = drawn.value_axis._element.find(qn("c:crosses"))
    crosses.set("val", "max")  # at the foot, though the order is top down
    for series, (look, _) in zip(plot.series, PLACES, strict=False):
        series.invert_if_negative = False
        paint(series.format.fill, look[0])
    axes.add_legend(drawn, right=True)


def _bar_chart(page: Page, panel: Panel, chart: Native, which: range, box: Box, most: int) -> None:
    value = chart.series[0]
    others = [s for s in chart.series if s.role == "centre"]
    lines = [n for n, s in enumerate(chart.series) if s.role == "interval"]
    aside = bool(lines or others)  # whether values stand in a column, where no line crosses them
    said_ = value.words or ("",) * len(value.y)
    top = TOP + (0.3 if others else 0)
    row = (box.h - top - TAIL) / most
    size = min(max(row * 72 / 1.5, SMALL), BODY)
    named = (
        chart.categories[i]
        + (f"{french.SPACE}: {said_[i]}" if value.y[i] is None and said_[i] else "")
        for i in which
    )
    names = [cut(n, 1, box.w * 0.42 - 0.15, size) for n in named]
    left = max(text_width(n, size) for n in names) + 0.2
    frame = replace(box, h=top + TAIL + len(which) * min(row, 0.95))
    inner = frame.inset(left, top, SIDE, TAIL)
    # The scale ends where the longest label of a bar, or the whole column of them, still has its place.
    rooms = [
        max(1 - (text_width(t, size) + (0.3 if aside else 0.15)) / inner.w, 0.3) for t in said_
    ]
    rooms = [min(rooms)] * len(rooms) if aside else rooms
    ends = (v / room for s in chart.series for v, room in zip(s.y, rooms, strict=False) if v)
    high = max(ends, default=1)
    data = _numbers(names, chart, slice(which.start, which.stop))
    if aside:
        data.add_series(COLUMN, [high if value.y[n] is not None else None for n in which])
    drawn = axes.place_chart(page, panel, XL_CHART_TYPE.BAR_CLUSTERED, data, frame, inner)
    plot, axis = drawn.plots[0], drawn.category_axis
    plot.gap_width, plot.overlap = 40, 100
    scale = Scale(0, high, axes.round_scale([v for v in value.y if v is not None]).step)
    axes.value_axis(drawn.value_axis, chart.x_title, scale, inner.w)
    axes.category_axis(axis, "", size)
    axis.reverse_order = True
    drawn.value_axis._element.find(qn("c:crosses")).set(
        "val", "max"
    )  # at the foot, though the order is top down
    _colour_bars(plot.series[0], chart.rows[which.start : which.stop])
    for i, n in enumerate(which):
        if (length := value.y[n]) is not None:
            label = plot.series[-1 if aside else 0].points[i].data_label
            _label(label, None if aside else length, said_[n], size)
    for series in list(plot.series)[1:]:
        series.format.fill.background()  # its numbers are in the sheet; what is seen of them is a line
    if lines:
        _whiskers(plot.series[0], [chart.rows[n] for n in which])
    for one in others:
        axes.draw_upright(page, inner, (one.y[0] or 0) / high, INK, one.name)


def _colour_bars(series: BarSeries, rows: Sequence[Row]) -> None:
    """Colour bars as on screen: dark, pale where within the deadline or over the threshold, in the colour of alerts
    where marked."""
    series.invert_if_negative = False
    paint(series.format.fill, MAIN)
    for i, row in enumerate(rows):
        if row.get("c") or not row.get("late", row.get("short", True)):
            paint(series.points[i].format.fill, ACCENT if row.get("c") else PALE)


def _whiskers(series: BarSeries, rows: Sequence[Row]) -> None:
    """Draw the line between the ends of each bar's interval: what an office program calls custom error bars."""
    bars = empty_element("c:errBars")
    bars.append(empty_element("c:errBarType", val="both"))
    bars.append(empty_element("c:errValType", val="cust"))
    bars.append(empty_element("c:noEndCap", val=0))
    for side, end, sign in (("plus", "b", 1), ("minus", "a", -1)):
        part, numbers = empty_element(f"c:{side}"), empty_element("c:numLit")
        numbers.append(_text_element("c:formatCode", "General"))
        numbers.append(empty_element("c:ptCount", val=len(rows)))
        for i, row in enumerate(rows):
            if end in row:
                point = empty_element("c:pt", idx=i)
                point.append(_text_element("c:v", repr(max(sign * (row[end] - row["v"]), 0.0))))
                numbers.append(point)
        part.append(numbers)
        bars.append(part)
    look_ = empty_element("c:spPr")
    line = empty_element("a:ln", w=22_225)
    fill = empty_element("a:solidFill")
    fill.append(empty_element("a:srgbClr", val=str(rgb(INK))))
    line.append(fill)
    look_.append(line)
    bars.append(look_)
    series._element.find(qn("c:cat")).addprevious(bars)


def _text_element(tag: str, text: str) -> BaseOxmlElement:
    """An XML element with a text."""
    made = empty_element(tag)
    made.text = text
    return made


def _label(label: DataLabel, value: float | None, text: str, size: float) -> None:
    """Write the label at the end of a bar: its number, in a format that gives the screen's words and follows the
    number when it is changed; the words themselves where no format gives them, or in the column of values (None)."""
    if value is None or (format_ := _format(value, text)) is None:
        write(label.text_frame, Run(text[:200], size))
    else:
        set_font(label.font, size, INK)
        element = label._dLbl
        element.idx.addnext(empty_element("c:numFmt", formatCode=format_, sourceLinked=0))
        element.txPr.find(qn("a:bodyPr")).set("wrap", "none")
    label.position = (
        XL_LABEL_POSITION.INSIDE_END if value is None else XL_LABEL_POSITION.OUTSIDE_END
    )


def _format(value: float, text: str) -> str | None:
    """The number format that writes a value as these words; None where there is none."""
    found = re.match(r"(-?\d+(?:\u202f\d+)*(?:,(\d+))?)(.*)$", text)
    if not found or '"' in found[3] or french.number(value, len(found[2] or "")) != found[1]:
        return None
    return axes.number_format(len(found[2] or ""), found[3])


def _columns(page: Page, panel: Panel, chart: Native, box: Box) -> None:
    """Draw columns from 0, with the lines that the screen draws across them."""
    scale, rows = (
        axes.round_scale([y for y in chart.series[0].y if y is not None]),
        chart.rows,
    )
    foot = min(0.5 + 0.72 * max(text_width(n, SMALL) for n in chart.categories), box.h / 2)
    inner = box.inset(scale.label_width + 0.55, 0.36, SIDE, foot)
    drawn = axes.place_chart(
        page, panel, XL_CHART_TYPE.COLUMN_CLUSTERED, _numbers(chart.categories, chart), box, inner
    )
    drawn.plots[0].gap_width = 12
    axes.value_axis(drawn.value_axis, chart.y_title, scale, inner.h + 0.3)
    axes.category_axis(drawn.category_axis, chart.x_title, SMALL, slant=True)
    _colour_bars(drawn.plots[0].series[0], rows)
    for _, row in _upright_rules(chart.spec):
        if "x" in row and "l" in row:
            axes.draw_upright(page, inner, row["x"] / rows[-1]["b"], ACCENT, row["l"])


def _upright_rules(spec: Spec) -> list[tuple[Spec, Row]]:
    """The vertical lines with data of their own: how each is drawn, and its row."""
    return [
        (layer["mark"], row)
        for layer in spec.get("layer", ())
        if layer["mark"]["type"] == "rule"
        for row in layer.get("data", {}).get("values", ())
    ]


# ---- lines over months ----------------------------------------------------------------------------------------------


def _line(page: Page, panel: Panel, chart: Native, box: Box) -> None:
    """Draw lines over months: a missing one is a gap. Points that are signals are series of their own, named in the
    legend, so that no colour is without its word."""
    scale = axes.round_scale([y for s in chart.series for y in s.y if y is not None])
    rows = chart.rows
    months = list(dict.fromkeys(date.fromisoformat(row["m"][:10]) for row in rows))
    found = [
        state
        for state in SIGNALS
        if any(row.get("s") == state and row.get("v") is not None for row in rows)
    ]
    data = _numbers(months, chart, number_format="General")
    for state in found:
        data.add_series(
            SIGNALS[state][0], [row.get("v") if row.get("s") == state else None for row in rows]
        )
    names = [*(s.name for s in chart.series), *(SIGNALS[state][0] for state in found)]
    drawn, inner = axes.place_lines(
        page, panel, XL_CHART_TYPE.LINE_MARKERS, data, names, box, chart.y_title, scale, 0.42
    )
    first, total = (
        _month_number(months[0]),
        _month_number(months[-1]) - _month_number(months[0]) + 1,
    )
    axes.month_axis(drawn.category_axis, total, inner.w)
    several = sum(s.role == "value" for s in chart.series) > 1
    for i, series in enumerate(drawn.plots[0].series):
        series.smooth = False
        if i >= len(chart.series):
            series.format.line.fill.background()
            _, style, colour = SIGNALS[found[i - len(chart.series)]]
            axes.set_marker(series.marker, style, 11 if len(months) <= 36 else 8, colour)
        elif chart.series[i].role == "place":
            stroke, mark = PLACES[i]
            pen(series.format.line, *stroke)
            axes.set_marker(series.marker, mark, 8, stroke[0])
        elif chart.series[i].role == "value":
            how = ((ACCENT, 2.25), (MAIN, 2.25, MSO_LINE.DASH))[i % 2] if several else (SOFT, 1.5)
            pen(series.format.line, *how)
            axes.set_marker(series.marker, XL_MARKER_STYLE.CIRCLE, 7, how[0])
        else:
            pen(series.format.line, *OVER_MONTHS[chart.series[i].role])
            series.marker.style = XL_MARKER_STYLE.NONE
    for on, what, text in events(chart.spec):
        share, decided = (_month_number(on) - first + 0.5) / total, what == "Décision"
        if 0 <= share <= 1:
            set_alt_text(
                axes.draw_upright(page, inner, share, INK if decided else NONE, dashed=not decided),
                what,
                f"{what}, {french.date_short(on)}{french.SPACE}: {text}",
            )


def events(spec: Spec) -> list[tuple[date, str, str]]:
    """The days, kinds and words of what the screen marks with vertical lines: closures and decisions."""
    return [
        (
            date.fromisoformat((row.get("m") or row["d"])[:10]),
            "Fermeture" if how.get("strokeDash") else "Décision",
            row["e"],
        )
        for how, row in _upright_rules(spec)
        if "e" in row
    ]


def _month_number(day: date) -> float:
    """The months since year 0, days as a part of one."""
    return day.year * 12 + day.month + (day.day - 1) / 31


# ---- points and lines on two axes -----------------------------------------------------------------------------------


def _scatter(page: Page, panel: Panel, chart: Native, box: Box) -> None:
    """Draw points and lines on two number axes. Lines run by x; steps stay steps."""
    steps = any(layer["mark"].get("interpolate") == "step-after" for layer in chart.spec["layer"])
    points = any(s.role == "points" for s in chart.series)
    xs, ys = ([v for s in chart.series for v in getattr(s, axis) if v is not None] for axis in "xy")
    across, up = (
        axes.round_scale(xs),
        Scale(0, 100, 20) if steps else axes.round_scale(ys, zero=not points),
    )
    if steps:  # as far as the curve, as on screen
        marked = chart.spec["layer"][0]["encoding"]["x"]["axis"]["values"]
        across = Scale(0, marked[-1], 2 * (marked[1] - marked[0]))
    if across.high < max(xs) * 1.02 and points:  # the largest one does not lie on the edge
        across = replace(across, high=across.high + across.step)
    drawn, inner = axes.place_lines(
        page,
        panel,
        XL_CHART_TYPE.XY_SCATTER_LINES,
        _xy_data(chart, steps),
        [s.name for s in chart.series],
        box,
        chart.y_title,
        up,
        TAIL,
    )
    axes.value_axis(drawn.category_axis, chart.x_title, across, inner.w, grid=False)
    for x in _constant_uprights(chart.spec):
        axes.draw_upright(page, inner, (x - across.low) / (across.high - across.low), SOFT)
    limits = iter(OF_FUNNEL if points else ())
    for one, series in zip(chart.series, drawn.plots[0].series, strict=True):
        series.smooth = False
        if one.role == "points":
            series.format.line.fill.background()
            axes.set_marker(series.marker, XL_MARKER_STYLE.CIRCLE, 10, MAIN)
            _name_points(series, one.words, chart.rows)
        else:
            how = next(limits, None) if one.role == "limit" else None
            pen(series.format.line, *(how or ON_AXES[one.role]))
            series.marker.style = XL_MARKER_STYLE.NONE


def _constant_uprights(spec: Spec) -> list[float]:
    """The places of the vertical lines that are the same for all data."""
    layers = (layer for layer in spec["layer"] if layer["mark"]["type"] == "rule")
    return [
        layer["encoding"]["x"]["datum"]
        for layer in layers
        if "datum" in layer["encoding"].get("x", {})
    ]


def _xy_data(chart: Native, steps: bool) -> axes.Points:
    """The data of points and lines on two axes. steps: lines drawn as steps."""
    data = axes.Points()
    for one in chart.series:
        series, placed = data.add_series(one.name), list(zip(one.x, one.y, strict=True))
        if one.role != "points":
            placed.sort(key=lambda point: point[0])
        for (x, y), after in zip(placed, [*placed[1:], None], strict=True):
            for at in (x, after[0]) if steps and after else (x,):
                series.add_data_point(at, y)
    return data


def _name_points(series: XySeries, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Write each name on the side that the screen gives it; those outside in the colour of alerts too, with another
    shape."""
    for i, (row, name) in enumerate(zip(rows, names, strict=True)):
        if out := row.get("out", False):
            axes.set_marker(series.points[i].marker, XL_MARKER_STYLE.DIAMOND, 13, ALERT)
        if side := row.get("side", ""):
            label, size = series.points[i].data_label, BODY if out else SMALL
            write(label.text_frame, Run(cut(name, 1, 3, size), size, INK, bool(out)))
            label.text_frame.word_wrap = False
            label.position = SIDES[side]
