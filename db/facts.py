"""Gathers what indicators are computed from, for a period, a set of sites and a way of cutting: Facts."""
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from dashboard.settings import load
from db import read, rollup
from db.calendar import open_days, public_holidays
from db.frames import (
    ALL_SERVICES,
    BINS,
    COUNTERS,
    UNKNOWN_HOUR,
    UNKNOWN_KEY,
    UNKNOWN_SERVICE,
    Facts,
)

VISITS, MEASURED, LEFT_TIMED = (COUNTERS.index(c) for c in ("visits", "measured", "left_timed"))


@dataclass
class Scope:
    """One question: whose figures, when, for which service; and what several parts of the answer need."""

    connection: Connection
    sites: read.Sites
    first: date
    last: date
    service: str | None = None
    as_of: date | None = None
    site_table: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        self.site_table = read.sites_frame(self.connection, self.sites)
        # The data's as-of is the whole country's: a silent site must not look up to date by itself.
        self.spans = read.coverage(self.connection, read.ALL)
        covered = [last for (_, form), spans in self.spans.items() if form in ("registre", "cloture") for _, last in spans]
        self.data_as_of = self.as_of or max(covered, default=None)
        self.partial = self.data_as_of is not None and self.last > self.data_as_of
        if self.partial:
            self.last = self.data_as_of
        self.services = {code: number for number, code, _ in read.services(self.connection)}
        self.services[UNKNOWN_KEY] = UNKNOWN_SERVICE

    @property
    def service_id(self) -> int:
        """The service asked for, or all. Raises KeyError for an unknown code."""
        return ALL_SERVICES if self.service is None else self.services[self.service]

    @cached_property
    def per_site(self) -> pd.DataFrame:
        """Counters of each site over the period, all services."""
        return read.per_site(self.connection, self.sites, self.first, self.last).set_index("site_id")

    @cached_property
    def holidays(self) -> dict[date, str]:
        """Public holidays of the period."""
        return public_holidays(self.connection, self.first, self.last)

    @cached_property
    def open_days(self) -> dict[int, set[date]]:
        """Site id to its working days in the period, up to the data's as-of."""
        closures = read.closures(self.connection, self.sites, self.first, self.last)
        return open_days(self.site_table, closures, self.holidays, self.first, self.last)

    @cached_property
    def closings(self) -> pd.DataFrame:
        """Closed days of the period."""
        return read.closings(self.connection, self.sites, self.first, self.last)

    def complaint_as_of(self, site: int) -> date | None:
        """The last day for which the site's complaints are known."""
        if self.as_of:
            return self.as_of
        return max((last for _, last in self.spans.get((site, "plaintes"), [])), default=None)

    def expected(self, first: date, last: date) -> list:
        """Sites whose launch (else first activity) is not after `last` and that had not closed before `first`."""
        starts = [(s, s.launched_on or s.first_activity) for s in self.site_table.itertuples()]
        return [s for s, start in starts
                if (start is None or start <= last) and (s.closed_on is None or s.closed_on >= first)]

    def covers_complaints(self, site: int, first: date, last: date) -> bool:
        """Whether a batch of complaints speaks for the site in that span."""
        return any(a <= last and b >= first for a, b in self.spans.get((site, "plaintes"), []))


def gather(connection: Connection, sites: read.Sites, first: date, last: date, by: str, service: str | None = None,
           as_of: date | None = None) -> Facts:
    """The facts of a question. sites: codes, or ALL. by: one of BYS. service: a code, or None for all.

    Raises KeyError for an unknown service.
    """
    scope = Scope(connection, sites, first, last, service, as_of)
    keys, groups, counters, waits = _activity(scope, by)
    size = len(keys)
    spans = _month_spans(scope, keys) if by == "month" else [(scope.first, scope.last)] * size
    members = [_members(scope, by, groups, i) for i in range(size)]
    reporting = _reporting(scope, by, groups, spans, members)
    days = _days(scope, spans, members)
    return Facts(
        by=by, keys=keys, first=scope.first, last=scope.last, as_of=scope.data_as_of, partial=scope.partial,
        service=service, counters=counters, waits=waits, left_timed=_left_timed(scope, by, groups, counters),
        **reporting, **days, **_places(scope, spans, members),
        **_known_services(scope, by, groups, counters), complaints=_complaints(scope, by, groups, spans),
        ends=np.array([end.toordinal() - rollup.EPOCH.toordinal() for _, end in spans], dtype=np.int64),
        threshold=load().wait_threshold_minutes)


