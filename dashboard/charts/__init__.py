"""Results in, Vega-Lite specs out. Bars start at 0; scales are shared; no pie, no gauge, no second axis."""

from dashboard.charts.control import control_chart, funnel_chart, survival_chart
from dashboard.charts.native import Native, native
from dashboard.charts.specs import (
    age_bands,
    bars,
    distribution,
    heat_map,
    lines,
    pareto,
    small_multiples,
    two_lines,
)

__all__ = [
    "Native",
    "age_bands",
    "bars",
    "control_chart",
    "distribution",
    "funnel_chart",
    "heat_map",
    "lines",
    "native",
    "pareto",
    "small_multiples",
    "survival_chart",
    "two_lines",
]
