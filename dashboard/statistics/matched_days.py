"""Days held against others of the same place and weekday, around them: how many users came, and how many usually do."""

from dataclasses import dataclass

import numpy as np

from dashboard.statistics.intervals import LEVEL, z_value

WEEKS = 8  # before and after a day, from which days like it are taken
FEWEST_CONTROLS = 4  # of a day, without which it is left out
FEWEST_DAYS = 12
FEWEST_USUAL = 30.0  # users, over all these days: under them the interval is not what it says


@dataclass(frozen=True)
class MatchedDays:
    """Some days beside others like them. days: how many; observed, usual: users a day on them, and on the others; low, high: of
    the difference, observed − usual; None where there are too few to say."""

    days: int
    observed: float = 0.0
    usual: float = 0.0
    low: float | None = None
    high: float | None = None

    @property
    def is_judged(self) -> bool:
        """Whether there are days enough for an interval."""
        return self.low is not None

    @property
    def is_different(self) -> bool:
        """Whether chance alone does not explain the difference."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def compare(visits: np.ndarray, cases: np.ndarray, controls: np.ndarray) -> MatchedDays:
    """The days of some places held against days without an event of the same place and weekday, up to WEEKS before and after.

    visits: (S, D) users; cases, controls: (S, D) which days are compared, and which may stand for their usual. Users of a day
    are taken to vary as a Poisson count times a dispersion, which is that of the days compared with (Pearson, never under 1;
    McCullagh & Nelder 1989, 4.5): a day that stands for several counts in the variance by the square of its weight.
    """
    site, day = np.nonzero(cases)
    shift = 7 * np.array([n for n in range(-WEEKS, WEEKS + 1) if n])
    other = day[:, None] + shift
    inside = (other >= 0) & (other < visits.shape[1])
    other = np.where(inside, other, 0)
    used = inside & controls[site[:, None], other]
    enough = used.sum(axis=1) >= FEWEST_CONTROLS
    site, day, other, used = site[enough], day[enough], other[enough], used[enough]
    n = len(site)
    if not n:
        return MatchedDays(0)
    number = used.sum(axis=1)
    counts = np.where(used, visits[site[:, None], other], 0)
    means = counts.sum(axis=1) / number
    observed, usual = float(visits[site, day].sum()), float(means.sum())
    if n < FEWEST_DAYS or usual < FEWEST_USUAL:
        return MatchedDays(n, observed / n, usual / n)
    squares = np.where(used, (counts - means[:, None]) ** 2, 0).sum()
    dispersion = max(1.0, float(squares / ((number - 1) * means).sum()))
    weights = np.zeros(visits.shape)
    np.add.at(weights, (np.repeat(site, number), other[used]), np.repeat(1 / number, number))
    # The days themselves vary as what comes on them, be that more or less than usual.
    variance = dispersion * (max(observed, 1.0) + float((weights**2 * visits).sum()))
    half = z_value(LEVEL) * np.sqrt(variance)
    low, high = ((observed - usual + side * half) / n for side in (-1, 1))
    return MatchedDays(n, observed / n, usual / n, float(low), float(high))
