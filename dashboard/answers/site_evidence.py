"""What quality rules look at, of each site: cut from the state of the network, which holds sums; rows are read of the days that
a rule asks for."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np

from dashboard.answers.context import View
from dashboard.judgement.quality_evidence import HABIT_MONTHS, SiteEvidence, VisitRows
from dashboard.period import (
    DAY_0,
    add_months,
    day_from_number,
    day_number,
    day_numbers,
    month_end,
    month_number,
    weekdays,
)
from dashboard.settings import load_settings
from db.codes import ALL_SERVICES, UNKNOWN_HOUR, UNKNOWN_SERVICE
from db.register_rows import register_rows
from db.shared_types import Place

HOURS = UNKNOWN_HOUR + 1
MOST_JUDGED = 24  # months, up to that of the data: what is older is past mending
NIGHT_ENDS, NIGHT_BEGINS = 6, 20  # hours, where those of the site are not known


def judged_months() -> int:
    """How many months up to that of the data are judged: none of which rows may have come to their term, and can be checked no
    more."""
    return max(min(MOST_JUDGED, load_settings().visits_kept_months - 1), 1)


def site_evidence(view: View, place: Place) -> SiteEvidence | None:
    """The evidence of one site, of the months up to that of the data; None without data."""
    network = view.network
    if network.as_of is None or network.known_until is None:
        return None
    row = network.row[place.id]
    starts = _months(network.known_until, day_from_number(network.origin))
    judged_from = add_months(network.known_until.replace(day=1), 1 - judged_months())
    of_site = partial(network.months.of_site, row, starts[0], len(starts))
    columns = network.day_columns(starts[0], network.known_until)

    heat = of_site("heat")
    services = [
        (number, label)
        for number, _, label in network.services
        if number not in (ALL_SERVICES, UNKNOWN_SERVICE)
    ]
    return SiteEvidence(
        months=day_numbers(starts),
        counters=of_site("counters"),
        waits=of_site("waits"),
        arrivals=_by_hour(heat),
        outside=_outside(view, place, starts, heat, judged_from),
        services=network.months.services_of_site(
            row, starts[0], len(starts), [number for number, _ in services]
        ),
        service_labels=tuple(label for _, label in services),
        whole_until=day_number(network.known_until),
        days=np.arange(columns.start, columns.stop) + network.origin,
        visits=network.register_visits[row, columns],
        declared=network.declared_visits[row, columns],
        is_open=network.is_open[row, columns],
        is_known=network.visits_known[row, columns],
        has_closing=network.has_closing[row, columns],
        judged_from=day_number(judged_from),
        read=lambda days: _read(view, place.code, days),
        is_outside=partial(_is_outside, place),
    )


def monthly_arrivals(view: View, place: Place) -> np.ndarray:
    """The arrivals of one site by month and hour, (M, 24), as its evidence has them."""
    network = view.network
    if network.as_of is None or network.known_until is None:
        return np.zeros((1, UNKNOWN_HOUR), dtype=np.int64)
    starts = _months(network.known_until, day_from_number(network.origin))
    row = network.row[place.id]
    return _by_hour(network.months.of_site(row, starts[0], len(starts), "heat"))


def _by_hour(heat: np.ndarray) -> np.ndarray:
    """Arrivals by month and hour, (M, 24), those of an unknown hour left out. heat: by month, weekday and hour."""
    by_hour: np.ndarray = heat.reshape(-1, 7, HOURS).sum(axis=1)[:, :UNKNOWN_HOUR]
    return by_hour


def _months(known_until: date, origin: date) -> list[date]:
    """The first days of the months that are judged, and of those before that are their habit."""
    last = month_number(known_until)
    first = max(last - judged_months() - HABIT_MONTHS + 1, month_number(origin))
    return [add_months(DAY_0, n - month_number(DAY_0)) for n in range(first, last + 1)]


def _outside(
    view: View, place: Place, starts: list[date], heat: np.ndarray, judged_from: date
) -> np.ndarray:
    """How many came in each month while nobody should, (M,). heat: arrivals by month, weekday and hour. These do not say on which
    day of the month: where hours change in it, the rows of the month do, if it is judged and its sums have any to look for."""
    by_hour = heat.reshape(len(starts), 7, HOURS)
    outside = np.zeros(len(starts), dtype=np.int64)
    for m, start in enumerate(starts):
        weeks = np.stack([_of_week(place, day) for day in _begins_of_weeks(place, start)])
        outside[m] = by_hour[m][weeks.any(axis=0)].sum()
        if outside[m] and start >= judged_from and (weeks != weeks[0]).any():
            days = np.arange(day_number(start), day_number(month_end(start)) + 1)
            outside[m] = _is_outside(place, _read(view, place.code, days)).sum()
    return outside


def _begins_of_weeks(place: Place, start: date) -> list[date]:
    """The first day of a month, and the days in it from which other hours are valid."""
    changes = {week.valid_from for week in place.weeks}
    return [start, *sorted(day for day in changes if start < day <= month_end(start))]


def _is_outside(place: Place, rows: VisitRows) -> np.ndarray:
    """Which rows arrived while nobody should, by the hours of their own day."""
    days, at = np.unique(rows.day, return_inverse=True)
    closed = np.zeros((len(days), HOURS), dtype=bool)
    for i, number in enumerate(days.tolist()):
        closed[i] = _of_week(place, day_from_number(number))[weekdays(days[i])]
    hour = np.where(rows.arrived >= 0, rows.arrived // 60, UNKNOWN_HOUR)
    outside: np.ndarray = closed[at, hour]
    return outside


def _of_week(place: Place, day: date) -> np.ndarray:
    """Hours of the weekdays at which nobody should arrive by what is valid on a day, (7, 25): more than one before the site opens
    or after it closes. The days on which it does not open are not among them."""
    hours = np.arange(HOURS)
    week = place.week_on(day)
    closed = np.zeros((7, HOURS), dtype=bool)
    if week is None:
        closed[:] = (hours < NIGHT_ENDS) | (hours >= NIGHT_BEGINS)
    for weekday, opens, closes in week.hours if week else ():
        closed[weekday] = (hours < opens // 60 - 1) | (hours > (closes - 1) // 60 + 1)
    closed[:, UNKNOWN_HOUR] = False
    return closed


def _read(view: View, site: str, days: np.ndarray) -> VisitRows:
    """The rows of some days of a site's register."""
    wanted = [DAY_0 + timedelta(days=number) for number in days.tolist()]
    return _visit_rows(
        view.read(lambda connection: register_rows(connection, site, {site}, wanted))
    )


def _visit_rows(rows: Sequence[tuple[Any, ...]]) -> VisitRows:
    """Rows of `db.register_rows` as arrays."""
    columns = tuple(zip(*rows, strict=True)) if rows else ((),) * 9
    day, arrived, called, ended, kind, service, sex, satisfied, reference = columns
    answer = {None: 0, True: 1, False: 2}
    return VisitRows(
        day=day_numbers(day),
        arrived=_numbers(arrived, -1),
        called=_numbers(called, -1),
        ended=_numbers(ended, -1),
        kind=_numbers(kind, 0),
        service=_numbers(service, 0),
        sex=_numbers(sex, 0),
        satisfied=np.array([answer[one] for one in satisfied], dtype=np.int64),
        reference=[one or "" for one in reference],
    )


def _numbers(column: tuple[int | None, ...], blank: int) -> np.ndarray:
    return np.array([blank if one is None else one for one in column], dtype=np.int64)
