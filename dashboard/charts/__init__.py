"""Results in, Vega-Lite specs out. Bars start at 0; scales are shared; no pie, no gauge, no second axis."""
from dashboard.charts.specs import age_bands, bars, distribution, heat_map, lines, pareto, small_multiples

__all__ = ["age_bands", "bars", "distribution", "heat_map", "lines", "pareto", "small_multiples"]
