"""Quantiles of whole-minute waits, read from histograms: exact, and mergeable by adding counts."""

import numpy as np


def quantile(histograms: np.ndarray, q: float) -> np.ndarray:
    """Nearest-rank quantile of each histogram: the smallest minute m such that at least q·n waits are ≤ m.

    histograms: counts, shape (..., bins); bin i holds the waits of i minutes, the last one those of that many
    and more. Returns minutes, shape (...), -1 where a histogram is empty. The same as SQL's percentile_disc.
    Hyndman and Fan 1996, definition 1.
    """
    counts = np.asarray(histograms, dtype=np.int64)
    total = counts.sum(axis=-1)
    # q as thousandths: 0.9 * 10 is 9.000000000000002 in floating point and would ask for the tenth of ten.
    rank = -(-total * round(q * 1000) // 1000)
    reached = counts.cumsum(axis=-1) >= np.maximum(rank, 1)[..., None]
    return np.where(total > 0, reached.argmax(axis=-1), -1)
