"""The calendar of completeness as a picture: sites by days, a sign and a colour in each cell."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard.charts.office_chart_data import usermeta
from dashboard.charts.style import Row, Spec, chart, tooltip_title
from dashboard.palette import ALERT, CHANGE, GRID, INK, MAIN, PAPER, WASH, Colour

STEP = 22  # pixels a row

# The ground, the edge and the sign of each kind of day (dashboard/judgement/day_kinds.py); any other kind has no cell.
LOOKS: dict[str, tuple[Colour, Colour, Colour]] = {
    "missing": (ALERT, ALERT, PAPER),
    "promised": (PAPER, ALERT, ALERT.text),
    "said-closed": (PAPER, ALERT, ALERT.text),
    "nobody-said": (PAPER, ALERT, ALERT.text),
    "different": (PAPER, CHANGE, CHANGE),
    "unclosed": (PAPER, MAIN, MAIN),
    "late": (WASH, WASH, INK),
    "nobody": (PAPER, MAIN, MAIN),
    "received": (WASH, WASH, MAIN),
    "closed": (GRID, GRID, INK),
    "out": (PAPER, GRID, INK),
    "not-due": (PAPER, GRID, INK),
}


class CalendarCell(NamedTuple):
    """A cell: the site's row, the column (« 12 »), the code of its kind, its sign, and its words."""

    site: str
    column: str
    kind: str
    sign: str
    words: str


def calendar(cells: Sequence[CalendarCell], columns: Sequence[str]) -> Spec:
    """The picture of some sites' days, sites in the order of their cells. columns: all of them, in order."""
    values: list[Row] = [
        {
            "s": c.site,
            "d": c.column,
            "k": c.kind,
            "t": c.sign,
            "w": f"{c.site}, {c.column}: {c.words}",
        }
        for c in cells
    ]
    base = {
        "x": {
            "field": "d",
            "type": "ordinal",
            "sort": list(columns),
            "scale": {"domain": list(columns)},
            "title": None,
            "axis": {"labelAngle": 0, "orient": "top", "domain": False, "ticks": False},
        },
        "y": {
            "field": "s",
            "type": "ordinal",
            "sort": None,
            "title": None,
            "axis": {"domain": False, "ticks": False},
        },
        "tooltip": [tooltip_title("w")],
    }
    present = [code for code in LOOKS if any(c.kind == code for c in cells)]

    def colours(part: int) -> Spec:
        scale = {"domain": present, "range": [LOOKS[code][part] for code in present]}
        return {"field": "k", "type": "nominal", "legend": None, "scale": scale}

    ground = {
        "type": "rect",
        "strokeWidth": 1,
        "cornerRadius": 2,
        "width": {"band": 0.88},
        "height": {"band": 0.84},
    }
    return chart(
        values,
        height={"step": STEP},
        resolve={"scale": {"fill": "independent", "stroke": "independent", "color": "independent"}},
        layer=[
            {"mark": ground, "encoding": {**base, "fill": colours(0), "stroke": colours(1)}},
            {
                "mark": {"type": "text", "fontSize": 11, "fontWeight": 600},
                "encoding": {**base, "text": {"field": "t"}, "color": colours(2)},
            },
        ],
        usermeta=usermeta("table"),
    )
