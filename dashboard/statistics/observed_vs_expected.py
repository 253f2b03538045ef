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

from dashboard.statistics.control_limits import COUNTED, Family, tail_probability
from dashboard.statistics.intervals import LEVEL, z_value

MOST_NAMED = 3  # sites that are named as the cause of a gap; with more of them it is everywhere

# A rest that is not beyond what is usual is as usual where its gap is less than this part of that of the whole, and counts of
# it at most that part of what is usual away from it.
SMALL, FAR = 0.5, 0.15


class Spread(StrEnum):
    """Where a gap comes from."""

    NAMED = "named"  # without the named sites the rest has no gap on that side
    EVERYWHERE = "everywhere"  # taking out a few sites leaves a gap
    NO_GAP = "no gap"


class Rest(StrEnum):
    """Where the sites that are not named lie, beside what is usual of them."""

    USUAL = "usual"  # within it, on both sides, and with a small gap
    ABOVE = "above"
    BELOW = "below"
    TOO_FEW = "too few"  # cases to tell
    NOBODY = "nobody"  # is left


@dataclass(frozen=True)
class Comparison:
    """Observed against expected, month by month. bases, observed, expected, variance: (k, n) of each site, 0 where it
    is left out of the month (no data, or no usual rate yet). shared_error: (k, n), what the error of a season that the
    sites share makes of its expected value, standard deviations that add up over sites. The properties are the whole's,
    (n,), NaN where no site counts."""

    bases: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    variance: np.ndarray
    shared_error: np.ndarray

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
        return _ratio((self.observed - self.expected).sum(axis=0), self.deviation)

    @property
    def deviation(self) -> np.ndarray:
        """√V: the standard deviation of O − E by chance, in events; 0 where no site counts."""
        deviation: np.ndarray = np.sqrt(
            self.variance.sum(axis=0) + self.shared_error.sum(axis=0) ** 2
        )
        return deviation


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
    season_error: np.ndarray | float = 0.0,
) -> Comparison:
    """The comparison of observed and expected of some sites, all (k, n).

    events, bases: counts and denominators, NaN where missing; of a mean, events are sums (mean × n). usual,
    usual_bases, in_reference: the site's rate in force that month, the sum of the bases that it rests on, and whether
    the month is part of it (as in control_chart_levels.JudgedSeries), with the season that the sites share.
    variance: of one case (case_variance, or LogWait.variance of the site's reference months). season_error: of that
    season (shared_season.SharedSeason.error), 0 without one.
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
    return Comparison(
        n,
        np.where(counts, events, 0),
        n * r,
        n * v * np.maximum(0, 1 + sign * own),
        n * season_error,
    )


@dataclass(frozen=True)
class Gap:
    """The sites from which the gap of some months comes.

    sites: rows, the largest part first. parts: of the gap of the whole, in its unit, (k,), they add up to it. z: of
    the months together. rest_bases, rest_observed, rest_expected, rest_z: without the named sites; NaN where nobody is
    left. rest: where these lie beside what is usual of them.
    """

    spread: Spread
    sites: tuple[int, ...]
    parts: np.ndarray
    z: float
    rest_bases: float
    rest_observed: float
    rest_expected: float
    rest_z: float
    rest: Rest


def gap(
    comparison: Comparison,
    months: slice,
    widen: float = 1,
    family: Family = Family.INDIVIDUALS,
) -> Gap:
    """The fewest sites without which the rest does not lie beyond what is usual (95 %) on the side of the whole, for the
    months of a signal.

    months: those of the signal (one beyond the limits; the run on one side). widen: the spread of the whole's z, 1 or
    more. family: of the sites' series, counts being judged by their exact tail as well. Up to three sites are named,
    largest part in the direction of the gap first. The rest is then judged on both sides: without a site that fell, the
    others may well have risen.
    """
    c = comparison
    n, o, e, v = (a[:, months].sum(axis=-1) for a in (c.bases, c.observed, c.expected, c.variance))
    total = _Totals(n, o, e, v, c.shared_error[:, months], z_value() * widen, family)
    side = total.side(np.ones(len(n), dtype=bool))
    parts = (o - e) / n.sum() if n.sum() else np.zeros(len(n))
    if not side:
        return total.gap(Spread.NO_GAP, (), parts)
    order = np.argsort(-side * parts, kind="stable")[:MOST_NAMED].tolist()
    for named in range(1, len(order) + 1):
        left = ~np.isin(np.arange(len(n)), order[:named])
        if total.side(left) != side:
            return total.gap(Spread.NAMED, tuple(order[:named]), parts)
    return total.gap(Spread.EVERYWHERE, tuple(order), parts)


@dataclass(frozen=True)
class _Totals:
    """Bases, observed, expected and variance of each site over some months, (k,) each; shared_error: by month, (k, m); width: of
    what is usual, in standard deviations; family: as for `gap`."""

    n: np.ndarray
    o: np.ndarray
    e: np.ndarray
    v: np.ndarray
    shared_error: np.ndarray
    width: float
    family: Family

    def gap(self, spread: Spread, named: tuple[int, ...], parts: np.ndarray) -> Gap:
        """The gap that comes from the named sites."""
        every = np.ones(len(self.n), dtype=bool)
        left = ~np.isin(np.arange(len(self.n)), named)
        bases = float(self.n[left].sum())
        observed, expected = (
            float(a[left].sum()) / bases if bases else np.nan for a in (self.o, self.e)
        )
        z, rest_z = self._z(every), self._z(left)
        rest = self._rest(left, float(parts.sum()))
        return Gap(spread, named, parts, z, bases, observed, expected, rest_z, rest)

    def side(self, left: np.ndarray) -> int:
        """The side on which the sites that are left lie beyond what is usual, 1 or -1; 0 where they do not."""
        z = self._z(left)
        if not abs(z) > self.width:
            return 0
        side = 1 if z > 0 else -1
        exact = self.family not in COUNTED or self._tail(left, float(self.o[left].sum()), side)
        return side if exact else 0

    def _rest(self, left: np.ndarray, gap: float) -> Rest:
        """Where the sites that are left lie. gap: of the whole, by case. What does not lie beyond is as usual only where its own
        gap is small, beside that and beside what is usual: else its cases are too few to tell."""
        n = float(self.n[left].sum())
        if not n:
            return Rest.NOBODY
        side = self.side(left)
        if side:
            return Rest.ABOVE if side > 0 else Rest.BELOW
        own = abs(float((self.o - self.e)[left].sum()))
        far = self.family in COUNTED and own > FAR * float(self.e[left].sum())
        return Rest.TOO_FEW if far or own >= SMALL * abs(gap) * n else Rest.USUAL

    def _z(self, left: np.ndarray) -> float:
        shared = self.shared_error[left].sum(axis=0)
        variance = float(self.v[left].sum() + (shared**2).sum())
        return float((self.o - self.e)[left].sum()) / variance**0.5 if variance > 0 else np.nan

    def _tail(self, left: np.ndarray, events: float, side: int) -> bool:
        """Whether so many events, or further on that side, have by chance less than the share that is cut off there."""
        n = float(self.n[left].sum())
        parts = (np.array([x]) for x in (events, n, float(self.e[left].sum()) / n))
        chance = tail_probability(self.family, *parts, above=np.array([side > 0]))
        return bool(chance[0] < (1 - LEVEL) / 2)
