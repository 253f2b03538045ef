"""What was erased is not brought again, and what it is counted with is not taken out: files that would are refused, or their
words not kept.

Before: `db.retain`, which writes down until when it erased. After: `db.write`.
"""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Select, select

from dashboard.french import key
from db.models import Complaint, ImportBatch, Journal, Retention, Visit, WholeDay

ERASED_WORDS = "erased words"  # in the journal: of one complaint
TABLES: dict[str, type[Visit | Complaint]] = {Visit.form: Visit, Complaint.form: Complaint}
NAMELESS = "effacée-"  # how the reference of a complaint begins that has lost its own


def sentence(connection: Connection, form: str, batch_id: int) -> str:
    """Why this batch may neither come in nor go out: it speaks of rows whose term is over; "" where it may."""
    table = TABLES.get(form)
    if table is None or not (before := until(connection, str(table.__tablename__))):
        return ""
    asked = (
        select(ImportBatch.id).where(ImportBatch.id == batch_id, ImportBatch.as_of < before),
        select(WholeDay.day).where(WholeDay.batch_id == batch_id, WholeDay.day < before.date()),
        select(table.id).where(table.batch_id == batch_id, _is_past(form, before.date())),
    )
    if not any(connection.execute(one.limit(1)).first() for one in asked):
        return ""
    rows = "de visites" if form == Visit.form else "de plaintes closes"
    return (
        f"Le fichier parle {rows} d'avant le {before:%d/%m/%Y}, dont le terme est passé : elles sont comptées pour"
        " toujours, et leurs lignes effacées. Retirer ces lignes du fichier."
    )


def rows(connection: Connection, form: str) -> Select[int] | None:
    """The ids of the form's rows whose term is over, which stand as they stood; None where none was carried out."""
    table = TABLES.get(form)
    if table is None or not (before := until(connection, str(table.__tablename__))):
        return None
    return select(table.id).where(_is_past(form, before.date()))


def erased_words(connection: Connection) -> set[tuple[str, str]]:
    """The complaints whose words were erased by themselves: code of the site, reference."""
    asked = select(Journal.detail).where(Journal.did == ERASED_WORDS)
    return {
        (str(one["site"]), key(str(one["reference"])))
        for one in connection.execute(asked).scalars()
    }


def until(connection: Connection, table: str) -> datetime | None:
    """Before when the term of a table was carried out; None: never."""
    return connection.execute(
        select(Retention.before).where(Retention.what == table)
    ).scalar_one_or_none()


def _is_past(form: str, before: date) -> ColumnElement[bool]:
    return Visit.day < before if form == Visit.form else Complaint.resolved_on < before
