"""Visits by site, service and month, in memory: what most questions are answered from without asking the database.

Read once for each state of the data. Days at the edges of a period that is no whole month are read when they are asked for.
"""
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import Connection

from dashboard.period import add_months
from db import read, rollup
from db.frames import ALL_SERVICES, BINS, COUNTERS, MONTH, UNKNOWN_SERVICE

HEAT = 7 * rollup.HOURS
WIDTHS = {"counters": len(COUNTERS), "waits": BINS, "heat": HEAT}


@dataclass(frozen=True)
class Months:
    """S sites (rows of the ledger) by V services by M months from `origin` on.

    known: the first and the last day with a visit. services: ids along the second axis, all of them (0) first, then the
    unknown one. counters: (S, V, M, 12) as COUNTERS. waits: (S, V, M, 241). heat: (S, V, M, 175), weekday × 25 + hour.
    Integers of the smallest kind that holds them.
    """

    known: tuple[date | None, date | None]
    origin: date
    services: tuple[int, ...]
    counters: np.ndarray
    waits: np.ndarray
    heat: np.ndarray

    def index(self, start: date) -> int:
        """The place of a month, by its first day; outside the axis for one without any visit."""
        return (start.year - self.origin.year) * 12 + start.month - self.origin.month

    def cut(self, name: str, rows: np.ndarray, services: Sequence[int], first: int, last: int) -> np.ndarray:
        """`counters`, `waits` or `heat` of some sites, services (ids) and months (places, the last one left out)."""
        whole = getattr(self, name)[:, :, first:last]
        if len(rows) < len(whole):
            whole = whole[rows]
        return whole[:, [self.services.index(i) for i in services]]


def load_months(connection: Connection, codes: Collection[str], row: dict[int, int], services: Collection[int]) -> Months:
    """Read the months of the whole network. codes: of its sites; row: site id to row of the ledger; services: every id."""
    known = read.extent(connection)
    axis = (ALL_SERVICES, UNKNOWN_SERVICE, *services)
    if known[0] is None or known[1] is None:
        return Months(known, date(1970, 1, 1), axis,
                      **{name: np.zeros((len(row), len(axis), 0, width), np.uint8) for name, width in WIDTHS.items()})
    origin, last = known[0].replace(day=1), known[1].replace(day=1)
    months = (last.year - origin.year) * 12 + last.month - origin.month + 1
    shape = (len(row), len(axis), months)
    whole = {name: np.zeros((len(row) * len(axis) * months, width), np.uint8) for name, width in WIDTHS.items()}
    for code in codes:  # a site at a time: rows and full matrices of all of them would take ten times the memory kept
        keys, counters, blobs = read.visits_by_service(connection, {code}, [(MONTH, origin, last)])
        at, each = _places(keys, row, axis, origin, (0, months)), np.arange(len(keys))
        found = (np.array(counters, dtype=np.int64).reshape(-1, len(COUNTERS)),
                 rollup.added_up([b[0] for b in blobs], each, len(each)),
                 rollup.added_up([b[1] for b in blobs], each, len(each), HEAT))
        for name, part in zip(WIDTHS, found, strict=True):
            whole[name] = whole[name].astype(np.promote_types(whole[name].dtype, np.min_scalar_type(part.max(initial=0))),
                                             copy=False)
            whole[name][at] = part
    return Months(known, origin, axis, **{name: values.reshape(*shape, WIDTHS[name]) for name, values in whole.items()})


@dataclass(frozen=True)
class Visits:
    """Visits of a period, by site (R), service (V) and month (M): counters (R, V, M, 12), waits (R, V, M, 241), heat
    (R, V, M, 175). months: first days; a month in part holds the days of the period."""

    months: tuple[date, ...]
    counters: np.ndarray
    waits: np.ndarray
    heat: np.ndarray


def visits(months: Months, ask: Callable, sites: read.Sites, row: dict[int, int], rows: np.ndarray, first: date, last: date,
           services: Sequence[int]) -> Visits:
    """The visits of some sites from `first` to `last`. rows: those of `sites`. services: ids, the order of the second axis.

    ask: puts a question to the database, for the days at the edges.
    """
    spans = read.segments(months.known, first, last)
    if not spans:
        return Visits((), *(getattr(months, n)[rows][:, :len(services), :0] for n in WIDTHS))
    places = [months.index(day) for _, *ends in spans for day in ends]
    low, high = min(places), max(places) + 1
    named = tuple(add_months(months.origin, n) for n in range(low, high))
    whole = next(((months.index(a), months.index(b) + 1) for level, a, b in spans if level == MONTH), (low, low))
    if whole == (low, high):
        return Visits(named, *(months.cut(n, rows, services, low, high) for n in WIDTHS))
    edges = [span for span in spans if span[0] != MONTH]
    keys, counters, blobs = ask(lambda connection: read.visits_by_service(connection, sites, edges, services))
    nearby = {number: i for i, number in enumerate(rows.tolist())}
    at = _places(keys, {i: nearby[n] for i, n in row.items() if n in nearby}, services, months.origin, (low, high))
    size = len(rows) * len(services) * (high - low)
    numbers = np.zeros((size, len(COUNTERS)), np.int64)
    np.add.at(numbers, at, np.array(counters, dtype=np.int64).reshape(-1, len(COUNTERS)))
    found = [a.reshape(len(rows), len(services), high - low, width) for width, a in zip(WIDTHS.values(), (
        numbers, rollup.added_up([b[0] for b in blobs], at, size), rollup.added_up([b[1] for b in blobs], at, size, HEAT)),
        strict=True)]
    for name, values in zip(WIDTHS, found, strict=True):
        values[:, :, whole[0] - low:whole[1] - low] += months.cut(name, rows, services, *whole)
    return Visits(named, *found)


def _places(keys: np.ndarray, row: dict[int, int], services: Sequence[int], origin: date, span: tuple[int, int]) -> np.ndarray:
    """Where rows of `read.visits_by_service` stand in a flat (sites, services, months of the span)."""
    order = {number: i for i, number in enumerate(services)}
    month = (keys[:, 2].astype("datetime64[D]").astype("datetime64[M]") - np.datetime64(origin, "M")).astype(np.int64)
    cell = (np.array([row[i] for i in keys[:, 0].tolist()], dtype=np.int64) * len(services)
            + np.array([order[i] for i in keys[:, 1].tolist()], dtype=np.int64))
    return cell * (span[1] - span[0]) + month - span[0]
