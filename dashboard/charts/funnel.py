"""Funnel plots: sites against what chance allows at their size."""

from collections.abc import Sequence

import numpy as np

from dashboard.charts import point_labels
from dashboard.charts.office_chart_data import usermeta
from dashboard.charts.style import Row, Spec, chart, json_number, tooltip_title
from dashboard.palette import ALERT, MAIN, SOFT
from dashboard.statistics.dispersion import Differences
from dashboard.statistics.funnel import Position

ROOM = 1.06  # beside the largest site
# (field, which limits, which side, their name, the layer that draws them)
LIMITS = (
    ("a", "limits", "lower998", "limite basse à 99,8 %", 0),
    ("b", "limits", "upper998", "limite haute à 99,8 %", 0),
    ("c", "limits", "lower95", "limite basse à 95 %", 1),
    ("d", "limits", "upper95", "limite haute à 95 %", 1),
    ("e", "exact", "lower998", "limite basse exacte à 99,8 %", 2),
    ("f", "exact", "upper998", "limite haute exacte à 99,8 %", 3),
)
BETWEEN = ("entre les deux limites", False)
OUTSIDE = ("hors des limites à 99,8 %", True)
# The words for a site's position, and whether it stands out.
POSITIONS = {
    Position.INSIDE: ("dans les limites à 95 %", False),
    Position.BETWEEN_LOW: BETWEEN,
    Position.BETWEEN_HIGH: BETWEEN,
    Position.OUTSIDE_LOW: OUTSIDE,
    Position.OUTSIDE_HIGH: OUTSIDE,
}


def funnel_chart(
    differences: Differences,
    names: Sequence[str],
    sizes: Sequence[float],
    words: Sequence[str],
    *,
    unit: str,
    base: str,
    line: str = "l'ensemble",
    height: int = 380,
) -> Spec:
    """A funnel plot of sites. The limits judged by are filled, those of chance alone dotted. differences: of ten
    sites or more; names, sizes, words: of each site, (k,). base: what sizes count. line: what the
    line in the middle is."""
    values, curve = _sites(differences, names, sizes, words), _curve(differences, sizes)
    _place_names(values, curve)
    largest = max((row["n"] for row in values), default=1)
    x = {
        "field": "n",
        "type": "quantitative",
        "title": base,
        "scale": {"domain": [0, largest * ROOM], "nice": False},
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

    def dotted(field: str) -> Spec:
        mark = {"type": "line", "color": SOFT, "strokeDash": [1, 3], "strokeWidth": 1.2}
        return drawn(mark, {"y": y(field)})

    tip = [
        tooltip_title("k"),
        {"field": "t", "title": unit},
        {"field": "p", "title": "Position"},
    ]
    return chart(
        values,
        height=height,
        layer=[
            area("a", "b", 0.08),
            area("c", "d", 0.10),
            dotted("e"),
            dotted("f"),
            {
                "mark": {"type": "rule", "color": MAIN},
                "encoding": {"y": {"datum": differences.target}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                "encoding": {
                    "x": x,
                    "y": y("v"),
                    "tooltip": tip,
                    "color": {"condition": {"test": "datum.out", "value": ALERT}, "value": MAIN},
                    "shape": {
                        "condition": {"test": "datum.out", "value": "diamond"},
                        "value": "circle",
                    },
                },
            },
            *point_labels.name_layers({"x": x, "y": y("v")}),
        ],
        usermeta=usermeta(
            "scatter",
            x="n",
            x_title=base,
            y_title=unit,
            series=[
                {"name": "centres", "field": "v", "role": "points", "words": "k"},
                *(
                    {"name": name, "field": field, "role": "limit", "layer": layer}
                    for field, _, _, name, layer in LIMITS
                ),
                {
                    "name": line,
                    "role": "centre",
                    "layer": 0,
                    "constant": differences.target,
                },
            ],
        ),
    )


def _sites(
    differences: Differences, names: Sequence[str], sizes: Sequence[float], words: Sequence[str]
) -> list[Row]:
    """A row for each site that has a value: its position, and its tooltip."""
    values: list[Row] = []
    for i, (name, size, value) in enumerate(zip(names, sizes, differences.values, strict=True)):
        if not np.isnan(value):
            place, out = POSITIONS[differences.position[i]]
            values.append(
                {"n": size, "v": float(value), "k": name, "t": words[i], "out": out, "p": place}
            )
    return values


def _curve(differences: Differences, sizes: Sequence[float]) -> list[Row]:
    """The limits, at the size of each site, the smallest first."""
    return [
        {
            "n": float(sizes[i]),
            **{
                field: json_number(getattr(getattr(differences, which), side)[i])
                for field, which, side, *_ in LIMITS
            },
        }
        for i in np.argsort(sizes)
        if sizes[i] > 0
    ]


def _place_names(values: list[Row], curve: list[Row]) -> None:
    """Write into each row on which side of its point the name stands."""
    heights = [v for row in curve for field, v in row.items() if field != "n" and v is not None]
    heights += [row["v"] for row in values]
    low, high = min(heights, default=0), max(heights, default=1)
    wide, tall = max((row["n"] for row in values), default=1) * ROOM, (high - low) or 1
    found = point_labels.sides(
        [(row["n"] / wide, (row["v"] - low) / tall) for row in values],
        [row["k"] for row in values],
        [row["out"] for row in values],
    )
    for row, side in zip(values, found, strict=True):
        row["side"] = side
