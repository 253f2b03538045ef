"""How often the control charts cry wolf, and how often they see a real change: simulated with the rule in use.

What is simulated: independent monthly values without any change, charted as xmr.chart does it (limits on the first 24
points, on all while there are fewer; one pass of screening; four rules). A false alarm is a series whose last point
is flagged. Power: after so many months without change, all later ones are shifted; found means that within eight
months some last point was flagged on the side of the shift. Every series has limits of its own, estimated from its
own months: the rate is over series, not along one of them, for limits frozen badly flag month after month.

`normal` is the XmR chart of a measure without steps. `waits` is that of median waits as dashboard.judgement.signals makes it, in
whole minutes on a log scale: each series has a level of its own between 8 and 20 minutes and varies by 7 to 17 %, about
as the example data do; steady short waits are flagged, and seen to change, least. `shares` is the p chart of shares of
80 % among 60 to 300 visits; `rates` the u chart of 5 to 15 events expected at a point, on average, for as many visits:
that of complaints by month, and of rare events by quarter. Shares and rates that differ from month to month by more than
chance come near `normal`. Months that resemble their neighbours (autocorrelation), or seasons, flag more often than any.

`python -m dashboard.statistics.alarms` writes the table that screens read, alarm_rates.csv.
"""

import csv
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from dashboard.statistics.attributes import centre_and_deviation, standardised_flags
from dashboard.statistics.variation import MINIMUM_POINTS, ChartKind
from dashboard.statistics.xmr import LIMIT, NEAR, RUN, flags, limits_and_distances

TABLE = Path(__file__).with_name("alarm_rates.csv")
MOST_POINTS = 60  # the last row stands for longer series
WITHIN = 8  # months in which a shift is to be found
DRAWS = 20_000
SEED = 20261124
LEVELS, SPREADS = (
    (8, 20),
    (0.07, 0.17),
)  # of the simulated waits: medians in minutes, standard deviations of their logs
VISITS, SHARE, EVENTS = (60, 300), 0.8, (5, 15)  # of the simulated shares and rates


@dataclass(frozen=True)
class Rate:
    """One row of the table; series of so many points; shares of simulated series, between 0 and 1.

    normal, waits, shares, rates: whose last point is flagged by chance alone. shift_1, shift_2: in which a shift of one or two
    standard deviations, right after these points, is found within eight months; waits_shift_1, waits_shift_2: of waits.
    draws: series simulated for each.
    """

    points: int
    normal: float
    waits: float
    shares: float
    rates: float
    shift_1: float
    shift_2: float
    waits_shift_1: float
    waits_shift_2: float
    draws: int

    def error(self, share: float) -> float:
        """The standard error of one of the row's shares."""
        return math.sqrt(share * (1 - share) / self.draws)


def whole_minutes(random: np.random.Generator, deviates: np.ndarray) -> np.ndarray:
    """Monthly median waits, rounded, from standard normal deviates (series, points)."""
    shape = (len(deviates), 1)
    level, spread = random.uniform(*LEVELS, size=shape), random.uniform(*SPREADS, size=shape)
    minutes: np.ndarray = np.round(level * np.exp(spread * deviates))
    return minutes


def last_sides(values: np.ndarray, waits: bool = False) -> np.ndarray:
    """On which side the last point of each series is flagged: 1, -1, or 0. values: (series, points), 12 or more.

    waits: charted as whole minutes on a log scale.
    """
    limits, distance = limits_and_distances(
        np.log1p(values) if waits else values, log=waits, resolution=int(waits)
    )
    recent = distance[:, -RUN:]  # no rule looks further back
    _, side = flags(recent, NEAR * limits.mean_range[:, None], LIMIT * limits.mean_range[:, None])
    return side[:, -1]


def false_alarms(
    points: int, draws: int, random: np.random.Generator, waits: bool = False
) -> float:
    """The share of series of so many points, nothing but noise, whose last point is flagged."""
    values = random.standard_normal((draws, points))
    return float(
        (last_sides(whole_minutes(random, values) if waits else values, waits) != 0).mean()
    )


