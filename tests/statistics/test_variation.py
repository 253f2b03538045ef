"""What a judged month and its limits allow one to say."""

import pytest

from dashboard.statistics.variation import Assurance, Variation, assurance, variation


@pytest.mark.parametrize(
    "side, direction, said",
    [
        (1, "up", Variation.IMPROVEMENT),
        (1, "down", Variation.ALERT),
        (1, "neither", Variation.NEUTRAL),
        (-1, "up", Variation.ALERT),
        (-1, "down", Variation.IMPROVEMENT),
        (-1, "neither", Variation.NEUTRAL),
        (0, "up", Variation.NO_SIGNAL),
        (0, "neither", Variation.NO_SIGNAL),
    ],
)
def test_a_month_speaks_by_the_direction_of_the_indicator(side, direction, said):
    assert variation(side, direction) == said


@pytest.mark.parametrize(
    "target, direction, said",
    [
        (4.17, "up", Assurance.CONSISTENTLY_MISSED),
        (4.17, "down", Assurance.CONSISTENTLY_MET),
        (-1.17, "up", Assurance.CONSISTENTLY_MET),
        (-1.17, "down", Assurance.CONSISTENTLY_MISSED),
        (4.15, "up", Assurance.HIT_AND_MISS),
        (-1.15, "down", Assurance.HIT_AND_MISS),
        (0, "down", Assurance.HIT_AND_MISS),
    ],
)
def test_a_target_beyond_the_limits_is_always_met_or_always_missed(target, direction, said):
    """As NHSRplotthedots, R/ptd_calculate_assurance_type.R and its tests, commit 050b07d: beyond one limit, or between."""
    assert assurance((-1.16, 4.16), target, direction) == said


def test_without_limits_nothing_is_said_of_a_target():
    assert assurance(None, 80, "up") == Assurance.TOO_FEW


def test_another_direction_is_refused():
    with pytest.raises(ValueError, match="sideways"):
        variation(1, "sideways")
