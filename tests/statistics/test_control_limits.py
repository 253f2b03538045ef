"""Limits are published ones, rules are two, and counts are judged by what chance gives them."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.control_limits import (
    NONE,
    ON_ONE_SIDE,
    OUTSIDE,
    TAIL,
    Family,
    Fit,
    chance_deviation,
    fit,
    limits,
    outside_side,
    run_lengths,
    sides,
    two_rules,
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
    three = 3 * chance_deviation(Family.SHARE, at, np.array([50.0]))[0]
    assert at.centre[0] == pytest.approx(0.2313, abs=5e-5)
    assert (at.centre[0] - three, at.centre[0] + three) == pytest.approx((0.0524, 0.4102), abs=2e-4)


# R: set.seed(123); rnorm(20), the data of tests/testthat/test-ptd_spc_standard.R of NHSRplotthedots, commit 050b07d
NORMAL = [-0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621]
NORMAL += [-1.26506123, -0.68685285, -0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272]
NORMAL += [-0.55584113, 1.78691314, 0.49785048, -1.96661716, 0.70135590, -0.47279141]


@pytest.mark.parametrize(
    "fifteenth, centre, lower, upper",
    [(None, 0.1416238, -3.01138, 3.294627), (10, 0.6694159, -2.383666, 3.722497)],
)
def test_individuals_are_those_of_the_published_snapshots(fifteenth, centre, lower, upper):
    """NHSRplotthedots, tests/testthat/_snaps/ptd_spc_standard.md, commit 050b07d: 2.66 mean ranges, where we have 3/1.128."""
    values = [*NORMAL]
    if fifteenth is not None:
        values[14] = fifteenth
    at = fitted(Family.INDIVIDUALS, values)
    low, high = limits(Family.INDIVIDUALS, at, np.ones(1))
    wide = 2.66 * 1.128 / 3
    assert at.centre[0] == pytest.approx(centre, abs=1e-6)
    assert (low[0] - centre) * wide + centre == pytest.approx(lower, abs=2e-6)
    assert (high[0] - centre) * wide + centre == pytest.approx(upper, abs=2e-6)


def test_a_published_chart_of_single_values():
    """Montgomery, Introduction to Statistical Quality Control, table 6.7, costs of mortgages, first 20 weeks, as charted by
    anhoej/qicharts2, tests/testthat/ex_6.5_3.rds (commit 1b9487e): 300.5, 279.783 and 321.217."""
    costs = [310, 288, 297, 298, 307, 303, 294, 297, 308, 306]
    costs += [294, 299, 297, 299, 314, 295, 293, 306, 301, 304]
    at = fitted(Family.INDIVIDUALS, costs)
    low, high = limits(Family.INDIVIDUALS, at, np.ones(1))
    assert (at.centre[0], low[0], high[0]) == pytest.approx((300.5, 279.783, 321.217), abs=1e-3)


# Three deviations of the tables of Montgomery, as charted by two R packages. Opened: luca-scr/qcc, docs/articles/qcc.html
# (commit af35099), and anhoej/qicharts2, tests/testthat/*.rds on R/sysdata.rda (commit 1b9487e).
@pytest.mark.parametrize(
    "family, centre, n, lower, upper",
    [
        # qcc, data orangejuice (30 samples of 50 cans, 347 leak; also NIST/SEMATECH e-Handbook 6.3.3.2), all and but two
        (Family.SHARE, 347 / 1500, 50, 0.05242755, 0.4102391),
        (Family.SHARE, 0.215, 50, 0.04070284, 0.3892972),
        # qicharts2, tbl_7.4_1.rds: purchase orders, 234 wrong of 2 450 in samples of unequal size
        (Family.SHARE, 234 / 2450, 90, 0.002565, 0.188455),
        (Family.SHARE, 234 / 2450, 100, 0.007335, 0.183686),
        (Family.SHARE, 234 / 2450, 110, 0.011438, 0.179582),
        (Family.SHARE, 234 / 2450, 120, 0.015017, 0.176003),
        # qicharts2, ex_7.5_1.rds: defects per 50 m² in ten rolls of dyed cloth
        (Family.RATE, 153 / 107.5, 10, 0.291474, 2.555038),
        (Family.RATE, 153 / 107.5, 8, 0.157885, 2.688626),
        (Family.RATE, 153 / 107.5, 13, 0.430617, 2.415894),
        (Family.RATE, 153 / 107.5, 9.5, 0.262072, 2.584440),
    ],
)
def test_three_deviations_of_published_shares_and_rates(family, centre, n, lower, upper):
    three = 3 * chance_deviation(family, known(centre), np.array([float(n)]))[0]
    assert (centre - three, centre + three) == pytest.approx((lower, upper), abs=1e-6)


def test_published_shares_and_rates_from_their_counts():
    """qcc, data orangejuice2 (samples 31 to 54), and qicharts2, ex_7.4_1.rds: errors in 20 weeks of 50 shipments."""
    cans = [9, 6, 12, 5, 6, 4, 6, 3, 7, 6, 2, 4, 3, 6, 5, 4, 8, 5, 6, 7, 5, 6, 3, 5]
    errors = [2, 3, 8, 1, 1, 4, 1, 4, 5, 1, 8, 2, 4, 3, 4, 1, 8, 3, 7, 4]
    for family, counts, centre, upper in (
        (Family.SHARE, cans, 0.1108333, 0.2440207),
        (Family.RATE, errors, 0.074, 0.189412),
    ):
        at = fitted(family, counts, [50] * len(counts))
        three = 3 * chance_deviation(family, at, np.array([50.0]))[0]
        assert (at.centre[0], at.centre[0] + three) == pytest.approx((centre, upper), abs=1e-6)


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


@pytest.mark.pitfall(14)
def test_limits_follow_the_denominator_of_each_point():
    lower, upper = limits(Family.SHARE, known(0.75), np.array([60.0, 300.0, 1500.0]))
    assert (np.diff(lower) > 0).all() and (np.diff(upper) < 0).all()


def test_a_rare_event_is_no_signal_where_three_deviations_would_make_it_one():
    rare, exposure = known(0.002), np.array([250.0])  # half an event expected
    three = 0.002 + 3 * chance_deviation(Family.RATE, rare, exposure)[0]
    assert three * 250 < 3
    assert outside_side(Family.RATE, rare, np.array([3.0]), exposure)[0] == 0  # one month in 70
    assert outside_side(Family.RATE, rare, np.array([5.0]), exposure)[0] == 1


def test_a_first_event_after_two_years_of_none_is_no_signal():
    empty = fitted(Family.RATE, [0] * 24, [10] * 24)
    assert outside_side(Family.RATE, empty, np.array([1.0]), np.array([10.0]))[0] == 0
    full = fitted(Family.SHARE, [20] * 24, [20] * 24)
    assert outside_side(Family.SHARE, full, np.array([19.0]), np.array([20.0]))[0] == 0
    assert outside_side(Family.SHARE, full, np.array([12.0]), np.array([20.0]))[0] == -1


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
    assert outside_side(family, at, np.array([float(count)]), bases)[0] == drawn


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
