"""Control charts of series with few events by the year: the last twelve months together, beside the two years before."""

from datetime import date

import numpy as np

from dashboard.judgement.control_charts import SHARES, ControlChart, in_unit
from dashboard.statistics.control_limits import NONE, OUTSIDE, Family
from dashboard.statistics.sliding_year import sliding_years
from dashboard.statistics.variation import ChartKind


def control_chart(
    code: str,
    scope: str,
    months: tuple[date, ...],
    events: np.ndarray,
    bases: np.ndarray,
    *,
    lag: int = 0,
) -> ControlChart:
    """The control chart of the twelve months up to each month. events, bases: (k, m) of each site, NaN where missing; lag: as
    ControlChart has it."""
    judged = sliding_years(events, bases, Family.SHARE if code in SHARES else Family.RATE)
    upper = np.minimum(judged.upper, 1) if code in SHARES else judged.upper
    usual = in_unit(code, judged.usual)
    return ControlChart(
        code,
        scope,
        ChartKind.YEAR,
        months,
        in_unit(code, judged.value),
        np.nan_to_num(judged.bases).astype(int),
        usual,
        usual,
        np.where(judged.side != 0, OUTSIDE, NONE).astype(np.int8),
        judged.side,
        np.where(np.isfinite(judged.value), 0, -1),
        given_limits=(in_unit(code, judged.lower), in_unit(code, upper)),
        lag=lag,
        chance=judged.chance,
    )
