"""What a chart's last point and its limits allow one to say."""

import numpy as np
import pytest

from dashboard.statistics import xmr
from dashboard.statistics.variation import Assurance, Rule, Variation, assurance, variation

CALM = [1, 2] * 10
HIGH, LOW, SAME = CALM + [9], CALM + [-6], CALM + [1]


@pytest.mark.parametrize(
    "values, direction, said",
    [
        (HIGH, "up", Variation.IMPROVEMENT),
        (HIGH, "down", Variation.CONCERN),
        (HIGH, "neither", Variation.NEUTRAL),
        (LOW, "up", Variation.CONCERN),
        (LOW, "down", Variation.IMPROVEMENT),
        (LOW, "neither", Variation.NEUTRAL),
        (SAME, "up", Variation.NO_SIGNAL),
        (SAME, "neither", Variation.NO_SIGNAL),
        ([9] + CALM, "up", Variation.NO_SIGNAL),
    ],
)
def test_the_last_point_speaks_by_the_direction_of_the_indicator(values, direction, said):
    assert variation(xmr.chart(values), direction) == said


@pytest.mark.pitfall(8)
@pytest.mark.parametrize(
    "values",
    [
        [],
        [None] * 30,
        [10],
        [10, 90],
        [90, 10],
        [10, 1e9],
        [None] * 20 + [0, 50],
        list(range(11)),
        [5] * 10 + [500],
    ],
)
@pytest.mark.parametrize("direction", ["up", "down", "neither"])
def test_two_values_or_eleven_are_too_few_whatever_the_gap(values, direction):
    assert variation(xmr.chart(values), direction) == Variation.TOO_FEW
    assert assurance(xmr.chart(values), 80, "up") == Assurance.TOO_FEW


@pytest.mark.pitfall(10)
def test_a_good_level_with_a_falling_run_still_shows_the_signal():
    values = [97, 98] * 9 + [98.5, 98.2, 97.9, 97.6, 97.3, 97.0, 96.7]
    chart = xmr.chart(values)
    assert chart.rule[-1] == Rule.TREND and min(values) > 96
    assert assurance(chart, 90, "up") == Assurance.CONSISTENTLY_MET
    assert variation(chart, "up") == Variation.CONCERN


def test_after_a_rebase_the_new_segment_speaks_alone():
    assert variation(xmr.chart(CALM + [9] * 11, rebases=[20]), "up") == Variation.TOO_FEW
    assert variation(xmr.chart(CALM + [9] * 12, rebases=[20]), "up") == Variation.NO_SIGNAL
    assert variation(xmr.chart(CALM + [None], rebases=[20]), "up") == Variation.TOO_FEW


@pytest.mark.parametrize(
    "target, direction, said",
    [
        # limits of 1, 2, 1, 2…: 1.5 ± 2.66, that is −1.16 and 4.16
        (4.17, "up", Assurance.CONSISTENTLY_MISSED),
        (4.17, "down", Assurance.CONSISTENTLY_MET),
        (-1.17, "up", Assurance.CONSISTENTLY_MET),
        (-1.17, "down", Assurance.CONSISTENTLY_MISSED),
        (4.15, "up", Assurance.HIT_AND_MISS),
        (-1.15, "down", Assurance.HIT_AND_MISS),
        (0, "down", Assurance.HIT_AND_MISS),
        (None, "up", Assurance.NO_TARGET),
        (4.17, "neither", Assurance.NO_TARGET),
    ],
)
def test_a_target_beyond_the_limits_is_always_met_or_always_missed(target, direction, said):
    """As NHSRplotthedots, R/ptd_calculate_assurance_type.R and its tests, commit 050b07d: beyond one limit, or between."""
    assert assurance(xmr.chart(CALM), target, direction) == said


def test_a_target_is_judged_on_the_last_segment():
    chart = xmr.chart([v + 100 for v in CALM] + CALM, rebases=[20])
    assert assurance(chart, 50, "up") == Assurance.CONSISTENTLY_MISSED


def test_another_direction_is_refused():
    with pytest.raises(ValueError, match="sideways"):
        variation(xmr.chart(CALM), "sideways")


def test_limits_are_drawn_within_what_the_quantity_can_be():
    chart = xmr.chart(CALM, lowest=0, highest=4)
    assert chart.lower[0] == pytest.approx(-1.16) and chart.upper[0] == pytest.approx(4.16)
    assert np.unique(chart.drawn(chart.lower)) == [0] and np.unique(chart.drawn(chart.upper)) == [4]
    free = xmr.chart(CALM)
    assert (free.drawn(free.lower) == free.lower).all()
