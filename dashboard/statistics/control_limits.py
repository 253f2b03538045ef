"""Limits of a series and the two rules that make a point a signal: beyond three standard deviations, or the eighth in a
row on one side of the centre.

Four kinds of series go through one formula: a value is events / bases, its standard deviation is
`spread` × `unit`, the spread being the screened mean moving range of the standardised values over 1.128.

- INDIVIDUALS: unit 1, and bases 1 but for means: the individuals chart (Wheeler and Chambers, Understanding Statistical Process
  Control, ch. 3; screening of ranges: Nelson 1982, Journal of Quality Technology 14(3)). Their spread is never under the
  standard deviation of the points: where a month is like the one before, ranges alone are too narrow, and signals twice as
  many.
- SHARE, RATE: binomial and Poisson units, the spread never under 1: the p′ and u′ charts (Laney 2002, Quality
  Engineering 14(4)). A point is outside only where the exact binomial or Poisson tail says so too, so that few events
  do not make signals.
- STANDARDISED: values that are already in standard deviations from an expected value of 0; spread never under 1.

Arrays are (…, n) or (k, n): one series and ten thousand simulated ones go through the same code. Rates of false alarm
and delays: `python -m tests.benchmarks.rules`.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import special

WIDTH = 3.0  # of the limits, in standard deviations
SCREENING = 3.267  # moving ranges of this many means, or more, are left out, once
RUN = 8  # points in a row on one side
D2 = 1.128  # mean moving range of independent normal values, in standard deviations
TAIL = float(special.ndtr(-WIDTH))  # chance of being beyond one limit: 0.00135
ROUNDING = 1e-9  # relative: a point that misses the centre or a limit by rounding is on it
NONE, OUTSIDE, ON_ONE_SIDE = 0, 1, 2  # the rules, as arrays hold them


class Family(StrEnum):
    """What a series consists of, which gives the standard deviation of its points."""

    INDIVIDUALS = "individuals"
    SHARE = "share"
    RATE = "rate"
    STANDARDISED = "standardised"


COUNTED = (Family.SHARE, Family.RATE)


@dataclass(frozen=True)
class Fit:
    """What limits are computed from, one entry a series: arrays (k,), or broadcast against the points.

    centre: events / bases over the reference months. spread: in units, 1 where chance explains all. reference_bases:
    sum of the bases of the reference months.
    """

    centre: np.ndarray
    spread: np.ndarray
    reference_bases: np.ndarray


def chance_deviation(family: Family, fit: Fit, bases: np.ndarray) -> np.ndarray:
    """The standard deviation that chance alone gives a point, in the unit of the values. bases: as fit broadcasts.

    Where a share or a rate has been 0 (or a share 1) in all reference months, half an event is taken: a first event is
    not infinitely unlikely.
    """
    if family not in COUNTED:
        return np.ones(np.broadcast_shapes(fit.centre.shape, bases.shape))
    inner = _centre_within_range(family, fit)
    case = inner if family == Family.RATE else inner * (1 - inner)
    deviation: np.ndarray = np.sqrt(case / bases)
    return deviation


def fit(
    family: Family,
    events: np.ndarray,
    bases: np.ndarray,
    is_point: np.ndarray,
    centre: np.ndarray | None = None,
) -> Fit:
    """The centre and spread of the reference months of some series.

    events, bases, is_point: (k, m), points first: is_point is True, then False, along a row; two points at least.
    centre: (k,), of STANDARDISED series whose centre is given (0) and not estimated.
    """
    behind = np.where(is_point, bases, 0).sum(axis=-1)
    middle = np.where(is_point, events, 0).sum(axis=-1) / behind if centre is None else centre
    rough = Fit(middle[:, None], np.ones((len(middle), 1)), behind[:, None])
    bases = np.where(is_point, bases, 1)
    z = (np.where(is_point, events, 0) / bases - rough.centre) / chance_deviation(
        family, rough, bases
    )
    spread = _mean_range(z, is_point) / D2
    least = _deviation(z, is_point, spread) if family == Family.INDIVIDUALS else 1
    return Fit(middle, np.maximum(spread, least), behind)


def _deviation(z: np.ndarray, is_point: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """The standard deviation of the known points, without those beyond the limits that `spread` gives; (k, m) to (k,)."""
    kept = is_point & (np.abs(z) <= WIDTH * spread[:, None])
    n = np.maximum(kept.sum(axis=-1), 1)
    mean = np.where(kept, z, 0).sum(axis=-1) / n
    squares = np.where(kept, (z - mean[:, None]) ** 2, 0).sum(axis=-1)
    deviation: np.ndarray = np.sqrt(squares / np.maximum(n - 1, 1))
    return deviation


def _mean_range(z: np.ndarray, is_point: np.ndarray) -> np.ndarray:
    """The mean absolute difference of known neighbours, those of 3.267 means or more left out once; (k, m) to (k,)."""
    ranges, both = np.abs(np.diff(z)), is_point[:, 1:]
    mean: np.ndarray = np.where(both, ranges, 0).sum(axis=-1) / both.sum(axis=-1)
    kept = both & (ranges < SCREENING * mean[:, None])
    screened = np.where(kept, ranges, 0).sum(axis=-1) / np.maximum(kept.sum(axis=-1), 1)
    # Where only ranges of 0 would be left, nothing is left out: there would be no limits.
    return np.where(screened > 0, screened, mean)


def sides(family: Family, fit: Fit, events: np.ndarray, bases: np.ndarray) -> np.ndarray:
    """The side of the centre on which each point lies: 1, -1, or 0 on it. Arrays as fit broadcasts against them."""
    gap = events / bases - fit.centre
    width = WIDTH * fit.spread * chance_deviation(family, fit, bases)
    on_it = np.abs(gap) <= ROUNDING * (width + np.abs(fit.centre))
    return np.where(on_it, 0, np.sign(gap)).astype(np.int8)


def outside_side(family: Family, fit: Fit, events: np.ndarray, bases: np.ndarray) -> np.ndarray:
    """The limit beyond which each point lies: 1, -1, or 0 within both. Shares and rates: by the exact tail as well."""
    gap = events / bases - fit.centre
    width = WIDTH * fit.spread * chance_deviation(family, fit, bases)
    beyond = np.abs(gap) > width + ROUNDING * (width + np.abs(fit.centre))
    if family in COUNTED and beyond.any():
        at = np.flatnonzero(beyond)
        parts = (
            np.broadcast_to(a, gap.shape).ravel()[at]
            for a in (events, bases, _centre_within_range(family, fit))
        )
        beyond = beyond.copy()
        beyond.ravel()[at] = tail_probability(family, *parts, above=gap.ravel()[at] > 0) < TAIL
    return np.where(beyond, np.sign(gap), 0).astype(np.int8)


def _centre_within_range(family: Family, fit: Fit) -> np.ndarray:
    """The centre, of a share never 0 or 1, of a rate never 0: see `chance_deviation`."""
    half = 0.5 / np.maximum(fit.reference_bases, 1)
    inner: np.ndarray = np.clip(fit.centre, half, np.inf if family == Family.RATE else 1 - half)
    return inner


def tail_probability(
    family: Family, events: np.ndarray, bases: np.ndarray, centre: np.ndarray, *, above: np.ndarray
) -> np.ndarray:
    """The chance of so many events or more (above), or of so many or fewer; (k,) each. Events are rounded."""
    count = np.rint(events)
    if family == Family.RATE:
        mean = bases * centre
        more = np.where(count > 0, special.gammainc(np.maximum(count, 1), mean), 1.0)
        return np.where(above, more, special.gammaincc(count + 1, mean))
    n, share = np.rint(bases), np.minimum(centre, 1)
    more = np.where(count > 0, special.betainc(np.maximum(count, 1), n - count + 1, share), 1.0)
    fewer = np.where(
        count < n, special.betainc(np.maximum(n - count, 1), count + 1, 1 - share), 1.0
    )
    return np.where(above, more, fewer)


def limits(family: Family, fit: Fit, bases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lower and the upper limit at points of so many bases, in the unit of the values; NaN where fit is.

    A point strictly beyond is a signal (`outside_side`). Shares and rates: the wider of ± 3 standard deviations and
    the counts that are exceeded by chance less than once in 741 times; cut where the quantity ends.
    """
    half = WIDTH * fit.spread * chance_deviation(family, fit, bases)
    lower, upper = fit.centre - half, fit.centre + half
    if family not in COUNTED:
        return lower, upper
    centre = np.broadcast_to(_centre_within_range(family, fit), half.shape)
    low, high = exact_limits(family, centre, np.broadcast_to(bases, half.shape))
    lower, upper = np.maximum(np.minimum(lower, low), 0), np.maximum(upper, high)
    return lower, np.minimum(upper, 1) if family == Family.SHARE else upper