def false_alarms_of_counts(
    kind: ChartKind, points: int, draws: int, random: np.random.Generator
) -> float:
    """The same for p charts of binomial shares, and u charts of Poisson rates, with denominators that differ."""
    visits = random.integers(*VISITS, (draws, points), endpoint=True)
    if kind == ChartKind.P:
        events = random.binomial(visits, SHARE)
    else:
        events = random.poisson(visits / np.mean(VISITS) * random.uniform(*EVENTS, (draws, 1)))
    centre, sigma = centre_and_deviation(kind, events, visits)
    recent = np.s_[:, -RUN:]
    _, side = standardised_flags(events[recent], visits[recent], centre, sigma[recent])
    return float((side[:, -1] != 0).mean())


def power(
    points: int, shift: float, draws: int, random: np.random.Generator, waits: bool = False
) -> float:
    """The share of series in which a shift (standard deviations) after so many points is found within 8 months."""
    values = random.standard_normal((draws, points + WITHIN))
    values[:, points:] += shift
    values = whole_minutes(random, values) if waits else values
    seen = np.zeros(draws, dtype=bool)
    for now in range(points + 1, points + WITHIN + 1):
        seen |= last_sides(values[:, :now], waits) == np.sign(shift)
    return float(seen.mean())


def simulate(points: int, draws: int = DRAWS, seed: int = SEED) -> Rate:
    """One row of the table; the same numbers at each run."""
    random = np.random.default_rng((seed, points))  # drawn from in the order of the columns
    return Rate(
        points,
        normal=false_alarms(points, draws, random),
        waits=false_alarms(points, draws, random, waits=True),
        shares=false_alarms_of_counts(ChartKind.P, points, draws, random),
        rates=false_alarms_of_counts(ChartKind.U, points, draws, random),
        shift_1=power(points, 1, draws, random),
        shift_2=power(points, 2, draws, random),
        waits_shift_1=power(points, 1, draws, random, waits=True),
        waits_shift_2=power(points, 2, draws, random, waits=True),
        draws=draws,
    )


@cache
def table() -> dict[int, Rate]:
    """The committed table, by number of points, 12 to 60."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [
            Rate(
                points=int(row.pop("points")),
                draws=int(row.pop("draws")),
                **{name: float(share) for name, share in row.items()},
            )
            for row in csv.DictReader(file)
        ]
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


def budget(
    points: Sequence[int],
    kinds: Sequence[ChartKind] | None = None,
    waits: Sequence[bool] | None = None,
) -> Budget:
    """What chance alone would flag this month, the series being taken as independent.

    points: of the current segment of each series; those under 12 are not counted. kinds: of their charts, by default
    all XmR. waits: which are waits in whole minutes on a log scale, by default none.
    """
    kinds, waits = kinds or [ChartKind.XMR] * len(points), waits or [False] * len(points)
    chances = [
        _chance(row, kind, wait)
        for p, kind, wait in zip(points, kinds, waits, strict=True)
        if (row := rate(p))
    ]
    masses = np.ones(1)  # of the number of alarms: one more series, one convolution
    for chance in chances:
        masses = np.convolve(masses, [1 - chance, chance])
    return Budget(len(chances), sum(chances), int(np.argmax(np.cumsum(masses) >= 0.95)))


def _chance(row: Rate, kind: ChartKind, wait: bool) -> float:
    if kind == ChartKind.P:
        return row.shares
    if kind in (ChartKind.U, ChartKind.BY_QUARTER):
        return row.rates
    return row.waits if wait else row.normal


def write(draws: int = DRAWS) -> None:
    """Simulates every row of the table and writes it; a minute or two."""
    rows = [asdict(simulate(points, draws)) for points in range(MINIMUM_POINTS, MOST_POINTS + 1)]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, [f.name for f in fields(Rate)], lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


if __name__ == "__main__":
    write()
