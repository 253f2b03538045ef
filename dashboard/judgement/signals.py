"""What a monthly series of figures allows one to say: the months that are signals, what is usual, where a gap comes from.

Series of all sites go in together, as arrays; a Course comes out for each site, department and the nation, and a Signal is
one month of it: two rules (statistics.limits), judged once, with what was known then. The months given are whole ones.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from dashboard import french
from dashboard.indicators import BY_CODE, choices, codes
from dashboard.period import Period, add_months, month_end
from dashboard.statistics import attributes, expected, sentences
from dashboard.statistics.level import Followed, Origin, follow
from dashboard.statistics.limits import NONE, OUTSIDE, RUN, Family, Fit, limits, two_rules
from dashboard.statistics.logwait import log_wait, minutes
from dashboard.statistics.quantile import quantile
from dashboard.statistics.seasonal import HISTORY, YEAR, same_sites, seasonal
from dashboard.statistics.variation import (
    FROZEN_POINTS,
    MINIMUM_POINTS,
    Assurance,
    ChartKind,
    Variation,
    assurance,
    variation,
)
from dashboard.wording import amount
from db.codes import ACCEPTED, REFUSED, SET

# Read from INDICATORS, where each entry says how it is charted and whether it is followed.
FOLLOWED = codes(lambda i: i.followed)  # whose signals are the alerts
CHARTED = (*FOLLOWED, *choices(lambda i: i.chart and not i.followed))
SHARES = frozenset(codes(lambda i: i.chart == "share"))
RATES = frozenset(codes(lambda i: i.chart == "rate"))
WAITS = frozenset(codes(lambda i: i.chart == "wait"))
MEASURES = frozenset(codes(lambda i: i.chart == "measure"))
SKEWED = frozenset(codes(lambda i: i.skewed))  # measures judged on a log scale
VOLUMES = frozenset(codes(lambda i: i.chart == "volume"))

# Of an indicator and a scope: the months at which somebody began a level, refused or accepted a proposed one.
Marks = Mapping[tuple[str, str], Sequence[tuple[date, str]]]


@dataclass(frozen=True)
class Series:
    """One indicator of K sites in M months, (K, M) each, NaN where missing: value is as read, hidden ones missing. waits:
    (K, M, 241) histograms, of an indicator charted by them."""

    numerator: np.ndarray
    denominator: np.ndarray
    value: np.ndarray
    n: np.ndarray
    waits: np.ndarray | None = None


@dataclass(frozen=True)
class Monthly:
    """Series by indicator, of the sites (codes, K) in the months (first days, M). season: (S, M) visits per open day of the
    sites that give the season, which may be more."""

    sites: tuple[str, ...]
    months: tuple[date, ...]
    of: Mapping[str, Series]
    season: np.ndarray


@dataclass(frozen=True)
class Level:
    """A level of a series. start: its first month; known: the month in which it came into force."""

    start: date
    known: date
    origin: Origin


@dataclass(frozen=True, eq=False)
class Course:
    """A series as it was judged, m points of time in order: months, or quarters where kind is BY_QUARTER.

    values, n: (m,) what is judged, in the unit that is read, and on how many it rests. usual: (m,) the level to be drawn,
    by what is known now; then: (m,) the one in force when the month was judged. rule, side: (m,) the signal as it was given
    then. begin: (m,) position of the first month of each point's level, -1 where there is no point. ends: lower and upper
    limits, None where fit (of limits.limits, with bases, scaled) gives them. comparison: of a whole, with its sites in the
    order of `sites`; spread: (m,) of its z. median: (m,) of waits, which are judged by their logarithms.
    """

    indicator: str
    scope: str
    kind: ChartKind
    months: tuple[date, ...]
    values: np.ndarray
    n: np.ndarray
    usual: np.ndarray
    then: np.ndarray
    rule: np.ndarray
    side: np.ndarray
    begin: np.ndarray
    levels: tuple[Level, ...] = ()
    ends: tuple[np.ndarray, np.ndarray] | None = None
    fit: Fit | None = None
    bases: np.ndarray | None = None
    family: Family = Family.INDIVIDUALS
    sites: tuple[str, ...] = ()
    comparison: expected.Comparison | None = None
    spread: np.ndarray | None = None
    median: np.ndarray | None = None

    @cached_property
    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """The lower and the upper limit to be drawn, (m,) each, in the unit that is read."""
        if self.ends is not None or self.fit is None or self.bases is None:
            missing = np.full(len(self.months), np.nan)
            return self.ends or (missing, missing)
        low, high = limits(self.family, self.fit, self.bases)
        return _read(self.indicator, low), _read(self.indicator, high)

    @property
    def charted(self) -> bool:
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
        return next((x for x in reversed(self.levels) if x.start <= now and x.known <= now), None)


def _read(code: str, values: np.ndarray) -> np.ndarray:
    """Values of a chart's scale in the unit that is read."""
    if code in SHARES | RATES:
        return np.asarray(values * BY_CODE[code].scale)
    read = minutes(values) if code in WAITS or code in SKEWED else values
    return np.asarray(np.maximum(read, 0))


