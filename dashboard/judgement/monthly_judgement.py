"""Months of series, judged as they came: shares, rates and waits of sites; aggregates by what their sites usually show; volumes
by their season.

The series of all sites go in together as arrays; a ControlChart comes out for each site, department and the nation. The months
are whole ones; each is judged once, by the two rules of statistics.control_limits, with what was known then.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

import numpy as np

from dashboard.indicators import BY_CODE
from dashboard.judgement import aggregates, volumes
from dashboard.judgement.control_charts import (
    CHARTED,
    MEASURES,
    RATES,
    SHARES,
    SKEWED,
    VOLUMES,
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
from dashboard.statistics.control_limits import Family, Fit
from dashboard.statistics.log_waits import log_wait
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
    rows of each aggregate's sites in `monthly.sites`. A measure (no share, rate or wait) has none for aggregates, since their
    mix of sites would move it. keep: where the judgements of sites are kept, whose key is all that they rest on; by default
    nowhere."""
    charts: dict[str, dict[str, ControlChart]] = {s: {} for s in (*monthly.sites, *aggregate_sites)}
    counts = {code: _events(code, series) for code, series in monthly.by_indicator.items()}
    pairs = [
        (code, row)
        for code in CHARTED
        if code in monthly.by_indicator and code not in VOLUMES
        for row in range(len(monthly.sites))
    ]
    judged = keep(
        [_key(pair, monthly, counts, marks) for pair in pairs],
        lambda missing: _judge_sites([pairs[i] for i in missing], monthly, counts, marks),
    )
    by_indicator: dict[str, list[SiteJudgement]] = {}
    for (code, row), one in zip(pairs, judged, strict=True):
        charts[monthly.sites[row]][code] = one.chart
        by_indicator.setdefault(code, []).append(one)
    compared: list[tuple[str, str, observed_vs_expected.Comparison]] = []
    for code, of_sites in by_indicator.items():
        if code not in MEASURES:
            compared += aggregates.comparisons(
                code,
                *counts[code],
                _family(code),
                aggregates.Reference(
                    np.array([one.usual for one in of_sites]),
                    np.array([one.usual_bases for one in of_sites]),
                    np.array([one.in_reference for one in of_sites]),
                ),
                monthly.by_indicator[code],
                aggregate_sites,
            )
    more = aggregates.control_charts(compared, counts, monthly, aggregate_sites, marks)
    for code in VOLUMES & set(monthly.by_indicator):
        more += volumes.control_charts(code, monthly, aggregate_sites)
    for chart in more:
        charts[chart.scope][chart.indicator] = chart
    # In the order of CHARTED, not of the families.
    return {s: {c: mine[c] for c in CHARTED if c in mine} for s, mine in charts.items()}


def _family(code: str) -> Family:
    """The family of an indicator's series."""
    if code in SHARES:
        return Family.SHARE
    return Family.RATE if code in RATES else Family.INDIVIDUALS


def _key(
    pair: Pair,
    monthly: MonthlySeries,
    counts: Mapping[str, tuple[np.ndarray, np.ndarray]],
    marks: LevelMarks,
) -> tuple[Hashable, ...]:
    """All that the judgement of one indicator of one site rests on."""
    code, row = pair
    series, site = monthly.by_indicator[code], monthly.sites[row]
    content = blake2b(digest_size=16)
    for values in (*counts[code], series.numerator, series.denominator, series.value, series.n):
        content.update(values[row].tobytes())
    if series.is_partial is not None:
        content.update(series.is_partial[row].tobytes())
    months = monthly.months[0], monthly.months[-1]
    return code, site, months, content.digest(), tuple(marks.get((code, site), ()))


