"""Visits by site, service and month, in memory: most questions are answered from them without asking the database.

Only what exists is held, and a file reads anew the sites that it changed. Days at the edges of a period that is no whole
month are read when they are first asked for.

Before: the rows of `db.rollup`, through `db.read`. After: `db.facts.gather`.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from threading import Lock
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection

from dashboard.period import DAY_0, ONE_DAY, add_months, month_end, month_number, month_numbers
from db import read, rollup_cells
from db.bulk_insert import Row
from db.codes import ALL_SERVICES, BINS, COUNTERS, MONTH, UNKNOWN_SERVICE
from db.shared_types import Place

HEAT = 7 * rollup_cells.HOURS
Rows = tuple[np.ndarray, list[Row], list[Row]]  # as read.visits_by_service gives them
NO_ROWS: Rows = (np.zeros((0, 3), np.int64), [], [])
Ask = Callable[[Callable[[Connection], Rows]], Rows]
Span = tuple[date, date]  # days of one month
SITES_AT_ONCE = (
    50  # rows of so many are read together: those of all would take ten times the memory kept
)
TOTALS = frozenset({ALL_SERVICES, UNKNOWN_SERVICE})
MOST_EDGES = 20_000  # spans of a site, of some KB each, that are kept
ENTRIES_AT_ONCE = 2**20  # words of histograms that are added up together
WIDTHS = {"counters": len(COUNTERS), "waits": BINS, "heat": HEAT}
HISTOGRAMS = ("waits", "heat")


@dataclass(frozen=True)
class Cells:
    """What exists of visits, N cells in the order of their sites, services and months.

    site: (N,) rows of the network state. service: (N,) places in Months.services. month: (N,) as `month_number` counts.
    counters: (N, 12) as COUNTERS. words: of each histogram those of all cells, as rollup_cells.encode makes them;
    ends: (N + 1,) where each cell's begin, and the last end.
    """

    site: np.ndarray
    service: np.ndarray
    month: np.ndarray
    counters: np.ndarray
    words: Mapping[str, np.ndarray]
    ends: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.site)

    def slice(self, start: int, stop: int) -> "Cells":
        """The cells from `start` to before `stop`, as views."""
        ends = {name: e[start : stop + 1] for name, e in self.ends.items()}
        words = {name: w[ends[name][0] : ends[name][-1]] for name, w in self.words.items()}
        return Cells(
            self.site[start:stop],
            self.service[start:stop],
            self.month[start:stop],
            self.counters[start:stop],
            words,
            {name: e - e[0] for name, e in ends.items()},
        )

    def take(self, which: np.ndarray) -> "Cells":
        """Some of the cells, in that order. which: (n,)."""
        words, ends = {}, {}
        for name, reach in self.ends.items():
            start, length = reach[which], reach[which + 1] - reach[which]
            ends[name] = np.concatenate([[0], np.cumsum(length, dtype=np.int64)])
            first = np.repeat(start - ends[name][:-1], length)
            words[name] = self.words[name][first + np.arange(len(first))]
        columns = (getattr(self, name)[which] for name in ("site", "service", "month", "counters"))
        site, service, month, counters = columns
        return Cells(site, service, month, counters, words, ends)

    def of_services(self, places: Sequence[int]) -> np.ndarray:
        """The cells of some services, in order. places: in Months.services."""
        order, bounds = self._by_service
        each = [order[bounds[i] : bounds[i + 1]] for i in places if i + 1 < len(bounds)]
        # Each service's are in order: what merges such runs is quicker than what sorts anew.
        found: np.ndarray = np.sort(np.concatenate([order[:0], *each]), kind="stable")
        return found

    @cached_property
    def _by_service(self) -> tuple[np.ndarray, list[int]]:
        """The cells by service, and where each service's begin: most questions are about two services of many."""
        order = np.argsort(self.service, kind="stable").astype(np.int32)
        last = int(self.service.max(initial=-1))
        bounds = np.searchsorted(self.service[order], np.arange(last + 2))
        return order, bounds.tolist()

    def add_to(self, out: np.ndarray, name: str, which: np.ndarray, group: np.ndarray) -> None:
        """Add the counters or a histogram of some cells to rows of `out` (G, width). which: (n,) cells; group: (n,) rows."""
        size, width = out.shape
        if name == "counters":
            place = (group * width)[:, None] + np.arange(width)
            out += rollup_cells.total(
                place.ravel(), self.counters[which].ravel(), size * width
            ).reshape(size, width)
            return
        start, stop = self.ends[name][which], self.ends[name][which + 1]
        for some in _parts(stop - start):
            length = (stop - start)[some]
            first = np.repeat(start[some] - np.cumsum(length) + length, length)
            words = self.words[name][first + np.arange(len(first))]
            # Cells in order go to rows near each other, where groups are many.
            low, high = int(group[some].min()), int(group[some].max()) + 1
            place = np.repeat((group[some] - low) * width, length)
            place += words >> rollup_cells.COUNT_BITS
            counted = rollup_cells.total(
                place, words & rollup_cells.MAX_COUNT, (high - low) * width
            )
            out[low:high] += counted.reshape(-1, width)