def judge(
    monthly: Monthly, wholes: Mapping[str, Sequence[int]], marks: Marks
) -> dict[str, dict[str, Course]]:
    """The course of every charted indicator, by scope: of each site, and of each whole, given by the places of its sites
    in `monthly.sites`. A measure that is no share, rate or wait has no course of a whole: its composition would move it."""
    courses: dict[str, dict[str, Course]] = {s: {} for s in (*monthly.sites, *wholes)}
    counts = {code: _events(code, series) for code, series in monthly.of.items()}
    families = (
        (Family.SHARE, SHARES),
        (Family.RATE, RATES),
        (Family.INDIVIDUALS, WAITS | MEASURES),
    )
    compared: list[tuple[str, str, expected.Comparison]] = []
    for family, members in families:
        named = [code for code in CHARTED if code in members and code in monthly.of]
        if not named:
            continue
        events, bases = (
            np.concatenate(rows) for rows in zip(*(counts[code] for code in named), strict=True)
        )
        set_at, refused, accepted = _marks(
            [(code, site) for code in named for site in monthly.sites], monthly.months, marks
        )
        judged = follow(
            events, bases, family=family, set_at=set_at, refused=refused, accepted=accepted
        )
        rare: list[tuple[str, int]] = []
        for number, code in enumerate(named):
            rows = slice(number * len(monthly.sites), (number + 1) * len(monthly.sites))
            mine = judged.rows(rows)
            for row, site in enumerate(monthly.sites):
                if _is_rare(code, monthly.of[code], row):
                    rare.append((code, row))
                else:
                    courses[site][code] = _of_site(code, site, row, monthly, mine)
            if code not in MEASURES:
                compared += _comparisons(
                    code, events[rows], bases[rows], family, mine, monthly.of[code], wholes
                )
        for code, site, course in _of_rare(rare, family, monthly, marks):
            courses[site][code] = course
    _of_wholes(compared, counts, monthly, wholes, marks, courses)
    for code in VOLUMES & set(monthly.of):
        _volumes(code, monthly, wholes, courses)
    # In the order of CHARTED, whichever family came first.
    return {s: {c: mine[c] for c in CHARTED if c in mine} for s, mine in courses.items()}


def _events(code: str, series: Series) -> tuple[np.ndarray, np.ndarray]:
    """Events and bases for level.follow: counts; sums of logarithms of waits; values, each month alike."""
    if code in SHARES | RATES:
        return series.numerator, series.denominator
    if code in WAITS and series.waits is not None:
        logs = log_wait(series.waits)
        enough = logs.n >= BY_CODE[code].minimum
        return np.where(enough, logs.mean * logs.n, np.nan), np.where(enough, logs.n, np.nan)
    values = np.log1p(series.value) if code in SKEWED else series.value
    return values, np.where(np.isfinite(values), 1.0, np.nan)


def _marks(
    series: Sequence[tuple[str, str]], months: Sequence[date], marks: Marks
) -> list[np.ndarray]:
    """Where somebody set, refused or accepted a level of (indicator, scope), (series, M) each: at the first month, or
    quarter, not before it."""
    found = [np.zeros((len(series), len(months)), dtype=bool) for _ in range(3)]
    for row, which in enumerate(series):
        for when, kind in marks.get(which, ()):
            where = next((n for n, m in enumerate(months) if m >= when), None)
            if where is not None:
                found[(SET, REFUSED, ACCEPTED).index(kind)][row, where] = True
    return found


