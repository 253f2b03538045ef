"""Visits by site, service and month, in memory: most questions are answered from them without asking the database.

Read once for each state of the data. Days at the edges of a period that is no whole month are read when they are
first asked for.

Before: the rows of `db.rollup`, through `db.read`. After: `db.facts.gather`.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from threading import Lock

import numpy as np
from sqlalchemy import Connection

from dashboard.period import DAY_0, add_months, month_number, month_numbers
from db import read, rollup_cells
from db.bulk_insert import Row
from db.codes import ALL_SERVICES, BINS, COUNTERS, DAY, MONTH, UNKNOWN_SERVICE
from db.shared_types import Place

HEAT = 7 * rollup_cells.HOURS
Rows = tuple[np.ndarray, list[Row], list[Row]]  # as read.visits_by_service gives them
Ask = Callable[[Callable[[Connection], Rows]], Rows]
Span = tuple[date, date]  # days of one month
# A site's visits of a span, by the names of WIDTHS: (V, width), services as in Months.
SpanVisits = dict[str, np.ndarray]
MOST_EDGES = 500  # spans of a site, of some 10 KB each
WIDTHS = {"counters": len(COUNTERS), "waits": BINS, "heat": HEAT}


@dataclass(frozen=True)
class Months:
    """The visits of S sites (rows of the network state) by V services by M months from `origin` on.

    extent: the first and the last day with a visit. services: ids along the second axis, all of them (0) first, then
    the unknown one. counters: (S, V, M, 12) as COUNTERS. waits: (S, V, M, 241). heat: (S, V, M, 175), weekday × 25 +
    hour. Integers of the smallest kind that holds them.
    """

    extent: tuple[date | None, date | None]
    origin: date
    services: tuple[int, ...]
    counters: np.ndarray
    waits: np.ndarray
    heat: np.ndarray

    @cached_property
    def edges(self) -> "Edges":
        """The cache of days at the edges of periods."""
        return Edges()

    def index(self, start: date) -> int:
        """The place of a month, by its first day; outside the axis for one without any visit."""
        return month_number(start) - month_number(self.origin)

    def select(
        self, name: str, rows: np.ndarray, services: Sequence[int], first: int, last: int
    ) -> np.ndarray:
        """`counters`, `waits` or `heat` of some sites, services (ids) and months (places, the last one left out)."""
        whole: np.ndarray = getattr(self, name)[:, :, first:last]
        if len(rows) < len(whole):
            whole = whole[rows]
        return whole[:, [self.services.index(i) for i in services]]


class Edges:
    """A cache of the visits of incomplete months, summed by site: read once, then kept for the next question about
    the same days, as each breakdown of a page asks."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._cache: OrderedDict[tuple[Span, int], SpanVisits] = OrderedDict()

    def visits(
        self, query: Ask, sites: Sequence[Place], services: Sequence[int], span: Span
    ) -> list[SpanVisits]:
        """The visits from the first to the last day of a span at each of the sites. services: every id."""
        with self._lock:  # who asks of the same days at once waits, and finds them
            missing = [site for site in sites if (span, site.id) not in self._cache]
            if missing:
                self._read(query, missing, services, span)
            for site in sites:
                self._cache.move_to_end((span, site.id))
            found = [self._cache[span, site.id] for site in sites]
            while len(self._cache) > MOST_EDGES:
                self._cache.popitem(last=False)
        return found

    def _read(
        self, query: Ask, sites: Sequence[Place], services: Sequence[int], span: Span
    ) -> None:
        rows = query(
            lambda connection: read.visits_by_service(
                connection, {site.code for site in sites}, [(DAY, *span)], services
            )
        )
        row = {site.id: i for i, site in enumerate(sites)}
        size = len(sites) * len(services)
        at = _places(rows[0], row, services, span[0].replace(day=1), (0, 1))
        counters = np.zeros((size, WIDTHS["counters"]), np.int64)
        np.add.at(counters, at, _counters(rows[1]))
        parts = {
            "counters": counters,
            "waits": rollup_cells.sum_blobs([b[0] for b in rows[2]], at, size),
            "heat": rollup_cells.sum_blobs([b[1] for b in rows[2]], at, size, HEAT),
        }
        for i, site in enumerate(sites):
            mine = slice(i * len(services), (i + 1) * len(services))
            self._cache[span, site.id] = {
                name: part[mine].astype(np.min_scalar_type(part[mine].max(initial=0)))
                for name, part in parts.items()
            }


def _counters(rows: list[Row]) -> np.ndarray:
    return np.array(rows, dtype=np.int64).reshape(-1, len(COUNTERS))