# --- keys and visits ------------------------------------------------------------------------------------------------
def _activity(scope: Scope, by: str) -> tuple[list[str], list, np.ndarray, np.ndarray]:
    """Keys as printed, what they stand for (a department, site id, month as days since 1970, service id or hour),
    counters and waits."""
    c, s, first, last = scope.connection, scope.sites, scope.first, scope.last
    if by == "hour":
        counters, waits = read.by_hour(c, s, first, last, scope.service_id)
        kept = [h for h in range(UNKNOWN_HOUR + 1) if counters[h, VISITS]]
        return [f"{h:02}" if h < UNKNOWN_HOUR else UNKNOWN_KEY for h in kept], kept, counters[kept], waits[kept]
    found, counters, waits = read.totals(c, s, first, last, "site" if by == "department" else by, scope.service_id)
    if by == "service":
        codes = {number: code for code, number in scope.services.items()}
        return [codes[i] for i in found.tolist()], found.tolist(), counters, waits
    if by == "month":
        wanted = list(_months(first, last))
        keys = [date.fromordinal(m + rollup.EPOCH.toordinal()).strftime("%Y-%m") for m in wanted]
    elif by == "nation":
        wanted, keys = [0], ["nation"]
    else:
        wanted = scope.site_table["id"].tolist()
        keys = scope.site_table["code"].tolist()
    place = {k: i for i, k in enumerate(found.tolist())}
    rows = [place.get(k, -1) for k in wanted]
    counters = np.vstack([counters, np.zeros((1, len(COUNTERS)), np.int64)])[rows]
    waits = np.vstack([waits, np.zeros((1, BINS), np.int64)])[rows]
    if by != "department":
        return keys, wanted, counters, waits
    names = sorted(scope.site_table["department"].unique())
    where = np.array([names.index(d) for d in scope.site_table["department"]], dtype=np.int64)
    return names, names, _add_up(where, counters, len(names)), _add_up(where, waits, len(names))


def _add_up(where: np.ndarray, rows: np.ndarray, size: int) -> np.ndarray:
    out = np.zeros((size, *rows.shape[1:]), np.int64)
    np.add.at(out, where, rows)
    return out