def _levels(judged: Followed, row: int, months: Sequence[date]) -> tuple[Level, ...]:
    return tuple(
        Level(months[x.start], months[max(x.known, 0)], x.origin) for x in judged.levels(row)
    )


def _is_rare(code: str, series: Series, row: int) -> bool:
    """Whether a site's months have too few events to be judged one by one."""
    if code not in SHARES | RATES:
        return False
    parts = _parts(series, row)
    events = attributes.expected_events(*parts, proportion=code in SHARES)
    return events < attributes.MINIMUM_EVENTS


def _parts(series: Series, row: int) -> tuple[list[float | None], list[float | None]]:
    """Numerators and denominators of a site, None where missing; a denominator 0 is missing."""
    events, bases = series.numerator[row], series.denominator[row]
    known = np.isfinite(events) & (np.nan_to_num(bases) > 0)
    a, b = (
        [x if k else None for x, k in zip(values.tolist(), known.tolist(), strict=True)]
        for values in (events, bases)
    )
    return a, b


def _of_site(code: str, site: str, row: int, monthly: Monthly, judged: Followed) -> Course:
    """The course of a site's share, rate, wait or measure."""
    kind = (
        ChartKind.SHARE
        if code in SHARES
        else ChartKind.RATE
        if code in RATES
        else ChartKind.WAIT
        if code in WAITS
        else ChartKind.MEASURE
    )
    series = monthly.of[code]
    return _followed(
        code, site, kind, monthly.months, judged, row, series.value[row], series.n[row]
    )


def _followed(
    code: str,
    scope: str,
    kind: ChartKind,
    months: Sequence[date],
    judged: Followed,
    row: int,
    shown: np.ndarray,
    n: np.ndarray,
) -> Course:
    one = judged.rows(slice(row, row + 1))
    # Of waits the typical one is drawn, which the limits are limits of; the median is read beside it.
    values = _read(code, one.values[0]) if kind == ChartKind.WAIT else shown
    return Course(
        code,
        scope,
        kind,
        tuple(months),
        values,
        np.nan_to_num(n).astype(int),
        _read(code, one.centre[0]),
        _read(code, one.usual[0]),
        one.rule[0],
        one.side[0],
        one.start[0],
        _levels(one, 0, months),
        fit=Fit(one.centre[0], one.spread[0], one.behind[0]),
        bases=one.bases[0],
        family=one.family,
        median=shown if kind == ChartKind.WAIT else None,
    )


def _points(
    code: str, scope: str, months: Sequence[date], values: np.ndarray, n: np.ndarray
) -> Course:
    """Points alone: too few events for limits, even by quarter."""
    missing, none = np.full(len(months), np.nan), np.zeros(len(months), np.int8)
    return Course(
        code,
        scope,
        ChartKind.TOO_FEW,
        tuple(months),
        values,
        np.nan_to_num(n).astype(int),
        missing,
        missing,
        none,
        none,
        np.where(np.isfinite(values), 0, -1),
    )


def _of_rare(
    rare: Sequence[tuple[str, int]], family: Family, monthly: Monthly, marks: Marks
) -> list[tuple[str, str, Course]]:
    """(indicator, site, course) of series with few events: three months together where they have enough, else points
    alone. A quarter that has not ended is no point."""
    whole = next(
        (n for n in range(len(monthly.months), 0, -1) if monthly.months[n - 1].month % 3 == 0), 0
    )
    found, summed = [], []
    quarters: list[date] = []
    for code, row in rare:
        series, site = monthly.of[code], monthly.sites[row]
        parts = _parts(series, row)
        events = attributes.expected_events(*parts, proportion=code in SHARES)
        if events * attributes.MONTHS < attributes.MINIMUM_EVENTS:
            course = _points(code, site, monthly.months, series.value[row], series.n[row])
            found.append((code, site, course))
            continue
        quarters, *sums = attributes.by_quarter(
            monthly.months[:whole], *(part[:whole] for part in parts)
        )
        summed.append((code, site, sums))
    if not summed:
        return found
    events_of, bases_of = (
        np.array(
            [[np.nan if x is None else x for x in sums[i]] for *_, sums in summed], dtype=float
        )
        for i in (0, 1)
    )
    set_at, refused, accepted = _marks([(c, s) for c, s, _ in summed], quarters, marks)
    judged = follow(
        events_of, bases_of, family=family, set_at=set_at, refused=refused, accepted=accepted
    )
    for row, (code, site, _) in enumerate(summed):
        values = _read(code, judged.values[row])
        kind = ChartKind.BY_QUARTER
        course = _followed(code, site, kind, quarters, judged, row, values, bases_of[row])
        found.append((code, site, course))
    return found


