"""Limits of funnel plots: how far from the whole a site of its size may be by chance alone. `dispersion` compares with them.

Spiegelhalter 2005, Statistics in Medicine 24 (https://doi.org/10.1002/sim.1970); over-dispersion as in
nhs-r-community/FunnelPlotR (R/od_adjustment.R, commit 9020d49), which follows it.

Exact limits are those of an observed count given the expected one. FunnelPlotR puts there the interval of a mean
given an observed count (intervals.poisson): at 15 expected it calls 8 low at 95 %, which chance gives in 3.7 % of
cases, and lets pass 24, which it gives in 2.0 % (on such limits: Seaton and Manktelow 2012, BMC Medical Research
Methodology 12:98). Its over-dispersion of ratios is by default that of the NHS's SHMI, logarithms without the tenths at
each end; ours is its other one, square roots with the tenths pulled in, as Spiegelhalter's.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import special

from dashboard.statistics.intervals import binomial_quantile, poisson_quantile, z_value

LEVELS = (0.95, 0.998)
TRIMMED = 0.1  # share of the standardised values that is pulled in at each end before dispersion is measured


class Position(StrEnum):
    """The position of a site: within both pairs of limits, between them, or outside both."""

    INSIDE = "inside"
    BETWEEN_LOW = "between, low"
    BETWEEN_HIGH = "between, high"
    OUTSIDE_LOW = "outside, low"
    OUTSIDE_HIGH = "outside, high"
    NO_DATA = "no data"


@dataclass(frozen=True)
class Limits:
    """The 95 % and 99.8 % limits at some sizes: four arrays (k,), in the unit of the funnel, NaN at size 0."""

    lower95: np.ndarray
    upper95: np.ndarray
    lower998: np.ndarray
    upper998: np.ndarray


def limits(
    sizes: Iterable[float], target: float, *, proportion: bool, scale: float = 100, tau2: float = 0
) -> Limits:
    """The funnel limits at any sizes (k,): exact where tau2 is 0, else on the transformed scale.

    target: between 0 and 1 for a share, events per unit of exposure for a rate.
    """
    lines = []
    for level in LEVELS:
        pairs = [
            _pair(float(n), target, level, proportion, tau2) if n > 0 else (np.nan, np.nan)
            for n in sizes
        ]
        lines.append(np.array(pairs).reshape(len(pairs), 2) * scale)
    (lower95, upper95), (lower998, upper998) = (line.T for line in lines)
    return Limits(lower95, upper95, lower998, upper998)


def _pair(
    n: float, target: float, level: float, proportion: bool, tau2: float
) -> tuple[float, float]:
    """The lower and the upper limit at one size and level."""
    if target == 0 or (proportion and target == 1):
        return target, target
    if proportion:
        return (
            arcsine_limits(n, target, level, tau2)
            if tau2
            else binomial_limits(round(n), target, level)
        )
    return square_root_limits(n, target, level, tau2) if tau2 else poisson_limits(n, target, level)


def binomial_limits(n: int, target: float, level: float) -> tuple[float, float]:
    """The exact limits of a share of n ≥ 1 cases when the true share is `target`, 0 < target < 1.

    The lower one as Spiegelhalter 2005, A.1.1, interpolated between counts; the upper one is the lower one of the
    others (n − events), so that a share and its complement are judged alike and neither end is missed more often
    than stated.
    """
    tail = (1 - level) / 2
    low, high = (binomial_quantile(p, n, target) for p in (tail, 1 - tail))
    below = _below(low, special.bdtr(low, n, target), special.bdtr(low - 1, n, target), tail)
    above = _above(high, special.bdtrc(high, n, target), special.bdtrc(high - 1, n, target), tail)
    return max(0.0, below / n), min(1.0, above / n)


def poisson_limits(exposure: float, target: float, level: float) -> tuple[float, float]:
    """The exact limits of a rate over an exposure > 0 when `target` > 0 events per unit are expected; as above."""
    tail, mean = (1 - level) / 2, exposure * target
    low, high = (poisson_quantile(p, mean) for p in (tail, 1 - tail))
    below = _below(low, special.pdtr(low, mean), special.pdtr(low - 1, mean), tail)
    above = _above(high, special.pdtrc(high, mean), special.pdtrc(high - 1, mean), tail)
    return max(0.0, below / exposure), above / exposure


def _below(count: int, under: float, before: float, tail: float) -> float:
    """The count under which the chance of `tail` lies, interpolated: under, before are those of staying at or under it,
    and the one before it."""
    before = before if count else 0.0  # nothing is under 0; there the function has no value
    return count - (under - tail) / (under - before)


def _above(count: int, over: float, before: float, tail: float) -> float:
    """The count above which the chance of `tail` lies; over, before: those of being over it, and the one before it."""
    before = before if count else 1.0
    return count + (before - tail) / (before - over)


def arcsine_limits(n: float, target: float, level: float, tau2: float = 0) -> tuple[float, float]:
    """Limits of a share on the arcsine scale, with the variance tau2 between sites. Spiegelhalter 2005, A.2."""
    middle = math.asin(math.sqrt(target))
    half = z_value(level) * math.sqrt(1 / (4 * n) + tau2)
    return math.sin(max(0.0, middle - half)) ** 2, math.sin(min(math.pi / 2, middle + half)) ** 2


def square_root_limits(
    exposure: float, target: float, level: float, tau2: float = 0
) -> tuple[float, float]:
    """Limits of a rate on the square root of observed / expected, with the variance tau2 between sites."""
    half = z_value(level) * math.sqrt(1 / (4 * exposure * target) + tau2)
    return target * max(0.0, 1 - half) ** 2, target * (1 + half) ** 2


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
