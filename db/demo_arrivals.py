"""When the files of a demonstration came in: it is loaded in a minute, and tells of files that came by the day and the week.

Before: `db.intake`, which keeps each file as a batch of now. Used by `db.demo_load` alone: of a real file the clock says when it
came in.
"""

from hashlib import sha256

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from dashboard.period import to_naive_utc
from db import journal
from db.demo.model import Arrival, DemoFile, Part
from db.engine import is_sqlite
from db.form_tables import DESTINATIONS, Destination
from db.models import Base, BatchSite, ImportBatch, Site

Numbered = list[tuple[int, Arrival]]


def note_arrival(connection: Connection, batch_id: int, file: DemoFile, by: str) -> None:
    """Note when a file came in that was kept as a batch. Where it came in by parts each is a batch, the first of them this one,
    and its rows are shared out among them."""
    if not file.arrivals:
        _date(connection, batch_id, {"imported_at": to_naive_utc(file.came_in)})
        return
    last = connection.execute(select(func.max(ImportBatch.id))).scalar_one()
    first, *others = file.arrivals
    numbered = [(batch_id, first), *enumerate(others, last + 1)]
    _add_batches(connection, numbered)
    _share_out_rows(connection, numbered, DESTINATIONS[file.form])
    for number, arrival in numbered[1:]:
        detail = {"batch": number, "form": file.form, "rows": _rows(arrival)}
        journal.note(connection, by, "imported", detail)


def _date(connection: Connection, batch_id: int, values: dict[str, object]) -> None:
    connection.execute(update(ImportBatch).where(ImportBatch.id == batch_id).values(values))


def _rows(arrival: Arrival) -> int:
    return sum(part.rows for part in arrival.parts)


def _said(arrival: Arrival) -> dict[str, object]:
    """What the batch of an arrival says of itself."""
    at = to_naive_utc(arrival.at)
    return {
        "as_of": at,
        "imported_at": at,
        "rows": _rows(arrival),
        "first_day": min(part.first for part in arrival.parts),
        "last_day": max(part.last for part in arrival.parts),
    }


def _add_batches(connection: Connection, numbered: Numbered) -> None:
    """A batch for each arrival but the first, whose batch is there, like it in all else."""
    (batch_id, first), *others = numbered
    known = connection.execute(select(ImportBatch.__table__).filter_by(id=batch_id)).mappings()
    like = dict(known.one())
    _date(connection, batch_id, _said(first))
    if not others:
        return
    rows = [
        like
        | {
            "id": number,
            "sha256": sha256(f"{like['sha256']} {number - batch_id}".encode()).hexdigest(),
        }
        | _said(arrival)
        for number, arrival in others
    ]
    connection.execute(insert(ImportBatch), rows)
    if not is_sqlite(connection):  # numbers that the database gives by itself go on from there
        sequence = func.pg_get_serial_sequence("import_batch", "id")
        connection.execute(select(func.setval(sequence, others[-1][0])))


def _share_out_rows(connection: Connection, numbered: Numbered, destination: Destination) -> None:
    """Give each batch its days and its rows. What came in first has them, wherever something later speaks of them too."""
    site = {row.code: row.id for row in connection.execute(select(Site.code, Site.id))}
    parts: list[tuple[int, Part]] = [(n, part) for n, one in numbered for part in one.parts]
    connection.execute(delete(BatchSite).where(BatchSite.batch_id == numbered[0][0]))
    connection.execute(
        insert(BatchSite),
        [
            {
                "batch_id": number,
                "site_id": site[part.site],
                "first_day": part.first,
                "last_day": part.last,
                "rows": part.rows,
            }
            for number, part in parts
        ],
    )
    moved = [
        {"number": number, "at": site[part.site], "begin": part.first, "end": part.last}
        for number, part in reversed(parts)
        if part.rows
    ]
    if moved:
        rows = Base.metadata.tables[destination.table]
        days = rows.c[destination.day].between(bindparam("begin"), bindparam("end"))
        change = update(rows).where(rows.c.site_id == bindparam("at"), days)
        connection.execute(change.values(batch_id=bindparam("number")), moved)
