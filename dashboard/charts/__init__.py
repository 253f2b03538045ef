"""Vega-Lite specs of results. Bars start at 0; scales are shared; no pie, no gauge, no second axis."""

from dashboard.charts.bars import age_bands, bars, pareto
from dashboard.charts.control_charts import control_chart, legend_sentence
from dashboard.charts.funnel import funnel_chart
from dashboard.charts.hour_grid import hour_grid
from dashboard.charts.monthly_lines import forecast_line, lines, small_multiples, two_lines
from dashboard.charts.office_chart_data import Native, native
from dashboard.charts.places import place_lines, place_shares, signs
from dashboard.charts.survival import survival_chart
from dashboard.charts.visits import distribution, heat_map

__all__ = [
    "Native",
    "age_bands",
    "forecast_line",
    "bars",
    "control_chart",
    "distribution",
    "funnel_chart",
    "heat_map",
    "hour_grid",
    "lines",
    "native",
    "pareto",
    "legend_sentence",
    "place_lines",
    "place_shares",
    "signs",
    "small_multiples",
    "survival_chart",
    "two_lines",
]
