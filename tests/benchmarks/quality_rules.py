"""How often quality rules are wrong about honest sites, and how often they find what is planted:
python -m tests.benchmarks.quality_rules, a minute.

Prints, for each rule, findings in a hundred years of honest sites and the share of years in which its planted fault is found,
each with its standard error: the numbers that stand in the entries of dashboard.judgement.quality_rules. The same at each run;
YEARS=10000 for more sites. Ends with 1 where an entry says something else.

An honest site has a mean of 3 to 60 users a day, more on some weekdays and in some months than in others, days that differ more
than chance (a negative binomial), log-normal waits with up to a quarter of nobody before, services whose share moves from month
to month, 60 to 99 % satisfied, closings that slip on three days in a hundred, by one user on most of these, and closures that it
declares. Its first year is habit, its second one is judged. What it does not have, and real sites may, is a closure that nobody
declared.
"""

import os
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt

import numpy as np

from dashboard.judgement.quality_evidence import SiteEvidence, VisitRows
from dashboard.judgement.quality_rules import BY_KEY
from dashboard.period import day_number, month_numbers
from dashboard.period import weekdays as weekdays_of
from db.codes import BINS, COUNTERS, LAST_BIN

SEED = 20261129
SERVICES = 8
OPENS, CLOSES = 480, 1050  # minutes after midnight
FIRST, JUDGED, END = (
    day_number(date.fromisoformat(day)) for day in ("2024-01-01", "2025-01-01", "2026-01-01")
)
DAYS = np.arange(FIRST, END)
MONTHS = np.unique(month_numbers(DAYS), return_index=True)
STARTS = DAYS[MONTHS[1]]
SLIPS = 0.03  # of closings


@dataclass(frozen=True)
class Register:
    """What a site handed in: rows of two years, and of each day whether it was open, and what its closing declares."""

    rows: VisitRows
    is_open: np.ndarray
    declared: np.ndarray

    def where(self, mask: np.ndarray) -> "Register":
        """The same with some of its rows."""
        return replace(self, rows=pick(self.rows, np.flatnonzero(mask)))

    def with_rows(self, **columns: np.ndarray) -> "Register":
        """The same with other columns."""
        return replace(self, rows=replace(self.rows, **columns))


def pick(rows: VisitRows, at: np.ndarray) -> VisitRows:
    """Some rows, in the order of days and arrivals."""
    at = at[np.lexsort((rows.called[at], rows.arrived[at], rows.day[at]))]
    columns = {n: getattr(rows, n)[at] for n in vars(rows) if n != "reference"}
    return VisitRows(**columns, reference=np.asarray(rows.reference)[at])


def honest(random: np.random.Generator) -> Register:
    """Two years of an honest site."""
    weekday = weekdays_of(DAYS)
    is_open = (weekday < 5) & (random.random(len(DAYS)) > 0.04)
    month = month_numbers(DAYS) - month_numbers(DAYS)[0]
    level = np.exp(random.uniform(np.log(3), np.log(60)))
    season = np.exp(0.15 * random.standard_normal(24))[month]
    of_week = np.exp(0.15 * random.standard_normal(7))[weekday]
    spread = random.uniform(0.0, 0.2)
    of_day = random.gamma(1 / spread, spread, len(DAYS)) if spread > 0.01 else 1.0
    counts = random.poisson(level * season * of_week * of_day) * is_open
    day = np.repeat(DAYS, counts)
    n = len(day)
    arrived = np.clip(OPENS + random.gamma(2.5, 80, n), OPENS - 20, CLOSES - 20).astype(int)
    waited = np.exp(
        np.log(random.uniform(6, 35)) + random.uniform(0.6, 0.85) * random.standard_normal(n)
    )
    waited[random.random(n) < random.uniform(0, 0.25)] = 0
    called = np.minimum(arrived + waited.astype(int), np.maximum(CLOSES + 60, arrived))
    timed = random.random(n) > 0.07
    share = random.dirichlet(np.full(SERVICES, 1.0))
    by_month = share * np.exp(0.3 * random.standard_normal((24, SERVICES)))
    edges = np.cumsum(by_month / by_month.sum(axis=1, keepdims=True), axis=1)
    drawn = (random.random(n)[:, None] > edges[np.repeat(month, counts)]).sum(axis=1)
    happy = random.random(n) < random.uniform(0.60, 0.99)
    asked = random.random(n) < 0.65
    rows = VisitRows(
        day,
        np.where(timed, arrived, -1),
        np.where(timed, called, -1),
        np.where(timed, called + random.integers(3, 25, n), -1),
        random.choice(3, n, p=[0.7, 0.05, 0.25]),
        1 + np.minimum(drawn, SERVICES - 1),
        random.integers(1, 3, n),
        np.where(asked, np.where(happy, 1, 2), 0),
        np.arange(n).astype(str),
    )
    slip = random.geometric(0.8, len(DAYS)) * random.choice([-1, 1], len(DAYS))
    slip *= random.random(len(DAYS)) < SLIPS
    return Register(pick(rows, np.arange(n)), is_open, np.maximum(counts + slip, 0) * is_open)


