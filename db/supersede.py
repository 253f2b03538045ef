"""Which row counts where several files say the same thing.

The rule: a row stands unless a live batch of the same form and a higher rank (greater as_of, then later arrival) brings
the same key, or is the whole register of that row's site and day. So files of different as_of may come in any order. A
row that does not stand names in `superseded_by` the highest of the batches that beat it; a row of a withdrawn batch names
its own. Batches are numbered as they arrive, one at a time: a file that was withdrawn and comes again arrives again.

Of forms whose typed rows give way (`Destination.typed_gives_way`: closings), what a site typed itself ranks below every file, and
any row that a file has of that site's day replaces it, whoever its agent is.

Rows that came to their term stand as they stood then: what they were known by is erased, and what they had replaced
(`db.retention`).

What an import or a withdrawal changes is found from the batch outwards, so that it costs what the batch's rows cost
and not what the database holds: `CROSS JOIN` keeps SQLite from reading the large table first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import numpy as np
from sqlalchemy import Connection, text

from db.batch_effects import SettledRows
from db.bulk_insert import insert, temporary_table
from db.engine import is_sqlite
from db.form_tables import DESTINATIONS, Destination
from db.models import Base
from db.packed_visits import VISIT_COLUMNS, Tally, pack_rows
from db.rollup import rebuild

# The rows of a batch; those of others that it beats.
OWN = "SELECT id FROM {table} WHERE batch_id = :batch"
BEATEN = "SELECT id FROM {table} WHERE superseded_by = :batch AND batch_id <> :batch"
SHOWN = 20  # differences of a table that are listed one by one


def settle_import(connection: Connection, form: str, batch_id: int, tally: Tally) -> SettledRows:
    """Apply the rule after batch `batch_id` came in, its rows standing and counted as if it were alone.

    Visits that begin or cease to count go into `tally`. Returns which rows begin or cease to count.
    """
    destination = DESTINATIONS[form]
    with _places(connection, form) as places, _changes(connection):
        place = places[batch_id]
        if place > 1:
            _note_beaten_by(connection, destination, batch_id, place)
        if place < len(places):
            _note_best(connection, destination, OWN, batch_id)
        return _carry_out(connection, destination, tally)


def settle_dated(connection: Connection, form: str, batch_id: int, tally: Tally) -> SettledRows:
    """Apply the rule after batch `batch_id`, which is in, was given another as_of. Otherwise as `settle_import`."""
    destination = DESTINATIONS[form]
    with _places(connection, form) as places, _changes(connection):
        _note_best(connection, destination, OWN, batch_id)
        _note_best(connection, destination, BEATEN, batch_id)
        _note_beaten_by(connection, destination, batch_id, places[batch_id])
        return _carry_out(connection, destination, tally)


def settle_withdrawal(
    connection: Connection, form: str, batch_id: int, tally: Tally
) -> SettledRows:
    """Apply the rule after batch `batch_id` was withdrawn. Otherwise as `settle_import`."""
    destination = DESTINATIONS[form]
    with _places(connection, form), _changes(connection):
        connection.execute(
            text(
                f"INSERT INTO change SELECT id, batch_id, 0 FROM {destination.table} WHERE batch_id = :batch"  # noqa: S608
            ),
            {"batch": batch_id},
        )
        _note_best(connection, destination, BEATEN, batch_id)
        return _carry_out(connection, destination, tally)


def settle_anew(connection: Connection) -> int:
    """Apply the rule to every row of every form, and make the rollups anew if a visit changed.

    For a database that an earlier version filled by another rule. Returns the number of rows changed.
    """
    changed = 0
    for form, destination in DESTINATIONS.items():
        with _differences(connection, form):
            rows = _update(connection, destination)
        if rows and destination.table == "visit":
            rebuild(connection)
        changed += rows
    return changed


def verify(connection: Connection) -> list[str]:
    """The rows whose `superseded_by` is not what the rule says: one sentence each, none if all is well."""
    problems = []
    for form, destination in DESTINATIONS.items():
        with _differences(connection, form):
            rows = connection.execute(
                text(
                    f"SELECT r.id, r.superseded_by, c.winner FROM change c JOIN {destination.table} r ON r.id = c.id"  # noqa: S608
                    " ORDER BY r.id"
                )
            ).all()
        problems += [
            f"remplacement faux : {destination.table} {row}, remplacée par {_batch(stored)},"
            f" devrait l'être par {_batch(right)}"
            for row, stored, right in rows[:SHOWN]
        ]
        if len(rows) > SHOWN:
            problems.append(
                f"remplacement faux : {destination.table}, et {len(rows) - SHOWN} autres lignes"
            )
    return problems


def _batch(number: int | None) -> str:
    return "aucun lot" if number is None else f"le lot {number}"


# --- the pieces -----------------------------------------------------------------------------------------------------
@contextmanager
def _places(connection: Connection, form: str) -> Iterator[dict[int, int]]:
    """The live batches of the form by rank, lowest first, numbered from 1: in the table `place`, which also says whether (1) they
    were typed and give way to files; and as a dict."""
    gives_way = "declared" if DESTINATIONS[form].typed_gives_way else "false"
    live = connection.execute(
        text(
            f"SELECT id, {gives_way} AS typed FROM import_batch WHERE form = :form AND withdrawn_at IS NULL"  # noqa: S608
            " ORDER BY typed DESC, as_of, id"
        ),
        {"form": form},
    ).all()
    ranked = [(batch, place, int(typed)) for place, (batch, typed) in enumerate(live, 1)]
    columns = "batch_id int PRIMARY KEY, place int, typed int"
    with temporary_table(connection, "place", columns) as table:
        insert(connection, table, ("batch_id", "place", "typed"), ranked)
        _count(connection, table)
        yield {batch: place for batch, place, _ in ranked}


@contextmanager
def _changes(connection: Connection) -> Iterator[None]:
    """The table `change`: rows by id, the batch that they are to name, and whether (1) for a whole day alone."""
    with temporary_table(connection, "change", "id bigint PRIMARY KEY, winner int, whole int"):
        yield


def _count(connection: Connection, table: str) -> None:
    """Let PostgreSQL see how large a temporary table is: it would plan for a thousand rows, and loop over millions."""
    if not is_sqlite(connection):
        connection.execute(text(f"ANALYZE {table}"))


def _note_beaten_by(
    connection: Connection, destination: Destination, batch_id: int, place: int
) -> None:
    """Into `change`: rows of lower batches that meet one of the batch's, and that nothing higher had beaten."""
    table = destination.table
    meetings = [(table, destination.same_key_sql("n", "r"), "", 0)]
    if destination.typed_gives_way:
        of_file = " AND own.typed = 1 AND mine.typed = 0"
        meetings.append((table, destination.same_day_sql("n", "r"), of_file, 0))
    if destination.replaces_days:
        meetings.append(("whole_day", destination.covered_sql("r", "n"), "", 1))
    for other, met, only, whole in meetings:
        connection.execute(
            text(
                f"INSERT INTO change SELECT DISTINCT r.id, CAST(:batch AS int), {whole} FROM {other} n JOIN {table} r ON {met}"  # noqa: S608
                " JOIN place own ON own.batch_id = r.batch_id JOIN place mine ON mine.batch_id = n.batch_id"
                " LEFT JOIN place now ON now.batch_id = r.superseded_by"
                f" WHERE n.batch_id = :batch AND own.place < :place AND coalesce(now.place, 0) < :place{only}"
                " ON CONFLICT DO NOTHING"
            ),
            {"batch": batch_id, "place": place},
        )


