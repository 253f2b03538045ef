"""Places side by side on a slide: each has its own colour, stroke and mark, and a bar of its own for each service."""

from datetime import date

import pytest
from pptx import Presentation

from dashboard import charts
from dashboard.charts.office_chart_data import native
from dashboard.exports.pptx.charts import draw_chart
from dashboard.exports.pptx.shapes import Box
from dashboard.panel import Panel

NAMES = ("Nikki", "Kandi", "Djougou", "Covè")


def drawn(spec):
    """The chart on a page."""
    page = Presentation().slides.add_slide(Presentation().slide_layouts[6])
    draw_chart(page, Panel("a", "Titre"), native(spec), Box(0.5, 0.5, 12, 5))
    return next(shape.chart for shape in page.shapes if shape.has_chart)


@pytest.fixture
def lines():
    months = [date(2026, m, 1) for m in (7, 8, 9)]
    rows = [(m, [(10.0 + n, "10 min") for n in range(4)]) for m in months]
    return drawn(charts.place_lines(rows, names=NAMES, unit="minutes"))


def test_four_lines_are_told_apart_by_colour_stroke_and_mark_and_named(lines):
    series = list(lines.plots[0].series)
    assert [one.name for one in series] == list(NAMES) and lines.has_legend
    for look in (
        {str(one.format.line.color.rgb) for one in series},
        {one.format.line.dash_style for one in series},
        {one.marker.style for one in series},
    ):
        assert len(look) == 4


def test_each_place_has_its_bar_for_each_service():
    rows = [
        ("Passeport", [30.0, 20.0, 10.0, 5.0], "", True),
        ("NPI", [1.0, 2.0, 3.0, 4.0], "", False),
    ]
    chart = drawn(charts.place_shares(rows, names=NAMES, unit="Part des usagers"))
    series = list(chart.plots[0].series)
    assert [(one.name, tuple(one.values)) for one in series] == [
        (name, (a, b)) for name, a, b in zip(NAMES, rows[0][1], rows[1][1], strict=True)
    ]
    assert len({str(one.format.fill.fore_color.rgb) for one in series}) == 4 and chart.has_legend
