"""The input of judgement, monthly series of sites, and its output, a ControlChart of each series.

`monthly_judgement` judges sites, `aggregates` departments and the nation, `volumes` visits per open day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import EllipsisType

import numpy as np

from dashboard.indicators import BY_CODE, codes
from dashboard.period import add_months, month_number
from dashboard.statistics import observed_vs_expected
from dashboard.statistics.control_chart_levels import JudgedSeries, Origin
from dashboard.statistics.control_limits import Family, Fit, limits
from dashboard.statistics.log_waits import MonthlyLogs, typical_minutes
from dashboard.statistics.shared_season import SharedSeason
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
STOCKS = frozenset(codes(lambda i: i.chart == "stock"))

# By (indicator, scope): the months at which people set a level, or refused or accepted a proposed one, and which.
LevelMarks = Mapping[tuple[str, str], Sequence[tuple[date, str]]]
Rows = int | list[int] | EllipsisType  # of one site, of some, of all


@dataclass(frozen=True)
class Series:
    """One indicator of K sites in M months, (K, M) each, NaN where missing. value: as displayed, hidden ones missing. waits:
    (K, M, 241) histograms, for an indicator charted by them, and logs: of them. is_partial: (K, M), whether a part of a month's
    register is missing; such a month is drawn and counts in aggregates, and is not judged. digests: K, those of
    `monthly_judgement.series_digests` where they are at hand. season: a row a site, that which the sites of its network share;
    aggregates are held against it, None where none is known."""

    numerator: np.ndarray
    denominator: np.ndarray
    value: np.ndarray
    n: np.ndarray
    waits: np.ndarray | None = None
    logs: MonthlyLogs | None = None
    is_partial: np.ndarray | None = None
    digests: Sequence[bytes] | None = None
    season: SharedSeason | None = None

    def of_row(self, row: int) -> "Series":
        """The series of one site, (M,) each."""
        return replace(
            self,
            digests=None,
            season=None,
            logs=None if self.logs is None else MonthlyLogs(*(part[row] for part in self.logs)),
            **{
                name: part[row]
                for name in ("numerator", "denominator", "value", "n", "waits", "is_partial")
                if (part := getattr(self, name)) is not None
            },
        )

    def without_partial_months(self, values: np.ndarray, rows: Rows = ...) -> np.ndarray:
        """The values with NaN in months whose register is partial. rows: of which sites; by default of all."""
        mine: np.ndarray = values[rows]
        return mine if self.is_partial is None else np.where(self.is_partial[rows], np.nan, mine)

    def without_hidden_months(self, values: np.ndarray) -> np.ndarray:
        """The same, with NaN also in months whose value is hidden for too few cases: a value that nobody may read is no
        signal."""
        return np.where(np.isfinite(self.value), self.without_partial_months(values), np.nan)


@dataclass(frozen=True)
class MonthlySeries:
    """Series by indicator. sites: codes, (K,); months: first days, (M,); season: visits per open day of the sites that give the
    shared season, which may be others, (S, M)."""

    sites: tuple[str, ...]
    months: tuple[date, ...]
    by_indicator: Mapping[str, Series]
    season: np.ndarray


@dataclass(frozen=True)
class Level:
    """A level of a series. start: its first month; in_force_from: the month from which it is used."""

    start: date
    in_force_from: date
    origin: Origin


@dataclass(frozen=True, eq=False)
class ControlChart:
    """A judged series of m points in order: months, or quarters where kind is BY_QUARTER.

    values, n: (m,), in the displayed unit, and the number of cases of each. usual: (m,), the level as drawn, by what is known
    now; usual_when_judged: (m,), the one in force when the month was judged. rule, side: (m,), the signal as it was given then.
    level_start: (m,), position of the first month of each point's level, -1 where there is no point. given_limits: lower and
    upper; None where they follow from fit (control_limits.limits, with bases and family). comparison: of an aggregate, its
    sites in the order of `sites`; spread: (m,), of its z. median: (m,), for waits, which are judged by their logarithms.
    of_several: whether its visits are those of several sites, which may change. lag: months after which a month is judged.
    beside: the same series judged in other ways (its months by their exact tails, twelve months together), which speak where
    they have a signal. chance: the probability of a false alarm in a month, where it does not follow from fit.
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
    lag: int = 0
    beside: tuple["ControlChart", ...] = ()
    chance: float = float("nan")

    @cached_property
    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """The lower and the upper limit as drawn, (m,) each, in the displayed unit."""
        if self.given_limits is not None or self.fit is None or self.bases is None:
            missing = np.full(len(self.months), np.nan)
            return self.given_limits or (missing, missing)
        low, high = limits(self.family, self.fit, self.bases)
        return in_unit(self.indicator, low), in_unit(self.indicator, high)

    @property
    def is_judged(self) -> bool:
        """Whether any month has a usual value to be compared with."""
        return bool(np.isfinite(self.usual).any())

    def since(self, month: date) -> "ControlChart":
        """The chart of its months from one on, to be drawn: what they were judged by stays what it was. comparison and fit, from
        which nothing is drawn, are left out."""
        at = bisect_left(self.months, month)
        parts = {
            name: getattr(self, name)[at:]
            for name in ("months", "values", "n", "usual", "usual_when_judged", "rule", "side")
        }
        lower, upper = self.limits
        return replace(
            self,
            **parts,
            level_start=self.level_start[at:],
            levels=tuple(level for level in self.levels if level.start >= month),
            given_limits=(lower[at:], upper[at:]),
            fit=None,
            bases=None,
            comparison=None,
            spread=None,
            median=None if self.median is None else self.median[at:],
        )

    def position(self, month: date) -> int | None:
        """The position of a month, or of the last quarter that ended by then; None outside the series."""
        month = add_months(month, -self.lag) if self.lag else month
        if self.kind == ChartKind.BY_QUARTER:
            ended = bisect_right(self.months, add_months(month, -2))
            return ended - 1 if ended else None
        at = month_number(month) - month_number(self.months[0]) if self.months else -1
        return at if 0 <= at < len(self.months) and self.months[at] == month else None

    def level(self, at: int) -> Level | None:
        """The level in force at a position; None without one."""
        now = self.months[at]
        return next(
            (x for x in reversed(self.levels) if x.start <= now and x.in_force_from <= now), None
        )