def _parts(lengths: np.ndarray) -> Iterator[slice]:
    """The cells in parts that have some ENTRIES_AT_ONCE words each, so that arrays stay small whatever the number of sites."""
    part = np.cumsum(lengths) // ENTRIES_AT_ONCE
    bounds = [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), len(lengths)]
    yield from (slice(a, b) for a, b in zip(bounds, bounds[1:], strict=False) if b > a)


def _join(parts: Sequence[Cells]) -> Cells:
    """All cells of the parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    ends = {}
    for name in HISTOGRAMS:
        before = np.cumsum([0, *(len(p.words[name]) for p in parts)])
        each = [p.ends[name][:-1] + n for p, n in zip(parts, before.tolist(), strict=False)]
        ends[name] = np.concatenate([*each, before[-1:]])
    columns = (
        np.concatenate([getattr(p, field) for p in parts])
        for field in ("site", "service", "month", "counters")
    )
    site, service, month, counters = columns
    words = {name: np.concatenate([p.words[name] for p in parts]) for name in HISTOGRAMS}
    return Cells(site, service, month, counters, words, ends)


def cells_of_rows(rows: Rows, row: Mapping[int, int], services: Sequence[int]) -> Cells:
    """The cells of rows of `read.visits_by_service`; days of one month are one cell. row: site id to row of the network state."""
    keys, counters, blobs = rows
    order = {number: i for i, number in enumerate(services)}
    site = np.array([row[i] for i in keys[:, 0].tolist()], dtype=np.int32)
    service = np.array([order[i] for i in keys[:, 1].tolist()], dtype=np.int16)
    month = month_numbers(keys[:, 2]).astype(np.int32)
    sort = np.lexsort((month, service, site))
    numbers = np.array(counters, dtype=np.int64).reshape(-1, len(COUNTERS))[sort]
    site, service, month = site[sort], service[sort], month[sort]
    new = np.ones(len(sort), dtype=bool)
    new[1:] = (np.diff(site) != 0) | (np.diff(service) != 0) | (np.diff(month) != 0)
    first = np.flatnonzero(new)
    words, ends = {}, {}
    for n, name in enumerate(HISTOGRAMS):
        each = [blobs[i][n] or b"" for i in sort.tolist()]
        words[name] = np.frombuffer(b"".join(each), dtype="<u4")
        reach = np.concatenate([[0], np.cumsum([len(b) // 4 for b in each], dtype=np.int64)])
        ends[name] = np.append(reach[first], reach[-1])
    summed = np.add.reduceat(numbers, first) if len(first) else numbers
    kind = np.min_scalar_type(summed.max(initial=0))
    return Cells(site[first], service[first], month[first], summed.astype(kind), words, ends)


def with_months(cells: Cells, site: np.ndarray, month: np.ndarray, fresh: Cells) -> Cells:
    """The cells, those of some months of sites replaced by others. site, month: (n,), rows of the network state and months;
    fresh: of these months alone."""
    key = cells.site.astype(np.int64) << 32 | cells.month
    kept = cells.take(np.flatnonzero(~np.isin(key, site << 32 | month)))
    joined = _join([kept, fresh])
    return joined.take(np.lexsort((joined.month, joined.service, joined.site)))


@dataclass(frozen=True)
class Months:
    """The visits of the network's sites by service and month.

    extent: the first and the last day with a visit. services: ids, all of them (0) first, then the unknown one.
    cells: of whole months, with the place of the service in `services`. site_versions: by site id, another one when what a
    site handed in changed. edges: the cache of days at the edges of periods.
    """

    extent: tuple[date | None, date | None]
    services: tuple[int, ...]
    cells: Cells
    site_versions: Mapping[int, str]
    edges: "Edges"

    def of_site(self, row: int, first: date, size: int, name: str) -> np.ndarray:
        """`counters`, `waits` or `heat` of all visits of a site in so many months from `first` on, (size, width). row: of the
        network state."""
        cells, mine, month = self._of_site(row, first, size)
        kept = cells.service[mine] == self.services.index(ALL_SERVICES)
        out = np.zeros((size, WIDTHS[name]), dtype=np.int64)
        if kept.any():
            cells.add_to(out, name, mine[kept], month[kept])
        return out

    def services_of_site(
        self, row: int, first: date, size: int, services: Sequence[int]
    ) -> np.ndarray:
        """Visits of a site by month and service, (size, K). services: K ids."""
        cells, mine, month = self._of_site(row, first, size)
        column = np.full(len(self.services), -1)
        column[[self.services.index(number) for number in services]] = np.arange(len(services))
        place = column[cells.service[mine]]
        out = np.zeros((size, len(services)), dtype=np.int64)
        visits = cells.counters[mine, COUNTERS.index("visits")]
        np.add.at(out, (month[place >= 0], place[place >= 0]), visits[place >= 0])
        return out

    def _of_site(self, row: int, first: date, size: int) -> tuple[Cells, np.ndarray, np.ndarray]:
        """The cells, which of them are of a site and of these months, and how many months after `first` each is."""
        start, stop = np.searchsorted(self.cells.site, [row, row + 1]).tolist()
        month = self.cells.month[start:stop].astype(np.int64) - month_number(first)
        inside = (month >= 0) & (month < size)
        return self.cells, np.flatnonzero(inside) + start, month[inside]


@dataclass(frozen=True)
class DaysOfSites:
    """The visits of the days of a span: cells in the order of the network state's sites, and of which sites (by row) they
    are known: the version that was read, and for which services."""

    cells: Cells
    known: Mapping[int, tuple[str, frozenset[int]]]

    def lacks(self, row: int, version: str, services: frozenset[int]) -> bool:
        """Whether the visits of a site to these services were not read of this version."""
        found = self.known.get(row)
        return found is None or found[0] != version or not services <= found[1]

    def with_sites(
        self, rows: Sequence[int], fresh: Cells, known: Mapping[int, tuple[str, frozenset[int]]]
    ) -> "DaysOfSites":
        """The same with the visits of some sites (rows), read anew."""
        kept = self.cells.take(np.flatnonzero(~np.isin(self.cells.site, rows)))
        joined = _join([kept, fresh]) if len(kept) else fresh
        order = np.lexsort((joined.month, joined.service, joined.site))
        return DaysOfSites(joined.take(order), {**self.known, **known})


class Edges:
    """A cache of the visits of incomplete months: read once, then kept for the next question about the same days, as
    each breakdown of a page asks, and for the next state of the data, which most sites share.

    Most questions are of the visits to all services, a third of the rows: the rows of each service are read when one is
    asked for. Of each span the days as the state before knows them are kept too: some readers still ask of it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._cache: OrderedDict[Span, list[DaysOfSites]] = OrderedDict()  # the latest read last

    def cells(
        self,
        query: Ask,
        months: Months,
        places: Sequence[Place],
        rows: Sequence[int],
        span: Span,
        services: Collection[int],
    ) -> Cells:
        """The visits from the first to the last day of a span at each of the sites, and maybe at others. places: of the
        network state; rows: which of them, in ascending order; services: ids, those of others may be left out."""
        wanted = TOTALS if TOTALS.issuperset(services) else frozenset(months.services)
        asked = [(row, months.site_versions.get(places[row].id, "")) for row in rows]
        with self._lock:  # who asks of the same days at once waits, and finds them
            held = self._cache.setdefault(span, [])
            self._cache.move_to_end(span)
            for days in reversed(held):
                if not any(days.lacks(row, version, wanted) for row, version in asked):
                    return days.cells
            return self._read(query, months, places, asked, span, wanted).cells

    def _read(
        self,
        query: Ask,
        months: Months,
        places: Sequence[Place],
        asked: Sequence[tuple[int, str]],
        span: Span,
        wanted: frozenset[int],
    ) -> DaysOfSites:
        """The days of a span with those of the sites that are not known as asked. asked: rows and versions."""
        held = self._cache[span]
        latest = held[-1] if held else DaysOfSites(cells_of_rows(NO_ROWS, {}, ()), {})
        missing = {row: version for row, version in asked if latest.lacks(row, version, wanted)}
        read_rows = query(
            lambda connection: read.summed_visits_by_service(
                connection, {places[row].code for row in missing}, *span, wanted
            )
        )
        fresh = cells_of_rows(read_rows, {places[row].id: row for row in missing}, months.services)
        known = {row: (version, wanted) for row, version in missing.items()}
        days = latest.with_sites([*missing], fresh, known)
        others = [row for row in missing if row in latest.known]
        if held and not any(latest.known[row][0] != missing[row] for row in others):
            held.pop()  # the same state, of fewer sites or services
        self._cache[span] = [*held[-1:], days]
        while sum(len(d.known) for some in self._cache.values() for d in some) > MOST_EDGES:
            self._cache.popitem(last=False)
        return days


