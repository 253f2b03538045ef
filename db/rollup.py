"""Rollups: sums of visits by site, service and day or month. Updated inside the transaction of every write.

`apply` brings the stored rows up to date with a `db.packed_visits.Tally`, and `verify` recomputes everything from the
visits. Before: `db.write.save_batch`. After: `db.monthly_visits` for whole months, `db.read` for days and hours.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, groupby
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import Connection, inspect, text

from dashboard.period import day_numbers, iso_days
from dashboard.statistics.quantile import quantile
from db.bulk_insert import Row, insert, temporary_table
from db.codes import COUNTERS, MONTH
from db.packed_visits import VISIT_COLUMNS, Tally, pack_rows
from db.rollup_cells import Cells, add_cells, cells, decode, dense, encode, join_cells

SPARSE = ("waits", "heat", "hours", "hour_waits")
COLUMNS = ("level", "service_id", "site_id", "start", *COUNTERS, "p50", "p90", *SPARSE)
KEYS = "level smallint, service_id smallint, site_id smallint, start date"  # of a temporary table
Levels = dict[int, Cells]  # by the rows' level, day or month


def _keys(level: int, cells: Cells) -> Iterator[Row]:
    """The level, service, site and ISO day of each cell, as the rollup table has them."""
    return zip(
        [level] * len(cells.start),
        cells.service.tolist(),
        cells.site.tolist(),
        iso_days(cells.start),
        strict=True,
    )


def _stored(connection: Connection, touched: Levels) -> Levels:
    """The stored rows under the keys of `touched`, of each level that has some."""
    with temporary_table(connection, "touched", KEYS) as table:
        keys = (_keys(level, of) for level, of in touched.items())
        insert(connection, table, COLUMNS[:4], chain.from_iterable(keys))
        rows = connection.execute(
            text(
                f"SELECT {', '.join('r.' + c for c in COLUMNS)} FROM rollup r JOIN {table} t"  # noqa: S608 (own names)
                " ON r.level = t.level AND r.service_id = t.service_id AND r.site_id = t.site_id AND r.start = t.start"
            )
        ).all()
    return {
        level: _as_cells(list(of_level), touched[level])
        for level, of_level in groupby(sorted(rows, key=itemgetter(0)), itemgetter(0))
    }


def _as_cells(rows: list[Sequence[Any]], like: Cells) -> Cells:
    """Rows of one level as cells, with the sparse columns of `like`."""
    _, service, site, start, *rest = zip(*rows, strict=True)
    counters = np.array(rest[: len(COUNTERS)], dtype=np.int64).T
    sparse = {
        name: decode(blobs)
        for name, blobs in zip(SPARSE, rest[len(COUNTERS) + 2 :], strict=True)
        if name in like.sparse
    }
    return Cells(day_numbers(start), np.array(site), np.array(service), counters, sparse)


def records(level: int, cells: Cells) -> Iterator[Row]:
    """Rows of the table, in the order of COLUMNS, for the cells that count at least one visit."""
    size = len(cells.start)
    p50 = p90 = [None] * size
    if level == MONTH:
        waits = dense(*cells.sparse["waits"], size)
        p50, p90 = ([None if m < 0 else m for m in quantile(waits, q).tolist()] for q in (0.5, 0.9))
    blobs = [
        encode(*cells.sparse[name], size) if name in cells.sparse else [None] * size
        for name in SPARSE
    ]
    rows = zip(
        [level] * size,
        cells.service.tolist(),
        cells.site.tolist(),
        iso_days(cells.start),
        *cells.counters.T.tolist(),
        p50,
        p90,
        *blobs,
        strict=True,
    )
    return (row for row in rows if row[4])


def apply(connection: Connection, tally: Tally) -> None:
    """Bring the rollup table up to date with the visits of `tally`, inside the caller's transaction."""
    codes, counts = tally.merge()
    if not len(codes):
        return
    kinds: defaultdict[int, list[Cells]] = defaultdict(list)
    for level, of in cells(codes, counts):
        kinds[level].append(of)
    touched = {level: join_cells(of_level) for level, of_level in kinds.items()}
    empty = connection.execute(text("SELECT 1 FROM rollup LIMIT 1")).first() is None
    stored = {} if empty else _stored(connection, touched)
    new = ((level, of) for level, of in touched.items() if level not in stored)
    insert(connection, "rollup", COLUMNS, _all_records(new))
    if stored:
        _replace(connection, {level: add_cells(touched[level], of) for level, of in stored.items()})


