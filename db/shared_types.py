"""Types that cross layers: a site, a closure, rows of a file, and the Facts that indicators are computed from.

This module imports nothing of ours but codes: anybody may use it.
"""

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from db.codes import COUNTERS


@dataclass(frozen=True, slots=True)
class Place:
    """A site, as the reference has it: commune, department and point are of its latest location. aliases: other
    spellings of its name, separated by semicolons."""

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
    closed_on: date | None
    first_activity: date | None


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which a site (None: the whole network) was closed; minutes of the day where it was not for whole days."""

    site_id: int | None
    first_day: date
    last_day: date
    from_minute: int | None
    to_minute: int | None
    reason: str


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
    complaints: arrays of one length: group (index of the key), based (whether received on a
    day whose visits count), received, resolved (days since 1970, -1 open), as_of
    (of the complaint's site), category and service ids.
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
    complaints: dict[str, np.ndarray]
    ends: np.ndarray
    threshold: int

    def counter(self, name: str) -> np.ndarray:
        """The counter of that name, one number per key."""
        return self.counters[:, COUNTERS.index(name)]