def _note_best(
    connection: Connection, destination: Destination, which: str, batch_id: int | None = None
) -> None:
    """Into `change`: the rows that the query `which` gives, each with the highest batch that beats it, or none."""
    table = destination.table
    meetings = [
        f"JOIN {table} o ON {destination.same_key_sql('r', 'o')} JOIN place p ON p.batch_id = o.batch_id"
    ]
    if destination.typed_gives_way:
        meetings.append(
            f"JOIN {table} o ON {destination.same_day_sql('r', 'o')} AND own.typed = 1"
            " JOIN place p ON p.batch_id = o.batch_id AND p.typed = 0"
        )
    if destination.replaces_days:
        meetings.append(
            f"JOIN whole_day w ON {destination.covered_sql('r', 'w')} JOIN place p ON p.batch_id = w.batch_id"
        )
    beaten = " UNION ALL ".join(
        f"SELECT r.id, max(p.place) AS place FROM asked a JOIN {table} r ON r.id = a.id"  # noqa: S608
        f" JOIN place own ON own.batch_id = r.batch_id {meeting} WHERE p.place > own.place GROUP BY r.id"
        for meeting in meetings
    )
    values = {} if batch_id is None else {"batch": batch_id}
    with (
        temporary_table(connection, "asked", "id bigint PRIMARY KEY"),
        temporary_table(connection, "beaten", "id bigint PRIMARY KEY, place int"),
    ):
        connection.execute(text(f"INSERT INTO asked {which.format(table=table)}"), values)
        _count(connection, "asked")
        connection.execute(
            text(f"INSERT INTO beaten SELECT id, max(place) FROM ({beaten}) b GROUP BY id")  # noqa: S608
        )
        _count(connection, "beaten")
        connection.execute(
            text(
                "INSERT INTO change SELECT a.id, p.batch_id, 0 FROM asked a"
                " LEFT JOIN beaten b ON b.id = a.id LEFT JOIN place p ON p.place = b.place"
            )
        )


