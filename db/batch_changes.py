"""Which rows of a batch say something else than the rows that they replace, and in which columns.

Before: `db.supersede`, which settled what replaces what. After: `db.write`, which passes it on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, text

from db.bulk_insert import insert, temporary_table
from db.form_tables import DESTINATIONS
from db.models import Base, Complaint
from db.shared_types import Cell

OWN = frozenset(("id", "batch_id", "superseded_by", "retained"))  # of a row, not of its file


LISTED = 20  # changed rows that are shown


class ChangedRow(NamedTuple):
    """A row that says something else than before. key: what it is known by, by field; changes: field to (before, after), as
    they are stored."""

    key: dict[str, Cell]
    changes: dict[str, tuple[Cell, Cell]]


@dataclass(frozen=True)
class Changes:
    """The rows of a batch that repeat a row of another file. unchanged: that say the same; changed: that do not; by_field: how
    many of these differ in each field; rows: the first of them."""

    unchanged: int = 0
    changed: int = 0
    by_field: dict[str, int] = field(default_factory=dict)
    rows: tuple[ChangedRow, ...] = ()


def changes_of(connection: Connection, form: str, batch_id: int, ended: Sequence[int]) -> Changes:
    """The changes of a batch whose rows are settled: compared with the rows that it replaces. ended: ids of the rows that ceased
    to count when it came; those that had before were replaced by another."""
    destination = DESTINATIONS[form]
    if not destination.key:
        return Changes()
    table = Base.metadata.tables[destination.table]
    fields = [c.name for c in table.columns if c.name not in {*OWN, *destination.key}]
    differs = {name: f"(n.{name} IS DISTINCT FROM o.{name})" for name in fields}
    both = f"FROM ended e CROSS JOIN {table.name} o JOIN {table.name} n ON {destination.same_key_sql('n', 'o')}"
    if form == Complaint.form:  # their words stand apart
        differs["subject"] = "(coalesce(nt.subject, '') <> coalesce(ot.subject, ''))"
        both += " LEFT JOIN complaint_text nt ON nt.complaint_id = n.id LEFT JOIN complaint_text ot ON ot.complaint_id = o.id"
    both += " WHERE o.id = e.id AND o.superseded_by = :batch AND n.batch_id = :batch"
    counted = ", ".join(f"sum(CASE WHEN {how} THEN 1 ELSE 0 END)" for how in differs.values())
    any_of = " OR ".join(differs.values()) or "1 = 0"
    batch = {"batch": batch_id}
    with temporary_table(connection, "ended", "id bigint PRIMARY KEY"):
        insert(connection, "ended", ("id",), [(number,) for number in ended])
        found = connection.execute(
            text(
                f"SELECT count(*), sum(CASE WHEN {any_of} THEN 1 ELSE 0 END){', ' if counted else ''}{counted} {both}"
            ),
            batch,
        ).one()
        all_of, changed = int(found[0] or 0), int(found[1] or 0)
        by_field = {name: int(n) for name, n in zip(differs, found[2:], strict=True) if n}
        if not changed:
            return Changes(all_of, 0, by_field)
        shown = [name for name in by_field if name in fields]
        columns = [f"n.{name}" for name in destination.key] + [
            f"{row}.{name}" for name in shown for row in ("o", "n")
        ]
        rows = connection.execute(
            text(f"SELECT {', '.join(columns)} {both} AND ({any_of}) ORDER BY n.id LIMIT {LISTED}"),
            batch,
        ).all()
    return Changes(
        all_of - changed,
        changed,
        by_field,
        tuple(_changed_row(destination.key, shown, list(row)) for row in rows),
    )


def _changed_row(key: Sequence[str], fields: Sequence[str], row: Sequence[Cell]) -> ChangedRow:
    values = row[len(key) :]
    pairs = {name: (values[2 * i], values[2 * i + 1]) for i, name in enumerate(fields)}
    return ChangedRow(
        dict(zip(key, row, strict=False)), {f: p for f, p in pairs.items() if p[0] != p[1]}
    )
