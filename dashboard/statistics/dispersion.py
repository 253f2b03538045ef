"""Sites against the others: limits that are never inside chance, and whether sites differ at all.

As funnel.py (Spiegelhalter 2005), with four corrections. Winsorising 10 % at each end shrinks φ even where chance
explains all (to 0.70 of its value with 24 sites, `null_dispersion`), which left τ² too low: φ is divided by what
chance gives. The adjusted limit is the wider of the exact one and the one with τ²: a difference between sites never
makes a count rarer than chance does. A site is held against the others, whose rate is no better known than their
cases allow, and sites that are apart are left out of what others are held against: the rate of all was the own one of
a site with half of the cases, which was within limits around it at any distance. Under ten sites there is no funnel:
sites are shown with intervals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy import special

from dashboard.statistics import funnel
from dashboard.statistics.funnel import OUTSIDE, TRIMMED, Limits, Position, Rest

FEWEST_SITES = 10
DRAWS, SEED = 20_000, 20261125
SMALL = 5  # expected events of a site, under which χ² is not trusted
SHUFFLES = 4_000
LOOKED_AT = 24  # of the furthest sites, for one that is apart
FAMILY = 0.05  # chance that a site is named as the furthest where all are alike
MANY = 200  # sites, beyond which what winsorising leaves of φ falls by less than half a hundredth of it
NUMBERS_AT_ONCE = 2_000_000  # drawn, 16 MB, whatever the number of sites


@dataclass(frozen=True)
class Differences:
    """How sites differ from one another.

    proportion: a share of n (binomial), else a rate of events per exposure (Poisson). scale: of the unit (100, 1000).
    values: (k,), NaN without data. sites: those with data. alike: (k,) whether a site is one of those that the others
    are held against: all with data but those apart. target, phi, tau2: of these, their pooled rate, in the unit;
    dispersion, 1 by chance alone, corrected; variance between them on the transformed scale, 0 where chance explains
    all. limits: to be shown and judged by, the wider of `exact` and the ones with tau2. position: by `limits`. None of
    them under ten sites, where has_limits is False. counts: (k, 2), the events and sizes that they rest on.
    """

    proportion: bool
    scale: float
    target: float
    values: np.ndarray
    sites: int
    alike: np.ndarray
    phi: float
    tau2: float
    exact: Limits | None
    limits: Limits | None
    position: list[Position]
    counts: np.ndarray

    @property
    def has_limits(self) -> bool:
        """Whether there are sites enough for limits."""
        return self.limits is not None

    @cached_property
    def p_value(self) -> float:
        """The probability of differing as much were all sites alike. Worked out when asked for: with many small sites it is drawn
        by chance, and most questions want the limits alone."""
        events, sizes = self.counts[self.counts[:, 1] > 0].T
        return homogeneity(events, sizes, proportion=self.proportion)


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
    known = bases > 0
    values = np.divide(counts, bases, out=np.full(len(bases), np.nan), where=known) * scale
    k = int(known.sum())
    alike = known.copy()
    if k >= FEWEST_SITES:
        alike[known] = not_apart(counts[known], bases[known], proportion=proportion)
    phi, rest = rest_of(counts[alike], bases[alike], proportion=proportion)
    exact = shown = None
    position: list[Position] = []
    if k >= FEWEST_SITES:
        exact, shown = funnel.both_limits(bases, rest, proportion=proportion, scale=scale)
        position = funnel.positions(values, shown)
    return Differences(
        proportion,
        scale,
        rest.rate * scale,
        values,
        k,
        alike,
        phi,
        rest.tau2,
        exact,
        shown,
        position,
        np.column_stack([counts, bases]),
    )


def not_apart(events: np.ndarray, sizes: np.ndarray, *, proportion: bool) -> np.ndarray:
    """Which sites are alike enough to hold others against, (k,): all but those outside the 99.8 % limits of the rest.

    events, sizes: (k,), sizes > 0. The furthest one is set apart, then what is left is looked at again: otherwise one
    very large site would put all the others outside. Half of the sites stay at least.
    """
    alike = np.ones(len(sizes), dtype=bool)
    while alike.sum() > len(sizes) / 2:
        at = _one_apart(events[alike], sizes[alike], proportion)
        if at is None:
            break
        alike[np.flatnonzero(alike)[at]] = False
    return alike


def _one_apart(events: np.ndarray, sizes: np.ndarray, proportion: bool) -> int | None:
    """The place of the furthest site that is outside the limits of the others, None where none is."""
    tau2 = rest_of(events, sizes, proportion=proportion)[1].tau2
    far = np.abs(_distances(events, sizes, tau2, proportion))
    furthest_first: list[int] = np.argsort(-far, kind="stable").tolist()
    for i in furthest_first[:LOOKED_AT]:
        rest = _rest_beside(i, events, sizes, proportion)
        at = funnel.limits(sizes[[i]], rest, proportion=proportion, scale=1)
        if funnel.positions(events[[i]] / sizes[i], at)[0] in OUTSIDE:
            return i
    return None


def _rest_beside(i: int, events: np.ndarray, sizes: np.ndarray, proportion: bool) -> Rest:
    """The rest of a site: the rate of all the others, so that none hides itself however large (studentised deleted
    residuals: Viechtbauer and Cheung 2010, Research Synthesis Methods 1).

    The spread around that rate is of all, the site too: pulled in with its tenth it hardly adds to it, and without it
    the furthest of sites that differ would be outside more often than before (`python -m tests.benchmarks.rules`).
    """
    others, left = np.delete(events, i), np.delete(sizes, i)
    total, size = float(others.sum()), float(left.sum())
    _, tau2 = corrected_dispersion(events, sizes, total / size, proportion=proportion)
    return Rest(total, size, tau2, float((left**2).sum() / size**2), len(left))


def _distances(events: np.ndarray, sizes: np.ndarray, tau2: float, proportion: bool) -> np.ndarray:
    """How far each site is from all the others, in standard deviations on the transformed scale, (k,)."""
    left = sizes.sum() - sizes
    rates, others = events / sizes, np.maximum(events.sum() - events, 0) / left
    if proportion:
        away, cases = np.arcsin(np.sqrt(rates)) - np.arcsin(np.sqrt(np.minimum(others, 1))), 1.0
    else:
        others = np.maximum(others, 0.5 / left)  # where the others have no event
        away, cases = np.sqrt(rates / others) - 1, others
    deviations: np.ndarray = away / np.sqrt((1 / sizes + 1 / left) / (4 * cases) + tau2)
    return deviations


def rest_of(events: np.ndarray, sizes: np.ndarray, *, proportion: bool) -> tuple[float, Rest]:
    """φ of some sites, and what they are as the rest of others. events, sizes: (k,), sizes > 0."""
    total, size = float(events.sum()), float(sizes.sum())
    phi, tau2 = corrected_dispersion(events, sizes, total / size, proportion=proportion)
    return phi, Rest(total, size, tau2, float((sizes**2).sum() / size**2), len(sizes))


def furthest(
    events: Sequence[float], sizes: Sequence[float], *, proportion: bool
) -> tuple[int, float] | None:
    """The site that lies furthest from all the others together, and their rate (events per unit of size).

    Of the sites whose distance is no chance (Fisher's exact test, or the binomial one of two Poisson counts, at 5 % for
    all sites together: Bonferroni), the one with the largest difference; None where there is none, or where there are
    two sites, as far from each other.
    """
    counts, bases = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    k = int((bases > 0).sum())
    best: tuple[float, int, float] | None = None
    for i in np.flatnonzero(bases).tolist() if k > 2 else ():
        rest = Rest(float(counts.sum() - counts[i]), float(bases.sum() - bases[i]))
        ((low, high),) = funnel.exact_limits(bases[i], rest, proportion, (1 - FAMILY / k,))
        value = counts[i] / bases[i]
        away = abs(value - rest.rate)
        if not low <= value <= high and (best is None or away > best[0]):
            best = away, i, rest.rate
    return best and best[1:]


@cache
def null_dispersion(sites: int) -> float:
    """The mean of φ, winsorised, of so many sites that differ by chance alone: simulated, the same at each run."""
    random = np.random.default_rng((SEED, sites))
    total, left = 0.0, DRAWS
    while left:
        some = min(left, max(1, NUMBERS_AT_ONCE // sites))
        z = random.standard_normal((some, sites))
        low, high = np.quantile(z, [TRIMMED, 1 - TRIMMED], axis=1, keepdims=True)
        total += float((np.clip(z, low, high, out=z) ** 2).mean()) * some
        left -= some
    return total / DRAWS


def corrected_dispersion(
    events: np.ndarray, sizes: np.ndarray, target: float, *, proportion: bool
) -> tuple[float, float]:
    """φ as a share of what chance gives it, and τ² (0 where chance explains all). events, sizes: (k,), sizes > 0."""
    if target <= 0 or (proportion and target >= 1):
        return 0.0, 0.0
    phi, _ = funnel.overdispersion(events, sizes, target, proportion=proportion)
    phi /= null_dispersion(min(len(sizes), MANY))
    s = 0.5 / np.sqrt(sizes if proportion else sizes * target)
    # funnel.between_sites takes values of which φ is the mean square.
    return funnel.between_sites(np.full(len(sizes), np.sqrt(phi)), s)


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
