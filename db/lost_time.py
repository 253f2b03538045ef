"""The open time that closures took from sites: minutes of their own hours, on the days on which they should have been open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np

from dashboard.period import MINUTES_A_DAY, day_number, weekdays
from db.day_states import heard_of, register_visits
from db.network_state import NetworkState
from db.shared_types import Closure, Place
from db.working_days import service_days, site_working_days


@dataclass(frozen=True)
class LostTime:
    """The open and the lost time of S sites on D days, from the day number `origin` on.

    opening: (S, D) whether a site should have been open: a working day of its own, in its service, no holiday, closed since or
    not. hours_known: (S, D) whether its hours of that day are known; open_minutes: (S, D) how long it is open by them, else 0.
    lost_minutes: (S, D) what closures took of these, each minute once; where hours are not known, the minutes that they say, but
    for days that they close for whole. whole: (S, D) whether nothing of the day was left. unheard: (S, D) whether the day is
    open, nothing of it was handed in, and no closure says why.
    The share of a closure in a site's day, (N,): site and day (rows and columns), closure (its place in `closures`); covered:
    its minutes of open time; counted: those of them that no closure before it took; takes_day: whether it closed, before all
    others, a day without known hours.
    """

    origin: int
    opening: np.ndarray
    hours_known: np.ndarray
    open_minutes: np.ndarray
    lost_minutes: np.ndarray
    whole: np.ndarray
    unheard: np.ndarray
    closures: tuple[Closure, ...]
    site: np.ndarray
    day: np.ndarray
    closure: np.ndarray
    covered: np.ndarray
    counted: np.ndarray
    takes_day: np.ndarray

    @property
    def touched(self) -> np.ndarray:
        """(S, D) whether a day lost some of its open time."""
        touched: np.ndarray = self.whole | (self.lost_minutes > 0)
        return touched

    def until_due(self, last: int) -> "LostTime":
        """The same without the days after the number `last`, which are not due yet, of which a site said nothing: that is no
        silence yet."""
        after = self.origin + np.arange(self.opening.shape[1]) > last
        counts = ~(self.unheard & after)
        return replace(
            self,
            opening=self.opening & counts,
            hours_known=self.hours_known & counts,
            open_minutes=np.where(counts, self.open_minutes, 0),
            unheard=self.unheard & counts,
        )

    def without_days_of(self, reason: str) -> "LostTime":
        """The same without what was lost on the days of each site on which a closure for this reason took open time, whatever
        else took some. The open time stays: of less of it, leaving out days that lost little would seem to lose more."""
        of_reason = np.array([c.reason == reason for c in self.closures], dtype=bool)[self.closure]
        kept = np.ones(self.opening.shape, dtype=bool)
        kept[self.site[of_reason], self.day[of_reason]] = False
        stays = kept[self.site, self.day]
        return replace(
            self,
            lost_minutes=np.where(kept, self.lost_minutes, 0),
            whole=self.whole & kept,
            site=self.site[stays],
            day=self.day[stays],
            closure=self.closure[stays],
            covered=self.covered[stays],
            counted=self.counted[stays],
            takes_day=self.takes_day[stays],
        )


def precedence(closure: Closure) -> tuple[bool, bool, bool, object]:
    """The sort key of closures by which a minute of several is counted for the first: confirmed before declared by the site
    alone, of whole days before hours, of the whole network before a site's."""
    return (
        not closure.confirmed,
        closure.from_minute is not None,
        closure.site_id is not None,
        closure.order,
    )


def lost_time(network: NetworkState, rows: Sequence[int], first: date, last: date) -> LostTime:
    """The open time that closures, confirmed or not, took from some sites from one day to another. rows: of the sites in the
    network, S of them; `last` before `first` for no day at all."""
    places = [network.places[row] for row in rows]
    origin, width = day_number(first), max((last - first).days + 1, 0)
    opening = site_working_days(places, network.holidays, origin, width)
    opening &= service_days(places, origin, width)
    hours = _hours(places, origin, width)
    known = opening & (hours[..., 0] >= 0)
    open_minutes = np.where(known, hours[..., 1] - hours[..., 0], 0)
    of_days = (c for c in network.closures if c.first_day <= last and c.last_day >= first)
    closures = tuple(sorted(of_days, key=precedence))
    shares = _shares(places, closures, opening, hours, origin)
    visits = register_visits(network, first, last)[list(rows)] if width else opening
    site, day, closure, begins, ends = _unrefuted(shares, closures, visits)
    counted, takes_day = _count_once(site, day, begins, ends, known[site, day])
    lost, whole, closed = (np.zeros(opening.shape, t) for t in (np.int64, bool, bool))
    np.add.at(lost, (site, day), counted)
    whole[site[takes_day], day[takes_day]] = True
    closed[site, day] = True
    heard = heard_of(network, first, last)[list(rows)] if width else opening
    return LostTime(
        origin=origin,
        opening=opening,
        hours_known=known,
        open_minutes=open_minutes,
        lost_minutes=lost,
        whole=whole | (known & (lost == open_minutes)),
        unheard=opening & ~closed & ~heard,
        closures=closures,
        site=site,
        day=day,
        closure=closure,
        covered=ends - begins,
        counted=counted,
        takes_day=takes_day,
    )


