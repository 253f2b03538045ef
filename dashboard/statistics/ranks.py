"""Ranks of sites with their uncertainty. Tables are alphabetical by default; that is the caller's concern.

Twenty equally good sites still have a first and a last, mostly the smallest ones: Goldstein and Spiegelhalter 1996,
Journal of the Royal Statistical Society A 159.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 2000
SEED = 20261124


@dataclass(frozen=True)
class Rank:
    """The rank of a site (1 is best), and the ranks between which chance would put it in 95 draws of 100; total: how
    many sites are ranked."""

    rank: int
    low: int
    high: int
    total: int


def ranks(
    events: Sequence[float],
    sizes: Sequence[float],
    *,
    direction: str,
    proportion: bool,
    minimum: int,
    draws: int = DRAWS,
    seed: int = SEED,
) -> list[Rank | None]:
    """The rank of each site by events / sizes, (k,) each; None under the minimum size, which also takes it out.

    direction: "up" or "down", what is good. proportion: counts are drawn anew as binomial, else as Poisson, each site
    at its own rate; half an event is added on either side, for 10 of 10 is not certainty. Equal sites share the better
    rank, and are drawn apart at random. The same seed gives the same intervals. Raises ValueError for another
    direction.
    """
    if direction not in ("up", "down"):
        raise ValueError(f"nothing is best where the good direction is {direction!r}")
    counts, bases = np.asarray(events, dtype=float), np.asarray(sizes, dtype=float)
    shown = np.flatnonzero((bases >= minimum) & (bases > 0))
    sign = -1 if direction == "up" else 1
    listed: list[Rank | None] = [None] * len(bases)
    if not len(shown):
        return listed
    scores = sign * counts[shown] / bases[shown]
    drawn = sign * _draw(
        counts[shown], bases[shown], proportion, draws, np.random.default_rng(seed)
    )
    places = drawn.argsort(axis=1).argsort(axis=1) + 1
    low, high = np.quantile(places, [0.025, 0.975], axis=0, method="inverted_cdf")
    for i, site in enumerate(shown.tolist()):
        rank = int((scores < scores[i]).sum()) + 1
        # The observed rank may lie outside by the half event alone.
        listed[site] = Rank(rank, min(rank, int(low[i])), max(rank, int(high[i])), len(shown))
    return listed


def _draw(
    events: np.ndarray, sizes: np.ndarray, proportion: bool, draws: int, random: np.random.Generator
) -> np.ndarray:
    """Rates drawn anew, (draws, k); what is added is too small to change anything but ties."""
    shape = (draws, len(sizes))
    if proportion:
        counts = random.binomial(sizes.astype(int), (events + 0.5) / (sizes + 1), shape)
    else:
        counts = random.poisson(events + 0.5, shape)
    rates: np.ndarray = counts / sizes + random.random(shape) * 1e-9 / sizes
    return rates
