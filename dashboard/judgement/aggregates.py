"""Control charts of departments and the nation: observed values against those expected from what their sites usually show."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from dashboard.indicators import BY_CODE
from dashboard.judgement import sliding_years
from dashboard.judgement.control_charts import (
    MEASURES,
    RATES,
    SHARES,
    ControlChart,
    LevelMarks,
    MonthlySeries,
    dated_levels,
    in_unit,
    level_marks,
)
from dashboard.judgement.expected_of_wholes import Compared
from dashboard.judgement.readings import as_given, where
from dashboard.statistics import rare_events
from dashboard.statistics.control_chart import judge_series
from dashboard.statistics.control_chart_levels import JudgedSeries
from dashboard.statistics.control_limits import NONE, TAIL, Family, exact_limits, tail_probability
from dashboard.statistics.observed_vs_expected import Comparison
from dashboard.statistics.quantile import quantile
from dashboard.statistics.variation import ChartKind


def control_charts(
    compared: Sequence[Compared],
    counts: Mapping[str, tuple[np.ndarray, np.ndarray]],
    monthly: MonthlySeries,
    aggregates: Mapping[str, Sequence[int]],
    marks: LevelMarks,
) -> list[ControlChart]:
    """The control charts of observed against expected values of each aggregate. Those with enough events are judged together,
    those with few events apart. counts: events and bases of all sites by indicator, (K, M) each."""
    few = {(c.code, c.scope): _has_few(c.code, c.without_season, monthly) for c in compared}
    charts: dict[tuple[str, str], dict[int, ControlChart]] = {one: {} for one in few}
    for rare in (False, True):
        group = [one for one in compared if (few[one.code, one.scope] == rare).any()]
        if rare:  # a season is taken out of what has events enough for one; few are judged by their exact tail
            group = [
                one._replace(comparison=one.without_season, since=len(monthly.months))
                for one in group
            ]
        for chart in _judge_together(group, counts, monthly, aggregates, marks, rare=rare):
            charts[chart.indicator, chart.scope][rare] = chart
    found = []
    for (code, scope), of in charts.items():
        chart = as_given(of, few[code, scope], monthly.months)
        by_year = _by_year(code, scope, few[code, scope], monthly, list(aggregates[scope]))
        found.append(replace(chart, beside=(*chart.beside, *by_year)))
    return found


def of_one_site(charts: Mapping[str, ControlChart], scope: str) -> dict[str, ControlChart]:
    """The control charts of an aggregate of one site, by indicator: those of that site, so that one figure has one judgement."""
    return {
        code: replace(
            chart, scope=scope, beside=tuple(replace(one, scope=scope) for one in chart.beside)
        )
        for code, chart in charts.items()
        if code not in MEASURES
    }


def _by_year(
    code: str, scope: str, few: np.ndarray, monthly: MonthlySeries, at: list[int]
) -> tuple[ControlChart, ...]:
    """The chart of an aggregate by the year, of its months with few events; none where it has none. few: (M,); at: rows of its
    sites."""
    if not few.any():
        return ()
    series = monthly.by_indicator[code]
    parts = (series.without_partial_months(a, at) for a in (series.numerator, series.denominator))
    lag = BY_CODE[code].settled_after
    return (where(sliding_years.control_chart(code, scope, monthly.months, *parts, lag=lag), few),)


def _has_few(code: str, c: Comparison, monthly: MonthlySeries) -> np.ndarray:
    """Whether each month of an aggregate had too few events for a normal approximation of z, as was known then, (M,)."""
    if code not in SHARES | RATES:
        return np.zeros(len(monthly.months), dtype=bool)
    events, bases = c.expected.sum(axis=0), c.bases.sum(axis=0)
    expected = rare_events.expected_events(events, bases, monthly.months, proportion=code in SHARES)
    few: np.ndarray = (bases > 0).any() & (expected < rare_events.MINIMUM_EVENTS)
    return few


def _judge_together(
    compared: Sequence[Compared],
    counts: Mapping[str, tuple[np.ndarray, np.ndarray]],
    monthly: MonthlySeries,
    aggregates: Mapping[str, Sequence[int]],
    marks: LevelMarks,
    *,
    rare: bool,
) -> list[ControlChart]:
    """The control charts of these comparisons, judged in one call. rare: with exact limits, for few events."""
    if not compared:
        return []
    named = [(one.code, one.scope) for one in compared]
    marks_at = level_marks(named, monthly.months, marks)
    compared, judged = _judged_with_own_levels(compared, marks_at, seasonal=True, rare=rare)
    before = judged
    if any(one.since < len(monthly.months) for one in compared):
        compared, before = _judged_with_own_levels(compared, marks_at, seasonal=False, rare=rare)
    return [
        _control_chart(
            one,
            counts[one.code],
            monthly,
            list(aggregates[one.scope]),
            judged,
            before,
            row,
            rare=rare,
        )
        for row, one in enumerate(compared)
    ]


def _judged_with_own_levels(
    compared: Sequence[Compared], marks: Sequence[np.ndarray], *, seasonal: bool, rare: bool
) -> tuple[list[Compared], JudgedSeries]:
    """These comparisons judged, with or without the season. From the month on at which a whole takes a level of its own, it is
    held against what was usual of its sites then: their own new levels, which come later, would count a second time."""
    found = list(compared)

    def judge(rows: np.ndarray) -> JudgedSeries:
        z = [found[row].comparison.z if seasonal else found[row].without_season.z for row in rows]
        return _judged(np.array(z), [mark[rows] for mark in marks], rare=rare)

    judged = judge(np.arange(len(found)))
    own = np.flatnonzero(judged.is_proposed.any(axis=-1))
    for row in own:
        first = int(judged.in_force_from[row][judged.is_proposed[row]].min())
        with_season, without = found[row].held_from(first)
        found[row] = (
            found[row]._replace(comparison=with_season)
            if seasonal
            else found[row]._replace(without_season=without)
        )
    return found, judged.with_rows(own, judge(own)) if len(own) else judged


def _judged(z: np.ndarray, marks: Sequence[np.ndarray], *, rare: bool) -> JudgedSeries:
    """Some z's judged together, (k, M). marks: as `level_marks` gives them."""
    set_at, refused, accepted = marks
    return judge_series(
        z,
        family=Family.STANDARDISED,
        set_at=set_at,
        refused=refused,
        accepted=accepted,
        runs=not rare,
    )


