"""Intervals against published values, and against closed forms."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics import intervals
from dashboard.statistics.intervals import poisson, quantile_interval, quantile_ranks, wilson


def test_the_normal_quantiles():
    assert intervals.z_value(0.95) == pytest.approx(1.959964, abs=1e-6)
    assert intervals.z_value(0.998) == pytest.approx(3.090232, abs=1e-6)


@pytest.mark.pitfall(19)
@pytest.mark.parametrize(
    "events, n, low, high",
    [
        # R's binom.confint, method wilson: statsmodels/statsmodels, statsmodels/stats/tests/results/results_proportion.py
        (18, 20, 0.698966, 0.972134),
        (4, 20, 0.080658, 0.416017),
        (4, 200, 0.007804, 0.050287),
        (190, 200, 0.910422, 0.972617),
        (1, 30, 0.005909, 0.166704),
        (0, 30, 0, 0.113513),
        (30, 30, 0.886487, 1),
        # the examples of Newcombe 1998 (his table could not be opened), then the shares shown to the ministry: recomputed
        # by SciPy 1.17, binomtest(…).proportion_ci(method="wilson")
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (273, 300, 0.8722, 0.9374),
        (9, 10, 0.5958, 0.9821),
        (10, 10, 0.7225, 1),
        (0, 10, 0, 0.2775),
    ],
)
def test_shares_of_wilson(events, n, low, high):
    assert wilson(events, n) == pytest.approx((low, high), abs=5.1e-5)


@given(st.integers(1, 10_000), st.data())
def test_wilson_solves_its_equation(n, data):
    """Its ends are the shares from which the observed one is z standard deviations away."""
    events = data.draw(st.integers(0, n))
    for end in wilson(events, n):
        if 0 < end < 1:
            deviation = math.sqrt(end * (1 - end) / n)
            assert abs(events / n - end) == pytest.approx(intervals.z_value() * deviation, rel=1e-6)


def test_nothing_counted_has_no_interval():
    assert wilson(0, 0) is None and intervals.rate(0, 0) is None
    with pytest.raises(ValueError, match="11 events among 10"):
        wilson(11, 10)


@pytest.mark.parametrize(
    "count, low, high",
    [
        # Recomputed by SciPy 1.17: chi2.ppf(0.025, 2 count) / 2 and chi2.ppf(0.975, 2 count + 2) / 2 (Garwood 1936)
        (0, 0, 3.6889),
        (1, 0.0253, 5.5716),
        (2, 0.2422, 7.2247),
        (5, 1.6235, 11.6683),
        (10, 4.7954, 18.3904),
        (100, 81.3640, 121.6268),
    ],
)
def test_counts_of_garwood(count, low, high):
    assert poisson(count) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    "expected, limits",
    [
        (15, (0.5596924, 1.649348, 0.3862650, 2.082907)),
        (20, (0.6108260, 1.544419, 0.4479107, 1.902094)),
        (30, (0.6746958, 1.427562, 0.5289724, 1.702771)),
    ],
)
def test_chi_square_limits_of_a_published_funnel(expected, limits):
    """FunnelPlotR, tests/testthat/test-poisson_limits.R, commit 9020d49: 95 and 99.8 % limits over the expected."""
    found = [x / expected for level in (0.95, 0.998) for x in poisson(expected, level)]
    assert found == pytest.approx(limits, abs=1e-6)


@given(st.integers(1, 2000), st.sampled_from((0.95, 0.998)))
def test_exact_limits_miss_each_end_with_exactly_the_tail(count, level):
    """Closed form, by summation: P(X ≥ count) at the lower end and P(X ≤ count) at the upper one."""
    low, high = poisson(count, level)
    mass = lambda mean, k: math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))  # noqa: E731
    tail = (1 - level) / 2
    assert 1 - math.fsum(mass(low, k) for k in range(count)) == pytest.approx(tail, rel=1e-6)
    assert math.fsum(mass(high, k) for k in range(count + 1)) == pytest.approx(tail, rel=1e-6)


def test_rates_per_1000():
    assert intervals.rate(10, 2000) == pytest.approx((2.3977, 9.1952), abs=5e-5)
    assert intervals.rate(0, 1000) == pytest.approx((0, 3.6889), abs=5e-5)


@pytest.mark.parametrize(
    "n, q, ranks",
    [
        # the median of 6, 9, 10, 11, 15 and 20 values: table A.7, « Confidence Intervals for the Population Median », of a
        # course of statistics (coursehero.com/file/5646626), narrowest of 95 % and more; the others follow from the law below
        (6, 0.5, (1, 6)),
        (9, 0.5, (2, 8)),
        (11, 0.5, (2, 10)),
        (15, 0.5, (4, 12)),
        (20, 0.5, (6, 15)),
        (10, 0.5, (2, 9)),
        (25, 0.5, (8, 18)),
        (100, 0.5, (40, 61)),
        (50, 0.9, (41, 50)),
        (100, 0.9, (84, 96)),
        (200, 0.9, (171, 189)),
        (35, 0.9, (28, None)),
        (36, 0.9, (29, 36)),
        (5, 0.5, (None, None)),
        (0, 0.5, (None, None)),
        (1, 0.9, (None, None)),
    ],
)
def test_ranks_of_quantiles(n, q, ranks):
    assert quantile_ranks(n, q) == ranks


@given(st.integers(1, 80), st.sampled_from(("0.5", "0.9")))
def test_ranks_are_the_narrowest_that_miss_each_end_rarely_enough(n, q):
    """In fractions: P(the r-th value is above the quantile) = P(fewer than r values are below it)."""
    p = Fraction(q)
    fewer = lambda r: sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(r))  # noqa: E731
    low, high = quantile_ranks(n, float(q))
    tail = Fraction(25, 1000)
    assert (low is None and fewer(1) > tail) or (fewer(low) <= tail < fewer(low + 1))
    assert (high is None and 1 - fewer(n) > tail) or (1 - fewer(high) <= tail < 1 - fewer(high - 1))


def test_the_interval_of_a_quantile_in_minutes():
    waits = np.bincount(range(1, 11), minlength=241)
    assert quantile_interval(waits, 0.5) == (2, 9)
    assert quantile_interval(waits, 0.9)[1] is None
    assert quantile_interval(np.zeros(241, dtype=int), 0.5) == (None, None)
    assert quantile_interval(np.bincount([7] * 40, minlength=241), 0.9) == (7, 7)


def test_the_interval_of_a_quantile_holds_it_95_times_in_100():
    random = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        low, high = quantile_interval(np.bincount(random.integers(0, 200, 60), minlength=241), 0.5)
        held += low <= 99.5 <= high
    assert held >= 400 * 0.95 - 3 * math.sqrt(400 * 0.95 * 0.05)
