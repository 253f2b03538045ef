"""The state of a site's day: whether its register is due, and what was handed in of it."""

from collections.abc import Container, Iterable
from datetime import date, datetime, time
from enum import IntEnum

import numpy as np

from dashboard.period import BENIN, MINUTES_A_DAY, ONE_DAY, day_number, today
from db.network_state import NEVER, NEVER_RECEIVED, NetworkState
from db.working_days import SATURDAY, closure_days, service_days, working_days

NOON = time(12, tzinfo=BENIN)


class DayState(IntEnum):
    """The state of a site's day. Of several that fit, it is the first: they stand in their order.

    A day is due on the next working day before noon; what was handed in before that is not counted before it either, so
    that all sites are counted for the same days. From MISSING on a day is expected; one that is missing for a reason that the
    site gave has its place after MISSING, once a reason can be given.
    """

    NO_WORK = 0  # a weekend, a holiday
    OUT_OF_SERVICE = 1
    NOT_DUE = 2
    CLOSED = 3  # as a file of closures says
    MISSING = 4  # neither a register, nor a closing that says that nobody came
    EMPTY = 5  # it was open and nobody came; the closing, if there is one, says the same
    DIFFERENT = 6  # other visits were declared at the closing than are in the register
    UNCLOSED = 7  # a register without a closing, once the site had begun to hand closings in
    LATE = 8  # the first register came after it was due
    RECEIVED = 9


def last_deadline(holidays: Container[date], moment: datetime) -> datetime:
    """Returns the last noon of a working day that is not after an aware moment: all states are the same from it to the
    next."""
    day = today(moment)
    if moment < datetime.combine(day, NOON):
        day -= ONE_DAY
    while day.weekday() >= SATURDAY or day in holidays:
        day -= ONE_DAY
    return datetime.combine(day, NOON)


def handed_in(network: NetworkState, first: date, last: date) -> np.ndarray:
    """Whether each site handed in each day, due or not, (S, D): a register covers it, or it was closed without any visit."""
    nobody = _days(network, network.has_closing & (network.declared_visits == 0), first, last)
    handed: np.ndarray = nobody | _days(network, network.visits_known, first, last)
    return handed


def day_states(network: NetworkState, first: date, last: date, moment: datetime) -> np.ndarray:
    """Returns the `DayState` of each site and day from `first` to `last`, (S, D) as uint8, as they are counted at an aware
    moment: the hour matters, for a day is due at noon."""
    deadline = day_number(last_deadline(network.holidays, moment).date())
    origin, width = day_number(first), (last - first).days + 1
    days = np.arange(origin, origin + width)
    declared = _days(network, network.declared_visits, first, last)
    entered = _days(network, network.register_visits, first, last)
    has_closing = _days(network, network.has_closing, first, last)
    received = _days(network, network.register_received, first, last, NEVER_RECEIVED)
    due = _due_minutes(network.holidays, origin, width, deadline)
    tests = (
        (~working_days(network.holidays, origin, width), DayState.NO_WORK),
        (~service_days(network.places, origin, width), DayState.OUT_OF_SERVICE),
        (days >= deadline, DayState.NOT_DUE),
        (closure_days(network.places, network.closures, origin, width), DayState.CLOSED),
        (~handed_in(network, first, last), DayState.MISSING),
        ((entered == 0) & (declared == 0), DayState.EMPTY),
        (has_closing & (declared != entered), DayState.DIFFERENT),
        (~has_closing & (days >= network.closes_from[:, None]), DayState.UNCLOSED),
        (received >= due, DayState.LATE),
    )
    states: np.ndarray = np.select(
        [test for test, _ in tests],
        [np.uint8(state) for _, state in tests],
        np.uint8(DayState.RECEIVED),
    )
    return states


def _due_minutes(holidays: Iterable[date], origin: int, width: int, deadline: int) -> np.ndarray:
    """The minute (`minute_number`) at which each of `width` days from `origin` on is due, (D,): noon of the next working day;
    of one that is not due at the deadline (a day number) it may be later."""
    ahead = max(width, deadline + 1 - origin)
    working = np.append(origin + np.flatnonzero(working_days(holidays, origin, ahead)), NEVER)
    next_working = np.searchsorted(working, np.arange(origin, origin + width), side="right")
    minutes: np.ndarray = working[next_working] * MINUTES_A_DAY + NOON.hour * 60
    return minutes


def _days(
    network: NetworkState, values: np.ndarray, first: date, last: date, blank: int = 0
) -> np.ndarray:
    """The columns of days from `first` to `last`, (S, D): `blank` on those of which the network has none."""
    out = np.full((len(values), (last - first).days + 1), blank, values.dtype)
    columns = network.day_columns(first, last)
    begin = columns.start + network.origin - day_number(first)
    out[:, begin : begin + columns.stop - columns.start] = values[:, columns]
    return out
