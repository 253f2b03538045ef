"""Gathers what indicators are computed from, for a period, a set of sites and a way of cutting: Facts."""
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from dashboard.period import Period, add_months, month_end, months
from dashboard.settings import load
from db import read
from db.frames import ALL, BINS, COUNTERS, UNKNOWN_HOUR, UNKNOWN_KEY, UNKNOWN_SERVICE, Facts
from db.ledger import Ledger, day_number, load_ledger
from db.rollup import month_start

VISITS, MEASURED, LEFT_TIMED = (COUNTERS.index(c) for c in ("visits", "measured", "left_timed"))
Counts = tuple[list[str], list, np.ndarray, np.ndarray]  # keys as printed, what they stand for, counters, waits


@dataclass(frozen=True)
class Scope:
    """One question: whose figures, when, for which service. `rows`: the sites' rows in the ledger."""

    connection: Connection
    ledger: Ledger
    sites: read.Sites
    rows: np.ndarray
    first: date
    last: date
    as_of: date | None
    partial: bool
    service: str | None
    forced: bool  # as_of was asked for, and holds for complaints too

    @property
    def table(self) -> pd.DataFrame:
        """The sites of the question."""
        return self.ledger.sites.iloc[self.rows]

    @property
    def service_id(self) -> int:
        """The service asked for, or all."""
        return self.ledger.service_id(self.service)

    def complaints_as_of(self, site_id: int) -> date | None:
        """The last day for which the site's complaints are known, or the one asked for."""
        return self.as_of if self.forced else self.ledger.complaints_as_of(site_id)


def gather(connection: Connection, sites: read.Sites, first: date, last: date, by: str, service: str | None = None,
           as_of: date | None = None, ledger: Ledger | None = None) -> Facts:
    """The facts of a question. sites: codes, or ALL. by: one of BYS. service: a code, or None for all.

    as_of: what was known on that day only; by default all that is. ledger: the network as it stands, if at hand.
    Raises KeyError for an unknown service.
    """
    scope = make_scope(connection, ledger or load_ledger(connection), sites, first, last, service, as_of)
    keys, groups, counters, waits = _counts(scope, by)
    spans = _spans(scope, by, groups)
    members = [_members(scope, by, group) for group in groups]
    return Facts(
        by=by, keys=keys, first=scope.first, last=scope.last, as_of=scope.as_of, partial=scope.partial,
        service=service, counters=counters, waits=waits, left_timed=_left_timed(scope, by, groups, counters),
        **_reporting(scope, spans, members), **_days(scope, spans, members), **_places(scope, spans, members),
        **_known_services(scope, by, groups, counters), complaints=_complaints(scope, by, groups),
        ends=np.array([day_number(end) for _, end in spans], dtype=np.int64), threshold=load().wait_threshold_minutes)


def make_scope(connection: Connection, ledger: Ledger, sites: read.Sites, first: date, last: date,
               service: str | None = None, as_of: date | None = None) -> Scope:
    """The question, its period cut at the last day known. Raises KeyError for an unknown service."""
    ledger.service_id(service)
    codes = ledger.sites["code"]
    rows = np.arange(len(codes)) if sites == ALL else np.flatnonzero(codes.isin(list(sites)).to_numpy())
    known = as_of or ledger.as_of
    partial = known is not None and last > known
    return Scope(connection, ledger, sites, rows, first, known if partial else last, known, partial, service,
                 as_of is not None)