def _months(first: date, last: date):
    month = first.replace(day=1)
    while month <= last:
        yield month.toordinal() - rollup.EPOCH.toordinal()
        month = (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _month_spans(scope: Scope, keys: list[str]) -> list[tuple[date, date]]:
    spans = []
    for key in keys:
        start = date.fromisoformat(key + "-01")
        end = (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        spans.append((max(start, scope.first), min(end, scope.last)))
    return spans


def _members(scope: Scope, by: str, groups: list, i: int) -> pd.DataFrame:
    """The sites that a key speaks of."""
    if by == "site":
        return scope.site_table[scope.site_table["id"] == groups[i]]
    if by == "department":
        return scope.site_table[scope.site_table["department"] == groups[i]]
    return scope.site_table


def _left_timed(scope: Scope, by: str, groups: list, counters: np.ndarray) -> np.ndarray:
    """People who left with a recorded arrival, at sites that measured a wait in the period (each month's own)."""
    column = COUNTERS[LEFT_TIMED]
    if by in ("site", "department", "nation"):
        per_site = scope.per_site if scope.service is None else read.per_site(
            scope.connection, scope.sites, scope.first, scope.last, scope.service_id).set_index("site_id")
        measuring = scope.per_site.index[scope.per_site["measured"] > 0]
        counted = per_site[per_site.index.isin(measuring)][column]
        if by == "nation":
            return np.array([int(counted.sum())])
        by_site = np.array([int(counted.get(i, 0)) for i in scope.site_table["id"]])
        if by == "site":
            return by_site
        return np.array([by_site[(scope.site_table["department"] == d).to_numpy()].sum() for d in groups], dtype=np.int64)
    if by == "month":
        return _left_timed_by_month(scope, groups)
    return counters[:, LEFT_TIMED] - _left_at_unmeasured(scope, by, groups)


def _left_timed_by_month(scope: Scope, groups: list) -> np.ndarray:
    monthly = read.per_site(scope.connection, scope.sites, scope.first, scope.last, monthly=True)
    measuring = monthly[monthly["measured"] > 0][["site_id", "month"]]
    if scope.service is not None:
        monthly = read.per_site(scope.connection, scope.sites, scope.first, scope.last, scope.service_id, monthly=True)
    counted = monthly.merge(measuring, on=["site_id", "month"]).groupby("month")[COUNTERS[LEFT_TIMED]].sum()
    return np.array([int(counted.get(m, 0)) for m in groups], dtype=np.int64)


def _left_at_unmeasured(scope: Scope, by: str, groups: list) -> np.ndarray:
    """What to take off by service or hour: only where a site records arrivals but never a call."""
    odd = scope.per_site[(scope.per_site["measured"] == 0) & (scope.per_site[COUNTERS[LEFT_TIMED]] > 0)].index
    codes = set(scope.site_table[scope.site_table["id"].isin(odd)]["code"])
    out = np.zeros(len(groups), np.int64)
    if not codes:
        return out
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
    plain = Scope(scope.connection, scope.sites, scope.first, scope.last, None, scope.as_of)
    _, places, total, _ = _activity(plain, base)
    plain.service = UNKNOWN_KEY
    _, _, unknown, _ = _activity(plain, base)
    everybody, known = total[:, VISITS], total[:, VISITS] - unknown[:, VISITS]
    if base == "nation":
        everybody, known = np.repeat(everybody, len(groups)), np.repeat(known, len(groups))
    return {"known_service": known, "all_visits": everybody}


# --- who reported ---------------------------------------------------------------------------------------------------
def _reporting(scope: Scope, by: str, groups: list, spans: list, members: list) -> dict:
    active: dict[tuple, set[int]] = {}
    for span in set(spans):
        active[span] = read.active_sites(scope.connection, scope.sites, *span)
    expected, reporting, complaint = [], [], []
    expected_ids: dict[tuple, set[int]] = {span: {s.id for s in scope.expected(*span)} for span in set(spans)}
    for span, sites in zip(spans, members, strict=True):
        ids = set(sites["id"])
        expected.append(len(ids & (expected_ids[span] | active[span])))
        reporting.append(len(ids & active[span]))
        complaint.append(sum(scope.covers_complaints(i, *span) for i in ids))
    whole = (scope.first, scope.last)
    seen = active.get(whole) if whole in active else read.active_sites(scope.connection, scope.sites, *whole)
    silent = [s.code for s in scope.expected(*whole) if s.id not in seen]
    return {"expected": np.array(expected, dtype=np.int64), "reporting": np.array(reporting, dtype=np.int64),
            "complaint_reporting": np.array(complaint, dtype=np.int64), "silent": silent}


def _days(scope: Scope, spans: list, members: list) -> dict:
    """Open site-days, those of them closed, and visits on the other days."""
    closed_on: dict[int, set[date]] = {}
    for site, day in zip(scope.closings["site_id"], scope.closings["day"], strict=True):
        closed_on.setdefault(site, set()).add(day)
    off_days = _off_days(scope)
    off = read.visits_on(scope.connection, scope.sites, off_days, scope.service_id)
    off = [(s, d, n) for s, d, n in off if d not in scope.open_days.get(s, ())]
    out = {"open_days": [], "closed_days": [], "off_day_visits": []}
    for (first, last), sites in zip(spans, members, strict=True):
        ids = set(sites["id"])
        open_here = {i: {d for d in scope.open_days[i] if first <= d <= last} for i in ids}
        out["open_days"].append(sum(map(len, open_here.values())))
        out["closed_days"].append(sum(len(open_here[i] & closed_on.get(i, set())) for i in ids))
        out["off_day_visits"].append(sum(n for s, d, n in off if s in ids and first <= d <= last))
    return {name: np.array(values, dtype=np.int64) for name, values in out.items()}


def _off_days(scope: Scope) -> set[date]:
    """Days on which at least one site was not open."""
    length = (scope.last - scope.first).days + 1
    days = {scope.first + timedelta(days=i) for i in range(max(length, 0))}
    return days - set.intersection(*scope.open_days.values()) if scope.open_days else days


def _places(scope: Scope, spans: list, members: list) -> dict:
    """Population served, visits at CCSP, communes covered."""
    days = timedelta(days=load().operating_days - 1)
    total = Counter(d for _, d, _ in read.communes(scope.connection))
    ccsp_visits = scope.per_site["visits"] if scope.service is None else read.per_site(
        scope.connection, scope.sites, scope.first, scope.last, scope.service_id).set_index("site_id")["visits"]
    out = {"population": [], "ccsp_visits": [], "ccsp_sites": [], "communes": [], "operating_communes": []}
    operating: dict[tuple, set[int]] = {}
    for span, sites in zip(spans, members, strict=True):
        if span not in operating:
            operating[span] = read.active_sites(scope.connection, scope.sites, span[1] - days, span[1])
        ids = {s.id for s in scope.expected(*span)} & set(sites["id"])
        ccsp = sites[(sites["kind"] == "CCSP") & sites["id"].isin(ids)]
        departments = set(sites["department"])
        whole_country = departments == set(scope.site_table["department"]) and scope.sites == read.ALL
        out["population"].append(int(ccsp.drop_duplicates("commune")["population"].sum()))
        out["ccsp_visits"].append(int(sum(ccsp_visits.get(i, 0) for i in ccsp["id"])))
        out["ccsp_sites"].append(len(ccsp))
        out["communes"].append(sum(total.values()) if whole_country else sum(total[d] for d in departments))
        out["operating_communes"].append(sites[sites["id"].isin(operating[span])]["commune"].nunique())
    return {name: np.array(values, dtype=np.int64) for name, values in out.items()}


# --- complaints -----------------------------------------------------------------------------------------------------
def _complaints(scope: Scope, by: str, groups: list, spans: list) -> dict[str, np.ndarray]:
    """Complaints received up to the period's end, each under its key (-1: before the period, or of no key)."""
    frame = read.complaints(scope.connection, scope.sites, scope.last)
    if scope.service is not None:
        wanted = None if scope.service_id == UNKNOWN_SERVICE else scope.service_id
        frame = frame[frame["service_id"].isna()] if wanted is None else frame[frame["service_id"] == wanted]
    department = dict(zip(scope.site_table["id"], scope.site_table["department"], strict=True))
    as_of = {i: scope.complaint_as_of(i) for i in scope.site_table["id"]}
    place = {g: i for i, g in enumerate(groups)}
    days = lambda column: np.array([-1 if d is None else d.toordinal() - rollup.EPOCH.toordinal()  # noqa: E731
                                    for d in column], dtype=np.int64)
    received = days(frame["received_on"])
    if by == "nation":
        group = np.zeros(len(frame), np.int64)
    elif by == "month":
        group = np.array([place.get(m, -1) for m in rollup.month_start(received).tolist()], dtype=np.int64)
    elif by == "service":
        group = np.array([place.get(UNKNOWN_SERVICE if pd.isna(s) else int(s), -1) for s in frame["service_id"]],
                         dtype=np.int64)
    elif by == "hour":
        group = np.full(len(frame), -1, np.int64)
    else:
        group = np.array([place.get(s if by == "site" else department[s], -1) for s in frame["site_id"]], dtype=np.int64)
    known = [as_of[s] or scope.last for s in frame["site_id"]]
    return {"group": group, "received": received, "resolved": days(frame["resolved_on"]),
            "as_of": days(pd.Series(known, dtype=object)), "site": frame["site_id"].to_numpy(dtype=np.int64),
            "category": frame["category_id"].fillna(0).to_numpy(dtype=np.int64),
            "service": frame["service_id"].fillna(0).to_numpy(dtype=np.int64)}
