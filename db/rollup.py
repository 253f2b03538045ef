"""Rollups: what visits add up to, by site, service and day or month. Kept inside the transaction of every write.

A visit becomes one number (`pack`); a `Tally` collects those to add and those to take away; `apply` brings the
stored rows up to date and `verify` recomputes everything from the visits. Counts of small keys (a minute, an hour)
are stored as words of 32 bits, key above and count below, only where the count is not zero.

Before: `db.write.save_batch`. After: `db.months` for whole months, `db.read` for days and hours.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from dashboard.period import day_numbers, iso_days, month_starts, weekdays
from dashboard.statistics.quantile import quantile
from db.bulk import Row, insert, temporary
from db.codes import (
    ALL_SERVICES,
    BINS,
    COMPLAINT,
    COUNTERS,
    DAY,
    INFORMATION,
    LAST_BIN,
    LEFT,
    MAN,
    MONTH,
    NATION,
    REQUEST,
    SERVED,
    UNKNOWN_HOUR,
    UNKNOWN_SERVICE,
    WOMAN,
)

# Fields of a packed visit, highest first, with their widths in bits: sorting packed visits sorts by day, site, service.
FIELDS = (
    ("day", 16),
    ("site", 12),
    ("service", 12),
    ("hour", 5),
    ("wait", 8),
    ("kind", 2),
    ("sex", 2),
    ("satisfied", 2),
    ("outcome", 2),
)
SHIFT = {name: sum(width for _, width in FIELDS[i + 1 :]) for i, (name, _) in enumerate(FIELDS)}
MASK = {name: (1 << width) - 1 for name, width in FIELDS}
NO_WAIT = 255
COUNT_BITS = 19  # of a word; the 13 bits above hold the key
MAX_COUNT = (1 << COUNT_BITS) - 1
HOURS = UNKNOWN_HOUR + 1
SLOTS = 16  # keys of `hours`: hour * SLOTS + position in COUNTERS
SPARSE = ("waits", "heat", "hours", "hour_waits")
COLUMNS = ("level", "service_id", "site_id", "start", *COUNTERS, "p50", "p90", *SPARSE)
KEYS = "service_id smallint, site_id smallint, start date"  # of a temporary table
COMPRESS_AT = 2_000_000  # packed visits held before equal ones are merged

VISIT_COLUMNS = "day, site_id, service_id, arrived_at, called_at, kind, sex, satisfied, outcome"


def pack(
    day: np.ndarray,
    site: np.ndarray,
    service: np.ndarray,
    arrived: np.ndarray,
    called: np.ndarray,
    kind: np.ndarray,
    sex: np.ndarray,
    satisfied: np.ndarray,
    outcome: np.ndarray,
) -> np.ndarray:
    """One int64 per visit. All arguments are integer arrays of one length.

    day: days since 1970; service: 0 where unknown; arrived, called: minutes after midnight, -1 where unknown;
    sex, satisfied: 0 where unknown (satisfied: 1 yes, 2 no).
    """
    wait = np.where(
        (arrived >= 0) & (called >= 0) & (outcome != LEFT),
        np.minimum(called - arrived, LAST_BIN),
        NO_WAIT,
    )
    hour = np.where(arrived >= 0, arrived // 60, UNKNOWN_HOUR)
    packed = np.zeros(len(day), dtype=np.int64)
    values = (day, site, service, hour, wait, kind, sex, satisfied, outcome)
    for (name, _), value in zip(FIELDS, values, strict=True):
        packed |= np.asarray(value, dtype=np.int64) << SHIFT[name]
    return packed


def _field(codes: np.ndarray, name: str) -> np.ndarray:
    """One of FIELDS of packed visits."""
    return (codes >> SHIFT[name]) & MASK[name]


def _numbers(values: Iterable[int | None], blank: int) -> np.ndarray:
    return np.array([blank if v is None else v for v in values], dtype=np.int64)


def pack_rows(rows: Sequence[Sequence[Any]]) -> np.ndarray:
    """`pack` for rows of VISIT_COLUMNS as a database gives them (days as dates or ISO text)."""
    if not rows:
        return np.zeros(0, dtype=np.int64)
    days, sites, services, arrived, called, kinds, sexes, satisfied, outcomes = zip(
        *rows, strict=True
    )
    answer = {None: 0, True: 1, False: 2}
    return pack(
        day_numbers(days),
        np.array(sites),
        _numbers(services, 0),
        _numbers(arrived, -1),
        _numbers(called, -1),
        np.array(kinds),
        _numbers(sexes, 0),
        np.array([answer[s] for s in satisfied]),
        np.array(outcomes),
    )


class Tally:
    """Packed visits to add and to take away, merged as they come."""

    def __init__(self) -> None:
        self.codes: list[np.ndarray] = []
        self.counts: list[np.ndarray] = []
        self.held = 0

    def add(self, packed: np.ndarray, sign: int = 1) -> None:
        """Count each packed visit once (`sign` 1) or take it away (-1)."""
        self.codes.append(packed)
        self.counts.append(np.full(len(packed), sign, dtype=np.int64))
        self.held += len(packed)
        if self.held > COMPRESS_AT:
            codes, counts = self.merged()
            self.codes, self.counts, self.held = [codes], [counts], len(codes) // 2

    def merged(self) -> tuple[np.ndarray, np.ndarray]:
        """Distinct packed visits, sorted, and how many of each; those that cancel out are gone."""
        if not self.codes:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        codes, counts = _sum_by(np.concatenate(self.codes), np.concatenate(self.counts))
        return codes[counts != 0], counts[counts != 0]


Sparse = tuple[np.ndarray, np.ndarray, np.ndarray]  # cell, key, count: of one length


@dataclass
class Cells:
    """Rows of one level in the making: keys sorted, counters (n, 12), sparse counts by name."""

    start: np.ndarray
    site: np.ndarray
    service: np.ndarray
    counters: np.ndarray
    sparse: dict[str, Sparse] = field(default_factory=dict)

    def merge(
        self,
        start: np.ndarray | None = None,
        site: int | None = None,
        service: int | None = None,
    ) -> "Cells":
        """The same counts under other keys (start: of each cell); cells that meet are added up."""
        places = _place(
            self.start if start is None else start,
            self.site if site is None else np.full_like(self.site, site),
            self.service if service is None else np.full_like(self.service, service),
        )
        keys, where = np.unique(places, return_inverse=True)
        counters = np.stack(
            [_total(where, self.counters[:, i], len(keys)) for i in range(len(COUNTERS))], axis=1
        )
        sparse = {
            name: _distinct(where[cell], key, count)
            for name, (cell, key, count) in self.sparse.items()
        }
        return Cells(keys >> 32, (keys >> 16) & 0xFFFF, (keys & 0xFFFF) - 1, counters, sparse)


def _place(start: np.ndarray, site: np.ndarray, service: np.ndarray) -> np.ndarray:
    """One number per cell, in the order in which cells are sorted."""
    return (
        (start.astype(np.int64) << 32)
        | (site.astype(np.int64) << 16)
        | (service.astype(np.int64) + 1)
    )


def _total(where: np.ndarray, weights: np.ndarray, size: int) -> np.ndarray:
    return np.rint(np.bincount(where, weights=weights, minlength=size)).astype(np.int64)


def _sum_by(keys: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct keys, sorted, and the sum of the counts of each."""
    if not len(keys):
        return keys, counts
    if not (keys[1:] >= keys[:-1]).all():
        order = np.argsort(keys)
        keys, counts = keys[order], counts[order]
    first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    return keys[first], np.add.reduceat(counts, first)


