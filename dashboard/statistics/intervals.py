"""Intervals (95 %) of a share, a rate or a quantile, valid for small numbers too.

Nothing here approximates a count by a normal distribution. Wilson 1927 (Newcombe 1998, Statistics in Medicine 17);
Garwood 1936 for Poisson counts; order statistics for quantiles (Conover, Practical Nonparametric Statistics, 3.2).
"""

import math
from statistics import NormalDist

import numpy as np
from scipy import special

LEVEL = 0.95
Interval = tuple[float | None, float | None]  # None for an end that so few cases cannot give


def z_value(level: float = LEVEL) -> float:
    """The half-width of a central interval of the normal distribution: 1.959964 for 95 %."""
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(events: float, n: float, level: float = LEVEL) -> tuple[float, float] | None:
    """The interval of a share, between 0 and 1: events among n; None for n = 0. Raises ValueError for events > n."""
    if not 0 <= events <= n:
        raise ValueError(f"{events} events among {n}")
    if n == 0:
        return None
    z, share = z_value(level), events / n
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # None and all of them end at 0 and 1 exactly; the square root misses that by rounding.
    return (middle - half) / scale if events else 0.0, (
        middle + half
    ) / scale if events < n else 1.0


def poisson(count: float, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of the mean of a Poisson count: half the χ² quantiles of 2·count and 2·count + 2 degrees.

    count: 0, or 0.5 and more; usually whole. 0 has an upper end too: 3.689. Garwood 1936.
    """
    tail = (1 - level) / 2
    low = float(special.gammaincinv(count, tail)) if count > 0 else 0.0
    return low, float(special.gammainccinv(count + 1, tail))


def rate(
    count: float, exposure: float, scale: float = 1000, level: float = LEVEL
) -> tuple[float, float] | None:
    """The exact interval of a rate, in events per `scale` of exposure (per 1 000 visits); None without exposure."""
    if not exposure:
        return None
    low, high = poisson(count, level)
    return scale * low / exposure, scale * high / exposure


def quantile_ranks(n: int, q: float, level: float = LEVEL) -> tuple[int | None, int | None]:
    """The ranks, of n values sorted, between which the true quantile lies; None for an end that n values cannot give.

    0 < q < 1. Exact: each end is missed with probability (1 − level) / 2 at most. At 95 %, the ninth decile has no
    upper rank under n = 36, the median no ranks at all under n = 6.
    """
    if not n:
        return None, None
    tail = (1 - level) / 2
    low, high = (binomial_quantile(p, n, q) for p in (tail, 1 - tail))
    return low or None, high + 1 if high < n else None


def binomial_quantile(p: float, n: int, share: float) -> int:
    """The smallest count that a binomial one stays at or under with probability p or more. n ≥ 1, 0 < p, share < 1."""
    count = max(0, math.ceil(float(special.bdtrik(p, n, share))))
    # Rounding may have put it one too far.
    return count - 1 if count and special.bdtr(count - 1, n, share) >= p else count


def quantile_interval(
    histogram: np.ndarray, q: float, level: float = LEVEL
) -> tuple[int | None, int | None]:
    """The minutes between which the true quantile lies; None for an end that so few waits cannot give.

    histogram: (bins,) counts by whole minute, as for quantile(); its last bin holds that minute and more.
    """
    counts = np.asarray(histogram)
    reached = counts.cumsum()
    low, high = quantile_ranks(int(reached[-1]), q, level)
    first, last = (
        None if rank is None else int(np.argmax(reached >= rank)) for rank in (low, high)
    )
    return first, last
