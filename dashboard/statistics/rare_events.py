"""Counts too rare to be judged by month: how many events a month was expected to have, as known then, and sums by quarter."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from dashboard.statistics.variation import FROZEN_POINTS, MINIMUM_POINTS

MINIMUM_EVENTS = (
    5  # expected at a point, under which its distribution is too lopsided for the run rule
)
MONTHS = 3  # of a quarter
LAST_MONTH = 12  # of a year, at whose end the number of events is estimated anew


def expected_events(
    events: np.ndarray, bases: np.ndarray, months: Sequence[date], *, proportion: bool
) -> np.ndarray:
    """How many events a month was expected to have, as known when each month was judged, (M,); 0 without data.

    events, bases: (M,), NaN (or a base of 0) where missing. It is estimated on the first twelve points, before which nothing is
    a signal, and anew at the end of each year, on the last 24: later months change nothing of how an earlier one was read. For a
    proportion: events or non-events, whichever are rarer.
    """
    points = np.flatnonzero(np.isfinite(events) & (np.nan_to_num(bases) > 0))

    def expected(of: np.ndarray) -> float:
        number = float(events[of].sum())
        other = float(bases[of].sum()) - number
        return (min(number, other) if proportion else number) / max(len(of), 1)

    first = points[:MINIMUM_POINTS]
    found = np.full(len(months), expected(first))
    begun = first[-1] if len(first) == MINIMUM_POINTS else len(months)
    for at, month in enumerate(months):
        if at > begun and month.month == LAST_MONTH:
            found[at + 1 :] = expected(points[points <= at][-FROZEN_POINTS:])
    return found


def by_quarter(
    months: Sequence[date], events: np.ndarray, bases: np.ndarray
) -> tuple[list[date], np.ndarray, np.ndarray]:
    """The same counts by civil quarter, Q of them: first days, and sums of events and of bases, (Q,) each.

    months: M first days, in order; events, bases: (M,). A month with NaN in either is left out of both; a quarter without any
    month has NaN.
    """
    quarters = sorted({_quarter(m) for m in months})
    place = {quarter: n for n, quarter in enumerate(quarters)}
    known = np.isfinite(events) & np.isfinite(bases)
    at = np.array([place[_quarter(m)] for m in months], dtype=np.int64)[known]
    there = np.isin(np.arange(len(quarters)), at)
    total, of = (
        np.where(there, np.bincount(at, values[known], len(quarters)), np.nan)
        for values in (events, bases)
    )
    return quarters, total, of


def _quarter(month: date) -> date:
    return date(month.year, (month.month - 1) // MONTHS * MONTHS + 1, 1)
