"""An axis has room for all that is drawn, and begins where the data do."""

from datetime import date

import numpy as np

from dashboard import charts
from dashboard.exports.pptx.charts import _upright_rules
from dashboard.palette import PAPER

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def test_the_band_of_a_forecast_is_within_its_axis():
    rows = [(MAY, 90.0, None, "90"), (JUNE, None, (100.0, 80.0, 140.0), "100")]
    spec = charts.forecast_line(rows, unit="visites")
    scales = [layer["encoding"]["y"]["scale"] for layer in spec["layer"]]
    assert [scale["domain"] for scale in scales] == [[0, 140.0]] * 3


def test_a_closure_before_the_data_does_not_widen_the_axis():
    rows = [(JUNE, 1.0, "1"), (JULY, 2.0, "2")]
    events = [(date(2026, 3, 2), "grève"), (date(2026, 6, 20), "réseau")]
    drawn = charts.lines(rows, unit="visites", events=events)
    assert [row["e"] for row in drawn["layer"][1]["data"]["values"]] == ["réseau"]


def test_the_words_of_a_missing_bar_have_paper_under_them():
    """Else the line of the whole crosses « trop peu de cas »."""
    spec = charts.bars(
        [("Kandi", 4, "4"), ("Covè", None, "trop peu de cas")], unit="min", reference=2
    )
    missing = [
        layer["mark"]
        for layer in spec["layer"]
        if layer.get("transform") == [{"filter": "!isValid(datum.v)"}]
    ]
    assert [mark.get("stroke") for mark in missing] == [PAPER, None]


def test_the_names_of_two_lines_never_lie_on_one_another_nor_past_the_end():
    def names(median, p90):
        spec = charts.distribution(np.arange(241), threshold=30, median=median, p90=p90)
        return [one["mark"] for one in spec["layer"] if one["mark"]["type"] == "text"]

    near, far, late = names(17, 28), names(15, 70), names(60, 118)
    assert near[1]["dy"] - near[0]["dy"] >= 12, "one below the other"
    assert far[0]["dy"] == far[1]["dy"]
    assert (late[1]["align"], late[1]["dx"]) == ("right", -5)


def test_the_axis_of_waits_ends_with_the_longest_and_has_a_last_bar_only_where_there_are_longer_ones():
    def axis(longest):
        waits = (np.arange(241) <= longest).astype(int)
        spec = charts.distribution(waits, threshold=30, median=None, p90=None)
        return spec["layer"][0]["encoding"]["x"]

    for longest, end in ((46, 60), (60, 60), (8, 15), (119, 120), (130, 125)):
        assert axis(longest)["scale"]["domain"] == [0, end]
        assert ("plus de 2 heures" in axis(longest)["title"]) is (end == 125)


def test_a_slide_finds_both_lines_of_the_distribution_with_their_names():
    spec = charts.distribution(np.arange(241), threshold=30, median=17, p90=28)
    assert [(mark["type"], row["x"], row["l"]) for mark, row in _upright_rules(spec)] == [
        ("rule", 17, "médiane"),
        ("rule", 28, "9 sur 10"),
    ]
