"""What a share, a rate or a quantile may really be, given on how many it rests: 95 % intervals, small numbers included.

Nothing here approximates a count by a normal distribution. Wilson 1927 (Newcombe 1998, Statistics in Medicine 17);
Garwood 1936 for Poisson counts; order statistics for quantiles (Conover, Practical Nonparametric Statistics, 3.2).
"""
import math
from statistics import NormalDist

import numpy as np

LEVEL = 0.95


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
    return (middle - half) / scale if events else 0.0, (middle + half) / scale if events < n else 1.0


def poisson(count: float, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of the mean of a Poisson count: half the χ² quantiles of 2·count and 2·count + 2 degrees.

    count: 0, or 0.5 and more; usually whole. 0 has an upper end too: 3.689. Garwood 1936.
    """
    tail = (1 - level) / 2
    return (gamma_quantile(tail, count) if count > 0 else 0.0), gamma_quantile(1 - tail, count + 1)


def rate(count: float, exposure: float, scale: float = 1000, level: float = LEVEL) -> tuple[float, float] | None:
    """The exact interval of a rate, in events per `scale` of exposure (per 1 000 visits); None without exposure."""
    if not exposure:
        return None
    low, high = poisson(count, level)
    return scale * low / exposure, scale * high / exposure


def gamma_quantile(p: float, shape: float) -> float:
    """The x of which a gamma variable of that shape (scale 1) stays below with probability p; by halving.

    shape ≥ 0.5, 0 < p < 1; half the χ² quantile of 2·shape degrees of freedom. To 12 digits.
    """
    low, high = 0.0, shape + 12 * math.sqrt(shape) + 40
    for _ in range(200):
        middle = (low + high) / 2
        if high - low <= 1e-13 * high:
            break
        low, high = (middle, high) if gamma_cdf(middle, shape) < p else (low, middle)
    return (low + high) / 2


def gamma_cdf(x: float, shape: float) -> float:
    """The share of a gamma variable of that shape (scale 1) at or below x: the series of positive terms, summed.

    Abramowitz and Stegun 6.5.29. With a whole shape k it is the chance that a Poisson count of mean x is k or more.
    """
    if x <= 0:
        return 0.0
    term = total = 1.0
    n = shape
    while term > total * 1e-17:
        n += 1
        term *= x / n
        total += term
    return min(1.0, math.exp(shape * math.log(x) - x - math.lgamma(shape + 1) + math.log(total)))


def binomial_masses(n: int, p: float) -> tuple[int, np.ndarray]:
    """The chances of a binomial count around its mean: the first count kept, and the chances from there on.

    n ≥ 0, 0 ≤ p ≤ 1. What is left out on either side is under 1e-30 in all. Ratios of neighbours, then scaled to 1.
    """
    if p in (0, 1) or n == 0:
        return round(n * p), np.ones(1)
    reach = 12 * math.sqrt(n * p * (1 - p)) + 40
    first, last = max(0, math.floor(n * p - reach)), min(n, math.ceil(n * p + reach))
    k = np.arange(first, last)
    return first, _from_ratios((n - k) / (k + 1) * (p / (1 - p)))


def poisson_masses(mean: float) -> tuple[int, np.ndarray]:
    """The chances of a Poisson count around its mean, as binomial_masses. mean > 0."""
    reach = 12 * math.sqrt(mean) + 40
    first, last = max(0, math.floor(mean - reach)), math.ceil(mean + reach)
    return first, _from_ratios(mean / (np.arange(first, last) + 1))


def _from_ratios(ratios: np.ndarray) -> np.ndarray:
    logs = np.concatenate([[0.0], np.cumsum(np.log(ratios))])
    masses = np.exp(logs - logs.max())
    return masses / masses.sum()


def quantile_ranks(n: int, q: float, level: float = LEVEL) -> tuple[int | None, int | None]:
    """Between which ranks, of n values sorted, the true quantile lies; None for an end that n values cannot give.

    0 < q < 1. Exact: each end is missed with probability (1 − level) / 2 at most. At 95 %, the ninth decile has no
    upper rank under n = 36, the median no ranks at all under n = 6.
    """
    tail = (1 - level) / 2
    first, masses = binomial_masses(n, q)
    below = np.cumsum(masses)  # below[i]: at most first + i values are under the quantile
    rarely = np.flatnonzero(below <= tail)
    mostly = np.flatnonzero(below >= 1 - tail)
    low = first + int(rarely[-1]) + 1 if len(rarely) else None
    high = first + int(mostly[0]) + 1 if len(mostly) else n + 1
    return low, high if high <= n else None


def quantile_interval(histogram: np.ndarray, q: float, level: float = LEVEL) -> tuple[int | None, int | None]:
    """Between which minutes the true quantile lies; None for an end that so few waits cannot give.

    histogram: (bins,) counts by whole minute, as for quantile(); its last bin holds that minute and more.
    """
    counts = np.asarray(histogram)
    reached = counts.cumsum()
    low, high = quantile_ranks(int(reached[-1]), q, level)
    return tuple(None if rank is None else int(np.argmax(reached >= rank)) for rank in (low, high))
