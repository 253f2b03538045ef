"""Types that cross layers: a site, a closure, rows of a file, and the Facts that indicators are computed from.

This module imports nothing of ours but codes: anybody may use it.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

import numpy as np

from db.codes import COUNTERS

BEGINNING = date(2000, 1, 1)  # of what holds for all time before, too
ServicePeriod = tuple[
    date, date | None
]  # first day of service, first day without; None: it goes on


@dataclass(frozen=True, slots=True)
class Location:
    """Where a site stands from a day on."""

    valid_from: date
    commune: str
    population: int
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Week:
    """The hours of a site from a day on: weekday (0 = Monday), minutes at which it opens and closes; of days without, it is
    closed."""

    valid_from: date
    hours: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A site, as the reference has it: commune, department and point are of its latest location. aliases: other
    spellings of its name, separated by semicolons. periods: of service, oldest first, the first from BEGINNING on,
    since `begins_on` says when it begins; weeks, locations: oldest first; silent_after: days, None where the
    setting holds."""

    id: int
    code: str
    kind: str
    name: str
    aliases: str
    commune: str
    department: str
    population: int
    lat: float
    lon: float
    launched_on: date | None
    first_activity: date | None
    periods: tuple[ServicePeriod, ...] = ((BEGINNING, None),)
    weeks: tuple[Week, ...] = ()
    locations: tuple[Location, ...] = ()
    silent_after: int | None = None

    @property
    def closed_on(self) -> date | None:
        """The first day without service, for good; None of a site that serves."""
        return self.periods[-1][1]

    @property
    def begins_on(self) -> date | None:
        """The day from which it is to be open: its launch, else its first activity; None where neither is known. No file moves
        it where the launch is known: one that comes late, or is withdrawn, takes no missing day away."""
        return self.launched_on or self.first_activity

    def serves_on(self, day: date) -> bool:
        """Whether a day is in one of its periods of service."""
        return any(
            opens <= day and (closes is None or day < closes) for opens, closes in self.periods
        )

    def is_in_service(self, day: date) -> bool:
        """Whether it serves on a day, as far as is known: a site whose beginning nobody knows does."""
        return self.serves_on(day) and (self.begins_on is None or self.begins_on <= day)

    def serves_between(self, first: date, last: date) -> bool:
        """Whether a day between two others is in one of its periods of service."""
        return any(
            opens <= last and (closes is None or first < closes) for opens, closes in self.periods
        )

    def week_on(self, day: date) -> Week | None:
        """Its hours on a day; None where they are not known."""
        return max(
            (w for w in self.weeks if w.valid_from <= day), key=lambda w: w.valid_from, default=None
        )

    def location_on(self, day: date) -> Location:
        """Where it stood on a day; before the first known location, there."""
        known = self.locations or (
            Location(BEGINNING, self.commune, self.population, self.lat, self.lon),
        )
        return next((one for one in reversed(known) if one.valid_from <= day), known[0])


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which a site (None: the whole network) was closed; minutes of the day where it was not for whole days. confirmed:
    False where the site alone says so."""

    site_id: int | None
    first_day: date
    last_day: date
    from_minute: int | None
    to_minute: int | None
    reason: str
    confirmed: bool = True

    @property
    def order(self) -> tuple[date, int, int, date, str, bool]:
        """Where it stands among others: by its first day, those of the whole network before those of sites."""
        begins = -1 if self.from_minute is None else self.from_minute
        return self.first_day, self.site_id or 0, begins, self.last_day, self.reason, self.confirmed


class DayState(IntEnum):
    """The state of a site's day. Of several that fit, it is the first: they stand in their order.

    A day is due on the next working day before noon; what was handed in before that is not counted before it either, so
    that all sites are counted for the same days. From MISSING on a day is expected.
    """

    NO_WORK = 0  # a weekend, a holiday
    OUT_OF_SERVICE = 1
    NOT_DUE = 2
    CLOSED = 3  # as a file of closures says, or a data manager
    MISSING = 4  # neither a register, nor a closing that says that nobody came: that people came is no reason
    EXPLAINED = 5  # neither, and the site said itself that it was closed, which nobody confirmed; or it promised the register
    EMPTY = 6  # it was open and nobody came; the closing, if there is one, says the same
    DIFFERENT = 7  # other visits were declared at the closing than are in the register
    UNCLOSED = 8  # a register without a closing, once the site had begun to hand closings in
    LATE = 9  # the first register came after it was due
    RECEIVED = 10


Cell = str | int | None  # days are ISO text, times of day minutes after midnight


@dataclass
class Chunk:
    """Some rows of a file, by column: a list of values for each field.

    numbers: of a register of visits, the fields that rollups want as int64 arrays; a time that nobody noted is -1.
    """

    values: dict[str, list[Cell]]
    numbers: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass
class Facts:
    """All that indicators are computed from: one row of each array per key of `keys` (G of them).

    by: one of BYS. first, last: the period asked, inclusive, cut at as_of where that is earlier. as_of: the last day
    that the data cover. partial: the period goes on after as_of.
    counters: (G, 12), columns as COUNTERS. waits: (G, 241) counts by whole minute, the last bin 240 and more.
    left_timed: left unserved with a recorded arrival, at sites with a measured wait only.
    expected, reporting: numbers of sites. visit_reporting, complaint_reporting: of those of which a batch of visits, of
    complaints speaks for a day; visit_whole: of those that report all of whose visits are known, but for some days at the key's
    end; complaint_expected: of those that should hand in complaints, or do; complaint_current: of those whose complaints are
    known up to the key's end, or that had closed by then; complaint_later: of those whose complaints are known after the data
    end, where the key reaches that day; closing: of those that hand in closings.
    open_days: open days whose visits are known; due_days: open days of sites that hand in closings; closed_days: those of them
    with a closing; off_day_visits: visits on other days.
    population: RGPH-4 2013 population of the communes with a CCSP; ccsp_visits: visits at CCSP.
    communes, operating_communes: communes in scope, and those with an operating site.
    complaint_visits: visits of the days of each site of which both registers speak; by service and hour, of its months that they
    speak of to the end.
    known_service: visits whose service is known, all_visits: visits whatever the service (in the key's scope).
    known_service_complaints, all_complaints: the same of complaints, where the question is of a service or by service, else 0:
    (2, G), the key's received in the period, and those of all keys received up to its end.
    complaints: arrays of one length: group (index of the key), place (of its site among those of the question),
    based (whether received on a day whose visits count), received, resolved (days since 1970, -1 open), as_of
    (of the complaint's site), known (up to which it is known itself: later where it was said by itself),
    category and service ids.
    """

    by: str
    keys: list[str]
    first: date
    last: date
    as_of: date | None
    partial: bool
    service: str | None
    counters: np.ndarray
    waits: np.ndarray
    left_timed: np.ndarray
    complaint_visits: np.ndarray
    expected: np.ndarray
    reporting: np.ndarray
    visit_reporting: np.ndarray
    visit_whole: np.ndarray
    complaint_reporting: np.ndarray
    complaint_expected: np.ndarray
    complaint_current: np.ndarray
    complaint_later: np.ndarray
    closing: np.ndarray
    open_days: np.ndarray
    due_days: np.ndarray
    closed_days: np.ndarray
    off_day_visits: np.ndarray
    population: np.ndarray
    ccsp_visits: np.ndarray
    ccsp_sites: np.ndarray
    communes: np.ndarray
    operating_communes: np.ndarray
    known_service: np.ndarray
    all_visits: np.ndarray
    known_service_complaints: np.ndarray
    all_complaints: np.ndarray
    complaints: dict[str, np.ndarray]
    ends: np.ndarray
    threshold: int

    def counter(self, name: str) -> np.ndarray:
        """The counter of that name, one number per key."""
        return self.counters[:, COUNTERS.index(name)]