def _judge_sites(
    pairs: Sequence[Pair],
    monthly: MonthlySeries,
    counts: Mapping[str, tuple[np.ndarray, np.ndarray]],
    marks: LevelMarks,
) -> list[SiteJudgement]:
    """The judgements of some indicators of some sites, in their order."""
    found: dict[Pair, SiteJudgement] = {}
    for family in (Family.SHARE, Family.RATE, Family.INDIVIDUALS):
        mine = [pair for pair in pairs if _family(pair[0]) == family]
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
    of_all = judge_series(
        events, bases, family=family, set_at=set_at, refused=refused, accepted=accepted
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
            *whole, family=family, set_at=set_at, refused=refused, accepted=accepted
        )
    rare = [(code, row) for code, row in pairs if _is_rare(code, monthly.by_indicator[code], row)]
    few = {
        (chart.indicator, chart.scope): chart
        for chart in _charts_with_few_events(rare, family, monthly, marks)
    }
    found = {}
    for n, (code, row) in enumerate(pairs):
        site = monthly.sites[row]
        chart = few.get((code, site)) or _site_chart(code, site, row, n, monthly, judged)
        found[code, row] = SiteJudgement(
            chart, of_all.usual[n], of_all.usual_bases[n], of_all.in_reference[n]
        )
    return found


def _events(code: str, series: Series) -> tuple[np.ndarray, np.ndarray]:
    """Events and bases for control_chart.judge_series, (K, M) each: counts for shares and rates; for waits, sums of logarithms
    and their number; for measures, values with base 1."""
    if code in SHARES | RATES:
        return series.numerator, series.denominator
    if code in WAITS and series.waits is not None:
        logs = log_wait(series.waits)
        enough = logs.n >= BY_CODE[code].minimum
        return np.where(enough, logs.mean * logs.n, np.nan), np.where(enough, logs.n, np.nan)
    values = np.log1p(series.value) if code in SKEWED else series.value
    return values, np.where(np.isfinite(values), 1.0, np.nan)


def _is_rare(code: str, series: Series, row: int) -> bool:
    """Whether a site's months have too few events to be judged one by one."""
    if code not in SHARES | RATES:
        return False
    parts = _numerators_and_denominators(series, row)
    events = rare_events.expected_events(*parts, proportion=code in SHARES)
    return events < rare_events.MINIMUM_EVENTS


def _numerators_and_denominators(
    series: Series, row: int
) -> tuple[list[float | None], list[float | None]]:
    """Numerators and denominators of a site by month, None where missing; a denominator 0 is missing."""
    events, bases = (
        series.without_partial_months(a)[row] for a in (series.numerator, series.denominator)
    )
    known = np.isfinite(events) & (np.nan_to_num(bases) > 0)
    a, b = (
        [x if k else None for x, k in zip(values.tolist(), known.tolist(), strict=True)]
        for values in (events, bases)
    )
    return a, b


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
    )


def _charts_with_few_events(
    rare: Sequence[tuple[str, int]], family: Family, monthly: MonthlySeries, marks: LevelMarks
) -> list[ControlChart]:
    """The control charts of series with few events: by quarter where quarters have enough, else by month with the exact tail
    alone. A quarter that has not ended is left out. rare: (indicator, row of the site)."""
    quarters_end = next(
        (n for n in range(len(monthly.months), 0, -1) if monthly.months[n - 1].month % 3 == 0), 0
    )
    by_month: list[tuple[str, str, list[list[float | None]]]] = []
    summed: list[tuple[str, str, list[list[float | None]]]] = []
    quarters: list[date] = []
    for code, row in rare:
        parts = _numerators_and_denominators(monthly.by_indicator[code], row)
        events = rare_events.expected_events(*parts, proportion=code in SHARES)
        if events * rare_events.MONTHS < rare_events.MINIMUM_EVENTS:
            by_month.append((code, monthly.sites[row], [*parts]))
            continue
        quarters, *sums = rare_events.by_quarter(
            monthly.months[:quarters_end], *(part[:quarters_end] for part in parts)
        )
        summed.append((code, monthly.sites[row], sums))
    charts = []
    for kind, times, series in (
        (ChartKind.RARE, monthly.months, by_month),
        (ChartKind.BY_QUARTER, quarters, summed),
    ):
        if not series:
            continue
        events_of, bases_of = (np.array([s[i] for *_, s in series], dtype=float) for i in (0, 1))
        set_at, refused, accepted = level_marks([(c, s) for c, s, _ in series], times, marks)
        judged = judge_series(
            events_of,
            bases_of,
            family=family,
            set_at=set_at,
            refused=refused,
            accepted=accepted,
            runs=kind != ChartKind.RARE,
        )
        for row, (code, site, _) in enumerate(series):
            values = in_unit(code, judged.values[row])
            charts.append(
                _control_chart(code, site, kind, times, judged, row, values, bases_of[row])
            )
    return charts
