"""Limits of funnel plots: how far from the rest a site of its size may be by chance alone. `dispersion` compares with them.

Spiegelhalter 2005, Statistics in Medicine 24 (https://doi.org/10.1002/sim.1970); over-dispersion as in
nhs-r-community/FunnelPlotR (R/od_adjustment.R, commit 9020d49), which follows it. There the rate in the middle is
taken as known; here it is that of a rest of so many cases, and limits are those of one more count beside it, as wide
as the rest is small.

Exact limits are those of an observed count given what is expected. FunnelPlotR puts there the interval of a mean
given an observed count (intervals.poisson): at 15 expected it calls 8 low at 95 %, which chance gives in 3.7 % of
cases, and lets pass 24, which it gives in 2.0 % (on such limits: Seaton and Manktelow 2012, BMC Medical Research
Methodology 12:98). Its over-dispersion of ratios is by default that of the NHS's SHMI, logarithms without the tenths at
each end; ours is its other one, square roots with the tenths pulled in, as Spiegelhalter's.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from scipy import special

from dashboard.statistics.intervals import z_value

LEVELS = (0.95, 0.998)
REACH = 20  # standard deviations around the mean within which chances of counts are summed
# Degrees of freedom that each site gives the spread of all. With one, sites that differ would be outside 99.8 % as seldom
# as stated, but one that is apart found in 28 draws of 100 instead of 57 (ten sites); with four, both are as they were
# when a site was part of what it was held against (`python -m tests.benchmarks.rules`).
FREEDOM = 4
TRIMMED = 0.1  # share of the standardised values that is pulled in at each end before dispersion is measured


class Position(StrEnum):
    """The position of a site: within both pairs of limits, between them, or outside both."""

    INSIDE = "inside"
    BETWEEN_LOW = "between, low"
    BETWEEN_HIGH = "between, high"
    OUTSIDE_LOW = "outside, low"
    OUTSIDE_HIGH = "outside, high"
    NO_DATA = "no data"


OUTSIDE = (Position.OUTSIDE_LOW, Position.OUTSIDE_HIGH)


@dataclass(frozen=True)
class Limits:
    """The 95 % and 99.8 % limits at some sizes: four arrays (k,), in the unit of the funnel, NaN at size 0."""

    lower95: np.ndarray
    upper95: np.ndarray
    lower998: np.ndarray
    upper998: np.ndarray


@dataclass(frozen=True)
class Rest:
    """The sites that another is held against. events, size: their sums, size > 0. tau2: variance between them, on the
    transformed scale. concentration: Σn²/(Σn)² of their sizes, 1/k where all are equal: the share of tau2 that their
    common rate keeps. sites: how many; infinite where tau2 is known."""

    events: float
    size: float
    tau2: float = 0.0
    concentration: float = 0.0
    sites: float = math.inf

    @property
    def rate(self) -> float:
        """Events per unit of size."""
        return self.events / self.size


def limits(
    sizes: Iterable[float], rest: Rest, *, proportion: bool, scale: float = 100, exact: bool = False
) -> Limits:
    """The funnel limits of one more site beside the rest, at any sizes (k,): what the rest lets one expect of it.

    The wider of the exact limits of counts and those with the variance between sites: a difference between sites never
    makes a count rarer than chance does. exact: those of counts alone.
    """
    narrow, wider = both_limits(sizes, rest, proportion=proportion, scale=scale)
    return narrow if exact else wider


def both_limits(
    sizes: Iterable[float], rest: Rest, *, proportion: bool, scale: float = 100
) -> tuple[Limits, Limits]:
    """The limits of counts alone, and those that `limits` gives: counts are the dear part, and worked out once for both."""
    some = [float(n) for n in sizes]
    counts = {n: exact_limits(n, rest, proportion) for n in set(some) if n > 0}
    lines = _lines(some, counts) * scale
    exact = Limits(*lines)
    if not rest.tau2:
        return exact, exact
    of = arcsine_limits if proportion else square_root_limits
    wide = _lines(some, {n: of(n, rest) for n in counts}) * scale
    ends = zip((np.minimum, np.maximum) * len(LEVELS), lines, wide, strict=True)
    return exact, Limits(*(end(narrow, wider) for end, narrow, wider in ends))


def _lines(sizes: Sequence[float], pairs: Mapping[float, list[tuple[float, float]]]) -> np.ndarray:
    """The lower and the upper line of each level in turn, (4, k); NaN at sizes without pairs."""
    none = [(np.nan, np.nan)] * len(LEVELS)
    each = np.array([pairs.get(n, none) for n in sizes], dtype=float)
    return each.reshape(len(sizes), 2 * len(LEVELS)).T


def exact_limits(
    n: float, rest: Rest, proportion: bool, levels: Sequence[float] = LEVELS
) -> list[tuple[float, float]]:
    """The lower and the upper limit of counts alone at one size, for each level."""
    of = share_limits if proportion else rate_limits
    return of(n, rest.events, rest.size, [(1 - level) / 2 for level in levels])


def share_limits(
    n: float, rest_events: float, rest_size: float, tails: Sequence[float]
) -> list[tuple[float, float]]:
    """The exact limits of a share of n ≥ 1 cases beside the rest's, lower and upper, for each of some tails.

    A count is beyond them where Fisher's exact test of the site and the rest together calls it rarer than the tail on
    its side (hypergeometric, given the sum of both). With the rest's events known, that tail is the one of a
    beta-binomial count (Thatcher 1964, Journal of the Royal Statistical Society B 26). Interpolated between counts as
    Spiegelhalter 2005, A.1.1; the upper limit is the lower one of the others (n − events), so that a share and its
    complement are judged alike.
    """
    n = round(n)
    low = _lower_shares(n, rest_events, rest_size - rest_events, tails)
    high = _lower_shares(n, rest_size - rest_events, rest_events, tails)
    return [(a, 1 - b) for a, b in zip(low, high, strict=True)]


def _lower_shares(n: int, events: float, others: float, tails: Sequence[float]) -> list[float]:
    """The lower limits of a share of n cases. events, others: in the rest."""
    if not events:
        return [0.0] * len(tails)
    a, b = events, others + 1
    mean = n * a / (a + b)
    spread = math.sqrt(mean * b / (a + b) * (a + b + n) / (a + b + 1))
    first, chances = _chances(
        mean, spread, n, lambda j: (n - j) / (j + 1) * (a + j) / (b + n - 1 - j)
    )
    return [max(0.0, _lower_count(first, chances, tail) / n) for tail in tails]


def rate_limits(
    exposure: float, rest_events: float, rest_exposure: float, tails: Sequence[float]
) -> list[tuple[float, float]]:
    """The exact limits of a rate over an exposure > 0 beside the rest's, lower and upper, for each of some tails.

    As of a share, by the binomial test of two Poisson counts given their sum (Przyborowski and Wilenski 1940, Biometrika
    31); its tails are those of negative binomial counts of rest_events and rest_events + 1.
    """
    odds = exposure / rest_exposure
    low = [0.0] * len(tails)
    if rest_events:
        first, chances = _counts_after(rest_events, odds)
        low = [max(0.0, _lower_count(first, chances, tail)) for tail in tails]
    first, chances = _counts_after(rest_events + 1, odds)
    high = [_upper_count(first, chances, tail) for tail in tails]
    return [(a / exposure, b / exposure) for a, b in zip(low, high, strict=True)]


def _counts_after(events: float, odds: float) -> tuple[int, np.ndarray]:
    """The negative binomial chances of a count that comes with so many events elsewhere, as `_chances`."""
    mean = events * odds
    spread = math.sqrt(mean * (1 + odds))
    share = odds / (1 + odds)
    return _chances(mean, spread, None, lambda j: (events + j) / (j + 1) * share)


def _chances(
    mean: float, spread: float, most: int | None, ratio: Callable[[np.ndarray], np.ndarray]
) -> tuple[int, np.ndarray]:
    """The first count and the chances of it and those that follow, but for what is farther than REACH deviations.

    ratio: of the chance of j + 1 to that of j. A product of ratios, since logarithms of factorials of a whole country
    leave too few digits.
    """
    first = max(0, math.floor(mean - REACH * spread))
    last = math.ceil(mean + REACH * spread) + REACH
    steps = np.arange(first, last if most is None else min(last, most), dtype=float)
    logs = np.concatenate([[0.0], np.cumsum(np.log(ratio(steps)))])
    chances = np.exp(logs - logs.max())
    return first, chances / chances.sum()


def _lower_count(first: int, chances: np.ndarray, tail: float) -> float:
    """The count under which the chance of `tail` lies, interpolated between two."""
    under = np.cumsum(chances)
    at = int(np.searchsorted(under, tail))
    before = under[at - 1] if at else 0.0
    return first + at - float((under[at] - tail) / (under[at] - before))


def _upper_count(first: int, chances: np.ndarray, tail: float) -> float:
    """The count above which the chance of `tail` lies, interpolated between two."""
    over = np.cumsum(chances[::-1])
    at = int(np.searchsorted(over, tail))
    before = over[at - 1] if at else 0.0
    return first + len(chances) - 1 - at + float((over[at] - tail) / (over[at] - before))


def arcsine_limits(n: float, rest: Rest) -> list[tuple[float, float]]:
    """Limits of a share on the arcsine scale, with the variance between sites, for each of LEVELS. Spiegelhalter 2005, A.2;
    to its variance that of the rest's own rate is added."""
    middle = math.asin(math.sqrt(rest.rate))
    ends = [
        (max(0.0, middle - half), min(math.pi / 2, middle + half)) for half in _halves(n, rest, 1)
    ]
    return [(math.sin(low) ** 2, math.sin(high) ** 2) for low, high in ends]