def _hours(places: Sequence[Place], origin: int, width: int) -> np.ndarray:
    """The minutes at which each site opens and closes on each day, (S, D, 2); -1 where its hours are not known."""
    days = np.arange(origin, origin + width)
    of_days = weekdays(days)
    out = np.full((len(places), width, 2), -1, dtype=np.int64)
    for row, place in enumerate(places):
        for week in place.weeks:
            of_week = np.full((7, 2), -1)
            for weekday, opens, closes in week.hours:
                of_week[weekday] = opens, closes
            since = days >= day_number(week.valid_from)
            out[row, since] = of_week[of_days[since]]
    return out


def _shares(
    places: Sequence[Place],
    closures: Sequence[Closure],
    opening: np.ndarray,
    hours: np.ndarray,
    origin: int,
) -> tuple[np.ndarray, ...]:
    """What closures cover of open time: site, day, closure, and the minutes between which they do, (N,) each, by site and day,
    in the order of the closures. Days without known hours have all their minutes."""
    rows_of: dict[int | None, list[int]] = {place.id: [n] for n, place in enumerate(places)}
    rows_of[None] = list(range(len(places)))
    found = [np.zeros((5, 0), dtype=np.int64)]
    for number, c in enumerate(closures):
        rows = rows_of.get(c.site_id, [])
        begin = max(day_number(c.first_day) - origin, 0)
        end = max(day_number(c.last_day) - origin + 1, begin)
        at, day = np.nonzero(opening[rows, begin:end])
        site, day = np.array(rows, dtype=np.int64)[at], day + begin
        known = hours[site, day, 0] >= 0
        opens = np.where(known, hours[site, day, 0], 0)
        closes = np.where(known, hours[site, day, 1], MINUTES_A_DAY)
        if c.from_minute is not None and c.to_minute is not None:
            opens, closes = np.maximum(opens, c.from_minute), np.minimum(closes, c.to_minute)
        share = np.stack([site, day, np.full(len(site), number), opens, closes])
        found.append(share[:, closes > opens])
    shares = np.concatenate(found, axis=1)
    return tuple(shares[:, np.lexsort(shares[2::-1])])


def _unrefuted(
    shares: tuple[np.ndarray, ...], closures: Sequence[Closure], visits: np.ndarray
) -> tuple[np.ndarray, ...]:
    """The shares without those of whole days that a site alone says were closed and of which its register has visits.
    visits: (S, D)."""
    site, day, closure, *_ = shares
    said = np.array([not c.confirmed and c.from_minute is None for c in closures], dtype=bool)
    stays = ~(said[closure] & (visits[site, day] > 0))
    return tuple(of[stays] for of in shares)


def _count_once(
    site: np.ndarray, day: np.ndarray, begins: np.ndarray, ends: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The minutes of each share that those before it of the same day left, and whether it takes a day without known hours,
    (N,) each. known: whether the hours of its day are."""
    closes_day = ~known & (ends - begins == MINUTES_A_DAY)
    counted, takes_day = np.where(closes_day, 0, ends - begins), closes_day.copy()
    new = np.diff(site, prepend=-1) != 0
    new |= np.diff(day, prepend=-1) != 0
    bounds = [*np.flatnonzero(new).tolist(), len(site)]
    for start, stop in pairwise(bounds):
        if stop - start == 1:
            continue
        of_day = slice(start, stop)
        if closes_day[of_day].any():
            counted[of_day] = 0
            takes_day[of_day] = np.arange(start, stop) == start + closes_day[of_day].argmax()
            continue
        left = np.ones(MINUTES_A_DAY, dtype=bool)
        for n in range(start, stop):
            counted[n] = left[begins[n] : ends[n]].sum()
            left[begins[n] : ends[n]] = False
    return counted, takes_day
