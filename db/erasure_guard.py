"""Protects erasures: files that would bring erased data again, or whose withdrawal would, are refused, or imported
without the erased texts.

Before: `db.retention`, which notes up to when it erased. After: `db.write`.
"""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Select, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from dashboard.french import normalise_key
from dashboard.period import to_naive_utc
from db.models import (
    Complaint,
    ImportBatch,
    Journal,
    MonthlyReturn,
    Retention,
    Visit,
    WholeDay,
)

# Actions in the journal: the text of one complaint was erased; the rows past a term were.
ERASED_WORDS, AT_ITS_TERM, MARK = "erased words", "retained", "mark"
ERASED_RETURN = "erased return words"  # the words of one site's monthly return were
TABLES: dict[str, type[Visit | Complaint]] = {Visit.form: Visit, Complaint.form: Complaint}
LISTED = 5  # references that are listed one by one


def refusal_reason(connection: Connection, form: str, batch_id: int) -> str:
    """Why this batch may not be imported: some of its rows are past their term, or may be; "" where it may.

    A complaint whose reference the database still has is not past its term, however old: it may be answered.
    """
    table = TABLES.get(form)
    if table is None or not (before := term_reached(connection, str(table.__tablename__))):
        return ""
    asked = (
        select(ImportBatch.id).where(
            ImportBatch.id == batch_id, ImportBatch.as_of < to_naive_utc(before)
        ),
        select(WholeDay.day).where(WholeDay.batch_id == batch_id, WholeDay.day < before.date()),
        select(table.id).where(table.batch_id == batch_id, _is_past(form, before.date())),
    )
    if not any(connection.execute(one.limit(1)).first() for one in asked):
        return ""
    rows = "de visites" if form == Visit.form else "de plaintes reçues"
    return (
        f"Le fichier parle {rows} avant le {before:%d/%m/%Y}, dont le terme est passé : elles sont comptées pour"
        f" toujours, et leurs lignes effacées. Retirer ces lignes du fichier{_references(connection, asked[2], form)}."
    )


def has_retained_rows(connection: Connection, batch_id: int) -> bool:
    """Whether a batch may not be changed: some of its rows came to their term, and the rows that they had replaced
    are erased."""
    asked = select(ImportBatch.retained).where(ImportBatch.id == batch_id)
    return bool(connection.execute(asked).scalar())


def is_before(connection: Connection, form: str, as_of: datetime) -> bool:
    """Whether a file of the form and of that date is from before the term that was carried out."""
    table = TABLES.get(form)
    before = term_reached(connection, str(table.__tablename__)) if table else None
    return before is not None and as_of < to_naive_utc(before)


def erased_words(connection: Connection) -> set[tuple[str, str]]:
    """The complaints whose texts were erased one by one: code of the site, reference. Not those of purged fictitious
    data."""
    return {
        (str(one["site"]), normalise_key(str(one["reference"])))
        for one in _details(connection, ERASED_WORDS)
    }


def erased_returns(connection: Connection) -> set[tuple[str, str]]:
    """The monthly returns whose words were erased one by one: code of the site, month as « 2026-10 ». Not those of purged
    fictitious data."""
    return {(str(one["site"]), str(one["month"])) for one in _details(connection, ERASED_RETURN)}


def return_words_past_term(before: date) -> ColumnElement[bool]:
    """The SQL condition for monthly returns whose words are past their term before that day: whose month is over by then."""
    return MonthlyReturn.month < before.replace(day=1)


def words_past_term(before: date) -> ColumnElement[bool]:
    """The SQL condition for complaints whose texts are past their term before that day. Those of an open complaint
    are kept until it is answered, in whichever file they came."""
    counts = aliased(Complaint)
    current = exists(literal(1)).where(
        counts.site_id == Complaint.site_id,
        counts.reference == Complaint.reference,
        counts.superseded_by.is_(None),
    )
    answered = current.where(counts.resolved_on < before)
    nowhere = ~current & (Complaint.received_on < before)
    return or_(Complaint.retained, answered, nowhere)


def erasure_marks(connection: Connection) -> set[str]:
    """The marks of the erasings at a term that this database has been through (see `erasures.Erasures`)."""
    asked = select(Journal.detail).where(Journal.did == AT_ITS_TERM)
    found = (one.get(MARK) for one in connection.execute(asked).scalars())
    return {str(mark) for mark in found if mark}


def term_reached(connection: Connection, table: str) -> datetime | None:
    """The day before which the term of a table was carried out, at Benin's midnight; None where it never was."""
    return connection.execute(
        select(Retention.before).where(Retention.what == table)
    ).scalar_one_or_none()


def _details(connection: Connection, did: str) -> list[dict[str, object]]:
    """The details of the journal's lines of an act, since fictitious data were last purged."""
    purged = select(func.max(Journal.id)).where(Journal.did == "purged").scalar_subquery()
    asked = select(Journal.detail).where(Journal.did == did, Journal.id > func.coalesce(purged, 0))
    return list(connection.execute(asked).scalars())


def _is_past(form: str, before: date) -> ColumnElement[bool]:
    """The SQL condition for rows of the form that are past the term of that day."""
    if form == Visit.form:
        return Visit.day < before
    other = aliased(Complaint)
    known = exists(literal(1)).where(
        other.site_id == Complaint.site_id,
        other.reference == Complaint.reference,
        other.batch_id != Complaint.batch_id,
    )
    return (Complaint.received_on < before) & ~known


def _references(connection: Connection, rows: Select[int], form: str) -> str:
    """The references of the first of these rows, in words, where they have some."""
    reference = Visit.source_ref if form == Visit.form else Complaint.reference
    asked = rows.with_only_columns(reference).where(reference.is_not(None))
    found = connection.execute(asked.order_by(reference).limit(LISTED + 1)).scalars()
    named = [str(one) for one in found]
    more = ", …" if len(named) > LISTED else ""
    return f" (références {', '.join(named[:LISTED])}{more})" if named else ""
