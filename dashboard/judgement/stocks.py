"""Control charts of stocks: open complaints, and those of them that are late, at the end of each month."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

import numpy as np

from dashboard.judgement.control_charts import ControlChart, MonthlySeries, Rows
from dashboard.statistics.control_limits import NONE, OUTSIDE
from dashboard.statistics.stocks import Stocks, judge_stocks, judge_together
from dashboard.statistics.variation import ChartKind


def site_charts(pairs: Sequence[tuple[str, int]], monthly: MonthlySeries) -> list[ControlChart]:
    """The control charts of stocks of sites. pairs: (indicator, row of the site)."""
    counts = np.array([_counts(monthly, code, row) for code, row in pairs])
    judged = judge_stocks(counts)
    return [
        _control_chart(code, monthly.sites[row], monthly.months, counts[n], judged, n)
        for n, (code, row) in enumerate(pairs)
    ]


def aggregate_charts(
    code: str, monthly: MonthlySeries, aggregates: Mapping[str, Sequence[int]]
) -> list[ControlChart]:
    """The control charts of a stock of each aggregate. aggregates: rows of each one's sites."""
    charts = []
    for name, rows in aggregates.items():
        mine = _counts(monthly, code, list(rows))
        whole, judged = _together(mine.tobytes(), mine.shape)
        charts.append(_control_chart(code, name, monthly.months, whole, judged, 0))
    return charts


@lru_cache(maxsize=512)
def _together(counts: bytes, shape: tuple[int, int]) -> tuple[np.ndarray, Stocks]:
    """As `judge_together`, kept: most files change no complaint of most departments."""
    return judge_together(np.frombuffer(counts).reshape(shape))


def _counts(monthly: MonthlySeries, code: str, rows: Rows) -> np.ndarray:
    """What is left at the end of each month of which all is known, (…, M), NaN elsewhere. rows: of sites."""
    series = monthly.by_indicator[code]
    return series.without_partial_months(series.value, rows)


def _control_chart(
    code: str, scope: str, months: tuple[date, ...], counts: np.ndarray, judged: Stocks, row: int
) -> ControlChart:
    """The control chart of one row of judged stocks. counts: (m,)."""
    usual, side = judged.usual[row], judged.side[row].astype(np.int8)
    known = np.flatnonzero(np.isfinite(judged.chance[row]))
    return ControlChart(
        code,
        scope,
        ChartKind.STOCK,
        months,
        counts,
        np.nan_to_num(counts).astype(int),
        usual,
        usual,
        np.where(side != 0, OUTSIDE, NONE).astype(np.int8),
        side,
        np.where(np.isfinite(counts), 0, -1),
        given_limits=(judged.lower[row], judged.upper[row]),
        chance=float(judged.chance[row][known[-1]]) if len(known) else float("nan"),
    )