def evidence(register: Register) -> SiteEvidence:
    """What rules look at, of a register."""
    rows = register.rows
    month = np.searchsorted(STARTS, rows.day, side="right") - 1
    counters = np.zeros((len(STARTS), len(COUNTERS)), dtype=np.int64)
    flags = {
        "visits": np.ones(len(month), dtype=bool),
        "measured": rows.is_timed,
        "satisfied": rows.satisfied == 1,
        "unsatisfied": rows.satisfied == 2,
    }
    for name, flag in flags.items():
        counters[:, COUNTERS.index(name)] = np.bincount(month[flag], minlength=len(STARTS))
    waits = np.zeros((len(STARTS), BINS), dtype=np.int64)
    timed = rows.is_timed
    np.add.at(waits, (month[timed], np.minimum(rows.wait[timed], LAST_BIN)), 1)
    arrivals = np.zeros((len(STARTS), 24), dtype=np.int64)
    known = rows.arrived >= 0
    np.add.at(arrivals, (month[known], rows.arrived[known] // 60), 1)
    services = np.zeros((len(STARTS), SERVICES), dtype=np.int64)
    np.add.at(services, (month, rows.service - 1), 1)
    outside = np.bincount(month[is_outside(rows)], minlength=len(STARTS))
    visits = np.bincount(rows.day - FIRST, minlength=len(DAYS))
    return SiteEvidence(
        months=STARTS,
        counters=counters,
        waits=waits,
        arrivals=arrivals,
        outside=outside,
        services=services,
        service_labels=tuple(f"prestation {k}" for k in range(SERVICES)),
        whole_until=END - 1,
        days=DAYS,
        visits=visits,
        declared=register.declared,
        is_open=register.is_open,
        is_known=np.ones(len(DAYS), dtype=bool),
        has_closing=register.is_open,
        judged_from=JUDGED,
        read=lambda days: pick(rows, np.flatnonzero(np.isin(rows.day, days))),
        is_outside=is_outside,
    )


def is_outside(rows: VisitRows) -> np.ndarray:
    """Which rows arrived over an hour before the site opens, or after it closes, by whole hours as sums have them."""
    hour = rows.arrived // 60
    return (rows.arrived >= 0) & ((hour < OPENS // 60 - 1) | (hour > CLOSES // 60 + 1))


# --- faults ---------------------------------------------------------------------------------------------------------
Plant = Callable[[np.random.Generator, Register], Register]


def a_week(random: np.random.Generator, register: Register) -> np.ndarray:
    """Five open days in a row of the year that is judged, from its second month on."""
    open_days = DAYS[register.is_open & (DAYS >= JUDGED + 31)]
    start = random.integers(0, len(open_days) - 5)
    return open_days[start : start + 5]


def a_month(random: np.random.Generator, months: int = 1) -> tuple[int, int]:
    """The first day of a month, or a quarter, of the year that is judged, and the first one after it."""
    place = 12 + months * int(random.integers(0, 12 // months))
    return int(STARTS[place]), int(np.append(STARTS, END)[place + months])


def wrong_hour(random: np.random.Generator, register: Register) -> Register:
    """A call that is noted five hours late."""
    rows = register.rows
    called = rows.called.copy()
    one = random.choice(np.flatnonzero(rows.is_timed & (rows.day >= JUDGED)))
    called[one] = min(called[one] + 300, 1439)
    return register.with_rows(called=called)


def copied_hour(random: np.random.Generator, register: Register) -> Register:
    """A week whose calls are the arrivals."""
    rows = register.rows
    mine = np.isin(rows.day, a_week(random, register)) & rows.is_timed
    return register.with_rows(called=np.where(mine, rows.arrived, rows.called))


def rounded(random: np.random.Generator, register: Register) -> Register:
    """A quarter in which half of the waits are rounded to five minutes."""
    rows = register.rows
    first, after = a_month(random, 3)
    mine = (
        (rows.day >= first)
        & (rows.day < after)
        & rows.is_timed
        & (random.random(len(rows.day)) < 0.5)
    )
    return register.with_rows(
        called=np.where(mine, rows.arrived + np.round(rows.wait / 5).astype(int) * 5, rows.called)
    )


def written_by_the_form(_random: np.random.Generator, register: Register) -> Register:
    """The last month, whose arrivals are all at the hour of opening."""
    rows = register.rows
    mine = (rows.day >= STARTS[-1]) & (rows.arrived >= 0)
    return register.with_rows(arrived=np.where(mine, OPENS, rows.arrived))


def handed_in_twice(random: np.random.Generator, register: Register) -> Register:
    """A week that is there twice, under other references."""
    rows = register.rows
    again = np.flatnonzero(np.isin(rows.day, a_week(random, register)))
    return replace(register, rows=pick(rows, np.append(np.arange(len(rows.day)), again)))


def twelve_hours(random: np.random.Generator, register: Register) -> Register:
    """An afternoon whose hours are those of a clock of twelve."""
    rows = register.rows
    late = (rows.arrived >= 13 * 60) & (rows.day >= JUDGED)
    mine = late & (rows.day == random.choice(rows.day[late]))
    change = np.where(mine, 720, 0)
    return register.with_rows(arrived=rows.arrived - change, called=rows.called - change)


def empty_week(random: np.random.Generator, register: Register) -> Register:
    """A week that is handed in empty."""
    return register.where(~np.isin(register.rows.day, a_week(random, register)))


def with_counts(
    random: np.random.Generator, register: Register, wanted: dict[int, int]
) -> Register:
    """The same with so many rows on some days, drawn from all of its rows."""
    rows = register.rows
    kept = np.flatnonzero(~np.isin(rows.day, list(wanted)))
    drawn = random.integers(0, len(rows.day), sum(wanted.values()))
    day = rows.day.copy()
    at = np.append(kept, drawn)
    columns = {n: np.asarray(getattr(rows, n))[at] for n in vars(rows)}
    columns["day"] = np.append(day[kept], np.repeat(list(wanted), list(wanted.values())))
    mixed = VisitRows(**columns)
    return replace(register, rows=pick(mixed, np.arange(len(at))))


def invented(random: np.random.Generator, register: Register) -> Register:
    """A month with ten to fourteen users each day."""
    first, after = a_month(random)
    days = DAYS[register.is_open & (first <= DAYS) & (after > DAYS)]
    return with_counts(random, register, {int(d): int(random.integers(10, 15)) for d in days})


def copied_month(random: np.random.Generator, register: Register) -> Register:
    """A month with the numbers of one of the six before, day by day."""
    first, after = a_month(random)
    place = int(np.searchsorted(STARTS, first)) - int(random.integers(1, 7))
    start, end = STARTS[place], STARTS[place + 1]
    visits = np.bincount(register.rows.day - FIRST, minlength=len(DAYS))
    then = DAYS[register.is_open & (start <= DAYS) & (end > DAYS)]
    days = DAYS[register.is_open & (first <= DAYS) & (after > DAYS)]
    wanted = {int(d): int(visits[t - FIRST]) for d, t in zip(days, then, strict=False)}
    return with_counts(random, register, wanted)


def yes_always(random: np.random.Generator, register: Register) -> Register:
    """A quarter in which each user is noted as satisfied."""
    first, after = a_month(random, 3)
    mine = (register.rows.day >= first) & (register.rows.day < after)
    return register.with_rows(satisfied=np.where(mine, 1, register.rows.satisfied))


def not_entered(random: np.random.Generator, register: Register) -> Register:
    """A day of which a third of the rows was not entered."""
    rows = register.rows
    mine = rows.day == random.choice(rows.day[rows.day >= JUDGED])
    return register.where(~(mine & (random.random(len(mine)) < 1 / 3)))


def renamed(random: np.random.Generator, register: Register) -> Register:
    """The service that is asked for most, noted as another for a month."""
    rows = register.rows
    most = np.bincount(rows.service).argmax()
    first, after = a_month(random)
    mine = (rows.day >= first) & (rows.day < after) & (rows.service == most)
    return register.with_rows(service=np.where(mine, most % SERVICES + 1, rows.service))


PLANTS: dict[str, Plant] = {
    "long_waits": wrong_hour,
    "zero_waits": copied_hour,
    "digits": rounded,
    "same_minute": written_by_the_form,
    "copies": handed_in_twice,
    "outside_hours": twelve_hours,
    "sudden_zero": empty_week,
    "evenness": invented,
    "all_satisfied": yes_always,
    "declared": not_entered,
    "repeated_month": copied_month,
    "vanished_service": renamed,
}


# --- rates ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Rate:
    """What a rule did: findings in a hundred years of honest sites, the share of planted years found, and standard errors."""

    false_alarms: float
    false_alarms_error: float
    found: float
    found_error: float


def simulate(
    years: int, seed: int = SEED, keys: Collection[str] = tuple(BY_KEY)
) -> dict[str, Rate]:
    """The rates of rules, of so many honest years and as many with the fault of each planted. keys: of the rules."""
    random = np.random.default_rng(seed)
    alarms = {key: np.zeros(years) for key in keys}
    hits = {key: np.zeros(years) for key in keys}
    for year in range(years):
        register = honest(random)
        usual = evidence(register)
        for key in keys:
            before = set(BY_KEY[key].find(usual))
            alarms[key][year] = len(before)
            planted = evidence(PLANTS[key](random, register))
            hits[key][year] = bool(set(BY_KEY[key].find(planted)) - before)
    return {key: _rate(alarms[key], hits[key]) for key in keys}


def _rate(alarms: np.ndarray, hits: np.ndarray) -> Rate:
    n, found = len(alarms), float(hits.mean())
    return Rate(
        100 * float(alarms.mean()),
        100 * float(alarms.std(ddof=1)) / sqrt(n),
        found,
        sqrt(found * (1 - found) / n),
    )


def lines(rates: dict[str, Rate], years: int) -> Iterator[str]:
    """What is printed."""
    yield f"{years} years of honest sites, and as many with each fault"
    yield f"{'rule':18}{'false alarms in 100 years':>28}{'planted found':>20}"
    for key, rate in rates.items():
        yield (
            f"{key:18}{rate.false_alarms:20.2f} ± {rate.false_alarms_error:.2f}"
            f"{100 * rate.found:15.1f} % ± {100 * rate.found_error:.1f}"
        )


def differing(rates: dict[str, Rate]) -> list[str]:
    """The rules whose entry does not say what was found, rounded as it is there."""
    return [
        key
        for key, rate in rates.items()
        if (BY_KEY[key].false_alarms, BY_KEY[key].found)
        != (round(rate.false_alarms, 2), round(rate.found, 3))
    ]


def main() -> int:
    """Print the rates, and say which entries of the registry are of another simulation."""
    years = int(os.environ.get("YEARS", "1000"))
    rates = simulate(years)
    print("\n".join(lines(rates, years)))
    other = differing(rates)
    if other:
        print(f"entries that say something else: {', '.join(other)}", file=sys.stderr)
    return 1 if other else 0


if __name__ == "__main__":
    sys.exit(main())
