"""Facts: the numbers that indicators are computed from, for a period, a set of sites and a breakdown.

Everything comes from arrays in memory (the network state and its months), in one pass over those of the question; the
database is asked for the days at the edges of a period and for hours of arrival alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from sqlalchemy import Connection, Engine

from dashboard.period import (
    ONE_DAY,
    Period,
    day_number,
    month_end,
    month_number,
    month_numbers,
    month_starts,
    months,
    year_before,
)
from dashboard.settings import load_settings
from db import read
from db.codes import (
    ALL,
    ALL_SERVICES,
    BINS,
    COUNTERS,
    SILENT_DAYS,
    SITE_MONTH,
    UNKNOWN_HOUR,
    UNKNOWN_KEY,
    UNKNOWN_SERVICE,
)
from db.engine import snapshot
from db.known_forms import KnownForms, known_forms
from db.monthly_visits import Grouping, Visits, visits
from db.network_state import NEVER, SHORTEST_MONTH, NetworkState, load_network_state
from db.shared_types import Facts

VISITS, MEASURED, LEFT_TIMED = (COUNTERS.index(c) for c in ("visits", "measured", "left_timed"))
# So far back a register of complaints reaches before one may say of all that wait: three times the delay that is due.
REACHES_BACK = 90
# Of so many open days, or of such a share of them, visits may be missing one by one from a register that counts as whole.
FEW_LOST, LOST_SHARE = 2, 0.2
PLACE_BREAKDOWNS = frozenset({"nation", "department", "site"})  # whose keys stand without any visit
Group = (
    int | str
)  # what a key stands for: a site's, service's or day's number, an hour, a department
Answer = TypeVar("Answer")
# Keys, groups, counters, waits, left_timed: as in Cut.
Counted = tuple[list[str], list[Group], np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Scope:
    """The scope of one question: whose figures, when, for which service. `rows`: the sites' rows in the network
    state."""

    bind: Connection | Engine
    network: NetworkState
    sites: read.Sites
    rows: np.ndarray
    first: date
    last: date
    as_of: date | None
    partial: bool
    service: str | None
    as_of_given: bool  # as_of was asked for, and holds for complaints too

    @property
    def service_id(self) -> int:
        """The service asked for, or all."""
        return self.network.service_id(self.service)

    @cached_property
    def departments(self) -> np.ndarray:
        """The department of each of the sites."""
        return np.array(
            [self.network.places[i].department for i in self.rows.tolist()], dtype=object
        )

    def query(self, function: Callable[[Connection], Answer]) -> Answer:
        """The function's result on a connection to the database; one is opened where there is none, and read.Moved is raised
        where the data are no longer those of the network's state."""
        if isinstance(self.bind, Connection):
            return function(self.bind)
        with snapshot(self.bind) as connection:
            return read.of_version(connection, self.network.version, function)

    def visits(self, services: Sequence[int]) -> Visits:
        """The visits of the question, the services (ids) apart."""
        return visits(
            self.network.months,
            self.query,
            self.network.places,
            self.rows,
            self.first,
            self.last,
            services,
        )


def gather(
    bind: Connection | Engine,
    sites: read.Sites,
    first: date,
    last: date,
    by: str,
    service: str | None = None,
    as_of: date | None = None,
    network: NetworkState | None = None,
    *,
    visits: bool = True,
) -> Facts:
    """The facts of a question. sites: codes, or ALL. by: one of BYS, or SITE_MONTH. service: a code, or None for all.

    as_of: what was known on that day only; by default all that is. network: the network state, if at hand. visits:
    False for who asks of complaints alone, by a place (PLACE_BREAKDOWNS): no visit is counted then. Raises KeyError
    for an unknown service.
    """
    scope = make_scope(bind, network, sites, first, last, service, as_of)
    cut = _breakdown(scope, by) if visits else _no_visits(scope, by)
    spans = _spans(scope, by, cut.groups)
    members = Members(scope, by, cut.groups)
    forms = known_forms(scope.network, spans)
    # Some serve before their ceremony; others hand in a register of days on which nobody came yet.
    present = forms.heard | scope.network.is_due(spans)
    return Facts(
        by=by,
        keys=cut.keys,
        first=scope.first,
        last=scope.last,
        as_of=scope.as_of,
        partial=scope.partial,
        service=service,
        counters=cut.counters,
        waits=cut.waits,
        left_timed=cut.left_timed,
        known_service=cut.known_service,
        all_visits=cut.all_visits,
        **_reporting(scope, present, forms, spans, members),
        **_days(scope, spans, members),
        complaint_visits=_complaint_visits(scope, by, spans, members, cut.complaint_base),
        **_places(scope, present, spans, members, cut.by_site),
        complaints=_complaints(scope, by, cut),
        **_noted_services(scope, by, cut.groups),
        ends=members.of_spans(spans[:, 1]),
        threshold=load_settings().wait_threshold_minutes,
    )


