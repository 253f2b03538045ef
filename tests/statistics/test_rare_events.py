"""How many events a month is expected to have, and three months together."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.rare_events import by_quarter, expected_events


def test_events_are_the_rarer_ones_of_a_share():
    assert expected_events([97, None, 95], [100, 100, 100], proportion=True) == 4
    assert expected_events([3, 5], [100, 100], proportion=True) == 4
    assert expected_events([97, 95], [100, 100], proportion=False) == 96
    assert expected_events([None], [0], proportion=True) == 0


MONTHS = [date(2025 + m // 12, m % 12 + 1, 1) for m in range(14)]


def test_quarters_are_civil_and_sum_what_is_there():
    counts, visits = [1] * 14, [100] * 14
    counts[4], visits[12:] = None, [None, None]
    quarters, events, sizes = by_quarter(MONTHS, counts, visits)
    assert quarters == [
        date(2025, 1, 1),
        date(2025, 4, 1),
        date(2025, 7, 1),
        date(2025, 10, 1),
        date(2026, 1, 1),
    ]
    assert events == [3, 2, 3, 3, None] and sizes == [300, 200, 300, 300, None]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 99)), min_size=14, max_size=14))
def test_quarters_lose_nothing(pairs):
    _, events, sizes = by_quarter(MONTHS, *zip(*pairs, strict=True))
    assert sum(events) == sum(a for a, _ in pairs) and sum(sizes) == sum(n for _, n in pairs)