# --- keys and visits ------------------------------------------------------------------------------------------------
def _counts(scope: Scope, by: str, service: int | None = None) -> Counts:
    """What the question cuts by, and the visits of each part."""
    number = scope.service_id if service is None else service
    period = (scope.connection, scope.sites, scope.first, scope.last)
    if by == "hour":
        counters, waits = read.by_hour(*period, number)
        kept = [h for h in range(UNKNOWN_HOUR + 1) if counters[h, VISITS]]
        return [f"{h:02}" if h < UNKNOWN_HOUR else UNKNOWN_KEY for h in kept], kept, counters[kept], waits[kept]
    found, counters, waits = read.totals(*period, "site" if by == "department" else by, number)
    if by == "service":
        return [scope.ledger.service_code(i) for i in found.tolist()], found.tolist(), counters, waits
    if by == "month":
        starts = months(Period(scope.first, scope.last)) if scope.first <= scope.last else []
        keys, wanted = [f"{m:%Y-%m}" for m in starts], [day_number(m) for m in starts]
    elif by == "nation":
        keys, wanted = ["nation"], [0]
    else:
        keys, wanted = scope.table["code"].tolist(), scope.table["id"].tolist()
    place = {key: i for i, key in enumerate(found.tolist())}
    rows = [place.get(key, -1) for key in wanted]
    counters = np.vstack([counters, np.zeros((1, len(COUNTERS)), np.int64)])[rows]
    waits = np.vstack([waits, np.zeros((1, BINS), np.int64)])[rows]
    if by != "department":
        return keys, wanted, counters, waits
    names = sorted(scope.table["department"].unique())
    where = np.array([names.index(d) for d in scope.table["department"]], dtype=np.int64)
    return names, names, _add_up(where, counters, len(names)), _add_up(where, waits, len(names))


def _add_up(where: np.ndarray, rows: np.ndarray, size: int) -> np.ndarray:
    out = np.zeros((size, *rows.shape[1:]), np.int64)
    np.add.at(out, where, rows)
    return out


def _spans(scope: Scope, by: str, groups: list) -> list[tuple[date, date]]:
    """The days of each key: its part of the period for months, the whole period for others."""
    if by != "month":
        return [(scope.first, scope.last)] * len(groups)
    starts = months(Period(scope.first, scope.last)) if groups else []
    return [(max(start, scope.first), min(month_end(start), scope.last)) for start in starts]


def _members(scope: Scope, by: str, group) -> np.ndarray:
    """The rows of the sites that a key speaks of."""
    if by == "site":
        return scope.rows[(scope.table["id"] == group).to_numpy()]
    if by == "department":
        return scope.rows[(scope.table["department"] == group).to_numpy()]
    return scope.rows


def _left_timed(scope: Scope, by: str, groups: list, counters: np.ndarray) -> np.ndarray:
    """People who left with a recorded arrival, at sites that measured a wait in the period (each month's own)."""
    monthly = by == "month"
    keys = ["site_id", "month"] if monthly else ["site_id"]
    period = (scope.connection, scope.sites, scope.first, scope.last)
    everything = read.per_site(*period, monthly=monthly)
    measuring = everything[everything["measured"] > 0][keys]
    mine = everything if scope.service is None else read.per_site(*period, scope.service_id, monthly=monthly)
    counted = mine.merge(measuring, on=keys)
    if by in ("service", "hour"):
        odd = everything[(everything["measured"] == 0) & (everything["left_timed"] > 0)]["site_id"]
        return counters[:, LEFT_TIMED] - _left_at(scope, by, groups, set(odd))
    if by == "nation":
        return np.array([int(counted["left_timed"].sum())])
    group = {"month": "month", "site": "site_id"}.get(by)
    if group is None:
        department = dict(zip(scope.table["id"], scope.table["department"], strict=True))
        counted, group = counted.assign(department=counted["site_id"].map(department)), "department"
    sums = counted.groupby(group)["left_timed"].sum()
    return np.array([int(sums.get(g, 0)) for g in groups], dtype=np.int64)