def make_scope(
    bind: Connection | Engine,
    network: NetworkState | None,
    sites: read.Sites,
    first: date,
    last: date,
    service: str | None = None,
    as_of: date | None = None,
) -> Scope:
    """The scope of a question, its period cut at the last day up to which all is known. Raises KeyError for an
    unknown service."""
    if network is None:
        if not isinstance(bind, Connection):
            with bind.connect() as connection:
                network = load_network_state(connection)
        else:
            network = load_network_state(bind)
    network.service_id(service)
    places = network.places
    rows = np.array(
        [i for i, p in enumerate(places) if sites == ALL or p.code in sites], dtype=np.int64
    )
    known = as_of or network.known_until
    cut = min(last, known) if known else last
    return Scope(
        bind,
        network,
        sites,
        rows,
        first,
        cut,
        as_of or network.as_of,
        partial=cut < last,
        service=service,
        as_of_given=as_of is not None,
    )


def histogram(scope: Scope) -> np.ndarray:
    """Waits of the question by whole minute, shape (241,)."""
    cut = scope.visits([scope.service_id])
    waits: np.ndarray = cut.sums("waits", _as_one(cut))[0, 0, 0]
    return waits


def heat(scope: Scope) -> np.ndarray:
    """Visits of the question by weekday (0 = Monday) and hour of arrival, shape (7, 25); the last column is unknown."""
    cut = scope.visits([scope.service_id])
    counted: np.ndarray = cut.sums("heat", _as_one(cut))[0, 0, 0]
    return counted.reshape(7, -1)


def waits_by_month(scope: Scope) -> tuple[tuple[date, ...], np.ndarray]:
    """The whole months that the question touches, and histograms of waits (R, M, 241) of each site."""
    whole = replace(scope, first=scope.first.replace(day=1), last=month_end(scope.last))
    cut = whole.visits([scope.service_id])
    return cut.months, cut.counts("waits")[:, 0]


# --- keys and visits ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Breakdown:
    """The visits of a question by key: keys as printed; groups: what they stand for; the rest as in Facts. by_site:
    visits of the question at each site of the network; complaint_base: the visits against which complaints are
    counted."""

    keys: list[str]
    groups: list[Group]
    counters: np.ndarray
    waits: np.ndarray
    left_timed: np.ndarray
    complaint_base: "ComplaintBase"
    known_service: np.ndarray
    all_visits: np.ndarray
    by_site: np.ndarray


def _sum(counts: np.ndarray, axis: int | tuple[int, ...] | None) -> np.ndarray:
    # Counts may be unsigned, which wrap below 0.
    return np.asarray(np.sum(counts, axis=axis, dtype=np.int64))


def _as_one(cut: Visits) -> Grouping:
    """All sites and months of a question in one group."""
    return Grouping(np.zeros(len(cut.rows), np.int64), np.zeros(len(cut.months), np.int64), (1, 1))