def family_of(code: str) -> Family:
    """The family of an indicator's series of a site."""
    if code in SHARES:
        return Family.SHARE
    return Family.RATE if code in RATES else Family.INDIVIDUALS


def silent_months(code: str, events: np.ndarray, bases: np.ndarray) -> np.ndarray:
    """Which months of a site's series of closings had none at all: such a month is silence, and no part of what is usual of the
    site. All False for other indicators. events, bases: (…, M)."""
    silent: np.ndarray = (events == 0) & (bases > 0) & BY_CODE[code].closings
    return silent


def in_unit(code: str, values: np.ndarray) -> np.ndarray:
    """Values on a chart's scale converted to the displayed unit."""
    if code in SHARES | RATES:
        return np.asarray(values * BY_CODE[code].scale)
    read = typical_minutes(values) if code in WAITS or code in SKEWED else values
    return np.asarray(np.maximum(read, 0))


def level_marks(
    series: Sequence[tuple[str, str]], months: Sequence[date], marks: LevelMarks
) -> list[np.ndarray]:
    """Where people set, refused or accepted a level of each (indicator, scope): three arrays of booleans, (series, M) each,
    true at the first month (or quarter) not before it."""
    masks = [np.zeros((len(series), len(months)), dtype=bool) for _ in range(3)]
    for row, which in enumerate(series):
        for when, kind in marks.get(which, ()):
            where = next((n for n, m in enumerate(months) if m >= when), None)
            if where is not None:
                masks[(SET, REFUSED, ACCEPTED).index(kind)][row, where] = True
    return masks


def dated_levels(judged: JudgedSeries, row: int, months: Sequence[date]) -> tuple[Level, ...]:
    """The levels of one judged series, with months in place of positions."""
    return tuple(
        Level(months[x.start], months[max(x.in_force_from, 0)], x.origin)
        for x in judged.levels(row)
    )
