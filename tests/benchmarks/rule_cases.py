"""What is planted to compare the rules of judgement before and after a change of them: a registry of cases.

A case is a family of series at some levels (site, department, nation), drawn as networks of 24 sites. It says what the
rules flag where nothing changes, and how many lasting changes of a stated size are found within eight months.
`python -m tests.benchmarks.rules` prints every case beside rules_before.csv and ends with code 1 where a row is worse
than before by more than three standard errors of the simulation, or over its budget; `… rules before` writes that file
from the rules as they are, which is done before they change.

To add rows, add a Case to CASES. Of series that reach the screen by `monthly_judgement.judge`, most often:
Case("name", of_network("indicator", draw, {"site": 0.1, "nation": 0.02}, "+10 %")), with a function `draw` like `share`
below. Of anything else: a function from a generator to Sides by level. A rule that has no row in rules_before.csv gives
its budget: Case(…, budget={"nation": 0.3}), flagged months a series-year that it may not pass; one that buys fewer false
alarms by finding fewer changes says its price: Case(…, price={"nation": 0.05}). Rows are named by family, level and change:
a case that is given another loses its row of before, which is said. Numbers are drawn by the family's name, so that no case
moves those of another.
"""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from dashboard.judgement.control_charts import (
    RATES,
    SHARES,
    WAITS,
    ControlChart,
    MonthlySeries,
    Series,
)
from dashboard.judgement.monthly_judgement import _events, judge
from dashboard.period import add_months
from dashboard.statistics.control_chart import judge_series
from dashboard.statistics.control_limits import Family
from dashboard.statistics.log_waits import MonthlyLogs
from dashboard.statistics.seasonal import HISTORY
from dashboard.statistics.shared_season import SharedSeason, shared_season
from dashboard.statistics.variation import ChartKind
from tests.judgement.series import counted, measured

TIMES = int(os.environ.get("DRAWS", "1"))
SITES, NETWORKS = 24, 80 * TIMES
FEWER = 20 * TIMES  # networks of series that are judged in several ways
DEPARTMENTS = (2, 2, 3, 3, 4, 4, 6)  # sites of each
SMALLEST, LARGEST = 40, 480  # cases of a site in a month
START = date(2021, 1, 1)
FIRST, CHANGE, MONTHS = (
    24,
    48,
    72,
)  # flagged months are counted from FIRST on, a change begins at CHANGE
WITHIN = 8  # months in which a change is to be found
WAITS_VARIANCE = 0.85**2  # of the logarithm of one wait
SEASON = np.sin(
    (np.arange(120) - 4) * np.pi / 6
)  # highest in August, of calendars that begin in January
SITE, DEPARTMENT, NATION, WHOLE = "site", "department", "nation", "whole"
LONGEST = 84  # months that are drawn at most
SERIES = 1500 * TIMES
OPEN_DAYS = 20.0
YEAR = np.log([1.02, 0.98, 1.0, 0.95, 0.97, 1.0, 0.90, 0.70, 1.20, 1.28, 1.05, 0.88])


@dataclass(frozen=True)
class Sides:
    """What a reader sees flagged, by month: 1 above, −1 below what is usual, 0 without a signal; NaN where nothing is judged.

    calm: (networks, series, months), nothing changes; twin, changed: (networks, series, WITHIN), the months after a change,
    without and with it; side: on which it lies; change: it, in words. The networks are the draws.
    """

    calm: np.ndarray
    twin: np.ndarray
    changed: np.ndarray
    side: int
    change: str


@dataclass(frozen=True)
class Row:
    """A row of the comparison. flagged: months a series-year that are flagged though nothing changes; found: the share of
    changes with a signal on their side within WITHIN months, in a month that would have had none; each with its
    standard error over the networks."""

    family: str
    level: str
    change: str
    flagged: float
    flagged_error: float
    found: float
    found_error: float


Simulation = Callable[[np.random.Generator], Mapping[str, Sides]]


