"""The plan: how many users each site receives on each day, and how long they wait compared with other days.

Visits are multinomial (Poisson with a given sum) around size × growth × opening ramp × season × weekday × events ×
noise. The season has the same shape for all, with a small part of each site's own that comes back every year. Noise is
log-normal and independent from day to day and from month to month; its standard deviations, in logarithms, stand below.
There is no other trend and no other shift than those of `db.demo.events`.
"""

from collections.abc import Collection
from datetime import date, timedelta

import numpy as np

from db.demo import closures, gaps
from db.demo.arrival_hours import share_within
from db.demo.arrivals import draw_days_of_arrival
from db.demo.event_effects import effects, opening_shares
from db.demo.events import EVENTS, Kind
from db.demo.model import SHUT, Closure, DemoSite, Plan, Profile
from db.demo.profiles import draw_profiles, first_activity, has_event, service_waits

_PLAN = 1  # the key of this module's random numbers
_WEEKDAY = np.array([1.28, 1.08, 1.0, 0.95, 0.70, 0.0, 0.0])
_WEEKDAY_WAIT = np.array([1.15, 1.03, 0.98, 0.96, 0.88, 0.9, 0.9])
_MONTH = np.array([1.02, 0.98, 1.0, 0.95, 0.97, 1.0, 0.90, 0.70, 1.20, 1.28, 1.05, 0.88])
_OWN_SEASON = 0.03  # of visits: site × month of the year, the same each year
_DAY_EVERYWHERE, _DAY, _MONTHLY = 0.05, 0.12, 0.03  # of visits: day; site × day; site × month
_MONTHLY_WAIT = 0.03  # of waits: site × month
_SATURDAYS = 6  # openings on a Saturday, in September and October, over the two busiest sites


def make_plan(
    sites: list[DemoSite],
    services: dict[str, str],
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
    opened_on = [first_activity(site, today, rng) for site in sites]
    first = min(opened_on)
    days = (today - first).days
    if days < 1:
        raise ValueError("no site had opened before today")
    calendar = [first + timedelta(days=d) for d in range(days)]
    weekday = np.array([day.weekday() for day in calendar])
    holiday = np.isin(np.arange(days), [(day - first).days for day in holidays])
    workday = (weekday < 5) & ~holiday
    growing = _growing(list(services))
    profiles = draw_profiles(sites, len(services), growing, opened_on, today, rng)
    happening = effects(sites, profiles, first, today)
    index = np.arange(days)
    active = np.array([(index >= p.start) & (index <= p.last) for p in profiles])
    calm = [s for s, site in enumerate(sites) if not has_event(site)]
    closed = closures.draw_closures(active & workday, profiles, happening.cuts, calm, rng)
    shut = closures.whole_days(closed, active.shape)
    opened = active & workday & ~shut
    weights = (
        _season(calendar, weekday, len(sites), rng)
        * opened
        * _site_trends(profiles, opening_shares(sites), days)
        * happening.visits
        * _noise(calendar, len(sites), rng)
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
    load *= happening.wait * _monthly(_MONTHLY_WAIT, calendar, len(sites), rng)
    # Drawn apart, once all else is: what does not come in changes nothing of what does.
    missing = gaps.draw_gaps(sites, opened, workday, month_of(calendar), seed)
    return Plan(
        seed=seed,
        first=first,
        today=today,
        profiles=profiles,
        services=list(services.values()),
        service_wait=service_waits(len(services), growing, rng),
        growing=growing,
        closures=closed + gaps.confirmed_closures(sites, missing, workday, month_of(calendar)),
        workday=workday,
        opened=opened & ~np.isin(missing, SHUT),
        counts=counts,
        gaps=missing,
        came_in=draw_days_of_arrival(sites, missing, workday, first.weekday(), seed),
        load=load,
        effects=happening,
        dates=[day.strftime("%d/%m/%Y") for day in calendar],
    )


def _growing(codes: list[str]) -> int:
    """The index of the service that grows somewhere, by the table of events; -1 if it is not among them."""
    grows = next(event.service for event in EVENTS if event.kind == Kind.SERVICE_GROWS)
    return codes.index(grows) if grows in codes else -1


def _season(
    calendar: list[date], weekday: np.ndarray, sites: int, rng: np.random.Generator
) -> np.ndarray:
    """Weekday and month of the year: site × day."""
    month = [day.month - 1 for day in calendar]
    own = rng.lognormal(0, _OWN_SEASON, (sites, 12))
    season: np.ndarray = _WEEKDAY[weekday] * _MONTH[month] * own[:, month]
    return season


def _site_trends(profiles: list[Profile], at_first: np.ndarray, days: int) -> np.ndarray:
    """Size, yearly growth and the slow first months of each site: site × day."""
    age = np.arange(days) - np.array([[p.start] for p in profiles])
    growth = np.array([[p.growth] for p in profiles])
    size = np.array([[p.size] for p in profiles])
    trends: np.ndarray = (
        size
        * np.exp(growth * np.arange(days) / 365)
        * (1 - (1 - at_first[:, None]) * np.exp(-np.maximum(age, 0) / 120))
    )
    return trends


def _noise(calendar: list[date], sites: int, rng: np.random.Generator) -> np.ndarray:
    """The noise of visits: a little everywhere at once, more at each site; and by month at each site."""
    days = len(calendar)
    noise: np.ndarray = rng.lognormal(0, _DAY_EVERYWHERE, days) * rng.lognormal(
        0, _DAY, (sites, days)
    )
    noise *= _monthly(_MONTHLY, calendar, sites, rng)
    return noise


def _monthly(
    deviation: float, calendar: list[date], sites: int, rng: np.random.Generator
) -> np.ndarray:
    """Noise that is the same on all days of a month of a site: site × day."""
    month = month_of(calendar)
    month -= month[0]
    noise: np.ndarray = rng.lognormal(0, deviation, (sites, month[-1] + 1))[:, month]
    return noise


def month_of(calendar: list[date]) -> np.ndarray:
    """The number of each day's month."""
    return np.array([day.year * 12 + day.month for day in calendar])


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
    """Add visits on a few Saturdays, as registers do hold; the import remarks on them."""
    rentree = np.array([day.month in (9, 10) for day in calendar])
    for site in np.argsort([p.size for p in profiles])[-2:]:
        saturdays = np.flatnonzero(possible[site] & rentree)
        picked = rng.permutation(saturdays)[: _SATURDAYS // 2]
        if not len(picked):
            continue
        # A Saturday brings about half an ordinary day, whatever the Friday before was.
        weights[site, picked] = np.median(weights[site][weights[site] > 0]) / 2
