"""What somebody checked of what quality rules found, row by row, and why it is in order.

Before: `db.quality_checks`, which writes it. A row that comes later is known by another mark, and is to be checked again.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from db.codes import ALL
from db.models import QualityAcknowledgement as Stored
from db.models import Site


class Acknowledgement(NamedTuple):
    """What somebody checked. site: the site's code; marks: of the rows; at: in UTC."""

    id: int
    rule: str
    site: str
    first_day: date
    last_day: date
    marks: tuple[str, ...]
    reason: str
    by: str
    at: datetime


def acknowledgements(connection: Connection, sites: Collection[str]) -> list[Acknowledgement]:
    """All that was checked at these sites, the latest first."""
    asked = (
        select(
            Stored.id,
            Stored.rule,
            Site.code,
            Stored.first_day,
            Stored.last_day,
            Stored.marks,
            Stored.reason,
            Stored.by,
            Stored.at,
        )
        .join(Site, Site.id == Stored.site_id)
        .order_by(Stored.id.desc())
    )
    return [
        Acknowledgement(number, rule, site, first, last, tuple(marks), reason, by, at)
        for number, rule, site, first, last, marks, reason, by, at in connection.execute(asked)
        if sites == ALL or site in sites
    ]
