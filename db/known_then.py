"""The state of the network as it was known at a moment: what was imported by then, and nothing that came later.

Sites of which nothing came, was withdrawn or was typed since are taken from the state of now, cut at that day. Of the others
days, closures and complaints are read as they were (`db.rows_then`), and their visits counted anew in the months that changed: a
week costs what the files of that week cost. Reference data, targets and levels are those of now.

Before: `db.network_state`. After: `dashboard.answers.known_then`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter

import numpy as np
from sqlalchemy import Connection

from dashboard.period import (
    DAY_0,
    add_months,
    day_from_number,
    day_number,
    day_numbers,
    month_end,
    month_number,
    month_numbers,
    to_local_time,
)
from db import read
from db.codes import COUNTERS, MONTH, NATION
from db.monthly_visits import Cells, Edges, Months, Rows, cells_of_rows, with_months
from db.network_state import (
    BY_DAY,
    NEVER,
    NetworkState,
    complaint_arrays,
    first_closed_day,
    opening,
    read_days,
)
from db.packed_visits import Tally, field_of, pack_rows
from db.rollup import COLUMNS, records
from db.rollup_cells import cells
from db.rows_then import at_moment
from db.shared_types import Closure, Place

SiteMonth = tuple[int, int]  # a site's id, and a month as `month_number` counts
COUNTED = slice(4, 4 + len(COUNTERS))  # of a rollup row
BLOBS = slice(COLUMNS.index("waits"), COLUMNS.index("waits") + 2)  # waits and heat


class _NoEdges(Edges):
    """Days of incomplete months: they are not counted anew, so nobody may ask for them."""

    def cells(self, *_asked: object, **_more: object) -> Cells:
        """Raises NotImplementedError."""
        raise NotImplementedError("Of a moment that is past only whole months are known.")


@dataclass(frozen=True)
class _Recount:
    """The visits of some site-months as they counted at a moment, packed. months: first by site and month."""

    months: tuple[SiteMonth, ...]
    codes: np.ndarray
    counts: np.ndarray


def state_at(connection: Connection, now: NetworkState, moment: datetime) -> NetworkState:
    """The state of the network as it was known at a moment. now: the state of the database, of this connection's snapshot;
    moment: as stored, naive UTC. Days at the edges of a period cannot be asked of it."""
    last = to_local_time(moment).date()
    sites = read.moved_sites(connection, moment)
    days = read.moved_visit_days(connection, moment)
    then = at_moment(connection, moment)
    first, today = day_from_number(now.origin), now.origin + now.is_open.shape[1] - 1
    of_all = read.closures(then, frozenset(), first, day_from_number(today))
    if of_all != tuple(c for c in now.closures if c.site_id is None):
        sites = frozenset(now.row)
    recount = _recount(then, now, {(site, month_number(day)) for site, day in days})
    anew = [p for p in now.places if p.id in sites]
    return _with_sites(then, now, anew, of_all, recount, max(day_number(last) + 1 - now.origin, 1))


def _with_sites(
    then: Connection,
    now: NetworkState,
    anew: Sequence[Place],
    of_all: Sequence[Closure],
    recount: _Recount,
    width: int,
) -> NetworkState:
    """The state cut at its last day, with some sites as they were. then: of `at_moment`; anew: these sites; of_all: closures of
    the whole network then; width: days."""
    first, last = day_from_number(now.origin), day_from_number(now.origin + width - 1)
    codes, rows = {p.code for p in anew}, [now.row[p.id] for p in anew]
    ids = {p.id for p in anew}
    closures = [c for c in read.closures(then, codes, first, last) if c.site_id is not None]
    closures += [c for c in now.closures if c.site_id is not None and c.site_id not in ids]
    every = [c for c in (*of_all, *closures) if c.first_day <= last]
    handed_in = read.handed_in(then, codes)
    visits = _visits_by_day(now, anew, recount, width)
    by_day = {name: getattr(now, name)[:, :width].copy() for name in BY_DAY}
    places = list(now.places)
    days = read_days(then, anew, every, now.holidays, handed_in, visits, first)
    for place, seen in zip(anew, _seen(days), strict=True):
        begun = day_from_number(now.origin + int(seen.argmax())) if seen.any() else None
        places[now.row[place.id]] = replace(place, first_activity=begun)
    mine = [places[row] for row in rows]  # one may have begun since: was it to be open?
    days |= opening(mine, every, now.holidays, now.origin, visits)
    for name, values in days.items():
        by_day[name][rows] = values
    spans = {key: of for key, of in now.spans.items() if key[0] not in ids}
    spans |= read.coverage(handed_in)
    starts = [p.begins_on for p in places]
    months = _months(now, recount)
    return replace(
        now,
        places=tuple(places),
        spans=spans,
        holidays={day: name for day, name in now.holidays.items() if day <= month_end(last)},
        closures=tuple(sorted(every, key=attrgetter("order"))),
        starts=np.array([-NEVER if d is None else day_number(d) for d in starts], dtype=np.int64),
        closes_from=first_closed_day(places, spans, by_day["has_closing"], now.origin),
        complaints=_complaints(then, now, codes, rows, last),
        decisions=tuple(one for one in now.decisions if one[3] <= last),
        months=replace(months, extent=_extent(by_day["register_visits"], now.origin)),
        **by_day,
    )


def _seen(days: dict[str, np.ndarray]) -> np.ndarray:
    """(S, D) the days from which a site's activity is known: with visits, or closed by a file."""
    seen: np.ndarray = (days["register_visits"] > 0) | (days["has_closing"] & ~days["is_typed"])
    return seen


