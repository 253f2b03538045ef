"""How long complaints stay open, those still open included: Kaplan and Meier 1958."""
import numpy as np


def survival(durations: np.ndarray, closed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The share still open after each number of days at which something closed.

    durations: whole days, shape (n,). closed: whether the complaint was closed then; the others are still open and
    leave the count at that age (at equal ages closings come first). Returns ages (k,) and shares (k,), falling.
    """
    durations, closed = np.asarray(durations), np.asarray(closed, dtype=bool)
    ages = np.unique(durations[closed])
    at_risk = len(durations) - np.searchsorted(np.sort(durations), ages, side="left")
    closings = np.searchsorted(np.sort(durations[closed]), ages, side="right") - np.searchsorted(
        np.sort(durations[closed]), ages, side="left")
    return ages, np.cumprod(1 - closings / at_risk) if len(ages) else np.zeros(0)


def median_survival(durations: np.ndarray, closed: np.ndarray) -> float | None:
    """The smallest age at which half or fewer are still open; None where more than half stay open."""
    ages, shares = survival(durations, closed)
    reached = np.flatnonzero(shares <= 0.5 + 1e-12)  # products of fractions miss 0.5 by rounding
    return int(ages[reached[0]]) if len(reached) else None
