"""Visits per open day one to six months ahead, and the errors of past forecasts by the same rule.

The season and the line of `seasonal`, fitted to the last 24 months. Intervals are Student's, of a new month around a
line (Draper and Smith, Applied Regression Analysis, 1.4): they take growth to go on as it was, and know no event.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from dashboard.statistics.seasonal import HISTORY, LINE, YEAR, line, logs, season

FARTHEST = 6  # months ahead
LEVELS = (0.80, 0.95)


@dataclass(frozen=True)
class Forecast:
    """Forecasts of visits per open day, months ahead in order: (k, months) each, NaN where it is too early.

    middle: the median; lower80, upper80, lower95, upper95: the intervals.
    """

    middle: np.ndarray
    lower80: np.ndarray
    upper80: np.ndarray
    lower95: np.ndarray
    upper95: np.ndarray


def forecast(
    per_day: np.ndarray,
    month: np.ndarray,
    ahead: int = FARTHEST,
    shared: np.ndarray | None = None,
) -> Forecast:
    """The forecasts of the months after the last one given.

    per_day: (k, n) visits per open day, NaN where missing; month: (n,) calendar months, 1 to 12; shared: (sites, n),
    the sites that give the season, by default the series themselves. Needs 39 months of history. Raises ValueError
    for `ahead` outside 1 to 6.
    """
    if not 1 <= ahead <= FARTHEST:
        raise ValueError(f"{ahead} months ahead: 1 to {FARTHEST} can be forecast")
    y = logs(per_day)
    k, n = y.shape
    lines = np.full((5, k, ahead), np.nan)
    if n >= HISTORY:
        shape = season(y if shared is None else logs(shared), month)
        fitted = line(y - shape.index_of(month), n - LINE, n)
        old = np.isfinite(y[:, : n - HISTORY + 1]).any(axis=-1)
        for h in range(ahead):
            value, deviation = fitted.value_at(n + h, shape.error)
            value = np.where(old, value + shape.index[(month[-1] + h) % YEAR], np.nan)
            lines[0, :, h] = value
            for i, level in enumerate(LEVELS):
                half = special.stdtrit(fitted.freedom, (1 + level) / 2) * deviation
                lines[1 + 2 * i, :, h], lines[2 + 2 * i, :, h] = value - half, value + half
    return Forecast(*np.exp(lines))


def last_year_with_growth(per_day: np.ndarray) -> np.ndarray:
    """The next month by a simple rule, (k,): the same month last year × the growth of twelve months on the twelve
    before; NaN without two whole years. per_day: (k, n)."""
    y = logs(per_day)
    if y.shape[-1] < 2 * YEAR:
        return np.full(len(y), np.nan)
    growth = y[:, -YEAR:].mean(axis=-1) - y[:, -2 * YEAR : -YEAR].mean(axis=-1)
    next_month: np.ndarray = np.exp(y[:, -YEAR] + growth)
    return next_month


@dataclass(frozen=True)
class Backtest:
    """The errors of past forecasts, each made with nothing later than its own month.

    months: forecasts that could be compared with what came. error: their mean distance from it, as a share of it.
    simple_error: the same of last_year_with_growth, on the same months. inside80, inside95: shares of months within
    the intervals. All NaN without any.
    """

    months: int
    error: float
    simple_error: float
    inside80: float
    inside95: float


def backtest(
    per_day: np.ndarray,
    month: np.ndarray,
    ahead: int = 1,
    shared: np.ndarray | None = None,
    last: int | None = None,
) -> Backtest:
    """The errors of forecasts made `ahead` months before each month from the 40th on (or the last so many of them).
    Arguments as for `forecast`."""
    actual, said, simple, within = [], [], [], []
    n = per_day.shape[-1]
    for t in range(max(HISTORY + ahead - 1, 0 if last is None else n - last), n):
        known = slice(0, t - ahead + 1)
        past = forecast(
            per_day[:, known], month[known], ahead, None if shared is None else shared[:, known]
        )
        came = per_day[:, t]
        actual.append(came)
        said.append(past.middle[:, -1])
        simple.append(
            last_year_with_growth(per_day[:, known]) if ahead == 1 else np.full(len(came), np.nan)
        )
        within.append(
            [
                (lower[:, -1] <= came) & (came <= upper[:, -1])
                for lower, upper in (
                    (past.lower80, past.upper80),
                    (past.lower95, past.upper95),
                )
            ]
        )
    if not actual:
        return Backtest(0, np.nan, np.nan, np.nan, np.nan)
    real, rule, naive = np.array(actual), np.array(said), np.array(simple)
    both = np.isfinite(rule) & (np.nan_to_num(real) > 0)
    if ahead == 1:
        both &= np.isfinite(naive)
    if not both.any():
        return Backtest(0, np.nan, np.nan, np.nan, np.nan)
    inside = np.array(within).transpose(1, 0, 2)[:, both].mean(axis=-1)
    return Backtest(
        int(both.sum()),
        float((np.abs(rule - real) / np.where(both, real, 1))[both].mean()),
        float((np.abs(naive - real) / np.where(both, real, 1))[both].mean()),
        float(inside[0]),
        float(inside[1]),
    )