def exact_limits(
    family: Family, centre: np.ndarray, bases: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The values under and above which a count has a chance of TAIL at most."""
    missing = np.isnan(centre) | np.isnan(bases)
    share = np.where(missing, 0.5, centre)
    n = np.where(missing, 1, np.rint(bases) if family == Family.SHARE else bases)
    ends = []
    for above in (False, True):
        p = 1 - TAIL if above else TAIL
        near = (
            special.bdtrik(p, n, np.minimum(share, 1 - 1e-12))
            if family == Family.SHARE
            else special.pdtrik(p, n * share)
        )
        count = np.maximum(np.ceil(np.nan_to_num(near)), 0)
        # The inverse functions may land one beside the count that is meant.
        for _ in range(2):
            beyond = count - 1 if not above else count + 1
            chance = tail_probability(
                family, np.maximum(beyond, 0), n, share, above=np.full(n.shape, above)
            )
            move = (chance >= TAIL) & (beyond >= 0)
            count = np.where(move, beyond, count)
        ends.append(np.where(missing, np.nan, count / n))
    return ends[0], ends[1]


def run_lengths(side: np.ndarray) -> np.ndarray:
    """The length of the run on one side up to and with each point; 0 on the centre. side: (…, n), 1, -1 or 0."""
    lengths = np.zeros(side.shape, dtype=int)
    for t in range(side.shape[-1]):
        before = lengths[..., t - 1] * (side[..., t] == side[..., t - 1]) if t else 0
        lengths[..., t] = np.where(side[..., t] != 0, before + 1, 0)
    return lengths


def two_rules(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rule that makes each point a signal, and its side, for values in standard deviations from what is expected.

    z: (…, n), NaN where there is no point, which ends a run. Returns (…, n): NONE, OUTSIDE or ON_ONE_SIDE; 1, -1 or 0.
    """
    side = np.sign(np.nan_to_num(z)).astype(np.int8)
    rule = np.where(run_lengths(side) >= RUN, ON_ONE_SIDE, NONE)
    rule = np.where(np.abs(np.nan_to_num(z)) > WIDTH, OUTSIDE, rule).astype(np.int8)
    return rule, np.where(rule != NONE, side, 0).astype(np.int8)
