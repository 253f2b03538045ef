"""The working days of sites: holidays of Benin, as the ministry changed them, closures, first and last days."""

import importlib.util
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from dashboard.period import day_number, day_numbers, weekdays
from db import read
from db.shared_types import Closure, Place

SATURDAY = 5


def public_holidays(connection: Connection, first: date, last: date) -> dict[date, str]:
    """The holidays between two days, with their French names.

    From the `holidays` library (Benin), whose Islamic dates are estimates, and what a data manager changed.
    """
    years = range(first.year, last.year + 1)
    days = dict(_calendar_of_benin()(years=years, language="fr_BJ").items())
    for day, label, worked in read.holiday_changes(connection):
        if worked:
            days.pop(day, None)
        else:
            days[day] = label
    return {day: label for day, label in days.items() if first <= day <= last}


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
    working: np.ndarray = (weekdays(days) < SATURDAY) & ~np.isin(days, day_numbers(holidays))
    return working


def service_days(places: Sequence[Place], origin: int, width: int) -> np.ndarray:
    """Whether each site is in service on each day, (S, width): from its first activity (else its launch) on, and before
    its closing date. A site with neither first activity nor launch is on none."""
    days = np.arange(origin, origin + width)
    out = np.zeros((len(places), width), dtype=bool)
    for i, site in enumerate(places):
        start = site.first_activity or site.launched_on
        if start is not None:
            out[i] = days >= day_number(start)
            if site.closed_on is not None:
                out[i] &= days < day_number(site.closed_on)
    return out


def closure_days(
    places: Sequence[Place], closures: Iterable[Closure], origin: int, width: int
) -> np.ndarray:
    """Whether each site was closed for the whole of each day, (S, width), as a file of closures says."""
    out, ids = np.zeros((len(places), width), dtype=bool), np.array([p.id for p in places])
    for c in closures:
        if c.from_minute is None:
            where = np.ones(len(ids), dtype=bool) if c.site_id is None else ids == c.site_id
            first, last = day_number(c.first_day) - origin, day_number(c.last_day) - origin
            out[where, max(first, 0) : max(last + 1, 0)] = True
    return out


def open_days(
    places: Sequence[Place],
    closures: Iterable[Closure],
    holidays: Iterable[date],
    origin: int,
    width: int,
) -> np.ndarray:
    """The days on which each site is to be open, (S, width), from `origin` on: working days in its service, without whole
    days of closure."""
    working = working_days(holidays, origin, width) & service_days(places, origin, width)
    opened: np.ndarray = working & ~closure_days(places, closures, origin, width)
    return opened
