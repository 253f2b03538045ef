"""What changed between two periods: the sites themselves, the mix of sites and services, or the network.

Kitagawa 1955, Journal of the American Statistical Association 50. For shares and means, never for medians: there,
decompose the share within the target time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Change:
    """A change and its three parts, which add up to it (but for rounding); all in the unit of the scale.

    before, after: over everybody. rate: from the parts' own rates. mix: from the shares of parts that are there in
    both periods. network: from sites that opened or closed, and from events at sites without a visit. same_before,
    same_after: over the sites that are there in both periods (NaN without any). simpson: all parts moved one way, or
    stood still, and the whole the other way.
    """

    before: float
    after: float
    rate: float
    mix: float
    network: float
    same_before: float
    same_after: float
    simpson: bool
    opened: list[str]
    closed: list[str]

    @property
    def total(self) -> float:
        """after − before."""
        return self.after - self.before


def decompose(
    sites: Sequence[str],
    numerators: Sequence[Sequence[float]],
    denominators: Sequence[Sequence[float]],
    scale: float = 1,
) -> Change | None:
    """The change of Σ numerators / Σ denominators from the first period to the second; None where one has no data.

    sites: the site of each part (k,): parts are sites, or services of sites. numerators, denominators: (2, k), before
    and after; for a mean, numerators are sums (mean × visits). A part that a remaining site has in one period only (a
    new service) has the same rate in both: it is mix. A site without any denominator in one period opened or closed.
    """
    a, n = np.asarray(numerators, dtype=float), np.asarray(denominators, dtype=float)
    if (n.sum(axis=1) == 0).any():
        return None
    before, after = scale * a.sum(axis=1) / n.sum(axis=1)
    open_in = [{s for s, d in zip(sites, row, strict=True) if d} for row in n]
    remains = np.array([s in open_in[0] and s in open_in[1] for s in sites])
    same_before = same_after = np.nan
    rate = mix = 0.0
    if remains.any():
        shares, rates = _shares_and_rates(a[:, remains], n[:, remains])
        rate = scale * float(((rates[1] - rates[0]) * shares.mean(axis=0)).sum())
        mix = scale * float(((shares[1] - shares[0]) * rates.mean(axis=0)).sum())
        same_before, same_after = (scale * (shares * rates).sum(axis=1)).tolist()
    total = float(after - before)
    opened, closed = sorted(open_in[1] - open_in[0]), sorted(open_in[0] - open_in[1])
    network = total - rate - mix
    if abs(network) <= 1e-12 * (1 + abs(before) + abs(after)):
        network = 0.0  # rounding
    return Change(
        float(before),
        float(after),
        rate,
        mix,
        network,
        same_before,
        same_after,
        _simpson(a, n, total),
        opened,
        closed,
    )


def _shares_and_rates(a: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shares of visits and rates, (2, k); the rate of a part that is there in one period only stands for both."""
    known = n > 0
    rates = np.divide(a, n, out=np.zeros_like(a), where=known)
    rates = np.where(known, rates, rates[::-1])
    return n / n.sum(axis=1, keepdims=True), rates


def _simpson(a: np.ndarray, n: np.ndarray, total: float) -> bool:
    """Whether the parts that are there in both periods all moved against the whole, or stood still while it moved."""
    both = (n > 0).all(axis=0)
    if both.sum() < 2:
        return False
    moves = a[1, both] / n[1, both] - a[0, both] / n[0, both]
    small = 1e-12 * (1 + np.abs(a[:, both] / n[:, both]).max())
    if abs(total) <= small or np.abs(moves).max() <= small:
        return False
    return bool((moves <= small).all() if total > 0 else (moves >= -small).all())
