"""Charts for shares (p) and rates (u) whose denominators differ much: limits by point, rules on standardised values.

Limits are centre ± 3 standard deviations of a binomial share or a Poisson rate (Shewhart; Montgomery, Introduction to
Statistical Quality Control, ch. 7). With large denominators nothing real is purely binomial, and such limits flag
every other month: they are widened by the spread of the standardised values between neighbours (Laney 2002, Quality
Engineering 14(4)), and never narrowed.
"""

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np

from dashboard.statistics.variation import (
    FROZEN_POINTS,
    MINIMUM_POINTS,
    Chart,
    ChartKind,
    Rule,
    Status,
)
from dashboard.statistics.xmr import CODES, LIMIT, flags, mean_moving_range, positions_of, status_of

UNEQUAL = 2.0  # largest over smallest denominator, above which one width of limits does not suit all points
MINIMUM_EVENTS = 5  # expected at a point, under which its distribution is too lopsided for limits
WIDTH, NEAR_WIDTH = 3.0, 2.0  # of the limits, in standard deviations
D2 = WIDTH / LIMIT  # mean moving range of neighbours, in standard deviations: 1.128
MONTHS = 3  # of a quarter


def expected_events(
    numerators: Sequence[float | None], denominators: Sequence[float | None], *, proportion: bool
) -> float:
    """How many events a point is expected to have, at the pooled rate and the mean denominator; 0 without data.

    For a proportion, events or non-events, whichever are rarer. Positions with None in either are left out.
    """
    pairs = [(a, n) for a, n in zip(numerators, denominators, strict=True) if a is not None and n]
    if not pairs:
        return 0.0
    events, bases = sum(a for a, _ in pairs), sum(n for _, n in pairs)
    return (min(events, bases - events) if proportion else events) / len(pairs)


def chart_kind(
    values: Sequence[float | None],
    denominators: Sequence[float | None] | None = None,
    expected_events: float | None = None,
    *,
    proportion: bool = True,
) -> ChartKind:
    """The chart that suits a monthly series.

    values: None where missing. denominators: of a share or a rate, None for a quantity that has none (a number of
    visits, a median). expected_events: see the function of that name; None where it means nothing. Under 5 events a
    month: by quarter where three months have enough and make twelve quarters, else too few. Then p or u where the
    largest denominator is more than twice the smallest, else XmR.
    """
    is_point = [v is not None and not np.isnan(v) for v in values]
    points = sum(is_point)
    if expected_events is not None and expected_events < MINIMUM_EVENTS:
        enough = expected_events * MONTHS >= MINIMUM_EVENTS and points >= MINIMUM_POINTS * MONTHS
        return ChartKind.BY_QUARTER if enough else ChartKind.TOO_FEW
    if points < MINIMUM_POINTS:
        return ChartKind.TOO_FEW
    bases = (
        []
        if denominators is None
        else [n for n, p in zip(denominators, is_point, strict=True) if p and n]
    )
    if bases and max(bases) > UNEQUAL * min(bases):
        return ChartKind.P if proportion else ChartKind.U
    return ChartKind.XMR


def by_quarter(
    months: Sequence[date], numerators: Sequence[float | None], denominators: Sequence[float | None]
) -> tuple[list[date], list[float | None], list[float | None]]:
    """The same counts by civil quarter: first days, sums of numerators and of denominators.

    months: first days, in order. A month with None in either is left out of both; a quarter without any month has
    None. The chart is then p or u, whose limits follow the denominators.
    """
    quarters = sorted({_quarter(m) for m in months})
    sums: dict[date, tuple[float, float]] = {}
    for month, a, n in zip(months, numerators, denominators, strict=True):
        if a is not None and n is not None:
            before = sums.get(_quarter(month), (0, 0))
            sums[_quarter(month)] = (before[0] + a, before[1] + n)
    return (
        quarters,
        [sums[q][0] if q in sums else None for q in quarters],
        [sums[q][1] if q in sums else None for q in quarters],
    )


