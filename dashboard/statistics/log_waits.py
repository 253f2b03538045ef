"""The mean of the logarithm of waits, read from histograms of whole minutes: what the chart of waits follows.

A median in whole minutes wastes data: of +2 minutes on 15, at 400 waits a month, the median finds 54 in 100 within
three months, the mean of ln(1 + minutes) 83 (`python -m tests.benchmarks.rules`). The median stays the figure that is
read. Histograms add up, so the mean does too: of several sites it is that of all their waits together.
"""

from dataclasses import dataclass

import numpy as np

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


def typical_minutes(log: np.ndarray) -> np.ndarray:
    """Means of ln(1 + minutes) drawn back in minutes: a typical wait, near the median where waits are log-normal."""
    typical: np.ndarray = np.expm1(log)
    return typical
