"""The tables that files fill, as they were at a moment: which batches were in, and which rows counted.

Nothing is stored for it: a batch says when it came in and when it was withdrawn, and no row is ever overwritten, so that the
rule of `db.supersede` gives again what it gave then. It stands before a query as common table expressions that bear the names of
the tables. What is not known: an earlier date of content of a batch that was given another one, and what was erased since.

Before: `db.supersede`, whose rule it is. After: `db.known_then`.
"""

from datetime import datetime

from sqlalchemy import Connection

from db.engine import is_sqlite
from db.form_tables import DESTINATIONS, Destination
from db.models import Base, ImportBatch
from db.read import AT_A_MOMENT, moment_sql


def at_moment(connection: Connection, moment: datetime) -> Connection:
    """The connection, of which db.read gives from now on what was known at a moment. moment: as stored, naive UTC. Rollups,
    reference data and what people entered are as they are now."""
    schema = "main." if is_sqlite(connection) else ""  # an expression may not ask for its own name
    said = moment_sql(moment)
    tables = [f"import_batch AS ({_batches(schema, said)})"]
    for form, destination in DESTINATIONS.items():
        tables.append(f"place_{form} AS ({_places(form, destination)})")
        tables.append(f"{destination.table} AS ({_rows(schema, said, form, destination)})")
    return connection.execution_options(**{AT_A_MOMENT: f"WITH {', '.join(tables)} "})


def _batches(schema: str, said: str) -> str:
    """The batches that had come in, without the withdrawals that came later."""
    names = [c.name for c in ImportBatch.__table__.columns if c.name != "withdrawn_at"]
    return (
        f"SELECT {', '.join(names)}, CASE WHEN withdrawn_at <= {said} THEN withdrawn_at END AS withdrawn_at"  # noqa: S608 (own names)
        f" FROM {schema}import_batch WHERE imported_at <= {said}"
    )


def _places(form: str, destination: Destination) -> str:
    """The batches of a form that were in, by rank: as `db.supersede` ranks them."""
    typed = "declared" if destination.typed_gives_way else "false"
    return (
        f"SELECT id AS batch_id, {typed} AS typed,"  # noqa: S608 (own names)
        f" row_number() OVER (ORDER BY {typed} DESC, as_of, id) AS place"
        f" FROM import_batch WHERE form = '{form}' AND withdrawn_at IS NULL"
    )


def _rows(schema: str, said: str, form: str, destination: Destination) -> str:
    """The rows of these batches; one that did not count names its own batch in `superseded_by`."""
    table = destination.table
    columns = [c.name for c in Base.metadata.tables[table].columns if c.name != "superseded_by"]
    beaten = " OR ".join(_meetings(schema, form, destination))
    withdrawn = f"EXISTS (SELECT 1 FROM {schema}import_batch w WHERE w.form = '{form}' AND w.withdrawn_at > {said})"  # noqa: S608
    by_now = (
        f"r.superseded_by <> r.batch_id AND r.superseded_by IN (SELECT batch_id FROM place_{form})"  # noqa: S608
    )
    return (
        f"SELECT {', '.join(f'r.{name}' for name in columns)},"  # noqa: S608 (own names)
        # Most rows are as they are now: the rule is asked of the others alone.
        f" CASE WHEN r.superseded_by IS NULL AND NOT {withdrawn} THEN NULL"
        f" WHEN {by_now} THEN r.batch_id WHEN {beaten} THEN r.batch_id END AS superseded_by"
        # CROSS JOIN: SQLite is to begin with the rows that are asked for, and not with the batches.
        f" FROM {schema}{table} r CROSS JOIN place_{form} own WHERE own.batch_id = r.batch_id"
    )


def _meetings(schema: str, form: str, destination: Destination) -> list[str]:
    """The conditions under which a row is beaten, of the row `r` and its batch `own`."""

    def any_of(other: str, met: str, more: str = "") -> str:
        return (
            f"EXISTS (SELECT 1 FROM {schema}{other} o JOIN place_{form} p ON p.batch_id = o.batch_id"  # noqa: S608
            f" WHERE {met} AND p.place > own.place{more})"
        )

    found = [any_of(destination.table, destination.same_key_sql("r", "o"))]
    if destination.typed_gives_way:
        met = destination.same_day_sql("r", "o")
        found.append(any_of(destination.table, met, " AND own.typed AND NOT p.typed"))
    if destination.replaces_days:
        found.append(any_of("whole_day", destination.covered_sql("r", "o")))
    return found
