"""The plan: how many users each site receives on each day."""

from collections.abc import Collection
from datetime import date, timedelta

import numpy as np

from db.demo import closures
from db.demo.hours import share_within
from db.demo.model import SHIFT_DAYS, Closure, DemoSite, Plan, Profile
from db.demo.profiles import draw_profiles, first_activity

_PLAN = 1  # the key of this module's random numbers
_WEEKDAY = np.array([1.28, 1.08, 1.0, 0.95, 0.70, 0.0, 0.0])
_WEEKDAY_WAIT = np.array([1.15, 1.03, 0.98, 0.96, 0.88, 0.9, 0.9])
_MONTH = np.array([1.02, 0.98, 1.0, 0.95, 0.97, 1.0, 0.90, 0.70, 1.20, 1.28, 1.05, 0.88])
_LONGER = 1.6  # waits at the shifted site, since the shift
_SATURDAYS = 6  # openings on a Saturday, in September and October, over the two busiest sites


def make_plan(
    sites: list[DemoSite],
    services: list[str],
    *,
    visits: int,
    seed: int,
    today: date,
    holidays: Collection[date],
) -> Plan:
    """The plan of exactly `visits` visits up to the day before `today`."""
    if not sites or not services or visits < 0:
        raise ValueError("at least one site, one service and a number of visits are needed")
    rng = np.random.default_rng([seed, _PLAN])
    opening = [first_activity(site, rng) for site in sites]
    first = min(opening)
    days = (today - first).days
    if days < 1:
        raise ValueError("no site had opened before today")
    calendar = [first + timedelta(days=d) for d in range(days)]
    weekday = np.array([day.weekday() for day in calendar])
    holiday = np.isin(np.arange(days), [(day - first).days for day in holidays])
    workday = (weekday < 5) & ~holiday
    profiles = draw_profiles(
        sites, len(services), [(day - first).days for day in opening], days, rng
    )
    index = np.arange(days)
    active = np.array([(index >= p.start) & (index <= p.last) for p in profiles])
    closed = closures.draw_closures(active & workday, profiles, rng)
    shut = closures.whole_days(closed, active.shape)
    opened = active & workday & ~shut
    weights = (
        _season(calendar, weekday)
        * opened
        * _site_trends(profiles, days)
        * _noise(rng, active.shape)
    )
    weights *= _hours_open(closed, active.shape)
    _open_some_saturdays(
        weights, active & ~shut & ~holiday & (weekday == 5), calendar, profiles, rng
    )
    if not weights.any():
        raise ValueError("no site has a working day before today")
    expected = weights / weights.sum() * visits
    counts = rng.multinomial(visits, (weights / weights.sum()).ravel()).reshape(weights.shape)
    load = ((counts + 5) / (expected + 5)) ** 0.3 * _WEEKDAY_WAIT[weekday]
    load[[p.shifted for p in profiles], max(0, days - SHIFT_DAYS) :] *= _LONGER
    dates = [day.strftime("%d/%m/%Y") for day in calendar]
    return Plan(
        seed, first, today, profiles, services, closed, workday, opened, counts, load, dates
    )


def _season(calendar: list[date], weekday: np.ndarray) -> np.ndarray:
    season: np.ndarray = _WEEKDAY[weekday] * _MONTH[[day.month - 1 for day in calendar]]
    return season


def _site_trends(profiles: list[Profile], days: int) -> np.ndarray:
    """Size, yearly growth and the slow first months of each site: site × day."""
    age = np.arange(days) - np.array([[p.start] for p in profiles])
    growth = np.array([[p.growth] for p in profiles])
    size = np.array([[p.size] for p in profiles])
    trends: np.ndarray = (
        size
        * np.exp(growth * np.arange(days) / 365)
        * (1 - 0.6 * np.exp(-np.maximum(age, 0) / 120))
    )
    return trends


def _noise(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Days differ: a little everywhere at once, more at each site."""
    return rng.lognormal(0, 0.05, shape[1]) * rng.lognormal(0, 0.12, shape)


def _hours_open(closed: list[Closure], shape: tuple[int, int]) -> np.ndarray:
    """The share of a day's arrivals left by closures of some hours: site × day."""
    share = np.ones(shape)
    for closure in closed:
        if closure.hours:
            share[closure.site, closure.first] -= share_within(*closure.hours)
    return share


def _open_some_saturdays(
    weights: np.ndarray,
    possible: np.ndarray,
    calendar: list[date],
    profiles: list[Profile],
    rng: np.random.Generator,
) -> None:
    """Registers do hold a few visits on a Saturday; the import remarks on them."""
    rentree = np.array([day.month in (9, 10) for day in calendar])
    for site in np.argsort([p.size for p in profiles])[-2:]:
        saturdays = np.flatnonzero(possible[site] & rentree)
        picked = rng.permutation(saturdays)[: _SATURDAYS // 2]
        # A Saturday brings about half an ordinary day, whatever the Friday before was.
        weights[site, picked] = np.median(weights[site][weights[site] > 0]) / 2
