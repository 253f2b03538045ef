"""Control charts: the centre, the limits and the points, those that are signals marked."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from dashboard.charts.office_chart_data import usermeta, value_series
from dashboard.charts.style import (
    Row,
    Spec,
    chart,
    json_number,
    month_axis,
    noon_of_day,
    tooltip_title,
)
from dashboard.french import SPACE, month_label, upper_first
from dashboard.judgement.control_charts import ControlChart
from dashboard.judgement.signal_reasons import reason
from dashboard.judgement.signals import Signal
from dashboard.palette import ALERT, CHANGE, IMPROVEMENT, INK, MAIN, NONE, SOFT
from dashboard.statistics.control_chart_levels import Origin
from dashboard.statistics.control_limits import NONE as NO_RULE
from dashboard.statistics.variation import ChartKind

NEW_LEVELS = {
    Origin.SET: "nouveau niveau",
    Origin.PROPOSED: "nouveau niveau (proposé)",
    Origin.ACCEPTED: "nouveau niveau (accepté)",
}
STATES = ("amélioration", "alerte", "changement", "pas de signal")
COLOURS = (IMPROVEMENT, ALERT, CHANGE, NONE)
SHAPES = ("circle", "square", "diamond", "circle")
SIGNS = {
    "alerte": f"■{SPACE}{ALERT.french} : alerte",
    "amélioration": f"●{SPACE}{IMPROVEMENT.french} : amélioration",
    "changement": f"◆{SPACE}{CHANGE.french} : changement",
}


def point_state(direction: str, side: int) -> str:
    """The word for a point: improvement, alert, change, or no signal."""
    if not side:
        return STATES[3]
    good = {"up": 1, "down": -1}.get(direction)
    return STATES[2] if good is None else STATES[0] if side == good else STATES[1]


def control_chart(
    signal: Signal,
    words: Sequence[str],
    *,
    direction: str,
    unit: str,
    axis: str = "",
    events: Sequence[tuple[date, str]] = (),
    decisions: Sequence[tuple[date, str]] = (),
    height: int = 230,
) -> Spec:
    """A control chart: points, centre, limits, new levels, target; closures as thin lines, decisions as flagged ones.

    words: each point's value in words. unit: what is drawn; axis: what its axis says, by default the same. Without
    limits (too few points) only the points are drawn.
    """
    c, x = signal.chart, month_axis()
    y = {
        "field": "v",
        "type": "quantitative",
        "title": axis or unit,
        "scale": {"zero": True, "nice": True, **_some_height(signal)},
        "axis": {"tickCount": 5},
    }
    layers = [
        _band(x),
        *(_limit(x, field, dash) for field, dash in (("c", None), ("lo", [4, 3]), ("hi", [4, 3]))),
        *_points(x, y, unit),
    ]
    if signal.target is not None:
        layers.append(
            {
                "mark": {"type": "rule", "color": INK, "strokeWidth": 1.5, "strokeDash": [1, 3]},
                "encoding": {"y": {"datum": signal.target}},
            }
        )
    # The axis begins where the data do, not at a closure before them.
    events, decisions = (
        [(day, words) for day, words in listed if not c.months or day >= c.months[0]]
        for listed in (events, decisions)
    )
    levels = [(x.start, NEW_LEVELS[x.origin]) for x in c.levels if x.origin in NEW_LEVELS]
    layers += (
        _events(events, x, SOFT, "Fermeture")
        + _events(levels, x, MAIN, "Depuis ce mois")
        + _events(decisions, x, INK, "Décision", flag=True)
    )
    series: list[Row] = [value_series(unit)]
    if c.is_judged:
        series += [
            {"name": name, "field": field, "role": role}
            for name, field, role in (
                (
                    "saison et croissance" if c.kind == ChartKind.VOLUME else "d'habitude",
                    "c",
                    "centre",
                ),
                ("limite basse", "lo", "limit"),
                ("limite haute", "hi", "limit"),
            )
        ]
    if signal.target is not None:
        series.append({"name": "cible", "role": "target", "constant": signal.target})
    return chart(
        _months(c, words, direction),
        height=height,
        layer=layers,
        usermeta=usermeta("line", x="label", y_title=axis or unit, series=series),
    )


def _some_height(one: Signal) -> Spec:
    """The end of an axis on which all is 0: without one its only mark would read « 0,000000 »."""
    drawn = np.concatenate([one.chart.values, *one.chart.limits, [one.target or 0]])
    return {} if (np.nan_to_num(drawn) != 0).any() else {"domainMax": 1}


def _months(c: ControlChart, words: Sequence[str], direction: str) -> list[Row]:
    """A row for each month: its value, its state, the centre and the limits."""
    lower, upper = c.limits
    rows: list[Row] = []
    for i, month in enumerate(c.months):
        said = point_state(direction, int(c.side[i]))
        rows.append(
            {
                "m": noon_of_day(month),
                "v": json_number(c.values[i]),
                "t": words[i],
                "label": month_label(month),
                "s": said,
                "why": _point_tooltip(said, Signal(c, i)),
                "g": int(c.level_start[i]),
                "c": json_number(c.usual[i]),
                "lo": json_number(lower[i]),
                "hi": json_number(upper[i]),
            }
        )
    return rows


def _points(x: Spec, y: Spec, unit: str) -> tuple[Spec, Spec]:
    """The line through the months, and a mark on each in the colour and shape of its state."""
    return (
        {
            "mark": {
                "type": "line",
                "color": SOFT,
                "strokeWidth": 1.2,
                "invalid": "break-paths-show-path-domains",
            },
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "point", "filled": True, "opacity": 1},
            "transform": [{"filter": "isValid(datum.v)"}],
            "encoding": {
                "x": x,
                "y": y,
                "color": {
                    "field": "s",
                    "type": "nominal",
                    "legend": None,
                    "scale": {"domain": list(STATES), "range": list(COLOURS)},
                },
                "shape": {
                    "field": "s",
                    "type": "nominal",
                    "legend": None,
                    "scale": {"domain": list(STATES), "range": list(SHAPES)},
                },
                "size": {
                    "condition": {"test": "datum.s !== 'pas de signal'", "value": 90},
                    "value": 36,
                },
                "tooltip": [
                    tooltip_title("label"),
                    {"field": "t", "title": unit},
                    {"field": "why", "title": "Signal"},
                ],
            },
        },
    )


def legend_sentence(
    series: ControlChart, direction: str, *, has_closures: bool, has_decisions: bool
) -> str:
    """The legend of the chart's lines and colours in words: « Trait : d'habitude · … · pointillés verticaux :
    fermetures ».

    has_closures, has_decisions: whether the chart has any.
    """
    there = {point_state(direction, int(side)) for side in series.side} if series.is_judged else ()
    new = any(level.origin in NEW_LEVELS for level in series.levels)
    dotted = ", ".join(["fermetures"] * has_closures + ["nouveau niveau"] * new)
    drawn = np.isfinite(series.usual).sum() > 1  # of a single month there is no line to be seen
    parts = [
        # Titles and cards say the median, which is another number.
        *(["Courbe : attente typique, et non la médiane"] if series.median is not None else []),
        *(["trait : d'habitude", "tirets : ce que le hasard permet"] if drawn else []),
        *(words for word, words in SIGNS.items() if word in there),
        *([f"pointillés verticaux : {dotted}"] if dotted else []),
        *(["drapeau : décision"] if has_decisions else []),
    ]
    return upper_first(" · ".join(parts))


def _point_tooltip(word: str, point: Signal) -> str:
    """The tooltip of a point: « alerte : hors de ses variations habituelles », « pas de signal »."""
    return word if point.rule == NO_RULE else f"{word}{SPACE}: {reason(point)}"


def _band(x: Spec) -> Spec:
    return {
        "mark": {"type": "area", "color": MAIN, "opacity": 0.06},
        "transform": [{"filter": "isValid(datum.lo)"}],
        "encoding": {
            "x": x,
            "y": {"field": "lo", "type": "quantitative"},
            "y2": {"field": "hi"},
            "detail": {"field": "g", "type": "nominal"},
        },
    }


def _limit(x: Spec, field: str, dash: list[int] | None) -> Spec:
    mark: Spec = {
        "type": "line",
        "color": MAIN,
        "strokeWidth": 1.2 if dash is None else 1,
        "opacity": 0.8,
    }
    if dash:
        mark["strokeDash"] = dash
    return {
        "mark": mark,
        "transform": [{"filter": f"isValid(datum.{field})"}],
        "encoding": {
            "x": x,
            "y": {"field": field, "type": "quantitative"},
            "detail": {"field": "g", "type": "nominal"},
        },
    }


def _events(
    events: Sequence[tuple[date, str]], x: Spec, colour: str, title: str, flag: bool = False
) -> list[Spec]:
    if not events:
        return []
    rows = [{"m": noon_of_day(day), "e": text} for day, text in events]
    tip = [
        {"field": "m", "type": "temporal", "format": "%d/%m/%Y", "title": "Jour"},
        {"field": "e", "title": title},
    ]
    layers = [
        {
            "data": {"values": rows},
            "mark": {
                "type": "rule",
                "color": colour,
                "opacity": 0.9 if flag else 0.45,
                "strokeDash": [] if flag else [2, 3],
            },
            "encoding": {"x": x, "tooltip": tip},
        }
    ]
    if flag:
        layers.append(
            {
                "data": {"values": rows},
                "mark": {
                    "type": "point",
                    "shape": "triangle-right",
                    "filled": True,
                    "size": 80,
                    "color": colour,
                    "opacity": 1,
                },
                "encoding": {"x": x, "y": {"value": 6}, "tooltip": tip},
            }
        )
    return layers
