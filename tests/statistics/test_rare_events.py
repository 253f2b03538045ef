"""How many events a month is expected to have, and three months together."""

import math
from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.rare_events import by_quarter, expected_events


def expected(events, bases, *, proportion: bool) -> float:
    at_the_end = expected_events(
        *(np.array(values, dtype=float) for values in (events, bases)),
        MONTHS[: len(events)],
        proportion=proportion,
    )
    return float(at_the_end[-1])


def test_events_are_the_rarer_ones_of_a_share():
    assert expected([97, math.nan, 95], [100, 100, 100], proportion=True) == 4
    assert expected([3, 5], [100, 100], proportion=True) == 4
    assert expected([97, 95], [100, 100], proportion=False) == 96
    assert expected([math.nan], [0], proportion=True) == 0


def test_a_month_is_read_by_what_was_expected_then():
    months = [date(2023 + m // 12, m % 12 + 1, 1) for m in range(48)]
    events = np.array([2.0] * 24 + [20.0] * 24)
    expected = expected_events(events, np.full(48, 100.0), months, proportion=False)
    assert expected[:36].tolist() == [2] * 36, "of the first twelve, then of 24 months up to 2024"
    assert expected[36:].tolist() == [11] * 12, "from the year after on, of the last 24"


@given(st.lists(st.integers(0, 30), min_size=13, max_size=60), st.integers(0, 12))
def test_later_months_change_nothing_of_how_earlier_ones_were_read(counts, begins):
    months = [date(2021 + (begins + m) // 12, (begins + m) % 12 + 1, 1) for m in range(len(counts))]
    events, bases = np.array(counts, dtype=float), np.full(len(counts), 40.0)
    whole = expected_events(events, bases, months, proportion=True)
    for n in range(12, len(counts) + 1):
        then = expected_events(events[:n], bases[:n], months[:n], proportion=True)
        np.testing.assert_array_equal(then, whole[:n])


MONTHS = [date(2025 + m // 12, m % 12 + 1, 1) for m in range(14)]


def test_quarters_are_civil_and_sum_what_is_there():
    counts, visits = np.ones(14), np.full(14, 100.0)
    counts[4], visits[12:] = math.nan, math.nan
    quarters, events, sizes = by_quarter(MONTHS, counts, visits)
    assert quarters == [
        date(2025, 1, 1),
        date(2025, 4, 1),
        date(2025, 7, 1),
        date(2025, 10, 1),
        date(2026, 1, 1),
    ]
    np.testing.assert_array_equal(events, [3, 2, 3, 3, math.nan])
    np.testing.assert_array_equal(sizes, [300, 200, 300, 300, math.nan])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 99)), min_size=14, max_size=14))
def test_quarters_lose_nothing(pairs):
    counts, visits = np.array(pairs, dtype=float).T
    _, events, sizes = by_quarter(MONTHS, counts, visits)
    assert events.sum() == counts.sum() and sizes.sum() == visits.sum()
