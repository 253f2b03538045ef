"""Proof before speed: our figures against the rows themselves, for every cut, over periods on and off month borders."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from sqlalchemy import Connection, text

from dashboard.period import Period, day_number, months
from dashboard.statistics.quantile import quantile
from db.codes import (
    ALL,
    BINS,
    COMPLAINT,
    COUNTERS,
    INFORMATION,
    LEFT,
    MAN,
    REQUEST,
    SERVED,
    UNKNOWN_HOUR,
    UNKNOWN_KEY,
    UNKNOWN_SERVICE,
    WOMAN,
)
from db.facts import gather
from db.network_state import NetworkState, load_network_state
from tests.benchmarks.queries import HOUR, KNOWN_WAIT, MONTH, WAIT, WITHIN, source

PERCENTILE = "percentile_disc(0.5) WITHIN GROUP (ORDER BY wait)"
CUTS = ("nation", "department", "site", "month", "service", "hour")
CONDITIONS = (
    "1 = 1",
    f"kind = {REQUEST}",
    f"kind = {COMPLAINT}",
    f"kind = {INFORMATION}",
    f"sex = {WOMAN}",
    f"sex = {MAN}",
    "satisfied",
    "NOT satisfied",
    f"outcome IN ({SERVED}, {LEFT})",
    f"outcome = {LEFT}",
    f"outcome = {LEFT} AND arrived_at IS NOT NULL",
    KNOWN_WAIT,
)


def periods(first: date, last: date) -> list[tuple[date, date]]:
    """Twelve whole months, a stretch off month borders, one inside a month, and up to the newest day."""
    after = lambda day, days: day + timedelta(days=days)  # noqa: E731
    return [
        (first, last),
        (after(first, 17), after(last, -40)),
        (after(first, 3), after(first, 19)),
        (after(last, -100), after(last, 60)),
    ]


def differences(connection: Connection, first: date, last: date) -> tuple[int, list[str]]:
    """How many figures were compared, and what differs."""
    compared, found = 0, []
    book = load_network_state(connection)
    for a, b in periods(first, last):
        for by in CUTS:
            mine, theirs = ours(connection, book, by, a, b), rows(connection, by, a, b)
            for key in mine.keys() | theirs.keys():
                compared += len(theirs.get(key, ()))
                if mine.get(key) != theirs.get(key):
                    found.append(
                        f"{connection.dialect.name}, {a} to {b}, {by} {key}: ours {mine.get(key)},"
                        f" rows {theirs.get(key)}"
                    )
    return compared, found


def ours(connection: Connection, book: NetworkState, by: str, first: date, last: date) -> dict:
    """Key to (12 counters, median, p90, within 30 minutes), from db.facts."""
    found = gather(connection, ALL, first, last, by, network=book)
    key = {
        "nation": {"nation": 0},
        "site": {p.code: p.id for p in book.places},
        "service": {UNKNOWN_KEY: UNKNOWN_SERVICE, **{code: i for i, code, _ in book.services}},
        "hour": {UNKNOWN_KEY: UNKNOWN_HOUR, **{f"{h:02}": h for h in range(UNKNOWN_HOUR)}},
        "month": {f"{m:%Y-%m}": day_number(m) for m in months(Period(first, last))},
        "department": {p.department: p.department for p in book.places},
    }[by]
    return {
        key[k]: _figures(found.counters[i], found.waits[i])
        for i, k in enumerate(found.keys)
        if found.counters[i, 0]
    }


def _figures(counters: np.ndarray, waits: np.ndarray) -> tuple:
    return (
        *counters.tolist(),
        int(quantile(waits, 0.5)),
        int(quantile(waits, 0.9)),
        int(waits[: WITHIN + 1].sum()),
    )


def rows(connection: Connection, by: str, first: date, last: date) -> dict:
    """The same from the visits: counts by minute on SQLite, percentile_disc besides on PostgreSQL."""
    kind = connection.dialect.name
    days = (
        f"CAST(julianday({MONTH[kind]}) - julianday('1970-01-01') AS INTEGER)"
        if kind == "sqlite"
        else f"{MONTH[kind]} - date '1970-01-01'"
    )
    key = {
        "nation": "0",
        "site": "site_id",
        "service": f"coalesce(service_id, {UNKNOWN_SERVICE})",
        "hour": HOUR,
        "month": days,
        "department": "(SELECT c.department FROM site_location l JOIN commune c ON c.id = l.commune_id"
        " WHERE l.site_id = visit.site_id)",
    }[by]
    sums = ", ".join(f"count(CASE WHEN {c} THEN 1 END)" for c in CONDITIONS)
    groups: dict = {}
    rows_ = source(first, last)
    sql = f"SELECT {key} AS k, {WAIT} AS wait, {sums} {rows_} GROUP BY 1, 2"
    for k, wait, *counts in _run(connection, sql):
        totals, minutes = groups.setdefault(k, (np.zeros(len(COUNTERS), np.int64), [0] * BINS))
        totals += counts
        if wait is not None:
            minutes[wait] += counts[0]
    found = {
        k: (*t.tolist(), _rank(m, 50), _rank(m, 90), sum(m[: WITHIN + 1]))
        for k, (t, m) in groups.items()
    }
    if kind == "postgresql":
        _agree(
            found,
            _run(
                connection,
                f"SELECT k, {PERCENTILE}, {PERCENTILE.replace('0.5', '0.9')}"
                f" FROM (SELECT {key} AS k, {WAIT} AS wait {rows_}) v GROUP BY 1",
            ),
        )
    return found


def _agree(found: dict, percentiles: Iterator[tuple]) -> None:
    """Counting by hand and the database's own percentile_disc must say the same, or the proof is worth nothing."""
    for key, *pair in percentiles:
        expected = tuple(-1 if p is None else p for p in pair)
        if found[key][len(COUNTERS) : len(COUNTERS) + 2] != expected:
            raise SystemExit(
                f"percentile_disc and counts by minute disagree at {key}: {found[key]}, {expected}"
            )


def _rank(minutes: list[int], percent: int) -> int:
    """The smallest minute with at least that percentage of the waits at or below it, counted one by one."""
    total, below = sum(minutes), 0
    for minute, count in enumerate(minutes):
        below += count
        if total and 100 * below >= percent * total:
            return minute
    return -1


def _run(connection: Connection, sql: str) -> Iterator[tuple]:
    return (tuple(row) for row in connection.execute(text(sql)))