def _distinct(cell: np.ndarray, key: np.ndarray, count: np.ndarray) -> Sparse:
    """Sparse counts sorted by cell and key, each pair once, those that cancel out left out."""
    merged, sums = _sum_by((cell << 13) | key, count)
    merged, sums = merged[sums != 0], sums[sums != 0]
    return merged >> 13, merged & 8191, sums


def _by_key(
    keys: np.ndarray, flags: tuple[np.ndarray, ...], counts: np.ndarray, size: int
) -> np.ndarray:
    """Counters (size, 12) of packed visits by key."""
    return np.stack([_total(keys, flag * counts, size) for flag in flags], axis=1)


def _flags(codes: np.ndarray) -> tuple[np.ndarray, ...]:
    """Which packed visits each of COUNTERS counts: twelve arrays of true or false."""
    kind, sex, satisfied, outcome, wait, hour = (
        _field(codes, f) for f in ("kind", "sex", "satisfied", "outcome", "wait", "hour")
    )
    return (
        np.ones_like(kind, dtype=bool),
        kind == REQUEST,
        kind == COMPLAINT,
        kind == INFORMATION,
        sex == WOMAN,
        sex == MAN,
        satisfied == 1,
        satisfied == 2,
        (outcome == SERVED) | (outcome == LEFT),
        outcome == LEFT,
        (outcome == LEFT) & (hour != UNKNOWN_HOUR),
        wait != NO_WAIT,
    )


