"""Retention terms and the erasing of what has passed them: `python -m db retain`. TERMS: one entry for each.

No figure changes: rows that are counted lose all that no count needs, the rest are deleted. What came to its term
does not come back by a file (`db.erasure_guard`) nor by a copy (`db.erasures`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    delete,
    exists,
    func,
    insert,
    inspect,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from dashboard.french import normalise_key
from dashboard.period import add_months
from dashboard.settings import load_settings
from db import erasure_guard, erasures, journal, key_spelling, monthly_returns
from db.engine import is_sqlite
from db.erasure_guard import ERASED_RETURN, ERASED_WORDS
from db.erasures import Erasures
from db.models import (
    AccessJournal,
    Base,
    Complaint,
    ComplaintText,
    FailedSignIn,
    ImportBatch,
    MonthlyReturn,
    Retention,
    SignIn,
    Site,
    UnansweredSearch,
    Visit,
    WholeDay,
)
from db.write import Refused
from db.write_lock import write_transaction


@dataclass(frozen=True)
class Term:
    """A retention term of so many months. description: what, and from when the months count. has_passed: the SQL
    condition for rows that have passed it. remaining_values: the columns of a counted row from then on; None: nothing
    counts it, the row is deleted. words_alone: only words go, which no other row rests on: what brought them may still be
    withdrawn."""

    table: type[Base]
    setting: str
    description: str
    has_passed: Callable[[datetime], ColumnElement[bool]]
    remaining_values: Callable[[], dict[str, Any]] | None = None
    words_alone: bool = False

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.table.__tablename__)

    @property
    def months(self) -> int:
        """How many months it is kept."""
        return int(getattr(load_settings(), self.setting))


def _texts_past_term(before: datetime) -> ColumnElement[bool]:
    done = select(Complaint.id).where(erasure_guard.words_past_term(before.date()))
    return ComplaintText.complaint_id.in_(done)


def _return_words_past_term(before: datetime) -> ColumnElement[bool]:
    return erasure_guard.return_words_past_term(before.date()) & monthly_returns.has_words()


# A visit or a complaint comes to its term with all that files ever said of it, replaced and withdrawn rows too: what stood
# in for another row must not be forgotten before that one, nor a reference before the last row that bears it.
def _visits_past_term(before: datetime) -> ColumnElement[bool]:
    day, other = before.date(), aliased(Visit)
    later = exists(literal(1)).where(
        other.site_id == Visit.site_id, other.source_ref == Visit.source_ref, other.day >= day
    )
    return (Visit.day < day) & ~Visit.retained & ~later


def _remaining_visit() -> dict[str, Any]:
    """The columns that figures need of a visit: the hour, and the minutes between arrival and call; not the minute,
    not the line."""
    minutes = Visit.arrived_at % 60
    return {
        "retained": True,
        "source_ref": None,
        "ended_at": None,
        "arrived_at": Visit.arrived_at - minutes,
        "called_at": Visit.called_at - minutes,
    }


def _complaints_past_term(before: datetime) -> ColumnElement[bool]:
    day, other = before.date(), aliased(Complaint)
    wanted = exists(literal(1)).where(
        other.site_id == Complaint.site_id,
        other.reference == Complaint.reference,
        or_(
            other.received_on >= day,
            other.resolved_on >= day,
            other.superseded_by.is_(None) & other.resolved_on.is_(None),
        ),
    )
    return (Complaint.received_on < day) & ~Complaint.retained & ~wanted


def _remaining_complaint() -> dict[str, Any]:
    return {"retained": True, "reference": None}


ROWS_PER_STATEMENT = 500  # ids in one statement
OLDEST_REVISION = "0013"  # the first version whose tables say what was erased
FORM_OF = {Visit.__tablename__: Visit.form, Complaint.__tablename__: Complaint.form}
BROUGHT_BACK = "effacés avant cette copie"  # why words are erased once more
TERMS = (
    Term(
        ComplaintText, "texts_kept_months", "mots de plaintes, après la réponse", _texts_past_term
    ),
    Term(
        MonthlyReturn,
        "return_texts_kept_months",
        "mots des canevas, après leur mois (les nombres restent)",
        _return_words_past_term,
        lambda: dict(monthly_returns.BLANK),
        words_alone=True,
    ),
    Term(
        Visit,
        "visits_kept_months",
        "visites, ramenées à ce qui se compte (ni numéro de ligne, ni minute)",
        _visits_past_term,
        _remaining_visit,
    ),
    Term(
        Complaint,
        "complaints_kept_months",
        "plaintes, après la réponse, ramenées à ce qui se compte (sans référence)",
        _complaints_past_term,
        _remaining_complaint,
    ),
    Term(
        SignIn,
        "sign_ins_kept_months",
        "connexions, après la dernière page",
        # Not its end: a copy that is put back ends all that it holds, and what was erased would begin a new term.
        lambda before: SignIn.seen_at < before,
    ),
    Term(
        FailedSignIn,
        "sign_ins_kept_months",
        "essais manqués de connexion, après le dernier",
        lambda before: FailedSignIn.last_at < before,
    ),
    Term(
        AccessJournal,
        "access_journal_kept_months",
        "lignes du journal des accès",
        lambda before: AccessJournal.at < before,
    ),
    Term(
        UnansweredSearch,
        "searches_kept_months",
        "recherches sans réponse, comptées par jour",
        lambda before: UnansweredSearch.day < before.date(),
    ),
)


@dataclass(frozen=True)
class DueTerm:
    """A term on a day, and how many rows have passed it."""

    term: Term
    before: date
    rows: int


def due_terms(connection: Connection, day: date) -> list[DueTerm]:
    """The terms on a day, with the rows that have passed them. A term that was carried out does not move back,
    whatever the clock and the settings."""
    found = []
    for term in TERMS:
        before, done = (
            add_months(day, -term.months),
            erasure_guard.term_reached(connection, term.name),
        )
        before = max(before, done.date()) if done else before
        rows = connection.execute(
            select(func.count()).select_from(term.table).where(term.has_passed(_start(before)))
        ).scalar_one()
        found.append(DueTerm(term, before, rows))
    return found


def erase(engine: Engine, day: date, by: str) -> list[DueTerm]:
    """Erase what has passed its term on a day, with a line of counts in the journal, where there was anything;
    returns as `due_terms`."""
    with write_transaction(engine) as connection:
        erased, texts = [], set()
        for one in due_terms(connection, day):
            # First: the database refuses to delete a line of the access journal before `retention` says that its term is over.
            _note_term(connection, one.term, one.before)
            texts |= _texts(connection, one.term, one.before)
            erased.append(DueTerm(one.term, one.before, _erase(connection, one.term, one.before)))
        counts = ", ".join(f"{one.term.name} {one.rows}" for one in erased if one.rows)
        mark = uuid4().hex
        if counts:
            detail = {"erased": counts, "on": str(day), erasure_guard.MARK: mark}
            journal.note(connection, by, erasure_guard.AT_ITS_TERM, detail)
        erasures.update_list(engine, connection, Erasures(texts={mark: texts} if texts else {}))
    empty_sqlite_journal(engine)
    return erased


def erase_again(connection: Connection, erased: Erasures, by: str) -> None:
    """Erase in a copy that was put back, or a database that was migrated, what was erased since; the journal has a
    line for each complaint whose texts were erased one by one, as it had.

    Erased texts that are not in `erased` yet are added to it. Needs the tables of OLDEST_REVISION.
    """
    noted = erasure_guard.erased_words(connection)
    for site, reference in sorted(erased.words):
        of = ComplaintText.complaint_id.in_(
            key_spelling.complaint_row_ids(connection, site, reference)
        )
        connection.execute(delete(ComplaintText).where(of))
        if (site, reference) not in noted:
            detail = {"site": site, "reference": reference}
            journal.note(connection, by, ERASED_WORDS, detail, BROUGHT_BACK)
    known = erasure_guard.erased_returns(connection)
    for site, month in sorted(erased.returns):
        _blank_return(connection, site, month)
        if (site, month) not in known:
            told = {"site": site, "month": month}
            journal.note(connection, by, ERASED_RETURN, told, BROUGHT_BACK)
    if missed := sorted(erased.texts.keys() - erasure_guard.erasure_marks(connection)):
        _erase_texts(connection, set().union(*(erased.texts[mark] for mark in missed)))
    for mark in missed:
        journal.note(
            connection, by, erasure_guard.AT_ITS_TERM, {erasure_guard.MARK: mark}, BROUGHT_BACK
        )
    texts: set[str] = set()
    # A copy of an older version is asked again once it is brought up to date.
    there = set(inspect(connection).get_table_names())
    for term in (one for one in TERMS if one.name in there):
        before, done = (
            erased.terms.get(term.name),
            erasure_guard.term_reached(connection, term.name),
        )
        if before and (done is None or done < before):
            _note_term(connection, term, before.date())
            texts |= _texts(connection, term, before.date())
            _erase(connection, term, before.date())
    if texts:
        mark = uuid4().hex
        journal.note(
            connection, by, erasure_guard.AT_ITS_TERM, {erasure_guard.MARK: mark}, BROUGHT_BACK
        )
        erased.texts[mark] = texts


# Which complaint, and its words: what a digest is of.
WORDS = (
    select(ComplaintText.complaint_id, Site.code, Complaint.reference, ComplaintText.subject)
    .join(Complaint, Complaint.id == ComplaintText.complaint_id)
    .join(Site, Site.id == Complaint.site_id)
)


def _texts(connection: Connection, term: Term, before: date) -> set[str]:
    """The digests of the texts that a term erases, by themselves or with their complaints."""
    if term.table not in (ComplaintText, Complaint):
        return set()
    asked = WORDS.where(term.has_passed(_start(before)))
    return {erasures.digest(*row[1:]) for row in connection.execute(asked)}


def _erase_texts(connection: Connection, digests: set[str]) -> None:
    """Erase the texts that have one of these digests."""
    rows = connection.execute(WORDS).all()
    gone = [row[0] for row in rows if erasures.digest(*row[1:]) in digests]
    for first in range(0, len(gone), ROWS_PER_STATEMENT):
        some = gone[first : first + ROWS_PER_STATEMENT]
        connection.execute(delete(ComplaintText).where(ComplaintText.complaint_id.in_(some)))


def _note_term(connection: Connection, term: Term, before: date) -> None:
    """Note the day up to which a term was carried out."""
    connection.execute(delete(Retention).where(Retention.what == term.name))
    connection.execute(insert(Retention).values(what=term.name, before=_start(before)))


def _erase(connection: Connection, term: Term, before: date) -> int:
    """Erase what has passed a term; returns of how many rows."""
    over = term.has_passed(_start(before))
    if term.remaining_values is None:
        return connection.execute(delete(term.table).where(over)).rowcount
    if term.words_alone:
        blanked = update(term.table).where(over).values(term.remaining_values())
        return connection.execute(blanked).rowcount
    _keep_for_ever(connection, term.table, over, before)
    if term.table is Complaint:
        of = select(Complaint.id).where(over)
        connection.execute(delete(ComplaintText).where(ComplaintText.complaint_id.in_(of)))
    replaced = term.table.__table__.c.superseded_by.is_not(None)
    gone = connection.execute(delete(term.table).where(over, replaced)).rowcount
    return (
        gone
        + connection.execute(
            update(term.table).where(over).values(term.remaining_values())
        ).rowcount
    )


def _keep_for_ever(
    connection: Connection, table: type[Base], condition: ColumnElement[bool], before: date
) -> None:
    """Note which batches may not be withdrawn any more: they brought rows that came to their term, or are the whole
    register of a day before it."""
    rows, form = table.__table__, FORM_OF[table.__tablename__]
    brought = select(rows.c.batch_id).where(condition)
    whole = (
        select(WholeDay.batch_id)
        .join(ImportBatch, ImportBatch.id == WholeDay.batch_id)
        .where(ImportBatch.form == form, WholeDay.day < before)
    )
    of = ImportBatch.id.in_(brought) | ImportBatch.id.in_(whole)
    connection.execute(update(ImportBatch).where(of, ~ImportBatch.retained).values(retained=True))


def erase_text(engine: Engine, site: str, reference: str, by: str, reason: str) -> int:
    """Erase the text of one complaint, in all files that brought it; the complaint stays counted. Returns in how many
    files there was a text. Raises Refused where there is no such complaint, or no text of it."""
    with write_transaction(engine) as connection:
        site, reference = normalise_key(site), normalise_key(reference)
        same = key_spelling.complaint_row_ids(connection, site, reference)
        if not same:
            raise Refused(f"Il n'y a pas de plainte « {reference} » au centre « {site} ».")
        rows: int = connection.execute(
            delete(ComplaintText).where(ComplaintText.complaint_id.in_(same))
        ).rowcount
        if not rows:
            raise Refused(f"De la plainte « {reference} », aucun mot n'est gardé.")
        journal.note(connection, by, ERASED_WORDS, {"site": site, "reference": reference}, reason)
        erasures.update_list(engine, connection)
    empty_sqlite_journal(engine)
    return rows


def erase_return_words(engine: Engine, site: str, month: str, by: str, reason: str) -> int:
    """Erase the words of a site's monthly return, in all files that brought it; its numbers stay. month: « 2026-10 ». Returns in
    how many files there were words. Raises Refused where there is none, or no word of it."""
    with write_transaction(engine) as connection:
        site = normalise_key(site)
        rows = _blank_return(connection, site, month)
        if not rows:
            raise Refused(f"Du canevas de « {site} » pour {month}, aucun mot n'est gardé.")
        told = {"site": site, "month": month}
        journal.note(connection, by, ERASED_RETURN, told, reason)
        erasures.update_list(engine, connection)
    empty_sqlite_journal(engine)
    return rows


def _blank_return(connection: Connection, site: str, month: str) -> int:
    """Blank the words of a site's monthly return, in every row; returns in how many there were some."""
    try:
        first = monthly_returns.first_day(month)
    except ValueError:
        raise Refused(f"« {month} » n'est pas un mois : l'écrire 2026-10.") from None
    of = select(Site.id).where(Site.code == site).scalar_subquery()
    asked = update(MonthlyReturn).where(MonthlyReturn.site_id == of, MonthlyReturn.month == first)
    return connection.execute(
        asked.where(monthly_returns.has_words()).values(monthly_returns.BLANK)
    ).rowcount


def _start(day: date) -> datetime:
    return datetime.combine(day, time())


def empty_sqlite_journal(engine: Engine) -> None:
    """Empty SQLite's write-ahead log, which would hold what was erased until it is written over."""
    if is_sqlite(engine):
        with engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
