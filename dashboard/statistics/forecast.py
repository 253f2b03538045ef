"""Visits per open day one to six months ahead, and the errors of past forecasts by the same rule.

The season of `seasonal`, and a line through the last 24 months whose level may drift from month to month (a random walk
with growth, observed with noise: Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, 1989, 2.3).
How much it drifts is not known: each of DRIFTS counts by its restricted likelihood over all months of the series
(Harville 1974, Biometrika 61), so that intervals of later months are wider where the level wandered, and hardly where it
kept to its line. They are those of the mixture of the Student distributions that each drift gives (Goldberger 1962,
Journal of the American Statistical Association 57, for a line with errors that are alike): growth and drift go on as
they were, and nothing is known of events. Around a line without drift, 80 % intervals of a nation of which all sites
drift held 70 months of 100 six months ahead (`python -m tests.benchmarks.rules`).
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from dashboard.statistics.seasonal import FEWEST, HISTORY, LINE, YEAR, logs, season

FARTHEST = 6  # months ahead
ENDS = (0.5, 0.10, 0.90, 0.025, 0.975)  # the middle, then the intervals of 80 and 95 %
# The variance of a month's drift, as a share of the variance of a month around its level, and how much each counts before
# anything is known: no drift as much as all the others together.
DRIFTS = (0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
PRIOR = np.array([6.0, 1, 1, 1, 1, 1, 1])
# How often the variance of the season's error counts: once for the month to come; and the season was taken out of the
# months whose distances from the line are measured, which are smaller for it, by half of it as simulations have it.
SEASON = 1.5
TINY = 1e-18  # squares of a series that its line fits exactly
ABSENT = 1e9  # the variance of a missing month
HALVINGS = 30  # of the range in which an end is searched


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
    lines = np.full((len(ENDS), k, ahead), np.nan)
    if n >= HISTORY:
        shape = season(y if shared is None else logs(shared), month)
        level = y - shape.index_of(month)
        old = np.isfinite(y[:, : n - HISTORY + 1]).any(axis=-1)
        enough = old & (np.isfinite(level[:, n - LINE :]).sum(axis=-1) >= FEWEST)
        months = shape.index[(month[-1] + np.arange(ahead)) % YEAR]
        if enough.any():
            lines[:, enough] = _ends(level[enough], ahead, float(shape.error)) + months
    return Forecast(*np.exp(lines))


def _ends(y: np.ndarray, ahead: int, error: float) -> np.ndarray:
    """The quantiles ENDS of the months after some series, (ENDS, k, ahead). y: (k, n), without its season, NaN where
    missing. error: of the season."""
    likelihood = np.array([_with_drift(y, drift, 0).likelihood for drift in DRIFTS])
    weight = PRIOR[:, None] * np.exp(likelihood - likelihood.max(axis=0))
    weight = (weight / weight.sum(axis=0))[..., None]
    near = [_with_drift(y[:, -LINE:], drift, ahead) for drift in DRIFTS]
    middle, freedom = np.array([f.middle for f in near]), near[0].freedom[:, None]
    wide = np.sqrt(np.array([f.deviation for f in near]) ** 2 + SEASON * error**2)
    found = []
    for share in ENDS:
        each = middle + special.stdtrit(freedom, share) * wide
        low, high = each.min(axis=0), each.max(axis=0)
        for _ in range(HALVINGS):
            at = (low + high) / 2
            away = np.divide(at - middle, wide, out=np.zeros(wide.shape), where=wide > 0)
            under = (weight * special.stdtr(freedom, away)).sum(axis=0)
            low, high = np.where(under < share, at, low), np.where(under < share, high, at)
        found.append((low + high) / 2)
    return np.array(found)


@dataclass(frozen=True)
class _Fit:
    """A line with one drift through some series. likelihood: (k,) restricted, its logarithm but for what all drifts have
    in common; middle, deviation: (k, ahead) of the months after; freedom: (k,)."""

    likelihood: np.ndarray
    middle: np.ndarray
    deviation: np.ndarray
    freedom: np.ndarray


def _with_drift(y: np.ndarray, drift: float, ahead: int) -> _Fit:
    """The least-squares line with errors that a drift makes alike, and its best forecasts. y: (k, n), NaN where missing."""
    n, known = y.shape[-1], np.isfinite(y)
    freedom = known.sum(axis=-1) - 2.0
    past, later = np.arange(1.0, n + 1), n + np.arange(1.0, ahead + 1)
    line, coming = (np.stack([np.ones(len(t)), t], axis=1) for t in (past, later))
    # Two months of a random walk have the variance of the earlier one in common.
    there = known[:1] if known.all() else known  # one matrix for all where none misses a month
    absent = np.where(there, 0, ABSENT)[:, None, :] * np.eye(n)
    variance = np.eye(n) + drift * np.minimum.outer(past, past) + absent
    inverse = np.linalg.inv(variance)
    of_line = line.T @ inverse @ line
    value = np.where(known, y, 0)[..., None]
    slope = np.linalg.solve(of_line, line.T @ inverse @ value)
    residual = value - line @ slope
    squares = np.maximum((residual.transpose(0, 2, 1) @ inverse @ residual)[:, 0, 0], TINY)
    shared = drift * np.minimum.outer(later, past)
    known_of = shared @ inverse
    away = coming - known_of @ line
    own = 1 + drift * later - (known_of * shared).sum(axis=-1)
    own = own + (away * np.linalg.solve(of_line, away.transpose(0, 2, 1)).transpose(0, 2, 1)).sum(
        -1
    )
    sizes = np.linalg.slogdet(variance)[1] + np.linalg.slogdet(of_line)[1]
    return _Fit(
        -(sizes + freedom * np.log(squares)) / 2,
        (coming @ slope + known_of @ residual)[..., 0],
        np.sqrt((squares / freedom)[:, None] * own),
        freedom,
    )


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
