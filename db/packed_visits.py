"""Packed visits: what is counted of a visit as one number, in fields of bits, so that millions are sorted and summed
at once.

A `Tally` collects those to add and those to take away. Before: `db.write.save_batch`. After: `db.rollup_cells`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from dashboard.period import day_numbers
from db.codes import LAST_BIN, LEFT, UNKNOWN_HOUR

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
COMPRESS_AT = 2_000_000  # packed visits held before equal ones are merged

VISIT = (
    "day",
    "site_id",
    "service_id",
    "arrived_at",
    "called_at",
    "kind",
    "sex",
    "satisfied",
    "outcome",
)
VISIT_COLUMNS = ", ".join(VISIT)


def pack(visits: Mapping[str, np.ndarray]) -> np.ndarray:
    """One int64 per visit. visits: the columns VISIT, integer arrays of one length.

    day: days since 1970; service: 0 where unknown; times: minutes after midnight, -1 where unknown; sex, satisfied: 0
    where unknown (satisfied: 1 yes, 2 no). A wait is known where both times are, of who did not leave. Raises OverflowError
    for a number that is wider than its bits.
    """
    arrived, called = visits["arrived_at"], visits["called_at"]
    wait = np.where(
        (arrived >= 0) & (called >= 0) & (visits["outcome"] != LEFT),
        np.minimum(called - arrived, LAST_BIN),
        NO_WAIT,
    )
    hour = np.where(arrived >= 0, arrived // 60, UNKNOWN_HOUR)
    values = {
        **visits,
        "site": visits["site_id"],
        "service": visits["service_id"],
        "hour": hour,
        "wait": wait,
    }
    packed = np.zeros(len(arrived), dtype=np.int64)
    for name, _ in FIELDS:
        column = np.asarray(values[name], dtype=np.int64)
        if len(column) and (column.min() < 0 or column.max() > MASK[name]):
            wide = int(column.max() if column.max() > MASK[name] else column.min())
            raise OverflowError(
                f"{name} {wide} does not fit in its bits"
            )  # it would run into its neighbour
        packed |= column << SHIFT[name]
    return packed


def field_of(codes: np.ndarray, name: str) -> np.ndarray:
    """One of FIELDS of packed visits."""
    return (codes >> SHIFT[name]) & MASK[name]


def _numbers(values: Iterable[int | None], blank: int) -> np.ndarray:
    return np.array([blank if v is None else v for v in values], dtype=np.int64)


def pack_rows(rows: Sequence[Sequence[Any]]) -> np.ndarray:
    """`pack` for rows of VISIT_COLUMNS as a database gives them (days as dates or ISO text)."""
    if not rows:
        return np.zeros(0, dtype=np.int64)
    of = dict(zip(VISIT, zip(*rows, strict=True), strict=True))
    answer = {None: 0, True: 1, False: 2}
    return pack(
        {
            "day": day_numbers(of["day"]),
            "site_id": np.array(of["site_id"]),
            "service_id": _numbers(of["service_id"], 0),
            "arrived_at": _numbers(of["arrived_at"], -1),
            "called_at": _numbers(of["called_at"], -1),
            "kind": np.array(of["kind"]),
            "sex": _numbers(of["sex"], 0),
            "satisfied": np.array([answer[one] for one in of["satisfied"]]),
            "outcome": np.array(of["outcome"]),
        }
    )


def _field(name: str, value: str) -> str:
    return f"({value}) * {1 << SHIFT[name]}"


# What `pack` makes of a row of the table visit without its day, site and service, as SQL of both databases.
COUNTED_SQL = " + ".join(
    _field(name, value)
    for name, value in (
        ("hour", f"CASE WHEN arrived_at >= 0 THEN arrived_at / 60 ELSE {UNKNOWN_HOUR} END"),
        (
            "wait",
            f"CASE WHEN arrived_at IS NULL OR called_at IS NULL OR outcome = {LEFT} THEN {NO_WAIT}"
            f" WHEN called_at - arrived_at > {LAST_BIN} THEN {LAST_BIN} ELSE called_at - arrived_at END",
        ),
        ("kind", "kind"),
        ("sex", "coalesce(sex, 0)"),
        ("satisfied", "CASE WHEN satisfied THEN 1 WHEN satisfied IS NULL THEN 0 ELSE 2 END"),
        ("outcome", "outcome"),
    )
)


class Tally:
    """Packed visits to add and to take away, merged as they come."""

    def __init__(self) -> None:
        self.codes: list[np.ndarray] = []
        self.counts: list[np.ndarray] = []
        self.pending = 0

    def add(self, packed: np.ndarray, sign: int = 1) -> None:
        """Count each packed visit once (`sign` 1) or take it away (-1)."""
        self.codes.append(packed)
        self.counts.append(np.full(len(packed), sign, dtype=np.int64))
        self.pending += len(packed)
        if self.pending > COMPRESS_AT:
            codes, counts = self.merge()
            self.codes, self.counts, self.pending = [codes], [counts], len(codes) // 2

    def merge(self) -> tuple[np.ndarray, np.ndarray]:
        """The distinct packed visits, sorted, and how many of each; those that cancel out are gone."""
        if not self.codes:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        codes, counts = sum_by(np.concatenate(self.codes), np.concatenate(self.counts))
        return codes[counts != 0], counts[counts != 0]


def sum_by(keys: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct keys, sorted, and the sum of the counts of each."""
    if not len(keys):
        return keys, counts
    if not (keys[1:] >= keys[:-1]).all():
        order = np.argsort(keys)
        keys, counts = keys[order], counts[order]
    first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    return keys[first], np.add.reduceat(counts, first)
