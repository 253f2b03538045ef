"""Control charts, funnels and survival curves as Vega-Lite specs: what chance allows, and what lies outside."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from dashboard.charts.native import describe
from dashboard.charts.style import Row, Spec, chart
from dashboard.french import month_label
from dashboard.judgement.signals import Signal
from dashboard.palette import CHANGE, CONCERN, GRID, IMPROVEMENT, INK, MAIN, NONE, SOFT
from dashboard.statistics.funnel import Funnel, Position
from dashboard.statistics.variation import Rule

RULES = {
    Rule.OUTSIDE: "hors des limites",
    Rule.TREND: "sept points de suite dans le même sens",
    Rule.TWO_OF_THREE: "deux points sur trois près de la limite",
    Rule.RUN: "sept points de suite du même côté",
    Rule.NONE: "pas de signal",
}
STATES = ("amélioration", "alerte", "changement", "pas de signal")
COLOURS = (IMPROVEMENT, CONCERN, CHANGE, NONE)
SHAPES = ("circle", "square", "diamond", "circle")


def point(day: date) -> str:
    """A day as Vega reads it, at noon: no time zone moves it to another day."""
    return f"{day.isoformat()}T12:00:00"


def state(direction: str, side: int) -> str:
    """The word of a point: which way it goes, and whether that way is good."""
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
    events: Sequence[tuple[date, str]] = (),
    decisions: Sequence[tuple[date, str]] = (),
    height: int = 230,
) -> Spec:
    """A control chart: points, mean, limits, target; closures as thin lines, decisions as flagged lines.

    words: each point's value in words. Without limits (too few points) the points stand alone.
    """
    c = signal.chart
    values = []
    for i, (month, value) in enumerate(zip(signal.months, signal.values, strict=True)):
        row = {
            "m": point(month),
            "v": value,
            "t": words[i],
            "label": month_label(month),
            "s": STATES[3],
            "why": RULES[Rule.NONE],
        }
        if c is not None and c.segment[i] >= 0:
            row |= {
                "s": state(direction, int(c.side[i])),
                "why": RULES[c.rule[i]],
                "g": int(c.segment[i]),
            }
            row |= {
                k: _plain(line[i])
                for k, line in (("c", c.centre), ("lo", c.drawn(c.lower)), ("hi", c.drawn(c.upper)))
            }
        values.append(row)
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
    y = {
        "field": "v",
        "type": "quantitative",
        "title": unit,
        "scale": {"zero": True, "nice": True},
        "axis": {"tickCount": 5},
    }
    layers = [
        _band(x),
        *(_limit(x, field, dash) for field, dash in (("c", None), ("lo", [4, 3]), ("hi", [4, 3]))),
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
                    {"field": "label", "title": "Mois"},
                    {"field": "t", "title": unit},
                    {"field": "s", "title": "Signal"},
                    {"field": "why", "title": "Règle"},
                ],
            },
        },
    ]
    if signal.target is not None:
        layers.append(
            {
                "mark": {"type": "rule", "color": INK, "strokeWidth": 1.5, "strokeDash": [1, 3]},
                "encoding": {"y": {"datum": signal.target}},
            }
        )
    layers += _events(events, x, SOFT, "Fermeture") + _events(
        decisions, x, INK, "Décision", flag=True
    )
    series: list[Row] = [{"name": unit, "field": "v", "role": "value", "words": "t"}]
    if c is not None:
        series += [
            {"name": name, "field": field, "role": role}
            for name, field, role in (
                ("moyenne", "c", "centre"),
                ("limite basse", "lo", "limit"),
                ("limite haute", "hi", "limit"),
            )
        ]
    if signal.target is not None:
        series.append({"name": "cible", "role": "target", "constant": signal.target})
    return chart(
        values,
        height=height,
        layer=layers,
        usermeta=describe("line", x="label", y_title=unit, series=series),
    )


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
    rows = [{"m": point(day), "e": text} for day, text in events]
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


def funnel_chart(
    funnel: Funnel,
    names: Sequence[str],
    sizes: Sequence[float],
    words: Sequence[str],
    *,
    unit: str,
    base: str,
    height: int = 380,
) -> Spec:
    """Sites against what chance allows at their size. Limits with over-dispersion are filled, exact ones are dotted.

    names, sizes, words: of each site, (k,). base: what sizes count.
    """
    far = (Position.OUTSIDE_LOW, Position.OUTSIDE_HIGH)
    order = np.argsort(sizes)
    values = []
    for i, (name, size, value) in enumerate(zip(names, sizes, funnel.values, strict=True)):
        if np.isnan(value):
            continue
        position = funnel.adjusted_position[i]
        values.append(
            {
                "n": size,
                "v": float(value),
                "k": name,
                "t": words[i],
                "out": position in far,
                "p": "hors des limites à 99,8 %"
                if position in far
                else "dans les limites à 95 %"
                if position == Position.INSIDE
                else "entre les deux limites",
            }
        )
    curve = [
        {
            "n": float(sizes[i]),
            **{
                key: _plain(getattr(which, field)[i])
                for key, which, field in (
                    ("a", funnel.adjusted, "lower998"),
                    ("b", funnel.adjusted, "upper998"),
                    ("c", funnel.adjusted, "lower95"),
                    ("d", funnel.adjusted, "upper95"),
                    ("e", funnel.exact, "lower998"),
                    ("f", funnel.exact, "upper998"),
                )
            },
        }
        for i in order
        if sizes[i] > 0
    ]
    x = {
        "field": "n",
        "type": "quantitative",
        "title": base,
        "scale": {"zero": True},
        "axis": {"tickCount": 6},
    }

    def y(field: str) -> Spec:
        return {
            "field": field,
            "type": "quantitative",
            "title": unit,
            "scale": {"zero": False, "nice": True},
        }

    def drawn(mark: Spec, encoding: Spec) -> Spec:
        return {
            "data": {"values": curve},
            "mark": {**mark, "interpolate": "monotone"},
            "encoding": {"x": x, **encoding},
        }

    def area(low: str, high: str, opacity: float) -> Spec:
        mark = {"type": "area", "color": MAIN, "opacity": opacity}
        return drawn(mark, {"y": y(low), "y2": {"field": high}})

    def line(field: str) -> Spec:
        mark = {"type": "line", "color": SOFT, "strokeDash": [1, 3], "strokeWidth": 1.2}
        return drawn(mark, {"y": y(field)})

    tip = [
        {"field": "k", "title": "Centre"},
        {"field": "t", "title": unit},
        {"field": "p", "title": "Position"},
    ]
    return chart(
        values,
        height=height,
        layer=[
            area("a", "b", 0.08),
            area("c", "d", 0.10),
            line("e"),
            line("f"),
            {"mark": {"type": "rule", "color": MAIN}, "encoding": {"y": {"datum": funnel.target}}},
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                "encoding": {
                    "x": x,
                    "y": y("v"),
                    "tooltip": tip,
                    "color": {"condition": {"test": "datum.out", "value": CONCERN}, "value": MAIN},
                    "shape": {
                        "condition": {"test": "datum.out", "value": "diamond"},
                        "value": "circle",
                    },
                },
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 7, "fontSize": 11, "color": INK},
                "transform": [{"filter": "datum.out"}],
                "encoding": {"x": x, "y": y("v"), "text": {"field": "k"}},
            },
        ],
        usermeta=describe(
            "scatter",
            x="n",
            x_title=base,
            y_title=unit,
            series=[
                {"name": "centres", "field": "v", "role": "points", "words": "k"},
                *(
                    {"name": name, "field": field, "role": "limit", "layer": layer}
                    for name, field, layer in (
                        ("limite basse à 99,8 %", "a", 0),
                        ("limite haute à 99,8 %", "b", 0),
                        ("limite basse à 95 %", "c", 1),
                        ("limite haute à 95 %", "d", 1),
                        ("limite basse exacte à 99,8 %", "e", 2),
                        ("limite haute exacte à 99,8 %", "f", 3),
                    )
                ),
                {"name": "l'ensemble", "role": "centre", "layer": 0, "constant": funnel.target},
            ],
        ),
    )


def survival_chart(
    rows: Sequence[tuple[int, float, float | None, float | None]], *, height: int = 230
) -> Spec:
    """The share of complaints still open by age: (days, share, low, high) in percent, as steps, with its interval."""
    values = [{"d": d, "v": v, "lo": lo, "hi": hi} for d, v, lo, hi in rows]
    x = {
        "field": "d",
        "type": "quantitative",
        "title": "jours depuis la réception",
        "axis": {"tickCount": 7, "grid": False},
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
        usermeta=describe(
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


def _plain(x: float) -> float | None:
    return None if np.isnan(x) else float(x)