# --- wholes ---------------------------------------------------------------------------------------------------------
def _comparisons(
    code: str,
    events: np.ndarray,
    bases: np.ndarray,
    family: Family,
    judged: Followed,
    series: Series,
    wholes: Mapping[str, Sequence[int]],
) -> list[tuple[str, str, expected.Comparison]]:
    variance = (
        _wait_variance(series.waits)
        if code in WAITS and series.waits is not None
        else expected.case_variance(family, judged.usual)
    )
    return [
        (
            code,
            scope,
            expected.compare(
                *(
                    a[list(rows)]
                    for a in (
                        events,
                        bases,
                        judged.usual,
                        judged.usual_behind,
                        variance,
                        judged.inside,
                    )
                )
            ),
        )
        for scope, rows in wholes.items()
    ]


def _wait_variance(waits: np.ndarray) -> np.ndarray:
    """The variance of one wait's logarithm at each site, from its first 24 months with waits as far as they had come;
    (K, M, bins) to (K, M)."""
    measured = waits.sum(axis=-1) > 0
    first = measured & (np.cumsum(measured, axis=-1) <= FROZEN_POINTS)
    return log_wait(np.cumsum(waits * first[..., None], axis=1)).variance


def _of_wholes(
    compared: Sequence[tuple[str, str, expected.Comparison]],
    counts: Mapping[str, tuple[np.ndarray, np.ndarray]],
    monthly: Monthly,
    wholes: Mapping[str, Sequence[int]],
    marks: Marks,
    courses: dict[str, dict[str, Course]],
) -> None:
    """Observed against what the sites usually show, of each whole: one following for all of them."""
    if not compared:
        return
    named = [(code, scope) for code, scope, _ in compared]
    set_at, refused, accepted = _marks(named, monthly.months, marks)
    judged = follow(
        np.array([c.z for *_, c in compared]),
        family=Family.STANDARDISED,
        set_at=set_at,
        refused=refused,
        accepted=accepted,
    )
    for row, (code, scope, c) in enumerate(compared):
        n = c.bases.sum(axis=0)
        missing = np.full(len(n), np.nan)
        deviation = np.divide(np.sqrt(c.variance.sum(axis=0)), n, out=missing.copy(), where=n > 0)
        centre, spread = judged.centre[row], judged.spread[row]
        events, bases = counts[code]
        at = list(wholes[scope])
        of_all = np.nansum(bases[at], axis=0)
        pooled = np.divide(np.nansum(events[at], axis=0), of_all, out=missing, where=of_all > 0)
        observed = np.where(n > 0, c.observed_rate, pooled)
        usual = c.expected_rate + np.nan_to_num(centre) * deviation
        usual = np.where(np.isfinite(centre), usual, np.nan)
        then = c.expected_rate + judged.usual[row] * deviation
        width = 3 * spread * deviation
        bounds = _read(code, np.maximum(usual - width, 0)), _read(code, usual + width)
        if code in SHARES:
            bounds = bounds[0], np.minimum(bounds[1], 100)
        courses[scope][code] = Course(
            code,
            scope,
            ChartKind.EXPECTED,
            monthly.months,
            _read(code, observed),
            of_all.astype(int),
            _read(code, usual),
            _read(code, then),
            judged.rule[row],
            judged.side[row],
            judged.start[row],
            _levels(judged, row, monthly.months),
            ends=bounds,
            sites=tuple(monthly.sites[i] for i in at),
            comparison=c,
            spread=spread,
            median=_median(monthly.of[code].waits, at),
        )


