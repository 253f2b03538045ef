"""The survival curve of open complaints."""

from collections.abc import Sequence

from dashboard.charts.office_chart_data import usermeta
from dashboard.charts.style import Spec, chart
from dashboard.palette import GRID, MAIN, SOFT

LONGEST = 90  # days that are drawn; what lies beyond is said in words


def survival_chart(
    rows: Sequence[tuple[int, float, float | None, float | None]], *, height: int = 230
) -> Spec:
    """A step chart of the share of complaints still open by age: (days, share, low, high) in percent, by days, with
    its interval.

    It is drawn up to LONGEST days: the long tail of a year would hide what happens in the first month.
    """
    drawn = [row for row in rows if row[0] <= LONGEST]
    if len(drawn) < len(rows) and drawn[-1][0] < LONGEST:
        drawn.append((LONGEST, *drawn[-1][1:]))
    values = [{"d": d, "v": v, "lo": lo, "hi": hi} for d, v, lo, hi in drawn]
    x = {
        "field": "d",
        "type": "quantitative",
        "title": "jours depuis la réception",
        "scale": {"domain": [0, LONGEST], "nice": False},
        "axis": {"values": list(range(0, LONGEST + 1, 15)), "grid": False},
    }
    return chart(
        values,
        height=height,
        layer=[
            {
                "mark": {
                    "type": "area",
                    "interpolate": "step-after",
                    "color": MAIN,
                    "opacity": 0.15,
                },
                "transform": [{"filter": "isValid(datum.lo)"}],
                "encoding": {
                    "x": x,
                    "y": {"field": "lo", "type": "quantitative"},
                    "y2": {"field": "hi"},
                },
            },
            {
                "mark": {"type": "line", "interpolate": "step-after"},
                "encoding": {
                    "x": x,
                    "y": {
                        "field": "v",
                        "type": "quantitative",
                        "title": "% encore sans réponse",
                        "scale": {"domain": [0, 100]},
                        "axis": {"tickCount": 5},
                    },
                    "tooltip": [
                        {"field": "d", "title": "Jours"},
                        {"field": "v", "format": ".0f", "title": "% sans réponse"},
                    ],
                },
            },
            {
                "mark": {"type": "rule", "color": GRID, "strokeDash": [3, 3]},
                "encoding": {"y": {"datum": 50}},
            },
            {
                "mark": {"type": "rule", "color": SOFT, "strokeDash": [2, 3]},
                "encoding": {"x": {"datum": 30}},
            },
        ],
        usermeta=usermeta(
            "scatter",
            x="d",
            x_title="jours depuis la réception",
            y_title="% encore sans réponse",
            series=[
                {"name": "encore sans réponse", "field": "v", "role": "value"},
                {"name": "intervalle, bas", "field": "lo", "role": "limit"},
                {"name": "intervalle, haut", "field": "hi", "role": "limit"},
            ],
        ),
    )