def load_months(
    connection: Connection,
    places: Sequence[Place],
    services: Collection[int],
    version: str,
    before: Months | None = None,
    changed: Collection[int] = (),
) -> Months:
    """Read the months of the whole network, or those of some sites. places: the sites in the order of the network state;
    services: every id; before: the months of an earlier state, of the same sites and services, whose other sites are kept;
    changed: ids of the sites that are read anew."""
    extent, axis = read.extent(connection), (ALL_SERVICES, UNKNOWN_SERVICE, *services)
    row = {place.id: i for i, place in enumerate(places)}
    anew = [p for p in places if before is None or p.id in changed]
    versions = {p.id: version for p in anew}
    parts = [] if extent[0] is None else [*_read_months(connection, anew, row, axis, extent)]
    if before is not None:
        versions = {**before.site_versions, **versions}
        parts += _kept(before.cells, [row[p.id] for p in anew])
        # Sites are whole in one part; those without any visit are in none.
        parts.sort(key=lambda part: int(part.site[0]))
    return Months(
        extent,
        axis,
        _join(parts or [cells_of_rows(NO_ROWS, row, axis)]),
        versions,
        Edges() if before is None else before.edges,
    )


def _read_months(
    connection: Connection,
    places: Sequence[Place],
    row: Mapping[int, int],
    services: tuple[int, ...],
    extent: tuple[date | None, date | None],
) -> Iterator[Cells]:
    """The months of some sites, in parts: of sites that are beside each other in the network state."""
    first, last = (day.replace(day=1) for day in extent if day)
    runs: list[list[Place]] = []
    for place in places:
        if runs and len(runs[-1]) < SITES_AT_ONCE and row[place.id] == row[runs[-1][-1].id] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    for some in runs:
        codes = {place.code for place in some}
        rows = read.visits_by_service(connection, codes, [(MONTH, first, last)], services)
        if len(rows[0]):
            yield cells_of_rows(rows, row, services)


