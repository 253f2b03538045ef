"""Months of series, judged as they came: shares, rates and waits of sites; aggregates by what their sites usually show; volumes
by their season.

The series of all sites go in together as arrays; a ControlChart comes out for each site, department and the nation. The months
are whole ones; each is judged once, by the two rules of statistics.control_limits, with what was known then.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b

import numpy as np

from dashboard.indicators import BY_CODE
from dashboard.judgement import (
    aggregates,
    expected_of_wholes,
    readings,
    sliding_years,
    stocks,
    volumes,
)
from dashboard.judgement.control_charts import (
    CHARTED,
    MEASURES,
    RATES,
    SHARES,
    SKEWED,
    STOCKS,
    VOLUMES,
    WAITS,
    ControlChart,
    LevelMarks,
    MonthlySeries,
    Series,
    dated_levels,
    family_of,
    in_unit,
    level_marks,
    silent_months,
)
from dashboard.judgement.readings import Reading
from dashboard.statistics import rare_events
from dashboard.statistics.control_chart import judge_series
from dashboard.statistics.control_chart_levels import JudgedSeries
from dashboard.statistics.control_limits import Family, Fit
from dashboard.statistics.shared_season import SharedSeason, shared_season
from dashboard.statistics.variation import ChartKind

Pair = tuple[str, int]  # an indicator, and the row of a site


@dataclass(frozen=True, eq=False)
class SiteJudgement:
    """The judgement of one indicator of one site. chart: its control chart; usual, usual_bases, in_reference: (M,), as
    JudgedSeries has them, by all months that the site has: what aggregates expect of it."""

    chart: ControlChart
    usual: np.ndarray
    usual_bases: np.ndarray
    in_reference: np.ndarray


# Gives the judgements kept under some keys; those that are not kept are computed together, from their positions.
Keep = Callable[
    [Sequence[Hashable], Callable[[Sequence[int]], Sequence[SiteJudgement]]],
    Sequence[SiteJudgement],
]


def _anew(
    keys: Sequence[Hashable], compute: Callable[[Sequence[int]], Sequence[SiteJudgement]]
) -> Sequence[SiteJudgement]:
    return compute(range(len(keys)))


def judge(
    monthly: MonthlySeries,
    aggregate_sites: Mapping[str, Sequence[int]],
    marks: LevelMarks,
    keep: Keep = _anew,
) -> dict[str, dict[str, ControlChart]]:
    """The control charts of every charted indicator, by scope then indicator: of each site and each aggregate. aggregate_sites:
    rows of each aggregate's sites in `monthly.sites`; what has one site is judged as that site is. A measure (no share, rate or
    wait) has none for aggregates, since their mix of sites would move it. keep: where the judgements of sites are kept, whose
    key is all that they rest on; by default nowhere."""
    charts: dict[str, dict[str, ControlChart]] = {s: {} for s in (*monthly.sites, *aggregate_sites)}
    counts = {code: _events(code, series) for code, series in monthly.by_indicator.items()}
    pairs = [
        (code, row)
        for code in CHARTED
        if code in monthly.by_indicator and code not in VOLUMES
        for row in range(len(monthly.sites))
    ]
    digests = {
        code: series_digests(code, series) if series.digests is None else series.digests
        for code, series in monthly.by_indicator.items()
    }
    span = monthly.months[0], monthly.months[-1]
    keys = [(code, monthly.sites[row], *span, digests[code][row]) for code, row in pairs]
    judged = keep(
        [(*key, tuple(marks.get(key[:2], ()))) for key in keys],
        lambda missing: _judge_sites([pairs[i] for i in missing], monthly, counts, marks),
    )
    by_indicator: dict[str, list[SiteJudgement]] = {}
    for (code, row), one in zip(pairs, judged, strict=True):
        charts[monthly.sites[row]][code] = one.chart
        by_indicator.setdefault(code, []).append(one)
    marked = {scope for _, scope in marks}
    several = {s: rows for s, rows in aggregate_sites.items() if len(rows) != 1 or s in marked}
    compared: list[expected_of_wholes.Compared] = []
    for code, of_sites in by_indicator.items():
        if code not in MEASURES | STOCKS:
            compared += expected_of_wholes.comparisons(
                code,
                *counts[code],
                family_of(code),
                expected_of_wholes.Reference(
                    np.array([one.usual for one in of_sites]),
                    np.array([one.usual_bases for one in of_sites]),
                    np.array([one.in_reference for one in of_sites]),
                ),
                monthly.by_indicator[code],
                several,
            )
    more = aggregates.control_charts(compared, counts, monthly, several, marks)
    for code in VOLUMES & set(monthly.by_indicator):
        more += volumes.control_charts(code, monthly, several)
    for code in STOCKS & set(monthly.by_indicator):
        more += stocks.aggregate_charts(code, monthly, several)
    for chart in more:
        charts[chart.scope][chart.indicator] = chart
    for scope in set(aggregate_sites) - set(several):
        (row,) = aggregate_sites[scope]
        charts[scope] = aggregates.of_one_site(charts[monthly.sites[row]], scope)
    # In the order of CHARTED, not of the families.
    return {s: {c: mine[c] for c in CHARTED if c in mine} for s, mine in charts.items()}


def series_digests(code: str, series: Series) -> list[bytes]:
    """By site, a digest of all that the judgement of its series rests on, but for decisions on its level."""
    arrays = [*_events(code, series), series.numerator, series.denominator, series.value, series.n]
    if series.is_partial is not None:
        arrays.append(series.is_partial)
    found = []
    for row in range(len(series.value)):
        content = blake2b(digest_size=16)
        for values in arrays:
            content.update(values[row].tobytes())
        found.append(content.digest())
    return found


def _judge_sites(
    pairs: Sequence[Pair],
    monthly: MonthlySeries,
    counts: Mapping[str, tuple[np.ndarray, np.ndarray]],
    marks: LevelMarks,
) -> list[SiteJudgement]:
    """The judgements of some indicators of some sites, in their order."""
    found: dict[Pair, SiteJudgement] = {}
    if waiting := [pair for pair in pairs if pair[0] in STOCKS]:
        nothing = np.full(len(monthly.months), np.nan)  # a whole's stock is judged by itself
        for pair, chart in zip(waiting, stocks.site_charts(waiting, monthly), strict=True):
            found[pair] = SiteJudgement(chart, nothing, nothing, nothing)
    for family in (Family.SHARE, Family.RATE, Family.INDIVIDUALS):
        mine = [pair for pair in pairs if family_of(pair[0]) == family and pair[0] not in STOCKS]
        if mine:
            found |= _judge_family(family, mine, monthly, counts, marks)
    return [found[pair] for pair in pairs]


def _judge_family(
    family: Family,
    pairs: Sequence[Pair],
    monthly: MonthlySeries,
    counts: Mapping[str, tuple[np.ndarray, np.ndarray]],
    marks: LevelMarks,
) -> dict[Pair, SiteJudgement]:
    """The judgements of series of one family."""
    events, bases = (np.array([counts[code][n][row] for code, row in pairs]) for n in (0, 1))
    set_at, refused, accepted = level_marks(
        [(code, monthly.sites[row]) for code, row in pairs], monthly.months, marks
    )
    aside = _silent(pairs, events, bases)
    of_all = judge_series(
        events, bases, family=family, set_at=set_at, refused=refused, accepted=accepted, aside=aside
    )
    whole = [
        np.array(
            [
                monthly.by_indicator[code].of_row(row).without_hidden_months(values)
                for (code, row), values in zip(pairs, of, strict=True)
            ]
        )
        for of in (events, bases)
    ]
    judged = of_all  # for aggregates: by all months that their sites have
    if not np.array_equal(whole[1], bases, equal_nan=True):
        judged = judge_series(
            *whole, family=family, set_at=set_at, refused=refused, accepted=accepted, aside=aside
        )
    reading = {pair: _reading(*pair, monthly) for pair in pairs}
    few = _charts_with_few_events(reading, family, monthly, marks)
    found = {}
    for n, (code, row) in enumerate(pairs):
        charts = few.get((code, row), {})
        if (reading[code, row] == Reading.BY_MONTH).any():
            by_month = _site_chart(code, monthly.sites[row], row, n, monthly, judged)
            charts = {Reading.BY_MONTH: by_month, **charts}
        chart = readings.as_given(charts, reading[code, row], monthly.months)
        found[code, row] = SiteJudgement(
            replace(
                chart,
                beside=(*chart.beside, *_beside(code, row, charts, reading[code, row], monthly)),
            ),
            of_all.usual[n],
            of_all.usual_bases[n],
            of_all.in_reference[n],
        )
    return found


def _beside(
    code: str,
    row: int,
    charts: Mapping[int, ControlChart],
    reading: np.ndarray,
    monthly: MonthlySeries,
) -> tuple[ControlChart, ...]:
    """The charts beside that of a site's series, of its months with few events: by month, so that a burst does not wait for its
    quarter's end, and by the year. charts: by reading; reading: (M,)."""
    if (reading == Reading.BY_MONTH).all():
        return ()
    series = monthly.by_indicator[code]
    parts = (
        series.without_partial_months(a, [row]) for a in (series.numerator, series.denominator)
    )
    by_year = sliding_years.control_chart(
        code, monthly.sites[row], monthly.months, *parts, lag=BY_CODE[code].settled_after
    )
    found = [readings.where(by_year, reading != Reading.BY_MONTH)]
    if (reading == Reading.BY_QUARTER).any():
        by_month = charts[Reading.TAIL_ALONE]
        found.insert(0, readings.where(by_month, reading == Reading.BY_QUARTER))
    return tuple(found)


