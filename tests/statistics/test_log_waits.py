"""The mean of ln(1 + wait) is that of the records, adds up over sites, and sees what the median does not."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.control_chart import judge_series
from dashboard.statistics.log_waits import log_wait, typical_minutes
from dashboard.statistics.quantile import quantile

waits = st.lists(st.integers(0, 240), min_size=2, max_size=60)


def histogram(values, bins=241) -> np.ndarray:
    return np.bincount(values, minlength=bins)


def test_it_is_what_the_hand_finds():
    """Waits of 0, 1 and 3 minutes: (ln 1 + ln 2 + ln 4) / 3 = ln 2, a typical wait of 1 minute."""
    typical = log_wait(histogram([0, 1, 3]))
    assert typical.mean == pytest.approx(math.log(2))
    assert typical.variance == pytest.approx(math.log(2) ** 2)  # (ln²2 + 0 + ln²2) / 2
    assert typical.error == pytest.approx(math.log(2) / math.sqrt(3))
    assert typical_minutes(typical.mean) == pytest.approx(1)


@given(waits)
def test_it_is_the_mean_and_the_variance_of_the_records(values):
    typical, logs = log_wait(histogram(values)), np.log1p(values)
    assert typical.mean == pytest.approx(logs.mean())
    assert typical.variance == pytest.approx(logs.var(ddof=1), abs=1e-12)
    assert typical.n == len(values)


@given(waits, waits)
def test_histograms_of_two_sites_give_the_mean_of_all_their_waits(here, there):
    both = log_wait(histogram(here) + histogram(there)).mean
    apart = log_wait(np.array([histogram(here), histogram(there)]))
    assert both == pytest.approx((apart.mean * apart.n).sum() / apart.n.sum())
    assert min(apart.mean) - 1e-12 <= both <= max(apart.mean) + 1e-12


def test_nothing_measured_is_no_mean_and_one_wait_no_variance():
    typical = log_wait(np.array([histogram([]), histogram([4])]))
    assert np.isnan(typical.mean[0]) and typical.mean[1] == pytest.approx(math.log(5))
    assert np.isnan(typical.variance).all()


def test_the_last_bin_counts_as_its_minute():
    assert log_wait(histogram([240, 240])).mean == pytest.approx(math.log(241))


def test_two_minutes_more_are_found_sooner_than_by_the_median():
    """F6 of the notes: 15 minutes, 400 waits a month, + 2: 83 in 100 within three months, the median 54."""
    random, series = np.random.default_rng(4), 400
    logs = 0.85 * random.standard_normal((series, 27, 400), dtype=np.float32)
    level = np.full((1, 27, 1), 15.0, dtype=np.float32)
    level[:, 24:] += 2
    records = np.minimum(level * np.exp(logs), 240).astype(int)
    codes = records + 241 * np.arange(series * 27).reshape(series, 27, 1)
    counts = np.bincount(codes.ravel(), minlength=series * 27 * 241).reshape(series, 27, 241)
    found = [
        (judge_series(values).side[:, 24:] == 1).any(axis=1).mean()
        for values in (log_wait(counts).mean, np.log1p(quantile(counts, 0.5)))
    ]
    error = math.sqrt(0.25 / series)
    assert found[0] > 0.83 - 3 * error and found[0] - found[1] > 0.15