def _breakdown(scope: Scope, by: str) -> Breakdown:
    """The visits of a question by key, from one reading of them."""
    number, every = (
        scope.service_id,
        [i for i in scope.network.months.services if i != ALL_SERVICES],
    )
    apart = [number] if number != ALL_SERVICES else every
    services = list(dict.fromkeys([number, ALL_SERVICES, UNKNOWN_SERVICE]))
    cut = scope.visits(list({*services, *apart}) if by == "service" else services)
    counted = cut.counts("counters", services)
    of = {i: counted[:, n] for n, i in enumerate(services)}  # (R, M, 12)
    everybody, mine = of[ALL_SERVICES], of[number]
    measuring = _sum(everybody[:, :, MEASURED], 1) > 0
    by_site = np.zeros(len(scope.network.places), np.int64)
    by_site[scope.rows] = _sum(mine[:, :, VISITS], 1)
    known = {
        "known_service": everybody[:, :, VISITS].astype(np.int64)
        - of[UNKNOWN_SERVICE][:, :, VISITS],
        "all_visits": everybody[:, :, VISITS],
    }
    told = NO_MONTHS if _by_the_day(scope, by) else _months_of_both_registers(scope, cut.months)
    if by in ("service", "hour"):
        odd = ~measuring & (_sum(everybody[:, :, LEFT_TIMED], 1) > 0)
        keys, groups, counters, waits, left = (
            _by_hour(scope, odd) if by == "hour" else _by_service(scope, cut, apart, odd)
        )
        known = {name: np.full(len(groups), _sum(values, None)) for name, values in known.items()}
        asked = [int(g) for g in groups] if by == "service" else []
        based = (
            cut.sums("counters", _as_one(cut), asked, where=told)[0, :, 0, VISITS]
            if asked
            else np.zeros(len(groups), np.int64)
        )
    else:
        if by in ("month", SITE_MONTH):
            left_timed = mine[:, :, LEFT_TIMED] * (everybody[:, :, MEASURED] > 0)
        else:
            left_timed = mine[:, :, LEFT_TIMED] * measuring[:, None]
        keys, groups, grouping = _grouping(scope, by, cut.months)
        fold = grouping.fold
        waits = cut.sums("waits", grouping, [number])[:, 0].reshape(-1, BINS)
        counters, left = fold(mine), fold(left_timed)
        known = {name: fold(values) for name, values in known.items()}
        based = fold(mine[:, :, VISITS] * told) if told.size else np.zeros(len(groups), np.int64)
    if scope.service is None and by != "service":
        known = dict.fromkeys(known, counters[:, VISITS])
    asked_of = ComplaintBase(based, cut.months, told)
    return Breakdown(keys, groups, counters, waits, left, asked_of, by_site=by_site, **known)


NO_MONTHS = np.zeros((0, 0), dtype=bool)  # where the days of visits are known


class ComplaintBase(NamedTuple):
    """The visits of services and hours against which complaints are counted: how many (G,), and of which months (R,
    M) both registers are known as far as the period goes, since a service's visits are not known day by day."""

    visits: np.ndarray
    months: tuple[date, ...]
    known: np.ndarray


def _months_of_both_registers(scope: Scope, present: Sequence[date]) -> np.ndarray:
    """The months (their days in the period) of which both registers are known on all open days, (R, M)."""
    if not present:
        return np.zeros((len(scope.rows), 0), dtype=bool)
    starts = [day_number(max(m, scope.first)) for m in present]
    ends = [day_number(min(month_end(m), scope.last)) for m in present]
    spans = np.stack([starts, ends], axis=1).astype(np.int64)
    book = scope.network
    told = (book.sum_between("rated", spans) > 0) & (book.sum_between("unrated", spans) == 0)
    mine: np.ndarray = told[:, scope.rows].T
    return mine


def _by_the_day(scope: Scope, by: str) -> bool:
    """Whether the visits of the question's keys are known day by day: those of all services are."""
    return scope.service is None and by not in ("service", "hour")


def _complaint_visits(
    scope: Scope, by: str, spans: np.ndarray, members: "Members", base: ComplaintBase
) -> np.ndarray:
    """The visits of each key against which its complaints are counted, (G,): of days of which both registers are
    known."""
    if not _by_the_day(scope, by):
        return base.visits
    return members.total(scope.network.sum_between("rated_visits", spans))


def _no_visits(scope: Scope, by: str) -> Breakdown:
    """The keys of a question by place, without any of its visits."""
    keys, groups, _ = _grouping(scope, by, ())
    nothing = np.zeros(len(keys), np.int64)
    return Breakdown(
        keys,
        groups,
        np.zeros((len(keys), len(COUNTERS)), np.int64),
        np.zeros((len(keys), BINS), np.int64),
        nothing,
        ComplaintBase(nothing, (), NO_MONTHS),
        nothing,
        nothing,
        np.zeros(len(scope.network.places), np.int64),
    )


