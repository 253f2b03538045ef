"""Which row counts where several files say the same thing.

The rule, whatever the order in which files came: a row stands unless a live batch of a higher rank (greater as_of,
then greater sha256) brings the same key, or is the whole register of that site-day. A row that does not stand
names in `superseded_by` the highest of the batches that beat it; a row of a withdrawn batch names its own.
"""
from sqlalchemy import Connection, text

from db.bulk import temporary
from db.forms import Destination
from db.rollup import VISIT_COLUMNS, Tally, pack_rows


def settle(connection: Connection, destination: Destination, batch_id: int, tally: Tally) -> int:
    """Apply the rule to everything that batch `batch_id`, just imported or just withdrawn, may have changed.

    Visits that begin or cease to count go into `tally`. Returns the number of rows changed.
    """
    with (temporary(connection, "affected", "id bigint") as _, temporary(connection, "change", "id bigint, winner int")):
        connection.execute(text(_affected(destination)), {"batch": batch_id})
        connection.execute(text(_changes(destination)))
        if destination.table == "visit":
            for condition, sign in (("v.superseded_by IS NULL", -1), ("c.winner IS NULL", 1)):  # before, after
                columns = ", ".join("v." + c for c in VISIT_COLUMNS.split(", "))
                rows = connection.execute(text(
                    f"SELECT {columns} FROM change c JOIN visit v ON v.id = c.id WHERE {condition}"))  # noqa: S608
                for part in rows.partitions(100_000):
                    tally.add(pack_rows(part), sign)
        table = destination.table
        return connection.execute(text(
            f"UPDATE {table} SET superseded_by = (SELECT winner FROM change WHERE change.id = {table}.id)"  # noqa: S608
            " WHERE id IN (SELECT id FROM change)")).rowcount


def _affected(destination: Destination) -> str:
    """Rows of the batch, if it was withdrawn; and all rows, its own and others', that meet one of another batch."""
    table, pair = destination.table, f"{destination.table} n JOIN {destination.table} o ON {destination.same('n', 'o')}"
    parts = [
        f"SELECT o.id FROM {pair} WHERE n.batch_id = :batch",  # noqa: S608 (own names, here and below)
        f"SELECT n.id FROM {pair} WHERE n.batch_id = :batch",  # noqa: S608
        f"SELECT r.id FROM {table} r JOIN import_batch b ON b.id = r.batch_id"  # noqa: S608
        " WHERE r.batch_id = :batch AND b.withdrawn_at IS NOT NULL",
    ]
    if table == "visit":
        meet = "FROM whole_day w JOIN visit v ON v.site_id = w.site_id AND v.day = w.day AND v.batch_id <> w.batch_id"
        parts += [f"SELECT v.id {meet} WHERE w.batch_id = :batch", f"SELECT v.id {meet} WHERE v.batch_id = :batch"]
    return "INSERT INTO affected " + " UNION ".join(parts)


def _changes(destination: Destination) -> str:
    table = destination.table
    rivals = (f"SELECT r.id, o.batch_id AS rival, r.batch_id AS own FROM affected a JOIN {table} r ON r.id = a.id"  # noqa: S608
              f" JOIN {table} o ON {destination.same('r', 'o')}")
    if table == "visit":
        rivals += (" UNION SELECT r.id, w.batch_id, r.batch_id FROM affected a JOIN visit r ON r.id = a.id"
                   " JOIN whole_day w ON w.site_id = r.site_id AND w.day = r.day AND w.batch_id <> r.batch_id")
    return f"""
        INSERT INTO change
        SELECT r.id, CASE WHEN b.withdrawn_at IS NULL THEN best.rival ELSE b.id END
        FROM affected a JOIN {table} r ON r.id = a.id JOIN import_batch b ON b.id = r.batch_id
        LEFT JOIN (
            SELECT id, rival FROM (
                SELECT c.id, c.rival,
                       row_number() OVER (PARTITION BY c.id ORDER BY w.as_of DESC, w.sha256 DESC) AS place
                FROM ({rivals}) c
                JOIN import_batch w ON w.id = c.rival AND w.withdrawn_at IS NULL
                JOIN import_batch m ON m.id = c.own
                WHERE (w.as_of, w.sha256) > (m.as_of, m.sha256)) ranked
            WHERE place = 1) best ON best.id = r.id
        WHERE coalesce(r.superseded_by, 0) <>
              coalesce(CASE WHEN b.withdrawn_at IS NULL THEN best.rival ELSE b.id END, 0)"""  # noqa: S608
