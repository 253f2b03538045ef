"""The complaints of the register: as arrays to be counted, for who may see figures; one by one, for who may see rows."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np

from dashboard import french
from dashboard.answers.context import View, cached, cached_with_rows, uncached
from dashboard.answers.network import until_data_date
from dashboard.answers.question import Question
from dashboard.indicators.measures import KNOWN_SERVICE_SHARE, SERVICE_UNKNOWN
from dashboard.partial_counts import Count, Coverage, WaitingCount
from dashboard.period import day_from_number, day_number
from db import facts, read
from db.codes import ALL, SILENT_DAYS, UNKNOWN_KEY
from db.network_state import complaint_arrays

ONE_OF_THEM = "l'une d'elles "
UNKNOWN_CATEGORY = "Non renseignée"  # where the register has no category


@dataclass(frozen=True)
class Register:
    """Complaints received up to a period's end, in the order received: arrays of one length.

    reference: the register's own; "" in what is only to be counted. code, name: of the site. category: of the complaint.
    received, resolved, until, known: days since 1970 (resolved: -1 for none; until: up to which the site's complaints are known,
    within the period; known: up to which this one is, later where it was said by itself). age: days open by then, -1 where it
    was answered.
    """

    reference: np.ndarray
    code: np.ndarray
    name: np.ndarray
    category: np.ndarray
    received: np.ndarray
    resolved: np.ndarray
    until: np.ndarray
    known: np.ndarray
    age: np.ndarray

    def __len__(self) -> int:
        return len(self.received)

    @property
    def is_open(self) -> np.ndarray:
        """Which are open at the end of the period: booleans, (n,)."""
        return self.age >= 0

    @property
    def days_open(self) -> np.ndarray:
        """Days to the answer, or the age where it is open: (n,)."""
        return np.where(
            self.is_open, self.age, np.where(self.resolved < 0, 0, self.resolved - self.received)
        )

    def where(self, kept: np.ndarray) -> "Register":
        """The complaints for which `kept` is true. kept: booleans, (n,)."""
        return Register(*(getattr(self, column.name)[kept] for column in fields(self)))

    @property
    def oldest_first(self) -> "Register":
        """The same complaints, sorted by the day on which they were received: ages are known up to each site's own last day. Of
        one day, those that are known to have waited longer come first."""
        return self.where(np.lexsort((-self.age, self.received)))

    @property
    def at_register_end(self) -> "Register":
        """The same complaints as the registers alone say them, each up to its site's last day: what is compared over time must
        not know more of those that were answered."""
        age = _ages(self.received, self.resolved, self.until)
        return replace(self, known=self.until, age=age).where(self.received <= self.until)

    def received_since(self, first: date) -> "Register":
        """The complaints received on that day or later."""
        return self.where(self.received >= day_number(first))


@cached
def register(view: View, question: Question) -> Register:
    """The complaints of the sites whose figures may be seen, received up to the end of the question; without references, to be
    counted and not listed."""
    chosen = view.sites(question)
    allowed = np.array([chosen == ALL or p.code in chosen for p in view.network.places], dtype=bool)
    c = view.network.complaints
    kept = allowed[c["site"]] & (c["received"] <= day_number(_end(view, question)))
    kept &= _about_service(view, question, c)
    counted = {name: values[kept] for name, values in c.items()}
    return _register(view, question, counted, np.full(int(kept.sum()), "", dtype=object))


@uncached
def register_now(view: View, question: Question) -> Register:
    """The register up to the date of the data, whatever the period: what is open then, and how old it is."""
    return register(view, at_data_date(view, question))


@cached
def coverage(view: View, question: Question) -> Coverage:
    """How many of the question's sites handed in complaints, and how many of them up to its end or the end of the data."""
    found = facts.complaint_reporting(view.facts(question))
    return _without_unknown_services(
        view, question, register_coverage(found.expected, found.ever_reported, found.current)
    )


@cached_with_rows
def coverage_of_rows(view: View, question: Question) -> Coverage:
    """The same as `coverage`, over the sites whose complaints may be seen one by one."""
    found = facts.complaint_reporting(view.facts(question, rows=True))
    return _without_unknown_services(
        view, question, register_coverage(found.expected, found.ever_reported, found.current)
    )


def _without_unknown_services(view: View, question: Question, known: Coverage) -> Coverage:
    """The coverage with a note where the question has a service that the register rarely notes: complaints about it are then
    not all known."""
    if not question.service or question.service == UNKNOWN_KEY:
        return known
    sites, c = view.sites(question), view.network.complaints
    here = np.array([sites == ALL or p.code in sites for p in view.network.places], dtype=bool)
    noted = c["service"][here[c["site"]]] > 0
    few = len(noted) and noted.mean() < KNOWN_SERVICE_SHARE
    return replace(known, note=SERVICE_UNKNOWN) if few else known


def month_count(view: View, question: Question, n: int) -> Count:
    """A count of n complaints of the question's month, with the coverage of the registers that are known to its end."""
    found = facts.complaint_reporting(view.facts(question))
    known = register_coverage(found.expected, found.any_day_known, found.all_days_known)
    return Count(n, _without_unknown_services(view, question, known))


def register_coverage(expected: int, known: int, current: int) -> Coverage:
    """The coverage of the register of complaints. expected, known, current: numbers of sites, as `Coverage` has them."""
    return Coverage("registre des plaintes", expected, known, current)


