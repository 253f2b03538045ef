"""When a series changed: the split that leaves the least squares, and the months among which the change may lie.

The interval is that of a threshold by its likelihood ratio (Hansen 2000, Econometrica 68(3), theorem 2): the splits
whose n·(SSE(τ) − SSE(τ̂)) / SSE(τ̂) stays under −2·ln(1 − √level), 7.35 at 95 %. For independent points of one spread.
"""

import math
from dataclasses import dataclass

import numpy as np

from dashboard.statistics.intervals import LEVEL

SHORTEST = 3  # points before a change; after it one is enough, for it began when it began


@dataclass(frozen=True)
class ChangePoint:
    """A change of level. position: of the first known month after the change; first, last: between which positions it
    lies, both included; before, after: means of the months on each side."""

    position: int
    first: int
    last: int
    before: float
    after: float


def critical_value(level: float) -> float:
    """The likelihood ratio that a split passes by chance in 1 − level of cases: Hansen 2000, table I."""
    return -2 * math.log(1 - math.sqrt(level))


def change_point(values: np.ndarray, level: float = LEVEL) -> ChangePoint | None:
    """The date of the one change of level in a stretch of months; None with fewer than six points, or all the same.

    values: (n,) in time order, NaN where missing: of the level before, from its first month, to the last month of the
    new one. It always finds a best split: ask it only where a rule has found a change.
    """
    positions = np.flatnonzero(np.isfinite(values))
    x = np.asarray(values, dtype=float)[positions]
    n = len(x)
    if n < 2 * SHORTEST or np.ptp(x) == 0:
        return None
    left = np.arange(SHORTEST, n)
    sums = np.cumsum(x - x.mean())[left - 1]
    # Of centred values, the squares left after a split are all of them less these:
    explained = sums**2 * (1 / left + 1 / (n - left))
    squares = np.maximum(((x - x.mean()) ** 2).sum() - explained, 0)
    best = int(squares.argmin())
    ratio = n * (squares - squares[best])
    likely = np.flatnonzero(ratio <= critical_value(level) * squares[best])
    split = left[best]
    return ChangePoint(
        int(positions[split]),
        # Where nothing is known of the months before it, it may have come in any of these.
        int(positions[left[likely.min()] - 1]) + 1,
        int(positions[left[likely.max()]]),
        float(x[:split].mean()),
        float(x[split:].mean()),
    )
