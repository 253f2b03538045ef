"""Stocks judged month by month: how many cases are open at the end of a month, beside the two years before.

A stock carries over from one month to the next, so that neither the limits of independent months nor the run of eight hold for
it. Where cases arrive by chance and stay for any length of time, its number at one moment is a Poisson count (the M/G/∞ queue:
Cox and Miller 1965, The Theory of Stochastic Processes, 5.6), and each month is judged by that alone: beyond three standard
deviations of its mean over 24 months up to t−4, widened by what those months vary around their line beyond chance, and by the
exact tail besides. Neighbouring months are alike, so that 24 of them say less of the mean than 24 independent ones would: they
count for n·(1 − r)/(1 + r), r their correlation with the month before. The last three months stay out, and so do months that were
signals themselves, in place of which earlier ones count: a rise does not hide itself. What has lasted for all of those 24 months
is usual. Rates of false alarm and power: `python -m
tests.benchmarks.rules`.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from dashboard.statistics.control_limits import TAIL, WIDTH
from dashboard.statistics.variation import FROZEN_POINTS, MINIMUM_POINTS

APART = 3  # months between those of the mean and the month that is judged
OLDEST = 72  # months before the one that is judged, of which some may be compared with it
MOST_ALIKE = 0.9  # correlation of neighbours, at most
FEWEST = 2.0  # independent months that the mean rests on, at least


@dataclass(frozen=True)
class Stocks:
    """Some judged stocks, month by month, (k, n) each, NaN (or 0) where a month is not judged. usual: the mean before; lower,
    upper: limits; side: 1 or -1 where the month lies beyond them, else 0; chance: the probability of that by chance alone."""

    usual: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    side: np.ndarray
    chance: np.ndarray


def judge_stocks(counts: np.ndarray) -> Stocks:
    """Judge each month of some stocks with what was known then. counts: (k, n), months in order, NaN where not known."""
    known = np.asarray(counts, dtype=float)
    judged = _not_judged(known.shape)
    levels = [_Level() for _ in known]
    for t in range(MINIMUM_POINTS + APART, known.shape[-1]):
        before = np.full((len(known), OLDEST), np.nan)
        for row, level in enumerate(levels):
            at = level.months_before(judged.side[row], known[row], t)
            before[row, at - (t - OLDEST)] = known[row, at]
        _judge(judged, t, before, known[:, t])
    return judged


def judge_together(counts: np.ndarray) -> tuple[np.ndarray, Stocks]:
    """Judge the stock of some sites together, each month over those that are known in it and in enough months before.

    counts: (k, n) of each site. Returns the sum over all sites that are known, (n,), NaN where none is, and the judgement (1, n),
    whose usual value and limits are brought to the level of all of them.
    """
    known = np.asarray(counts, dtype=float)
    n = known.shape[-1]
    whole = np.where(np.isfinite(known).any(axis=0), np.nansum(known, axis=0), np.nan)
    judged, level = _not_judged((1, n)), _Level()
    for t in range(MINIMUM_POINTS + APART, n):
        window = known[:, level.months_before(judged.side[0], whole, t)]
        there = np.isfinite(window)
        same = (there.sum(axis=-1) >= MINIMUM_POINTS) & np.isfinite(known[:, t])
        if not same.any():
            continue
        window, there = window[same], there[same]
        mean = np.where(there, window, 0).sum(axis=-1, keepdims=True) / there.sum(
            axis=-1, keepdims=True
        )
        now = known[same, t].sum(keepdims=True)
        _judge(judged, t, np.where(there, window, mean).sum(axis=0)[None, :], now)
        for of in (judged.usual, judged.lower, judged.upper):
            of[:, t] += whole[t] - now  # sites without a usual value yet
    return whole, judged


def _not_judged(shape: tuple[int, ...]) -> Stocks:
    """Stocks of which no month is judged yet."""
    return Stocks(*(np.full(shape, np.nan) for _ in range(3)), *np.zeros((2, *shape)))


class _Level:
    """The level of one stock: months from `begin` on count, and those before `usual_until` even where they were signals."""

    def __init__(self) -> None:
        self.begin, self.usual_until = 0, 0

    def months_before(self, side: np.ndarray, counts: np.ndarray, t: int) -> np.ndarray:
        """The positions of the months that month t is compared with: the last 24 that are known up to t−4 and were no signals.
        Where all of the last 24 were, they are a level that begins with them. side, counts: (n,)."""
        months = np.arange(max(self.begin, t - OLDEST), t - APART)
        known = months[np.isfinite(counts[months])]
        calm = known[(side[known] == 0) | (known < self.usual_until)]
        recent = known[known >= t - APART - FROZEN_POINTS]
        if len(recent) < MINIMUM_POINTS or np.isin(recent, calm).any():
            return np.asarray(calm[-FROZEN_POINTS:])
        self.begin, self.usual_until = int(recent[0]), t
        return np.asarray(recent)


def _judge(judged: Stocks, t: int, before: np.ndarray, now: np.ndarray) -> None:
    """Judge one month of some stocks. before: (k, m); now: (k,)."""
    known = np.isfinite(before)
    months = known.sum(axis=-1)
    enough = (months >= MINIMUM_POINTS) & np.isfinite(now)
    months = np.maximum(months, 1)
    mean = np.where(known, before, 0).sum(axis=-1) / months
    away = _around_line(before, known, months)
    square = (away**2).sum(axis=-1)
    n = _independent_months(away, square, months)
    # Nothing in two years: half a case is taken, as in control_limits.
    middle = np.maximum(mean, 0.5 / n)
    spread = np.maximum(1, square / np.maximum(months - 2, 1) / middle)
    half = WIDTH * np.sqrt(spread * middle * (1 + 1 / n))
    rare = _exact(np.where(enough, now, 0), mean * n, n)
    gap = np.where(enough, now - mean, 0)
    beyond = (np.abs(gap) > half) & (rare < TAIL)
    # A month beyond the width that chance gives oftener than once in 741 times is drawn on its limit.
    reach = np.where(np.abs(gap) > half, np.where(beyond, half, np.abs(gap)), half)
    judged.usual[:, t] = np.where(enough, mean, np.nan)
    judged.lower[:, t] = np.where(
        enough, np.maximum(mean - np.where(gap < 0, reach, half), 0), np.nan
    )
    judged.upper[:, t] = np.where(enough, mean + np.where(gap > 0, reach, half), np.nan)
    judged.side[:, t] = np.where(beyond, np.sign(gap), 0)
    judged.chance[:, t] = np.where(enough, _false_alarms(mean, half, n), np.nan)


def _around_line(before: np.ndarray, known: np.ndarray, months: np.ndarray) -> np.ndarray:
    """The distance of each month from the least-squares line of all, 0 where it is not known, (k, m)."""
    x = np.where(known, np.arange(before.shape[-1]), 0.0)
    x = np.where(known, x - (x.sum(axis=-1) / months)[:, None], 0)
    y = np.where(known, before, 0)
    y = np.where(known, y - (y.sum(axis=-1) / months)[:, None], 0)
    slope = (x * y).sum(axis=-1) / np.maximum((x**2).sum(axis=-1), 1e-9)
    away: np.ndarray = y - slope[:, None] * x
    return away


def _independent_months(away: np.ndarray, square: np.ndarray, months: np.ndarray) -> np.ndarray:
    """How many independent months these count for, (k,). away: (k, m) from their mean; square: the sum of its squares."""
    alike = (away[:, 1:] * away[:, :-1]).sum(axis=-1) / np.maximum(square, 1e-9)
    # The correlation of few months is too low by about 1/n (Kendall 1954, Biometrika 41).
    alike = np.clip(alike + 1 / months, 0, MOST_ALIKE)
    n: np.ndarray = np.maximum(months * (1 - alike) / (1 + alike), FEWEST)
    return n


def _false_alarms(mean: np.ndarray, half: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The chance of a number beyond either limit, (k,): under TAIL on each side, for the exact tail is asked for as well."""
    above, below = np.floor(mean + half) + 1, np.ceil(mean - half) - 1
    over = np.minimum(_exact(above, mean * n, n), TAIL)
    under = np.where(below >= 0, np.minimum(_exact(np.maximum(below, 0), mean * n, n), TAIL), 0)
    chance: np.ndarray = over + under
    return chance


def _exact(now: np.ndarray, before: np.ndarray, months: np.ndarray) -> np.ndarray:
    """The chance of so many cases, or of a number as far on its side, given those of so many independent months before: the
    conditional test of two Poisson means (Przyborowski and Wilenski 1940, Biometrika 31); (k,) each."""
    share = 1 / (1 + months)
    more = np.where(now > 0, special.betainc(np.maximum(now, 1), before + 1, share), 1.0)
    fewer = np.where(before > 0, special.betaincc(now + 1, np.maximum(before, 1e-9), share), 1.0)
    chance: np.ndarray = np.where(now * months > before, more, fewer)
    return chance