def _median(waits: np.ndarray | None, sites: Sequence[int]) -> np.ndarray | None:
    """The median of all waits of some sites, month by month, (M,)."""
    if waits is None:
        return None
    together = waits[list(sites)].sum(axis=0)
    return np.where(together.sum(axis=-1) > 0, quantile(together, 0.5), np.nan)


# --- volumes --------------------------------------------------------------------------------------------------------
def _volumes(
    code: str,
    monthly: Monthly,
    wholes: Mapping[str, Sequence[int]],
    courses: dict[str, dict[str, Course]],
) -> None:
    """Visits per open day, with their season and their line; wholes on the same sites."""
    series = monthly.of[code]
    month = np.array([m.month for m in monthly.months])
    each = seasonal(series.value, month, shared=monthly.season)
    rule, side = two_rules(each.z)
    for row, site in enumerate(monthly.sites):
        courses[site][code] = _volume(
            code,
            site,
            monthly.months,
            series.value[row],
            series.denominator[row],
            (each.usual[row], each.lower[row], each.upper[row]),
            rule[row],
            side[row],
        )
    names = list(wholes)
    shape = (len(names), len(monthly.months))
    usual, lower, upper, z = (np.full(shape, np.nan) for _ in range(4))
    pooled = np.full(shape, np.nan)
    for row, name in enumerate(names):
        visits, days = (a[list(wholes[name])] for a in (series.numerator, series.denominator))
        total = np.nansum(np.where(np.isfinite(visits), days, 0), axis=0)
        pooled[row] = np.divide(
            np.nansum(visits, axis=0), total, out=np.full(shape[1], np.nan), where=total > 0
        )
    for t in range(HISTORY, shape[1]):
        same = np.array(
            [
                same_sites(series.numerator[list(at)], series.denominator[list(at)], t)[: t + 1]
                for at in wholes.values()
            ]
        ).reshape(-1, t + 1)
        now = seasonal(same, month[: t + 1], shared=monthly.season[:, : t + 1], since=t)
        # The sites that were there all along, in the measure of all: their gap is the one that is judged.
        there = same[:, t] > 0
        scale = np.divide(pooled[:, t], same[:, t], out=np.full(len(same), np.nan), where=there)
        usual[:, t], lower[:, t], upper[:, t] = (
            a[:, t] * scale for a in (now.usual, now.lower, now.upper)
        )
        z[:, t] = now.z[:, t]
    rule, side = two_rules(z)
    for row, name in enumerate(names):
        days = np.nansum(series.denominator[list(wholes[name])], axis=0)
        bounds = usual[row], lower[row], upper[row]
        courses[name][code] = _volume(
            code, name, monthly.months, pooled[row], days, bounds, rule[row], side[row]
        )


def _volume(
    code: str,
    scope: str,
    months: tuple[date, ...],
    values: np.ndarray,
    days: np.ndarray,
    bounds: tuple[np.ndarray, np.ndarray, np.ndarray],
    rule: np.ndarray,
    side: np.ndarray,
) -> Course:
    usual, lower, upper = bounds
    return Course(
        code,
        scope,
        ChartKind.VOLUME,
        months,
        values,
        np.nan_to_num(days).astype(int),
        usual,
        usual,
        rule,
        side,
        np.where(np.isfinite(values), 0, -1),
        ends=(lower, upper),
    )


