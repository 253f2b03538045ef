"""Counts too rare to be judged by month: how many events a month is expected to have, and sums by quarter."""

from collections.abc import Sequence
from datetime import date

MINIMUM_EVENTS = (
    5  # expected at a point, under which its distribution is too lopsided for the run rule
)
MONTHS = 3  # of a quarter


def expected_events(
    numerators: Sequence[float | None], denominators: Sequence[float | None], *, proportion: bool
) -> float:
    """How many events a point is expected to have, at the pooled rate and the mean denominator; 0 without data.

    For a proportion, events or non-events, whichever are rarer. Positions with None in either are left out.
    """
    pairs = [(a, n) for a, n in zip(numerators, denominators, strict=True) if a is not None and n]
    if not pairs:
        return 0.0
    events, bases = sum(a for a, _ in pairs), sum(n for _, n in pairs)
    return (min(events, bases - events) if proportion else events) / len(pairs)


def by_quarter(
    months: Sequence[date], numerators: Sequence[float | None], denominators: Sequence[float | None]
) -> tuple[list[date], list[float | None], list[float | None]]:
    """The same counts by civil quarter: first days, sums of numerators and of denominators.

    months: first days, in order. A month with None in either is left out of both; a quarter without any month has
    None.
    """
    quarters = sorted({_quarter(m) for m in months})
    sums: dict[date, tuple[float, float]] = {}
    for month, a, n in zip(months, numerators, denominators, strict=True):
        if a is not None and n is not None:
            before = sums.get(_quarter(month), (0, 0))
            sums[_quarter(month)] = (before[0] + a, before[1] + n)
    return (
        quarters,
        [sums[q][0] if q in sums else None for q in quarters],
        [sums[q][1] if q in sums else None for q in quarters],
    )


def _quarter(month: date) -> date:
    return date(month.year, (month.month - 1) // MONTHS * MONTHS + 1, 1)
