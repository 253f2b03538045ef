"""Every query of the data. `sites` is always a set of site codes, or ALL; it has no default, so that no caller can
forget whose rows may be seen. Days go in and come out as dates."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import numpy as np
from sqlalchemy import BindParameter, Connection, bindparam, text

from dashboard import french
from dashboard.period import (
    Period,
    day_number,
    day_numbers,
    month_end,
    split_by_month,
    to_local_time,
    today,
)
from db import packed_visits, rollup_cells
from db.bulk_insert import Row
from db.codes import ALL, ALL_SERVICES, BINS, COUNTERS, DAY, MONTH, NATION, UNKNOWN_SERVICE
from db.engine import is_sqlite
from db.shared_types import BEGINNING, Closure, Location, Place, ServicePeriod, Week

Answer = TypeVar("Answer")

Sites = Collection[str]
Target = tuple[str, str, float, date, str, str]
Rebase = tuple[str, str, date, str, str, str]
HandedIn = tuple[int, str, date, date, datetime]
MOST_REMINDERS = 500  # that are listed
Closing = tuple[int, date, bool, int, datetime | None]
HOURS = rollup_cells.HOURS
# An option of a connection: what stands before each query, so that it reads the tables as they were (db.known_then).
AT_A_MOMENT = "at_a_moment"


class Decision(NamedTuple):
    """A decision on a series: its number, of which indicator and scope, who (a post) is to do what by when and why; done_on: when
    it was said to be done, None as long as it is not."""

    id: int
    indicator: str
    scope: str
    decided_on: date
    who: str
    what: str
    due_on: date | None
    noted_by: str
    aim: str
    done_on: date | None

    def is_due(self, day: date) -> bool:
        """Whether its day has come, and it is not done."""
        return self.due_on is not None and self.due_on <= day and self.done_on is None


@lru_cache(10_000)  # rows by the ten thousand are of a few hundred days
def as_date(value: date | str) -> date:
    """A day as the database gives it: a date already, or ISO text (SQLite in a bare query)."""
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value.date() if isinstance(value, datetime) else value


def _date_or_none(value: object) -> date | None:
    return as_date(value) if isinstance(value, (str, date)) else None


def _all(connection: Connection, sql: str, **values: Any) -> list[Row]:
    """The rows of a textual query; a list among the values fills an IN, days go as ISO text."""
    values = {n: v.isoformat() if isinstance(v, date) else v for n, v in values.items()}
    lists: list[BindParameter[Any]] = [
        bindparam(name, expanding=True)
        for name, v in values.items()
        if isinstance(v, (list, tuple, set))
    ]
    values = {n: list(v) if isinstance(v, (tuple, set)) else v for n, v in values.items()}
    shadow = connection.get_execution_options().get(AT_A_MOMENT, "")
    with connection.execute(text(f"{shadow}{sql}").bindparams(*lists), values) as result:
        # The driver's rows are plain tuples: SQLAlchemy's would cost as much again.
        return list(result.cursor.fetchall()) if result.cursor else []


def site_ids(connection: Connection, sites: Sites) -> list[int] | None:
    """Ids of the sites; None for ALL, so that national rows can be used."""
    if sites == ALL:
        return None
    if not sites:  # an empty list has no type, and PostgreSQL wants one
        return []
    return [
        i
        for (i,) in _all(
            connection, "SELECT id FROM site WHERE code IN :codes ORDER BY id", codes=list(sites)
        )
    ]


# --- reference ------------------------------------------------------------------------------------------------------
def places(connection: Connection, sites: Sites) -> tuple[Place, ...]:
    """The sites, by name, each at its latest location."""
    ids = site_ids(connection, sites)
    rows = _all(
        connection,
        """
        SELECT s.id, s.code, s.kind, s.name, s.aliases, c.name, c.department, c.population_2013, l.lat, l.lon,
               s.launched_on, s.silent_after,
               (SELECT min(start) FROM rollup r WHERE r.level = :day AND r.service_id = 0 AND r.site_id = s.id),
               (SELECT min(d.day) FROM daily_closing d JOIN import_batch b ON b.id = d.batch_id
                WHERE d.site_id = s.id AND d.superseded_by IS NULL AND NOT b.declared)
        FROM site s
        JOIN site_location l ON l.site_id = s.id AND l.valid_from =
             (SELECT max(valid_from) FROM site_location m WHERE m.site_id = s.id)
        JOIN commune c ON c.id = l.commune_id""",
        day=DAY,
    )
    dated, found = _DatedReferences(connection), []
    for *values, launched, silent_after, visited, declared in rows:
        if ids is None or values[0] in ids:
            first = min((as_date(day) for day in (visited, declared) if day), default=None)
            fields = (*values, _date_or_none(launched), first, *dated.of(values[0]), silent_after)
            found.append(Place(*fields))
    # Sorted here: the databases do not agree on the order of É.
    return tuple(sorted(found, key=lambda place: french.alphabetical(place.name)))


class _DatedReferences:
    """What the reference says of sites from a day on: periods of service, weeks and locations, by site id, oldest first."""

    def __init__(self, connection: Connection) -> None:
        self.periods: dict[int, list[ServicePeriod]] = defaultdict(list)
        self.weeks: dict[int, list[Week]] = defaultdict(list)
        self.locations: dict[int, list[Location]] = defaultdict(list)
        for site, opens, closes in _all(
            connection, "SELECT site_id, opens_on, closes_on FROM site_period ORDER BY opens_on"
        ):
            self.periods[site].append((as_date(opens), _date_or_none(closes)))
        hours: dict[tuple[int, date], list[tuple[int, int, int]]] = defaultdict(list)
        for site, start, weekday, opens_at, closes_at in _all(
            connection,
            "SELECT site_id, valid_from, weekday, opens_at, closes_at FROM site_hours"
            " ORDER BY valid_from, weekday",
        ):
            hours[site, as_date(start)].append((weekday, opens_at, closes_at))
        for (site, valid_from), of_week in hours.items():
            self.weeks[site].append(Week(valid_from, tuple(of_week)))
        for site, start, *where in _all(
            connection,
            "SELECT l.site_id, l.valid_from, c.name, c.population_2013, l.lat, l.lon FROM site_location l"
            " JOIN commune c ON c.id = l.commune_id ORDER BY l.valid_from",
        ):
            self.locations[site].append(Location(as_date(start), *where))

    def of(
        self, site: int
    ) -> tuple[tuple[ServicePeriod, ...], tuple[Week, ...], tuple[Location, ...]]:
        """The periods of service, weeks and locations of a site. site: its id."""
        return (
            tuple(self.periods.get(site, [(BEGINNING, None)])),
            tuple(self.weeks.get(site, ())),
            tuple(self.locations.get(site, ())),
        )


def locations(connection: Connection, sites: Sites) -> list[tuple[int, date, str]]:
    """(site id, valid from, commune) of every location, oldest first."""
    ids = site_ids(connection, sites)
    rows = _all(
        connection,
        "SELECT l.site_id, l.valid_from, c.name FROM site_location l"
        " JOIN commune c ON c.id = l.commune_id ORDER BY l.valid_from",
    )
    return [(i, as_date(d), c) for i, d, c in rows if ids is None or i in ids]


def services(connection: Connection) -> list[tuple[int, str, str]]:
    """(id, code, label) of every service, by label."""
    return _all(connection, "SELECT id, code, label FROM service ORDER BY label")


def hosts(connection: Connection, sites: Sites) -> dict[str, str]:
    """Who houses each of the sites, by code."""
    rows = _all(connection, "SELECT code, host FROM site")
    return {code: host for code, host in rows if sites == ALL or code in sites}


def service_deadlines(connection: Connection) -> list[tuple[str, str, int | None]]:
    """(code, label, deadline in calendar days, None where it is not known) of every service, by label."""
    rows = _all(connection, "SELECT code, label, deadline_days FROM service")
    return sorted(rows, key=lambda row: french.alphabetical(row[1]))


def directors(connection: Connection) -> list[tuple[str, date, str]]:
    """(department, valid from, director) of every department of which it is known, oldest first."""
    rows = _all(
        connection,
        "SELECT department, valid_from, director FROM department_director ORDER BY department, valid_from",
    )
    return [(department, as_date(since), who) for department, since, who in rows]


def remembered_spellings(
    connection: Connection, sites: Sites
) -> list[tuple[int, str, str, str, str, str]]:
    """(number, site's name, form, column, what files write, the word that is meant, "" of a heading) of each writing that is
    remembered, by site."""
    rows = _all(
        connection,
        "SELECT f.id, s.code, s.name, f.form, f.field, f.written, f.word FROM file_spelling f"
        " JOIN site s ON s.id = f.site_id ORDER BY s.name, f.form, f.id",
    )
    return [(i, *rest) for i, code, *rest in rows if sites == ALL or code in sites]


def terms(connection: Connection) -> list[tuple[int, str, str]]:
    """(id, kind, label) of categories, channels and reasons."""
    return _all(connection, "SELECT id, kind, label FROM term ORDER BY kind, label")


def sites_with_words(connection: Connection, sites: Sites) -> frozenset[str]:
    """The codes of those of the sites whose complaints have texts."""
    rows = _all(
        connection,
        "SELECT DISTINCT s.code FROM complaint_text t JOIN complaint c ON c.id = t.complaint_id"
        " JOIN site s ON s.id = c.site_id",
    )
    return frozenset(str(code) for (code,) in rows if sites == ALL or code in sites)


def communes(connection: Connection) -> list[tuple[str, str, int]]:
    """(name, department, population 2013) of every commune."""
    return _all(connection, "SELECT name, department, population_2013 FROM commune ORDER BY name")


def holiday_changes(connection: Connection) -> list[tuple[date, str, bool]]:
    """(day, label, worked) where the data manager differs from the calendar."""
    return [
        (as_date(d), label, bool(w))
        for d, label, w in _all(connection, "SELECT day, label, worked FROM holiday")
    ]


def targets(connection: Connection) -> list[Target]:
    """(indicator, scope, value, valid_from, source, who set it) of every target."""
    rows = _all(
        connection,
        "SELECT indicator, scope, value, valid_from, source, set_by FROM target ORDER BY valid_from",
    )
    return [(i, s, v, as_date(d), source, by) for i, s, v, d, source, by in rows]


def decisions(connection: Connection) -> list[Decision]:
    """Every decision, oldest first."""
    rows = _all(
        connection,
        "SELECT id, indicator, scope, decided_on, who, what, due_on, noted_by, aim, done_on FROM decision"
        " ORDER BY decided_on, id",
    )
    return [
        Decision(n, i, s, as_date(d), who, what, _date_or_none(due), by, aim, _date_or_none(done))
        for n, i, s, d, who, what, due, by, aim, done in rows
    ]


def rebases(connection: Connection) -> list[Rebase]:
    """(indicator, scope, month, reason, author, kind) of every level that somebody began, refused or accepted, oldest
    first; kind: SET, REFUSED or ACCEPTED."""
    rows = _all(
        connection,
        "SELECT indicator, scope, month, reason, author, kind FROM rebase ORDER BY month",
    )
    return [(i, s, as_date(m), reason, author, kind) for i, s, m, reason, author, kind in rows]


def stories(connection: Connection) -> list[tuple[str, str]]:
    """(name, title) of every kept presentation, by title."""
    return _all(connection, "SELECT name, title FROM story ORDER BY title, name")


def story_keepers(connection: Connection) -> list[tuple[str, tuple[str, str, datetime]]]:
    """(name, (account or "", who kept it, when in UTC)) of every kept presentation."""
    rows = _all(connection, "SELECT name, account_id, kept_by, kept_at FROM story")
    return [(name, (account, by, _moment(at))) for name, account, by, at in rows]


def story(connection: Connection, name: str) -> str | None:
    """The JSON of a kept presentation, or None."""
    rows = _all(connection, "SELECT body FROM story WHERE name = :name", name=name)
    return rows[0][0] if rows else None


def boundary(connection: Connection, level: str) -> tuple[str, str] | None:
    """(GeoJSON, source) of the outlines that the ministry loaded for `level`, or None."""
    rows = _all(
        connection, "SELECT geojson, source FROM boundary WHERE level = :level", level=level
    )
    return rows[0] if rows else None


# --- what has been handed in ----------------------------------------------------------------------------------------
def version(connection: Connection) -> str:
    """The version of the data, which changes with every change: the journal's last line and its time, for a copy put
    back may bring the same line again."""
    rows = _all(connection, "SELECT id, at FROM journal ORDER BY id DESC LIMIT 1")
    return f"{rows[0][0]} {rows[0][1]}" if rows else ""


# What the journal says was done where no site's days, visits or complaints changed.
NO_SITE_CHANGED = frozenset(
    (
        "targeted",
        "untargeted",
        "decided",
        "carried out",
        "reopened",
        "undecided",
        "reminded",
        "rebased",
        "refused level",
        "accepted level",
        "kept story",
        "removed story",
        "erased return words",
        "acknowledged",
        "took back check",
    )
)
OF_A_BATCH = frozenset(("imported", "withdrawn", "dated"))
# A site that is another one is known by comparing it; a batch is named where its closures were confirmed.
OF_REFERENCE = frozenset(("changed reference", "undid reference"))


class Moved(Exception):
    """The data are no longer those of the version that was asked about."""


def of_version(
    connection: Connection, wanted: str, function: Callable[[Connection], Answer]
) -> Answer:
    """What the function reads, of that version of the data. connection: `db.engine.snapshot`. Raises Moved where they are of
    another one by now."""
    found = function(connection)
    if version(connection) != wanted:
        raise Moved(wanted)
    return found


def changed_sites(connection: Connection, since: str) -> frozenset[int] | None:
    """The ids of the sites of which something was handed in, withdrawn or dated since a version of the data; None where it may
    be any site, as after an erasure or where the database is another one."""
    number, _, at = since.partition(" ")
    if not at:
        return None
    lines = _all(
        connection,
        "SELECT id, at, did, detail FROM journal WHERE id >= :number ORDER BY id",
        number=int(number),
    )
    if not lines or f"{lines[0][0]} {lines[0][1]}" != since:
        return None
    batches = set()
    for _, _, did, detail in lines[1:]:
        if did in OF_A_BATCH | OF_REFERENCE:
            told = json.loads(detail) if isinstance(detail, str) else detail
            if did in OF_A_BATCH or "batch" in told:
                batches.add(int(told["batch"]))
        elif did not in NO_SITE_CHANGED:
            return None
    if not batches:
        return frozenset()
    listed = ", ".join(map(str, sorted(batches)))
    rows = _all(
        connection,
        f"SELECT DISTINCT site_id FROM batch_site WHERE batch_id IN ({listed})",  # noqa: S608 (our own numbers)
    )
    return frozenset(site for (site,) in rows)


def is_demo(connection: Connection) -> bool:
    """Whether the data are fictitious."""
    return bool(_all(connection, "SELECT 1 FROM import_batch WHERE demo = :yes LIMIT 1", yes=True))


def handed_in(connection: Connection, sites: Sites) -> list[HandedIn]:
    """(site id, form, first day, last day, when it came in by Benin's clock) of each live batch at each of the sites that it
    covers; nothing is known beyond the day of its import. What a site typed of a day or a complaint is no file: it says
    nothing of others."""
    rows = _all(
        connection,
        "SELECT s.site_id, b.form, s.first_day, s.last_day, b.imported_at FROM batch_site s"  # noqa: S608 (own numbers)
        " JOIN import_batch b ON b.id = s.batch_id WHERE b.withdrawn_at IS NULL AND NOT b.declared"
        f" AND s.site_id {_site_condition(site_ids(connection, sites))}",
    )
    local = {at: to_local_time(_moment(at)) for at in {row[-1] for row in rows}}  # of few batches
    moments = ((*row, local[at]) for *row, at in rows)
    spans = (
        (site, form, as_date(first), min(as_date(last), at.date()), at)
        for site, form, first, last, at in moments
    )
    return [one for one in spans if one[2] <= one[3]]


def moment_sql(moment: datetime) -> str:
    """A stored moment (naive UTC) as it stands in a query: both databases compare it with those of batches."""
    return f"'{moment:%Y-%m-%d %H:%M:%S.%f}'"


def _moved(moment: datetime) -> tuple[str, str]:
    """Queries of the batches that are in now and were not at a moment, or the other way round; and of the latter alone."""
    at = moment_sql(moment)
    gone = f"SELECT id FROM import_batch WHERE imported_at <= {at} AND withdrawn_at > {at}"  # noqa: S608 (own text)
    came = f"SELECT id FROM import_batch WHERE imported_at > {at} AND withdrawn_at IS NULL"  # noqa: S608 (own text)
    return f"({came} UNION ALL {gone})", f"({gone})"


def moved_sites(connection: Connection, moment: datetime) -> frozenset[int]:
    """The ids of the sites of which a batch came in or was withdrawn since a moment. moment: as stored, naive UTC."""
    moved, _ = _moved(moment)
    rows = _all(
        connection,
        f"SELECT DISTINCT site_id FROM batch_site WHERE batch_id IN {moved}",  # noqa: S608 (own query)
    )
    return frozenset(site for (site,) in rows)


def moved_visit_days(connection: Connection, moment: datetime) -> list[tuple[int, date]]:
    """(site id, day) of each visit that such a batch has, replaced, or had replaced, and of the days of which it was the whole
    register: on no others may a visit have counted otherwise."""
    moved, gone = _moved(moment)
    rows = _all(
        connection,
        f"SELECT site_id, day FROM visit WHERE batch_id IN {moved}"  # noqa: S608 (own queries)
        f" UNION SELECT site_id, day FROM visit WHERE superseded_by IN {moved}"
        " UNION SELECT o.site_id, o.day FROM visit n JOIN visit o ON o.site_id = n.site_id AND o.source_ref = n.source_ref"
        f" WHERE n.batch_id IN {gone}"
        f" UNION SELECT site_id, day FROM whole_day WHERE batch_id IN {gone}",
    )
    return [(site, as_date(day)) for site, day in rows]


def counted_visits(connection: Connection, sites: Sites, first: date, last: date) -> list[Row]:
    """The VISIT_COLUMNS of the visits of some sites that count."""
    return _all(
        connection,
        f"SELECT {packed_visits.VISIT_COLUMNS} FROM visit WHERE superseded_by IS NULL"  # noqa: S608 (own names)
        f" AND site_id {_site_condition(site_ids(connection, sites))} AND day BETWEEN :first AND :last",
        first=first,
        last=last,
    )


def coverage(handed: Iterable[HandedIn]) -> dict[tuple[int, str], list[tuple[date, date]]]:
    """(site id, form) to the spans of days that live batches cover. handed: as `handed_in` gives them."""
    spans: dict[tuple[int, str], list[tuple[date, date]]] = {}
    for site, form, first, last, _ in handed:
        spans.setdefault((site, form), []).append((first, last))
    return spans


def data_as_of(spans: Mapping[tuple[int, str], list[tuple[date, date]]]) -> date | None:
    """The last day that visits or closings of any site cover; None where there is none. A silent site must not look
    up to date by itself. spans: a `coverage`."""
    return max(
        (
            last
            for (_, form), days in spans.items()
            if form in ("registre", "cloture")
            for _, last in days
        ),
        default=None,
    )


def covering_days_ahead(connection: Connection) -> list[tuple[int, str, date]]:
    """(id, form, day) of live batches that cover days after the day of their import: an earlier version accepted such
    files."""
    rows = _all(
        connection,
        "SELECT id, form, last_day, imported_at FROM import_batch"
        " WHERE withdrawn_at IS NULL AND last_day IS NOT NULL ORDER BY id",
    )
    claimed = ((number, form, as_date(last), _day_of(at)) for number, form, last, at in rows)
    return [(number, form, day) for number, form, day, imported in claimed if day > imported]


def dated_ahead(connection: Connection, now: datetime) -> list[tuple[int, str, datetime]]:
    """(id, name of the file, date of content in UTC) of live batches whose content is dated after now, or after the
    day of their import: a clock was ahead, or an earlier version accepted such a date. now: in UTC."""
    rows = _all(
        connection,
        "SELECT id, filename, as_of, imported_at FROM import_batch WHERE withdrawn_at IS NULL ORDER BY id",
    )
    dated = ((number, name, _moment(as_of), at) for number, name, as_of, at in rows)
    return [
        (number, name, as_of)
        for number, name, as_of, at in dated
        if as_of > now or _day_of(as_of) > _day_of(at)
    ]


def _moment(moment: datetime | str) -> datetime:
    """The time (UTC) that a write noted: SQLite gives it as text."""
    return datetime.fromisoformat(moment) if isinstance(moment, str) else moment


def _day_of(moment: datetime | str) -> date:
    """The day in Benin of the time (UTC) that a write noted."""
    return today(_moment(moment).replace(tzinfo=UTC))


# --- visits ---------------------------------------------------------------------------------------------------------
def extent(connection: Connection) -> tuple[date | None, date | None]:
    """The first and the last day with a visit; None where there is none."""
    [(oldest, newest)] = _all(
        connection,
        "SELECT min(start), max(start) FROM rollup"
        " WHERE level = :day AND service_id = :all AND site_id = :nation",
        day=DAY,
        all=ALL_SERVICES,
        nation=NATION,
    )
    return _date_or_none(oldest), _date_or_none(newest)


def segments(
    visit_extent: tuple[date | None, date | None], first: date, last: date
) -> list[tuple[int, date, date]]:
    """The period as (level, first start, last start): whole months where possible, days at its edges. visit_extent:
    an `extent`.

    A month whose data all lie within the period counts as whole: the running month is read from its own row.
    """
    oldest, newest = visit_extent
    if oldest is None or newest is None or last < oldest or first > newest:
        return []
    if first <= oldest:
        first = oldest.replace(day=1)
    if last >= newest:
        last = month_end(newest)
    before, months, after = split_by_month(Period(first, last))
    edges = [(DAY, *edge) for edge in (before, after) if edge]
    return edges + ([(MONTH, *months)] if months else [])


def _segments(connection: Connection, first: date, last: date) -> list[tuple[int, date, date]]:
    return segments(extent(connection), first, last)


def _where(segments: Sequence[tuple[int, date, date]], site: str, service: str) -> str:
    """SQL condition for rollup rows; days are our own dates, never text from outside."""
    spans = " OR ".join(
        f"(level = {level} AND service_id {service} AND site_id {site}"
        f" AND start BETWEEN '{first.isoformat()}' AND '{last.isoformat()}')"
        for level, first, last in segments
    )
    return spans or "1 = 0"


def _site_condition(ids: Sequence[int] | None) -> str:
    """The SQL condition for all sites, or some: one row per site. All are listed by id: an index then leads to each
    one's days."""
    if ids is None:
        return "IN (SELECT id FROM site)"
    return f"IN ({', '.join(map(str, ids))})" if ids else "IS NULL"


def visits_by_service(
    connection: Connection,
    sites: Sites,
    spans: Sequence[tuple[int, date, date]],
    services: Collection[int],
) -> tuple[np.ndarray, list[Row], list[Row]]:
    """Rollup rows of single sites, in spans that `segments` gives, of some services: all of them listed, for an index
    then leads to each one's days.

    Returns keys (n, 3) as site id, service id, start in days since 1970; counters (n tuples); and blobs (n tuples) of
    the histogram of waits and of weekdays by hours.
    """
    chosen = f"IN ({', '.join(str(int(n)) for n in services)})"
    rows = _all(
        connection,
        f"SELECT site_id, service_id, start, waits, heat, {', '.join(COUNTERS)} FROM rollup"  # noqa: S608
        f" WHERE {_where(spans, _site_condition(site_ids(connection, sites)), chosen)}",
    )
    keys = np.zeros((len(rows), 3), np.int64)
    if rows:
        keys[:, 0], keys[:, 1] = [r[0] for r in rows], [r[1] for r in rows]
        keys[:, 2] = day_numbers(r[2] for r in rows)
    return keys, [r[5:] for r in rows], [r[3:5] for r in rows]


def summed_visits_by_service(
    connection: Connection, sites: Sites, first: date, last: date, services: Collection[int]
) -> tuple[np.ndarray, list[Row], list[Row]]:
    """As `visits_by_service`, the days from `first` to `last` added up; the start is `first` everywhere. Words of the
    histograms stand one day after the other: where days are many, to read each is dear."""
    joined, read_blob = _joined_blobs(connection)
    sums = ", ".join(f"sum({name})" for name in COUNTERS)
    chosen = f"IN ({', '.join(str(int(n)) for n in services)})"
    where = _where([(DAY, first, last)], _site_condition(site_ids(connection, sites)), chosen)
    rows = _all(
        connection,
        f"SELECT site_id, service_id, {joined('waits')}, {joined('heat')}, {sums} FROM rollup"  # noqa: S608
        f" WHERE {where} GROUP BY service_id, site_id",
    )
    keys = np.zeros((len(rows), 3), np.int64)
    if rows:
        keys[:, 0], keys[:, 1] = [r[0] for r in rows], [r[1] for r in rows]
        keys[:, 2] = day_number(first)
    return keys, [r[4:] for r in rows], [(read_blob(r[2]), read_blob(r[3])) for r in rows]


def _joined_blobs(
    connection: Connection,
) -> tuple[Callable[[str], str], Callable[[Any], bytes]]:
    """How a database joins the blobs of a group: the SQL for a column, and how its value is read. SQLite joins texts
    alone."""
    if is_sqlite(connection):
        return "group_concat(hex({}), '')".format, lambda value: bytes.fromhex(value or "")
    return "string_agg({}, ''::bytea)".format, lambda value: bytes(value or b"")


def _total_condition(ids: Sequence[int] | None) -> str:
    """The SQL condition for rows that sum to the sites: the national one where all are meant."""
    return f"= {NATION}" if ids is None else _site_condition(ids)


def by_hour(
    connection: Connection, sites: Sites, first: date, last: date, service: int = ALL_SERVICES
) -> tuple[np.ndarray, np.ndarray]:
    """Counters (25, 12) and wait histograms (25, 241) by hour of arrival; the last one is the unknown hour.

    Whole months come from rollups; the days at the edges of the period from the visits themselves.
    """
    ids = site_ids(connection, sites)
    segments = _segments(connection, first, last)
    months = [s for s in segments if s[0] == MONTH]
    counters = np.zeros((HOURS, len(COUNTERS)), np.int64)
    waits = np.zeros((HOURS, BINS), np.int64)
    rows = _all(
        connection,
        "SELECT hours, hour_waits FROM rollup WHERE "  # noqa: S608 (own names and numbers)
        + _where(months, _total_condition(ids), f"= {service}"),
    )
    if rows:
        hours, hour_waits = zip(*rows, strict=True)
        counters += _summed(hours, HOURS, rollup_cells.SLOTS)[:, : len(COUNTERS)]
        waits += _summed(hour_waits, HOURS, BINS)
    for _, start, end in (s for s in segments if s[0] == DAY):
        edge_counters, edge_waits = rollup_cells.hourly(
            *_visits(connection, ids, start, end, service)
        )
        counters += edge_counters
        waits += edge_waits
    return counters, waits


def _visits(
    connection: Connection, ids: Sequence[int] | None, first: date, last: date, service: int
) -> tuple[np.ndarray, np.ndarray]:
    """Packed visits without day, site and service, each once, and how many there are of each."""
    condition = {ALL_SERVICES: "", UNKNOWN_SERVICE: " AND service_id IS NULL"}.get(
        service, f" AND service_id = {service}"
    )
    site = f" AND site_id {_site_condition(ids)}"
    rows = _all(
        connection,
        f"SELECT {packed_visits.COUNTED_SQL}, count(*) FROM visit WHERE superseded_by IS NULL"  # noqa: S608
        f" AND day BETWEEN :first AND :last{site}{condition} GROUP BY 1",
        first=first,
        last=last,
    )
    packed = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 2)
    return packed[:, 0], packed[:, 1]


def _summed(blobs: Sequence[bytes | None], height: int, width: int) -> np.ndarray:
    """The counts of all blobs added up, as (height, width); their keys are row * width + column."""
    return rollup_cells.sum_blobs(blobs, np.zeros(len(blobs), np.int64), 1, height * width).reshape(
        height, width
    )


def daily_visits(
    connection: Connection, sites: Sites, first: date, last: date, service: int = ALL_SERVICES
) -> list[tuple[int, date, int]]:
    """Visits by site and day: (site id, day, visits)."""
    rows = _all(
        connection,
        "SELECT site_id, start, visits FROM rollup WHERE "  # noqa: S608 (own names and numbers)
        + _where(
            [(DAY, first, last)], _site_condition(site_ids(connection, sites)), f"= {service}"
        ),
    )
    return [(site, as_date(day), visits) for site, day, visits in rows]


def daily_visits_of_services(
    connection: Connection, sites: Sites, first: date, last: date
) -> list[tuple[int, date, int]]:
    """Visits by service and day, of some sites together: (service id, day, visits), the unknown service too."""
    site = _site_condition(site_ids(connection, sites))
    rows = _all(
        connection,
        "SELECT service_id, start, sum(visits) FROM rollup WHERE level = :day"  # noqa: S608 (own names and numbers)
        f" AND service_id <> :all AND site_id {site} AND start BETWEEN :first AND :last"
        " GROUP BY service_id, start",
        day=DAY,
        all=ALL_SERVICES,
        first=first,
        last=last,
    )
    return [(service, as_date(day), int(visits)) for service, day, visits in rows]


# --- the other registers --------------------------------------------------------------------------------------------
def closings(connection: Connection, sites: Sites, first: date, last: date) -> list[Closing]:
    """Closed days: (site id, day, whether the site typed it, without a file, visits declared by all its agents, when the first
    file that closes it came in by Benin's clock, None where it was only typed)."""
    site = _site_condition(site_ids(connection, sites))
    rows = _all(
        connection,
        "SELECT c.site_id, c.day, sum(CASE WHEN c.superseded_by IS NULL THEN c.declared END),"  # noqa: S608
        " min(CASE WHEN c.superseded_by IS NOT NULL THEN 2 WHEN b.declared THEN 1 ELSE 0 END),"
        " min(CASE WHEN NOT b.declared THEN b.imported_at END)"
        " FROM daily_closing c JOIN import_batch b ON b.id = c.batch_id WHERE b.withdrawn_at IS NULL"
        f" AND c.site_id {site} AND c.day BETWEEN :first AND :last GROUP BY c.site_id, c.day",
        first=first,
        last=last,
    )
    moments = {at: at and to_local_time(_moment(at)) for at in {row[-1] for row in rows}}
    return [
        (number, as_date(day), bool(typed), int(visits), moments[at])
        for number, day, visits, typed, at in rows
        if visits is not None
    ]


def promised_registers(
    connection: Connection, sites: Sites, first: date, last: date
) -> list[tuple[int, date, date]]:
    """Days whose register is promised: (site id, day, the day for which it is)."""
    site = _site_condition(site_ids(connection, sites))
    rows = _all(
        connection,
        "SELECT site_id, day, promised_on FROM promised_register WHERE superseded_by IS NULL"  # noqa: S608 (own numbers)
        f" AND site_id {site} AND day BETWEEN :first AND :last",
        first=first,
        last=last,
    )
    return [(number, as_date(day), as_date(promised)) for number, day, promised in rows]


def visits_of_days(
    connection: Connection, site: int, sites: Sites, first: date, last: date
) -> dict[date, int]:
    """The visits of a site that count, by day, days without any left out; of none but one of `sites`."""
    ids = site_ids(connection, sites)
    if ids is not None and site not in ids:
        return {}
    rows = _all(
        connection,
        "SELECT day, count(*) FROM visit WHERE site_id = :site AND superseded_by IS NULL"
        " AND day BETWEEN :first AND :last GROUP BY day",
        site=site,
        first=first,
        last=last,
    )
    return {as_date(day): int(number) for day, number in rows}


def closures(connection: Connection, sites: Sites, first: date, last: date) -> tuple[Closure, ...]:
    """Closures that touch the period, those of the whole network among them, by `Closure.order`."""
    rows = _all(
        connection,
        f"""
        SELECT c.site_id, c.first_day, c.last_day, c.from_minute, c.to_minute, coalesce(t.label, 'non renseigné'),
        b.declared
        FROM closure c JOIN import_batch b ON b.id = c.batch_id LEFT JOIN term t ON t.id = c.reason_id
        WHERE c.superseded_by IS NULL AND c.first_day <= :last AND c.last_day >= :first
        AND (c.site_id IS NULL OR c.site_id {_site_condition(site_ids(connection, sites))})""",  # noqa: S608 (own numbers)
        first=first,
        last=last,
    )
    found = (
        Closure(site, as_date(start), as_date(end), begins, ends, reason, not declared)
        for site, start, end, begins, ends, reason, declared in rows
    )
    return tuple(sorted(found, key=attrgetter("order")))


def monthly_returns(
    connection: Connection, sites: Sites
) -> dict[tuple[int, date], tuple[int | None, int | None]]:
    """Users received and satisfied by the « canevas » that count, by site id and month; None where left blank."""
    rows = _all(
        connection,
        "SELECT site_id, month, received, satisfied FROM monthly_return WHERE superseded_by IS NULL"  # noqa: S608 (own numbers)
        f" AND site_id {_site_condition(site_ids(connection, sites))}",
    )
    return {(site, as_date(month)): tuple(numbers) for site, month, *numbers in rows}


def complaints(connection: Connection, sites: Sites, last: date) -> list[Row]:
    """Complaints received up to `last`, to be counted: (site id, day received, day answered or None, ids of category,
    service and channel, 0 unknown, the day on which it was said by itself or None)."""
    return [row for _, row in _complaints(connection, "''", sites, last)]


def open_complaints(
    connection: Connection, sites: Sites, last: date, since: date
) -> list[tuple[str, Row]]:
    """The complaints one by one: (the register's own reference, "" for none; the same as in `complaints`) of those
    received up to `last` and not answered by `since`. Their texts are not here."""
    late = " AND (resolved_on IS NULL OR resolved_on > :since)"
    return _complaints(connection, "reference", sites, last, late, since=since)


def _complaints(
    connection: Connection, name: str, sites: Sites, last: date, more: str = "", **values: date
) -> list[tuple[str, Row]]:
    site = _site_condition(site_ids(connection, sites))
    rows = _all(
        connection,
        f"SELECT {name}, c.site_id, c.received_on, c.resolved_on, c.category_id, c.service_id, c.channel_id,"  # noqa: S608
        " CASE WHEN b.declared THEN b.imported_at END FROM complaint c JOIN import_batch b ON b.id = c.batch_id"
        f" WHERE c.superseded_by IS NULL AND c.site_id {site} AND c.received_on <= :last{more}"
        " ORDER BY c.received_on, c.id",
        last=last,
        **values,
    )
    return [
        (
            reference or "",
            (
                number,
                as_date(received),
                _date_or_none(resolved),
                *(word or 0 for word in words),
                None if said is None else _day_of(said),
            ),
        )
        for reference, number, received, resolved, *words, said in rows
    ]


class SentReminder(NamedTuple):
    """A reminder: its number, the site's code, when it was noted by Benin's clock, the days that it names, who noted it."""

    number: int
    site: str
    sent_at: datetime
    days: tuple[date, ...]
    noted_by: str


def sent_reminders(connection: Connection, sites: Sites, since: date) -> list[SentReminder]:
    """The reminders that were noted from a day on, the newest first, at most MOST_REMINDERS."""
    rows = _all(
        connection,
        "SELECT r.id, s.code, r.sent_at, r.days, r.noted_by FROM reminder r JOIN site s ON s.id = r.site_id"  # noqa: S608
        f" WHERE r.site_id {_site_condition(site_ids(connection, sites))} AND r.sent_at >= :since"
        f" ORDER BY r.id DESC LIMIT {MOST_REMINDERS}",
        since=since,
    )
    return [
        SentReminder(
            n, code, to_local_time(_moment(at)), tuple(map(date.fromisoformat, days.split())), by
        )
        for n, code, at, days, by in rows
    ]
