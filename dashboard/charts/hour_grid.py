"""A grid of weekdays by hours, a value written in each cell: arrivals and waits of one site side by side, on the same axes."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard.charts.office_chart_data import usermeta
from dashboard.charts.style import Row, Spec, chart, tooltip_title
from dashboard.palette import GRID, INK, MAIN, PAPER, WASH

STEP = 30  # pixels a row
DARK = 0.55  # of the greatest value: from there on letters are light


class HourCell(NamedTuple):
    """A cell: the row's name, the hour, its value (None: too few), what is written in it, and in its tooltip."""

    row: str
    hour: int
    value: float | None
    text: str
    words: str
    strong: bool = False


def hour_grid(cells: Sequence[HourCell], unit: str, *, tinted: bool = True) -> Spec:
    """The picture, rows and hours in the order of the cells. unit: what is written in them, of the tooltip; tinted: False where
    chance explains how they differ, which strong tints would show as a finding."""
    top = max((c.value for c in cells if c.value is not None), default=0.0) or 1.0
    values: list[Row] = [
        {
            "d": c.row,
            "h": f"{c.hour} h",
            "v": c.value,
            "t": c.text,
            "w": f"{c.row}, {c.hour} h",
            "u": c.words,
            "s": c.strong,
        }
        for c in cells
    ]
    axis: Spec = {"domain": False, "ticks": False}
    base: Spec = {
        "x": {
            "field": "h",
            "type": "ordinal",
            "sort": None,
            "title": None,
            "axis": {**axis, "labelAngle": 0, "orient": "top", "labelOverlap": False},
        },
        "y": {"field": "d", "type": "ordinal", "sort": None, "title": None, "axis": axis},
        "tooltip": [tooltip_title("w"), {"field": "u", "type": "nominal", "title": unit}],
    }
    ground: Spec = {
        "mark": {
            "type": "rect",
            "invalid": None,  # a cell without a value is there, too
            "cornerRadius": 3,
            "height": {"band": 0.92},
            "width": {"band": 0.94},
        },
        "encoding": {
            **base,
            "color": {
                "condition": {"test": "!isValid(datum.v)", "value": GRID},
                "field": "v",
                "type": "quantitative",
                "legend": None,
                "scale": {"domain": [0, top], "range": [WASH, MAIN if tinted else WASH]},
            },
            "stroke": {"condition": {"test": "datum.s", "value": INK}, "value": None},
            "strokeWidth": {"condition": {"test": "datum.s", "value": 2}, "value": 0},
        },
    }
    words: Spec = {
        "mark": {"type": "text", "fontSize": 11},
        "encoding": {
            **base,
            "text": {"field": "t"},
            "color": {
                "condition": {
                    "test": f"isValid(datum.v) && datum.v > {top * (DARK if tinted else 1)}",
                    "value": PAPER,
                },
                "value": INK,
            },
        },
    }
    return chart(values, height={"step": STEP}, layer=[ground, words], usermeta=usermeta("table"))
