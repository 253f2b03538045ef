"""What quality rules look at: the sums of a site's visits, its days, and rows of its register where a sum is out of the way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

import numpy as np

from dashboard.period import month_numbers, month_starts
from db.codes import COUNTERS, LAST_BIN

HABIT_MONTHS = 12  # before the one that is judged
HABIT_DAYS = 60  # open days before the one that is judged


@dataclass(frozen=True)
class VisitRows:
    """Rows of a register, in the order of days and arrivals: arrays of one length. day: since 1970; arrived, called, ended:
    minutes after midnight, -1 where unknown; kind, sex, service, satisfied: numbers, 0 where unknown; reference: text."""

    day: np.ndarray
    arrived: np.ndarray
    called: np.ndarray
    ended: np.ndarray
    kind: np.ndarray
    service: np.ndarray
    sex: np.ndarray
    satisfied: np.ndarray
    reference: Sequence[str]

    @property
    def is_timed(self) -> np.ndarray:
        """Whether the wait of each is known."""
        timed: np.ndarray = (self.arrived >= 0) & (self.called >= 0)
        return timed

    @property
    def wait(self) -> np.ndarray:
        """The wait of each in minutes, -1 where it is not known."""
        return np.where(self.is_timed, self.called - self.arrived, -1)

    @property
    def content(self) -> np.ndarray:
        """All that a row says but its reference, one line a row."""
        columns = (
            self.day,
            self.arrived,
            self.called,
            self.ended,
            self.kind,
            self.service,
            self.sex,
            self.satisfied,
        )
        return np.stack(columns, axis=1)


Reader = Callable[[np.ndarray], VisitRows]


@dataclass(frozen=True)
class SiteEvidence:
    """What is known of one site: M months and D days in a row, and K services.

    months: (M,) their first days, since 1970, without a gap. counters: (M, 12) as COUNTERS. waits: (M, 241) by minute.
    arrivals: (M, 24) by the hour, of those whose hour is known.
    outside: (M,) arrivals over an hour before the site opens or after it closes. services: (M, K) visits by service, unknown
    ones left out; service_labels: K. whole_until: the last day of which all is known.
    days: (D,) since 1970. visits, declared: (D,) in the register, and at the closing. is_open, is_known, has_closing: (D,),
    of the site, of its register, of its closing.
    judged_from: the first day of the months that are judged; those before are habit alone.
    read: gives the rows of some days. is_outside: of rows, which arrived as `outside` counts.
    """

    months: np.ndarray
    counters: np.ndarray
    waits: np.ndarray
    arrivals: np.ndarray
    outside: np.ndarray
    services: np.ndarray
    service_labels: tuple[str, ...]
    whole_until: int
    days: np.ndarray
    visits: np.ndarray
    declared: np.ndarray
    is_open: np.ndarray
    is_known: np.ndarray
    has_closing: np.ndarray
    judged_from: int
    read: Reader
    is_outside: Callable[[VisitRows], np.ndarray]

    def counter(self, name: str) -> np.ndarray:
        """A counter by month, (M,)."""
        counted: np.ndarray = self.counters[:, COUNTERS.index(name)].astype(np.int64)
        return counted

    @cached_property
    def judged(self) -> np.ndarray:
        """The places of the months that are judged."""
        return np.flatnonzero(self.months >= self.judged_from)

    @cached_property
    def month_of_day(self) -> np.ndarray:
        """The place of each day's month among the months, (D,); -1 of days outside them."""
        place = month_numbers(self.days) - month_numbers(self.months[:1])
        inside = (place >= 0) & (place < len(self.months))
        return np.where(inside, place, -1)

    @cached_property
    def is_open_and_known(self) -> np.ndarray:
        """(D,) whether the site was open on a day and handed its register in."""
        both: np.ndarray = self.is_open & self.is_known
        return both

    def last_day(self, place: int) -> int:
        """The last day of a month, since 1970."""
        end = int(month_starts(self.months[place : place + 1] + 31)[0]) - 1
        return min(end, self.whole_until)

    def is_over(self, place: int) -> bool:
        """Whether the network's data go to the end of a month."""
        return int(month_starts(self.months[place : place + 1] + 31)[0]) - 1 <= self.whole_until

    def is_whole(self, place: int) -> bool:
        """Whether all of a month is known by now: of each of its open days the site handed its register in."""
        return self.is_over(place) and not np.any(
            self.is_open & ~self.is_known & (self.month_of_day == place)
        )

    def quarters(self) -> list[np.ndarray]:
        """The places of the months of each calendar quarter that is judged: one that is over, which gets no new rows each day."""
        quarter = month_numbers(self.months[self.judged]) // 3
        found = [self.judged[quarter == one] for one in np.unique(quarter)]
        return [
            months
            for months in found
            if month_numbers(self.months[months[-1:]])[0] % 3 == 2 and self.is_over(int(months[-1]))
        ]

    def before_month(self, place: int) -> slice:
        """The places of the months that are the habit of one."""
        return slice(max(place - HABIT_MONTHS, 0), place)


@dataclass(frozen=True)
class Finding:
    """Something to check at a site. rule: its key; first, last: days since 1970; count: of what the rule counts; detail: which,
    where a site may have several at once; days: those that are meant, where these are not all."""

    rule: str
    first: int
    last: int
    count: int
    detail: str = ""
    days: tuple[int, ...] = ()

    def left(self, count: int) -> "Finding":
        """The same with another count, of what nobody has checked yet."""
        return replace(self, count=count)


@dataclass(frozen=True)
class EvidenceRow:
    """A row of what a finding rests on, as it is shown. day: since 1970, 0 of none; known_by: the cells by which a check knows
    it, empty for all: others may change without a new thing to check."""

    day: int
    cells: tuple[str, ...]
    known_by: tuple[str, ...] = ()


def marks(finding: Finding, rows: Sequence[EvidenceRow]) -> tuple[str, ...]:
    """What each row of a finding is known by: the same as long as the row says the same, another for each of equal rows."""
    seen: dict[str, int] = {}
    found = []
    for row in rows:
        content = repr((finding.rule, finding.detail, row.day, row.known_by or row.cells))
        seen[content] = seen.get(content, 0) + 1
        found.append(blake2b(f"{content} {seen[content]}".encode(), digest_size=8).hexdigest())
    return tuple(found)


def zero_waits(evidence: SiteEvidence) -> np.ndarray:
    """How many visits of each month waited for no minute at all, (M,)."""
    counted: np.ndarray = evidence.waits[:, 0].astype(np.int64)
    return counted


def long_waits(evidence: SiteEvidence) -> np.ndarray:
    """How many visits of each month waited LAST_BIN minutes or more, (M,)."""
    counted: np.ndarray = evidence.waits[:, LAST_BIN].astype(np.int64)
    return counted