def network_season(code: str, series: Series) -> SharedSeason:
    """The season that the sites of a network share in an indicator. series: of all its sites."""
    return shared_season(*_events(code, series))


def _events(code: str, series: Series) -> tuple[np.ndarray, np.ndarray]:
    """Events and bases for control_chart.judge_series, (K, M) each: counts for shares and rates; for waits, sums of logarithms
    and their number; for measures, values with base 1."""
    if code in SHARES | RATES:
        return series.numerator, series.denominator
    if code in WAITS and series.logs is not None:
        total, n, _ = series.logs
        enough = n >= BY_CODE[code].minimum
        return np.where(enough, total, np.nan), np.where(enough, n, np.nan)
    values = np.log1p(series.value) if code in SKEWED else series.value
    return values, np.where(np.isfinite(values), 1.0, np.nan)


def _reading(code: str, row: int, monthly: MonthlySeries) -> np.ndarray:
    """How each month of a site's series was read, (M,)."""
    if code not in SHARES | RATES:
        return np.full(len(monthly.months), Reading.BY_MONTH)
    parts = _without_silent_months(code, *_counts(monthly.by_indicator[code], row))
    return readings.readings(*parts, monthly.months, proportion=code in SHARES)


def _counts(series: Series, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Numerators and denominators of a site by month, (M,) each, NaN where missing; a denominator 0 is missing."""
    events, bases = (
        series.without_partial_months(a, row) for a in (series.numerator, series.denominator)
    )
    known = np.isfinite(events) & (np.nan_to_num(bases) > 0)
    return np.where(known, events, np.nan), np.where(known, bases, np.nan)


def _without_silent_months(
    code: str, events: np.ndarray, bases: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The same counts without the months in which the site handed in no closing."""
    silent = silent_months(code, events, bases)
    return np.where(silent, np.nan, events), np.where(silent, np.nan, bases)


def _silent(pairs: Sequence[Pair], events: np.ndarray, bases: np.ndarray) -> np.ndarray:
    """Which points of some series are silent months, (k, m). events, bases: (k, m)."""
    of = zip(pairs, events, bases, strict=True)
    return np.array([silent_months(code, *two) for (code, _), *two in of])


def _site_chart(
    code: str, site: str, row: int, at: int, monthly: MonthlySeries, judged: JudgedSeries
) -> ControlChart:
    """The control chart of a site's share, rate, wait or measure. row: of the site; at: of its series in `judged`."""
    kind = (
        ChartKind.SHARE
        if code in SHARES
        else ChartKind.RATE
        if code in RATES
        else ChartKind.WAIT
        if code in WAITS
        else ChartKind.MEASURE
    )
    series = monthly.by_indicator[code]
    return _control_chart(
        code, site, kind, monthly.months, judged, at, series.value[row], series.n[row]
    )


def _control_chart(
    code: str,
    scope: str,
    kind: ChartKind,
    months: Sequence[date],
    judged: JudgedSeries,
    row: int,
    shown: np.ndarray,
    n: np.ndarray,
) -> ControlChart:
    """The control chart of one row of judged series. shown, n: (M,), values as displayed and their number of cases."""
    one = judged.select_rows(slice(row, row + 1))
    # For waits the typical wait is drawn, to which the limits belong; the median is shown beside it.
    values = in_unit(code, one.values[0]) if kind == ChartKind.WAIT else shown
    return ControlChart(
        code,
        scope,
        kind,
        tuple(months),
        values,
        np.nan_to_num(n).astype(int),
        in_unit(code, one.centre[0]),
        in_unit(code, one.usual[0]),
        one.rule[0],
        one.side[0],
        one.level_start[0],
        dated_levels(one, 0, months),
        fit=Fit(one.centre[0], one.spread[0], one.reference_bases[0]),
        bases=one.bases[0],
        family=one.family,
        median=shown if kind == ChartKind.WAIT else None,
        lag=BY_CODE[code].settled_after,
    )


def _charts_with_few_events(
    reading: Mapping[Pair, np.ndarray], family: Family, monthly: MonthlySeries, marks: LevelMarks
) -> dict[Pair, dict[int, ControlChart]]:
    """The control charts of series of which some months are not read by themselves, by pair and reading: by quarter, and by month
    with the exact tail alone. A quarter that has not ended is left out. reading: (M,), of each pair."""
    quarters_end = next(
        (n for n in range(len(monthly.months), 0, -1) if monthly.months[n - 1].month % 3 == 0), 0
    )
    charts: dict[Pair, dict[int, ControlChart]] = {}
    for which, kind in (
        (Reading.TAIL_ALONE, ChartKind.RARE),
        (Reading.BY_QUARTER, ChartKind.BY_QUARTER),
    ):
        # By month also where the quarter is read: it stands beside it.
        read = (which,) if kind == ChartKind.BY_QUARTER else (which, Reading.BY_QUARTER)
        pairs = [pair for pair, of in reading.items() if np.isin(of, read).any()]
        if not pairs:
            continue
        parts = [_counts(monthly.by_indicator[code], row) for code, row in pairs]
        times: Sequence[date] = monthly.months
        if kind == ChartKind.BY_QUARTER:
            ended = monthly.months[:quarters_end]
            sums = [
                rare_events.by_quarter(
                    ended, *(part[:quarters_end] for part in _without_silent_months(code, *two))
                )
                for (code, _), two in zip(pairs, parts, strict=True)
            ]
            times, parts = sums[0][0], [(events, bases) for _, events, bases in sums]
        events, bases = (np.array([two[n] for two in parts]) for n in (0, 1))
        named = [(code, monthly.sites[row]) for code, row in pairs]
        set_at, refused, accepted = level_marks(named, times, marks)
        aside = _silent(pairs, events, bases)
        judged = judge_series(
            events,
            bases,
            family=family,
            set_at=set_at,
            refused=refused,
            accepted=accepted,
            aside=aside,
            runs=kind != ChartKind.RARE,
        )
        for n, (pair, (code, site)) in enumerate(zip(pairs, named, strict=True)):
            values = in_unit(code, judged.values[n])
            charts.setdefault(pair, {})[which] = _control_chart(
                code, site, kind, times, judged, n, values, bases[n]
            )
    return charts