# --- one month ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Signal:
    """What one month of a course says; at: its position, None where the month is not of the series. target: in force."""

    course: Course
    at: int | None
    target: float | None = None

    @property
    def indicator(self) -> str:
        """Of which indicator."""
        return self.course.indicator

    @property
    def scope(self) -> str:
        """Of which site, department, or the nation."""
        return self.course.scope

    @property
    def kind(self) -> ChartKind:
        """How it is judged."""
        return self.course.kind

    @property
    def charted(self) -> bool:
        """Whether the month is held against something usual."""
        return self.variation not in (Variation.TOO_FEW, Variation.NO_DATA)

    @property
    def value(self) -> float | None:
        """The month's own value; None where it has none."""
        return None if self.at is None else _known(self.course.values[self.at])

    @property
    def usual(self) -> float | None:
        """What was usual there when the month was judged."""
        return None if self.at is None else _known(self.course.then[self.at])

    @property
    def year_before(self) -> float | None:
        """The value twelve months before; None where there is none, or of quarters."""
        if self.at is None or self.at < YEAR or self.kind == ChartKind.BY_QUARTER:
            return None
        return _known(self.course.values[self.at - YEAR])

    @property
    def range(self) -> tuple[float, float] | None:
        """Between what the month usually lies; None without limits."""
        if self.at is None:
            return None
        low, high = (_known(end[self.at]) for end in self.course.limits)
        return None if low is None or high is None else (low, high)

    @property
    def rule(self) -> int:
        """Which of the two rules makes it a signal; NONE where neither does."""
        return NONE if self.at is None else int(self.course.rule[self.at])

    @property
    def side(self) -> int:
        """1 above, -1 below what is usual, 0 without a signal."""
        return 0 if self.at is None else int(self.course.side[self.at])

    @property
    def points(self) -> int:
        """How many points the limits in force rested on, at most 24; without limits, how many there were."""
        if self.at is None:
            return 0
        level = self.course.level(self.at)
        begin = 0 if level is None else self.course.months.index(level.start)
        there = self.course.begin[begin : self.at + 1] >= 0
        return min(int(there.sum()), FROZEN_POINTS)

    @property
    def base(self) -> int:
        """How many the month's value rests on."""
        return 0 if self.at is None else int(self.course.n[self.at])

    @property
    def latest(self) -> date | None:
        """The first day of the month, or of the quarter."""
        return None if self.at is None else self.course.months[self.at]

    @property
    def when(self) -> str:
        """The month, or the quarter: « octobre 2026 »; "" without one."""
        if self.latest is None:
            return ""
        if self.kind == ChartKind.BY_QUARTER:
            return quarter_label(self.latest)
        return french.month_label(self.latest)

    def within(self, first: date, last: date) -> bool:
        """Whether the month, or the quarter, lies in a period at least in part."""
        if self.latest is None:
            return False
        end = self.latest if self.kind != ChartKind.BY_QUARTER else add_months(self.latest, 2)
        return self.latest <= last and first <= month_end(end)

    @property
    def variation(self) -> Variation:
        """What the month says, by the direction that is good."""
        if self.at is None or self.course.begin[self.at] < 0:
            return Variation.NO_DATA
        # A point from before its level had limits has been held against the first ones.
        if self.usual is None and not self.side:
            return Variation.TOO_FEW
        return variation(self.side, BY_CODE[self.indicator].direction)

    @property
    def flagged(self) -> bool:
        """Whether it is a signal."""
        return self.variation in (Variation.IMPROVEMENT, Variation.CONCERN, Variation.NEUTRAL)

    @cached_property
    def assurance(self) -> Assurance:
        """Whether the target is met always, never, or by chance, by the limits drawn at the month."""
        direction = BY_CODE[self.indicator].direction
        if self.target is None or direction == "neither":
            return Assurance.NO_TARGET
        return assurance(self.range, self.target, direction)

    @property
    def level(self) -> Level | None:
        """The level in force."""
        return None if self.at is None else self.course.level(self.at)

    @cached_property
    def gap(self) -> expected.Gap | None:
        """Of a whole with a signal: the sites that it comes from; None elsewhere."""
        c, spread = self.course.comparison, self.course.spread
        if c is None or spread is None or self.at is None or not self.side:
            return None
        points = np.flatnonzero(self.course.begin[: self.at + 1] >= 0)
        first = self.at if self.rule == OUTSIDE else int(points[-RUN:][0])
        return expected.gap(c, slice(first, self.at + 1), float(spread[self.at]))

    @property
    def causes(self) -> tuple[str, ...]:
        """The codes of the sites without which the whole is as usual; empty where there are none, or more than a few."""
        gap = self.gap
        if gap is None or gap.spread != expected.Spread.NAMED:
            return ()
        return tuple(self.course.sites[i] for i in gap.sites)

    @property
    def rest(self) -> float | None:
        """What the whole shows in the month without `causes`, and that is as usual; None where nobody is left."""
        c, gap = self.course.comparison, self.gap
        if not self.causes or gap is None or c is None:
            return None
        left = [i for i in range(len(self.course.sites)) if i not in gap.sites]
        n = float(c.bases[left, self.at].sum())
        if not n:
            return None
        return float(_read(self.indicator, c.observed[left, self.at].sum(keepdims=True) / n)[0])

    @property
    def young(self) -> tuple[str, ...]:
        """The codes of a whole's sites that had visits and stand outside: their usual is not known yet."""
        c = self.course.comparison
        if c is None or self.at is None:
            return ()
        out = c.bases[:, self.at] == 0
        return tuple(s for s, o in zip(self.course.sites, out, strict=True) if o)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def signal(course: Course, month: date, target: float | None = None) -> Signal:
    """The signal of a course at a month (its first day)."""
    return Signal(course, course.position(month), target)


