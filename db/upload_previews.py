"""Files that somebody sent and has not confirmed yet, sealed, for a day; and what was said to who confirmed one.

Outside the data's version: nothing of it counts until it is confirmed.
"""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, Engine, delete, insert, select, update

from db.codes import ALL
from db.journal import utc_now
from db.models import BatchSite, ImportBatch, Receipt, Site, UploadPreview
from db.read import Sites
from db.write_lock import write_transaction

KEPT = timedelta(days=1)
LISTED = 200


def save(engine: Engine, owner: str, sealed: bytes) -> str:
    """Save a preview of somebody; returns its number, of chance."""
    with write_transaction(engine) as connection:
        return add(connection, owner, sealed)


def add(connection: Connection, owner: str, sealed: bytes) -> str:
    """As `save`, in the caller's transaction. Previews whose day is over are deleted, and of his the oldest beyond LISTED."""
    number = uuid4().hex
    delete_outdated(connection)
    connection.execute(
        insert(UploadPreview).values(id=number, owner=owner, made_at=utc_now(), sealed=sealed)
    )
    kept = select(UploadPreview.id).where(UploadPreview.owner == owner)
    old = kept.order_by(UploadPreview.made_at.desc()).offset(LISTED)
    if gone := connection.execute(old).scalars().all():
        connection.execute(delete(UploadPreview).where(UploadPreview.id.in_(gone)))
    return number


def replace(engine: Engine, number: str, owner: str, before: bytes, sealed: bytes) -> bool:
    """Put another content into a preview of somebody in the place of the one before; False where it is another one by now, or
    gone."""
    with write_transaction(engine) as connection:
        done = connection.execute(
            update(UploadPreview)
            .where(
                UploadPreview.id == number,
                UploadPreview.owner == owner,
                UploadPreview.sealed == before,
            )
            .values(sealed=sealed)
        )
    return done.rowcount == 1


def read(connection: Connection, number: str, owner: str) -> bytes | None:
    """The content of a preview of somebody; None where there is none, or its day is over."""
    return connection.execute(
        select(UploadPreview.sealed).where(
            UploadPreview.id == number,
            UploadPreview.owner == owner,
            UploadPreview.made_at >= utc_now() - KEPT,
        )
    ).scalar()


def newest(
    connection: Connection, owner: str, most: int = LISTED
) -> list[tuple[str, datetime, bytes]]:
    """The last previews of somebody that wait: number, when it was made, content."""
    found = connection.execute(
        select(UploadPreview.id, UploadPreview.made_at, UploadPreview.sealed)
        .where(UploadPreview.owner == owner, UploadPreview.made_at >= utc_now() - KEPT)
        .order_by(UploadPreview.made_at.desc())
        .limit(most)
    )
    return [(number, made_at, sealed) for number, made_at, sealed in found]


def remove(engine: Engine, number: str, owner: str) -> None:
    """Delete a preview of somebody."""
    with write_transaction(engine) as connection:
        connection.execute(
            delete(UploadPreview).where(UploadPreview.id == number, UploadPreview.owner == owner)
        )


def delete_outdated(connection: Connection) -> None:
    """Delete the previews whose day is over."""
    connection.execute(delete(UploadPreview).where(UploadPreview.made_at < utc_now() - KEPT))


def note_receipt(
    connection: Connection, batch_id: int, preview: str, detail: dict[str, Any]
) -> None:
    """Save what is said of a batch, in the transaction that keeps it; its preview goes."""
    connection.execute(insert(Receipt).values(batch_id=batch_id, preview=preview, detail=detail))
    connection.execute(delete(UploadPreview).where(UploadPreview.id == preview))


class KeptReceipt(NamedTuple):
    """A receipt. sites: codes of the sites of which the batch speaks; first_day, last_day: of all of them; withdrawn_at: when
    it was withdrawn, None where it counts. declared: whether somebody said it without a file, and nobody confirmed it."""

    number: int
    form: str
    filename: str
    by: str
    at: datetime
    rows: int
    sites: frozenset[str]
    first_day: date | None
    last_day: date | None
    sha256: str
    withdrawn_at: datetime | None
    detail: dict[str, Any]
    declared: bool


def batch_of_preview(connection: Connection, preview: str) -> int | None:
    """The batch that a preview became; None where it was not confirmed."""
    return connection.execute(select(Receipt.batch_id).where(Receipt.preview == preview)).scalar()


def receipts(
    connection: Connection, sites: Sites, number: int | None = None, most: int = 50
) -> list[KeptReceipt]:
    """The receipts of batches that speak of these sites alone, the newest first. number: of one; most: how many."""
    wanted = (
        select(
            ImportBatch.id,
            ImportBatch.form,
            ImportBatch.filename,
            ImportBatch.imported_by,
            ImportBatch.imported_at,
            ImportBatch.rows,
            ImportBatch.first_day,
            ImportBatch.last_day,
            ImportBatch.sha256,
            ImportBatch.withdrawn_at,
            Receipt.detail,
            ImportBatch.declared,
        )
        .join(Receipt, Receipt.batch_id == ImportBatch.id)
        .order_by(ImportBatch.id.desc())
    )
    codes = select(BatchSite.batch_id, Site.code).join(Site, Site.id == BatchSite.site_id)
    if number is not None:
        wanted, codes = (
            wanted.where(ImportBatch.id == number),
            codes.where(BatchSite.batch_id == number),
        )
    if sites != ALL:
        elsewhere = codes.where(Site.code.not_in(list(sites))).with_only_columns(BatchSite.batch_id)
        here = codes.where(Site.code.in_(list(sites))).with_only_columns(BatchSite.batch_id)
        wanted = wanted.where(ImportBatch.id.in_(here), ImportBatch.id.not_in(elsewhere))
    found = connection.execute(wanted.limit(most)).all()
    numbers = [row.id for row in found]
    of_batches: dict[int, set[str]] = {}
    for batch, code in connection.execute(codes.where(BatchSite.batch_id.in_(numbers))):
        of_batches.setdefault(batch, set()).add(code)
    return [
        KeptReceipt(
            row.id,
            row.form,
            row.filename,
            row.imported_by,
            row.imported_at,
            row.rows,
            frozenset(of_batches.get(row.id, ())),
            row.first_day,
            row.last_day,
            row.sha256,
            row.withdrawn_at,
            row.detail,
            row.declared,
        )
        for row in found
    ]
