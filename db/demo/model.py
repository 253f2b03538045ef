"""Types that the modules of the demonstration data share."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from functools import cached_property

import numpy as np

from dashboard import french
from dashboard.period import BENIN, add_months
from db.shared_types import Place

MONTHS = 24  # whole ones before the running one, of which it is told when each day came in


@dataclass(frozen=True)
class DemoSite:
    """One site to invent data for; `launched_on` is None where the opening date is not known."""

    code: str
    kind: str
    launched_on: date | None
    department: str = ""


def sites_of(places: Iterable[Place]) -> list[DemoSite]:
    """The sites in a fixed order: another one, such as a list's on screen, would draw other random data."""
    in_order = sorted(places, key=lambda p: french.fold_accents(p.name))
    return [DemoSite(p.code, p.kind, p.launched_on, p.department) for p in in_order]


@dataclass(frozen=True)
class Part:
    """What came in of one site at one time: its first and its last day, and how many rows."""

    site: str
    first: date
    last: date
    rows: int


@dataclass(frozen=True)
class Arrival:
    """The parts of a register that came in at one moment, one a site."""

    at: datetime
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class DemoFile:
    """One file ready to import.

    `covers` is None where the file covers only the days of its rows; `sites` are the codes of sites that it
    speaks for even if they have no row in it; `declared`: it is what a site types of its own days. `arrivals`: when its
    parts came in, a batch each, where it did not come in all at once.
    """

    name: str
    form: str
    content: bytes
    as_of: date
    covers: tuple[date, date] | None
    rows: int
    sites: tuple[str, ...] = ()
    declared: bool = False
    arrivals: tuple[Arrival, ...] = ()

    @property
    def came_in(self) -> datetime:
        """When it came in, all at once: at the end of its last day."""
        return at_the_end_of(self.as_of)


def at_the_end_of(day: date, minute: int = 18 * 60) -> datetime:
    """A moment after closing time, in minutes after midnight: what is handed in then is in time."""
    return datetime.combine(day, time(*divmod(minute, 60)), BENIN)


class Gap(IntEnum):
    """Why the register of a site's day is not there."""

    NONE = 0  # it is there
    NO_WORD = 1  # it never came
    PROMISED = 2  # nor did this one, and the site said when it will
    CLOSED = 3  # the site was closed, as a file of closures says
    SAID_CLOSED = 4  # the site was closed, as it says itself
    NOBODY = 5  # nobody came: a file of closings says so
    SAID_NOBODY = 6  # nobody came: the site typed that


SHUT = (Gap.CLOSED, Gap.SAID_CLOSED)
EMPTY = (*SHUT, Gap.NOBODY, Gap.SAID_NOBODY)  # without a user


@dataclass(frozen=True)
class Closure:
    """Days `first` to `last` (indices) closed at a site, or everywhere if `site` is None.

    `hours` is (from, to) in minutes after midnight, or None for whole days.
    """

    site: int | None
    first: int
    last: int
    hours: tuple[int, int] | None
    reason: str


@dataclass(frozen=True)
class Profile:
    """The constant traits of one site over the whole period. Shares are 0 to 1."""

    code: str
    size: float  # visits a day, relative to the smallest site
    growth: float  # per year, in logarithms
    start: int  # index of the first day of activity
    last: int  # index of the last day reported
    wait: float  # median minutes at an ordinary hour
    share_who_leave: float
    women: float
    satisfied: float
    complaints: float  # complaints per visit
    reply_days: float  # median delay of a reply
    closed: float  # share of working days closed in the register
    agents: int
    timed: bool
    services: np.ndarray = field(repr=False)  # share of each service, sums to 1

    @property
    def short(self) -> str:
        """The site's mark inside references."""
        return self.code.upper().removeprefix("CCSP-")


@dataclass(frozen=True)
class Effects:
    """The effects on each site on each day, the events of the table included. Arrays are site × day."""

    wait: np.ndarray  # times the usual wait
    visits: np.ndarray  # times the usual number
    timed: np.ndarray  # share of visits with times
    closed: np.ndarray  # share of working days closed in the register
    cuts: np.ndarray  # share of working days with a power cut, besides the usual failures
    unanswered: np.ndarray  # share of complaints that nobody answers
    grown: np.ndarray  # times the usual share, of the service that grows


@dataclass(frozen=True)
class Plan:
    """How many users each site receives on which day: all that the files have to agree on.

    Arrays are site × day, day 0 being `first`; the last day is the day before `today`.
    """

    seed: int
    first: date
    today: date
    profiles: list[Profile]
    services: list[str]
    service_wait: np.ndarray  # service: how much longer than on average its users wait
    growing: int  # index of the service that grows somewhere, -1 if it is not among them
    closures: list[Closure]
    workday: np.ndarray  # day: neither week-end nor public holiday
    opened: np.ndarray  # site × day: a working day of a site at work and not closed all day
    counts: np.ndarray  # site × day: users who came, whatever became of their register
    gaps: np.ndarray  # site × day: Gap
    came_in: np.ndarray  # site × day: the day on which its register came in
    load: np.ndarray  # site × day: how much longer than usual people wait
    effects: Effects
    dates: list[str]  # day: JJ/MM/AAAA

    def day(self, index: int) -> date:
        """The date of a day index."""
        return self.first + timedelta(days=int(index))

    def index(self, day: date) -> int:
        """The day index of a date, which may lie outside the period."""
        return (day - self.first).days

    @property
    def days(self) -> int:
        """Number of days in the period."""
        return len(self.workday)

    def rng(self, *keys: int) -> np.random.Generator:
        """A random generator for these keys, so that no file depends on how another was made."""
        return np.random.default_rng([self.seed, *keys])

    @cached_property
    def entered(self) -> np.ndarray:
        """Rows of the registers, site × day."""
        rows: np.ndarray = np.where(self.gaps == Gap.NONE, self.counts, 0)
        return rows

    @cached_property
    def received(self) -> np.ndarray:
        """Users whom a site knows to have received, site × day: also those of a register that never came in."""
        known: np.ndarray = np.where(np.isin(self.gaps, EMPTY), 0, self.counts)
        return known

    def no_counts(self) -> np.ndarray:
        """An array of zeros, site × day."""
        return np.zeros_like(self.counts)

    def years(self) -> list[tuple[int, int, int]]:
        """(year, first day, day after the last) for each calendar year of the period."""
        years = []
        for year in range(self.first.year, self.day(self.days - 1).year + 1):
            start = max(0, self.index(date(year, 1, 1)))
            years.append((year, start, min(self.days, self.index(date(year + 1, 1, 1)))))
        return years

    def months(self) -> list[tuple[date, int, int]]:
        """(first of the month, first day, day after the last) for each calendar month of the period."""
        month, months = self.first.replace(day=1), []
        while month < self.today:
            following = add_months(month, 1)
            months.append((month, max(0, self.index(month)), min(self.days, self.index(following))))
            month = following
        return months

    def file_groups(self, end: int) -> list[tuple[str, list[int], int]]:
        """(suffix of the file name, sites, day after the last covered) for files that end before day `end`.

        A site that fell silent before then has a file of its own: inside the common file it would seem to have
        reported up to the end.
        """
        end = min(end, self.days)
        late = [site for site, profile in enumerate(self.profiles) if profile.last < end - 1]
        common = [site for site in range(len(self.profiles)) if site not in late]
        own = [(f"-{self.profiles[s].code}", [s], self.profiles[s].last + 1) for s in late]
        return [("", common, end), *own]
