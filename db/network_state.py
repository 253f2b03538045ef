"""The network state: everything about the network that is small, read once for each state of the data: sites, days,
complaints.

Visits are many: their months come with it, summed (db.monthly_visits), the days at the edges of a period question by
question; all else that is here is at most one number per site and day. It is cut to what a person may see afterwards,
in db.facts: nothing here is shown as it is.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import blake2b
from operator import attrgetter

import numpy as np
from sqlalchemy import Connection

from dashboard.period import (
    ONE_DAY,
    day_from_number,
    day_number,
    day_numbers,
    minute_number,
    month_end,
    month_numbers,
    today,
)
from db import read
from db.bulk_insert import Row
from db.codes import ALL, ALL_SERVICES, SILENT_DAYS, UNKNOWN_KEY, UNKNOWN_SERVICE
from db.monthly_visits import Months, load_months
from db.shared_types import Closure, Place
from db.working_days import open_days, public_holidays, unconfirmed_days, whole_closures

# The day number of a closing that is not planned; with a minus, of an opening that is not known.
NEVER = 10**6
NEVER_RECEIVED = np.iinfo(np.int32).max  # the minute of a register that did not come
SHORTEST_MONTH = 28  # days: of so many without a line a whole month may be missing
# What is known of each site and day, (S, D).
BY_DAY = (
    "is_open",
    "is_unconfirmed",
    "has_closing",
    "is_typed",
    "promised_until",
    "declared_visits",
    "register_visits",
    "register_received",
    "closing_received",
    "visits_known",
    "complaints_known",
)
OF_SITE = ("starts", "closes_from")  # and of each site, (S,)
# What is worked out of these, a row a site.
WORKED_OUT = (
    "complaint_gaps",
    "complaints_until",
    "complaints_from",
    "visits_from",
    "is_visit_gap",
    "is_rated",
)
MOST_CACHED_SUMS = 4_000  # sums of single spans that are kept, some 400 bytes each


@dataclass(frozen=True)
class Geography:
    """The places of S sites. ccsp: (S,) whether a site is a CCSP. stands: (L, S) the commune, of C, in which each stands from a
    day on; since: (L,) these days since 1970. department: (S,) of D. population: (C,) of 2013. communes: (D,) how many a
    department has; communes_of_all: the country, with the departments that have no site."""

    ccsp: np.ndarray
    since: np.ndarray
    stands: np.ndarray
    population: np.ndarray
    department: np.ndarray
    communes: np.ndarray
    communes_of_all: int

    def commune_on(self, days: np.ndarray) -> np.ndarray:
        """The commune in which each site stands on each of some days (G,), (G, S)."""
        found: np.ndarray = self.stands[np.searchsorted(self.since, days, side="right") - 1]
        return found


@dataclass(frozen=True)
class NetworkState:
    """The network: S sites by D days from `origin` (days since 1970) to today.

    places: the sites, by name. spans: site id and form to the spans of days handed in. holidays: day to French name, up
    to the month's end.
    is_open: (S, D) whether the site should have been open. is_unconfirmed: (S, D) whether it should have been, but for a closure
    that it declared itself, nobody confirmed and no visit in its register refutes. has_closing: (S, D) whether its day was
    closed in the register: by a file, or by what the site typed where its register is there. is_typed: (S, D) whether the
    site typed the closing that counts, without a file. promised_until: (S, D) the day, since 1970, for which it promises the
    register, or 0.
    declared_visits, register_visits: (S, D) visits declared at the closing, and visits in the register.
    starts: (S,) launch (else first activity) as days since 1970, -NEVER where unknown.
    visits_known, complaints_known: (S, D) whether a batch of visits, of complaints speaks for the day. register_received: (S, D)
    when the first of those of visits came in (`minute_number`), NEVER_RECEIVED where there is none. closing_received: (S, D)
    when the first file came in that closes the day, the same. closes_from: (S,)
    the first day for which a site handed in closings, or typed one over a register, as days since 1970, NEVER of one that did
    not: no day of it was left open.
    complaints: to be counted, as `complaint_arrays` gives them; what is listed is read by db.read, for who may see it.
    months: visits by month. closures, targets, rebases, decisions: as db.read gives them.
    """

    version: str
    demo: bool
    places: tuple[Place, ...]
    spans: dict[tuple[int, str], list[tuple[date, date]]]
    communes: list[tuple[str, str, int]]
    services: list[tuple[int, str, str]]
    terms: list[tuple[int, str, str]]
    holidays: dict[date, str]
    closures: tuple[Closure, ...]
    origin: int
    is_open: np.ndarray
    is_unconfirmed: np.ndarray
    has_closing: np.ndarray
    is_typed: np.ndarray
    promised_until: np.ndarray
    declared_visits: np.ndarray
    register_visits: np.ndarray
    starts: np.ndarray
    register_received: np.ndarray
    closing_received: np.ndarray
    visits_known: np.ndarray
    complaints_known: np.ndarray
    closes_from: np.ndarray
    complaints: dict[str, np.ndarray]
    targets: tuple[read.Target, ...]
    rebases: tuple[read.Rebase, ...]
    decisions: tuple[read.Decision, ...]
    months: Months

    def has_axes_of(
        self,
        places: Sequence[Place],
        services: Sequence[tuple[int, str, str]],
        origin: int,
        width: int,
    ) -> bool:
        """Whether its arrays have the same sites, services and days. origin: the first day since 1970; width: how many."""
        same = [p.id for p in self.places] == [p.id for p in places]
        same &= [number for number, *_ in self.services] == [number for number, *_ in services]
        return same and (self.origin, self.is_open.shape[1]) == (origin, width)

    def of_rows(self, rows: Sequence[int]) -> "NetworkState":
        """The same of some sites, at the same date of the data. rows: theirs, ascending."""
        mine = np.isin(self.complaints["site"], rows)
        complaints = {name: values[mine] for name, values in self.complaints.items()}
        complaints["site"] = np.searchsorted(rows, complaints["site"])
        part = replace(
            self,
            places=tuple(self.places[row] for row in rows),
            spans={
                key: days
                for key, days in self.spans.items()
                if key[0] in {self.places[row].id for row in rows}
            },
            complaints=complaints,
            **{name: getattr(self, name)[list(rows)] for name in (*BY_DAY, *OF_SITE)},
        )
        vars(part).update(
            as_of=self.as_of, known_until=self.known_until, anybody_opens=self.anybody_opens
        )
        return part

    @cached_property
    def row(self) -> dict[int, int]:
        """The row of each site id."""
        return {place.id: i for i, place in enumerate(self.places)}

    @cached_property
    def departments_of_sites(self) -> dict[str, str]:
        """The department of each site's code."""
        return {place.code: place.department for place in self.places}

    def service_id(self, code: str | None) -> int:
        """The id of a service's code; all services for None. Raises KeyError for an unknown code."""
        if code is None:
            return ALL_SERVICES
        return {UNKNOWN_KEY: UNKNOWN_SERVICE, **{c: i for i, c, _ in self.services}}[code]

    def service_code(self, number: int) -> str:
        """The code of a service's id."""
        return next((c for i, c, _ in self.services if i == number), UNKNOWN_KEY)

    @cached_property
    def as_of(self) -> date | None:
        """The last day that the data cover; None without data."""
        return read.data_as_of(self.spans)

    @cached_property
    def known_until(self) -> date | None:
        """The day up to which all is known: the last of the data, or of its month where no site opens after it, as
        after a Friday the 30th."""
        if self.as_of is None:
            return None
        end = month_end(self.as_of)
        rest = self.day_columns(self.as_of + ONE_DAY, end)
        over = day_number(end) < self.origin + self.is_open.shape[1]  # the month, today
        return end if over and not self.is_open[:, rest].any() else self.as_of

    @cached_property
    def whole_closures(self) -> tuple[Closure, ...]:
        """The closures that take whole days of sites, those of hours that take all opening hours among them."""
        return tuple(whole_closures(self.places, self.closures))

    def complaints_as_of(self, site: str) -> date | None:
        """The last day for which the complaints of a site (its code) are known."""
        return self._complaints_as_of.get(site)

    @cached_property
    def _complaints_as_of(self) -> dict[str, date]:
        return {
            self.places[self.row[site]].code: max(last for _, last in spans)
            for (site, form), spans in self.spans.items()
            if form == "plaintes"
        }

    @cached_property
    def complaint_ends(self) -> np.ndarray:
        """(S,) the last day for which each site's complaints are known, as days since 1970; -1 of one that handed in none."""
        return day_numbers(self._complaints_as_of.get(place.code) for place in self.places)

    @cached_property
    def anybody_opens(self) -> np.ndarray:
        """(D,) whether any site of the network should have been open: a day on which none should says nothing of one of them."""
        days: np.ndarray = np.logical_or.reduce(self.is_open, axis=0)  # of no site at all, no day
        return days

    @cached_property
    def site_digests(self) -> tuple[bytes, ...]:
        """By site, a digest of all that the state says of it and that its figures rest on, in the order of `places`: two states
        whose digests of a site are the same give it the same figures."""
        by_day = [getattr(self, name) for name in BY_DAY]
        of_site = np.stack([getattr(self, name) for name in OF_SITE], axis=1)
        order = np.argsort(self.complaints["site"], kind="stable")
        bounds = np.searchsorted(
            self.complaints["site"], np.arange(len(self.places) + 1), sorter=order
        )
        complaints = np.stack([values[order] for values in self.complaints.values()], axis=1)
        spans: dict[int, list[object]] = {place.id: [] for place in self.places}
        for (site, form), days in sorted(self.spans.items()):
            spans[site].append((form, days))
        of_all = repr((self.origin, self.known_until, self.as_of, self.services))
        begun = blake2b(of_all.encode() + self.anybody_opens.tobytes(), digest_size=16)
        found = []
        for row, place in enumerate(self.places):
            content = begun.copy()
            told = place, self.months.site_versions.get(place.id), spans[place.id]
            content.update(repr(told).encode())
            for values in (*by_day, of_site):
                content.update(values[row].tobytes())
            content.update(complaints[bounds[row] : bounds[row + 1], 1:].tobytes())
            found.append(content.digest())
        return tuple(found)

    @cached_property
    def geography(self) -> "Geography":
        """The places of the sites, as arrays."""
        departments = sorted({p.department for p in self.places})
        moves = {one.valid_from for p in self.places for one in p.locations[1:]}
        since = [date.min, *sorted(moves)]
        where = [[p.location_on(day) for p in self.places] for day in since]
        population = {one.commune: one.population for of_day in where for one in of_day}
        row = {name: i for i, name in enumerate(population)}
        total = Counter(name for _, name, _ in self.communes)
        return Geography(
            np.array([p.kind == "CCSP" for p in self.places], dtype=bool),
            day_numbers(since),
            np.array([[row[one.commune] for one in of_day] for of_day in where], dtype=np.int64),
            np.array(list(population.values()), dtype=np.int64),
            np.array([departments.index(p.department) for p in self.places], dtype=np.int64),
            np.array([total[name] for name in departments], dtype=np.int64),
            total.total(),
        )

    @cached_property
    def running_sums(self) -> dict[str, np.ndarray]:
        """Sums of each site's days up to the start of each column, (S, D + 1): what lies between two days is one subtraction.
        visits, closed, visits_known, complaints_known, open_closed; opening: open days, open: those whose visits are known;
        lost: open days up to the end of the data whose visits are not known, hole: those of them that `is_visit_gap` says,
        hole_by_then: those by which such a row was long already on the day itself;
        complaints_lost: those of `complaint_gaps`; rated: days on which complaints are counted against visits, rated_visits:
        their visits, unrated: open days that are none; due: of sites that hand in closings, with the days that they
        alone say were closed; open_closed: those of them that have one; off: the visits of days that are not open."""
        due = self.is_open | self.is_unconfirmed
        days = {
            "visits": self.register_visits,
            "closed": self.has_closing,
            "visits_known": self.visits_known,
            "complaints_known": self.complaints_known,
            "opening": self.is_open,
            "open": self.is_open & self.visits_known,
            "hole": self.is_visit_gap,
            "hole_by_then": _long_by_then(self._lost_visits, self.visits_known, SILENT_DAYS),
            "lost": self._lost_visits,
            "complaints_lost": self.complaint_gaps,
            "rated_visits": np.where(self.is_rated, self.register_visits, 0),
            "rated": self.is_rated,
            "unrated": self.is_open & ~self.is_rated,
            "due": due & self.hands_in_closings[:, None],
            "open_closed": due & self.has_closing,
            "off": np.where(self.is_open, 0, self.register_visits),
        }
        return {name: _running_sum(values) for name, values in days.items()}

    def sum_between(self, name: str, spans: np.ndarray) -> np.ndarray:
        """The sum of one of `running_sums` over each span of days, (G, S). spans: (G, 2), its first and its last day
        since 1970."""
        if len(spans) > 1:
            return self._sum_between(name, spans)
        key = (name, *spans[0].tolist())
        kept = self._cached_sums.get(key)  # others may empty it at any time
        if kept is None:
            if len(self._cached_sums) >= MOST_CACHED_SUMS:
                self._cached_sums.clear()
            kept = self._cached_sums[key] = self._sum_between(name, spans)
            kept.setflags(write=False)
        return kept

    @cached_property
    def _cached_sums(self) -> dict[tuple[str | int, ...], np.ndarray]:
        """The cached sums of single spans: each breakdown of a question, and each site or service of it, asks for the
        same."""
        return {}

    def _sum_between(self, name: str, spans: np.ndarray) -> np.ndarray:
        sums = self.running_sums[name].T
        start, stop = np.clip(spans - self.origin + (0, 1), 0, self.is_open.shape[1]).T
        # Signed, whatever they are kept in: they are subtracted from one another.
        between: np.ndarray = np.subtract(
            sums[np.maximum(start, stop)], sums[start], dtype=np.int32
        )
        return between

    @property
    def hands_in_closings(self) -> np.ndarray:
        """(S,) whether a site ever handed in closings."""
        ever: np.ndarray = self.closes_from < NEVER
        return ever

    @cached_property
    def complaints_until(self) -> np.ndarray:
        """(S,) the day before the first of `complaint_gaps`, as days since 1970; NEVER where there is none. Up to it a site's
        complaints are known without a gap."""
        gap = self.complaint_gaps
        return np.where(gap.any(axis=1), gap.argmax(axis=1) + self.origin - 1, NEVER)

    @cached_property
    def complaints_from(self) -> np.ndarray:
        """(S,) the first day for which a site's complaints are known, as days since 1970; NEVER of a site that has none."""
        first = self.complaints_known.argmax(axis=1) + self.origin
        return np.where(self.complaints_known.any(axis=1), first, NEVER)

    @cached_property
    def visits_from(self) -> np.ndarray:
        """(S,) the first day for which a site's visits are known, as days since 1970; NEVER of a site that has none."""
        first = self.visits_known.argmax(axis=1) + self.origin
        return np.where(self.visits_known.any(axis=1), first, NEVER)

    @cached_property
    def complaint_gaps(self) -> np.ndarray:
        """(S, D) whether a day is open, after a site's first complaints, and of a row of days, as long as a month at least, for
        which nobody handed complaints in. Shorter rows are thought to be days without any: a register has no line of these."""
        lost = self.is_open & ~self.complaints_known
        lost &= np.logical_or.accumulate(self.complaints_known, axis=1)
        return _long_rows(lost, self.complaints_known, SHORTEST_MONTH - 1)

    @cached_property
    def is_visit_gap(self) -> np.ndarray:
        """(S, D) whether a day is open, its visits were not handed in, and neither were those of the open days around it, for
        longer than a site is silent after. Days that are closed are no part of it; after the day up to which all is known nothing
        was due yet."""
        return _long_rows(self._lost_visits, self.visits_known, SILENT_DAYS)

    @cached_property
    def _lost_visits(self) -> np.ndarray:
        lost: np.ndarray = self.is_open & ~self.visits_known
        lost[:, self.day_columns(date.min, self.known_until or date.min).stop :] = False
        return lost

    @cached_property
    def is_rated(self) -> np.ndarray:
        """(S, D) whether both registers of a site cover a day: its complaints are counted against its visits.

        A register has no line of a day without any: a few days between two that it covers count as covered. So do
        those up to a month's ends, of visits on days without opening alone: on others somebody comes.
        """
        days = np.arange(self.origin, self.origin + self.is_open.shape[1])
        starts = np.flatnonzero(np.diff(month_numbers(days), prepend=-1))
        complaints = _extend_to_month_ends(
            _fill_short_gaps(self.complaints_known, SHORTEST_MONTH - 1), starts
        )
        visits = _fill_short_gaps(self.visits_known, SILENT_DAYS)
        rated: np.ndarray = complaints & (
            visits | (_extend_to_month_ends(visits, starts) & ~self.is_open)
        )
        return rated

    def is_expected(self, spans: np.ndarray) -> np.ndarray:
        """Whether a site's launch (else first activity) is not after a span and it had not closed before, (G, S). spans: (G, 2),
        first and last days since 1970."""
        closed = self.closed_since(spans[:, 1])
        expected: np.ndarray = (self.starts <= spans[:, 1:]) & (closed >= spans[:, :1])
        return expected

    def closed_since(self, days: np.ndarray) -> np.ndarray:
        """The first day without service of each site that is closed on each of some days (G,), as days since 1970; NEVER of one
        that serves then, (G, S)."""
        since = np.full((len(days), len(self.places)), NEVER, dtype=np.int64)
        for row, closing, opening in self._out_of_service:
            since[(days >= closing) & (days < opening), row] = closing
        return since

    @cached_property
    def _out_of_service(self) -> list[tuple[int, int, int]]:
        """The row of a site, the first day without service and the first one with it again, for each time that one closed."""
        return [
            (row, day_number(closes), day_number(later[0]) if later else NEVER)
            for row, place in enumerate(self.places)
            for (_, closes), later in zip(place.periods, (*place.periods[1:], None), strict=True)
            if closes is not None
        ]

    def is_due(self, spans: np.ndarray) -> np.ndarray:
        """As `is_expected`, but False for a site that was declared closed on every day of the span on which others
        open, (G, S). What lies before its first open day is no closure, nor is its last day."""
        opening = self.sum_between("opening", spans) > 0
        nobody_opens = ~opening.any(axis=1, keepdims=True)
        first = np.where(self.is_open.any(axis=1), self.is_open.argmax(axis=1) + self.origin, NEVER)
        begins, ends = first >= spans[:, :1], self.closed_since(spans[:, 1]) <= spans[:, :1]
        due: np.ndarray = self.is_expected(spans) & (opening | nobody_opens | begins | ends)
        return due

    def day_columns(self, first: date, last: date) -> slice:
        """The columns of the days from `first` to `last`."""
        width = self.is_open.shape[1]
        return slice(
            min(max(day_number(first) - self.origin, 0), width),
            min(max(day_number(last) - self.origin + 1, 0), width),
        )


