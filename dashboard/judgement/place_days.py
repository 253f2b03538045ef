"""Places day by day, and how probable it is that two of them, all alike, differ as much."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from dashboard.indicators import BY_CODE
from dashboard.period import month_numbers
from dashboard.statistics.quantile import quantile
from dashboard.statistics.survival import median
from dashboard.statistics.two_places import (
    FEWEST_GROUPS,
    STRETCH,
    DailyRatio,
    Habit,
    groupings,
    one_by_one,
    p_value,
    stretches,
)
from db.codes import UNKNOWN_SERVICE

Pair = tuple[int, int]  # two of some places, the first before the second
Chances = Mapping[tuple[str, Pair], float | None]  # None where there are too few cases
SERVICES = 8  # that are compared: those most asked for


@dataclass(frozen=True)
class Complaints:
    """Complaints of a place, (n,) each: day on which each was received (a place in its days), days until it was answered
    or, if it is not, for which it is known, and whether it was answered."""

    received: np.ndarray
    days: np.ndarray
    answered: np.ndarray


@dataclass(frozen=True)
class PlaceDays:
    """A place day by day. ratios: of each indicator that is a ratio of counts, or a count, by code; waits: (D, 241) by whole
    minute; services: visits of each service (id), (D,); days: since 1970, (D,); days_to_now: those of indicators of the date of
    the data. complaints: received in the period. before: the same of the year up to the period's end, for one that is shorter."""

    ratios: Mapping[str, DailyRatio]
    waits: np.ndarray
    services: Mapping[int, np.ndarray]
    days: np.ndarray
    days_to_now: np.ndarray
    complaints: Complaints | None = None
    before: "PlaceDays | None" = None

    @property
    def visits_by_service(self) -> Mapping[int, int]:
        """The visits of each known service."""
        return {
            service: int(visits.sum())
            for service, visits in self.services.items()
            if service != UNKNOWN_SERVICE
        }


Judge = Callable[[Callable[[PlaceDays], DailyRatio], PlaceDays, PlaceDays], float | None]


def compared_services(places: Sequence[PlaceDays]) -> tuple[int, ...]:
    """The services (ids) that most ask for, on the average of the places, the first first; at most SERVICES."""
    shares: dict[int, float] = {}
    for place in places:
        visits = place.visits_by_service
        total = sum(visits.values())
        for service, n in visits.items():
            shares[service] = shares.get(service, 0.0) + n / max(total, 1)
    order = sorted(shares, key=lambda service: (-shares[service], service))
    return tuple(service for service in order if shares[service])[:SERVICES]


def chances(
    places: Sequence[PlaceDays], known: Mapping[str, Sequence[int]], *, by_case: bool = False
) -> Chances:
    """The probability of each difference that the page shows, by indicator and pair, and by service (`service_key`) and pair.
    known: of each indicator that chance can judge, the places that have a value; by_case: by simple reckoning, as if each case
    stood by itself."""
    judge = _by_case if by_case else _judge
    found: dict[tuple[str, Pair], float | None] = {}
    for code, there in known.items():
        for one, other in combinations(there, 2):
            found[code, (one, other)] = _chance(code, places[one], places[other], judge)
    for service in compared_services(places):
        for one, other in combinations(range(len(places)), 2):
            share = partial(_of_service, service)
            found[service_key(service), (one, other)] = judge(share, places[one], places[other])
    return found


def service_key(service: int) -> str:
    """The name under which the share of a service is judged."""
    return f"service:{service}"


def _chance(code: str, one: PlaceDays, other: PlaceDays, judge: Judge) -> float | None:
    """Of an indicator of two places."""
    i = BY_CODE[code]
    if i.quantile is not None:
        return _chance_of_waits(i.quantile, one, other, judge)
    if i.unit == "days":
        return _chance_of_delays(one, other, judge)
    if i.is_current and judge is _judge:
        return p_value(one.ratios[code], other.ratios[code], _groups(one.days_to_now))
    return judge(lambda place: place.ratios[code], one, other)


def _judge(
    ratio: Callable[[PlaceDays], DailyRatio], one: PlaceDays, other: PlaceDays
) -> float | None:
    """The probability of a difference of two places, in what `ratio` says of one."""
    habit = None
    if one.before is not None and other.before is not None:
        days = one.before.days
        length = len(one.days) / STRETCH
        habit = Habit(ratio(one.before), ratio(other.before), stretches(days), length)
    elif len(one.days) < FEWEST_GROUPS * STRETCH:
        return None
    return p_value(ratio(one), ratio(other), _groups(one.days), habit)


def _by_case(
    ratio: Callable[[PlaceDays], DailyRatio], one: PlaceDays, other: PlaceDays
) -> float | None:
    """The same by simple reckoning."""
    return one_by_one(ratio(one), ratio(other))


def _chance_of_waits(q: float, one: PlaceDays, other: PlaceDays, judge: Judge) -> float | None:
    """Of the median, by the mean of ln(1 + minutes), finer than whole minutes; of a higher quantile, by the share beyond that of
    both together."""
    if not one.waits.any() or not other.waits.any():
        return None
    if q == 0.5:
        return judge(_log_waits, one, other)
    together = one.waits.sum(axis=0, dtype=np.int64) + other.waits.sum(axis=0, dtype=np.int64)
    return judge(partial(_beyond, int(quantile(together, q))), one, other)


def _chance_of_delays(one: PlaceDays, other: PlaceDays, judge: Judge) -> float | None:
    """Of the median delay of answers, by the share of complaints that were answered within that of both together, of those
    that have had as many days."""
    if one.complaints is None or other.complaints is None:
        return None
    every = one.complaints, other.complaints
    together = median(
        np.concatenate([c.days for c in every]), np.concatenate([c.answered for c in every])
    )
    return None if together.days is None else judge(partial(_within, together.days), one, other)


def _within(limit: int, place: PlaceDays) -> DailyRatio:
    """The share of complaints answered within so many days, of those that have had them, by the day on which they came."""
    c = place.complaints
    if c is None:
        return DailyRatio(np.zeros(len(place.days)), np.zeros(len(place.days)), "share")
    quick = c.answered & (c.days <= limit)
    events, cases = (
        np.bincount(c.received[which], minlength=len(place.days)).astype(float)
        for which in (quick, quick | (c.days > limit) | (~c.answered & (c.days == limit)))
    )
    return DailyRatio(events, cases, "share")


def _groups(days: np.ndarray) -> Sequence[np.ndarray]:
    return groupings(days, month_numbers(days))


def _of_service(service: int, place: PlaceDays) -> DailyRatio:
    """The share of a service among each day's visits whose service is known."""
    nothing = np.zeros(len(place.days))
    known = [v for code, v in place.services.items() if code != UNKNOWN_SERVICE]
    cases = np.sum(known, axis=0, dtype=float) if known else nothing
    return DailyRatio(place.services.get(service, nothing).astype(float), cases, "share")


def _log_waits(place: PlaceDays) -> DailyRatio:
    """The mean of ln(1 + minutes) of each day's waits."""
    logs = np.log1p(np.arange(place.waits.shape[1]))
    return DailyRatio(place.waits @ logs, place.waits.sum(axis=1).astype(float), "mean")


def _beyond(minutes: int, place: PlaceDays) -> DailyRatio:
    """The share of each day's waits that are longer than so many minutes."""
    longer = place.waits[:, minutes + 1 :].sum(axis=1).astype(float)
    return DailyRatio(longer, place.waits.sum(axis=1).astype(float), "share")