def load_months(
    connection: Connection, codes: Collection[str], row: dict[int, int], services: Collection[int]
) -> Months:
    """Read the months of the whole network. codes: of its sites; row: site id to row of the network state; services:
    every id."""
    known = read.extent(connection)
    axis = (ALL_SERVICES, UNKNOWN_SERVICE, *services)
    if known[0] is None or known[1] is None:
        return Months(
            known,
            DAY_0,
            axis,
            **{
                name: np.zeros((len(row), len(axis), 0, width), np.uint8)
                for name, width in WIDTHS.items()
            },
        )
    origin, last = known[0].replace(day=1), known[1].replace(day=1)
    months = month_number(last) - month_number(origin) + 1
    shape = (len(row), len(axis), months)
    whole = {
        name: np.zeros((len(row) * len(axis) * months, width), np.uint8)
        for name, width in WIDTHS.items()
    }
    for code in codes:  # a site at a time: rows and full matrices of all of them would take ten times the memory kept
        keys, counters, blobs = read.visits_by_service(
            connection, {code}, [(MONTH, origin, last)], axis
        )
        at, each = _places(keys, row, axis, origin, (0, months)), np.arange(len(keys))
        parts = (
            _counters(counters),
            rollup_cells.sum_blobs([b[0] for b in blobs], each, len(each)),
            rollup_cells.sum_blobs([b[1] for b in blobs], each, len(each), HEAT),
        )
        for name, part in zip(WIDTHS, parts, strict=True):
            whole[name] = whole[name].astype(
                np.promote_types(whole[name].dtype, np.min_scalar_type(part.max(initial=0))),
                copy=False,
            )
            whole[name][at] = part
    return Months(
        known,
        origin,
        axis,
        **{name: values.reshape(*shape, WIDTHS[name]) for name, values in whole.items()},
    )


@dataclass(frozen=True)
class Visits:
    """The visits of a question. months: first days; an incomplete month holds the days of the period. rows: of the
    sites. services: ids that may be asked for. whole_months: places of the months that lie within the period, the
    last one left out. first_place: of the first month. edges: the place of each incomplete month, and its days
    summed, site by site."""

    monthly: Months
    months: tuple[date, ...]
    rows: np.ndarray
    services: tuple[int, ...]
    first_place: int
    whole_months: tuple[int, int]
    edges: tuple[tuple[int, list[SpanVisits]], ...]

    def counts(self, name: str, services: Sequence[int] | None = None) -> np.ndarray:
        """`counters`, `waits` or `heat` of some of the services, else of all: (R, V, M, width)."""
        chosen = self.services if services is None else services
        months = self.monthly.select(name, self.rows, chosen, *self.whole_months)
        if not self.edges:
            return months
        out = np.zeros((len(self.rows), len(chosen), len(self.months), WIDTHS[name]), np.int64)
        out[
            :, :, self.whole_months[0] - self.first_place : self.whole_months[1] - self.first_place
        ] = months
        at = [self.monthly.services.index(i) for i in chosen]
        for place, sites in self.edges:
            for row, days in enumerate(sites):
                out[row, :, place - self.first_place] += days[name][at]
        return out


def visits(
    months: Months,
    query: Ask,
    places: Sequence[Place],
    rows: np.ndarray,
    first: date,
    last: date,
    services: Sequence[int],
) -> Visits:
    """The visits of some sites from `first` to `last`. places: of the network state; rows: which of them. services:
    ids, the order of the second axis.

    query: runs a function on the database, for the days at the edges.
    """
    spans = read.segments(months.extent, first, last)
    if not spans:
        return Visits(months, (), rows, tuple(services), 0, (0, 0), ())
    touched = [months.index(day) for _, *ends in spans for day in ends]
    low, high = min(touched), max(touched) + 1
    starts = tuple(add_months(months.origin, n) for n in range(low, high))
    whole = next(
        ((months.index(a), months.index(b) + 1) for level, a, b in spans if level == MONTH),
        (low, low),
    )
    some = [places[i] for i in rows.tolist()]
    edges = tuple(
        (months.index(a), months.edges.visits(query, some, months.services, (a, b)))
        for level, a, b in spans
        if level == DAY
    )
    return Visits(months, starts, rows, tuple(services), low, whole, edges)


def _places(
    keys: np.ndarray,
    row: dict[int, int],
    services: Sequence[int],
    origin: date,
    span: tuple[int, int],
) -> np.ndarray:
    """The places of rows of `read.visits_by_service` in a flat (sites, services, months of the span)."""
    order = {number: i for i, number in enumerate(services)}
    site = np.array([row[i] for i in keys[:, 0].tolist()], dtype=np.int64)
    service = np.array([order[i] for i in keys[:, 1].tolist()], dtype=np.int64)
    month = month_numbers(keys[:, 2]) - month_number(origin) - span[0]
    places: np.ndarray = (site * len(services) + service) * (span[1] - span[0]) + month
    return places
