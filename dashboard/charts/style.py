"""The one chart style, shared by screens and exports: Vega-Lite specs as plain dicts, in French, coloured by role."""

from datetime import date
from typing import Any

from dashboard.french import VEGA_LOCALE
from dashboard.palette import GRID, INK, MAIN, SOFT, Colour

Spec = dict[str, Any]  # of Vega-Lite, or a part of one
Row = dict[str, Any]  # of its data

CONFIG: Spec = {
    "locale": VEGA_LOCALE,
    "background": None,
    "font": "Source Sans, sans-serif",
    "view": {"stroke": None},
    # A mark says something under the pointer where its encoding says what; else Vega would show names and digits of fields.
    "mark": {"tooltip": None},
    # Nor is each mark read aloud by the names of its fields: a chart has a sentence for that, and its table.
    "aria": False,
    "axis": {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 220,
    },
    "title": {"color": INK, "fontSize": 14, "anchor": "start", "fontWeight": 600, "offset": 8},
    "header": {"labelColor": INK, "titleColor": SOFT, "labelFontSize": 12},
    "legend": {"labelColor": SOFT, "titleColor": SOFT, "labelFontSize": 12, "titleFontSize": 12},
    "bar": {"color": MAIN},
    "line": {"color": MAIN, "strokeWidth": 2},
    "point": {"color": MAIN, "filled": True, "size": 36},
    "text": {"color": INK, "fontSize": 12},
}

# Around a chart, in pixels. By default Streamlit leaves twenty below.
ROUND = {"left": 0, "top": 5, "right": 0, "bottom": 2}


def chart(values: list[Row], *, height: int | Spec, title: str = "", **parts: Any) -> Spec:
    """A spec: data inline, full width, our configuration."""
    spec: Spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": values},
        "height": height,
        "width": "container",
        "padding": ROUND,
        "config": CONFIG,
        **parts,
    }
    if title:
        spec["title"] = title
    return spec


def tooltip_title(field: str) -> Spec:
    """The first line of a tooltip: the name of the thing, in bold, without a label."""
    return {"field": field, "type": "nominal", "title": "title"}  # the word by which Vega knows it


def noon_of_day(day: date) -> str:
    """A day as Vega reads it, at noon: no time zone moves it to another day."""
    return f"{day.isoformat()}T12:00:00"


def month_axis() -> Spec:
    """The horizontal axis of charts by month."""
    return {
        "field": "m",
        "type": "temporal",
        "title": None,
        "axis": {
            "format": "%m/%Y",
            "labelAngle": 0,
            "tickCount": 5,
            "grid": False,
            "labelOverlap": True,
            "labelSeparation": 8,
        },
    }


def json_number(x: float) -> float | None:
    """A number as JSON has it: None where it is NaN."""
    return None if x != x else float(x)  # NaN is not itself


def recolour_for_paper(spec: Spec, paper: str) -> Spec:
    """A copy of the chart for "light" or "dark" paper; its data are not copied."""

    def turn(part: Any) -> Any:
        if isinstance(part, dict):
            return {k: v if k in ("data", "usermeta") else turn(v) for k, v in part.items()}
        if isinstance(part, list):
            return [turn(v) for v in part]
        return part.dark if paper == "dark" and isinstance(part, Colour) else part

    turned: Spec = turn(spec)
    return turned


def enlarge(spec: Spec, factor: float = 1.6) -> Spec:
    """The same chart for a projector: type and bars larger by `factor`, in all its layers."""

    def grow(part: Any, name: str = "") -> Any:
        if isinstance(part, dict):
            return {k: grow(v, k) for k, v in part.items()}
        if isinstance(part, list):
            return [grow(v) for v in part]
        sized = name in (
            "fontSize",
            "labelFontSize",
            "titleFontSize",
            "labelLimit",
            "dx",
            "dy",
            "size",
            "strokeWidth",
        )
        return round(part * factor) if sized and isinstance(part, (int, float)) else part

    data = spec["data"]
    large = grow({k: v for k, v in spec.items() if k != "data"})
    step = spec["height"]["step"] if isinstance(spec.get("height"), dict) else None
    large["height"] = {"step": round(step * 1.35)} if step else round(spec["height"] * 1.25)
    return {**large, "data": data}