def cells(codes: np.ndarray, counts: np.ndarray) -> Iterator[tuple[int, Cells]]:
    """The rollup rows (level, cells) that these packed visits add up to, all eight kinds of them.

    codes, counts: as `Tally.merged` gives them. Finest first, each coarser kind from the finer one.
    """
    flags = _flags(codes)
    fine = codes >> SHIFT["service"]
    changes = np.concatenate(([True], fine[1:] != fine[:-1]))
    first, cell = np.flatnonzero(changes), np.cumsum(changes) - 1
    day, site, service, hour, wait = (
        _field(codes, f) for f in ("day", "site", "service", "hour", "wait")
    )
    service = np.where(service == 0, UNKNOWN_SERVICE, service)
    measured = wait != NO_WAIT
    days = Cells(
        day[first],
        site[first],
        service[first],
        _by_key(cell, flags, counts, len(first)),
        {
            "waits": (cell[measured], wait[measured], counts[measured]),
            "heat": (cell, weekdays(day) * HOURS + hour, counts),
        },
    ).merge()
    start = month_starts(days.start)
    months = days.merge(start=start)
    cell = np.searchsorted(
        _place(months.start, months.site, months.service), _place(start, days.site, days.service)
    )[cell]
    by_hour = _by_key(cell * HOURS + hour, flags, counts, len(months.start) * HOURS)
    place, slot = np.nonzero(by_hour)
    months.sparse["hours"] = (place // HOURS, place % HOURS * SLOTS + slot, by_hour[place, slot])
    months.sparse["hour_waits"] = _distinct(
        cell[measured], hour[measured] * BINS + wait[measured], counts[measured]
    )
    for level, finest in ((DAY, days), (MONTH, months)):
        all_services = finest.merge(service=ALL_SERVICES)
        yield level, finest
        yield level, finest.merge(site=NATION)
        yield level, all_services
        yield level, all_services.merge(site=NATION)


def encode(cell: np.ndarray, key: np.ndarray, count: np.ndarray, size: int) -> list[bytes]:
    """One blob per cell 0..size-1 from sparse counts sorted by cell; empty bytes where a cell has none."""
    if (
        len(count) and count.max() > MAX_COUNT
    ):  # a count too large for a word is spread over several
        times = -(-count // MAX_COUNT)
        last = np.cumsum(times) - 1
        cell, key = np.repeat(cell, times), np.repeat(key, times)
        spread = np.full(len(cell), MAX_COUNT)
        spread[last] = count - MAX_COUNT * (times - 1)
        count = spread
    words = ((key << COUNT_BITS) | count).astype("<u4").tobytes()
    ends = (np.searchsorted(cell, np.arange(size + 1)) * 4).tolist()
    return [words[a:b] for a, b in zip(ends, ends[1:], strict=False)]


def decode(blobs: Sequence[bytes | None]) -> Sparse:
    """Sparse counts (index of the blob, key, count) of all words of all blobs."""
    parts = [b or b"" for b in blobs]
    words = np.frombuffer(b"".join(parts), dtype="<u4").astype(np.int64)
    which = np.repeat(np.arange(len(parts)), [len(p) // 4 for p in parts])
    return which, words >> COUNT_BITS, words & MAX_COUNT


def added_up(
    blobs: Sequence[bytes | None], group: np.ndarray, size: int, width: int = BINS
) -> np.ndarray:
    """The counts in the blobs as a full matrix (size, width), those of one group in one row.

    group: for each blob, its row. The same as `decode` and `dense` one after the other, at a third of the time.
    """
    parts = [b or b"" for b in blobs]
    words = np.frombuffer(b"".join(parts), dtype="<u4")
    place = np.repeat(group * width, np.fromiter(map(len, parts), np.int64, len(parts)) // 4)
    place += words >> COUNT_BITS
    return _total(place, words & MAX_COUNT, size * width).reshape(size, width)


def dense(
    cell: np.ndarray, key: np.ndarray, count: np.ndarray, size: int, width: int = BINS
) -> np.ndarray:
    """Sparse counts as a full matrix (size, width)."""
    return _total(cell * width + key, count, size * width).reshape(size, width)


def _keys(cells: Cells) -> tuple[list[int], list[int], list[str]]:
    """The service, site and ISO day of each cell, as the rollup table has them."""
    return (
        cells.service.tolist(),
        cells.site.tolist(),
        iso_days(cells.start),
    )


def _stored(connection: Connection, level: int, touched: Cells) -> Cells | None:
    """The stored rows under the keys of `touched`, or None if there are none."""
    with temporary(connection, "touched", KEYS) as table:
        insert(connection, table, COLUMNS[1:4], zip(*_keys(touched), strict=True))
        rows = connection.execute(
            text(
                f"SELECT {', '.join('r.' + c for c in COLUMNS[1:])} FROM rollup r JOIN {table} t"  # noqa: S608 (own names)
                " ON r.level = :level AND r.service_id = t.service_id AND r.site_id = t.site_id AND r.start = t.start"
            ),
            {"level": level},
        ).all()
    if not rows:
        return None
    service, site, start, *rest = zip(*rows, strict=True)
    counters = np.array(rest[: len(COUNTERS)], dtype=np.int64).T
    sparse = {
        name: decode(blobs)
        for name, blobs in zip(SPARSE, rest[len(COUNTERS) + 2 :], strict=True)
        if name in touched.sparse
    }
    return Cells(day_numbers(start), np.array(site), np.array(service), counters, sparse)


def _together(a: Cells, b: Cells) -> Cells:
    shift = len(a.start)
    sparse = {}
    for name, (cell, key, count) in a.sparse.items():
        more_cell, more_key, more_count = b.sparse[name]
        sparse[name] = (
            np.concatenate((cell, more_cell + shift)),
            np.concatenate((key, more_key)),
            np.concatenate((count, more_count)),
        )
    joined = {
        f: np.concatenate((getattr(a, f), getattr(b, f)))
        for f in ("start", "site", "service", "counters")
    }
    return Cells(**joined, sparse=sparse).merge()


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
        *_keys(cells),
        *cells.counters.T.tolist(),
        p50,
        p90,
        *blobs,
        strict=True,
    )
    return (row for row in rows if row[4])


def apply(connection: Connection, tally: Tally) -> None:
    """Bring the rollup table up to date with the visits of `tally`, inside the caller's transaction."""
    codes, counts = tally.merged()
    if not len(codes):
        return
    empty = connection.execute(text("SELECT 1 FROM rollup LIMIT 1")).first() is None
    for level, touched in cells(codes, counts):
        stored = None if empty else _stored(connection, level, touched)
        final = touched if stored is None else _together(touched, stored)
        _write(connection, level, final, replace=stored is not None)


def _write(connection: Connection, level: int, final: Cells, *, replace: bool) -> None:
    if not replace:
        insert(connection, "rollup", COLUMNS, records(level, final))
        return
    gone = final.counters[:, 0] == 0
    keys = COLUMNS[:4]
    with temporary(connection, "fresh", None, like="rollup") as table:
        insert(connection, table, COLUMNS, records(level, final))
        columns = ", ".join(COLUMNS)
        updates = ", ".join(f"{c} = excluded.{c}" for c in COLUMNS[4:])
        # "WHERE true": without it SQLite reads ON CONFLICT as part of a join.
        connection.execute(
            text(
                f"INSERT INTO rollup ({columns}) SELECT {columns} FROM {table} WHERE true"  # noqa: S608
                f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {updates}"
            )
        )
    if gone.any():
        with temporary(connection, "gone", KEYS) as table:
            insert(connection, table, keys[1:], compress(zip(*_keys(final), strict=True), gone))
            connection.execute(
                text(
                    f"DELETE FROM rollup WHERE level = :level AND ({', '.join(keys[1:])})"  # noqa: S608
                    f" IN (SELECT {', '.join(keys[1:])} FROM {table})"
                ),
                {"level": level},
            )


def rebuild(connection: Connection) -> None:
    """Make every rollup anew from the visits that count, inside the caller's transaction."""
    connection.execute(text("DELETE FROM rollup"))
    insert(connection, "rollup", COLUMNS, list(recompute(connection)))


def recompute(connection: Connection) -> Iterator[Row]:
    """The rows that the rollup table should hold, from the visits that count."""
    tally = Tally()
    result = connection.execute(
        text(f"SELECT {VISIT_COLUMNS} FROM visit WHERE superseded_by IS NULL"),  # noqa: S608 (own names)
        execution_options={"stream_results": True},
    )
    for rows in result.partitions(100_000):
        tally.add(pack_rows(rows))
    codes, counts = tally.merged()
    if len(codes):
        for level, rows_of_level in cells(codes, counts):
            yield from records(level, rows_of_level)


def verify(connection: Connection) -> list[str]:
    """What differs between the rollup table and the visits: one sentence per row that does; none is well."""
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


def hourly(codes: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counters (25, 12) and wait histograms (25, 241) by hour of arrival, of packed visits."""
    hour, wait = _field(codes, "hour"), _field(codes, "wait")
    counters = _by_key(hour, _flags(codes), counts, HOURS)
    waits = np.zeros((HOURS, BINS), np.int64)
    measured = wait != NO_WAIT
    np.add.at(waits, (hour[measured], wait[measured]), counts[measured])
    return counters, waits
