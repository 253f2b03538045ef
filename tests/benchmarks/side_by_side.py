"""How often places that are all alike are called different side by side, and how often a difference that is planted is found:
python -m tests.benchmarks.side_by_side, two minutes.

Prints, for periods of a year, a quarter and a month, of how many pages of honest pairs any figure is called different (with its
standard error, and which figures), and of how many pages each planted difference is found. The same at each run; PAGES=2000 for
more. Ends with 1 where more than 5 pages in 100 of a period call something different that is not.

An honest place has one to four sites of 3 to 40 users a day, more on some weekdays and in some months. Its days differ more
than chance (a gamma of 25 %), and so do its weeks, each like the one before by a half (10 %), and its months (5 %); so do, on the
scale of the logit or the logarithm, its shares, waits and complaints, each by itself. Complaints come in bunches and are answered
in bunches; closings are missed several days in a row. Half of the pairs have the same number of users: visits are alike too.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from dashboard.judgement.place_days import PlaceDays, chances
from dashboard.period import month_numbers
from dashboard.statistics.two_places import DailyRatio, different
from db.codes import BINS, LAST_BIN

SEED = 20261129
FIRST = 20_030  # a day, since 1970
YEAR = 364  # days from which a habit is known
PERIODS = {"un an": 365, "un trimestre": 91, "un mois": 30}
VOLUMES = ("visits", "visits_per_day", "visits_per_1000")
MOST = 0.05
SERVICES = 8


@dataclass(frozen=True)
class Nature:
    """What is true of a place in the long run. users: a day, of each site; shares: of what are cases of a visit, by code; wait:
    median minutes; complaints: of a visit; answered: in 30 days; missed: the share of closings that are."""

    users: tuple[float, ...] = (12.0,)
    left: float = 0.04
    satisfied: float = 0.83
    women: float = 0.45
    wait: float = 14.0
    complaints: float = 0.011
    answered: float = 0.85
    missed: float = 0.05


class Days:
    """The days of a period, and how the days, weeks and months of a place differ by themselves."""

    def __init__(self, random: np.random.Generator, size: int) -> None:
        self.random, self.days = random, np.arange(FIRST, FIRST + size)
        self.week = (self.days + 3) // 7 - (FIRST + 3) // 7
        months = month_numbers(self.days)
        self.month = months - months[0]
        self.opens = (self.days + 3) % 7 < 5

    def effect(self, day: float, week: float, month: float) -> np.ndarray:
        """Deviations of each day, (D,), of these sizes."""
        weeks = np.zeros(self.week[-1] + 1)
        for n in range(len(weeks)):
            before = weeks[n - 1] if n else self.random.normal(0, week)
            weeks[n] = 0.5 * before + self.random.normal(0, week * sqrt(0.75))
        months = self.random.normal(0, month, self.month[-1] + 1)
        own = self.random.normal(0, day, len(self.days))
        found: np.ndarray = own + weeks[self.week] + months[self.month]
        return found

    def share(self, cases: np.ndarray, share: float, *sizes: float) -> DailyRatio:
        """So many of each day's cases, on the average of days."""
        odds = share / (1 - share) * np.exp(self.effect(*(sizes or (0.3, 0.15, 0.1))))
        events = self.random.binomial(cases, odds / (1 + odds))
        return DailyRatio(events.astype(float), cases.astype(float), "share")


def place(random: np.random.Generator, size: int, nature: Nature) -> PlaceDays:
    """A place of that nature over so many days, and the year up to their end."""
    year = _place(random, max(size, YEAR), nature)
    if size >= YEAR:
        return year
    return replace(_part(year, size), before=year)


def _part(year: PlaceDays, size: int) -> PlaceDays:
    """The last days of a place."""
    return PlaceDays(
        {
            code: DailyRatio(one.events[-size:], one.cases[-size:], one.kind)
            for code, one in year.ratios.items()
        },
        year.waits[-size:],
        {service: visits[-size:] for service, visits in year.services.items()},
        year.days[-size:],
        year.days[-size:],
    )


def _place(random: np.random.Generator, size: int, nature: Nature) -> PlaceDays:
    """A place of that nature over so many days."""
    calendar = Days(random, size)
    visits = sum(_visits(calendar, users) for users in nature.users)
    open_days = calendar.opens * float(len(nature.users))
    nothing = np.zeros(size)
    complaints = calendar.random.poisson(
        visits * nature.complaints * np.exp(calendar.effect(0.5, 0.3, 0.1) - 0.18)
    )
    ratios = {
        "visits": DailyRatio(visits.astype(float), nothing, "rate"),
        "visits_per_day": DailyRatio(visits.astype(float), open_days, "rate"),
        "women_share": calendar.share(visits, nature.women),
        "left": calendar.share(visits, nature.left),
        "satisfaction": calendar.share(random.binomial(visits, 0.65), nature.satisfied),
        "complaints_per_1000": DailyRatio(complaints.astype(float), visits.astype(float), "rate"),
        "complaints_30d": calendar.share(complaints, nature.answered, 0.5, 0.8, 0.2),
        "completeness": _closings(calendar, open_days, nature.missed),
    }
    waits = _waits(calendar, visits, nature.wait)
    ratios["wait_within_30"] = DailyRatio(
        waits[:, :31].sum(axis=1).astype(float), waits.sum(axis=1).astype(float), "share"
    )
    return PlaceDays(ratios, waits, _services(calendar, visits), calendar.days, calendar.days)


def _visits(calendar: Days, users: float) -> np.ndarray:
    """Visits of a site by day."""
    random = calendar.random
    weekday = np.exp(random.normal(0, 0.15, 7))[(calendar.days + 3) % 7]
    weekday /= weekday[calendar.opens].mean()
    mean = users * calendar.opens * weekday * np.exp(calendar.effect(0, 0.1, 0.05))
    counted: np.ndarray = random.poisson(mean * random.gamma(16, 1 / 16, len(mean)))
    return counted