def waiting_count(view: View, question: Question, n: int) -> WaitingCount:
    """A count of n open complaints at the date of the data, with the coverage of the registers."""
    return WaitingCount(n, coverage(view, until_data_date(view, question)))


def known_until_in_words(view: View, question: Question, waiting: Register) -> str:
    """« au 23/11/2026 », « au 23/11/2026 (29 d'entre elles au 14/08/2026, dans 3 centres) »: the days up to which complaints that
    wait are known; for one site, the last day that its register knows; "" without data."""
    last = view.network.known_until
    if last is None:
        return ""
    if question.site:
        return site_known_until(view, question.site)
    early = _known_earlier(view, waiting)
    if not len(early) or len(early) < len(waiting):
        aside = earlier_in_words(view, waiting)
        return f"au {french.date_short(last)}{f' ({aside})' if aside else ''}"
    return _their_days(early)


def site_known_until(view: View, site: str) -> str:
    """« au 14/08/2026 »: the last day that the site's register of complaints knows, up to that of the data; "" without data."""
    last = view.network.known_until
    own = view.network.complaints_as_of(site)
    return f"au {french.date_short(min(last, own or last))}" if last else ""


def earlier_in_words(view: View, waiting: Register) -> str:
    """« 29 d'entre elles au 14/08/2026, dans 3 centres »: those of registers that end before the others; "" for none."""
    early = _known_earlier(view, waiting)
    if not len(early):
        return ""
    if len(early) == 1:
        return f"{'' if len(waiting) == 1 else ONE_OF_THEM}{_their_days(early)}"
    of = "toutes" if len(early) == len(waiting) else f"{french.number(len(early))} d'entre elles"
    sites = french.plural(len(set(early.code.tolist())), "centre")
    return f"{of} {_their_days(early)}, dans {sites}"


def _their_days(early: Register) -> str:
    days = sorted(set(early.known.tolist()))
    if len(days) == 1:
        return f"au {french.date_short(day_from_number(days[0]))}"
    return "au dernier jour connu de chaque centre"


def _known_earlier(view: View, waiting: Register) -> Register:
    """Of complaints that wait, those known only up to a day before the date of the data: by more days than a register may be
    late, of sites that are in service still."""
    network = view.network
    if network.known_until is None:
        return waiting.where(np.zeros(len(waiting), dtype=bool))
    end = day_number(network.known_until)
    last = np.minimum(network.closed_since(np.array([end]))[0], end)
    row = {p.code: i for i, p in enumerate(network.places)}
    due = last[[row[code] for code in waiting.code.tolist()]]
    return waiting.where(waiting.known < due - SILENT_DAYS)


def at_data_date(view: View, question: Question) -> Question:
    """The question of the last day of the data alone, the same whatever its period was: what is open then is listed once, and
    kept once."""
    last = view.network.known_until or question.last
    return replace(question, first=last, last=last)


@uncached
def open_rows(view: View, question: Question) -> Register:
    """The complaints that are open at the date of the data, the oldest first, of the sites whose rows may be seen."""
    return _open_rows(view, at_data_date(view, question))


@cached_with_rows
def _open_rows(view: View, now: Question) -> Register:
    """The same. now: as `at_data_date` gives it. The database is given the sites and returns no others."""
    network = view.network
    end = _end(view, now)
    known = min([end, *(network.complaints_as_of(p.code) or end for p in network.places)])
    found = view.read(lambda c: read.open_complaints(c, view.sites_of_rows(now), end, known))
    references = np.array([reference for reference, _ in found], dtype=object)
    c = complaint_arrays([row for _, row in found], network.row)
    kept = _about_service(view, now, c)
    listed = _register(view, now, {k: v[kept] for k, v in c.items()}, references[kept])
    return listed.where(listed.is_open).oldest_first


def _end(view: View, question: Question) -> date:
    return min(question.last, view.network.known_until or question.last)


def _about_service(view: View, question: Question, c: Mapping[str, np.ndarray]) -> np.ndarray:
    """Which of the complaints are about the question's service: booleans, (n,)."""
    if not question.service:
        return np.ones(len(c["service"]), dtype=bool)
    of: np.ndarray = c["service"] == max(view.network.service_id(question.service), 0)
    return of


def _register(
    view: View, question: Question, c: Mapping[str, np.ndarray], references: np.ndarray
) -> Register:
    """A Register of complaint arrays, with ages at the end of the question. c: as `db.network_state.complaint_arrays` gives
    them; references: of each, (n,)."""
    network, end = view.network, _end(view, question)
    known = np.where(network.complaint_ends < 0, day_number(end), network.complaint_ends)
    until = np.minimum(known[c["site"]], day_number(end))
    at = np.minimum(np.maximum(known[c["site"]], c["said"]), day_number(end))
    labels = {i: label for i, _, label in network.terms}
    codes, names = (
        np.array([getattr(p, field) for p in network.places], dtype=object)[c["site"]]
        for field in ("code", "name")
    )
    return Register(
        references,
        codes,
        names,
        np.array([labels.get(i, UNKNOWN_CATEGORY) for i in c["category"].tolist()], dtype=object),
        c["received"],
        c["resolved"],
        until,
        at,
        _ages(c["received"], c["resolved"], at),
    )


def _ages(received: np.ndarray, resolved: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The days for which complaints were open at a day, -1 where they were not: (n,). at: of each, days since 1970."""
    is_open = ((resolved < 0) | (resolved > at)) & (received <= at)
    return np.where(is_open, at - received, -1)