def _grouping(
    scope: Scope, by: str, present: tuple[date, ...]
) -> tuple[list[str], list[Group], Grouping]:
    """The keys and groups of a nation, its departments, sites, months, or sites by month (a site's months together);
    and how the sites and months of the question are added up to them. present: months with a visit."""
    one, each = np.zeros(len(scope.rows), np.int64), np.arange(len(scope.rows))
    all_months = np.zeros(len(present), np.int64)
    if by == "nation":
        return ["nation"], [0], Grouping(one, all_months, (1, 1))
    places = [scope.network.places[i] for i in scope.rows.tolist()]
    if by == "site":
        grouping = Grouping(each, all_months, (len(places), 1))
        return [p.code for p in places], [p.id for p in places], grouping
    if by == "department":
        names = sorted(set(scope.departments.tolist()))
        place = {name: i for i, name in enumerate(names)}
        where = np.array([place[d] for d in scope.departments.tolist()], dtype=np.int64)
        return names, [*names], Grouping(where, all_months, (len(names), 1))
    starts = months(Period(scope.first, scope.last)) if scope.first <= scope.last else []
    at = {m: i for i, m in enumerate(starts)}
    where = np.array([at.get(m, -1) for m in present], dtype=np.int64)
    keys = [f"{m:%Y-%m}" for m in starts]
    if by == "month":
        return keys, [day_number(m) for m in starts], Grouping(one, where, (1, len(starts)))
    return (
        [f"{p.code} {m}" for p in places for m in keys],
        [p.id for p in places for _ in keys],
        Grouping(each, where, (len(places), len(starts))),
    )


def _by_service(
    scope: Scope, question_visits: Visits, services: list[int], without_calls: np.ndarray
) -> Counted:
    """The services with a visit, without those who left at sites that record arrivals but never a call
    (`without_calls`)."""
    one = _as_one(question_visits)
    counters, waits = (
        question_visits.sums(n, one, services)[0, :, 0] for n in ("counters", "waits")
    )
    some = replace(one, sites=np.where(without_calls, 0, -1))
    off = question_visits.sums("counters", some, services)[0, :, 0, LEFT_TIMED]
    rows = [i for i in np.argsort(services, kind="stable").tolist() if counters[i, VISITS]]
    return (
        [scope.network.service_code(services[i]) for i in rows],
        [services[i] for i in rows],
        counters[rows],
        waits[rows],
        counters[rows, LEFT_TIMED] - off[rows],
    )


def _by_hour(scope: Scope, without_calls: np.ndarray) -> Counted:
    """The hours with a visit, as `_by_service`."""
    period = (scope.first, scope.last, scope.service_id)
    counters, waits = scope.query(lambda c: read.by_hour(c, scope.sites, *period))
    left = counters[:, LEFT_TIMED].copy()
    codes = {scope.network.places[i].code for i in scope.rows[without_calls].tolist()}
    if codes:
        left -= scope.query(lambda c: read.by_hour(c, codes, *period))[0][:, LEFT_TIMED]
    hours = [h for h in range(UNKNOWN_HOUR + 1) if counters[h, VISITS]]
    return (
        [f"{h:02}" if h < UNKNOWN_HOUR else UNKNOWN_KEY for h in hours],
        [*hours],
        counters[hours],
        waits[hours],
        left[hours],
    )


def _span(first: date, last: date) -> np.ndarray:
    """A span of days as NetworkState.sum_between takes it, (1, 2)."""
    return np.array([[day_number(first), day_number(last)]], dtype=np.int64)


def _spans(scope: Scope, by: str, groups: list[Group]) -> np.ndarray:
    """The first and the last day of each month's part of the period (M, 2) where keys are months; else the whole period, once
    for all keys (1, 2)."""
    whole = _span(scope.first, scope.last)
    if by not in ("month", SITE_MONTH) or not groups:
        return whole
    starts = np.array([day_number(m) for m in months(Period(scope.first, scope.last))])
    ends = np.append(starts[1:] - 1, whole[0, 1])  # a month ends where the next begins
    return np.stack([np.maximum(starts, whole[0, 0]), np.minimum(ends, whole[0, 1])], axis=1)


def _add_up(where: np.ndarray, rows: np.ndarray, size: int) -> np.ndarray:
    """The rows summed by their place in `where`, (size, …)."""
    out = np.zeros((size, *rows.shape[1:]), np.int64)
    np.add.at(out, where, rows)
    return out