def _left_at(scope: Scope, by: str, groups: list, ids: set[int]) -> np.ndarray:
    """By service or hour, those who left at sites that record arrivals but never a call: to be taken off."""
    codes = set(scope.table[scope.table["id"].isin(ids)]["code"])
    if not codes:
        return np.zeros(len(groups), np.int64)
    if by == "hour":
        counters, _ = read.by_hour(scope.connection, codes, scope.first, scope.last, scope.service_id)
        return counters[groups, LEFT_TIMED]
    keys, counters, _ = read.totals(scope.connection, codes, scope.first, scope.last, by, scope.service_id)
    off = dict(zip(keys.tolist(), counters[:, LEFT_TIMED].tolist(), strict=True))
    return np.array([off.get(g, 0) for g in groups], dtype=np.int64)


def _known_services(scope: Scope, by: str, groups: list, counters: np.ndarray) -> dict[str, np.ndarray]:
    """Visits whose service is known, of all visits: whether complaints may be set against a service's visits."""
    if scope.service is None and by != "service":
        return {"known_service": counters[:, VISITS], "all_visits": counters[:, VISITS]}
    base = "nation" if by in ("service", "hour") else by
    everybody = _counts(scope, base, 0)[2][:, VISITS]
    known = everybody - _counts(scope, base, UNKNOWN_SERVICE)[2][:, VISITS]
    if base != by:
        everybody, known = np.repeat(everybody, len(groups)), np.repeat(known, len(groups))
    return {"known_service": known, "all_visits": everybody}


# --- who reported, and when -----------------------------------------------------------------------------------------
def _expected(scope: Scope, first: date, last: date) -> np.ndarray:
    """Rows of sites whose launch (else first activity) is not after `last` and that had not closed before `first`."""
    book = scope.ledger
    kept = (book.starts <= day_number(last)) & (book.ends >= day_number(first))
    return scope.rows[kept[scope.rows]]


def _active(scope: Scope, first: date, last: date) -> np.ndarray:
    """Rows of sites with a visit or a closing between two days."""
    days = scope.ledger.days(first, last)
    seen = (scope.ledger.visited[:, days] > 0).any(axis=1) | scope.ledger.closed[:, days].any(axis=1)
    return scope.rows[seen[scope.rows]]


def _present(scope: Scope, first: date, last: date) -> np.ndarray:
    """Rows of sites that were expected, or were at work all the same: some serve before their ceremony."""
    return np.union1d(_expected(scope, first, last), _active(scope, first, last))


def _hands_in_complaints(scope: Scope, first: date, last: date) -> np.ndarray:
    """Rows of sites for which a batch of complaints speaks for at least a day of the span."""
    known = scope.ledger.complaints_known[:, scope.ledger.days(first, last)].any(axis=1)
    return scope.rows[known[scope.rows]]


def _once(function: Callable, scope: Scope, spans: list) -> dict[tuple, np.ndarray]:
    """The function's answer for each different span."""
    return {span: function(scope, *span) for span in set(spans)}


def _reporting(scope: Scope, spans: list, members: list) -> dict:
    whole = (scope.first, scope.last)
    expected = _once(_expected, scope, [whole])
    present = _once(_present, scope, spans)
    active = _once(_active, scope, [*spans, whole])
    complaints = _once(_hands_in_complaints, scope, spans)
    count = lambda found: np.array([len(np.intersect1d(found[s], m)) for s, m in zip(spans, members, strict=True)],  # noqa: E731
                                   dtype=np.int64)
    silent = np.setdiff1d(expected[whole], active[whole])
    return {"expected": count(present), "reporting": count(active), "complaint_reporting": count(complaints),
            "silent": scope.ledger.sites["code"].iloc[silent].tolist()}


def _days(scope: Scope, spans: list, members: list) -> dict[str, np.ndarray]:
    """Open site-days, those of them closed, and visits on other days (all services only)."""
    ledger = scope.ledger
    out: dict[str, list[int]] = {"open_days": [], "closed_days": [], "off_day_visits": []}
    for span, rows in zip(spans, members, strict=True):
        days = ledger.days(*span)
        open_, closed = ledger.open[rows, days], ledger.closed[rows, days]
        out["open_days"].append(int(open_.sum()))
        out["closed_days"].append(int((open_ & closed).sum()))
        out["off_day_visits"].append(int(ledger.visited[rows, days][~open_].sum()) if scope.service is None else 0)
    return {name: np.array(values, dtype=np.int64) for name, values in out.items()}


