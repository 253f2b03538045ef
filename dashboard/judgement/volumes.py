"""Control charts of visits per open day, compared with their season and growth."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from dashboard.judgement.control_charts import ControlChart, MonthlySeries
from dashboard.statistics.control_limits import two_rules
from dashboard.statistics.seasonal import (
    HISTORY,
    Season,
    logs,
    same_sites,
    seasonal,
    seasons_before,
)
from dashboard.statistics.variation import ChartKind


def control_charts(
    code: str, monthly: MonthlySeries, aggregates: Mapping[str, Sequence[int]]
) -> list[ControlChart]:
    """The control charts of visits per open day: of each site, and of each aggregate over the sites that were open all along."""
    month = np.array([m.month for m in monthly.months])
    judged = range(HISTORY, len(month))
    seasons = seasons_before(logs(monthly.season), month, judged) if judged else {}
    return [
        *_site_charts(code, monthly, seasons),
        *_aggregate_charts(code, monthly, aggregates, seasons),
    ]


def _site_charts(
    code: str, monthly: MonthlySeries, seasons: Mapping[int, Season]
) -> list[ControlChart]:
    """The control chart of each site. seasons: that the network's sites share, before each month that is judged."""
    series = monthly.by_indicator[code]
    month = np.array([m.month for m in monthly.months])
    each = seasonal(series.without_partial_months(series.value), month, seasons=seasons)
    rule, side = two_rules(each.z)
    return [
        _control_chart(
            code,
            site,
            monthly.months,
            series.value[row],
            series.denominator[row],
            (each.usual[row], each.lower[row], each.upper[row]),
            rule[row],
            side[row],
        )
        for row, site in enumerate(monthly.sites)
    ]


def _aggregate_charts(
    code: str,
    monthly: MonthlySeries,
    aggregates: Mapping[str, Sequence[int]],
    seasons: Mapping[int, Season],
) -> list[ControlChart]:
    """The control chart of each aggregate. aggregates: rows of each one's sites; seasons: as for `_site_charts`."""
    series, places = monthly.by_indicator[code], [list(at) for at in aggregates.values()]
    month = np.array([m.month for m in monthly.months])
    shape = (len(places), len(monthly.months))
    usual, lower, upper, z, pooled = (np.full(shape, np.nan) for _ in range(5))
    for row, at in enumerate(places):
        visits, days = series.numerator[at], series.denominator[at]
        total = np.nansum(np.where(np.isfinite(visits), days, 0), axis=0)
        # A month without any register is missing, not 0.
        reported = np.isfinite(series.value[at]).any(axis=0)
        np.divide(np.nansum(visits, axis=0), total, out=pooled[row], where=reported & (total > 0))
    for t in range(HISTORY, shape[1]):
        same = np.array(
            [same_sites(series.numerator[at], series.denominator[at], t)[: t + 1] for at in places]
        ).reshape(-1, t + 1)
        now = seasonal(same, month[: t + 1], since=t, seasons=seasons)
        # Judged on the sites that were open all along, scaled to the level of all.
        there = same[:, t] > 0
        scale = np.divide(pooled[:, t], same[:, t], out=np.full(len(same), np.nan), where=there)
        usual[:, t], lower[:, t], upper[:, t] = (
            a[:, t] * scale for a in (now.usual, now.lower, now.upper)
        )
        z[:, t] = now.z[:, t]
    rule, side = two_rules(z)
    return [
        _control_chart(
            code,
            name,
            monthly.months,
            pooled[row],
            np.nansum(series.denominator[at], axis=0),
            (usual[row], lower[row], upper[row]),
            rule[row],
            side[row],
            of_several=len(at) > 1,
        )
        for row, (name, at) in enumerate(zip(aggregates, places, strict=True))
    ]


def _control_chart(
    code: str,
    scope: str,
    months: tuple[date, ...],
    values: np.ndarray,
    days: np.ndarray,
    bounds: tuple[np.ndarray, np.ndarray, np.ndarray],
    rule: np.ndarray,
    side: np.ndarray,
    *,
    of_several: bool = False,
) -> ControlChart:
    """A control chart with these values and limits. bounds: usual value, lower and upper limit, (m,) each."""
    usual, lower, upper = bounds
    return ControlChart(
        code,
        scope,
        ChartKind.VOLUME,
        months,
        values,
        np.nan_to_num(days).astype(int),
        usual,
        usual,
        rule,
        side,
        np.where(np.isfinite(values), 0, -1),
        given_limits=(lower, upper),
        of_several=of_several,
    )