@dataclass(frozen=True)
class Case:
    """A family of series and how it is drawn and judged. By level: the budget of a rule that is new, and the price of one that
    gives fewer false alarms, the share of changes by which it may find fewer."""

    family: str
    simulate: Simulation
    budget: Mapping[str, float] = field(default_factory=dict)
    price: Mapping[str, float] = field(default_factory=dict)


def rows_of(case: Case, seed: int) -> list[Row]:
    """The rows of a case, from a generator of its own: they are the same whatever else is run."""
    sides = case.simulate(np.random.default_rng([seed, *case.family.encode()]))
    return [_row(case.family, level, one) for level, one in sides.items()]


def _row(family: str, level: str, sides: Sides) -> Row:
    new = (sides.changed == sides.side) & (sides.twin != sides.side)
    flagged = _by_network(np.where(np.isfinite(sides.calm), 12.0 * (sides.calm != 0), np.nan))
    judged = np.isfinite(sides.changed).any(axis=-1)
    found = _by_network(np.where(judged, new.any(axis=-1), np.nan))
    return Row(family, level, sides.change, *_mean(flagged), *_mean(found))


def _by_network(values: np.ndarray) -> np.ndarray:
    """The mean of each network that has any series judged. values: (networks, …), NaN where not judged."""
    each = [network[np.isfinite(network)] for network in values]
    return np.array([known.mean() for known in each if len(known)])