def _waits(calendar: Days, visits: np.ndarray, median: float) -> np.ndarray:
    """The waits of each day by whole minute, log-normal."""
    middle = np.log(median) + calendar.effect(0.25, 0.1, 0.05)
    day = np.repeat(np.arange(len(visits)), visits)
    minutes = np.exp(calendar.random.normal(middle[day], 0.9)).astype(np.int64)
    waits = np.zeros((len(visits), BINS), dtype=np.int64)
    np.add.at(waits, (day, np.minimum(minutes, LAST_BIN)), 1)
    return waits


def _closings(calendar: Days, open_days: np.ndarray, missed: float) -> DailyRatio:
    """Closings of the open days, missed in rows of two or three days."""
    sites = int(open_days.max())
    gone = np.zeros((sites, len(open_days)), dtype=bool)
    starts = calendar.random.random(gone.shape) < missed / 2.5
    for shift in range(3):
        stays = calendar.random.random(gone.shape) < (1.0, 0.9, 0.6)[shift]
        gone[:, shift:] |= starts[:, : starts.shape[1] - shift] & stays[:, shift:]
    closed = (~gone & (open_days > 0)).sum(axis=0)
    return DailyRatio(closed.astype(float), open_days, "share")


def _services(calendar: Days, visits: np.ndarray) -> dict[int, np.ndarray]:
    """Visits of each of SERVICES, whose shares move from day to day, week to week and month to month."""
    usual = np.log(np.array([0.25, 0.18, 0.15, 0.12, 0.1, 0.08, 0.07, 0.05]))
    moved = np.stack([calendar.effect(0.2, 0.1, 0.1) for _ in range(SERVICES)], axis=1)
    shares = np.exp(usual + moved)
    shares /= shares.sum(axis=1, keepdims=True)
    counted = calendar.random.multinomial(visits, shares)
    return {n + 1: counted[:, n] for n in range(SERVICES)}


def natures(random: np.random.Generator, *, as_many: bool) -> tuple[Nature, Nature]:
    """Two places that are alike, but for how many come where not `as_many`."""
    one = tuple(np.exp(random.uniform(np.log(3), np.log(40), random.integers(1, 5))).tolist())
    if as_many:
        return Nature(one), Nature(one)
    other = tuple(np.exp(random.uniform(np.log(3), np.log(40), random.integers(1, 5))).tolist())
    return Nature(one), Nature(other)


def called_different(one: PlaceDays, other: PlaceDays) -> frozenset[str]:
    """The figures and services of a page that are called different."""
    codes = [*one.ratios, "wait_p50", "wait_p90"]
    found = chances((one, other), dict.fromkeys(codes, (0, 1)))
    surely = different({key: p for key, p in found.items() if p is not None})
    return frozenset(code for code, _ in surely)


def honest(size: int, pages: int) -> Counter[str]:
    """Of so many pages of pairs that are alike, how often each figure is called different; « une page »: any of them."""
    wrong: Counter[str] = Counter()
    for n in range(pages):
        random = np.random.default_rng((SEED, size, n))
        as_many = n % 2 == 0
        said = called_different(
            *(place(random, size, nature) for nature in natures(random, as_many=as_many))
        )
        if not as_many:
            said -= frozenset(VOLUMES)
        wrong.update(said)
        wrong["une page"] += bool(said)
    return wrong


PLANTS: Mapping[str, tuple[str, Callable[[Nature], Nature]]] = {
    "25 % d'usagers en plus": (
        "visits_per_day",
        lambda n: replace(n, users=tuple(1.25 * u for u in n.users)),
    ),
    "18 min d'attente pour 14": ("wait_p50", lambda n: replace(n, wait=18.0)),
    "6 % de départs pour 4 %": ("left", lambda n: replace(n, left=0.06)),
    "76 % de satisfaits pour 83 %": ("satisfaction", lambda n: replace(n, satisfied=0.76)),
    "2 fois plus de plaintes": ("complaints_per_1000", lambda n: replace(n, complaints=0.022)),
    "85 % de fiches pour 95 %": ("completeness", lambda n: replace(n, missed=0.15)),
}
USERS = {"un centre de 15 usagers par jour": (15.0,), "trois centres de 15": (15.0, 15.0, 15.0)}


def found(size: int, pages: int, users: tuple[float, ...], plant: str) -> int:
    """Of so many pages, on how many a planted difference is called one."""
    code, planted = PLANTS[plant]
    hits = 0
    for n in range(pages):
        random = np.random.default_rng((SEED, size, len(users), n))
        one, other = Nature(users), planted(Nature(users))
        hits += code in called_different(place(random, size, one), place(random, size, other))
    return hits


def main() -> int:
    """Print both, and whether honest pairs are rarely enough called different."""
    pages = int(os.environ.get("PAGES", "400"))
    too_many = False
    for name, size in PERIODS.items():
        wrong = honest(size, pages)
        share = wrong.pop("une page", 0) / pages
        error = sqrt(share * (1 - share) / pages)
        print(f"{name}: {100 * share:.1f} ± {100 * error:.1f} pages de lieux semblables sur 100 ;"
              f" {dict(wrong.most_common(6))} sur {pages}")  # fmt: skip
        too_many |= share > MOST
    for name, size in PERIODS.items():
        for who, users in USERS.items():
            for plant in PLANTS:
                part = found(size, pages // 4, users, plant) / (pages // 4)
                print(f"{name}, {who}, {plant}: vu {100 * part:.0f} fois sur 100")
    return int(too_many)


if __name__ == "__main__":
    sys.exit(main())