class Members:
    """The sites of the scope of each key, G of them: each site by itself (its months together), those of a department, or all
    of the question's."""

    def __init__(self, scope: Scope, by: str, groups: list[Group]) -> None:
        self.rows, self.size = scope.rows, len(groups)
        self.each = by in ("site", SITE_MONTH)
        names = {name: i for i, name in enumerate(groups)} if by == "department" else {}
        self.department = np.array(
            [names[d] for d in scope.departments.tolist()] if names else (), dtype=np.int64
        )

    def total(self, values: np.ndarray) -> np.ndarray:
        """The sum over each key's sites, (G,). values: (N, S), of each span (see `_spans`) and site of the network."""
        mine = values[:, self.rows]
        if self.each:
            of_each: np.ndarray = mine.T.reshape(-1).astype(np.int64)
            return of_each
        if len(self.department):
            return _add_up(self.department, mine[0], self.size)
        return np.broadcast_to(_sum(mine, 1), (self.size,))

    def any(self, sites: np.ndarray, place: np.ndarray, count: int) -> np.ndarray:
        """Whether one of each key's sites belongs to each of `count` places P, (G, P). sites: (N, S), those that are meant;
        place: (N, S), to which each belongs. Not for sites by themselves."""
        span, site = np.nonzero(sites[:, self.rows])
        where = np.broadcast_to(place, sites.shape)[span, self.rows[site]]
        if len(self.department):
            found = np.zeros((self.size, count), dtype=bool)
            found[self.department[site], where] = True
            return found
        of_span = np.zeros((len(sites), count), dtype=bool)
        of_span[span, where] = True
        return np.broadcast_to(of_span, (self.size, count))

    def of_spans(self, values: np.ndarray) -> np.ndarray:
        """A value of each span (N,) for each key, (G,)."""
        if self.each:
            return np.tile(values, len(self.rows))
        return np.broadcast_to(values, (self.size,))


# --- who reported, and when -----------------------------------------------------------------------------------------
def _active(scope: Scope, spans: np.ndarray) -> np.ndarray:
    """Whether a site has a visit or a closing in a span, (G, S)."""
    return (scope.network.sum_between("visits", spans) > 0) | (
        scope.network.sum_between("closed", spans) > 0
    )


def _reporting(
    scope: Scope, present: np.ndarray, forms: KnownForms, spans: np.ndarray, members: "Members"
) -> dict[str, np.ndarray]:
    """The numbers of sites expected, reporting, complete and current, by key."""
    # Who hands complaints in is due, whatever else is known of him; who is closed answers for those that wait.
    of_complaints = forms.heard | scope.network.is_expected(spans) | forms.complaints
    return {
        name: members.total(sites)
        for name, sites in (
            ("expected", present),
            ("reporting", forms.heard),
            ("visit_reporting", forms.visits),
            ("visit_whole", present & forms.visits & visits_whole(scope.network, spans)),
            ("complaint_reporting", forms.complaints),
            ("complaint_expected", of_complaints),
            ("complaint_current", of_complaints & complaints_current(scope.network, spans)),
            ("complaint_later", _complaints_known_later(scope, spans)),
            ("closing", present & (scope.network.closes_from <= spans[:, 1:])),
        )
    }


def complaints_current(book: NetworkState, spans: np.ndarray) -> np.ndarray:
    """Whether all complaints of a site are known at the end of a span, or at the day on which the site closed, (G, S). A register
    is late after as many days as a site is silent after, or with a row of days as long as a month that nobody handed in."""
    end = np.minimum(spans[:, 1:], book.closed_since(spans[:, 1]))
    known = _known_lately(book, end)
    whole: np.ndarray = known & (book.complaints_until >= end - SILENT_DAYS)
    # What was received before the first day that is known may wait still.
    begun = np.maximum(end - (REACHES_BACK - 1), book.starts + SHORTEST_MONTH - 1)
    whole &= book.complaints_from <= begun
    return whole


def _known_lately(book: NetworkState, end: np.ndarray) -> np.ndarray:
    """Whether complaints of a site are known of one of the last days before an end of its own, (G, S)."""
    sums, sites = book.running_sums["complaints_known"], np.arange(len(book.places))
    start, stop = (
        np.clip(end - book.origin + days, 0, sums.shape[1] - 1) for days in (-SILENT_DAYS, 1)
    )
    known: np.ndarray = sums[sites, stop] > sums[sites, start]
    return known


