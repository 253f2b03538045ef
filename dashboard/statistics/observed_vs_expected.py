"""Observed against expected: a whole (nation, department) compared with what its sites usually show, and the sites
from which a gap comes.

The share of a nation moves when large sites with low shares receive more people, although nothing changed anywhere.
Expected is what the same visits would have given had each site kept its own usual rate: E = Σ nₛ·rₛ, as in indirect
standardisation (Breslow and Day 1987, Statistical Methods in Cancer Research II, ch. 2). Its variance holds that of
the month and that of the usual rates: V = Σ nₛ·vₛ·(1 + nₛ/Nₛ), vₛ = r(1 − r) of a share, r of a rate, the variance of
one case of a mean; the sign is − while the month is itself part of the usual rate.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from dashboard.statistics.control_limits import Family
from dashboard.statistics.intervals import z_value

MOST_NAMED = 3  # sites that are named as the cause of a gap; with more of them it is everywhere


class Spread(StrEnum):
    """Where a gap comes from."""

    NAMED = "named"  # without the named sites the rest is as usual
    EVERYWHERE = "everywhere"  # taking out a few sites leaves a gap
    NO_GAP = "no gap"


@dataclass(frozen=True)
class Comparison:
    """Observed against expected, month by month. bases, observed, expected, variance: (k, n) of each site, 0 where it
    is left out of the month (no data, or no usual rate yet). The properties are the whole's, (n,), NaN where no site
    counts."""

    bases: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    variance: np.ndarray

    @property
    def observed_rate(self) -> np.ndarray:
        """Σ observed / Σ bases of the sites that count."""
        return _ratio(self.observed.sum(axis=0), self.bases.sum(axis=0))

    @property
    def expected_rate(self) -> np.ndarray:
        """Σ expected / Σ bases: what the same bases would have given at each site's usual rate."""
        return _ratio(self.expected.sum(axis=0), self.bases.sum(axis=0))

    @property
    def z(self) -> np.ndarray:
        """(O − E) / √V: judged by control_chart.judge_series as STANDARDISED, which widens it by its own spread."""
        variance = np.sqrt(self.variance.sum(axis=0))
        return _ratio((self.observed - self.expected).sum(axis=0), variance)


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    ratio: np.ndarray = np.divide(a, b, out=np.full(a.shape, np.nan), where=b > 0)
    return ratio


def case_variance(family: Family, usual: np.ndarray) -> np.ndarray:
    """The variance that one case (a visit) has by chance: of a share or a rate. Raises ValueError for another family."""
    if family == Family.SHARE:
        binomial: np.ndarray = usual * (1 - usual)
        return binomial
    if family == Family.RATE:
        return usual
    raise ValueError(f"the variance of {family} is not known from its mean")


def compare(
    events: np.ndarray,
    bases: np.ndarray,
    usual: np.ndarray,
    usual_bases: np.ndarray,
    variance: np.ndarray,
    in_reference: np.ndarray,
) -> Comparison:
    """The comparison of observed and expected of some sites, all (k, n).

    events, bases: counts and denominators, NaN where missing; of a mean, events are sums (mean × n). usual,
    usual_bases, in_reference: the site's rate in force that month, the sum of the bases that it rests on, and whether
    the month is part of it (as in control_chart_levels.JudgedSeries). variance: of one case (case_variance, or
    LogWait.variance of the site's reference months).
    """
    counts = (
        np.isfinite(events)
        & np.isfinite(usual)
        & np.isfinite(variance)
        & (np.nan_to_num(bases) > 0)
    )
    n, r, v = (np.where(counts, a, 0) for a in (bases, usual, variance))
    sign = np.where(in_reference, -1, 1)
    own = n / np.where(counts, usual_bases, 1)
    return Comparison(n, np.where(counts, events, 0), n * r, n * v * np.maximum(0, 1 + sign * own))


@dataclass(frozen=True)
class Gap:
    """The sites from which the gap of some months comes.

    sites: rows, the largest part first. parts: of the gap of the whole, in its unit, (k,), they add up to it. z: of
    the months together. rest_observed, rest_expected, rest_z: without the named sites; NaN where nobody is left.
    """

    spread: Spread
    sites: tuple[int, ...]
    parts: np.ndarray
    z: float
    rest_observed: float
    rest_expected: float
    rest_z: float


def gap(comparison: Comparison, months: slice, widen: float = 1) -> Gap:
    """The fewest sites without which the rest is as usual (95 %), for the months of a signal.

    months: those of the signal (one beyond the limits; the run on one side). widen: the spread of the whole's z, 1 or
    more. Up to three sites are named, largest part in the direction of the gap first.
    """
    n, o, e, v = (
        a[:, months].sum(axis=-1)
        for a in (
            comparison.bases,
            comparison.observed,
            comparison.expected,
            comparison.variance,
        )
    )
    parts = (o - e) / n.sum() if n.sum() else np.zeros(len(n))
    usual = z_value() * widen
    left = np.ones(len(n), dtype=bool)
    whole = _z(o, e, v, left)
    named: list[int] = []
    if not abs(whole) > usual:
        return Gap(Spread.NO_GAP, (), parts, whole, *_rest(n, o, e, v, left))
    for site in np.argsort(-np.sign(whole) * parts, kind="stable")[:MOST_NAMED].tolist():
        if parts[site] * whole <= 0:
            break
        named.append(site)
        left[site] = False
        if not np.sign(whole) * _z(o, e, v, left) > usual:
            return Gap(Spread.NAMED, tuple(named), parts, whole, *_rest(n, o, e, v, left))
    return Gap(Spread.EVERYWHERE, tuple(named), parts, whole, *_rest(n, o, e, v, left))


def _z(o: np.ndarray, e: np.ndarray, v: np.ndarray, left: np.ndarray) -> float:
    variance = float(v[left].sum())
    return float((o - e)[left].sum()) / variance**0.5 if variance > 0 else np.nan


def _rest(
    n: np.ndarray, o: np.ndarray, e: np.ndarray, v: np.ndarray, left: np.ndarray
) -> tuple[float, float, float]:
    bases = float(n[left].sum())
    if not bases:
        return np.nan, np.nan, np.nan
    return float(o[left].sum()) / bases, float(e[left].sum()) / bases, _z(o, e, v, left)