def square_root_limits(exposure: float, rest: Rest) -> list[tuple[float, float]]:
    """Limits of a rate on the square root of observed / expected, as above."""
    return [
        (rest.rate * max(0.0, 1 - half) ** 2, rest.rate * (1 + half) ** 2)
        for half in _halves(exposure, rest, rest.rate)
    ]


def _halves(n: float, rest: Rest, cases: float) -> list[float]:
    """How far from the rest a site may be on the transformed scale, for each of LEVELS. cases: per unit of size.

    The variance between sites is itself an estimate, and its part is wider for it, as by Student's law (FREEDOM).
    """
    chance = (1 / n + 1 / rest.size) / (4 * cases)
    between = rest.tau2 * (1 + rest.concentration)
    return [
        math.sqrt(z_value(level) ** 2 * chance + wide**2 * between)
        for level, wide in zip(LEVELS, _students(rest.sites), strict=True)
    ]


@cache
def _students(sites: float) -> list[float]:
    """The half-widths of Student's law for a spread that so many sites give, for each of LEVELS."""
    if sites == math.inf:
        return [z_value(level) for level in LEVELS]
    freedom = FREEDOM * (sites - 1)
    return [float(special.stdtrit(freedom, (1 + level) / 2)) for level in LEVELS]


def overdispersion(
    events: np.ndarray, sizes: np.ndarray, target: float, *, proportion: bool
) -> tuple[float, float]:
    """How much more sites differ than chance explains: φ, and the variance τ² between them (0 where it explains all).

    events, sizes: (k,), sizes > 0. Standardised on the arcsine (shares) or square root scale (rates), pulled in by
    10 % at each end. τ² is shaky with few sites, and 0 with one.
    """
    if target <= 0 or (proportion and target >= 1):
        return 0.0, 0.0
    if proportion:
        s = 1 / (2 * np.sqrt(sizes))
        z = (np.arcsin(np.sqrt(events / sizes)) - math.asin(math.sqrt(target))) / s
    else:
        s = 1 / (2 * np.sqrt(sizes * target))
        z = (np.sqrt(events / (sizes * target)) - 1) / s
    low, high = np.quantile(z, [TRIMMED, 1 - TRIMMED])
    return between_sites(np.clip(z, low, high), s)


def between_sites(z: np.ndarray, s: np.ndarray) -> tuple[float, float]:
    """φ and τ² from standardised values (k,) and the standard errors (k,) of what was standardised."""
    k, phi = len(z), float(np.mean(z**2))
    if k < 2 or k * phi < k - 1:
        return phi, 0.0
    weights = 1 / s**2
    return phi, float((k * phi - (k - 1)) / (weights.sum() - (weights**2).sum() / weights.sum()))


def positions(values: np.ndarray, site_limits: Limits) -> list[Position]:
    """The position of each value (k,) against the limits at its size."""
    slack = 1e-12 * np.abs(values)  # a value on a limit is inside
    names = np.select(
        [
            np.isnan(values),
            values < site_limits.lower998 - slack,
            values > site_limits.upper998 + slack,
            values < site_limits.lower95 - slack,
            values > site_limits.upper95 + slack,
        ],
        [
            Position.NO_DATA,
            Position.OUTSIDE_LOW,
            Position.OUTSIDE_HIGH,
            Position.BETWEEN_LOW,
            Position.BETWEEN_HIGH,
        ],
        default=Position.INSIDE,
    )
    return [Position(str(p)) for p in names]
