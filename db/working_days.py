"""The working days of sites: holidays of Benin, as the ministry changed them, closures, first and last days."""

import importlib.util
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from dashboard.period import MINUTES_A_DAY, day_number, day_numbers, weekdays
from db import read
from db.shared_types import Closure, Place

SATURDAY = 5
DAYTIME = (
    7 * 60,
    18 * 60,
)  # minutes between which an office is open, where its hours are not known


def public_holidays(connection: Connection, first: date, last: date) -> dict[date, str]:
    """The holidays between two days, with their French names.

    From the `holidays` library (Benin), whose Islamic dates are estimates, and what a data manager changed.
    """
    days = dict(_of_library(first.year, last.year))
    for day, label, worked in read.holiday_changes(connection):
        if worked:
            days.pop(day, None)
        else:
            days[day] = label
    return {day: label for day, label in days.items() if first <= day <= last}


@lru_cache(100)
def _of_library(first: int, last: int) -> dict[date, str]:
    """The holidays of some years as the library has them; counted once, since each time leaves it other names to hold."""
    found = _calendar_of_benin()(years=range(first, last + 1), language="fr_BJ")
    return dict(found.items())


@cache
def _calendar_of_benin() -> Any:
    """The library's class for Benin, from its own file: asked for by name, the library loads all its 250 countries."""
    library = importlib.util.find_spec("holidays")
    folder = Path(str(library and library.origin)).parent
    spec = importlib.util.spec_from_file_location("benin", folder / "countries" / "benin.py")
    if spec is None or spec.loader is None:
        raise ImportError("no calendar of Benin in the `holidays` library")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Benin


def working_days(holidays: Iterable[date], origin: int, width: int) -> np.ndarray:
    """Whether anybody works on each of `width` days from `origin` on, (width,): weekdays without a holiday."""
    days = np.arange(origin, origin + width)
    working: np.ndarray = weekdays(days) < SATURDAY
    working &= ~np.isin(days, day_numbers(holidays))
    return working


def site_working_days(
    places: Sequence[Place], holidays: Iterable[date], origin: int, width: int
) -> np.ndarray:
    """As `working_days` for each site, (S, width): on the weekdays for which it has hours; from Monday to Friday where none are
    known."""
    days = np.arange(origin, origin + width)
    of_days = weekdays(days)
    out = np.tile(of_days < SATURDAY, (len(places), 1))
    for row, place in enumerate(places):
        for week in place.weeks:
            since = days >= day_number(week.valid_from)
            out[row, since] = np.isin(of_days[since], [weekday for weekday, *_ in week.hours])
    out &= ~np.isin(days, day_numbers(holidays))
    return out


def service_days(places: Sequence[Place], origin: int, width: int) -> np.ndarray:
    """Whether each site is in service on each day, (S, width): from the day on which it begins, in its periods of service. A
    site of which nobody knows when it begins is on none."""
    days = np.arange(origin, origin + width)
    out = np.zeros((len(places), width), dtype=bool)
    for i, site in enumerate(places):
        start = site.begins_on
        if start is not None:
            for opens, closes in site.periods:
                serves = days >= max(day_number(start), day_number(opens))
                out[i] |= serves if closes is None else serves & (days < day_number(closes))
    return out


def whole_closures(places: Sequence[Place], closures: Iterable[Closure]) -> list[Closure]:
    """The closures of whole days; and one of each day of a site of which closures of hours take all opening hours together, or
    all of DAYTIME where its hours are not known. It is confirmed where confirmed ones alone take them."""
    rows_of: dict[int | None, list[int]] = {p.id: [row] for row, p in enumerate(places)}
    rows_of[None] = list(range(len(places)))
    found: list[Closure] = []
    of_hours: dict[tuple[int, date], list[Closure]] = defaultdict(list)
    for c in closures:
        if c.from_minute is None:
            found.append(c)
            continue
        for row in rows_of.get(c.site_id, ()):
            for n in range((c.last_day - c.first_day).days + 1):
                of_hours[row, c.first_day + timedelta(days=n)].append(c)
    for (row, day), some in of_hours.items():
        week = places[row].week_on(day)
        by_weekday = {of: (opens, closes) for of, opens, closes in week.hours} if week else {}
        hours = by_weekday.get(day.weekday()) if week else DAYTIME
        for of in ([c for c in some if c.confirmed], some):
            if hours and _take_all(of, *hours):
                first = min(of, key=lambda c: (c.from_minute or 0, c.order))
                found.append(
                    replace(
                        first,
                        site_id=places[row].id,
                        first_day=day,
                        last_day=day,
                        from_minute=None,
                        to_minute=None,
                    )
                )
                break
    return found


def _take_all(closures: Iterable[Closure], opens: int, closes: int) -> bool:
    """Whether closures of hours leave no minute between two. 23:59 is the end of the day."""
    for c in sorted(closures, key=lambda c: c.from_minute or 0):
        if (c.from_minute or 0) > opens:
            return False
        opens = max(opens, MINUTES_A_DAY if c.to_minute == MINUTES_A_DAY - 1 else c.to_minute or 0)
    return opens >= closes


def closure_days(
    places: Sequence[Place], closures: Iterable[Closure], origin: int, width: int
) -> np.ndarray:
    """Whether each site was closed for the whole of each day, (S, width), as `whole_closures` says."""
    closures = whole_closures(places, closures)
    out, ids = np.zeros((len(places), width), dtype=bool), np.array([p.id for p in places])
    for c in closures:
        where = np.ones(len(ids), dtype=bool) if c.site_id is None else ids == c.site_id
        first, last = day_number(c.first_day) - origin, day_number(c.last_day) - origin
        out[where, max(first, 0) : max(last + 1, 0)] = True
    return out


def unconfirmed_days(
    places: Sequence[Place],
    closures: Sequence[Closure],
    holidays: Iterable[date],
    origin: int,
    width: int,
) -> np.ndarray:
    """The days on which each site would have been open, had it not said itself that it was closed, (S, width)."""
    confirmed = [c for c in closures if c.confirmed]
    days = open_days(places, confirmed, holidays, origin, width)
    alone: np.ndarray = days & closure_days(places, closures, origin, width)
    return alone


def open_days(
    places: Sequence[Place],
    closures: Iterable[Closure],
    holidays: Iterable[date],
    origin: int,
    width: int,
) -> np.ndarray:
    """The days on which each site is to be open, (S, width), from `origin` on: its working days in its service, without whole
    days of closure."""
    working = site_working_days(places, holidays, origin, width)
    working &= service_days(places, origin, width)
    opened: np.ndarray = working & ~closure_days(places, closures, origin, width)
    return opened
