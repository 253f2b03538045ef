"""Arrivals by time of day: a morning peak, a dip at noon, few after five."""

import numpy as np

OPENING, LAST_ARRIVAL = 480, 1030  # minutes after midnight
_CLOCK = [480, 540, 600, 660, 720, 780, 840, 900, 960, 1005, 1030]
_ARRIVALS = [0.7, 1.35, 1.6, 1.35, 0.75, 0.40, 0.65, 0.95, 0.75, 0.35, 0.05]
_MINUTES = np.arange(1440)
_OPEN = (_MINUTES >= OPENING) & (_MINUTES <= LAST_ARRIVAL)

ARRIVALS = np.where(
    _OPEN, np.interp(_MINUTES, _CLOCK, _ARRIVALS), 0.0
)  # relative, by minute of the day
CROWD = np.interp(_MINUTES, _CLOCK, _ARRIVALS) / np.average(
    ARRIVALS, weights=ARRIVALS
)  # 1 = as usual


def share_within(start: int, end: int) -> float:
    """The share of a day's arrivals from minute `start` up to `end`."""
    return float(ARRIVALS[start:end].sum() / ARRIVALS.sum())


def arrivals_outside(rng: np.random.Generator, start: int, end: int, n: int) -> np.ndarray:
    """`n` minutes of arrival on a day when the site was closed from `start` up to `end`."""
    weights = ARRIVALS.copy()
    weights[start:end] = 0
    edges = np.cumsum(weights) / weights.sum()
    return np.searchsorted(edges, rng.random(n), side="right")
