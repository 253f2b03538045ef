"""Line charts by month: one line, two of one unit, one a site."""

from collections.abc import Sequence
from datetime import date

from dashboard import french
from dashboard.charts.office_chart_data import usermeta, value_series
from dashboard.charts.style import Spec, chart, month_axis, noon_of_day, tooltip_title
from dashboard.palette import ACCENT, MAIN, SOFT


def lines(
    rows: Sequence[tuple[date, float | None, str]],
    *,
    unit: str,
    axis: str = "",
    height: int = 220,
    events: Sequence[tuple[date, str]] = (),
) -> Spec:
    """A line chart by month: (month, value or None, the value in words). A missing month breaks the line.

    unit: what is drawn; axis: what its axis says, by default the same. events: days and what happened, drawn as thin
    vertical lines.
    """
    values = [
        {"m": noon_of_day(m), "label": french.month_label(m), "v": v, "t": t} for m, v, t in rows
    ]
    encoding = {
        "x": month_axis(),
        "y": {
            "field": "v",
            "type": "quantitative",
            "title": axis or unit,
            "scale": {"zero": True, "nice": True},
        },
        "tooltip": [
            tooltip_title("label"),
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
    # The axis begins where the data do, not at a closure before them.
    events = [(day, words) for day, words in events if rows and day >= rows[0][0]]
    if events:
        layers.append(
            {
                "data": {"values": [{"d": noon_of_day(d), "e": e} for d, e in events]},
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
        usermeta=usermeta(
            "line",
            x="label",
            y_title=axis or unit,
            series=[value_series(unit)],
        ),
    )


def forecast_line(
    rows: Sequence[tuple[date, float | None, tuple[float, float, float] | None, str]],
    *,
    unit: str,
    height: int = 240,
) -> Spec:
    """A line chart of counts, then of forecasts, dashed, within the band where they lie eight times in ten: (month,
    counted or None, (forecast, low, high) or None, in words)."""
    values = [
        {
            "m": noon_of_day(m),
            "label": french.month_label(m),
            "v": v,
            "t": t,
            **(dict(zip(("f", "lo", "hi"), coming, strict=True)) if coming else {}),
        }
        for m, v, coming, t in rows
    ]
    x = month_axis()

    def y(field: str, **more: Spec) -> Spec:
        return {"field": field, "type": "quantitative", "title": unit, **more}

    # Of all that is drawn: by itself the scale leaves out how far the band goes.
    ends = [v for _, counted, coming, _ in rows for v in (counted, coming and coming[2]) if v]
    scale: Spec = {"scale": {"domain": [0, max(ends, default=1) or 1], "nice": True}}
    tip = [
        tooltip_title("label"),
        {"field": "t", "type": "nominal", "title": unit},
    ]
    forecast = {"transform": [{"filter": "isValid(datum.f)"}]}
    return chart(
        values,
        height=height,
        layer=[
            {
                **forecast,
                "mark": {"type": "area", "color": ACCENT, "opacity": 0.18},
                "encoding": {"x": x, "y": y("lo", **scale), "y2": {"field": "hi"}},
            },
            {
                "mark": {"type": "line", "point": True, "invalid": "break-paths-show-path-domains"},
                "encoding": {"x": x, "y": y("v", **scale), "tooltip": tip},
            },
            {
                **forecast,
                "mark": {
                    "type": "line",
                    "color": ACCENT,
                    "strokeDash": [5, 3],
                    "point": {"color": ACCENT, "shape": "diamond"},
                },
                "encoding": {"x": x, "y": y("f", **scale), "tooltip": tip},
            },
        ],
        usermeta=usermeta(
            "line",
            x="label",
            y_title=unit,
            series=[
                {"name": name, "field": field, "role": role}
                for name, field, role in (
                    ("prévu", "f", "value"),
                    ("compté", "v", "value"),
                    ("prévu, au moins", "lo", "limit"),
                    ("prévu, au plus", "hi", "limit"),
                )
            ],
        ),
    )


def two_lines(
    rows: Sequence[tuple[date, float | None, float | None]],
    *,
    names: tuple[str, str],
    unit: str,
    height: int = 220,
) -> Spec:
    """A line chart of two series of one unit by month, named at their ends: (month, first, second)."""
    whole = all(
        float(v).is_integer() for _, *pair in rows for v in pair if v is not None
    )  # no half complaint on the axis
    values = [
        {
            "m": noon_of_day(m),
            "label": french.month_label(m),
            "s": name,
            "v": v,
            "t": f"{name}{french.SPACE}: {french.number(v, 0 if whole else 1)}",
        }
        for m, *pair in rows
        for name, v in zip(names, pair, strict=True)
    ]
    x = month_axis()
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
                    "tooltip": [tooltip_title("label"), {"field": "t", "title": unit}],
                },
            }
        ],
        usermeta=usermeta(
            "line",
            x="label",
            y_title=unit,
            series=[
                {"name": name, "field": "v", "role": "value", "match": ("s", name)}
                for name in names
            ],
        ),
    )


def small_multiples(
    rows: Sequence[tuple[str, date, float | None, str]], *, unit: str, columns: int = 5
) -> Spec:
    """Small line charts, one a site, all on one scale: (site, month, value or None, the value in words)."""
    values = [{"s": s, "m": noon_of_day(m), "v": v, "t": t} for s, m, v, t in rows]
    spec = chart(
        values,
        height=70,
        columns=columns,
        spacing={"row": 26, "column": 14},
        usermeta=usermeta("table"),
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
            "width": 222,
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
                    tooltip_title("s"),
                    {"field": "m", "type": "temporal", "format": "%B %Y", "title": "Mois"},
                    {"field": "t", "title": unit},
                ],
            },
        },
    }
    return spec
