"""Months of a series, judged as they came: shares, rates and waits of sites, wholes by what their sites usually show,
volumes with their season.

Series of all sites go in together, as arrays; a Course comes out for each site, department and the nation. The months
given are whole ones; each is judged once, by the two rules of statistics.limits, with what was known then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from dashboard.indicators import BY_CODE, codes
from dashboard.period import add_months
from dashboard.statistics import attributes, expected
from dashboard.statistics.level import Followed, Origin, follow
from dashboard.statistics.limits import (
    NONE,
    TAIL,
    Family,
    Fit,
    exact_limits,
    limits,
    tail,
    two_rules,
)
from dashboard.statistics.logwait import log_wait, minutes
from dashboard.statistics.quantile import quantile
from dashboard.statistics.seasonal import HISTORY, same_sites, seasonal
from dashboard.statistics.variation import FROZEN_POINTS, ChartKind
from db.codes import ACCEPTED, REFUSED, SET

# Read from INDICATORS, where each entry says how it is charted and whether it is followed.
# Those that are followed first, but last those of which no direction is good.
CHARTED = tuple(
    sorted(
        codes(lambda i: i.chart is not None),
        key=lambda code: (BY_CODE[code].direction == "neither", not BY_CODE[code].followed),
    )
)
FOLLOWED = tuple(code for code in CHARTED if BY_CODE[code].followed)  # whose signals are the alerts
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
        return in_unit(self.indicator, low), in_unit(self.indicator, high)

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


def in_unit(code: str, values: np.ndarray) -> np.ndarray:
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
    values = in_unit(code, one.values[0]) if kind == ChartKind.WAIT else shown
    return Course(
        code,
        scope,
        kind,
        tuple(months),
        values,
        np.nan_to_num(n).astype(int),
        in_unit(code, one.centre[0]),
        in_unit(code, one.usual[0]),
        one.rule[0],
        one.side[0],
        one.start[0],
        _levels(one, 0, months),
        fit=Fit(one.centre[0], one.spread[0], one.behind[0]),
        bases=one.bases[0],
        family=one.family,
        median=shown if kind == ChartKind.WAIT else None,
    )


def _of_rare(
    rare: Sequence[tuple[str, int]], family: Family, monthly: Monthly, marks: Marks
) -> list[tuple[str, str, Course]]:
    """(indicator, site, course) of series with few events: three months together where they have enough, else each month
    by its exact tail alone. A quarter that has not ended is no point."""
    whole = next(
        (n for n in range(len(monthly.months), 0, -1) if monthly.months[n - 1].month % 3 == 0), 0
    )
    by_month: list[tuple[str, str, list[list[float | None]]]] = []
    summed: list[tuple[str, str, list[list[float | None]]]] = []
    quarters: list[date] = []
    for code, row in rare:
        parts = _parts(monthly.of[code], row)
        events = attributes.expected_events(*parts, proportion=code in SHARES)
        if events * attributes.MONTHS < attributes.MINIMUM_EVENTS:
            by_month.append((code, monthly.sites[row], [*parts]))
            continue
        quarters, *sums = attributes.by_quarter(
            monthly.months[:whole], *(part[:whole] for part in parts)
        )
        summed.append((code, monthly.sites[row], sums))
    found = []
    for kind, times, series in (
        (ChartKind.RARE, monthly.months, by_month),
        (ChartKind.BY_QUARTER, quarters, summed),
    ):
        if not series:
            continue
        events_of, bases_of = (np.array([s[i] for *_, s in series], dtype=float) for i in (0, 1))
        set_at, refused, accepted = _marks([(c, s) for c, s, _ in series], times, marks)
        judged = follow(
            events_of,
            bases_of,
            family=family,
            set_at=set_at,
            refused=refused,
            accepted=accepted,
            runs=kind != ChartKind.RARE,
        )
        for row, (code, site, _) in enumerate(series):
            values = in_unit(code, judged.values[row])
            course = _followed(code, site, kind, times, judged, row, values, bases_of[row])
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
    """Observed against what the sites usually show, of each whole: one following for all of those that have enough
    events, one for those that have few."""
    few = [_has_few(code, c) for code, _, c in compared]
    for rare in (False, True):
        group = [one for one, is_rare in zip(compared, few, strict=True) if is_rare == rare]
        if group:
            _together(group, counts, monthly, wholes, marks, courses, rare=rare)


def _has_few(code: str, c: expected.Comparison) -> bool:
    """Whether a whole's months have too few events for its z to be judged as if it were normal."""
    if code not in SHARES | RATES:
        return False
    n, events = c.bases.sum(axis=0), c.expected.sum(axis=0)
    rarer = np.minimum(events, n - events) if code in SHARES else events
    return bool((n > 0).any() and rarer[n > 0].mean() < attributes.MINIMUM_EVENTS)


def _together(
    compared: Sequence[tuple[str, str, expected.Comparison]],
    counts: Mapping[str, tuple[np.ndarray, np.ndarray]],
    monthly: Monthly,
    wholes: Mapping[str, Sequence[int]],
    marks: Marks,
    courses: dict[str, dict[str, Course]],
    *,
    rare: bool,
) -> None:
    named = [(code, scope) for code, scope, _ in compared]
    set_at, refused, accepted = _marks(named, monthly.months, marks)
    judged = follow(
        np.array([c.z for *_, c in compared]),
        family=Family.STANDARDISED,
        set_at=set_at,
        refused=refused,
        accepted=accepted,
        runs=not rare,
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
        bounds = in_unit(code, np.maximum(usual - width, 0)), in_unit(code, usual + width)
        rule, side = judged.rule[row], judged.side[row]
        if rare:
            bounds, rule, side = _exactly(code, c, bounds, rule, side)
        if code in SHARES:
            bounds = bounds[0], np.minimum(bounds[1], 100)
        courses[scope][code] = Course(
            code,
            scope,
            ChartKind.EXPECTED,
            monthly.months,
            in_unit(code, observed),
            of_all.astype(int),
            in_unit(code, usual),
            in_unit(code, then),
            rule,
            side,
            judged.start[row],
            _levels(judged, row, monthly.months),
            ends=bounds,
            sites=tuple(monthly.sites[i] for i in at),
            comparison=c,
            spread=spread,
            median=_median(monthly.of[code].waits, at),
        )


def _exactly(
    code: str,
    c: expected.Comparison,
    bounds: tuple[np.ndarray, np.ndarray],
    rule: np.ndarray,
    side: np.ndarray,
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray, np.ndarray]:
    """Limits, rule and side of a whole with few events: no limit inside the exact one, no signal without an exact tail."""
    family = Family.SHARE if code in SHARES else Family.RATE
    n, observed, usual = (a.sum(axis=0) for a in (c.bases, c.observed, c.expected))
    there = (n > 0) & (usual > 0)
    bases = np.where(there, n, 1)
    rate = np.where(there, usual, 0.5) / bases
    low, high = (in_unit(code, end) for end in exact_limits(family, rate, bases))
    chance = tail(family, np.where(there, observed, 0), bases, rate, above=observed > usual)
    kept = there & (chance < TAIL)
    wider = np.minimum(bounds[0], low), np.maximum(bounds[1], high)
    return (
        wider,
        np.where(kept, rule, NONE).astype(np.int8),
        np.where(kept, side, 0).astype(np.int8),
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
