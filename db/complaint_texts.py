"""The texts of complaints, read for one complaint at a time. Nothing here is part of a cached answer.

After: `dashboard.actions.complaint_texts`, which notes who read them. Erasing is `db.retention.erase_text`.
"""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select, true

from dashboard.french import normalise_key
from db.codes import ALL
from db.models import Complaint, ComplaintText, Site

Sites = Collection[str]
MOST_LISTED = 200  # open complaints to choose from; another is found by its reference


class ComplaintWithText(NamedTuple):
    """A complaint that has a text. site, name: the site's code and name."""

    site: str
    name: str
    reference: str


def open_with_texts(connection: Connection, sites: Sites) -> list[ComplaintWithText]:
    """The oldest MOST_LISTED of the open complaints of these sites that have a text, oldest first."""
    counts = Complaint.superseded_by.is_(None) & Complaint.resolved_on.is_(None)
    asked = (
        _texts_query()
        .where(_is_of_sites(sites), counts)
        .order_by(Complaint.received_on, Complaint.id)
        .limit(MOST_LISTED)
    )
    return [ComplaintWithText(*row) for row in connection.execute(asked)]


def by_reference(connection: Connection, sites: Sites, reference: str) -> list[ComplaintWithText]:
    """The complaints of these sites with this reference that have a text, answered or not, one for each site."""
    asked = _texts_query().where(_is_of_sites(sites), _has_reference(reference)).distinct()
    return sorted(ComplaintWithText(*row) for row in connection.execute(asked))


def words(connection: Connection, sites: Sites, site: str, reference: str) -> list[str]:
    """The texts of a complaint of these sites, from each file that brought it, latest first; each once."""
    asked = (
        select(ComplaintText.subject)
        .join(Complaint, Complaint.id == ComplaintText.complaint_id)
        .join(Site, Site.id == Complaint.site_id)
        .where(_is_of_sites(sites), Site.code == site, _has_reference(reference))
        .order_by(Complaint.superseded_by.is_not(None), Complaint.id.desc())
    )
    return list(dict.fromkeys(connection.execute(asked).scalars()))


def _texts_query() -> Select[str, str, str]:
    # A complaint without reference came to its term: it has no words either.
    """The query for complaints that have a text."""
    return (
        select(Site.code, Site.name, func.coalesce(Complaint.reference, ""))
        .join(Complaint, Complaint.site_id == Site.id)
        .join(ComplaintText, ComplaintText.complaint_id == Complaint.id)
    )


def _has_reference(reference: str) -> ColumnElement[bool]:
    """The SQL condition that a complaint has this reference, as it is stored or as older rows may spell it
    (db.key_spelling)."""
    return Complaint.reference.in_({reference, normalise_key(reference)})


def _is_of_sites(sites: Sites) -> ColumnElement[bool]:
    """The SQL condition that a complaint is of these sites."""
    return true() if sites == ALL else Site.code.in_(sites)
