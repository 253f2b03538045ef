"""The state of a site's day: whether its register is due, and what was handed in of it."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np

from dashboard.period import BENIN, MINUTES_A_DAY, ONE_DAY, day_number, today
from db.network_state import NEVER_RECEIVED, NetworkState
from db.shared_types import DayState
from db.working_days import SATURDAY, closure_days, service_days, site_working_days, working_days

NOON = time(12, tzinfo=BENIN)


@dataclass(frozen=True)
class DayMeasures:
    """What a site's days count as, (S, D) each. state: the `DayState`. Every expected day is in exactly one of three: received,
    by a register or by a file that says that nobody came; explained, by what the site said itself, that nobody came included;
    neither. on_time: received before it was due. days_late: working days, from 1 on for what came after it was due; 0 for all
    others."""

    state: np.ndarray
    received: np.ndarray
    explained: np.ndarray
    on_time: np.ndarray
    days_late: np.ndarray

    @property
    def expected(self) -> np.ndarray:
        """Whether the day is due and the site should have been open."""
        due: np.ndarray = self.state >= DayState.MISSING
        return due

    @property
    def missing(self) -> np.ndarray:
        """Whether it is expected, and neither received nor explained."""
        missing: np.ndarray = self.state == DayState.MISSING
        return missing


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
    closed = network.has_closing | network.is_typed
    nobody = _days(network, closed & (network.declared_visits == 0), first, last)
    handed: np.ndarray = nobody | _days(network, network.visits_known, first, last)
    return handed


def heard_of(network: NetworkState, first: date, last: date) -> np.ndarray:
    """Whether anything is known of each site's day, (S, D): a register covers it, or it was closed, whatever the closing
    declares."""
    closed = _days(network, network.has_closing | network.is_typed, first, last)
    heard: np.ndarray = closed | _days(network, network.visits_known, first, last)
    return heard


def to_close(network: NetworkState, first: date, last: date) -> np.ndarray:
    """Whether of each site's open day, (S, D), a register came and no closing, once the site had begun to hand closings in: a
    day without a visit too."""
    days = day_number(first) + np.arange((last - first).days + 1)
    closed = _days(network, network.has_closing | network.is_typed, first, last)
    register = _days(network, network.visits_known & network.is_open, first, last)
    found: np.ndarray = register & ~closed & (days >= network.closes_from[:, None])
    return found


def promised_days(network: NetworkState, first: date, last: date) -> np.ndarray:
    """The day, since 1970, for which the register of each site's day is promised, (S, D), kept or not; 0 for none."""
    return _days(network, network.promised_until, first, last)


def declared_visits(network: NetworkState, first: date, last: date) -> np.ndarray:
    """The visits that closings declare of each site's day, (S, D); 0 for none."""
    return _days(network, network.declared_visits, first, last)


def register_visits(network: NetworkState, first: date, last: date) -> np.ndarray:
    """The visits in the register of each site's day, (S, D); 0 for none."""
    return _days(network, network.register_visits, first, last)


def day_states(
    network: NetworkState,
    first: date,
    last: date,
    moment: datetime,
    counted_on: date | None = None,
) -> np.ndarray:
    """Returns the `DayState` of each site and day from `first` to `last`, (S, D) as uint8, as they are counted at an aware
    moment: the hour matters, for a day is due at noon. counted_on: the day on which promises are kept or not, by default the
    moment's."""
    deadline = day_number(last_deadline(network.holidays, moment).date())
    origin, width = day_number(first), (last - first).days + 1
    days = np.arange(origin, origin + width)
    declared = _days(network, network.declared_visits, first, last)
    entered = _days(network, network.register_visits, first, last)
    has_closing = _days(network, network.has_closing, first, last)
    received = _days(network, network.register_received, first, last, NEVER_RECEIVED)
    due = _due_minutes(network.holidays, origin, width, deadline)
    confirmed = [c for c in network.whole_closures if c.confirmed]
    handed, promised = handed_in(network, first, last), promised_days(network, first, last)
    explained = closure_days(network.places, network.whole_closures, origin, width)
    explained |= promised >= day_number(counted_on or today(moment))
    tests = (
        (~site_working_days(network.places, network.holidays, origin, width), DayState.NO_WORK),
        (~service_days(network.places, origin, width), DayState.OUT_OF_SERVICE),
        (days >= deadline, DayState.NOT_DUE),
        (closure_days(network.places, confirmed, origin, width), DayState.CLOSED),
        (~handed & ~explained, DayState.MISSING),
        (~handed, DayState.EXPLAINED),
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


def day_measures(
    network: NetworkState,
    first: date,
    last: date,
    moment: datetime,
    counted_on: date | None = None,
) -> DayMeasures:
    """Returns what each site's days from `first` to `last` count as at an aware moment; the arguments are those of
    `day_states`."""
    state = day_states(network, first, last, moment, counted_on)
    deadline = day_number(last_deadline(network.holidays, moment).date())
    origin, width = day_number(first), (last - first).days + 1
    came = _days(network, network.register_received, first, last, NEVER_RECEIVED)
    closed = _days(network, network.closing_received, first, last, NEVER_RECEIVED)
    came = np.where(state == DayState.EMPTY, np.minimum(came, closed), came)
    received = (state >= DayState.EMPTY) & (came < NEVER_RECEIVED)
    noons = _noons(network.holidays, origin, max(width, deadline + 1 - origin))
    following = np.searchsorted(noons, _midnights(origin, width) + MINUTES_A_DAY)
    late = np.searchsorted(noons, came, side="right") - following
    late = np.where(received, late.clip(0), 0).astype(np.int32)
    typed = (state == DayState.EMPTY) & ~received
    return DayMeasures(
        state, received, typed | (state == DayState.EXPLAINED), received & (late == 0), late
    )


def _due_minutes(holidays: Iterable[date], origin: int, width: int, deadline: int) -> np.ndarray:
    """The minute (`minute_number`) at which each of `width` days from `origin` on is due, (D,): noon of the next working day;
    of one that is not due at the deadline (a day number) it may be later."""
    noons = np.append(_noons(holidays, origin, max(width, deadline + 1 - origin)), NEVER_RECEIVED)
    due: np.ndarray = noons[np.searchsorted(noons, _midnights(origin, width) + MINUTES_A_DAY)]
    return due


def _noons(holidays: Iterable[date], origin: int, width: int) -> np.ndarray:
    """The minutes of the noons of the working days among `width` days from `origin` on."""
    working: np.ndarray = origin + np.flatnonzero(working_days(holidays, origin, width))
    minutes: np.ndarray = working * MINUTES_A_DAY + NOON.hour * 60
    return minutes


def _midnights(origin: int, width: int) -> np.ndarray:
    """The minutes at which `width` days from `origin` on begin."""
    begins: np.ndarray = np.arange(origin, origin + width) * MINUTES_A_DAY
    return begins


def _days(
    network: NetworkState, values: np.ndarray, first: date, last: date, blank: int = 0
) -> np.ndarray:
    """The columns of days from `first` to `last`, (S, D): `blank` on those of which the network has none."""
    out = np.full((len(values), (last - first).days + 1), blank, values.dtype)
    columns = network.day_columns(first, last)
    begin = columns.start + network.origin - day_number(first)
    out[:, begin : begin + columns.stop - columns.start] = values[:, columns]
    return out
