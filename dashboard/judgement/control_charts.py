"""What goes into judgement, series of sites, and what comes out of it, a Course of each.

`judging` judges sites, `wholes` departments and the nation, `volumes` visits per open day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from dashboard.indicators import BY_CODE, codes
from dashboard.period import add_months
from dashboard.statistics import observed_vs_expected
from dashboard.statistics.control_chart_levels import JudgedSeries, Origin
from dashboard.statistics.control_limits import Family, Fit, limits
from dashboard.statistics.log_waits import typical_minutes
from dashboard.statistics.variation import ChartKind
from db.codes import ACCEPTED, REFUSED, SET

# Read from INDICATORS, where each entry says how it is charted and whether it is followed.
# Followed ones first; those without a good direction last.
CHARTED = tuple(
    sorted(
        codes(lambda i: i.chart is not None),
        key=lambda code: (BY_CODE[code].direction == "neither", not BY_CODE[code].followed),
    )
)
FOLLOWED = tuple(code for code in CHARTED if BY_CODE[code].followed)  # whose signals are listed
SHARES = frozenset(codes(lambda i: i.chart == "share"))
RATES = frozenset(codes(lambda i: i.chart == "rate"))
WAITS = frozenset(codes(lambda i: i.chart == "wait"))
MEASURES = frozenset(codes(lambda i: i.chart == "measure"))
SKEWED = frozenset(codes(lambda i: i.skewed))  # measures judged on a log scale
VOLUMES = frozenset(codes(lambda i: i.chart == "volume"))

# By (indicator, scope): the months at which people set a level, or refused or accepted a proposed one, and which.
LevelMarks = Mapping[tuple[str, str], Sequence[tuple[date, str]]]


@dataclass(frozen=True)
class Series:
    """One indicator of K sites in M months, (K, M) each, NaN where missing: value is as read, hidden ones missing. waits:
    (K, M, 241) histograms, of an indicator charted by them. part: (K, M) whether a
    part of a month's register is missing: it is shown, and counts in the whole, and is not judged."""

    numerator: np.ndarray
    denominator: np.ndarray
    value: np.ndarray
    n: np.ndarray
    waits: np.ndarray | None = None
    is_partial: np.ndarray | None = None

    def without_partial_months(self, values: np.ndarray) -> np.ndarray:
        """The same without the months of which a site handed in a part: four days are no month."""
        return values if self.is_partial is None else np.where(self.is_partial, np.nan, values)

    def without_hidden_months(self, values: np.ndarray) -> np.ndarray:
        """The same without the months whose value is not shown for too few cases: what nobody may read is no signal."""
        return np.where(np.isfinite(self.value), self.without_partial_months(values), np.nan)


@dataclass(frozen=True)
class MonthlySeries:
    """Series by indicator, of the sites (codes, K) in the months (first days, M). season: (S, M) visits per open day of the
    sites that give the season, which may be more."""

    sites: tuple[str, ...]
    months: tuple[date, ...]
    by_indicator: Mapping[str, Series]
    season: np.ndarray


@dataclass(frozen=True)
class Level:
    """A level of a series. start: its first month; known: the month in which it came into force."""

    start: date
    in_force_from: date
    origin: Origin


@dataclass(frozen=True, eq=False)
class ControlChart:
    """A series as it was judged, m points of time in order: months, or quarters where kind is BY_QUARTER.

    values, n: (m,) what is judged, in the unit that is read, and on how many it rests. usual: (m,) the level to be drawn, by
    what is known now; then: (m,) the one in force when the month was judged. rule, side: (m,) the signal as it was given then.
    begin: (m,) position of the first month of each point's level, -1 where there is no point. ends: lower and upper limits,
    None where fit (of control_limits.limits, with bases, scaled) gives them. comparison: of a whole, with its sites in the
    order of `sites`; spread: (m,) of its z. median: (m,) of waits, which are judged by their logarithms. of_several: whether
    its visits are those of several sites, not always the same.
    """

    indicator: str
    scope: str
    kind: ChartKind
    months: tuple[date, ...]
    values: np.ndarray
    n: np.ndarray
    usual: np.ndarray
    usual_when_judged: np.ndarray
    rule: np.ndarray
    side: np.ndarray
    level_start: np.ndarray
    levels: tuple[Level, ...] = ()
    given_limits: tuple[np.ndarray, np.ndarray] | None = None
    fit: Fit | None = None
    bases: np.ndarray | None = None
    family: Family = Family.INDIVIDUALS
    sites: tuple[str, ...] = ()
    comparison: observed_vs_expected.Comparison | None = None
    spread: np.ndarray | None = None
    median: np.ndarray | None = None
    of_several: bool = False

    @cached_property
    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """The lower and the upper limit to be drawn, (m,) each, in the unit that is read."""
        if self.given_limits is not None or self.fit is None or self.bases is None:
            missing = np.full(len(self.months), np.nan)
            return self.given_limits or (missing, missing)
        low, high = limits(self.family, self.fit, self.bases)
        return in_unit(self.indicator, low), in_unit(self.indicator, high)

    @property
    def is_judged(self) -> bool:
        """Whether any month has something that it is held against."""
        return bool(np.isfinite(self.usual).any())

    def position(self, month: date) -> int | None:
        """The position of a month, or of the last quarter that had ended with it; None outside the series."""
        if self.kind == ChartKind.BY_QUARTER:
            ended = [i for i, q in enumerate(self.months) if add_months(q, 2) <= month]
            return ended[-1] if ended else None
        return self.months.index(month) if month in self.months else None

    def level(self, at: int) -> Level | None:
        """The level that was in force at a month."""
        now = self.months[at]
        return next(
            (x for x in reversed(self.levels) if x.start <= now and x.in_force_from <= now), None
        )


def in_unit(code: str, values: np.ndarray) -> np.ndarray:
    """Values of a chart's scale in the unit that is read."""
    if code in SHARES | RATES:
        return np.asarray(values * BY_CODE[code].scale)
    read = typical_minutes(values) if code in WAITS or code in SKEWED else values
    return np.asarray(np.maximum(read, 0))


def level_marks(
    series: Sequence[tuple[str, str]], months: Sequence[date], marks: LevelMarks
) -> list[np.ndarray]:
    """Where somebody set, refused or accepted a level of (indicator, scope), (series, M) each: at the first month, or
    quarter, not before it."""
    masks = [np.zeros((len(series), len(months)), dtype=bool) for _ in range(3)]
    for row, which in enumerate(series):
        for when, kind in marks.get(which, ()):
            where = next((n for n, m in enumerate(months) if m >= when), None)
            if where is not None:
                masks[(SET, REFUSED, ACCEPTED).index(kind)][row, where] = True
    return masks


def dated_levels(judged: JudgedSeries, row: int, months: Sequence[date]) -> tuple[Level, ...]:
    """The levels of one followed series, with their months."""
    return tuple(
        Level(months[x.start], months[max(x.in_force_from, 0)], x.origin)
        for x in judged.levels(row)
    )