def _control_chart(
    one: Compared,
    counts: tuple[np.ndarray, np.ndarray],
    monthly: MonthlySeries,
    at: list[int],
    judged: JudgedSeries,
    before: JudgedSeries,
    row: int,
    *,
    rare: bool,
) -> ControlChart:
    """The control chart of one aggregate. counts: events and bases of all sites, (K, M) each; at: rows of its own sites; row:
    its row in `judged`, and in `before`, which is judged without a season: signals of months before one was known stay as
    they were given."""
    code, scope, c = one.code, one.scope, one.comparison
    n = c.bases.sum(axis=0)
    missing = np.full(len(n), np.nan)
    deviation = _deviation(c)
    early = np.arange(len(n)) < one.since
    centre, spread = judged.centre[row], judged.spread[row]
    events, bases = (np.nansum(of[at], axis=0) for of in counts)
    pooled = np.divide(events, bases, out=missing, where=bases > 0)
    observed = np.where(n > 0, c.observed_rate, pooled)
    usual = c.expected_rate + np.nan_to_num(centre) * deviation
    usual = np.where(np.isfinite(centre), usual, np.nan)
    then = np.where(
        early,
        _usual_then(one.without_season, before.usual[row]),
        _usual_then(c, judged.usual[row]),
    )
    usual, then = _possible(code, usual), _possible(code, then)
    width = 3 * spread * deviation
    bounds = in_unit(code, np.maximum(usual - width, 0)), in_unit(code, usual + width)
    rule = np.where(early, before.rule[row], judged.rule[row])
    side = np.where(early, before.side[row], judged.side[row])
    # Where what is usual ends at 0 or 100 %, a month on the other side of it has no gap left.
    gone = ~((observed - then) * side > 0) & np.isfinite(then)
    rule, side = (np.where(gone, 0, given).astype(np.int8) for given in (rule, side))
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
        lag=BY_CODE[code].settled_after,
    )


def _possible(code: str, usual: np.ndarray) -> np.ndarray:
    """A usual value within what is possible: of a share 0 to 1, of a rate 0 or more."""
    if code in SHARES:
        return np.asarray(np.clip(usual, 0, 1))
    return np.asarray(np.maximum(usual, 0)) if code in RATES else usual


def _usual_then(c: Comparison, usual: np.ndarray) -> np.ndarray:
    """What was usual of a whole when each month was judged, in the unit of the rates. usual: of its z."""
    then: np.ndarray = c.expected_rate + usual * _deviation(c)
    return then


def _deviation(c: Comparison) -> np.ndarray:
    """The standard deviation of a whole's rate that its z is counted in, (M,), NaN without a case."""
    n = c.bases.sum(axis=0)
    return np.asarray(np.divide(c.deviation, n, out=np.full(len(n), np.nan), where=n > 0))


def _exact_limits(
    code: str,
    c: Comparison,
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