def _complaints(
    then: Connection, now: NetworkState, codes: set[str], rows: Sequence[int], last: date
) -> dict[str, np.ndarray]:
    """The complaints as arrays: of some sites as they were, of the others as they are."""
    others = ~np.isin(now.complaints["site"], rows) & (
        now.complaints["received"] <= day_number(last)
    )
    found = {
        name: np.concatenate([now.complaints[name][others], values])
        for name, values in complaint_arrays(read.complaints(then, codes, last), now.row).items()
    }
    order = np.lexsort((found["site"], found["received"]))
    return {name: values[order] for name, values in found.items()}


def _extent(visits: np.ndarray, origin: int) -> tuple[date | None, date | None]:
    """The first and the last day with a visit. visits: (S, D)."""
    (days,) = np.nonzero(visits.any(axis=0))
    if not len(days):
        return None, None
    return day_from_number(origin + int(days[0])), day_from_number(origin + int(days[-1]))


# --- visits ---------------------------------------------------------------------------------------------------------
def _recount(then: Connection, now: NetworkState, months: set[SiteMonth]) -> _Recount:
    """The visits of these site-months that counted."""
    tally = Tally()
    for site, first, last in _runs(sorted(months)):
        code = now.places[now.row[site]].code
        tally.add(pack_rows(read.counted_visits(then, {code}, first, last)))
    return _Recount(tuple(sorted(months)), *tally.merge())


def _runs(months: Sequence[SiteMonth]) -> Iterator[tuple[int, date, date]]:
    """Site, first and last day of each row of months without a gap."""
    start = 0
    for i, (site, month) in enumerate(months):
        if i + 1 == len(months) or months[i + 1] != (site, month + 1):
            yield site, _first_day(months[start][1]), month_end(_first_day(month))
            start = i + 1


def _first_day(month: int) -> date:
    return add_months(DAY_0, month - month_number(DAY_0))


def _visits_by_day(
    now: NetworkState, places: Sequence[Place], recount: _Recount, width: int
) -> np.ndarray:
    """Visits of the registers of some sites, (S, D): as now, but for the months that are counted anew."""
    out: np.ndarray = now.register_visits[[now.row[p.id] for p in places], :width].copy()
    at = {p.id: i for i, p in enumerate(places)}
    month = month_numbers(np.arange(now.origin, now.origin + width))
    for site, number in recount.months:
        out[at[site], month == number] = 0
    day = field_of(recount.codes, "day") - now.origin
    row = np.array([at[i] for i in field_of(recount.codes, "site").tolist()], dtype=np.int64)
    inside = (day >= 0) & (day < width)
    np.add.at(out, (row[inside], day[inside]), recount.counts[inside])
    return out


def _months(now: NetworkState, recount: _Recount) -> Months:
    """The visits by month, those of some site-months counted anew."""
    had = now.months
    if not recount.months:
        return replace(had, edges=_NoEdges())
    fresh = cells_of_rows(_rollup_rows(recount), now.row, had.services)
    site, month = np.array(recount.months, dtype=np.int64).T
    rows = np.array([now.row[i] for i in site.tolist()], dtype=np.int64)
    versions = dict(had.site_versions)
    for one in set(site.tolist()):
        mine = field_of(recount.codes, "site") == one
        said = recount.codes[mine].tobytes() + recount.counts[mine].tobytes()
        versions[one] = f"{versions.get(one)} {month[site == one].tolist()} {hash(said)}"
    found = with_months(had.cells, rows, month, fresh)
    return replace(had, cells=found, site_versions=versions, edges=_NoEdges())


def _rollup_rows(recount: _Recount) -> Rows:
    """The rows of months that the visits add up to, of single sites, as read.visits_by_service gives them."""
    counted = cells(recount.codes, recount.counts) if len(recount.codes) else ()
    rows = [
        row
        for level, of in counted
        if level == MONTH and len(of.start) and of.site[0] != NATION
        for row in records(level, of)
    ]
    keys = np.zeros((len(rows), 3), np.int64)
    if rows:
        keys[:, 0], keys[:, 1] = [row[2] for row in rows], [row[1] for row in rows]
        keys[:, 2] = day_numbers(row[3] for row in rows)
    return keys, [row[COUNTED] for row in rows], [row[BLOBS] for row in rows]