def _kept(cells: Cells, without: Sequence[int]) -> list[Cells]:
    """The cells in parts, without those of some rows of the network state (ascending)."""
    bounds = [0]
    for one in without:
        bounds += np.searchsorted(cells.site, [one, one + 1]).tolist()
    bounds.append(len(cells))
    return [cells.slice(a, b) for a, b in zip(bounds[::2], bounds[1::2], strict=True) if b > a]


@dataclass(frozen=True)
class Grouping:
    """How the sites and months of a question are added up: the group of each of its sites and months, -1 of those that are in
    none, and the numbers of groups."""

    sites: np.ndarray
    months: np.ndarray
    size: tuple[int, int]

    def fold(self, values: np.ndarray) -> np.ndarray:
        """(R, M, …) summed up to (A * B, …): a site group's month groups together."""
        out = np.zeros((*self.size, *values.shape[2:]), np.int64)
        site, month = np.nonzero((self.sites >= 0)[:, None] & (self.months >= 0))
        np.add.at(out, (self.sites[site], self.months[month]), values[site, month])
        return out.reshape(-1, *values.shape[2:])


class Source(NamedTuple):
    """Cells of which those from a month to before another count (as `month_number` counts): once, or -1 times."""

    cells: Cells
    first: int
    stop: int
    times: int = 1