MOST = {
    "percent": (100, "un pourcentage ne dépasse pas 100"),
    "minutes": (
        french.LONGEST_WAIT,
        f"au-delà de {french.LONGEST_WAIT} minutes, les attentes ne sont plus distinguées",
    ),
}


def impossible(indicator: str, target: float) -> str:
    """Why a target is none: the indicator can never have that value; "" where it can."""
    if not math.isfinite(target):
        return "Il faut une valeur."
    most, why = MOST.get(BY_CODE[indicator].unit, (math.inf, ""))
    if 0 <= target <= most:
        return ""
    wanted = french.number(target, 0 if float(target).is_integer() else 1)
    return f"{wanted} n'est pas une valeur possible : {'elle est au-dessous de 0' if target < 0 else why}."


def apart(indicator: str, value: float, usual: float) -> tuple[str, str]:
    """Both in words, with the decimals that tell them apart: « 4,02 % » and « 3,97 % », not « 4,0 % » twice."""
    i = BY_CODE[indicator]
    words = amount(i, value), amount(i, usual)
    for decimals in (1, 2):
        if words[0] != words[1]:
            break
        one, other = (french.number(x, decimals) for x in (value, usual))
        unit = {"percent": "%", "minutes": "min", "days": "jours"}.get(i.unit, "")
        words = (
            f"{one}{french.SPACE}{unit}".rstrip(f" {french.SPACE}"),
            f"{other}{french.SPACE}{unit}".rstrip(f" {french.SPACE}"),
        )
    return words


def now(one: Signal) -> str:
    """The month's own value beside what is usual: « octobre 2026 : 73 %, pour 75 % d'habitude à répartition égale
    (alerte) »; "" where the month has no value, or is not judged."""
    said = beside(one)
    if not said:
        return ""
    equal = " à répartition égale" if one.kind == ChartKind.EXPECTED and one.flagged else ""
    word = f" ({sentences.STATES[one.variation]})" if one.flagged else ""
    return f"{one.when}{french.SPACE}: {said}{equal}{word}"


def in_short(one: Signal) -> str:
    """The same for a card, where the end of a line may be cut: « alerte en octobre : 73 %, pour 75 % d'habitude »."""
    said = beside(one).replace("attente typique de ", "")
    if not said or one.latest is None:
        return sentences.VARIATIONS[one.variation]
    quarter = one.kind == ChartKind.BY_QUARTER
    when = one.when.rsplit(" ", 1)[0]
    if one.flagged:
        when = f"{sentences.STATES[one.variation]} {'au' if quarter else 'en'} {when}"
    return f"{when}{french.SPACE}: {said}"


