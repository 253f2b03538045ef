"""What honest registers hardly ever look like: minutes that end alike, counts that are too even, zeros in a row.

Pure functions of counts. How often each is wrong about honest sites: `python -m tests.benchmarks.quality_rules`.
"""

import numpy as np
from scipy import special

DIGITS = 10
STEPS, ROUNDED, ROUNDED_FROM = (60, 30, 20, 15, 10, 5), 0.9, 20  # minutes; share of waits; waits
HALF_WINDOW = 5  # minutes on each side: with half its ends a window holds every last digit once


def expected_digits(minutes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns how many waits end in each digit, and how many would without a preference, both (10,).

    minutes: (B,) counts of waits by whole minute. What would be is the count of the ten minutes around each, so that waits
    which are mostly short are no preference. The first and the last five minutes, which have no such neighbours, are left out.
    """
    window = np.ones(2 * HALF_WINDOW + 1) / DIGITS
    window[[0, -1]] /= 2
    inner = slice(HALF_WINDOW, len(minutes) - HALF_WINDOW)
    smooth = np.convolve(minutes, window, mode="same")[inner]
    digit = np.arange(len(minutes))[inner] % DIGITS
    found = np.bincount(digit, weights=minutes[inner], minlength=DIGITS)
    expected = np.bincount(digit, weights=smooth, minlength=DIGITS)
    return found, expected * (found.sum() / max(expected.sum(), 1e-9))


def digit_preference(found: np.ndarray, expected: np.ndarray) -> float:
    """Returns the digit preference score: under 8 excellent, above 20 problematic; 0 without counts.

    DPS = 100·√(χ²/(n·df)) (WHO MONICA; nipnTK, `digitPreference.R`). found, expected: (10,), as `expected_digits` gives them.
    """
    n = float(found.sum())
    if not n or not expected.all():
        return 0.0
    squares = float(((found - expected) ** 2 / expected).sum())
    return float(100 * np.sqrt(squares / (n * (DIGITS - 1))))


def rounding(minutes: np.ndarray) -> int:
    """Returns to how many minutes waits are rounded: the largest of STEPS of which nearly all longer ones are multiples, or 1.

    minutes: (B,) counts by whole minute, the last of them of that many minutes or more, which is left out; 1 with few waits.
    """
    longer = minutes[1:-1]
    n = longer.sum()
    if n >= ROUNDED_FROM:
        for step in STEPS:
            if longer[step - 1 :: step].sum() >= ROUNDED * n:
                return step
    return 1


def log_normal_tail(minutes: np.ndarray, limit: int) -> float:
    """Returns the share of waits of `limit` minutes or more in a log-normal with the median and the ninth decile of these.

    minutes: (B,) counts by whole minute. Both quantiles are at least a minute; 0 without waits. Rounded waits are spread over
    the minutes that they were rounded from, and one that is noted as `limit` may have been shorter by as much.
    """
    total = np.cumsum(minutes)
    if not len(total) or not total[-1]:
        return 0.0
    step = rounding(minutes)
    if step > 1:
        total = np.cumsum(np.convolve(minutes, np.ones(step) / step)[: len(minutes)])
        limit -= step
    median, decile = (
        np.log(max(int(np.searchsorted(total, q * total[-1])), 1)) for q in (0.5, 0.9)
    )
    spread = max((decile - median) / float(special.ndtri(0.9)), 1e-3)
    return float(special.ndtr((median - np.log(limit)) / spread))


def chance_of_so_many(count: int, expected: float) -> float:
    """Returns the chance of `count` events or more where `expected` are, in a Poisson distribution. count: at least 1."""
    return float(special.pdtrc(count - 1, expected))


def chance_of_equal(columns: np.ndarray) -> float:
    """Returns the chance that two rows, drawn column by column from these, are equal: the product of Σp² of each column.

    columns: (n, k) of numbers; 0 without rows.
    """
    if not len(columns):
        return 0.0
    shares = (np.unique(column, return_counts=True)[1] / len(columns) for column in columns.T)
    return float(np.prod([(share**2).sum() for share in shares]))


def evenness(counts: np.ndarray) -> float:
    """Returns the chance that counts of independent events are as even as these, or more: 1 for fewer than two counts.

    The lower tail of D = Σ(x−x̄)²/x̄ against χ²(n−1) (Fisher 1950, the index of dispersion). counts: (n,).
    """
    mean = float(counts.mean()) if len(counts) else 0.0
    if len(counts) < 2 or not mean:
        return 1.0
    dispersion = float(((counts - mean) ** 2).sum()) / mean
    return float(special.chdtr(len(counts) - 1, dispersion))


def chance_of_zero(mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Returns the chance of a day without anybody, by mean and variance of the days before, element by element.

    That of a negative binomial, by moments; of a Poisson where the variance is not above the mean.
    """
    safe = np.maximum(mean, 1e-9)
    extra = np.maximum((variance - mean) / safe**2, 0.0)
    negative_binomial = np.exp(-np.log1p(extra * safe) / np.maximum(extra, 1e-9))
    chance: np.ndarray = np.where(extra > 1e-6, negative_binomial, np.exp(-safe))
    return chance


def runs(flags: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns where each run of true values begins, and where it has ended, two arrays of one length. flags: (n,)."""
    steps = np.diff(flags.astype(np.int8), prepend=0, append=0)
    return np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)


def before(values: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns number, mean and variance of the `width` values before each, fewer at the start; three arrays (n,).

    values: (n,). Mean and variance are 0 where nothing is before.
    """
    sums, squares = (
        np.concatenate([[0.0], np.cumsum(v, dtype=float)]) for v in (values, values**2.0)
    )
    at = np.arange(len(values))
    start = np.maximum(at - width, 0)
    n = at - start
    safe = np.maximum(n, 1)
    mean = (sums[at] - sums[start]) / safe
    variance = (squares[at] - squares[start]) / safe - mean**2
    return n, mean, np.maximum(variance, 0.0) * safe / np.maximum(safe - 1, 1)
