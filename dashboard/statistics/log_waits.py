"""The mean of the logarithm of waits, read from histograms of whole minutes: what the chart of waits follows.

A median in whole minutes wastes data: of +2 minutes on 15, at 400 waits a month, the median finds 54 in 100 within
three months, the mean of ln(1 + minutes) 83 (`python -m tests.benchmarks.rules`). The median stays the figure that is
read. Histograms add up, so the mean does too: of several sites it is that of all their waits together.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dashboard.statistics.variation import FROZEN_POINTS

AT_ONCE = 50  # series: arrays of these, whatever the number of sites


@dataclass(frozen=True)
class LogWait:
    """mean: of ln(1 + minutes), (…), NaN where nothing was measured. variance: of one wait's logarithm, (…), NaN under
    two. n: waits, (…)."""

    mean: np.ndarray
    variance: np.ndarray
    n: np.ndarray

    @property
    def error(self) -> np.ndarray:
        """The standard error of the mean, (…)."""
        error: np.ndarray = np.sqrt(self.variance / np.maximum(self.n, 1))
        return error


def log_wait(histograms: np.ndarray) -> LogWait:
    """The mean of ln(1 + minutes) and its variance. histograms: (…, bins) counts by whole minute.

    The last bin, « that many and more », counts as that minute: waits beyond are taken for shorter than they were.
    """
    if histograms.ndim > 2 and len(histograms) > AT_ONCE:
        parts = [log_wait(histograms[i : i + AT_ONCE]) for i in range(0, len(histograms), AT_ONCE)]
        return LogWait(
            *(
                np.concatenate([getattr(p, name) for p in parts])
                for name in ("mean", "variance", "n")
            )
        )
    counts = np.asarray(histograms, dtype=float)
    logs = np.log1p(np.arange(counts.shape[-1]))
    n = counts.sum(axis=-1)
    mean = np.divide(counts @ logs, n, out=np.full(n.shape, np.nan), where=n > 0)
    square = (counts * (logs - np.nan_to_num(mean)[..., None]) ** 2).sum(axis=-1)
    variance = np.divide(square, n - 1, out=np.full(n.shape, np.nan), where=n > 1)
    return LogWait(mean, variance, n)


class MonthlyLogs(NamedTuple):
    """The logarithms of waits by month, (…, M) each. total: their sum, NaN where nothing was measured; n: how many; variance: of
    one of them, estimated from the first FROZEN_POINTS months with waits, as far as each month knows them."""

    total: np.ndarray
    n: np.ndarray
    variance: np.ndarray


def monthly_logs(histograms: np.ndarray) -> MonthlyLogs:
    """The logarithms of waits by month. histograms: (…, M, bins) counts by whole minute."""
    each = log_wait(histograms)
    measured = each.n > 0
    first = measured & (np.cumsum(measured, axis=-1) <= FROZEN_POINTS)
    so_far = np.cumsum(histograms * first[..., None], axis=-2)
    return MonthlyLogs(each.mean * each.n, each.n, log_wait(so_far).variance)


def typical_minutes(log: np.ndarray) -> np.ndarray:
    """Means of ln(1 + minutes) drawn back in minutes: a typical wait, near the median where waits are log-normal."""
    typical: np.ndarray = np.expm1(log)
    return typical
