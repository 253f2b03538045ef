"""Limits are published ones, rules are two, and counts are judged by what chance gives them."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.limits import (
    NONE,
    ON_ONE_SIDE,
    OUTSIDE,
    TAIL,
    Family,
    Fit,
    fit,
    limits,
    outside,
    run_lengths,
    sides,
    two_rules,
    unit,
)

# Montgomery, Introduction to Statistical Quality Control, example of 30 samples of 50 cans.
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11]
CANS += [20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


def fitted(family, events, bases=None) -> Fit:
    """Of one series of which every month is a reference month."""
    events = np.array([events], dtype=float)
    bases = np.ones(events.shape) if bases is None else np.array([bases], dtype=float)
    return fit(family, events, bases, np.ones(events.shape, dtype=bool))


def known(centre, spread=1.0, behind=1e6) -> Fit:
    return Fit(*(np.array([x], dtype=float) for x in (centre, spread, behind)))


@pytest.mark.pitfall(13)
def test_individuals_are_the_screened_ones_of_the_published_example():
    values = [1, 2, 1, 2, 10, *[1, 2] * 6, 1]
    at = fitted(Family.INDIVIDUALS, values)
    lower, upper = limits(Family.INDIVIDUALS, at, np.ones(1))
    assert at.centre[0] == pytest.approx(1.944, abs=5e-4)
    assert (lower[0], upper[0]) == pytest.approx((-0.716, 4.604), abs=2e-3)


def test_a_share_has_the_centre_and_the_unit_of_the_published_p_chart():
    at = fitted(Family.SHARE, CANS, [50] * 30)
    three = 3 * unit(Family.SHARE, at, np.array([50.0]))[0]
    assert at.centre[0] == pytest.approx(0.2313, abs=5e-5)
    assert (at.centre[0] - three, at.centre[0] + three) == pytest.approx((0.0524, 0.4102), abs=2e-4)


def test_what_varies_more_than_chance_widens_and_less_never_narrows():
    random = np.random.default_rng(1)
    bases = np.full(24, 1000.0)
    more = random.binomial(1000, np.clip(random.normal(0.7, 0.05, 24), 0, 1))
    assert fitted(Family.SHARE, more, bases).spread[0] > 2
    assert fitted(Family.SHARE, np.full(24, 700), bases).spread[0] == 1


@pytest.mark.parametrize(("n", "share"), [(20, 0.05), (60, 0.9), (200, 0.5), (400, 0.01)])
def test_the_limits_of_a_share_are_never_inside_the_exact_ones(n, share):
    def chance(counts):
        return sum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in counts)

    lower, upper = (
        round(float(x[0]) * n, 6) for x in limits(Family.SHARE, known(share), np.array([n * 1.0]))
    )
    for count in range(n + 1):
        if count > upper:
            assert chance(range(count, n + 1)) < TAIL
        if count < lower:
            assert chance(range(count + 1)) < TAIL


def test_a_rare_event_is_no_signal_where_three_deviations_would_make_it_one():
    rare, exposure = known(0.002), np.array([250.0])  # half an event expected
    three = 0.002 + 3 * unit(Family.RATE, rare, exposure)[0]
    assert three * 250 < 3
    assert outside(Family.RATE, rare, np.array([3.0]), exposure)[0] == 0  # one month in 70
    assert outside(Family.RATE, rare, np.array([5.0]), exposure)[0] == 1


def test_a_first_event_after_two_years_of_none_is_no_signal():
    empty = fitted(Family.RATE, [0] * 24, [10] * 24)
    assert outside(Family.RATE, empty, np.array([1.0]), np.array([10.0]))[0] == 0
    full = fitted(Family.SHARE, [20] * 24, [20] * 24)
    assert outside(Family.SHARE, full, np.array([19.0]), np.array([20.0]))[0] == 0
    assert outside(Family.SHARE, full, np.array([12.0]), np.array([20.0]))[0] == -1


@given(
    st.sampled_from([Family.SHARE, Family.RATE]),
    st.floats(0.005, 0.995),
    st.floats(1, 3),
    st.integers(5, 2000),
    st.integers(0, 2000),
)
def test_a_point_is_outside_exactly_where_it_is_drawn_outside(family, centre, spread, n, count):
    count = min(count, n)
    at, bases = known(centre, spread), np.array([float(n)])
    lower, upper = limits(family, at, bases)
    drawn = 1 if count / n > upper[0] + 1e-9 else -1 if count / n < lower[0] - 1e-9 else 0
    assert outside(family, at, np.array([float(count)]), bases)[0] == drawn


@given(
    st.sampled_from(list(Family)),
    st.floats(0.02, 0.98),
    st.integers(10, 5000),
    st.integers(1, 10),
)
def test_limits_widen_with_fewer_cases(family, centre, n, times):
    """The exact counts go by steps of one case: compared with the width of one."""
    few, many = (limits(family, known(centre), np.array([float(b)])) for b in (n, n * times))
    assert few[1][0] - few[0][0] >= many[1][0] - many[0][0] - 2 / n


def test_a_point_on_the_centre_by_rounding_is_on_it():
    at = known(0.1 + 0.2)
    assert sides(Family.INDIVIDUALS, at, np.array([0.3]), np.ones(1))[0] == 0


def test_two_rules_and_no_others():
    rising = np.array([-0.9, -0.6, -0.3, 0.0, 0.3, 0.6, 0.9, 1.2, 1.5])
    assert not two_rules(rising)[0].any()  # a trend is none
    near = np.array([2.5, 2.6, 0.1, -0.1])
    assert not two_rules(near)[0].any()  # nor are two of three
    rule, side = two_rules(np.array([0.5] * 7 + [-3.1] + [0.2] * 8))
    assert rule.tolist() == [NONE] * 7 + [OUTSIDE] + [NONE] * 7 + [ON_ONE_SIDE]
    assert side.tolist() == [0] * 7 + [-1] + [0] * 7 + [1]


def test_a_missing_month_and_a_point_on_the_centre_end_a_run():
    run = [0.5] * 7
    assert not two_rules(np.array([*run, np.nan, *run]))[0].any()
    assert not two_rules(np.array([*run, 0.0, *run]))[0].any()
    assert run_lengths(np.array([1, 1, -1, -1, -1, 0, 1])).tolist() == [1, 2, 1, 2, 3, 0, 1]
