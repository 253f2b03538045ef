"""Random draws from tables, at a few nanoseconds each."""

import numpy as np

_SIZE = 65_536  # one table entry per value of a 16-bit number


def table(shares: list[float] | np.ndarray) -> np.ndarray:
    """The codes 0, 1, 2… in proportion to `shares`, as a table for `draw`; exact to 1 / 65 536."""
    edges = np.round(np.cumsum(shares) / np.sum(shares) * _SIZE).astype(int)
    return np.repeat(np.arange(len(edges), dtype=np.int16), np.diff(edges, prepend=0))


def draw(rng: np.random.Generator, codes: np.ndarray, n: int) -> np.ndarray:
    """`n` codes drawn from a table."""
    return codes[rng.integers(0, _SIZE, n, dtype=np.uint16)]


def chance(rng: np.random.Generator, share: np.ndarray | float, n: int) -> np.ndarray:
    """`n` booleans, each true with its own `share`."""
    return rng.random(n, dtype=np.float32) < share