def _running_sum(values: np.ndarray) -> np.ndarray:
    """The sums of the columns before each, (S, D + 1), in as few bytes as they need."""
    sums = np.zeros((len(values), values.shape[1] + 1), dtype=np.int32)
    np.cumsum(values, axis=1, dtype=np.int32, out=sums[:, 1:])
    return sums.astype(np.uint16) if sums.max(initial=0) <= np.iinfo(np.uint16).max else sums


def _long_rows(lost: np.ndarray, known: np.ndarray, least: int) -> np.ndarray:
    """The lost days that lie between the same two known ones, where the last is so many days at least after the first, (S, D)."""
    row, day, first = _lost_rows(lost, known)
    long: np.ndarray = np.zeros_like(lost)
    if len(row):
        last = np.append(first[1:], len(row)) - 1
        kept = np.repeat(day[last] - day[first] >= least, np.diff(np.append(first, len(row))))
        long[row[kept], day[kept]] = True
    return long


def _long_by_then(lost: np.ndarray, known: np.ndarray, least: int) -> np.ndarray:
    """The lost days so many days at least after the first of their row: what comes later changes nothing of it, (S, D)."""
    row, day, first = _lost_rows(lost, known)
    long: np.ndarray = np.zeros_like(lost)
    if len(row):
        begun = np.repeat(day[first], np.diff(np.append(first, len(row))))
        kept = day - begun >= least
        long[row[kept], day[kept]] = True
    return long


