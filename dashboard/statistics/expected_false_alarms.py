"""How many signals chance alone gives in a month, with the real numbers behind each series, and at how many sites.

Each series is drawn anew many times as if nothing had ever happened at it (its own length, denominators, rate and
spread) and followed by the code that the screen uses. Chances are then added up: the number of signals is a sum of
independent trials, whose distribution is a convolution. Signals of one site are counted apart, for a site with four of
them has most likely one cause.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from zlib import crc32

import numpy as np

from dashboard.statistics.control_chart import flag_signals
from dashboard.statistics.control_limits import COUNTED, NONE, RUN, Family, two_rules
from dashboard.statistics.seasonal import HISTORY, LINE, line, logs, season, seasonal

DRAWS, SEED = 200, 20261125
AT_ONCE = 100  # series drawn together: arrays of these times DRAWS, whatever the number of sites
VOLUMES_AT_ONCE = 480  # series of volumes, networks of them whole: more leave the processor's cache
MOST = 0.95  # of months stay at or under the usual most


@dataclass(frozen=True)
class Shape:
    """A series without its events. site: whose; family; bases: (n,) of its months, NaN where missing, of ones for
    individuals and standardised values; centre, spread: the last ones of control_chart_levels.JudgedSeries, spread in
    units; runs: as for control_chart.judge_series."""

    site: Hashable
    family: Family
    bases: np.ndarray
    centre: float = 0.0
    spread: float = 1.0
    runs: bool = True

    @property
    def key(self) -> tuple[Hashable, ...]:
        """All that the series' chance rests on, whoever's it is."""
        bases = np.asarray(self.bases, dtype=float).tobytes()
        return self.family, bases, self.centre, self.spread, self.runs


@dataclass(frozen=True)
class Budget:
    """The false alarms expected in the last month. series: how many can be flagged; expected: signals; usual_most:
    signals that chance exceeds in one month of twenty at most; sites: expected number of sites with a signal;
    sites_most: the same of sites; draws: simulated for each series."""

    series: int
    expected: float
    usual_most: int
    sites: float
    sites_most: int
    draws: int


def budget(
    shapes: Sequence[Shape],
    volumes: Sequence[tuple[Hashable, float]] = (),
    draws: int = DRAWS,
    seed: int = SEED,
) -> Budget:
    """The false-alarm budget of some series in their last month.

    volumes: (site, chance) of each series that is judged by season (volume_chances), NaN where it is too early.
    Series without limits in their last month have no chance and are not counted.
    """
    chances = [by_month[-1] for by_month in false_alarm_chances(shapes, draws, seed)]
    return budget_of_chances(
        [(shape.site, chance) for shape, chance in zip(shapes, chances, strict=True)] + [*volumes],
        draws,
    )


def budget_of_chances(chances: Sequence[tuple[Hashable, float]], draws: int = DRAWS) -> Budget:
    """The false-alarm budget of a month: (site, chance of a false alarm) of each series, NaN where it has no limits."""
    judged = [(s, float(c)) for s, c in chances if not np.isnan(c)]
    quiet: dict[Hashable, float] = {}
    for site, chance in judged:
        quiet[site] = quiet.get(site, 1.0) * (1 - chance)
    at_sites = [1 - q for q in quiet.values()]
    each = [chance for _, chance in judged]
    return Budget(len(each), sum(each), _most(each), sum(at_sites), _most(at_sites), draws)


def _most(chances: Sequence[float]) -> int:
    """The smallest number that is passed with a probability of 1 in 20 at most."""
    # No further than five standard deviations: beyond lies one in 26 at most, whatever the law (Cantelli).
    spread = sum(chance * (1 - chance) for chance in chances) ** 0.5
    reach = int(sum(chances) + 5 * spread) + 2
    masses = np.zeros(reach)
    masses[0] = 1
    for chance in chances:
        masses[1:] = masses[1:] * (1 - chance) + masses[:-1] * chance
        masses[0] *= 1 - chance
    return int(np.argmax(np.cumsum(masses) >= MOST - 1e-12))


def false_alarm_chances(
    shapes: Sequence[Shape], draws: int = DRAWS, seed: int = SEED
) -> list[np.ndarray]:
    """The chance of a false alarm of each series in each of its months, (n,); NaN where it has no limits.

    Each series has random numbers of its own, seeded by what it is: its chance is the same whatever else is asked for.
    """
    chances = [np.full(len(shape.bases), np.nan) for shape in shapes]

    def kind(i: int) -> tuple[str, int, bool]:
        return shapes[i].family, len(shapes[i].bases), shapes[i].runs

    for (family, months, runs), group in groupby(sorted(range(len(shapes)), key=kind), kind):
        for at in _batches(list(group)):
            bases = np.repeat(np.array([shapes[i].bases for i in at], dtype=float), draws, axis=0)
            events = np.concatenate([_events(shapes[i], draws, seed) for i in at])
            limits, signals = flag_signals(
                events, bases if family in COUNTED else None, Family(family), runs=runs
            )
            shape = len(at), draws, months
            known, flagged = limits.reshape(shape)[:, 0], signals.reshape(shape).mean(axis=1)
            for i, there, share in zip(at, known, flagged, strict=True):
                chances[i] = np.where(there, share, np.nan)
    return chances


def _batches(series: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(series), AT_ONCE):
        yield series[start : start + AT_ONCE]


def _events(shape: Shape, draws: int, seed: int) -> np.ndarray:
    """Events of a series that never changes, drawn so many times, (draws, n), NaN where there is no base."""
    entropy = [seed, crc32(repr(shape.key).encode())]
    bases = np.broadcast_to(np.asarray(shape.bases, dtype=float), (draws, len(shape.bases)))
    return _noise(shape.family, bases, shape.centre, shape.spread, np.random.default_rng(entropy))


def _noise(
    family: Family,
    bases: np.ndarray,
    centre: float,
    spread: float,
    random: np.random.Generator,
) -> np.ndarray:
    """Events of a series that never changes, (draws, n), NaN where there is no base."""
    missing = np.isnan(bases) | (bases == 0)
    n = np.where(missing, 1, bases)
    if family not in COUNTED:
        return np.where(missing, np.nan, centre + spread * random.standard_normal(n.shape))
    # What a month has beyond chance: its rate itself varies, by what makes the spread more than 1.
    case = centre * (1 - centre) if family == Family.SHARE else centre
    rate = centre + np.sqrt(np.maximum(spread**2 - 1, 0) * case / n) * random.standard_normal(
        n.shape
    )
    if family == Family.SHARE:
        events: np.ndarray = random.binomial(np.rint(n).astype(int), np.clip(rate, 0, 1)).astype(
            float
        )
    else:
        events = random.poisson(np.maximum(rate, 0) * n).astype(float)
    return np.where(missing, np.nan, events)


def volume_chances(
    per_day: np.ndarray, month: np.ndarray, draws: int = DRAWS, seed: int = SEED
) -> np.ndarray:
    """The chance of a false alarm of series of volumes in their last month, (k,); NaN where it is too early.

    per_day, month: as for seasonal.seasonal; the series share their season. Each series is drawn anew with the spread
    that its months have around its present line; season and growth cancel out, and are not drawn.
    """
    y = logs(per_day)
    n = y.shape[-1]
    if n <= HISTORY:
        return np.full(len(y), np.nan)
    spread = line(y - season(y, month).index_of(month), n - LINE, n).deviation
    random = np.random.default_rng(seed)
    flagged, judged = np.zeros((2, len(y)))
    at_once = max(VOLUMES_AT_ONCE // max(len(y), 1), 1)
    for start in range(0, draws, at_once):
        noise = random.standard_normal((min(at_once, draws - start), *y.shape))
        drawn = np.where(np.isfinite(y), np.exp(np.nan_to_num(spread)[:, None] * noise), np.nan)
        z = seasonal(drawn, month, since=n - RUN).z
        flagged += (two_rules(z)[0][..., -1] != NONE).sum(axis=0)
        judged += np.isfinite(z[..., -1]).sum(axis=0)
    return np.where((judged > 0) & np.isfinite(spread), flagged / draws, np.nan)
