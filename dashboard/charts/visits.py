"""Charts of arrivals by weekday and hour, and of the distribution of waits."""

import numpy as np

from dashboard import french
from dashboard.charts.office_chart_data import usermeta, value_series
from dashboard.charts.style import Row, Spec, chart, tooltip_title
from dashboard.french import WEEKDAYS
from dashboard.palette import ACCENT, INK, MAIN, PALE, PAPER, WASH

TENS = 20  # users in an hour, from which on no decimal is written
BIN = 5  # minutes in a bar of the distribution
HOURS, TICK = (
    120,
    15,
)  # minutes of its axis, of longer ones there is one bar; between two of its ticks
# Minutes between two lines, and of a line from the end, within which their names would not stand side by side on a telephone.
NEAR, LATE = 40, 90


def heat_map(rates: np.ndarray) -> Spec:
    """A heat map of visits, weekdays by hours: users in the hour, (7, 24); empty hours at both ends and empty days at
    the end are left out."""
    hours = np.flatnonzero(rates.sum(axis=0))
    span = range(hours.min(), hours.max() + 1) if len(hours) else range(8, 18)
    days = [d for d in range(7) if d < 5 or rates[d].sum()]
    top = float(rates.max()) or 1.0
    values: list[Row] = [
        {
            "d": WEEKDAYS[d],
            "h": f"{h} h",
            "v": float(rates[d, h]),
            "t": french.number(rates[d, h], 1 if top < TENS else 0),
            "w": f"{WEEKDAYS[d]}, {h} h",
        }
        for d in days
        for h in span
    ]
    base = {
        "x": {
            "field": "h",
            "type": "ordinal",
            "sort": None,
            "title": None,
            "axis": {"labelAngle": 0, "orient": "top", "domain": False, "ticks": False},
        },
        "y": {
            "field": "d",
            "type": "ordinal",
            "sort": None,
            "title": None,
            "axis": {"domain": False, "ticks": False},
        },
        "tooltip": [
            tooltip_title("w"),
            {"field": "t", "type": "nominal", "title": "Usagers dans l'heure"},
        ],
    }
    return chart(
        values,
        height={"step": 32},
        layer=[
            {
                "mark": {"type": "rect", "stroke": PAPER, "strokeWidth": 2, "cornerRadius": 3},
                "encoding": {
                    **base,
                    "color": {
                        "field": "v",
                        "type": "quantitative",
                        "legend": None,
                        "scale": {"domain": [0, top], "range": [WASH, MAIN]},
                    },
                },
            },
            {
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {
                    **base,
                    "text": {"field": "t"},
                    "color": {
                        "condition": {"test": f"datum.v > {top} * 0.55", "value": PAPER},
                        "value": INK,
                    },
                },
            },
        ],
        usermeta=usermeta("table"),
    )


def wait_bins(histogram: np.ndarray) -> list[tuple[int, int, str, int]]:
    """(first minute, last minute, words, users) of bars that end on multiples of five, so that a threshold of thirty
    minutes falls between two bars; longer than two hours in one bar (its end is drawn at 125)."""
    found = []
    for last in range(BIN, 121, BIN):
        first = last - BIN + 1 if last > BIN else 0
        found.append((first, last, f"{first} à {last} min", int(histogram[first : last + 1].sum())))
    return [*found, (121, 125, "plus de 2 heures", int(histogram[121:].sum()))]


def _bins_with_waits(histogram: np.ndarray) -> list[tuple[int, int, str, int]]:
    """The bars up to that of the longest wait, and on to a tick of the axis."""
    bins = wait_bins(histogram)
    used = max((last for _, last, _, n in bins if n), default=TICK)
    return [one for one in bins if one[1] <= -(-used // TICK) * TICK] if used <= HOURS else bins


def distribution(
    histogram: np.ndarray,
    *,
    threshold: int,
    median: float | None,
    p90: float | None,
    height: int = 220,
) -> Spec:
    """A histogram of waits in bars of five minutes up to the longest wait, or up to two hours with a last bar for longer ones;
    lines at the median and the 90th percentile.

    histogram: counts by whole minute, shape (241,). threshold: waits up to it are drawn dark.
    """
    values: list[Row] = [
        {
            "a": last - BIN,
            "b": last,
            "k": label.removesuffix(" min"),
            "v": n,
            "short": last <= threshold,
            "t": f"{label} : {french.plural(n, 'usager')}",
        }
        for _, last, label, n in _bins_with_waits(histogram)
    ]
    end = values[-1]["b"]
    longer = " (dernière barre : plus de 2 heures)" if end > HOURS else ""
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "binSpacing": 1},
            "encoding": {
                "x": {
                    "field": "a",
                    "type": "quantitative",
                    "bin": {"binned": True, "step": BIN},
                    "title": f"attente en minutes{longer}",
                    "scale": {"domain": [0, end]},
                    "axis": {"values": list(range(0, min(end, HOURS) + 1, TICK)), "grid": False},
                },
                "x2": {"field": "b"},
                "y": {
                    "field": "v",
                    "type": "quantitative",
                    "title": "usagers",
                    "axis": {"tickCount": 4},
                },
                "color": {"condition": {"test": "datum.short", "value": MAIN}, "value": PALE},
                "tooltip": [{"field": "t", "title": "Attente"}],
            },
        }
    ]
    marks = [
        (x, label)
        for x, label in ((median, "médiane"), (p90, "9 sur 10"))
        if x is not None and x <= end
    ]
    wide = end / (HOURS + BIN)  # of the axis that goes on to the last bar
    near = len(marks) == 2 and marks[1][0] - marks[0][0] < NEAR * wide
    if marks:
        layers += [
            {
                # Named here too: a slide draws its lines from these rows.
                "data": {"values": [{"x": x, "l": label} for x, label in marks]},
                "mark": {"type": "rule", "color": ACCENT, "strokeWidth": 2},
                "encoding": {"x": {"field": "x", "type": "quantitative"}},
            },
            *(
                {
                    "data": {"values": [{"x": x, "l": label}]},
                    "mark": {
                        "type": "text",
                        "align": "left" if x < LATE * wide else "right",
                        "dx": 5 if x < LATE * wide else -5,
                        "dy": 6 + 15 * (near and i),
                        "baseline": "top",
                        "color": ACCENT.text,
                        "fontWeight": 600,
                    },
                    "encoding": {
                        "x": {"field": "x", "type": "quantitative"},
                        "y": {"value": 0},
                        "text": {"field": "l"},
                    },
                }
                for i, (x, label) in enumerate(marks)
            ),
        ]
    return chart(
        values,
        height=height,
        layer=layers,
        usermeta=usermeta(
            "column",
            x="k",
            x_title="attente en minutes",
            y_title="usagers",
            series=[value_series("usagers")],
        ),
    )
