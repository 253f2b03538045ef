"""The last twelve months beside the two years before them, for shares and rates with too few events to be judged month by month.

The events of both windows are added up, and the later one is judged given their sum: by the hypergeometric law for a share
(Fisher's exact test), by the binomial law for a rate (Przyborowski and Wilenski 1940, Biometrika 31). Several sites are strata,
so that another mix of sites is no change (Mantel and Haenszel 1959, Journal of the National Cancer Institute 22): the law of
their sum is the convolution of theirs, and stays exact. A month is a signal where the sum lies beyond three standard deviations,
widened by what the months before vary beyond chance (events that come in bursts), and where the exact tail is under
that of three standard deviations as well. Each window is a year, or two: no season can be mistaken for a change.

Rates of false alarm and power: `python -m tests.benchmarks.rules`.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from dashboard.statistics.control_limits import COUNTED, TAIL, WIDTH, Family
from dashboard.statistics.variation import FROZEN_POINTS, MINIMUM_POINTS

YEAR = 12  # months of the later window
BEFORE = FROZEN_POINTS  # months of the earlier one, 12 at least


@dataclass(frozen=True)
class SlidingYears:
    """Twelve months beside those before, at each month with which they end, (n,) each; NaN (or 0) where they are not judged.

    value: events / bases of the twelve months, of the sites that have both windows; bases: theirs; usual: what the same bases
    would have given at each site's rate before; lower, upper: limits; side: 1 or -1 where the value lies beyond, else 0. chance:
    how often chance alone gives such a signal at the last judged month, given the sums; NaN without one.
    """

    value: np.ndarray
    bases: np.ndarray
    usual: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    side: np.ndarray
    chance: float


def sliding_years(events: np.ndarray, bases: np.ndarray, family: Family) -> SlidingYears:
    """Judge the twelve months up to each month. events, bases: (k, n) of each site, months in order, NaN where missing.

    Raises ValueError for a family without events.
    """
    if family not in COUNTED:
        raise ValueError(f"a series of {family} has no events")
    known = np.isfinite(events) & np.isfinite(bases) & (np.nan_to_num(bases) > 0)
    a, n = np.where(known, events, 0.0), np.where(known, bases, 0.0)
    late, early = (_windows(known, a, n, *ends) for ends in ((0, YEAR), (YEAR, YEAR + BEFORE)))
    # A site that began less than a year before has no earlier window.
    begun = np.where(known.any(axis=-1), known.argmax(axis=-1), n.shape[-1])
    old = np.arange(n.shape[-1]) - begun[:, None] >= YEAR + MINIMUM_POINTS - 1
    heard = np.isfinite(events) & np.isfinite(
        bases
    )  # of the month itself: the year has come to its end
    counts = old & heard & (late.bases > 0) & (early.bases > 0)
    late, early = late.where(counts), early.where(counts)
    expected, variance = _conditional(late, early, family)
    squares, freedom = _variation(early, family)
    spread = np.sqrt(np.maximum(1, squares / np.maximum(freedom, 1)))
    gap = late.events.sum(axis=0) - expected
    width = WIDTH * spread * np.sqrt(variance)
    side = np.zeros(n.shape[-1], np.int8)
    for t in np.flatnonzero((np.abs(gap) > width) & (variance > 0)).tolist():
        if _tail(_law(late, early, t, family), gap[t] > 0, late.events[:, t].sum()) < TAIL:
            side[t] = int(np.sign(gap[t]))
    return _in_rates(late, early, gap, width, side, _chance(late, early, width, expected, family))


@dataclass(frozen=True)
class _Window:
    """Sums of a window of months that ends with each month, or before it, (k, n) each. weighted: Σ events² / bases; months: with
    a case."""

    events: np.ndarray
    bases: np.ndarray
    weighted: np.ndarray
    months: np.ndarray

    def where(self, counts: np.ndarray) -> "_Window":
        """The window with nothing but what counts."""
        parts = (self.events, self.bases, self.weighted, self.months)
        return _Window(*(np.where(counts, part, 0) for part in parts))


def _windows(
    known: np.ndarray, events: np.ndarray, bases: np.ndarray, last: int, first: int
) -> _Window:
    """The sums of the months t − first + 1 to t − last of each t."""
    weighted = np.divide(events**2, bases, out=np.zeros(events.shape), where=known)
    months = np.arange(events.shape[-1])
    ends = [np.clip(months + 1 - back, 0, None) for back in (first, last)]

    def sums(values: np.ndarray) -> np.ndarray:
        total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=-1)], axis=-1)
        of: np.ndarray = total[:, ends[1]] - total[:, ends[0]]
        return of

    return _Window(*map(sums, (events, bases, weighted, known.astype(float))))


def _conditional(late: _Window, early: _Window, family: Family) -> tuple[np.ndarray, np.ndarray]:
    """The mean and variance of the later window's events given the sum of both, over all sites, (n,) each."""
    total, cases = late.events + early.events, late.bases + early.bases
    part = _ratio(late.bases, cases)
    variance = total * part * (1 - part)
    if family == Family.SHARE:
        variance *= _ratio(cases - total, cases - 1)
    return (total * part).sum(axis=0), variance.sum(axis=0)