def _quarter(month: date) -> date:
    return date(month.year, (month.month - 1) // MONTHS * MONTHS + 1, 1)


def p_chart(
    numerators: Sequence[float | None],
    denominators: Sequence[float | None],
    *,
    scale: float = 100,
    rebases: Collection[int] = (),
    left_out: Collection[int] = (),
    widen: bool = True,
) -> Chart:
    """The chart of a share: numerators among denominators, n of each, None where missing; a denominator 0 is missing.

    scale: of the values given back (100 for percent). rebases, left_out: positions, as in xmr.chart. widen: widen
    limits where points differ more than a binomial share does. Limits rest on the first 24 points of each segment;
    a segment under 12 points has none. Raises ValueError for a numerator above its denominator.
    """
    if any(
        a is not None and n is not None and a > n
        for a, n in zip(numerators, denominators, strict=True)
    ):
        raise ValueError("a share has more events than cases")
    return _chart(ChartKind.P, numerators, denominators, scale, rebases, left_out, widen)


def u_chart(
    numerators: Sequence[float | None],
    denominators: Sequence[float | None],
    *,
    scale: float = 1000,
    rebases: Collection[int] = (),
    left_out: Collection[int] = (),
    widen: bool = True,
) -> Chart:
    """The chart of a rate of events per exposure (complaints per 1 000 visits: scale 1000); otherwise as p_chart."""
    return _chart(ChartKind.U, numerators, denominators, scale, rebases, left_out, widen)


def _chart(
    kind: ChartKind,
    numerators: Sequence[float | None],
    denominators: Sequence[float | None],
    scale: float,
    rebases: Collection[int],
    left_out: Collection[int],
    widen: bool,
) -> Chart:
    n = len(denominators)
    events = np.array([np.nan if a is None else a for a in numerators], dtype=float)
    bases = np.array([b if b else np.nan for b in denominators], dtype=float)
    rates = events / bases
    segments = positions_of(rates.tolist(), rebases, left_out)
    segment, side, rule = np.full(n, -1), np.zeros(n, dtype=int), [Rule.NONE] * n
    centre, deviation = np.full(n, np.nan), np.full(n, np.nan)
    for number, positions in enumerate(segments):
        segment[positions] = number
        if status_of(len(positions)) == Status.TOO_FEW:
            continue
        middle, sigma = centre_and_deviation(kind, events[positions], bases[positions], widen)
        code, sides = standardised_flags(events[positions], bases[positions], middle, sigma)
        for i, c, s in zip(positions.tolist(), code.tolist(), sides.tolist(), strict=True):
            rule[i], side[i] = CODES[c], s
        centre[positions], deviation[positions] = middle, sigma
    lines = {
        "centre": centre,
        "lower": centre - WIDTH * deviation,
        "upper": centre + WIDTH * deviation,
        "near_lower": centre - NEAR_WIDTH * deviation,
        "near_upper": centre + NEAR_WIDTH * deviation,
    }
    points = [len(p) for p in segments]
    return Chart(
        kind,
        scale * np.where(segment >= 0, rates, np.nan),
        **{k: scale * v for k, v in lines.items()},
        lowest=0,
        highest=scale if kind == ChartKind.P else None,
        segment=segment,
        rule=rule,
        side=side,
        status=[status_of(p) for p in points],
        points=points,
        screened=widen,
    )


def centre_and_deviation(
    kind: ChartKind, events: np.ndarray, bases: np.ndarray, widen: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """The pooled rate of the first 24 points, (…, 1), and the standard deviation of every point around it, (…, n).

    events, bases: (…, n), the points of one segment. kind: P or U. widen: see p_chart.
    """
    first = np.s_[..., :FROZEN_POINTS]
    centre = events[first].sum(axis=-1, keepdims=True) / bases[first].sum(axis=-1, keepdims=True)
    variance = np.maximum(centre * (1 - centre) if kind == ChartKind.P else centre, 0)
    sigma = np.sqrt(variance / bases)
    if widen:
        gap = events[first] / bases[first] - centre
        standardised = np.divide(gap, sigma[first], out=np.zeros_like(gap), where=sigma[first] > 0)
        sigma = sigma * np.maximum(1, mean_moving_range(standardised) / D2)[..., None]
    return centre, sigma


def standardised_flags(
    events: np.ndarray, bases: np.ndarray, centre: np.ndarray, sigma: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """xmr.flags of the points, (…, n), in standard deviations from the centre."""
    gap = events / bases - centre
    # Where the rate had never moved (0 or 100 % all along), any move is outside.
    distance = np.divide(gap, sigma, out=np.sign(gap) * 2 * WIDTH, where=sigma > 0)
    return flags(distance, np.array(NEAR_WIDTH), np.array(WIDTH))