def visits_whole(book: NetworkState, spans: np.ndarray, *, by_then: bool = False) -> np.ndarray:
    """Whether all visits of a site are known of a span and of each entire month in it, (G, S): but for as many days in a row as a
    site is silent after, where they are few in all, and from its launch on. by_then: whatever days after the span make of a
    silence that reaches its end."""
    nearly = _visits_nearly_whole(book, spans, by_then=by_then)
    whole: np.ndarray = nearly & _months_whole(book, spans)
    return whole


def _visits_nearly_whole(
    book: NetworkState, spans: np.ndarray, *, by_then: bool = False
) -> np.ndarray:
    """As `visits_whole`, whatever any month of the span lacks, (G, S): enough for visits by day."""
    hole = "hole_by_then" if by_then else "hole"
    due = np.maximum(spans[:, :1], book.starts)
    begun = (book.visits_from <= due + SILENT_DAYS) | (book.visits_from > spans[:, 1:])
    begun |= book.starts == -NEVER  # nobody knows since when it is there
    whole: np.ndarray = (book.sum_between(hole, spans) == 0) & _few_lost(book, spans) & begun
    return whole


def _few_lost(book: NetworkState, spans: np.ndarray) -> np.ndarray:
    """Whether few open days of a site are without visits in a span, (G, S)."""
    lost, opening = book.sum_between("lost", spans), book.sum_between("opening", spans)
    few: np.ndarray = (lost <= FEW_LOST) | (lost <= LOST_SHARE * opening)
    return few


def _months_whole(book: NetworkState, spans: np.ndarray) -> np.ndarray:
    """Whether few open days of a site are without visits in each entire month of a span, (G, S): a sum is not exact where one
    of its terms is not."""
    known = month_numbers(np.array([book.origin, book.origin + book.is_open.shape[1]]))
    # The first month that begins in the span, and that after the last that ends in it.
    begins = np.maximum(month_numbers(spans[:, 0] - 1) + 1, known[0])
    ends = np.maximum(np.minimum(month_numbers(spans[:, 1] + 1), known[1] + 1), begins)
    if not len(spans) or begins.min() == ends.max():
        return np.ones((len(spans), len(book.places)), dtype=bool)
    edges = np.arange(begins.min(), ends.max() + 1).astype("datetime64[M]").astype("datetime64[D]")
    days = edges.astype(np.int64)
    each = np.stack([days[:-1], days[1:] - 1], axis=1)
    lacking = np.cumsum(~_few_lost(book, each), axis=0)
    lacking = np.concatenate([np.zeros((1, lacking.shape[1]), dtype=lacking.dtype), lacking])
    whole: np.ndarray = lacking[ends - begins.min()] == lacking[begins - begins.min()]
    return whole


def _complaints_through(book: NetworkState, spans: np.ndarray) -> np.ndarray:
    """Whether all complaints of a site that were received in a span are known, whatever came before, (G, S)."""
    lately = np.concatenate([spans[:, 1:] - SILENT_DAYS, spans[:, 1:]], axis=1)
    through: np.ndarray = (book.sum_between("complaints_known", lately) > 0) & (
        book.sum_between("complaints_lost", spans) <= SILENT_DAYS
    )
    return through


class ComplaintReporting(NamedTuple):
    """The reporting of complaints by the sites of a question: how many should hand them in, how many ever did, how
    many are current at its end, of how many any day of it is known, and of how many all days, whatever came before."""

    expected: int
    ever_reported: int
    current: int
    any_day_known: int
    all_days_known: int


def complaint_reporting(scope: Scope) -> ComplaintReporting:
    """The reporting of complaints of a question."""
    book, span = scope.network, _span(scope.first, scope.last)
    mine = np.zeros(len(book.places), dtype=bool)
    mine[scope.rows] = True
    forms = known_forms(book, span)
    heard = mine & forms.complaints[0]
    # Who hands complaints in is due, whatever else is known of him.
    present = heard | (mine & (forms.heard | book.is_expected(span))[0])
    ever = book.complaints_known.any(axis=1)
    current = complaints_current(book, span)[0]
    through = heard & _complaints_through(book, span)[0]
    closed = heard & (book.closed_since(span[:, 1])[0] != NEVER)  # nothing is expected of it since
    of = (present, mine & ever, present & current, heard, through | closed)
    return ComplaintReporting(*(int(sites.sum()) for sites in of))


