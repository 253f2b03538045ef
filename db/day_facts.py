"""Facts day by day: the parts that the figures of a question add up from.

Figures need sums alone (`db.facts`); how far they may move by chance is seen in their days. Before: the rows of `db.rollup`,
through `db.read`. After: `dashboard.answers.place_days`.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from dashboard.period import day_from_number, day_number
from db import read, rollup_cells
from db.codes import ALL_SERVICES, BINS, COUNTERS, DAY
from db.facts import LEFT_TIMED, MEASURED, Scope, gather
from db.shared_types import Facts

BY_DAY = "day"
OF_ONE = (
    "expected",
    "reporting",
    "visit_reporting",
    "visit_whole",
    "complaint_reporting",
    "complaint_expected",
    "complaint_current",
    "complaint_later",
    "closing",
    "off_day_visits",
    "ccsp_sites",
    "communes",
    "operating_communes",
    "ends",
)


def days_of(scope: Scope) -> np.ndarray:
    """The days of a question that the network's state knows, since 1970, (D,)."""
    columns = scope.network.day_columns(scope.first, scope.last)
    return scope.network.origin + np.arange(columns.start, max(columns.stop, columns.start))


def gather_days(scope: Scope, *, visits: bool = True) -> Facts:
    """The facts of a question with a key for each of `days_of`: counts alone, whose sums are the question's. What is said of
    sites (who reported) is the question's at every day; of its population each day has an equal part. visits: False for who asks
    of complaints alone: no visit is counted then."""
    whole = gather(
        scope.bind,
        scope.sites,
        scope.first,
        scope.last,
        "nation",
        scope.service,
        network=scope.network,
        visits=visits,
    )
    days = days_of(scope)
    size = len(days)
    counters, waits, left_timed, ccsp_visits = _visits(scope, days, visits)
    every = {name: np.repeat(getattr(whole, name), size) for name in OF_ONE}
    received = whole.complaints["received"] - (days[0] if size else 0)
    inside = (whole.complaints["group"] >= 0) & (received >= 0) & (received < size)
    arrays: dict[str, Any] = {**_openings(scope), **every}
    return replace(
        whole,
        by=BY_DAY,
        keys=[str(day) for day in days.tolist()],
        counters=counters,
        waits=waits,
        left_timed=left_timed,
        known_service=counters[:, 0],
        all_visits=counters[:, 0],
        known_service_complaints=np.zeros((2, size), np.int64),
        all_complaints=np.zeros((2, size), np.int64),
        ccsp_visits=ccsp_visits,
        population=np.full(size, float(whole.population[0]) / max(size, 1)),
        complaint_visits=_complaint_visits(scope, whole, counters[:, 0]),
        complaints={**whole.complaints, "group": np.where(inside, received, -1)},
        **arrays,
    )


def _openings(scope: Scope) -> dict[str, np.ndarray]:
    """Of each day, how many of the question's sites are open and known, due a closing, and have one, (D,)."""
    network, rows = scope.network, scope.rows
    columns = network.day_columns(scope.first, scope.last)
    is_open, known, closed, unconfirmed = (
        getattr(network, name)[rows, columns]
        for name in ("is_open", "visits_known", "has_closing", "is_unconfirmed")
    )
    due = is_open | unconfirmed
    speaks = network.closes_from[rows] <= day_number(scope.last)
    hands_in = network.hands_in_closings[rows]
    return {
        "open_days": (is_open & known).sum(axis=0),
        "due_days": (due & (speaks & hands_in)[:, None]).sum(axis=0),
        "closed_days": (due & closed).sum(axis=0),
    }


def _complaint_visits(scope: Scope, whole: Facts, visits: np.ndarray) -> np.ndarray:
    """The visits of each day against which complaints are counted, (D,). Of a service these are known by month alone: each day
    then has its part of them."""
    network, columns = scope.network, scope.network.day_columns(scope.first, scope.last)
    if scope.service is None:
        rated = network.is_rated[scope.rows, columns]
        found: np.ndarray = np.where(rated, network.register_visits[scope.rows, columns], 0).sum(
            axis=0
        )
        return found
    part: np.ndarray = visits * (float(whole.complaint_visits[0]) / max(int(visits.sum()), 1))
    return part


def _visits(
    scope: Scope, days: np.ndarray, wanted: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Counters (D, 12), waits (D, 241), who left after a noted arrival at a site that measures waits (D,), visits at CCSP (D,);
    all 0 where they are not wanted."""
    size = len(days)
    counters = np.zeros((size, len(COUNTERS)), np.int64)
    left, ccsp = np.zeros(size, np.int64), np.zeros(size, np.int64)
    if not wanted or not size or not len(scope.rows):
        return counters, np.zeros((size, BINS), np.int64), left, ccsp
    first, last = (day_from_number(int(day)) for day in (days[0], days[-1]))
    places = [scope.network.places[row] for row in scope.rows.tolist()]
    codes, asked = frozenset(p.code for p in places), scope.service_id
    keys, counted, blobs = scope.query(
        lambda connection: read.visits_by_service(
            connection, codes, [(DAY, first, last)], list({asked, ALL_SERVICES})
        )
    )
    numbers = np.array(counted, dtype=np.int64).reshape(-1, len(COUNTERS))
    every, mine = keys[:, 1] == ALL_SERVICES, keys[:, 1] == asked
    where = keys[:, 2] - days[0]
    np.add.at(counters, where[mine], numbers[mine])
    measuring = np.unique(keys[every & (numbers[:, MEASURED] > 0), 0])
    timed = mine & np.isin(keys[:, 0], measuring)
    np.add.at(left, where[timed], numbers[timed, LEFT_TIMED])
    at_ccsp = mine & np.isin(keys[:, 0], [p.id for p in places if p.kind == "CCSP"])
    np.add.at(ccsp, where[at_ccsp], numbers[at_ccsp, 0])
    blobs_of_waits = [blobs[n][0] for n in np.flatnonzero(mine).tolist()]
    return counters, rollup_cells.sum_blobs(blobs_of_waits, where[mine], size), left, ccsp


def service_days(scope: Scope) -> dict[int, np.ndarray]:
    """The visits of each service (id) on each of `days_of`, (D,), the unknown one too."""
    days = days_of(scope)
    if not len(days) or not len(scope.rows):
        return {}
    first, last = (day_from_number(int(day)) for day in (days[0], days[-1]))
    codes = frozenset(scope.network.places[row].code for row in scope.rows.tolist())
    rows = scope.query(
        lambda connection: read.daily_visits_of_services(connection, codes, first, last)
    )
    found: dict[int, np.ndarray] = {}
    for service, day, visits in rows:
        counted = found.setdefault(service, np.zeros(len(days), np.int64))
        counted[day_number(day) - int(days[0])] += visits
    return found