@dataclass(frozen=True)
class Visits:
    """The visits of a question. months: first days, from the first that has a visit to the last; an incomplete month holds
    the days of the period. rows: of the sites, ascending. services: ids of which alone may be asked."""

    monthly: Months
    months: tuple[date, ...]
    rows: np.ndarray
    services: tuple[int, ...]
    sources: tuple[Source, ...]

    def counts(self, name: str, services: Sequence[int] | None = None) -> np.ndarray:
        """`counters`, `waits` or `heat` of some of the services, else of all: (R, V, M, width)."""
        each = Grouping(
            np.arange(len(self.rows)),
            np.arange(len(self.months)),
            (len(self.rows), len(self.months)),
        )
        return self.sums(name, each, services)

    def sums(
        self,
        name: str,
        grouping: Grouping,
        services: Sequence[int] | None = None,
        where: np.ndarray | None = None,
    ) -> np.ndarray:
        """The same added up, (A, V, B, width). where: (R, M), the months of sites that are counted; by default all."""
        chosen = self.services if services is None else services
        if not set(chosen) <= set(self.services):
            raise ValueError(f"of services {chosen} only {self.services} were read")
        (a, b), v, width = grouping.size, len(chosen), WIDTHS[name]
        out = np.zeros((a * v * b, width), np.int64)
        if not (len(self.rows) and self.months and v):
            return out.reshape(a, v, b, width)
        low, high = int(self.rows[0]), int(self.rows[-1]) + 1
        at = np.full(high - low, -1)
        at[self.rows - low] = np.arange(len(self.rows))
        place = np.full(len(self.monthly.services), -1)
        asked = [self.monthly.services.index(i) for i in chosen]
        place[asked] = np.arange(v)
        for cells, first, stop_month, times in self.sources:
            which = cells.of_services(sorted(set(asked)))
            start, stop = np.searchsorted(cells.site[which], [low, high]).tolist()
            month = cells.month[which[start:stop]]
            which = which[start:stop][(month >= first) & (month < stop_month)]
            row = at[cells.site[which] - low]
            column = cells.month[which] - month_number(self.months[0])
            kept = row >= 0
            kept[kept] &= (grouping.sites[row[kept]] >= 0) & (grouping.months[column[kept]] >= 0)
            if where is not None:
                kept[kept] &= where[row[kept], column[kept]]
            which, row, column = which[kept], row[kept], column[kept]
            group = grouping.sites[row] * v + place[cells.service[which]]
            added = out if times > 0 else np.zeros_like(out)
            cells.add_to(added, name, which, group * b + grouping.months[column])
            if times < 0:
                out -= added
        return out.reshape(a, v, b, width)


def visits(
    months: Months,
    query: Ask,
    places: Sequence[Place],
    rows: np.ndarray,
    first: date,
    last: date,
    services: Sequence[int],
) -> Visits:
    """The visits of some sites from `first` to `last`. places: of the network state; rows: which of them, ascending.
    services: ids, the order of the second axis.

    query: runs a function on the database, for the days at the edges.
    """
    spans = read.segments(months.extent, first, last)
    if not spans:
        return Visits(months, (), rows, tuple(services), ())
    touched = [month_number(day) for _, *ends in spans for day in ends]
    low, high = min(touched), max(touched) + 1
    starts = tuple(
        add_months(DAY_0, n) for n in range(low - month_number(DAY_0), high - month_number(DAY_0))
    )

    def days(start: date, end: date) -> Cells:
        return months.edges.cells(query, months, places, rows.tolist(), (start, end), services)

    sources = [one for span in spans for one in _sources(months, *span, days)] if len(rows) else []
    return Visits(months, starts, rows, tuple(services), tuple(sources))


def _sources(
    months: Months, level: int, first: date, last: date, days: Callable[[date, date], Cells]
) -> list[Source]:
    """What the visits of a span of `read.segments` are added up from. days: reads the days from one to another.

    Most of a month is the whole month, which is at hand, without its other days: fewer are read.
    """
    start, stop = month_number(first), month_number(last) + 1
    if level == MONTH:
        return [Source(months.cells, start, stop)]
    begin, end = first.replace(day=1), month_end(last)
    others = (last + ONE_DAY, end) if first == begin else (begin, first - ONE_DAY)
    if (first == begin or last == end) and others[1] - others[0] < last - first:
        return [Source(months.cells, start, stop), Source(days(*others), start, stop, -1)]
    return [Source(days(first, last), start, stop)]
