"""Sums of packed visits: counters and sparse counts by site, service and day or month, all kinds of them.

Counts of small keys (a minute, an hour) are stored as words of 32 bits, key above and count below, only where the
count is not zero. Before: `db.packed_visits`. After: `db.rollup`, which stores them in the database, and whoever
reads them there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from dashboard.period import month_starts, weekdays
from db.codes import (
    ALL_SERVICES,
    BINS,
    COMPLAINT,
    COUNTERS,
    DAY,
    INFORMATION,
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
from db.packed_visits import NO_WAIT, SHIFT, field_of, sum_by

COUNT_BITS = 19  # of a word; the 13 bits above hold the key
MAX_COUNT = (1 << COUNT_BITS) - 1
HOURS = UNKNOWN_HOUR + 1
SLOTS = 16  # keys of `hours`: hour * SLOTS + position in COUNTERS

Sparse = tuple[np.ndarray, np.ndarray, np.ndarray]  # cell, key, count: of one length


@dataclass
class Cells:
    """Rollup rows of one level: keys sorted, counters (n, 12), sparse counts by name."""

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
        """The same counts under other keys (start: of each cell); cells that get the same key are summed."""
        places = _place(
            self.start if start is None else start,
            self.site if site is None else np.full_like(self.site, site),
            self.service if service is None else np.full_like(self.service, service),
        )
        keys, where = np.unique(places, return_inverse=True)
        counters = np.stack(
            [total(where, self.counters[:, i], len(keys)) for i in range(len(COUNTERS))], axis=1
        )
        sparse = {
            name: _distinct(where[cell], key, count)
            for name, (cell, key, count) in self.sparse.items()
        }
        return Cells(keys >> 32, (keys >> 16) & 0xFFFF, (keys & 0xFFFF) - 1, counters, sparse)


def join_cells(parts: Sequence[Cells]) -> Cells:
    """All cells of these, one after the other."""
    shifts = np.cumsum([0, *(len(part.start) for part in parts[:-1])]).tolist()
    sparse = {}
    for name in parts[0].sparse:
        cell, key, count = zip(*(part.sparse[name] for part in parts), strict=True)
        moved = [own + shift for own, shift in zip(cell, shifts, strict=True)]
        sparse[name] = np.concatenate(moved), np.concatenate(key), np.concatenate(count)
    joined = {
        f: np.concatenate([getattr(part, f) for part in parts])
        for f in ("start", "site", "service", "counters")
    }
    return Cells(**joined, sparse=sparse)


def add_cells(a: Cells, b: Cells) -> Cells:
    """The counts of both under the keys of either; cells of the same key are summed."""
    return join_cells([a, b]).merge()


def _place(start: np.ndarray, site: np.ndarray, service: np.ndarray) -> np.ndarray:
    """One number per cell, in the order in which cells are sorted."""
    return (
        (start.astype(np.int64) << 32)
        | (site.astype(np.int64) << 16)
        | (service.astype(np.int64) + 1)
    )


def total(where: np.ndarray, weights: np.ndarray, size: int) -> np.ndarray:
    """The sum of the weights at each place, (size,), exact. where: (n,) places; weights: (n,) counts."""
    return np.rint(np.bincount(where, weights=weights, minlength=size)).astype(np.int64)


def _distinct(cell: np.ndarray, key: np.ndarray, count: np.ndarray) -> Sparse:
    """Sparse counts sorted by cell and key, each pair once, those that cancel out left out."""
    merged, sums = sum_by((cell << 13) | key, count)
    merged, sums = merged[sums != 0], sums[sums != 0]
    return merged >> 13, merged & 8191, sums


def _by_key(
    keys: np.ndarray, flags: tuple[np.ndarray, ...], counts: np.ndarray, size: int
) -> np.ndarray:
    """Counters (size, 12) of packed visits by key."""
    return np.stack([total(keys, flag * counts, size) for flag in flags], axis=1)


def _flags(codes: np.ndarray) -> tuple[np.ndarray, ...]:
    """Which packed visits each of COUNTERS counts: twelve arrays of true or false."""
    kind, sex, satisfied, outcome, wait, hour = (
        field_of(codes, f) for f in ("kind", "sex", "satisfied", "outcome", "wait", "hour")
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

    codes, counts: as `Tally.merge` gives them. Finest first, each coarser kind from the finer one.
    """
    flags = _flags(codes)
    fine = codes >> SHIFT["service"]
    changes = np.concatenate(([True], fine[1:] != fine[:-1]))
    first, cell = np.flatnonzero(changes), np.cumsum(changes) - 1
    day, site, service, hour, wait = (
        field_of(codes, f) for f in ("day", "site", "service", "hour", "wait")
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


def sum_blobs(
    blobs: Sequence[bytes | None], group: np.ndarray, size: int, width: int = BINS
) -> np.ndarray:
    """The counts in the blobs as a full matrix (size, width), those of one group in one row.

    group: for each blob, its row. The same as `decode` and `dense` one after the other, at a third of the time.
    """
    parts = [b or b"" for b in blobs]
    words = np.frombuffer(b"".join(parts), dtype="<u4")
    place = np.repeat(group * width, np.fromiter(map(len, parts), np.int64, len(parts)) // 4)
    place += words >> COUNT_BITS
    return total(place, words & MAX_COUNT, size * width).reshape(size, width)


def dense(
    cell: np.ndarray, key: np.ndarray, count: np.ndarray, size: int, width: int = BINS
) -> np.ndarray:
    """Sparse counts as a full matrix (size, width)."""
    return total(cell * width + key, count, size * width).reshape(size, width)


def hourly(codes: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counters (25, 12) and wait histograms (25, 241) by hour of arrival, of packed visits."""
    hour, wait = field_of(codes, "hour"), field_of(codes, "wait")
    counters = _by_key(hour, _flags(codes), counts, HOURS)
    waits = np.zeros((HOURS, BINS), np.int64)
    measured = wait != NO_WAIT
    np.add.at(waits, (hour[measured], wait[measured]), counts[measured])
    return counters, waits
