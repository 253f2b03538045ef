"""Two places side by side: whether two figures differ by more than chance explains.

Cases of one day are alike (a machine that is down makes everybody wait), and so are, less, those of a week or a month: counted
one by one they would say much more than they know. So the difference of two ratios is divided into the parts that each day has in
it, both places together (linearisation: Cochran 1977, Sampling Techniques, 6.3). Its variance is that of these parts, from one
to the next (von Neumann 1941, Annals of Mathematical Statistics 12), as limits of control charts are: a season, or a lasting
change within the period, is no chance. The same is done by week and by month, and the most cautious of the three holds. What both
places share, a strike, cancels out. A period of a few months cannot show how months differ: there the difference is held against
how much it moved from four weeks to the next, in the year before the period's end. Many differences are judged together: Holm
1979, Scandinavian Journal of Statistics 6.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np
from scipy import special

FAMILY = (
    0.05  # of the pages on which nothing differs, on so many at most something is called different
)
FEWEST_GROUPS = 10  # days, weeks or months that have a case, for their variance
LEAST_EXPECTED = (
    5  # events that each place would have, if they were alike; of a share, also of what are none
)
Key = TypeVar("Key")
Kind = Literal["share", "rate", "mean"]


@dataclass(frozen=True)
class DailyRatio:
    """A figure of one place as a ratio, day by day, (D,) each. events: what is counted, or a sum of values; cases: of how many.
    kind: a share of the cases, a rate of events, or a mean of values. Without any case it is a count, to which every day counts
    alike."""

    events: np.ndarray
    cases: np.ndarray
    kind: Kind

    @property
    def value(self) -> float:
        """The ratio of all days together; NaN without a case."""
        cases = float(self.cases.sum())
        return float(self.events.sum()) / cases if cases else float("nan")


@dataclass(frozen=True)
class Habit:
    """How much the difference of two places moves by itself from one stretch of days to the next. one, other: over H days up to
    the period's end; stretches: the number of each day's, (H,); length: of the period, in stretches."""

    one: DailyRatio
    other: DailyRatio
    stretches: np.ndarray
    length: float


def p_value(
    one: DailyRatio,
    other: DailyRatio,
    groupings: Iterable[np.ndarray],
    habit: Habit | None = None,
) -> float | None:
    """The probability that two places all alike differ as much; None where there are too few cases, or stretches, to say.

    groupings: of each, the group of every day (D,): the day itself, its week, its month. habit: for a period that is too short to
    show it itself. The same for both orders.
    """
    one, other = _as_counts(one, other)
    sizes = float(one.cases.sum()), float(other.cases.sum())
    if not all(sizes) or not _has_enough(one, other):
        return None
    gap = one.value - other.value
    parts = (one.events - one.value * one.cases) / sizes[0]
    parts = parts - (other.events - other.value * other.cases) / sizes[1]
    seen = (one.cases > 0) | (other.cases > 0)
    found = [p for g in groupings if (p := _by_group(gap, parts[seen], g[seen])) is not None]
    by_habit = _by_habit(gap, habit) if habit else 0.0
    if not found or by_habit is None:
        return None
    return max(*found, by_habit, _one_by_one(one, other))


def one_by_one(one: DailyRatio, other: DailyRatio) -> float | None:
    """The probability by simple reckoning, as if each case stood by itself: never what is judged by, only why others may expect a
    difference where `p_value` finds none. None of means, and where there are too few cases."""
    one, other = _as_counts(one, other)
    if one.kind == "mean" or not (one.cases.any() and other.cases.any()):
        return None
    return _one_by_one(one, other) if _has_enough(one, other) else None


def _as_counts(one: DailyRatio, other: DailyRatio) -> tuple[DailyRatio, DailyRatio]:
    """Both as they are; where neither has a case, each day from the first event to the last is one."""
    if one.cases.any() or other.cases.any():
        return one, other
    there = np.flatnonzero((one.events > 0) | (other.events > 0))
    cases = np.zeros(len(one.events))
    if len(there):
        cases[there[0] : there[-1] + 1] = 1
    return replace(one, cases=cases), replace(other, cases=cases)


def _has_enough(one: DailyRatio, other: DailyRatio) -> bool:
    """Whether each place would have LEAST_EXPECTED events if they were alike."""
    if one.kind == "mean":
        return True
    common = _common(one, other)
    rarest = min(common, 1 - common) if one.kind == "share" else common
    return rarest * min(float(one.cases.sum()), float(other.cases.sum())) >= LEAST_EXPECTED


def _common(one: DailyRatio, other: DailyRatio) -> float:
    """The ratio of both places together."""
    events, cases = one.events.sum() + other.events.sum(), one.cases.sum() + other.cases.sum()
    return float(events) / float(cases)


def _by_group(gap: float, parts: np.ndarray, groups: np.ndarray) -> float | None:
    """The probability by the variance of the parts of each group; None where there are too few groups."""
    _, where = np.unique(groups, return_inverse=True)
    sums = np.bincount(where, parts)
    many = len(sums)
    if many < FEWEST_GROUPS:
        return None
    return _from_one_to_the_next(gap, sums, many)


def _by_habit(gap: float, habit: Habit) -> float | None:
    """The probability by how much the difference moves from one stretch to the next; None where too few have cases of both."""
    one, other = _as_counts(habit.one, habit.other)
    sums = [
        np.bincount(habit.stretches, values)
        for values in (one.events, one.cases, other.events, other.cases)
    ]
    both = (sums[1] > 0) & (sums[3] > 0)
    if both.sum() < FEWEST_GROUPS:
        return None
    events, cases, others_events, others_cases = (values[both] for values in sums)
    gaps = events / cases - others_events / others_cases
    return _from_one_to_the_next(gap, gaps, 1 / max(habit.length, 1.0))


def _from_one_to_the_next(gap: float, values: np.ndarray, times: float) -> float:
    """The probability of a gap as large, whose variance is so many times that of the values, from one to the next.

    Degrees of freedom: of a normal variance with as precise an estimate, 2(k − 1)² / (3k − 4).
    """
    many = len(values)
    variance = times * float((np.diff(values) ** 2).sum()) / (2 * (many - 1))
    if not variance:
        return 0.0 if gap else 1.0
    degrees = 2 * (many - 1) ** 2 / (3 * many - 4)
    return float(2 * special.stdtr(degrees, -abs(gap) / np.sqrt(variance)))


def _one_by_one(one: DailyRatio, other: DailyRatio) -> float:
    """The probability as if each case stood by itself: no figure is surer than that. 0 of means, whose days say it."""
    if one.kind == "mean":
        return 0.0
    common = _common(one, other)
    spread = common * (1 - common) if one.kind == "share" else common
    variance = spread * (1 / float(one.cases.sum()) + 1 / float(other.cases.sum()))
    return float(2 * special.ndtr(-abs(one.value - other.value) / np.sqrt(variance)))


def different(p_values: Mapping[Key, float], level: float = FAMILY) -> frozenset[Key]:
    """Which of many differences, judged together, are more than chance: none that is not, with a probability of 1 − level."""
    found: set[Key] = set()
    for n, (key, p) in enumerate(sorted(p_values.items(), key=lambda pair: pair[1])):
        if p > level / (len(p_values) - n):
            break
        found.add(key)
    return frozenset(found)


STRETCH = 28  # days: four weeks, with as many of each weekday
YEAR = 13 * STRETCH  # of habit


def stretches(days: np.ndarray) -> np.ndarray:
    """The stretch of STRETCH days of each day, (D,), counted back from the last one. days: consecutive."""
    found: np.ndarray = (days[-1] - days) // STRETCH if len(days) else days
    return found


def groupings(days: np.ndarray, months: np.ndarray) -> Sequence[np.ndarray]:
    """Days, weeks from Monday on, and months. days: since 1970, (D,); months: the number of each one's, (D,)."""
    return days, (days + 3) // 7, months