def _places(scope: Scope, spans: list, members: list) -> dict[str, np.ndarray]:
    """Population served, visits at CCSP, communes covered."""
    sites = scope.ledger.sites
    commune, department = sites["commune"].to_numpy(), sites["department"].to_numpy()
    population = dict(zip(commune, sites["population"].tolist(), strict=True))
    ccsp = (sites["kind"] == "CCSP").to_numpy()
    total = Counter(name for _, name, _ in scope.ledger.communes)
    visits = np.zeros(len(sites), dtype=np.int64)
    found = read.per_site(scope.connection, scope.sites, scope.first, scope.last, scope.service_id)
    visits[[scope.ledger.row[i] for i in found["site_id"]]] = found["visits"]
    present = _once(_present, scope, spans)
    back = timedelta(days=load().operating_days - 1)
    operating = {span: _active(scope, span[1] - back, span[1]) for span in set(spans)}
    out: dict[str, list[int]] = {k: [] for k in ("population", "ccsp_visits", "ccsp_sites", "communes",
                                                 "operating_communes")}
    for span, rows in zip(spans, members, strict=True):
        mine = np.intersect1d(present[span], rows)
        mine = mine[ccsp[mine]]
        whole = scope.sites == ALL and len(rows) == len(sites)
        out["population"].append(sum(population[name] for name in set(commune[mine])))
        out["ccsp_visits"].append(int(visits[mine].sum()))
        out["ccsp_sites"].append(len(mine))
        out["communes"].append(sum(total[d] for d in (total if whole else set(department[rows]))))
        out["operating_communes"].append(len(set(commune[np.intersect1d(operating[span], rows)])))
    return {name: np.array(values, dtype=np.int64) for name, values in out.items()}


# --- complaints -----------------------------------------------------------------------------------------------------
def _complaints(scope: Scope, by: str, groups: list) -> dict[str, np.ndarray]:
    """Complaints received up to the period's end, each under its key (-1: of none)."""
    everything = scope.ledger.complaints
    kept = np.isin(everything["site"], scope.rows) & (everything["received"] <= day_number(scope.last))
    if scope.service is not None:
        kept &= everything["service"] == max(scope.service_id, 0)  # 0: not known
    c = {name: values[kept] for name, values in everything.items()}
    ids = scope.ledger.sites["id"].to_numpy()
    place = {g: i for i, g in enumerate(groups)}
    if by == "nation":
        group = np.zeros(len(c["site"]), np.int64)
    elif by == "hour":
        group = np.full(len(c["site"]), -1, np.int64)
    else:
        what = {"month": month_start(c["received"]), "site": ids[c["site"]],
                "service": np.where(c["service"] == 0, UNKNOWN_SERVICE, c["service"]),
                "department": scope.ledger.sites["department"].to_numpy()[c["site"]]}[by]
        group = np.array([place.get(g, -1) for g in what.tolist()], dtype=np.int64)
    as_of = np.array([day_number(scope.complaints_as_of(i) or scope.last) for i in ids], dtype=np.int64)
    return {**c, "group": group, "as_of": as_of[c["site"]]}


def comparable(scope: Scope) -> tuple[set[str], Period]:
    """The sites that reported both in the period and in the same days a year before, and that year-before period."""
    before = Period(_year_before(scope.first), _year_before(scope.last))
    both = np.intersect1d(_active(scope, scope.first, scope.last), _active(scope, before.first, before.last))
    return set(scope.ledger.sites["code"].iloc[both]), before


def _year_before(day: date) -> date:
    return month_end(add_months(day, -12)) if day == month_end(day) else add_months(day, -12)