def _carry_out(connection: Connection, destination: Destination, tally: Tally) -> SettledRows:
    """Make the rows of `change` name their winners; visits go into `tally`."""
    _count(connection, "change")
    settled = _rows_to_settle(connection, destination)
    if destination.table == "visit":
        for packed, sign in _begun_and_ceased(connection):
            tally.add(packed, sign)
    _update(connection, destination)
    return settled


def _rows_to_settle(connection: Connection, destination: Destination) -> SettledRows:
    """Which rows of `change` begin or cease to count, before they do."""
    settled, rows = SettledRows(), f"change c CROSS JOIN {destination.table} r"
    counted = connection.execute(
        text(
            f"SELECT r.batch_id, c.winner, c.whole, count(*) FROM {rows}"  # noqa: S608
            " WHERE r.id = c.id AND (r.superseded_by IS NULL) <> (c.winner IS NULL) GROUP BY 1, 2, 3"
        )
    )
    for batch, winner, whole, number in counted:
        if winner is None:
            settled.restored[batch] += number
        else:
            settled.ended[batch, winner] += number
            settled.rows_of_whole_days += number * whole
    if settled.ended:
        ended = text(
            f"SELECT r.id FROM {rows} WHERE r.id = c.id AND r.superseded_by IS NULL AND c.winner IS NOT NULL"  # noqa: S608
        )
        settled.ended_ids = list(connection.execute(ended).scalars())
    if settled.rows_of_whole_days:
        days = connection.execute(
            text(
                f"SELECT DISTINCT coalesce(s.code, ''), r.{destination.day} FROM {rows}"  # noqa: S608
                " LEFT JOIN site s ON s.id = r.site_id"
                " WHERE r.id = c.id AND c.whole = 1 AND r.superseded_by IS NULL ORDER BY 2, 1"
            )
        )
        settled.whole_days = [(site, date.fromisoformat(str(day))) for site, day in days]
    return settled


def _begun_and_ceased(connection: Connection) -> Iterator[tuple[np.ndarray, int]]:
    """The visits of `change` that counted and cease to (-1), and those that begin to count (1), packed."""
    columns = ", ".join("v." + c for c in VISIT_COLUMNS.split(", "))
    for condition, sign in (
        ("v.superseded_by IS NULL AND c.winner IS NOT NULL", -1),
        ("v.superseded_by IS NOT NULL AND c.winner IS NULL", 1),
    ):
        rows = connection.execute(
            text(
                f"SELECT {columns} FROM change c CROSS JOIN visit v WHERE v.id = c.id AND {condition}"  # noqa: S608
            )
        )
        for part in rows.partitions(100_000):
            yield pack_rows(part), sign


def _update(connection: Connection, destination: Destination) -> int:
    table = destination.table
    return connection.execute(
        text(
            f"UPDATE {table} SET superseded_by = c.winner FROM change c WHERE c.id = {table}.id"  # noqa: S608
            f" AND {table}.superseded_by IS DISTINCT FROM c.winner"
        )
    ).rowcount


@contextmanager
def _differences(connection: Connection, form: str) -> Iterator[None]:
    """The table `change` holds the rows of the form that do not name what the rule says, and what they should name."""
    destination = DESTINATIONS[form]
    table = destination.table
    with _places(connection, form), _changes(connection):
        _note_best(connection, destination, "SELECT id FROM {table}")
        connection.execute(
            text(
                f"UPDATE change SET winner = r.batch_id FROM {table} r JOIN import_batch b ON b.id = r.batch_id"  # noqa: S608
                " WHERE r.id = change.id AND b.withdrawn_at IS NOT NULL"
            )
        )
        connection.execute(
            text(
                f"DELETE FROM change WHERE EXISTS (SELECT 1 FROM {table} r WHERE r.id = change.id"  # noqa: S608
                " AND r.superseded_by IS NOT DISTINCT FROM change.winner)"
            )
        )
        _leave_the_past(connection, table)
        yield


def _leave_the_past(connection: Connection, table: str) -> None:
    """Remove from `change` the rows that came to their term, and those replaced by a row that came to its term since:
    the rule would bring them back."""
    replaced = (
        f"SELECT r.id FROM {table} r JOIN import_batch b ON b.id = r.superseded_by"  # noqa: S608 (own names)
        " WHERE b.retained AND b.withdrawn_at IS NULL"
    )
    connection.execute(text(f"DELETE FROM change WHERE winner IS NULL AND id IN ({replaced})"))  # noqa: S608
    if "retained" in Base.metadata.tables[table].columns:
        kept = f"SELECT id FROM {table} WHERE retained"  # noqa: S608
        connection.execute(text(f"DELETE FROM change WHERE id IN ({kept})"))  # noqa: S608