def _lost_rows(lost: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Site and day of each lost day, (N,), and where among them each row between the same two known days begins."""
    before = np.maximum.accumulate(np.where(known, np.arange(lost.shape[1]) + 1, 0), axis=1)
    row, day = np.nonzero(lost)
    begins = np.diff(row, prepend=-1) != 0
    begins |= np.diff(before[row, day], prepend=-1) != 0
    return row, day, np.flatnonzero(begins)


def _fill_short_gaps(known: np.ndarray, most: int) -> np.ndarray:
    """The known days, and those of gaps of so many days at most between two of them, (S, D)."""
    places, width = np.arange(known.shape[1]), known.shape[1]
    before = np.maximum.accumulate(np.where(known, places, -width), axis=1)
    after = np.minimum.accumulate(np.where(known, places, 2 * width)[:, ::-1], axis=1)[:, ::-1]
    joined: np.ndarray = after - before <= most + 1
    return joined


def _extend_to_month_ends(known: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The known days, each row of days that begins or ends within a week of a month's end extended to it, (S, D).
    starts: columns of the months' first days."""
    width = known.shape[1]
    steps = np.diff(known.astype(np.int8), axis=1, prepend=0, append=0)
    (row, first), (_, end) = np.nonzero(steps == 1), np.nonzero(steps == -1)
    month = starts[np.searchsorted(starts, first, side="right") - 1]
    after = np.append(starts, width)[np.searchsorted(starts, end)]
    begin = np.where(first - month <= SILENT_DAYS, month, first)
    stop = np.where(after - end <= SILENT_DAYS, after, end)
    covers = np.zeros((len(known), width + 1), dtype=np.int32)
    np.add.at(covers, (row, begin), 1)
    np.add.at(covers, (row, stop), -1)
    wider: np.ndarray = np.cumsum(covers[:, :width], axis=1) > 0
    return wider


def state_for_guests(state: NetworkState) -> NetworkState:
    """The network as guests may have it: as if no site ever handed in complaints, without the decisions that people
    noted, and without the names of those who set a target or answered for a level."""
    return replace(
        state,
        spans={key: days for key, days in state.spans.items() if key[1] != "plaintes"},
        complaints_known=np.zeros_like(state.complaints_known),
        complaints=complaint_arrays((), state.row),
        decisions=(),
        targets=tuple((*target[:5], "") for target in state.targets),
        rebases=tuple((*one[:4], "", one[5]) for one in state.rebases),
    )


def load_network_state(connection: Connection, before: NetworkState | None = None) -> NetworkState:
    """Read the state of the whole network. before: an earlier state of the same database, if at hand: of sites that no
    file changed since, days, complaints and visits are taken from it, and are not read again."""
    version = read.version(connection)
    places = read.places(connection, ALL)
    known = [d for p in places for d in (p.first_activity, p.launched_on) if d]
    first, last = min(known, default=today()), today()
    origin, width = day_number(first), max((last - first).days + 1, 1)
    services, row = read.services(connection), {place.id: i for i, place in enumerate(places)}
    holidays = public_holidays(connection, first, month_end(last))
    of_all = read.closures(connection, frozenset(), first, last)
    changed: frozenset[int] | None = None
    if before is not None and before.has_axes_of(places, services, origin, width):
        calendar = before.holidays, tuple(c for c in before.closures if c.site_id is None)
        if calendar == (holidays, of_all):
            changed = read.changed_sites(connection, before.version)
    if before is None or changed is None:
        before, changed = None, frozenset(row)
    else:
        changed |= {p.id for p, then in zip(places, before.places, strict=True) if p != then}
    anew = [p for p in places if p.id in changed]
    wanted = ALL if before is None else {p.code for p in anew}
    closures = read.closures(connection, wanted, first, last)
    handed_in = read.handed_in(connection, wanted)
    spans = read.coverage(handed_in)
    complaints = complaint_arrays(read.complaints(connection, wanted, last), row)
    at = {place.id: i for i, place in enumerate(anew)}
    visits = _matrix(at, origin, width, read.daily_visits(connection, wanted, first, last))
    days = read_days(connection, anew, closures, holidays, handed_in, visits, first)
    rows = [row[p.id] for p in anew]
    if before is not None:
        for name, values in days.items():
            days[name] = _with_rows(getattr(before, name), rows, values)
        others = ~np.isin(before.complaints["site"], rows)
        complaints = {
            name: np.concatenate([before.complaints[name][others], values])
            for name, values in complaints.items()
        }
        spans = {key: of for key, of in before.spans.items() if key[0] not in changed} | spans
        concerned = changed | {None}
        if closures == tuple(c for c in before.closures if c.site_id in concerned):
            closures = before.closures
        else:
            more = [c for c in before.closures if c.site_id not in concerned]
            closures = tuple(sorted([*closures, *more], key=attrgetter("order")))
    # In the same order, whichever part of them was read now.
    order = np.lexsort((complaints["site"], complaints["received"]))
    starts = [p.begins_on for p in places]
    state = NetworkState(
        version=version,
        demo=read.is_demo(connection),
        places=places,
        spans=spans,
        starts=np.array([-NEVER if d is None else day_number(d) for d in starts], dtype=np.int64),
        closes_from=first_closed_day(places, spans, days["has_closing"], origin),
        communes=read.communes(connection),
        services=services,
        terms=read.terms(connection),
        holidays=holidays,
        closures=closures,
        origin=origin,
        complaints={name: values[order] for name, values in complaints.items()},
        targets=tuple(read.targets(connection)),
        rebases=tuple(read.rebases(connection)),
        decisions=tuple(read.decisions(connection)),
        months=load_months(
            connection,
            places,
            [number for number, *_ in services],
            version,
            None if before is None else before.months,
            changed,
        ),
        **days,
    )
    if before is not None:
        _take_over(state, before, rows)
    return state


def opening(
    places: Sequence[Place],
    closures: Sequence[Closure],
    holidays: Mapping[date, str],
    origin: int,
    visits: np.ndarray,
) -> dict[str, np.ndarray]:
    """Which days of some sites are open, and which only they say were not, by name, (S, D) each. visits: (S, D) of their
    registers from the day `origin` (since 1970) on."""
    width = visits.shape[1]
    unconfirmed = unconfirmed_days(places, closures, holidays, origin, width)
    return {
        # That the site said that it was closed is refuted by visits in its own register.
        "is_open": open_days(places, closures, holidays, origin, width)
        | (unconfirmed & (visits > 0)),
        "is_unconfirmed": unconfirmed & (visits == 0),
    }


def read_days(
    connection: Connection,
    places: Sequence[Place],
    closures: Sequence[Closure],
    holidays: Mapping[date, str],
    handed_in: Sequence[read.HandedIn],
    visits: np.ndarray,
    first: date,
) -> dict[str, np.ndarray]:
    """What is known of each day of some sites, by the names of BY_DAY, in the order of `places`. closures, handed_in: theirs, as
    db.read gives them; visits: (S, D) of their registers, from the day `first` on."""
    origin, width = day_number(first), visits.shape[1]
    last = day_from_number(origin + width - 1)
    at, wanted = {place.id: i for i, place in enumerate(places)}, {p.code for p in places}
    received = _register_received(at, origin, width, handed_in)
    closings = read.closings(connection, wanted, first, last)
    has_file, is_typed = (
        _matrix(at, origin, width, [(s, day, 1) for s, day, typed, *_ in closings if typed == of])
        > 0
        for of in (False, True)
    )
    promises = read.promised_registers(connection, wanted, first, last)
    return {
        **opening(places, closures, holidays, origin, visits),
        "register_visits": visits,
        "declared_visits": _matrix(
            at, origin, width, [(s, day, number) for s, day, _, number, _ in closings]
        ),
        "has_closing": has_file | (is_typed & (received < NEVER_RECEIVED)),
        "is_typed": is_typed,
        "promised_until": _matrix(
            at, origin, width, [(site, day, day_number(on)) for site, day, on in promises]
        ),
        "register_received": received,
        "closing_received": _matrix(
            at,
            origin,
            width,
            [(s, day, minute_number(came)) for s, day, *_, came in closings if came is not None],
            NEVER_RECEIVED,
        ),
        "visits_known": received < NEVER_RECEIVED,
        "complaints_known": _known_days(at, origin, width, read.coverage(handed_in)),
    }


def _take_over(state: NetworkState, before: NetworkState, rows: Sequence[int]) -> None:
    """Give a state what an earlier one has worked out of its sites; of those in `rows`, which changed, it is worked out now."""
    if (state.as_of, state.known_until) != (before.as_of, before.known_until):
        return
    if not np.array_equal(state.anybody_opens, before.anybody_opens):
        return
    changed, worked_out = state.of_rows(rows), vars(before)
    if "running_sums" in worked_out:
        vars(state)["running_sums"] = {
            name: _with_rows(before.running_sums[name], rows, values)
            for name, values in changed.running_sums.items()
        }
    for name in WORKED_OUT:
        if name in worked_out:
            vars(state)[name] = _with_rows(worked_out[name], rows, getattr(changed, name))
    if "site_digests" in worked_out:
        digests = dict(enumerate(before.site_digests)) | dict(
            zip(rows, changed.site_digests, strict=True)
        )
        vars(state)["site_digests"] = tuple(digests.values())


def _with_rows(of_all: np.ndarray, rows: Sequence[int], values: np.ndarray) -> np.ndarray:
    """A copy of an array by site whose rows are replaced by these values."""
    out = of_all.astype(np.promote_types(of_all.dtype, values.dtype))
    out[rows] = values
    return out


def _matrix(
    row: dict[int, int],
    origin: int,
    width: int,
    cells: list[tuple[int, date, int]],
    blank: int = 0,
) -> np.ndarray:
    """(S, D): the number that `cells` have for a site id and a day, else `blank`."""
    out = np.full((len(row), width), blank, dtype=np.int32)
    out[[row[site] for site, _, _ in cells], day_numbers(day for _, day, _ in cells) - origin] = [
        number for *_, number in cells
    ]
    return out


def _first_day(spans: dict[tuple[int, str], list[tuple[date, date]]], site: int, form: str) -> int:
    """The first day for which a site handed in a form, as days since 1970; NEVER of one that did not."""
    covered = spans.get((site, form))
    return day_number(min(first for first, _ in covered)) if covered else NEVER


def first_closed_day(
    places: Sequence[Place],
    spans: dict[tuple[int, str], list[tuple[date, date]]],
    has_closing: np.ndarray,
    origin: int,
) -> np.ndarray:
    """(S,) the first day that a file of closings covers, or that a site closed, as days since 1970; NEVER where there is none."""
    of_files = np.array([_first_day(spans, p.id, "cloture") for p in places], dtype=np.int64)
    closed = np.where(has_closing.any(axis=1), has_closing.argmax(axis=1) + origin, NEVER)
    begun: np.ndarray = np.minimum(of_files, closed)
    return begun


def _known_days(
    row: dict[int, int],
    origin: int,
    width: int,
    spans: dict[tuple[int, str], list[tuple[date, date]]],
) -> np.ndarray:
    out = np.zeros((len(row), width), dtype=bool)
    for (site, form), covered in spans.items():
        for first, last in covered if form == "plaintes" else ():
            out[row[site], _columns(first, last, origin)] = True
    return out


def _register_received(
    row: dict[int, int], origin: int, width: int, handed_in: Iterable[read.HandedIn]
) -> np.ndarray:
    out = np.full((len(row), width), NEVER_RECEIVED, dtype=np.int32)
    for site, form, first, last, at in handed_in:
        if form == "registre":
            days = out[row[site], _columns(first, last, origin)]
            np.minimum(days, minute_number(at), out=days)
    return out


def _columns(first: date, last: date, origin: int) -> slice:
    return slice(max(day_number(first) - origin, 0), max(day_number(last) - origin + 1, 0))


def complaint_arrays(rows: Sequence[Row], row: Mapping[int, int]) -> dict[str, np.ndarray]:
    """Complaints as arrays of one length: site (its row), received, resolved (days since 1970, -1 open), category, service,
    channel (ids, 0 unknown), said (the day on which it was said by itself, days since 1970, -1 of a register). rows: as db.read
    gives them. row: site id to its row."""
    site, received, resolved, *words, said = zip(*rows, strict=True) if rows else ((),) * 7
    return {
        "site": np.array([row[s] for s in site], dtype=np.int64),
        "received": day_numbers(received),
        "resolved": day_numbers(resolved),
        **{
            name: np.array(ids, dtype=np.int64)
            for name, ids in zip(("category", "service", "channel"), words, strict=True)
        },
        "said": day_numbers(said),
    }
