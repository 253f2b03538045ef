"""Charts of places side by side: months on one scale, shares of services. Places differ by colour, stroke and mark."""

from collections.abc import Sequence
from datetime import date

from dashboard import french
from dashboard.charts.office_chart_data import usermeta
from dashboard.charts.style import Row, Spec, chart, month_axis, noon_of_day, tooltip_title
from dashboard.palette import ACCENT, INK, MAIN, SERIES, SOFT

LOOKS = (
    (MAIN, [1, 0], "circle", "●"),
    (ACCENT, [6, 3], "square", "■"),
    (SERIES[2], [2, 2], "triangle-up", "▲"),
    (SERIES[3], [8, 3, 2, 3], "diamond", "◆"),
)
LINE = 14  # height of a line of words, in pixels
STEP = 26  # height of a service, in pixels


def signs(names: Sequence[str]) -> str:
    """« ● Zou · ■ Borgou »: which mark is whose."""
    return " · ".join(f"{look[3]} {name}" for name, look in zip(names, LOOKS, strict=False))


def place_lines(
    rows: Sequence[tuple[date, Sequence[tuple[float | None, str]]]],
    *,
    names: Sequence[str],
    unit: str,
    axis: str = "",
    height: int = 220,
) -> Spec:
    """Lines by month, one a place, on one scale from zero, each named at its end with its last value and its month: (month,
    (value or None, in words) of each place). A missing month breaks the line."""
    values: list[Row] = [
        {
            "m": noon_of_day(m),
            "label": french.month_label(m),
            "s": name,
            "v": v,
            "t": f"{name}{french.SPACE}: {words}",
        }
        for m, of in rows
        for name, (v, words) in zip(names, of, strict=True)
    ]
    ends = _ends(rows, names, height)
    x = month_axis()
    y = {
        "field": "v",
        "type": "quantitative",
        "title": axis or unit,
        "scale": {"zero": True, "nice": True},
        "axis": {"tickCount": 5},
    }
    line = {
        "mark": {
            "type": "line",
            "point": False,
            "invalid": "break-paths-show-path-domains",
        },
        "encoding": {
            "x": x,
            "y": y,
            "color": _scale(names, 0),
            "strokeDash": _scale(names, 1),
        },
    }
    points = {
        "transform": [{"filter": "isValid(datum.v)"}],
        "mark": {"type": "point", "filled": True, "size": 36},
        "encoding": {
            "x": x,
            "y": y,
            "color": _scale(names, 0),
            "shape": _scale(names, 2),
            "tooltip": [
                tooltip_title("label"),
                {"field": "t", "type": "nominal", "title": unit},
            ],
        },
    }
    named = {
        "data": {"values": ends},
        "mark": {"type": "text", "align": "left", "dx": 8, "fontWeight": 600},
        "encoding": {
            "x": {"field": "m", "type": "temporal"},
            "y": {"field": "at", "type": "quantitative"},
            "text": {"field": "w", "type": "nominal"},
            "color": _scale(names, 0),
        },
    }
    return chart(
        values,
        height=height,
        layer=[line, points, named],
        usermeta=usermeta(
            "line",
            x="label",
            y_title=axis or unit,
            series=[
                {"name": name, "field": "v", "role": "place", "match": ("s", name)}
                for name in names
            ],
        ),
    )


def _ends(
    rows: Sequence[tuple[date, Sequence[tuple[float | None, str]]]],
    names: Sequence[str],
    height: int,
) -> list[Row]:
    """The name of each line with its last value and month, at heights at which none covers another."""
    top = max((v for _, of in rows for v, _ in of if v is not None), default=0) or 1
    last = [
        (m, v, f"{name} {words} ({french.month_short(m)})")
        for n, name in enumerate(names)
        for m, v, words in _known(rows, n)[-1:]
    ]
    # From the lowest up, each at least a line above the one before.
    found: list[Row] = []
    apart, at = top * LINE / height, float("-inf")
    for m, v, words in sorted(last, key=lambda end: end[1]):
        at = max(v, at + apart)
        name = next(n for n in names if words.startswith(f"{n} "))
        found.append({"m": noon_of_day(m), "at": at, "w": words, "s": name})
    return found


def _known(
    rows: Sequence[tuple[date, Sequence[tuple[float | None, str]]]], n: int
) -> list[tuple[date, float, str]]:
    """The months of a place that have a value."""
    return [(m, of[n][0], of[n][1]) for m, of in rows if of[n][0] is not None]  # type: ignore[misc]


def place_shares(
    rows: Sequence[tuple[str, Sequence[float], str, bool]], *, names: Sequence[str], unit: str
) -> Spec:
    """Shares of places, a row each service: (label, the share of each place in per cent, in words, whether they surely differ). A
    mark each place, joined by a line; where they surely differ, « ≠ » stands before the words."""
    values: list[Row] = [
        {
            "k": label,
            "s": name,
            "v": share,
            "t": f"{name}{french.SPACE}: {french.percent(share, 1)}",
        }
        for label, shares, _, _ in rows
        for name, share in zip(names, shares, strict=True)
    ]
    whole: list[Row] = [
        {"k": label, "lo": min(shares), "hi": max(shares), "w": f"≠ {words}" if sure else words}
        for label, shares, words, sure in rows
    ]
    y = {
        "field": "k",
        "type": "nominal",
        "title": None,
        "sort": [label for label, *_ in rows],
        "axis": {"labelLimit": 200, "labelColor": INK, "ticks": False, "domain": False},
    }
    x = {
        "field": "v",
        "type": "quantitative",
        "title": "%",
        "scale": {"zero": True, "nice": True},
        "axis": {"tickCount": 5},
    }
    return chart(
        values,
        height={"step": STEP},
        layer=[
            {
                "data": {"values": whole},
                "mark": {"type": "rule", "color": SOFT, "strokeWidth": 2},
                "encoding": {
                    "y": y,
                    "x": {**x, "field": "lo"},
                    "x2": {"field": "hi"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90},
                "encoding": {
                    "y": y,
                    "x": x,
                    "color": _scale(names, 0),
                    "shape": _scale(names, 2),
                    "tooltip": [
                        tooltip_title("k"),
                        {"field": "t", "type": "nominal", "title": unit},
                    ],
                },
            },
            {
                "data": {"values": whole},
                "mark": {"type": "text", "align": "left", "dx": 8},
                "encoding": {
                    "y": y,
                    "x": {"value": "width"},
                    "text": {"field": "w", "type": "nominal"},
                },
            },
        ],
        usermeta=usermeta(
            "bar",
            x="k",
            x_title=unit,
            series=[
                {"name": name, "field": "v", "role": "place", "match": ("s", name)}
                for name in names
            ],
        ),
    )


def _scale(names: Sequence[str], which: int) -> Spec:
    """The encoding of places by colour, stroke or mark; without a legend, for lines are named and marks said beside."""
    looks = [look[which] for look in LOOKS[: len(names)]]
    return {
        "field": "s",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(names), "range": looks},
    }
