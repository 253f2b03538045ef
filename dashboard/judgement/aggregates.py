"""Control charts of departments and the nation: observed values against those expected from what their sites usually show."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dashboard.judgement.control_charts import (
    RATES,
    SHARES,
    WAITS,
    ControlChart,
    LevelMarks,
    MonthlySeries,
    Series,
    dated_levels,
    in_unit,
    level_marks,
)
from dashboard.statistics import observed_vs_expected, rare_events
from dashboard.statistics.control_chart import judge_series
from dashboard.statistics.control_chart_levels import JudgedSeries
from dashboard.statistics.control_limits import NONE, TAIL, Family, exact_limits, tail_probability
from dashboard.statistics.log_waits import log_wait
from dashboard.statistics.quantile import quantile
from dashboard.statistics.variation import FROZEN_POINTS, ChartKind


class Reference(NamedTuple):
    """What sites usually show, (K, M) each, as JudgedSeries has it."""

    usual: np.ndarray
    usual_bases: np.ndarray
    in_reference: np.ndarray


def comparisons(
    code: str,
    events: np.ndarray,
    bases: np.ndarray,
    family: Family,
    reference: Reference,
    series: Series,
    aggregates: Mapping[str, Sequence[int]],
) -> list[tuple[str, str, observed_vs_expected.Comparison]]:
    """(indicator, scope, observed against expected) of each aggregate, for one indicator. events, bases: of all sites, (K, M)
    each; aggregates: the rows of each aggregate's sites."""
    variance = (
        _wait_variance(series.waits)
        if code in WAITS and series.waits is not None
        else observed_vs_expected.case_variance(family, reference.usual)
    )
    return [
        (
            code,
            scope,
            observed_vs_expected.compare(
                *(
                    a[list(rows)]
                    for a in (
                        events,
                        bases,
                        reference.usual,
                        reference.usual_bases,
                        variance,
                        reference.in_reference,
                    )
                )
            ),
        )
        for scope, rows in aggregates.items()
    ]


def _wait_variance(waits: np.ndarray) -> np.ndarray:
    """The variance of the logarithm of one wait at each site, (K, M), estimated from its first 24 months with waits, as far as
    each month knows them. waits: histograms, (K, M, bins)."""
    measured = waits.sum(axis=-1) > 0
    first = measured & (np.cumsum(measured, axis=-1) <= FROZEN_POINTS)
    # Site by site: all at once would take the memory of all histograms three times more.
    each = [
        log_wait(np.cumsum(of * months[:, None], axis=0)).variance
        for of, months in zip(waits, first, strict=True)
    ]
    return np.array(each).reshape(first.shape)


def control_charts(
    compared: Sequence[tuple[str, str, observed_vs_expected.Comparison]],
    counts: Mapping[str, tuple[np.ndarray, np.ndarray]],
    monthly: MonthlySeries,
    aggregates: Mapping[str, Sequence[int]],
    marks: LevelMarks,
) -> list[ControlChart]:
    """The control charts of observed against expected values of each aggregate. Those with enough events are judged together,
    those with few events apart. counts: events and bases of all sites by indicator, (K, M) each."""
    few = [_has_few(code, c) for code, _, c in compared]
    charts: list[ControlChart] = []
    for rare in (False, True):
        group = [one for one, is_rare in zip(compared, few, strict=True) if is_rare == rare]
        if group:
            charts += _judge_together(group, counts, monthly, aggregates, marks, rare=rare)
    return charts


def _has_few(code: str, c: observed_vs_expected.Comparison) -> bool:
    """Whether an aggregate's months have too few events for a normal approximation of z."""
    if code not in SHARES | RATES:
        return False
    n, events = c.bases.sum(axis=0), c.expected.sum(axis=0)
    rarer = np.minimum(events, n - events) if code in SHARES else events
    return bool((n > 0).any() and rarer[n > 0].mean() < rare_events.MINIMUM_EVENTS)


