"""What is kept for a time only, and its erasing: `python -m db retain`. TERMS: one entry for each.

Nothing that a figure rests on is among them: words of complaints, who signed in, who looked at what.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, or_, select

from dashboard.period import add_months
from dashboard.settings import load
from db import journal
from db.engine import is_sqlite, writing
from db.models import (
    AccessJournal,
    Base,
    Complaint,
    ComplaintText,
    FailedSignIn,
    Retention,
    SignIn,
    Site,
)
from db.write import Refused


@dataclass(frozen=True)
class Term:
    """What is erased after so many months. words: what, and from when the months count. past: which rows have passed it."""

    table: type[Base]
    setting: str
    words: str
    past: Callable[[datetime], ColumnElement[bool]]

    @property
    def name(self) -> str:
        """The table's."""
        return str(self.table.__tablename__)

    @property
    def months(self) -> int:
        """How long it is kept."""
        return int(getattr(load(), self.setting))


def _closed(before: datetime) -> ColumnElement[bool]:
    # Of an open complaint the words are wanted until it is answered; of one that a later file says anew, they never are.
    day = before.date()
    done = or_(
        Complaint.resolved_on < day,
        Complaint.superseded_by.is_not(None) & (Complaint.received_on < day),
    )
    return ComplaintText.complaint_id.in_(select(Complaint.id).where(done))


TERMS = (
    Term(ComplaintText, "texts_kept_months", "mots de plaintes, après la réponse", _closed),
    Term(
        SignIn,
        "sign_ins_kept_months",
        "connexions, après la dernière page",
        lambda before: func.coalesce(SignIn.ended_at, SignIn.seen_at) < before,
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
)


@dataclass(frozen=True)
class Due:
    """How many rows of a term have passed it, on a day."""

    term: Term
    before: date
    rows: int


def due(connection: Connection, on: date) -> list[Due]:
    """What has passed its term on a day."""
    found = []
    for term in TERMS:
        before = add_months(on, -term.months)
        rows = connection.execute(
            select(func.count()).select_from(term.table).where(term.past(_start(before)))
        ).scalar_one()
        found.append(Due(term, before, rows))
    return found


def erase(engine: Engine, on: date, by: str) -> list[Due]:
    """Erase what has passed its term on a day; the journal has a line with the counts, where there was anything."""
    with writing(engine) as connection:
        erased = []
        for one in due(connection, on):
            before, name = _start(one.before), one.term.name
            # First, for the database lets nobody delete a line of the journal of accesses that is not said to be past its term.
            connection.execute(delete(Retention).where(Retention.what == name))
            connection.execute(insert(Retention).values(what=name, before=before))
            rows = connection.execute(delete(one.term.table).where(one.term.past(before))).rowcount
            erased.append(Due(one.term, one.before, rows))
        counts = ", ".join(f"{one.term.name} {one.rows}" for one in erased if one.rows)
        if counts:
            journal.note(connection, by, "retained", {"erased": counts, "on": str(on)})
    _flush(engine)
    return erased


def erase_text(engine: Engine, site: str, reference: str, by: str, why: str) -> int:
    """Erase the words of one complaint, in all files that brought it; the complaint stays counted. Returns of how many files
    there were words. Raises Refused where there is no such complaint, or no words of it."""
    with writing(engine) as connection:
        same = (
            select(Complaint.id)
            .join(Site, Site.id == Complaint.site_id)
            .where(Site.code == site, Complaint.reference == reference)
        )
        if connection.execute(same.limit(1)).first() is None:
            raise Refused(f"Il n'y a pas de plainte « {reference} » au centre « {site} ».")
        rows: int = connection.execute(
            delete(ComplaintText).where(ComplaintText.complaint_id.in_(same))
        ).rowcount
        if not rows:
            raise Refused(f"De la plainte « {reference} », aucun mot n'est gardé.")
        journal.note(connection, by, "erased words", {"site": site, "reference": reference}, why)
    _flush(engine)
    return rows


def _start(day: date) -> datetime:
    return datetime.combine(day, time())


def _flush(engine: Engine) -> None:
    """SQLite's own journal would hold what was erased until it is written over."""
    if is_sqlite(engine):
        with engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