def _all_records(levels: Iterable[tuple[int, Cells]]) -> Iterator[Row]:
    return chain.from_iterable(records(level, of) for level, of in levels)


def _replace(connection: Connection, final: Levels) -> None:
    """Put these rows in the place of the stored ones; those that count no visit any more go."""
    with temporary_table(connection, "fresh", None, like="rollup") as table:
        insert(connection, table, COLUMNS, _all_records(final.items()))
        columns = ", ".join(COLUMNS)
        updates = ", ".join(f"{c} = excluded.{c}" for c in COLUMNS[4:])
        # "WHERE true": without it SQLite reads ON CONFLICT as part of a join.
        connection.execute(
            text(
                f"INSERT INTO rollup ({columns}) SELECT {columns} FROM {table} WHERE true"  # noqa: S608
                f" ON CONFLICT ({', '.join(COLUMNS[:4])}) DO UPDATE SET {updates}"
            )
        )
    gone = chain.from_iterable(
        compress(_keys(level, of), of.counters[:, 0] == 0) for level, of in final.items()
    )
    if (first := next(gone, None)) is not None:
        with temporary_table(connection, "gone", KEYS) as table:
            insert(connection, table, COLUMNS[:4], chain([first], gone))
            keys = ", ".join(COLUMNS[:4])
            connection.execute(
                text(f"DELETE FROM rollup WHERE ({keys}) IN (SELECT {keys} FROM {table})")  # noqa: S608
            )


def rebuild(connection: Connection) -> None:
    """Recompute every rollup from the visits that count, inside the caller's transaction. A migration calls it on the columns of
    its own time: those that came later are left out."""
    there = {column["name"] for column in inspect(connection).get_columns("rollup")}
    known = [i for i, name in enumerate(COLUMNS) if name in there]
    rows = [tuple(row[i] for i in known) for row in recompute(connection)]
    connection.execute(text("DELETE FROM rollup"))
    insert(connection, "rollup", [COLUMNS[i] for i in known], rows)


def recompute(connection: Connection) -> Iterator[Row]:
    """The rows that the rollup table should hold, from the visits that count."""
    tally = Tally()
    result = connection.execute(
        text(f"SELECT {VISIT_COLUMNS} FROM visit WHERE superseded_by IS NULL"),  # noqa: S608 (own names)
        execution_options={"stream_results": True},
    )
    for rows in result.partitions(100_000):
        tally.add(pack_rows(rows))
    codes, counts = tally.merge()
    if len(codes):
        for level, rows_of_level in cells(codes, counts):
            yield from records(level, rows_of_level)


def verify(connection: Connection) -> list[str]:
    """The differences between the rollup table and the visits: one sentence per row; none if all is well."""
    stored = {
        row[:4]: row[4:]
        for row in (
            (
                r[0],
                r[1],
                r[2],
                str(r[3]),
                *(bytes(v) if isinstance(v, memoryview) else v for v in r[4:]),
            )
            for r in connection.execute(text(f"SELECT {', '.join(COLUMNS)} FROM rollup"))  # noqa: S608 (own names)
        )
    }
    problems = []
    for row in recompute(connection):
        held = stored.pop(row[:4], None)
        if held is None:
            problems.append(f"ligne absente : {row[:4]}")
        elif held != row[4:]:
            names = [n for n, a, b in zip(COLUMNS[4:], held, row[4:], strict=True) if a != b]
            problems.append(f"ligne différente : {row[:4]} ({', '.join(names)})")
    return problems + [f"ligne sans visite : {key}" for key in stored]
