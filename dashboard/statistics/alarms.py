"""How often the control charts cry wolf, and how often they see a real change: simulated with the rule in use.

What is simulated: independent monthly values without any change, charted as xmr.chart does it (limits on the first 24
points, on all while there are fewer; one pass of screening; four rules). A false alarm is a series whose last point
is flagged. Power: after so many months without change, all later ones are shifted; found means that within eight
months some last point was flagged on the side of the shift. Every series has limits of its own, estimated from its
own months: the rate is over series, not along one of them, for limits frozen badly flag month after month.

`normal` is an XmR chart, also of a skewed measure on the log scale; `skewed` the XmR chart of a lognormal measure
(σ = 0.35) as it is; `counted` the p chart of shares of 80 % among 60 to 300 visits, near enough for u charts and
quarters too. Shares that differ from month to month by more than a binomial chance come near `normal`. Months that
resemble their neighbours (autocorrelation), or seasons, flag more often than any of these.

`python -m dashboard.statistics.alarms` writes the table that screens read, alarm_rates.csv.
"""
import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from dashboard.statistics.attributes import centre_and_deviation, standardised_flags
from dashboard.statistics.variation import FROZEN_POINTS, MINIMUM_POINTS, ChartKind
from dashboard.statistics.xmr import LIMIT, NEAR, RUN, flags, limits

TABLE = Path(__file__).with_name("alarm_rates.csv")
MOST_POINTS = 60   # the last row stands for longer series
WITHIN = 8         # months in which a shift is to be found
DRAWS = 20_000
SEED = 20261124
SKEW = 0.35
SHARE, VISITS = 0.8, (60, 300)  # of the simulated shares

Noise = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
NOISES: dict[str, Noise] = {
    "normal": lambda random, shape: random.standard_normal(shape),
    "skewed": lambda random, shape: np.exp(SKEW * random.standard_normal(shape)),
}


@dataclass(frozen=True)
class Rate:
    """One row of the table: series of so many points; shares of simulated series, between 0 and 1.

    normal, skewed, counted: whose last point is flagged by chance alone. shift_1, shift_2: in which a shift of one or
    two standard deviations, right after these points, is found within eight months. draws: series simulated for each.
    """

    points: int
    normal: float
    skewed: float
    counted: float
    shift_1: float
    shift_2: float
    draws: int

    def error(self, share: float) -> float:
        """The standard error of one of the row's shares."""
        return math.sqrt(share * (1 - share) / self.draws)


def last_sides(values: np.ndarray) -> np.ndarray:
    """On which side the last point of each series is flagged: 1, -1, or 0. values: (series, points), 12 or more."""
    found = limits(values[:, :FROZEN_POINTS])
    recent = values[:, -RUN:]  # no rule looks further back
    _, side = flags(recent - found.centre[:, None], NEAR * found.mean_range[:, None], LIMIT * found.mean_range[:, None])
    return side[:, -1]


def false_alarms(points: int, draws: int, random: np.random.Generator, noise: Noise) -> float:
    """The share of series of so many points, nothing but noise, whose last point is flagged."""
    return float((last_sides(noise(random, (draws, points))) != 0).mean())


def false_alarms_of_shares(points: int, draws: int, random: np.random.Generator) -> float:
    """The same for the p chart of binomial shares with denominators that differ."""
    visits = random.integers(*VISITS, (draws, points), endpoint=True)
    served = random.binomial(visits, SHARE)
    centre, sigma = centre_and_deviation(ChartKind.P, served, visits)
    recent = np.s_[:, -RUN:]
    _, side = standardised_flags(served[recent], visits[recent], centre, sigma[recent])
    return float((side[:, -1] != 0).mean())


def power(points: int, shift: float, draws: int, random: np.random.Generator) -> float:
    """The share of series in which a shift (standard deviations) after so many points is found within 8 months."""
    values = random.standard_normal((draws, points + WITHIN))
    values[:, points:] += shift
    found = np.zeros(draws, dtype=bool)
    for now in range(points + 1, points + WITHIN + 1):
        found |= last_sides(values[:, :now]) == np.sign(shift)
    return float(found.mean())


def simulate(points: int, draws: int = DRAWS, seed: int = SEED) -> Rate:
    """One row of the table; the same numbers at each run."""
    random = np.random.default_rng((seed, points))
    chance = {name: false_alarms(points, draws, random, noise) for name, noise in NOISES.items()}
    return Rate(points, **chance, counted=false_alarms_of_shares(points, draws, random),
                shift_1=power(points, 1, draws, random), shift_2=power(points, 2, draws, random), draws=draws)


@cache
def table() -> dict[int, Rate]:
    """The committed table, by number of points, 12 to 60."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [Rate(**{f.name: f.type(row[f.name]) for f in fields(Rate)}) for row in csv.DictReader(file)]
    return {row.points: row for row in rows}


def rate(points: int) -> Rate | None:
    """The row for a series of so many points; None under 12, where nothing is flagged."""
    return table()[min(points, MOST_POINTS)] if points >= MINIMUM_POINTS else None


@dataclass(frozen=True)
class Budget:
    """How many false alarms to expect in one month. usual_most: exceeded by chance in 1 month of 20 at most."""

    series: int
    expected: float
    usual_most: int


def budget(points: Sequence[int], kinds: Sequence[ChartKind] | None = None) -> Budget:
    """What chance alone would flag this month, the series being taken as independent.

    points: of the current segment of each series; those under 12 are not counted. kinds: of their charts, by default
    all XmR; p and u charts, by month or by quarter, have the rate of counted shares.
    """
    kinds = kinds or [ChartKind.XMR] * len(points)
    rows = [(rate(p), kind) for p, kind in zip(points, kinds, strict=True) if p >= MINIMUM_POINTS]
    chances = [row.normal if kind == ChartKind.XMR else row.counted for row, kind in rows]
    masses = np.ones(1)  # of the number of alarms: one more series, one convolution
    for chance in chances:
        masses = np.convolve(masses, [1 - chance, chance])
    return Budget(len(rows), sum(chances), int(np.argmax(np.cumsum(masses) >= 0.95)))


def write(draws: int = DRAWS) -> None:
    """Simulates every row of the table and writes it; under a minute."""
    rows = [asdict(simulate(points, draws)) for points in range(MINIMUM_POINTS, MOST_POINTS + 1)]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, [f.name for f in fields(Rate)], lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


if __name__ == "__main__":
    write()
