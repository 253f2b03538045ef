"""The words of complaints, asked for one complaint at a time. Nothing here is part of an answer that is kept.

After: `dashboard.actions.complaint_texts`, which notes who read them. Erasing is `db.retention.erase_text`.
"""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select, true

from dashboard.french import normalise_key
from db.codes import ALL
from db.models import Complaint, ComplaintText, Site

Sites = Collection[str]


class ComplaintWithText(NamedTuple):
    """A complaint that has words. site: the site's code; name: the site's."""

    site: str
    name: str
    reference: str


def open_with_texts(connection: Connection, sites: Sites) -> list[ComplaintWithText]:
    """The complaints of these sites that wait for an answer and have words, the oldest first."""
    counts = Complaint.superseded_by.is_(None) & Complaint.resolved_on.is_(None)
    asked = _kept().where(_of(sites), counts).order_by(Complaint.received_on, Complaint.id)
    return [ComplaintWithText(*row) for row in connection.execute(asked)]


def by_reference(connection: Connection, sites: Sites, reference: str) -> list[ComplaintWithText]:
    """The complaints of these sites that the register calls so and that have words, answered or not; of several sites, one
    each."""
    asked = _kept().where(_of(sites), _called(reference)).distinct()
    return sorted(ComplaintWithText(*row) for row in connection.execute(asked))


def words(connection: Connection, sites: Sites, site: str, reference: str) -> list[str]:
    """What was written of a complaint of these sites, as each file that brought it has it, the latest first; each once."""
    asked = (
        select(ComplaintText.subject)
        .join(Complaint, Complaint.id == ComplaintText.complaint_id)
        .join(Site, Site.id == Complaint.site_id)
        .where(_of(sites), Site.code == site, _called(reference))
        .order_by(Complaint.superseded_by.is_not(None), Complaint.id.desc())
    )
    return list(dict.fromkeys(connection.execute(asked).scalars()))


def _kept() -> Select[str, str, str]:
    # A complaint without reference came to its term: it has no words either.
    return (
        select(Site.code, Site.name, func.coalesce(Complaint.reference, ""))
        .join(Complaint, Complaint.site_id == Site.id)
        .join(ComplaintText, ComplaintText.complaint_id == Complaint.id)
    )


def _called(reference: str) -> ColumnElement[bool]:
    """As it is kept, or as older rows may still have it (db.key_spelling)."""
    return Complaint.reference.in_({reference, normalise_key(reference)})


def _of(sites: Sites) -> ColumnElement[bool]:
    return true() if sites == ALL else Site.code.in_(sites)