def _variation(window: _Window, family: Family) -> tuple[np.ndarray, np.ndarray]:
    """χ² of a window's months around its own rate, and its degrees of freedom, over all sites, (n,) each."""
    rate = _ratio(window.events, window.bases)
    case = rate * (1 - rate) if family == Family.SHARE else rate
    varies = case > 0
    squares = np.where(varies, window.weighted - window.events * rate, 0)
    each = np.divide(squares, case, out=np.zeros(case.shape), where=varies)
    freedom = np.where(varies, np.maximum(window.months - 1, 0), 0)
    return each.sum(axis=0), freedom.sum(axis=0)


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    ratio: np.ndarray = np.divide(a, b, out=np.zeros(np.shape(a)), where=b > 0)
    return ratio


def _law(late: _Window, early: _Window, t: int, family: Family) -> np.ndarray:
    """The probabilities of 0, 1, 2 … events in the later window given the sum of both, over all sites."""
    law = np.ones(1)
    for n1, n0, total in zip(
        np.rint(late.bases[:, t]) if family == Family.SHARE else late.bases[:, t],
        np.rint(early.bases[:, t]) if family == Family.SHARE else early.bases[:, t],
        np.rint(late.events[:, t] + early.events[:, t]).astype(int).tolist(),
        strict=True,
    ):
        if total:
            law = np.convolve(law, _law_of_site(float(n1), float(n0), total, family))
    return law


def _law_of_site(late: float, early: float, total: int, family: Family) -> np.ndarray:
    """The probabilities of 0 to `total` events in the later window of one site."""
    k = np.arange(total + 1)
    choose = special.gammaln(total + 1) - special.gammaln(k + 1) - special.gammaln(total - k + 1)
    if family == Family.RATE:
        part = late / (late + early)
        return np.asarray(
            np.exp(choose + special.xlogy(k, part) + special.xlogy(total - k, 1 - part))
        )
    possible = (k <= late) & (total - k <= early)
    k = np.where(possible, k, np.rint(min(total, late)))
    log = (
        _log_choose(late, k)
        + _log_choose(early, total - k)
        - _log_choose(late + early, np.full(k.shape, total))
    )
    return np.where(possible, np.exp(log), 0.0)


def _log_choose(n: float, k: np.ndarray) -> np.ndarray:
    log: np.ndarray = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return log


def _tail(law: np.ndarray, above: bool, events: float) -> float:
    """The probability of so many events or more (above), or of so many or fewer."""
    at = round(float(events))
    return float(law[at:].sum() if above else law[: at + 1].sum())


def _chance(
    late: _Window, early: _Window, width: np.ndarray, expected: np.ndarray, family: Family
) -> float:
    """How often chance alone gives a signal at the last month that is judged, given its sums."""
    judged = np.flatnonzero(width > 0)
    if not len(judged):
        return float("nan")
    t = int(judged[-1])
    law = _law(late, early, t, family)
    below = np.cumsum(law)
    above = 1 - below + law
    far = np.abs(np.arange(len(law)) - expected[t]) > width[t]
    return float(law[far & (np.minimum(below, above) < TAIL)].sum())


def _in_rates(
    late: _Window,
    early: _Window,
    gap: np.ndarray,
    width: np.ndarray,
    side: np.ndarray,
    chance: float,
) -> SlidingYears:
    """What was judged in numbers of events, as rates of the later window. gap: of its events from those that the sum gives."""
    bases = late.bases.sum(axis=0)
    judged = (bases > 0) & (width > 0)
    missing = np.full(bases.shape, np.nan)

    def rate(values: np.ndarray, of: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.divide(values, of, out=missing.copy(), where=judged)
        return found

    value = rate(late.events.sum(axis=0), bases)
    usual = rate((late.bases * _ratio(early.events, early.bases)).sum(axis=0), bases)
    # The sum of both holds the later events too: a gap of one event from it is a larger one from the rate before.
    both = late.bases + early.bases
    half = rate(width, _ratio(late.bases * early.bases, both).sum(axis=0))
    # A value is drawn on the side of its limit on which it was judged to lie.
    away = np.abs(value - usual)
    reach = np.where(
        side != 0, np.minimum(half, away), np.maximum(half, np.where(np.abs(gap) > width, away, 0))
    )
    return SlidingYears(
        value, bases, usual, np.maximum(usual - reach, 0), usual + reach, side, chance
    )