def _complaints_known_later(scope: Scope, spans: np.ndarray) -> np.ndarray:
    """Whether a site's complaints are known after the day on which the data end, for spans that reach it, (G, S)."""
    end = scope.network.known_until
    if end is None or scope.as_of_given:
        return np.zeros((len(spans), len(scope.network.places)), dtype=bool)
    known = scope.network.sum_between("complaints_known", _span(end + ONE_DAY, date.max)) > 0
    later: np.ndarray = known & (spans[:, 1:] >= day_number(end))
    return later


def _days(scope: Scope, spans: np.ndarray, members: "Members") -> dict[str, np.ndarray]:
    """Open site-days, those of them that are due and closed, and visits on other days (all services only)."""
    days = {
        name: members.total(scope.network.sum_between(which, spans))
        for name, which in (
            ("open_days", "open"),
            ("closed_days", "open_closed"),
            ("off_day_visits", "off"),
        )
    }
    # A site speaks of closings from the first that it handed in.
    speaks = scope.network.closes_from <= spans[:, 1:]
    days["due_days"] = members.total(np.where(speaks, scope.network.sum_between("due", spans), 0))
    if scope.service is not None:
        days["off_day_visits"] = np.zeros_like(days["off_day_visits"])
    return days


def _places(
    scope: Scope, present: np.ndarray, spans: np.ndarray, members: Members, visits_of: np.ndarray
) -> dict[str, np.ndarray]:
    """Population served, visits at CCSP, communes covered: of the communes in which sites stand at a span's end."""
    land = scope.network.geography
    stands = land.commune_on(spans[:, 1])
    recent = np.stack([spans[:, 1] - (load_settings().operating_days - 1), spans[:, 1]], axis=1)
    open_still = scope.network.closed_since(spans[:, 1]) == NEVER
    served, operating = present & land.ccsp, _active(scope, recent) & open_still
    everywhere = np.ones((1, len(scope.network.places)), dtype=bool)
    if members.each:
        population = members.total(served * land.population[stands])
        communes_operating = members.total(operating)
        communes = members.total(np.tile(land.communes[land.department], (len(spans), 1)))
    else:
        population = members.any(served, stands, len(land.population)) @ land.population
        communes_operating = members.any(operating, stands, len(land.population)).sum(axis=1)
        communes = (
            members.any(everywhere, land.department[None], len(land.communes)) @ land.communes
        )
    # Communes of departments without a site count too, where a key is the whole country.
    if scope.sites == ALL:
        of_key = members.total(np.tile(everywhere, (len(spans), 1)))
        communes = np.where(of_key == everywhere.size, land.communes_of_all, communes)
    return {
        "population": population,
        "operating_communes": communes_operating,
        "communes": communes,
        "ccsp_visits": members.total(served * visits_of),
        "ccsp_sites": members.total(served),
    }


# --- complaints -----------------------------------------------------------------------------------------------------
def _complaints(scope: Scope, by: str, breakdown: Breakdown) -> dict[str, np.ndarray]:
    """The complaints received up to the period's end, each under its key (-1: of none). place: of its site among those of
    the question; based: whether the visits of its day are counted too, as its denominator."""
    everything, places = scope.network.complaints, scope.network.places
    here = np.zeros(len(places), dtype=bool)
    here[scope.rows] = True
    mine = here[everything["site"]] & (everything["received"] <= day_number(scope.last))
    if scope.service is not None:
        mine &= everything["service"] == max(scope.service_id, 0)  # 0: not known
    c = {name: values[mine] for name, values in everything.items()}
    if by in ("nation", "hour"):
        group = np.full(len(c["site"]), 0 if by == "nation" else -1, np.int64)
    else:
        group = _groups_of(scope, by, breakdown.groups, c)
    ends = scope.network.complaint_ends
    as_of = np.where(ends < 0, day_number(scope.last), ends)
    if scope.as_of_given and scope.as_of is not None:
        as_of[:] = day_number(scope.as_of)
    based = (
        _is_based(scope, c)
        if _by_the_day(scope, by)
        else _is_based_by_month(scope, c, breakdown.complaint_base)
    )
    as_of = as_of[c["site"]]
    # Of a complaint that somebody said by itself more is known than of its register.
    known = as_of if scope.as_of_given else np.maximum(as_of, c["said"])
    place = np.zeros(len(places), np.int64)
    place[scope.rows] = np.arange(len(scope.rows))
    of_scope = place[c["site"]]
    return {
        **c,
        "group": group,
        "place": of_scope,
        "as_of": as_of,
        "known": known,
        "based": based,
    }


