"""Sites against the whole: limits that are never inside chance, and whether sites differ at all.

As funnel.py (Spiegelhalter 2005), with three corrections. Winsorising 10 % at each end shrinks φ even where chance
explains all (to 0.70 of its value with 24 sites, `null_dispersion`), which left τ² too low: φ is divided by what
chance gives. The adjusted limit is the wider of the exact one and the one with τ²: a difference between sites never
makes a count rarer than chance does. Under ten sites there is no funnel: sites are shown with intervals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special

from dashboard.statistics import funnel
from dashboard.statistics.funnel import TRIMMED, Limits, Position

FEWEST_SITES = 10
DRAWS, SEED = 20_000, 20261125
SMALL = 5  # expected events of a site, under which χ² is not trusted
SHUFFLES = 4_000


@dataclass(frozen=True)
class Differences:
    """How sites differ from the rate of all of them together.

    proportion: a share of n (binomial), else a rate of events per exposure (Poisson). scale: of the unit (100, 1000).
    target: pooled rate, in the unit. values: (k,), NaN without data. sites: those with data. phi: dispersion, 1 by
    chance alone, corrected. tau2: variance between sites on the transformed scale; 0 where chance explains all.
    limits: to be shown and judged by, the wider of `exact` and the ones with tau2. position: by `limits`. None of
    them under ten sites, where has_limits is False. p_value: the probability of differing as much were all sites
    alike.
    """

    proportion: bool
    scale: float
    target: float
    values: np.ndarray
    sites: int
    phi: float
    tau2: float
    exact: Limits | None
    limits: Limits | None
    position: list[Position]
    p_value: float

    @property
    def has_limits(self) -> bool:
        """Whether there are sites enough for limits."""
        return self.limits is not None


def differences(
    events: Sequence[float], sizes: Sequence[float], *, proportion: bool, scale: float = 100
) -> Differences | None:
    """How some sites differ: events (k,) among sizes (k,), whole numbers; None where all sizes are 0.

    Raises ValueError where a share has more events than cases.
    """
    counts, bases = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    if proportion and (counts > bases).any():
        raise ValueError("a share has more events than cases")
    if not bases.sum():
        return None
    target = float(counts.sum() / bases.sum())
    known = bases > 0
    values = np.divide(counts, bases, out=np.full(len(bases), np.nan), where=known) * scale
    k = int(known.sum())
    phi, tau2 = corrected_dispersion(counts[known], bases[known], target, proportion=proportion)
    exact = shown = None
    position: list[Position] = []
    if k >= FEWEST_SITES:
        exact = funnel.limits(bases, target, proportion=proportion, scale=scale)
        shown = limits(bases, target, proportion=proportion, scale=scale, tau2=tau2)
        position = funnel.positions(values, shown)
    return Differences(
        proportion,
        scale,
        target * scale,
        values,
        k,
        phi,
        tau2,
        exact,
        shown,
        position,
        homogeneity(counts[known], bases[known], proportion=proportion),
    )


@cache
def null_dispersion(sites: int) -> float:
    """The mean of φ, winsorised, of so many sites that differ by chance alone: simulated, the same at each run."""
    random = np.random.default_rng((SEED, sites))
    z = random.standard_normal((DRAWS, sites))
    low, high = np.quantile(z, [TRIMMED, 1 - TRIMMED], axis=1, keepdims=True)
    return float((np.clip(z, low, high) ** 2).mean())


def corrected_dispersion(
    events: np.ndarray, sizes: np.ndarray, target: float, *, proportion: bool
) -> tuple[float, float]:
    """φ as a share of what chance gives it, and τ² (0 where chance explains all). events, sizes: (k,), sizes > 0."""
    if target <= 0 or (proportion and target >= 1):
        return 0.0, 0.0
    phi, _ = funnel.overdispersion(events, sizes, target, proportion=proportion)
    phi /= null_dispersion(len(sizes))
    s = 0.5 / np.sqrt(sizes if proportion else sizes * target)
    # funnel.between_sites takes values of which φ is the mean square.
    return funnel.between_sites(np.full(len(sizes), np.sqrt(phi)), s)


def limits(
    sizes: np.ndarray, target: float, *, proportion: bool, scale: float, tau2: float
) -> Limits:
    """The limits at any sizes (k,), for sites and for the lines: the wider of the exact ones and those with tau2."""
    exact = funnel.limits(sizes, target, proportion=proportion, scale=scale)
    if not tau2:
        return exact
    wide = funnel.limits(sizes, target, proportion=proportion, scale=scale, tau2=tau2)
    return Limits(
        np.minimum(exact.lower95, wide.lower95),
        np.maximum(exact.upper95, wide.upper95),
        np.minimum(exact.lower998, wide.lower998),
        np.maximum(exact.upper998, wide.upper998),
    )


def homogeneity(events: np.ndarray, sizes: np.ndarray, *, proportion: bool) -> float:
    """The probability that sites all alike differ as much: χ² of Pearson, by chance draws where counts are small.

    events, sizes: (k,), sizes > 0. 1 with fewer than two sites, or where nothing (or everything) happened.
    """
    total, all_cases = events.sum(), sizes.sum()
    share = total / all_cases
    if len(events) < 2 or not total or (proportion and total == all_cases):
        return 1.0
    expected = sizes * share
    scale = (1 - share) if proportion else 1.0
    squares = float(((events - expected) ** 2 / expected).sum() / scale)
    rarest = np.minimum(expected, sizes - expected) if proportion else expected
    if rarest.min() >= SMALL:
        return float(special.chdtrc(len(events) - 1, squares))
    random = np.random.default_rng(SEED)
    if proportion:
        drawn = random.multivariate_hypergeometric(
            np.rint(sizes).astype(int), round(total), SHUFFLES, method="marginals"
        )
    else:
        drawn = random.multinomial(round(total), sizes / all_cases, SHUFFLES)
    by_chance = ((drawn - expected) ** 2 / expected).sum(axis=1) / scale
    return float(((by_chance >= squares * (1 - 1e-12)).sum() + 1) / (SHUFFLES + 1))
