"""The six standard questions over twelve whole months: ours, raw SQL in the same database, DuckDB over its own file.

Each contender answers with the same plain dict, so that equality can be checked before anything is timed.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

import numpy as np
from sqlalchemy import Connection, text

from dashboard.statistics.quantile import quantile
from db import facts, read
from db.codes import ALL, ALL_SERVICES, BINS, COUNTERS, LAST_BIN, LEFT, UNKNOWN_SERVICE
from db.network_state import load_network_state

WITHIN = 30
QUESTIONS = ("kpi", "map", "trend", "heat", "mix", "dept")
VISITS, MEASURED, LEFT_TIMED = (COUNTERS.index(c) for c in ("visits", "measured", "left_timed"))


@dataclass(frozen=True)
class Scope:
    """What is asked of: the days, and the one department with its sites (codes and ids)."""

    first: date
    last: date
    department: str
    codes: frozenset[str]
    ids: tuple[int, ...]


def scope_of(connection: Connection, first: date, last: date) -> Scope:
    """These days and the department with most sites."""
    sites = read.places(connection, ALL)
    ((name, _),) = Counter(s.department for s in sites).most_common(1)
    chosen = [s for s in sites if s.department == name]
    return Scope(
        first, last, name, frozenset(s.code for s in chosen), tuple(sorted(s.id for s in chosen))
    )


ledger = cache(load_network_state)  # one for each connection


# --- ours -------------------------------------------------------------------------------------------------------------
def ours(connection: Connection, question: str, scope: Scope) -> dict:
    """The answer of db.facts and dashboard.statistics, as pages get it; the ledger is read once, as they do."""
    book = ledger(connection)
    sites = scope.codes if question == "dept" else ALL
    asked = facts.make_scope(connection, book, sites, scope.first, scope.last)
    ids = np.array([book.places[row].id for row in asked.rows.tolist()])
    if question == "heat":
        counts = facts.heat(asked)
        return {
            (d, h): int(counts[d, h])
            for d, h in zip(*map(np.ndarray.tolist, np.nonzero(counts)), strict=True)
        }
    services = [i for i in book.months.services if (i == ALL_SERVICES) != (question == "mix")]
    cut = asked.visits(services)  # (sites, services, months, …)
    if question == "trend":
        visits, p50 = (
            a.tolist()
            for a in (
                cut.counts("counters")[:, 0, :, VISITS],
                quantile(cut.counts("waits")[:, 0], 0.5),
            )
        )
        return {
            (site, month): (visits[i][j], p50[i][j])
            for i, site in enumerate(ids.tolist())
            for j, month in enumerate(cut.months)
            if visits[i][j]
        }
    over = {"kpi": (0, 1, 2), "mix": (0, 2)}.get(question, (1, 2))
    counters, waits = (
        np.atleast_2d(cut.counts(name).sum(axis=over, dtype=np.int64))
        for name in ("counters", "waits")
    )
    keys = {"kpi": np.zeros(1, int), "mix": np.array(services)}.get(question, ids)
    if question == "dept":  # the whole department as one more row
        keys = np.append(keys, 0)
        counters, waits = (np.vstack([m, m.sum(axis=0)]) for m in (counters, waits))
    seen = counters[:, VISITS] > 0
    keys, counters, waits = keys[seen], counters[seen], waits[seen]
    return dict(
        zip(
            keys.tolist(),
            zip(
                counters[:, VISITS].tolist(),
                counters[:, MEASURED].tolist(),
                quantile(waits, 0.5).tolist(),
                quantile(waits, 0.9).tolist(),
                waits[:, : WITHIN + 1].sum(axis=1).tolist(),
                counters[:, LEFT_TIMED].tolist(),
                strict=True,
            ),
            strict=True,
        )
    )


# --- rows in SQL ------------------------------------------------------------------------------------------------------
KNOWN_WAIT = f"arrived_at IS NOT NULL AND called_at IS NOT NULL AND outcome <> {LEFT}"
WAIT = (
    f"CASE WHEN {KNOWN_WAIT} THEN CASE WHEN called_at - arrived_at > {LAST_BIN} THEN {LAST_BIN}"
    " ELSE called_at - arrived_at END END"
)
LEFT_SQL = f"count(CASE WHEN outcome = {LEFT} AND arrived_at IS NOT NULL THEN 1 END)"
HOUR = "CASE WHEN arrived_at IS NULL THEN 24 ELSE arrived_at / 60 END"
MONTH = {
    "sqlite": "substr(day, 1, 7) || '-01'",
    "postgresql": "CAST(date_trunc('month', day) AS date)",
    "duckdb": "CAST(date_trunc('month', day) AS date)",
}
WEEKDAY = {
    "sqlite": "(CAST(strftime('%w', day) AS INTEGER) + 6) % 7",
    "postgresql": "CAST(extract(isodow FROM day) AS int) - 1",
    "duckdb": "isodow(day) - 1",
}


def source(first: date, last: date, ids: tuple[int, ...] | None = None) -> str:
    """FROM and WHERE over the rows that count; `ids` are numbers of ours."""
    some = f" AND site_id IN ({', '.join(map(str, ids))})" if ids else ""
    return f"FROM visit WHERE superseded_by IS NULL AND day BETWEEN '{first}' AND '{last}'{some}"


def key_of(question: str, kind: str) -> str:
    """The columns, as SQL, by which a question cuts."""
    hour = HOUR.replace("/", "//") if kind == "duckdb" else HOUR  # DuckDB's / makes fractions
    return {
        "kpi": "0",
        "map": "site_id",
        "dept": "site_id",
        "mix": f"coalesce(service_id, {UNKNOWN_SERVICE})",
        "trend": f"site_id, {MONTH[kind]}",
        "heat": f"{WEEKDAY[kind]}, {hour}",
    }[question]


def sql_of(question: str, kind: str, scope: Scope) -> str:
    """The question as one would write it in SQL: percentile_disc where the database has it, else counts by minute."""
    key = key_of(question, kind)
    group = "1, 2" if question in ("trend", "heat") else "1"
    rows = source(scope.first, scope.last, scope.ids if question == "dept" else None)
    if question == "heat":
        return f"SELECT {key}, count(*) {rows} GROUP BY {group}"
    if kind == "sqlite":
        return f"SELECT {key}, {WAIT} AS wait, count(*), {LEFT_SQL} {rows} GROUP BY {group}, wait"
    median = "percentile_disc(0.5) WITHIN GROUP (ORDER BY wait)"
    if question == "trend":
        return f"SELECT {key}, count(*), {median} FROM (SELECT *, {WAIT} AS wait {rows}) v GROUP BY {group}"
    group = "GROUPING SETS ((site_id), ())" if question == "dept" else group
    return (
        f"SELECT {key}, count(*), count(wait), {median}, {median.replace('0.5', '0.9')},"
        f" count(CASE WHEN wait <= {WITHIN} THEN 1 END), {LEFT_SQL}"
        f" FROM (SELECT *, {WAIT} AS wait {rows}) v GROUP BY {group}"
    )


def answer(question: str, kind: str, rows: list[tuple]) -> dict:
    """Rows of `sql_of` as the dict that `ours` gives."""
    if kind == "sqlite" and question != "heat":
        return _from_minutes(question, rows)
    if question == "heat":
        return {(d, h): n for d, h, n in rows}
    if question == "trend":
        return {(s, m): (n, -1 if p is None else p) for s, m, n, p in rows}
    return {0 if k is None else k: tuple(-1 if v is None else v for v in rest) for k, *rest in rows}


def _from_minutes(question: str, rows: list[tuple]) -> dict:
    """Counts by key and minute, added up to what the other databases answer by themselves."""
    groups: dict = {}
    for *key, wait, n, left in rows:
        for place in (tuple(key), (0,))[: 1 + (question == "dept")]:
            group = groups.setdefault(place, [0, 0, np.zeros(BINS, np.int64)])
            group[0] += n
            group[1] += left
            if wait is not None:
                group[2][wait] += n
    histograms = np.array([g[2] for g in groups.values()])
    p50, p90 = (quantile(histograms, q).tolist() for q in (0.5, 0.9))
    if question == "trend":
        return {
            (s, date.fromisoformat(m)): (g[0], p)
            for ((s, m), g), p in zip(groups.items(), p50, strict=True)
        }
    return {
        k[0]: (g[0], int(g[2].sum()), a, b, int(g[2][: WITHIN + 1].sum()), g[1])
        for (k, g), a, b in zip(groups.items(), p50, p90, strict=True)
    }


def raw(connection: Connection, question: str, scope: Scope) -> dict:
    """The answer of plain SQL over the rows, in the same database."""
    kind = connection.dialect.name
    return answer(
        question,
        kind,
        [tuple(row) for row in connection.execute(text(sql_of(question, kind, scope)))],
    )


def duck(connection, question: str, scope: Scope) -> dict:
    """The answer of DuckDB over its own file."""
    return answer(
        question, "duckdb", connection.execute(sql_of(question, "duckdb", scope)).fetchall()
    )


def contenders(
    sqlite: Connection,
    sqlite_raw: Connection,
    postgres: Connection,
    postgres_raw: Connection,
    duckdb,
) -> dict[str, Callable[[str, Scope], dict]]:
    """Everybody who answers, by name; raw SQL has connections, and so caches, of its own."""
    return {
        "ours SQLite": partial(ours, sqlite),
        "ours PostgreSQL": partial(ours, postgres),
        "DuckDB": partial(duck, duckdb),
        "raw SQLite": partial(raw, sqlite_raw),
        "raw PostgreSQL": partial(raw, postgres_raw),
    }
