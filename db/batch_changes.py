"""Which rows of a batch say something else than the rows that they replace, and in which columns.

Before: `db.supersede`, which settled what replaces what. After: `db.write`, which passes it on.
"""

from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from db.form_tables import DESTINATIONS
from db.models import Base

OWN = frozenset(("id", "batch_id", "superseded_by", "retained"))  # of a row, not of its file


@dataclass(frozen=True)
class Changes:
    """The rows of a batch that repeat a row of another file. unchanged: that say the same; changed: that do not; by_field: how
    many of these differ in each field."""

    unchanged: int = 0
    changed: int = 0
    by_field: dict[str, int] = field(default_factory=dict)


def changes_of(connection: Connection, form: str, batch_id: int) -> Changes:
    """The changes of a batch whose rows are settled: compared with the rows that it replaces."""
    destination = DESTINATIONS[form]
    if not destination.key:
        return Changes()
    table = Base.metadata.tables[destination.table]
    fields = [c.name for c in table.columns if c.name not in {*OWN, *destination.key}]
    differs = {name: f"(n.{name} IS DISTINCT FROM o.{name})" for name in fields}
    counted = ", ".join(f"sum(CASE WHEN {how} THEN 1 ELSE 0 END)" for how in differs.values())
    any_of = " OR ".join(differs.values()) or "1 = 0"
    found = connection.execute(
        text(
            f"SELECT count(*), sum(CASE WHEN {any_of} THEN 1 ELSE 0 END){', ' if counted else ''}{counted}"  # noqa: S608 (own names)
            f" FROM {table.name} n JOIN {table.name} o ON {destination.same_key_sql('n', 'o')}"
            " AND o.superseded_by = :batch WHERE n.batch_id = :batch"
        ),
        {"batch": batch_id},
    ).one()
    all_of, changed = int(found[0] or 0), int(found[1] or 0)
    by_field = {name: int(n) for name, n in zip(differs, found[2:], strict=True) if n}
    return Changes(all_of - changed, changed, by_field)