def beside(one: Signal) -> str:
    """The same without the month: « 73 %, pour 75 % d'habitude », « 74 %, dans l'habitude (75 %) », « 18,7 par jour ;
    d'habitude de 15,1 à 21,0 »."""
    if one.value is None or not one.charted:
        return ""
    i = BY_CODE[one.indicator]
    if one.kind == ChartKind.VOLUME and one.range:
        low, high = (amount(i, end) for end in one.range)
        return f"{amount(i, one.value)} par jour{french.SPACE}; d'habitude de {low} à {high}"
    typical = "attente typique de " if i.code in WAITS else ""
    if one.usual is None:
        return f"{typical}{amount(i, one.value)}"
    if one.flagged:
        value, usual = apart(i.code, one.value, one.usual)
        return f"{typical}{value}, pour {usual} d'habitude"
    value, usual = amount(i, one.value), amount(i, one.usual)
    like = "comme d'habitude" if value == usual else f"dans l'habitude ({usual})"
    return f"{typical}{value}, {like}"


def because(one: Signal) -> str:
    """The rule that makes the month a signal: « au-dessus de ce que le hasard permet »; "" where none does."""
    rule = sentences.RULES.get((one.rule, one.side), "")
    return rule.replace("mois", "trimestres") if one.kind == ChartKind.BY_QUARTER else rule


def origin(one: Signal, names: Mapping[str, str]) -> str:
    """Where a whole's gap comes from: « L'écart vient du CCSP de Djougou ; sans lui, 75 %, comme d'habitude. »; "" where
    there is none to explain. names: of sites, by code."""
    if not one.flagged or one.gap is None:
        return ""
    if not one.causes:
        everywhere = one.gap.spread == expected.Spread.EVERYWHERE
        return "L'écart vient de plusieurs centres à la fois." if everywhere else ""
    text = f"L'écart vient {french.join_words([f'du {names[c]}' for c in one.causes])}"
    if one.rest is None:
        return f"{text}."
    without = "lui" if len(one.causes) == 1 else "eux"
    rest = amount(BY_CODE[one.indicator], one.rest)
    return f"{text}{french.SPACE}; sans {without}, {rest}, comme d'habitude."


def settled(one: Signal) -> str:
    """How settled the limits are: « limites fixées sur 24 points »; "" without limits."""
    if not one.charted or one.kind == ChartKind.VOLUME:
        return "saison et croissance comprises" if one.charted else ""
    if one.points >= FROZEN_POINTS:
        return f"limites fixées sur {french.plural(FROZEN_POINTS, 'point')}"
    return f"limites provisoires, sur {french.plural(one.points, 'point')}"


def verdict(one: Signal, subject: str = "", *, limits: bool = True) -> str:
    """What the month says, in a sentence: signal, no signal or too few. subject: by default the indicator. limits: with
    what is to be known of the limits; without it is a headline, and has no full stop."""
    subject = subject or BY_CODE[one.indicator].label
    colon = f"{subject}{french.SPACE}: "
    if one.variation == Variation.NO_DATA:
        text = f"{colon}aucune donnée en {one.when}" if one.when else f"{colon}aucune donnée"
    elif one.variation == Variation.TOO_FEW:
        text = f"{colon}{too_few(one)}"
    else:
        said = now(one)
        text = f"{colon}{said or sentences.VARIATIONS[one.variation]}"
        details = [because(one), settled(one)] if limits else [because(one)]
        more = f"{french.SPACE}; ".join(d for d in details if d)
        text += f", {more}" if more else ""
    return f"{text}." if limits else text


def too_few(one: Signal) -> str:
    """Why a month with a value is not judged."""
    if one.kind == ChartKind.VOLUME:
        needed = f"il faut {HISTORY + 1} mois pour juger"
        if one.value is None or one.year_before is None:
            return f"trop tôt pour conclure, {needed}"
        i = BY_CODE[one.indicator]
        return (
            f"{amount(i, one.value)} par jour en {one.when}, {amount(i, one.year_before)} le même mois un an avant ;"
            f" {needed}"
        )
    if one.kind == ChartKind.TOO_FEW and one.points >= MINIMUM_POINTS:
        return "trop peu d'événements pour conclure, même par trimestre"
    have = french.number(one.points)
    return f"trop peu de points pour conclure ({have} sur les {MINIMUM_POINTS} nécessaires)"


def quarter_label(start: date) -> str:
    """« 3ᵉ trimestre 2026 », from its first day."""
    return Period(start, month_end(add_months(start, 2))).label
