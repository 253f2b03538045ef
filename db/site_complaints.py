"""The complaints of sites one by one, without their texts, for who notes one or its answer.

After: `dashboard.actions.site_complaints`.
"""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, true
from sqlalchemy.orm import aliased

from db import erasure_guard
from db.codes import ALL
from db.models import Complaint, Service, Site, Term

Sites = Collection[str]
MOST_LISTED = 100  # open complaints of one page
MOST_REFERENCES = 400  # from which the next one is derived


class SiteComplaint(NamedTuple):
    """A complaint that counts. id: of its row; site: the site's code; category, service, channel: labels, "" for none; outcome:
    as it is stored."""

    id: int
    site: str
    reference: str
    received_on: date
    resolved_on: date | None
    outcome: str | None
    category: str
    service: str
    channel: str


class Waiting(NamedTuple):
    """Open complaints. number: how many; since: the day on which the oldest one was received."""

    number: int
    since: date | None


def open_complaints(connection: Connection, sites: Sites, most: int) -> list[SiteComplaint]:
    """The open complaints of these sites, the oldest first. most: how many."""
    asked = (
        _complaints()
        .where(_is_open(sites))
        .order_by(Complaint.received_on, Complaint.id)
        .limit(most)
    )
    return [SiteComplaint(*row) for row in connection.execute(asked)]


def waiting(connection: Connection, sites: Sites) -> Waiting:
    """How many complaints of these sites are open, and since when."""
    asked = (
        select(func.count(), func.min(Complaint.received_on))
        .join(Site, Site.id == Complaint.site_id)
        .where(_is_open(sites))
    )
    return Waiting(*connection.execute(asked).one())


def find(connection: Connection, site: str, reference: str) -> SiteComplaint | None:
    """The complaint of a site with that reference, in whatever case it is written; None where there is none."""
    exactly = (
        Complaint.reference == reference
    )  # SQLite knows the cases of letters without accents alone
    alike = or_(exactly, func.lower(Complaint.reference) == reference.lower())
    asked = _complaints().where(Site.code == site, _counts(), alike).order_by(~exactly).limit(1)
    row = connection.execute(asked).first()
    return SiteComplaint(*row) if row else None


def references(connection: Connection, site: str) -> list[tuple[str, date]]:
    """The references of a site's last complaints and the days on which they were received, the latest first."""
    asked = (
        select(func.coalesce(Complaint.reference, ""), Complaint.received_on)
        .join(Site, Site.id == Complaint.site_id)
        .where(Site.code == site, _counts())
        .order_by(Complaint.received_on.desc(), Complaint.id.desc())
        .limit(MOST_REFERENCES)
    )
    return [(reference, received) for reference, received in connection.execute(asked)]


def term_reached(connection: Connection) -> date | None:
    """The day before which complaints are past their term, and none is taken in any more; None where no term was carried out."""
    reached = erasure_guard.term_reached(connection, Complaint.__tablename__)
    return reached.date() if reached else None


def of_batch(connection: Connection, batch_id: int) -> SiteComplaint | None:
    """The complaint of a batch that brought one alone, whether it counts or not; None once its reference is erased."""
    asked = _complaints().where(Complaint.batch_id == batch_id, Complaint.reference.is_not(None))
    rows = connection.execute(asked.limit(2)).all()
    return SiteComplaint(*rows[0]) if len(rows) == 1 else None


def replaced_by(connection: Connection, batch_id: int) -> list[int]:
    """The ids of the rows of other batches that a batch replaced."""
    asked = select(Complaint.id).where(
        Complaint.superseded_by == batch_id, Complaint.batch_id != batch_id
    )
    return list(connection.execute(asked).scalars())


def _complaints() -> Select[int, str, str, date, date | None, str | None, str, str, str]:
    """The query for complaints with the words of their lists."""
    category, channel = aliased(Term), aliased(Term)
    return (
        select(
            Complaint.id,
            Site.code,
            func.coalesce(Complaint.reference, ""),
            Complaint.received_on,
            Complaint.resolved_on,
            Complaint.outcome,
            func.coalesce(category.label, ""),
            func.coalesce(Service.label, ""),
            func.coalesce(channel.label, ""),
        )
        .join(Site, Site.id == Complaint.site_id)
        .outerjoin(category, category.id == Complaint.category_id)
        .outerjoin(Service, Service.id == Complaint.service_id)
        .outerjoin(channel, channel.id == Complaint.channel_id)
    )


def _counts() -> ColumnElement[bool]:
    """The SQL condition that a complaint counts and is known by its reference."""
    return Complaint.superseded_by.is_(None) & Complaint.reference.is_not(None)


def _is_open(sites: Sites) -> ColumnElement[bool]:
    """The SQL condition that a complaint is one of these sites' that wait for an answer."""
    here = true() if sites == ALL else Site.code.in_(sites)
    return here & _counts() & Complaint.resolved_on.is_(None)
