"""Closures: power cuts, network failures, works, a strike; and the files that declare them.

Besides the cuts of the table of events: small failures, Poisson with a mean of 7 a year that differs between sites
(gamma, a shape of 4); one day of strike everywhere and two weeks of works at one site. All are declared, so that no
figure counts the days or hours as worked.
"""

from collections.abc import Iterator

import numpy as np

from db.demo.arrivals import weekly_arrivals
from db.demo.csv_text import clock
from db.demo.model import Closure, DemoFile, Plan, Profile

HEADING = "Centre;Du;Au;De;À;Motif\n"
_POWER = "électricité"
_REASONS = [_POWER, "réseau", "jour férié local", "fermé", "autre"]
_SHARES = [0.60, 0.30, 0.03, 0.04, 0.03]
_BY_THE_HOUR = {
    _POWER: 0.75,
    "réseau": 0.85,
}  # share of closures of some hours; others last a day
_STARTS = [480, 540, 570, 600, 660, 840, 900]
_LENGTHS = [90, 120, 180, 240]
_A_YEAR = 7.0  # small closures per site and year
_WORKS_WEEKDAYS = 10


def draw_closures(
    working: np.ndarray,
    profiles: list[Profile],
    cuts: np.ndarray,
    calm: list[int],
    rng: np.random.Generator,
) -> list[Closure]:
    """All closures of the period, each inside the working days of its sites (`working`: site × day).

    `cuts`: share of the working days with a power cut, site × day; `calm`: sites at which nothing else happens.
    """
    free = working.copy()
    large = _strike(free, rng) + _power_cuts(free, cuts, rng) + _works(free, profiles, calm, rng)
    small = [
        closure for site in range(len(profiles)) for closure in _failures(site, free[site], rng)
    ]
    return large + small


def whole_days(closed: list[Closure], shape: tuple[int, int]) -> np.ndarray:
    """True where a site was closed all day: site × day."""
    shut = np.zeros(shape, bool)
    for closure in closed:
        if closure.hours is None:
            rows = slice(None) if closure.site is None else closure.site
            shut[rows, closure.first : closure.last + 1] = True
    return shut


def files(plan: Plan) -> Iterator[DemoFile]:
    """One file of closures per year, all sites together, which comes in by the week; those of the whole network in one of their
    own, which comes in when the last of them is over."""
    for year, start, end in plan.years():
        within = sorted((c for c in plan.closures if start <= c.first < end), key=lambda c: c.first)
        for name, chosen in (
            (f"fermetures-{year}.csv", [c for c in within if c.site is not None]),
            (f"fermetures-{year}-reseau.csv", [c for c in within if c.site is None]),
        ):
            if not chosen:
                continue
            lines, rows = [_line(plan, c) for c in chosen], plan.no_counts()
            for closure in chosen:
                if closure.site is not None:
                    rows[closure.site, closure.first] += 1
            sites = [site for site in range(len(plan.profiles)) if rows[site].any()]
            came_in = [
                one
                for one in weekly_arrivals(plan, rows, sites, start, end)
                if any(part.rows for part in one.parts)
            ]
            last = max(c.last for c in chosen)
            last_day = plan.day(max(end - 1, last) if sites else last)
            yield DemoFile(
                name,
                "fermetures",
                (HEADING + "".join(lines)).encode(),
                last_day,
                (plan.day(start), last_day),
                len(lines),
                arrivals=tuple(came_in),
            )


def _line(plan: Plan, closure: Closure) -> str:
    site = "" if closure.site is None else plan.profiles[closure.site].code
    hours = ";".join(clock(minute) for minute in closure.hours) if closure.hours else ";"
    return (
        f"{site};{plan.dates[closure.first]};{plan.dates[closure.last]};{hours};{closure.reason}\n"
    )


def _strike(free: np.ndarray, rng: np.random.Generator) -> list[Closure]:
    """One day of national strike, three to ten months ago."""
    days = free.shape[1]
    possible = np.flatnonzero(
        np.any(free[:, max(0, days - 300) : max(0, days - 90)], axis=0)
    ) + max(0, days - 300)
    if not len(possible):
        return []
    day = int(rng.choice(possible))
    free[:, day] = False
    return [Closure(None, day, day, None, "grève")]


def _power_cuts(free: np.ndarray, cuts: np.ndarray, rng: np.random.Generator) -> list[Closure]:
    """A time of power cuts: exactly the share of the working days that there is to be, at each of its sites."""
    closed = []
    for site in np.flatnonzero(cuts.any(axis=1)):
        possible = np.flatnonzero(free[site] & (cuts[site] > 0))
        number = round(cuts[site, possible].sum())
        for day in np.sort(rng.choice(possible, number, replace=False)) if number else []:
            closed.append(_failure(int(site), int(day), _POWER, rng))
            free[site, day] = False
    return closed


def _works(
    free: np.ndarray, profiles: list[Profile], calm: list[int], rng: np.random.Generator
) -> list[Closure]:
    """Two weeks of works at one site of middling size, two to ten months ago."""
    days = free.shape[1]
    steady = sorted(calm, key=lambda s: profiles[s].size)
    if not steady:
        return []
    site = steady[len(steady) // 2]
    possible = np.flatnonzero(free[site])
    possible = possible[(possible >= days - 300) & (possible < days - 60)]
    if len(possible) < _WORKS_WEEKDAYS:
        return []
    start = int(rng.integers(0, len(possible) - _WORKS_WEEKDAYS + 1))
    first, last = int(possible[start]), int(possible[start + _WORKS_WEEKDAYS - 1])
    free[site, first : last + 1] = False
    return [Closure(site, first, last, None, "travaux")]


def _failures(site: int, free: np.ndarray, rng: np.random.Generator) -> list[Closure]:
    """The small closures of one site, at most one a day."""
    possible = np.flatnonzero(free)
    often = _A_YEAR * rng.gamma(4, 1 / 4)  # some sites are much better served than others
    number = min(rng.poisson(often * len(possible) / 250), len(possible))
    days = sorted(rng.choice(possible, number, replace=False)) if number else []
    return [_failure(site, int(d), str(rng.choice(_REASONS, p=_SHARES)), rng) for d in days]


def _failure(site: int, day: int, reason: str, rng: np.random.Generator) -> Closure:
    """One failure: some hours, or the whole day."""
    start = int(rng.choice(_STARTS))
    hours = (start, min(start + int(rng.choice(_LENGTHS)), 1050))
    partial = rng.random() < _BY_THE_HOUR.get(reason, 0.0)
    return Closure(site, day, day, hours if partial else None, reason)