def _noted_services(scope: Scope, by: str, groups: list[Group]) -> dict[str, np.ndarray]:
    """The complaints whose service is noted, and all of them, whatever the service: as in Facts."""
    counted = np.zeros((2, 2, len(groups)), np.int64)
    if scope.service is not None or by == "service":
        c, here = scope.network.complaints, np.zeros(len(scope.network.places), dtype=bool)
        here[scope.rows] = True
        mine = here[c["site"]] & (c["received"] <= day_number(scope.last))
        c = {name: values[mine] for name, values in c.items()}
        noted, lately = c["service"] > 0, c["received"] >= day_number(scope.first)
        for row, which in enumerate((noted, np.ones(len(noted), dtype=bool))):
            if by in ("nation", "service", "hour"):
                counted[row, 0] = (which & lately).sum()
            else:
                group = _groups_of(scope, by, groups, c)
                np.add.at(counted[row, 0], group[which & lately & (group >= 0)], 1)
            counted[row, 1] = which.sum()
    return {"known_service_complaints": counted[0], "all_complaints": counted[1]}


def _is_based(scope: Scope, c: dict[str, np.ndarray]) -> np.ndarray:
    """Whether the visits of each complaint's day are counted as its denominator."""
    rated = scope.network.is_rated
    day = c["received"] - scope.network.origin
    inside = (day >= 0) & (day < rated.shape[1])
    based: np.ndarray = inside & rated[c["site"], np.where(inside, day, 0)]
    return based


def _is_based_by_month(scope: Scope, c: dict[str, np.ndarray], base: ComplaintBase) -> np.ndarray:
    """As `_is_based`, by months of which both registers are known."""
    if not base.months:
        return np.zeros(len(c["site"]), dtype=bool)
    at = np.full(len(scope.network.places), 0)
    at[scope.rows] = np.arange(len(scope.rows))
    numbers = np.array([month_number(m) for m in base.months])
    month = month_numbers(c["received"])
    place = np.minimum(np.searchsorted(numbers, month), len(numbers) - 1)
    based: np.ndarray = (numbers[place] == month) & base.known[at[c["site"]], place]
    return based


def _groups_of(scope: Scope, by: str, groups: list[Group], c: dict[str, np.ndarray]) -> np.ndarray:
    """The place in `groups` of what each complaint belongs to, -1 where it is none of them."""
    if by == SITE_MONTH:
        at = np.full(len(scope.network.places), -1)
        at[scope.rows] = np.arange(len(scope.rows))
        width = len(groups) // max(len(scope.rows), 1)
        month = month_numbers(c["received"]) - month_number(scope.first)
        inside = (month >= 0) & (month < width)
        return np.where(inside, at[c["site"]] * width + month, -1)
    place = {g: i for i, g in enumerate(groups)}
    if by in ("site", "department"):
        each, where = (
            [p.id if by == "site" else p.department for p in scope.network.places],
            c["site"],
        )
    else:
        what = (
            month_starts(c["received"])
            if by == "month"
            else np.where(c["service"] == 0, UNKNOWN_SERVICE, c["service"])
        )
        different, where = np.unique(what, return_inverse=True)
        each = different.tolist()
    group: np.ndarray = np.array([place.get(g, -1) for g in each], dtype=np.int64)[where]
    return group


def comparable_sites(scope: Scope) -> tuple[set[str], bool, Period]:
    """The sites all of whose visits are known of the period and of the same days a year before, whether all their complaints are
    too, and that year-before period."""
    before = Period(year_before(scope.first), year_before(scope.last))
    spans = np.stack([_span(scope.first, scope.last), _span(before.first, before.last)])[:, 0]
    now, then = _active(scope, spans)
    # A register that ends earlier, or begins later, cannot be compared: its other days are not known.
    book = scope.network
    both = now & then & _visits_nearly_whole(book, spans).all(axis=0)
    both &= book.visits_from <= day_number(before.first) + SILENT_DAYS
    rows = [i for i in scope.rows.tolist() if both[i]]
    complaints = _complaints_through(book, spans)[:, rows].all()
    return {scope.network.places[i].code for i in rows}, bool(complaints), before