def _mean(values: np.ndarray) -> tuple[float, float]:
    """A mean and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


# Of all networks: (generator, bases (sites, months), size of the change by month (months,)) to what is judged. Random numbers
# are taken month by month, so that what comes before a change is the same without it.
Draw = Callable[[np.random.Generator, np.ndarray, np.ndarray], Series]


def of_network(
    code: str,
    draw: Draw,
    changes: Mapping[str, float],
    words: str,
    *,
    alone: bool = False,
    kind: ChartKind | None = None,
    networks: int = NETWORKS,
) -> Simulation:
    """The simulation of an indicator as the screen judges it, of sites, departments and the nation.

    changes: the size of the change at each level, all sites changing alike. words: of it, with {} for its size in
    hundredths. alone: whether each network is judged by itself, as those must be that share a season of visits. kind: of the
    chart that is looked at, where a series is judged in several ways; by default the first.
    """

    def simulate(random: np.random.Generator) -> dict[str, Sides]:
        seed = int(random.integers(2**32))
        first, months = (HISTORY + 7, LONGEST) if alone else (FIRST, MONTHS)
        calm = _judged(code, draw, seed, 0.0, months, kind, networks, alone=alone)
        after = slice(CHANGE, CHANGE + WITHIN)
        return {
            level: Sides(
                calm[level][..., first:],
                calm[level][..., after],
                _judged(code, draw, seed, size, CHANGE + WITHIN, kind, networks, alone=alone)[
                    level
                ][..., after],
                1 if size > 0 else -1,
                words.format(f"{100 * size:+.3g}"),
            )
            for level, size in changes.items()
        }

    return simulate


def _judged(
    code: str,
    draw: Draw,
    seed: int,
    size: float,
    months: int,
    kind: ChartKind | None,
    networks: int,
    *,
    alone: bool,
) -> dict[str, np.ndarray]:
    """The sides of all networks by level, (networks, series, months)."""
    random = np.random.default_rng(seed)
    bases = _bases(random, networks)[:, :months]
    sizes = np.where(np.arange(months) >= CHANGE, size, 0.0)
    if not alone:
        return _sides(code, draw(random, bases, sizes), networks, kind)
    each = [
        _sides(code, draw(random_of, bases[n * SITES : (n + 1) * SITES], sizes), 1, kind)
        for n, random_of in enumerate(random.spawn(networks))
    ]
    return {level: np.concatenate([one[level] for one in each]) for level in each[0]}


def _bases(random: np.random.Generator, networks: int) -> np.ndarray:
    """Cases by site and month, (networks · SITES, LONGEST): sites of different sizes, which grow apart."""
    size = SMALLEST * (LARGEST / SMALLEST) ** np.linspace(0, 1, SITES)
    # In each department small and large sites stand together.
    size = np.tile(size.reshape(3, -1).T.ravel(), networks)
    drift = np.outer(random.normal(0, 0.1, len(size)), np.arange(LONGEST) / 12)
    return random.poisson((size[:, None] * np.exp(drift)).T).T.astype(float)


def _sides(
    code: str, series: Series, networks: int, kind: ChartKind | None
) -> dict[str, np.ndarray]:
    """What a reader sees flagged, by level, (networks, series, months)."""
    of, months = series.n.shape
    names = [str(row) for row in range(of)]
    if code in SHARES | RATES | WAITS:
        series = replace(series, season=_seasons(code, series, networks))
    ends = np.cumsum((0, *DEPARTMENTS))
    aggregates = {
        f"{level} {n} {i}": range(n * SITES + first, n * SITES + last)
        for n in range(networks)
        for level, spans in (
            (DEPARTMENT, list(zip(ends[:-1], ends[1:], strict=True))),
            (NATION, [(0, SITES)]),
        )
        for i, (first, last) in enumerate(spans)
    }
    calendar = tuple(add_months(START, i) for i in range(months))
    monthly = MonthlySeries(tuple(names), calendar, {code: series}, series.value)
    charts = judge(monthly, aggregates, {})
    scopes = {
        SITE: names,
        **{level: [a for a in aggregates if a.startswith(level)] for level in (DEPARTMENT, NATION)},
    }
    return {
        level: np.array([_seen(charts[scope][code], calendar, kind) for scope in mine]).reshape(
            networks, -1, months
        )
        for level, mine in scopes.items()
        if all(code in charts[scope] for scope in mine)
    }


def _seasons(code: str, series: Series, networks: int) -> SharedSeason:
    """The season of each network, a row a site."""
    of_networks = (a.reshape(networks, SITES, -1) for a in _events(code, series))
    each = shared_season(*of_networks)
    return SharedSeason(
        *(np.repeat(part, SITES, axis=0) for part in (each.index, each.error, each.since))
    )


def _seen(chart: ControlChart, calendar: Sequence[date], kind: ChartKind | None) -> np.ndarray:
    """The side of the signal that a reader sees in each month; of a series by quarter, that of the last that ended. kind: of the
    chart; a series that has none of this kind is not judged."""
    if kind is not None:
        of_kind = [one for one in (chart, *chart.beside) if one.kind == kind]
        if not of_kind:
            return np.full(len(calendar), np.nan)
        chart = of_kind[0]
    at = [chart.position(month) for month in calendar]
    judged = np.isfinite(chart.usual_when_judged) | (chart.side != 0)
    side = np.where(judged, chart.side, np.nan)
    return np.array([np.nan if i is None else side[i] for i in at])


def share(centre: float, season: float = 0.0) -> Draw:
    """Shares around a centre that differ by site. season: its amplitude, the same of all sites."""

    def draw(random: np.random.Generator, bases: np.ndarray, size: np.ndarray) -> Series:
        own = centre * random.uniform(0.85, 1.15, (len(bases), 1))
        expected = own + size + season * SEASON[: len(size)]
        return counted("satisfaction", random.binomial(bases.T.astype(int), expected.T).T, bases)

    return draw


def rate(centre: float) -> Draw:
    """Events by case around a centre that differ by site; the change is relative."""

    def draw(random: np.random.Generator, bases: np.ndarray, size: np.ndarray) -> Series:
        expected = centre * random.uniform(0.6, 1.4, (len(bases), 1)) * bases * (1 + size)
        return counted("complaints_per_1000", random.poisson(expected.T).T, bases)

    return draw


def wait(season: float = 0.0, spread: float = 0.0) -> Draw:
    """Log-waits around a level of each site. season: its relative amplitude, the same of all sites; spread: of a site's months,
    besides chance. The change is relative."""

    def draw(random: np.random.Generator, bases: np.ndarray, size: np.ndarray) -> Series:
        level = np.log(random.uniform(10, 25, (len(bases), 1)))
        error = np.sqrt(WAITS_VARIANCE / bases + spread**2)
        noise = random.standard_normal(bases.T.shape).T
        mean = level + np.log1p(size) + season * SEASON[: len(size)] + error * noise
        logs = MonthlyLogs(mean * bases, bases, np.full(bases.shape, WAITS_VARIANCE))
        missing = np.full(bases.shape, np.nan)
        return Series(missing, missing, np.expm1(mean), bases, logs=logs)

    return draw


def measure(random: np.random.Generator, bases: np.ndarray, size: np.ndarray) -> Series:
    """Measures of sites, with months that differ by 10 %; the change is relative."""
    noise = random.standard_normal(bases.T.shape).T
    return measured("wait_p90", 45 * (1 + size) * np.exp(0.1 * noise))


def visits(random: np.random.Generator, bases: np.ndarray, size: np.ndarray) -> Series:
    """Visits of one network, with a season, growth, and months that are good or bad for all; the change is relative."""
    years = np.arange(len(size)) / 12
    growth = np.outer(random.normal(0.11, 0.03, len(bases)), years)
    noise = random.normal(0, [0.015] + [0.04] * len(bases), (len(size), 1 + len(bases))).T
    logs = np.log(bases.mean(axis=1, keepdims=True)) + growth + noise[0] + noise[1:]
    expected = np.exp(logs + YEAR[np.arange(len(size)) % 12]) * (1 + size)
    return counted(
        "visits_per_day", random.poisson(expected.T).T, np.full(expected.shape, OPEN_DAYS)
    )


def few(centre: float, cases: float) -> Draw:
    """Shares of a few cases a month around a centre that differ by site."""

    def draw(random: np.random.Generator, bases: np.ndarray, size: np.ndarray) -> Series:
        own = np.clip(centre + random.uniform(-0.1, 0.1, (len(bases), 1)) + size, 0.01, 0.99)
        n = random.poisson(cases, bases.T.shape).T
        return counted("complaints_30d_due", random.binomial(n.T, own.T).T, n)

    return draw


def stock(arrivals: float, days: float) -> Draw:
    """Cases that arrive by chance, so many a month at a site of middling size, and stay for so many days on average; those that
    arrive after a change stay for longer, relatively."""

    def draw(random: np.random.Generator, bases: np.ndarray, size: np.ndarray) -> Series:
        months = len(size)
        lengths = np.concatenate([np.zeros(24), size])  # two years before, so that it is full
        each = arrivals * bases.mean(axis=1) / bases.mean()
        open_ones = np.zeros((len(bases), months + 25))
        for month, longer in enumerate(lengths):
            arrived = random.poisson(each)
            site = np.repeat(np.arange(len(bases)), arrived)
            at, stay = random.random(len(site)), random.exponential(days / 30.4, len(site))
            left = np.minimum(month + at + stay * (1 + longer), months + 24)
            np.add.at(open_ones, (site, month), 1)
            np.add.at(open_ones, (site, np.floor(left).astype(int)), -1)
        there = np.cumsum(open_ones, axis=1)[:, 24 : 24 + months]
        return Series(there, np.full(there.shape, np.nan), there, there)

    return draw


def of_wholes(kind: Callable[[np.ndarray], np.ndarray], shift: float) -> Simulation:
    """The simulation of z of wholes, which are in standard deviations from what is expected. kind: makes z of noise,
    (series, months); shift: of z, lasting."""

    def simulate(random: np.random.Generator) -> dict[str, Sides]:
        z = kind(random.standard_normal((SERIES, MONTHS)))
        later = np.arange(MONTHS) >= CHANGE
        calm, moved = (
            judge_series(series, family=Family.STANDARDISED).side.astype(float)[:, None, :]
            for series in (z, z + shift * later)
        )
        after = slice(CHANGE, CHANGE + WITHIN)
        return {
            WHOLE: Sides(calm[..., FIRST:], calm[..., after], moved[..., after], 1, f"{shift:g} σ")
        }

    return simulate


def like_the_month_before(noise: np.ndarray) -> np.ndarray:
    """Noise of which each month is a little like the one before: autoregressive, 0.3."""
    series = noise.copy()
    for t in range(1, noise.shape[-1]):
        series[:, t] = 0.3 * series[:, t - 1] + math.sqrt(1 - 0.3**2) * noise[:, t]
    return series


CASES = (
    Case(
        "share of 75 %",
        of_network(
            "satisfaction",
            share(0.75),
            {SITE: -0.06, DEPARTMENT: -0.03, NATION: -0.01},
            "{} points",
        ),
    ),
    Case(
        "share of 4 %",
        of_network(
            "satisfaction", share(0.04), {SITE: 0.04, DEPARTMENT: 0.015, NATION: 0.005}, "{} points"
        ),
    ),
    Case(
        "share of 75 %, season of 3 points",
        of_network(
            "satisfaction",
            share(0.75, 0.03),
            {SITE: -0.06, DEPARTMENT: -0.04, NATION: -0.04},
            "{} points",
        ),
    ),
    Case(
        "rate of 5 %",
        of_network(
            "complaints_per_1000", rate(0.05), {SITE: 0.5, DEPARTMENT: 0.25, NATION: 0.1}, "{} %"
        ),
    ),
    Case(
        "rate of 1 %",
        of_network(
            "complaints_per_1000", rate(0.01), {SITE: 1.5, DEPARTMENT: 0.6, NATION: 0.25}, "{} %"
        ),
    ),
    Case(
        "rate of 1 %, by exact months",
        of_network(
            "complaints_per_1000",
            rate(0.01),
            {SITE: 4},
            "{} %",
            kind=ChartKind.RARE,
            networks=FEWER,
        ),
        budget={SITE: 0.03},
    ),
    Case(
        "rate of 1 %, by twelve months",
        of_network(
            "complaints_per_1000",
            rate(0.01),
            {SITE: 1.5, DEPARTMENT: 0.6},
            "{} %",
            kind=ChartKind.YEAR,
            networks=FEWER,
        ),
        budget={SITE: 0.04, DEPARTMENT: 0.04},
    ),
    *(
        Case(
            f"share of 85 % of {cases:g} cases, by twelve months",
            of_network(
                "complaints_30d_due",
                few(0.85, cases),
                changes,
                "{} points",
                kind=ChartKind.YEAR,
                networks=FEWER,
            ),
            budget=dict.fromkeys(changes, 0.04),
        )
        for cases, changes in (
            (1, {DEPARTMENT: -0.25, NATION: -0.1}),
            (3.5, {SITE: -0.4, DEPARTMENT: -0.25}),
        )
    ),
    *(
        Case(
            f"stock of {arrivals:g} a month for {days} days",
            of_network(
                "complaints_open",
                stock(arrivals, days),
                {SITE: 3, DEPARTMENT: 2, NATION: 1},
                "{} %",
                networks=FEWER,
            ),
            budget={SITE: 0.06, DEPARTMENT: 0.06, NATION: 0.06},
        )
        for arrivals, days in ((1, 20), (4, 20), (4, 90))
    ),
    Case(
        "wait", of_network("wait_p50", wait(), {SITE: 0.1, DEPARTMENT: 0.05, NATION: 0.02}, "{} %")
    ),
    Case(
        "wait, months differ by 5 %",
        of_network("wait_p50", wait(0, 0.05), {SITE: 0.1, DEPARTMENT: 0.06, NATION: 0.025}, "{} %"),
    ),
    Case(
        "wait, season of 10 %",
        of_network("wait_p50", wait(0.1), {SITE: 0.2, DEPARTMENT: 0.15, NATION: 0.1}, "{} %"),
    ),
    Case("measure", of_network("wait_p90", measure, {SITE: 0.15}, "{} %")),
    Case(
        "volume",
        of_network(
            "visits_per_day",
            visits,
            {SITE: -0.15, DEPARTMENT: -0.1, NATION: -0.04},
            "{} %",
            alone=True,
        ),
    ),
    *(
        Case(f"{name}, {shift} σ", of_wholes(kind, shift))
        for shift in (1, 2)
        for name, kind in (
            ("z", lambda noise: noise),
            ("z, AR 0.3", like_the_month_before),
        )
    ),
)
