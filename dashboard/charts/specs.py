"""Each kind of chart, as a function from plain values to a Vega-Lite spec."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from dashboard import french
from dashboard.charts.native import describe
from dashboard.charts.style import Row, Spec, chart
from dashboard.palette import ACCENT, INK, MAIN, PALE, PAPER, SOFT, WASH

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
STEP = 22  # height of a bar, in pixels
BIN = 5  # minutes in a bar of the distribution


def _point(day: date) -> str:
    """A day as Vega reads it, at noon: no time zone moves it to another day."""
    return f"{day.isoformat()}T12:00:00"


def lines(
    rows: Sequence[tuple[date, float | None, str]],
    *,
    unit: str,
    height: int = 220,
    events: Sequence[tuple[date, str]] = (),
) -> Spec:
    """A line by month: (month, value or None, the value in words). A missing month breaks the line.

    events: days and what happened, drawn as thin vertical lines.
    """
    values = [{"m": _point(m), "label": french.month_label(m), "v": v, "t": t} for m, v, t in rows]
    encoding = {
        "x": {
            "field": "m",
            "type": "temporal",
            "title": None,
            "axis": {
                "format": "%m/%Y",
                "labelAngle": 0,
                "tickCount": 5,
                "grid": False,
                "labelOverlap": True,
            },
        },
        "y": {
            "field": "v",
            "type": "quantitative",
            "title": unit,
            "scale": {"zero": True, "nice": True},
        },
        "tooltip": [
            {"field": "m", "type": "temporal", "format": "%B %Y", "title": "Mois"},
            {"field": "t", "type": "nominal", "title": unit},
        ],
    }
    layers = [
        {
            "mark": {
                "type": "line",
                "point": True,
                "interpolate": "linear",
                "invalid": "break-paths-show-path-domains",
            },
            "encoding": encoding,
        }
    ]
    if events:
        layers.append(
            {
                "data": {"values": [{"d": _point(d), "e": e} for d, e in events]},
                "mark": {"type": "rule", "color": SOFT, "strokeDash": [2, 3]},
                "encoding": {
                    "x": {"field": "d", "type": "temporal"},
                    "tooltip": [
                        {"field": "d", "type": "temporal", "format": "%d/%m/%Y", "title": "Jour"},
                        {"field": "e", "type": "nominal", "title": "Fermeture"},
                    ],
                },
            }
        )
    return chart(
        values,
        height=height,
        layer=layers,
        usermeta=describe(
            "line",
            x="label",
            y_title=unit,
            series=[{"name": unit, "field": "v", "role": "value", "words": "t"}],
        ),
    )


def two_lines(
    rows: Sequence[tuple[date, float, float]],
    *,
    names: tuple[str, str],
    unit: str,
    what: str = "Série",
    height: int = 220,
) -> Spec:
    """Two lines of one unit by month, named at their ends: (month, first, second)."""
    values = [
        {"m": _point(m), "label": french.month_label(m), "s": name, "v": v}
        for m, *pair in rows
        for name, v in zip(names, pair, strict=True)
    ]
    x = {
        "field": "m",
        "type": "temporal",
        "title": None,
        "axis": {
            "format": "%m/%Y",
            "labelAngle": 0,
            "tickCount": 5,
            "grid": False,
            "labelOverlap": True,
        },
    }
    whole = all(
        float(v).is_integer() for _, *pair in rows for v in pair if v is not None
    )  # no half complaint on the axis
    y = {
        "field": "v",
        "type": "quantitative",
        "title": unit,
        "scale": {"zero": True},
        "axis": {"tickMinStep": 1} if whole else {},
    }
    legend = {
        "orient": "top",
        "title": None,
        "symbolType": "stroke",
        "symbolSize": 400,
        "symbolStrokeWidth": 2,
    }
    colour = {
        "field": "s",
        "type": "nominal",
        "legend": legend,
        "scale": {"domain": list(names), "range": [ACCENT, MAIN]},
    }
    return chart(
        values,
        height=height,
        layer=[
            {
                "mark": {"type": "line", "point": True},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": colour,
                    "strokeDash": {
                        "field": "s",
                        "type": "nominal",
                        "legend": legend,
                        "scale": {"domain": list(names), "range": [[1, 0], [5, 3]]},
                    },
                    "tooltip": [
                        {"field": "m", "type": "temporal", "format": "%B %Y", "title": "Mois"},
                        {"field": "s", "title": what},
                        {"field": "v", "title": unit},
                    ],
                },
            }
        ],
        usermeta=describe(
            "line",
            x="label",
            y_title=unit,
            series=[
                {"name": name, "field": "v", "role": "value", "match": ("s", name)}
                for name in names
            ],
        ),
    )


def bars(
    rows: Sequence[tuple[str, float | None, str]],
    *,
    unit: str,
    marked: str | None = None,
    reference: float | None = None,
) -> Spec:
    """Horizontal bars in the order given: (label, value or None, the value in words). A missing value is written, not
    drawn. reference: a vertical line, the value of the whole. marked: the label of a bar to bring out."""
    values = [
        {"k": k, "v": v, "t": t, "c": k == marked, "i": i} for i, (k, v, t) in enumerate(rows)
    ]
    y = {
        "field": "k",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"ticks": False, "domain": False},
    }
    top = max((v for _, v, _ in rows if v is not None), default=1) or 1
    # Room at the end for the value written there.
    x = {
        "field": "v",
        "type": "quantitative",
        "title": unit,
        "scale": {"domain": [0, top * 1.15], "nice": False},
        "axis": {"tickCount": 5},
    }
    tip = [
        {"field": "k", "type": "nominal", "title": " "},
        {"field": "t", "type": "nominal", "title": unit},
    ]
    word: Spec = {"type": "text", "align": "left", "dx": 4}
    halo: tuple[Spec, ...] = ({"color": PAPER, "stroke": PAPER, "strokeWidth": 4}, {"color": INK})
    layers = [
        {
            "mark": {"type": "bar", "height": {"band": 0.7}},
            "encoding": {
                "y": y,
                "x": x,
                "tooltip": tip,
                "color": {"condition": {"test": "datum.c", "value": ACCENT}, "value": MAIN},
            },
        },
        *(
            {
                "mark": {**word, **look},
                "encoding": {
                    "y": y,
                    "x": {"field": "v", "type": "quantitative"},
                    "text": {"field": "t"},
                },
                "transform": [{"filter": "isValid(datum.v)"}],
            }
            # Twice: paper under the word keeps the reference line out of it.
            for look in halo
        ),
        {
            "mark": {**word, "color": SOFT, "fontStyle": "italic"},
            "encoding": {"y": y, "x": {"datum": 0}, "text": {"field": "t"}},
            "transform": [{"filter": "!isValid(datum.v)"}],
        },
    ]
    if reference is not None:
        layers.insert(
            1,
            {
                "mark": {"type": "rule", "color": ACCENT, "strokeDash": [4, 3]},
                "encoding": {"x": {"datum": reference}},
            },
        )
    series: list[Row] = [{"name": unit, "field": "v", "role": "value", "words": "t"}]
    if reference is not None:
        series.append({"name": "l'ensemble", "role": "centre", "constant": reference})
    return chart(
        values,
        height={"step": STEP},
        layer=layers,
        usermeta=describe("bar", x="k", x_title=unit, series=series),
    )


def heat_map(matrix: np.ndarray, *, unit: str = "visites") -> Spec:
    """Weekdays by hours: matrix (7, 25) as read; empty hours at both ends and empty days at the end are left out."""
    hours = np.flatnonzero(matrix[:, :24].sum(axis=0))
    span = range(hours.min(), hours.max() + 1) if len(hours) else range(8, 18)
    days = [d for d in range(7) if d < 5 or matrix[d].sum()]
    values: list[Row] = [
        {
            "d": WEEKDAYS[d],
            "h": f"{h} h",
            "v": int(matrix[d, h]),
            "t": french.plural(int(matrix[d, h]), unit.rstrip("s")),
        }
        for d in days
        for h in span
    ]
    top = max((v["v"] for v in values), default=1) or 1
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
                    "tooltip": [
                        {"field": "d", "title": "Jour"},
                        {"field": "h", "title": "Heure"},
                        {"field": "t", "title": "Total"},
                    ],
                },
            },
            {
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {
                    **base,
                    "text": {"field": "v", "type": "quantitative", "format": ",d"},
                    "color": {
                        "condition": {"test": f"datum.v > {top} * 0.55", "value": PAPER},
                        "value": INK,
                    },
                },
            },
        ],
        usermeta=describe("table"),
    )


def wait_bins(histogram: np.ndarray) -> list[tuple[int, int, str, int]]:
    """(first minute, last minute, words, users) of bars that end on multiples of five, so that a threshold of thirty
    minutes falls between two bars; longer than two hours in one bar (its end is drawn at 125)."""
    found = []
    for last in range(BIN, 121, BIN):
        first = last - BIN + 1 if last > BIN else 0
        found.append((first, last, f"{first} à {last} min", int(histogram[first : last + 1].sum())))
    return [*found, (121, 125, "plus de 2 heures", int(histogram[121:].sum()))]


def distribution(
    histogram: np.ndarray, *, threshold: int, median: int | None, p90: int | None, height: int = 220
) -> Spec:
    """Waits in bars of five minutes up to two hours, the last bar for longer ones; lines at the median and 9 out of 10.

    histogram: counts by whole minute, shape (241,). threshold: waits up to it are drawn dark.
    """
    values = [
        {
            "a": last - BIN,
            "b": last,
            "k": label.removesuffix(" min"),
            "v": n,
            "short": last <= threshold,
            "t": f"{label} : {french.plural(n, 'usager')}",
        }
        for _, last, label, n in wait_bins(histogram)
    ]
    layers = [
        {
            "mark": {"type": "bar", "binSpacing": 1},
            "encoding": {
                "x": {
                    "field": "a",
                    "type": "quantitative",
                    "bin": {"binned": True, "step": BIN},
                    "title": "attente en minutes (dernière barre : plus de 2 heures)",
                    "axis": {"values": list(range(0, 121, 15)), "grid": False},
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
        {"x": x, "l": label}
        for x, label in ((median, "médiane"), (p90, "9 sur 10"))
        if x is not None and x <= 125
    ]
    if marks:
        layers += [
            {
                "data": {"values": marks},
                "mark": {"type": "rule", "color": ACCENT, "strokeWidth": 2},
                "encoding": {"x": {"field": "x", "type": "quantitative"}},
            },
            {
                "data": {"values": marks},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 5,
                    "dy": 6,
                    "baseline": "top",
                    "color": ACCENT.words,
                    "fontWeight": 600,
                },
                "encoding": {
                    "x": {"field": "x", "type": "quantitative"},
                    "y": {"value": 0},
                    "text": {"field": "l"},
                },
            },
        ]
    return chart(
        values,
        height=height,
        layer=layers,
        usermeta=describe(
            "column",
            x="k",
            x_title="attente en minutes",
            y_title="usagers",
            series=[{"name": "usagers", "field": "v", "role": "value", "words": "t"}],
        ),
    )


def age_bands(rows: Sequence[tuple[str, int]], *, late: int) -> Spec:
    """Open complaints by age: (band, count), youngest first; the bands from index `late` on are past the deadline."""
    top = max((n for _, n in rows), default=1) or 1
    values = [
        {"k": k, "v": v, "late": i >= late, "t": french.number(v)} for i, (k, v) in enumerate(rows)
    ]
    y = {
        "field": "k",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"ticks": False, "domain": False},
    }
    x = {
        "field": "v",
        "type": "quantitative",
        "title": "plaintes en cours",
        "scale": {"domain": [0, top * 1.12], "nice": False},
        "axis": {"tickMinStep": 1, "tickCount": 5},
    }
    return chart(
        values,
        height={"step": 30},
        layer=[
            {
                "mark": {"type": "bar", "height": {"band": 0.7}},
                "encoding": {
                    "y": y,
                    "x": x,
                    "color": {"condition": {"test": "datum.late", "value": MAIN}, "value": PALE},
                    "tooltip": [
                        {"field": "k", "title": "Âge"},
                        {"field": "t", "title": "Plaintes"},
                    ],
                },
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {
                    "y": y,
                    "x": {"field": "v", "type": "quantitative"},
                    "text": {"field": "t"},
                },
            },
        ],
        usermeta=describe(
            "bar",
            x="k",
            x_title="plaintes en cours",
            series=[{"name": "plaintes en cours", "field": "v", "role": "value", "words": "t"}],
        ),
    )


def pareto(rows: Sequence[tuple[str, int]]) -> Spec:
    """Reasons from the most to the least frequent: (reason, count); the share so far is written beside each bar."""
    ordered = sorted(rows, key=lambda r: (-r[1], r[0]))
    total, so_far, values = sum(n for _, n in ordered), 0, []
    for reason, count in ordered:
        so_far += count
        share = french.percent(100 * so_far / total) if total else ""
        values.append({"k": reason, "v": count, "t": f"{french.number(count)}  (cumul {share})"})
    y = {
        "field": "k",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"ticks": False, "domain": False},
    }
    return chart(
        values,
        height={"step": 26},
        layer=[
            {
                "mark": {"type": "bar", "height": {"band": 0.7}},
                "encoding": {
                    "y": y,
                    "x": {
                        "field": "v",
                        "type": "quantitative",
                        "title": "plaintes reçues",
                        "scale": {
                            "domain": [0, (max((n for _, n in rows), default=1) or 1) * 1.3],
                            "nice": False,
                        },
                    },
                    "tooltip": [
                        {"field": "k", "title": "Catégorie"},
                        {"field": "t", "title": "Plaintes"},
                    ],
                },
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {
                    "y": y,
                    "x": {"field": "v", "type": "quantitative"},
                    "text": {"field": "t"},
                },
            },
        ],
        usermeta=describe(
            "bar",
            x="k",
            x_title="plaintes reçues",
            series=[{"name": "plaintes reçues", "field": "v", "role": "value", "words": "t"}],
        ),
    )


def small_multiples(
    rows: Sequence[tuple[str, date, float | None, str]], *, unit: str, columns: int = 5
) -> Spec:
    """One small line a site, all on one scale: (site, month, value or None, the value in words)."""
    values = [{"s": s, "m": _point(m), "v": v, "t": t} for s, m, v, t in rows]
    spec = chart(
        values,
        height=70,
        columns=columns,
        spacing={"row": 26, "column": 14},
        usermeta=describe("table"),
    )
    spec.pop("width"), spec.pop("height")
    spec |= {
        "facet": {
            "field": "s",
            "type": "nominal",
            "title": None,
            "header": {"labelAnchor": "start", "labelFontSize": 12, "labelLimit": 200},
        },
        "spec": {
            "height": 70,
            "width": 205,
            "mark": {"type": "line", "strokeWidth": 1.6, "point": {"size": 14}},
            "encoding": {
                "x": {
                    "field": "m",
                    "type": "temporal",
                    "title": None,
                    "axis": {"format": "%m/%y", "tickCount": 3, "grid": False},
                },
                "y": {
                    "field": "v",
                    "type": "quantitative",
                    "title": None,
                    "scale": {"zero": True},
                    "axis": {"tickCount": 3},
                },
                "tooltip": [
                    {"field": "s", "title": "Centre"},
                    {"field": "m", "type": "temporal", "format": "%B %Y", "title": "Mois"},
                    {"field": "t", "title": unit},
                ],
            },
        },
    }
    return spec


__all__ = [
    "age_bands",
    "bars",
    "distribution",
    "heat_map",
    "lines",
    "pareto",
    "small_multiples",
    "two_lines",
]