def _judge_together(
    compared: Sequence[tuple[str, str, observed_vs_expected.Comparison]],
    counts: Mapping[str, tuple[np.ndarray, np.ndarray]],
    monthly: MonthlySeries,
    aggregates: Mapping[str, Sequence[int]],
    marks: LevelMarks,
    *,
    rare: bool,
) -> list[ControlChart]:
    """The control charts of these comparisons, judged in one call. rare: with exact limits, for few events."""
    named = [(code, scope) for code, scope, _ in compared]
    set_at, refused, accepted = level_marks(named, monthly.months, marks)
    judged = judge_series(
        np.array([c.z for *_, c in compared]),
        family=Family.STANDARDISED,
        set_at=set_at,
        refused=refused,
        accepted=accepted,
        runs=not rare,
    )
    return [
        _control_chart(
            code, scope, c, counts[code], monthly, list(aggregates[scope]), judged, row, rare=rare
        )
        for row, (code, scope, c) in enumerate(compared)
    ]


def _control_chart(
    code: str,
    scope: str,
    c: observed_vs_expected.Comparison,
    counts: tuple[np.ndarray, np.ndarray],
    monthly: MonthlySeries,
    at: list[int],
    judged: JudgedSeries,
    row: int,
    *,
    rare: bool,
) -> ControlChart:
    """The control chart of one aggregate. counts: events and bases of all sites, (K, M) each; at: rows of its own sites; row:
    its row in `judged`."""
    n = c.bases.sum(axis=0)
    missing = np.full(len(n), np.nan)
    deviation = np.divide(np.sqrt(c.variance.sum(axis=0)), n, out=missing.copy(), where=n > 0)
    centre, spread = judged.centre[row], judged.spread[row]
    events, bases = (np.nansum(of[at], axis=0) for of in counts)
    pooled = np.divide(events, bases, out=missing, where=bases > 0)
    observed = np.where(n > 0, c.observed_rate, pooled)
    usual = c.expected_rate + np.nan_to_num(centre) * deviation
    usual = np.where(np.isfinite(centre), usual, np.nan)
    then = c.expected_rate + judged.usual[row] * deviation
    width = 3 * spread * deviation
    bounds = in_unit(code, np.maximum(usual - width, 0)), in_unit(code, usual + width)
    rule, side = judged.rule[row], judged.side[row]
    if rare:
        bounds, rule, side = _exact_limits(code, c, bounds, rule, side)
    if code in SHARES:
        bounds = bounds[0], np.minimum(bounds[1], 100)
    return ControlChart(
        code,
        scope,
        ChartKind.EXPECTED,
        monthly.months,
        in_unit(code, observed),
        bases.astype(int),
        in_unit(code, usual),
        in_unit(code, then),
        rule,
        side,
        judged.level_start[row],
        dated_levels(judged, row, monthly.months),
        given_limits=bounds,
        sites=tuple(monthly.sites[i] for i in at),
        comparison=c,
        spread=spread,
        median=_median(monthly.by_indicator[code].waits, at),
    )


def _exact_limits(
    code: str,
    c: observed_vs_expected.Comparison,
    bounds: tuple[np.ndarray, np.ndarray],
    rule: np.ndarray,
    side: np.ndarray,
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray, np.ndarray]:
    """Limits, rule and side of an aggregate with few events: limits are at least as wide as the exact ones, and a signal needs
    an exact tail probability below TAIL."""
    family = Family.SHARE if code in SHARES else Family.RATE
    n, observed, usual = (a.sum(axis=0) for a in (c.bases, c.observed, c.expected))
    there = (n > 0) & (usual > 0)
    bases = np.where(there, n, 1)
    rate = np.where(there, usual, 0.5) / bases
    low, high = (in_unit(code, end) for end in exact_limits(family, rate, bases))
    chance = tail_probability(
        family, np.where(there, observed, 0), bases, rate, above=observed > usual
    )
    kept = there & (chance < TAIL)
    wider = np.minimum(bounds[0], low), np.maximum(bounds[1], high)
    return (
        wider,
        np.where(kept, rule, NONE).astype(np.int8),
        np.where(kept, side, 0).astype(np.int8),
    )


def _median(waits: np.ndarray | None, sites: Sequence[int]) -> np.ndarray | None:
    """The median of all waits of some sites by month, (M,); None without histograms."""
    if waits is None:
        return None
    together = waits[list(sites)].sum(axis=0)
    return np.where(together.sum(axis=-1) > 0, quantile(together, 0.5), np.nan)
