"""One definition of a quantile: the smallest minute that at least q of the waits do not exceed."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.quantile import quantile
from db.codes import BINS, LAST_BIN

WAITS = st.lists(st.integers(0, LAST_BIN), min_size=1, max_size=200)
SHARES = st.sampled_from((0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.999))


def histogram(waits) -> np.ndarray:
    return np.bincount(waits, minlength=BINS)


@given(WAITS, SHARES)
def test_it_is_the_smallest_minute_that_enough_waits_do_not_exceed(waits, q):
    share = Fraction(str(q))
    expected = next(m for m in range(BINS) if sum(w <= m for w in waits) >= share * len(waits))
    assert quantile(histogram(waits), q) == expected


@given(WAITS, st.sampled_from((0.25, 0.5, 0.75)))
def test_it_is_what_numpy_calls_inverted_cdf(waits, q):
    assert quantile(histogram(waits), q) == np.quantile(waits, q, method="inverted_cdf")


@given(st.lists(WAITS, min_size=1, max_size=5), SHARES)
def test_adding_histograms_is_the_same_as_pooling_the_waits(sites, q):
    pooled = [w for waits in sites for w in waits]
    assert quantile(sum(map(histogram, sites)), q) == quantile(histogram(pooled), q)


@given(WAITS, SHARES, st.integers(1, 1000))
def test_it_does_not_depend_on_how_often_the_same_waits_come(waits, q, times):
    assert quantile(histogram(waits) * times, q) == quantile(histogram(waits), q)


@pytest.mark.parametrize(
    "waits, median, p90",
    [
        ([1, 2, 3, 4], 2, 4),
        ([5] * 9 + [60], 5, 5),
        ([20] * 90 + [30] * 10, 20, 20),
        ([5] * 9 + [60] + [20] * 90 + [30] * 10, 20, 20),
        (range(1, 11), 5, 9),
        ([0], 0, 0),
        ([240], 240, 240),
    ],
)
def test_known_cases(waits, median, p90):
    assert (quantile(histogram(list(waits)), 0.5), quantile(histogram(list(waits)), 0.9)) == (
        median,
        p90,
    )


def test_many_histograms_at_once_and_empty_ones():
    many = np.stack([histogram([3, 4, 5]), np.zeros(BINS, dtype=int), histogram([7])])
    assert quantile(many, 0.5).tolist() == [4, -1, 7]
    assert quantile(np.zeros((0, BINS), dtype=int), 0.5).tolist() == []
