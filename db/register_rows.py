"""Rows of a site's register, for whoever checks them one by one; those that came to their term are left out, since nothing of
them can be checked."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection, false, select

from db.bulk_insert import Row
from db.codes import ALL
from db.models import Site, Visit

DAYS_AT_ONCE = 400  # values in a query: both databases take more


def register_rows(
    connection: Connection, site: str, sites: Collection[str], days: Sequence[date]
) -> list[Row]:
    """(day, arrived, called, ended, kind, service id, sex, satisfied, reference) of the visits of some days that count, by day
    and arrival, times in minutes after midnight, None where unknown; of none but a site of `sites`."""
    if sites != ALL and site not in sites:
        return []
    asked = (
        select(
            Visit.day,
            Visit.arrived_at,
            Visit.called_at,
            Visit.ended_at,
            Visit.kind,
            Visit.service_id,
            Visit.sex,
            Visit.satisfied,
            Visit.source_ref,
        )
        .join(Site, Site.id == Visit.site_id)
        .where(Site.code == site, Visit.superseded_by.is_(None), Visit.retained == false())
    )
    found: list[Row] = []
    for start in range(0, len(days), DAYS_AT_ONCE):
        some = asked.where(Visit.day.in_(days[start : start + DAYS_AT_ONCE]))
        found += [tuple(row) for row in connection.execute(some)]
    # Sorted here: the databases do not agree where an unknown time belongs.
    return sorted(
        found, key=lambda r: (r[0], *(-1 if v is None else v for v in r[1:3]), r[8] or "")
    )
