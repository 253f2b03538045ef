"""The waits of one site by weekday and hour of arrival, counted by the database from its register's rows: the sums that are
kept have hours, and weekdays, but not the waits of both."""

from collections.abc import Collection
from datetime import date

import numpy as np
from sqlalchemy import ColumnElement, Connection, case, extract, func, select, true

from db.codes import ALL, ALL_SERVICES, BINS, LAST_BIN, LEFT, UNKNOWN_HOUR, UNKNOWN_SERVICE
from db.models import Site, Visit

LONGEST = 366  # days that are read at most


def weekday_waits(
    connection: Connection,
    site: str,
    sites: Collection[str],
    first: date,
    last: date,
    service: int = ALL_SERVICES,
) -> np.ndarray:
    """The histograms of waits by weekday (0 = Monday) and hour of arrival, (7, 24, 241), of the visits that count; of none but
    a site of `sites`. A wait is what `db.packed_visits.pack` says. Raises ValueError for more than LONGEST days."""
    if (last - first).days >= LONGEST:
        raise ValueError(f"{first} to {last}: more than {LONGEST} days")
    found = np.zeros((7, UNKNOWN_HOUR, BINS), dtype=np.int64)
    if sites != ALL and site not in sites:
        return found
    weekday, hour = extract("dow", Visit.day), Visit.arrived_at // 60
    waited = Visit.called_at - Visit.arrived_at
    wait = case((waited > LAST_BIN, LAST_BIN), else_=waited)
    asked = (
        select(weekday, hour, wait, func.count())
        .join(Site, Site.id == Visit.site_id)
        .where(
            Site.code == site,
            Visit.day.between(first, last),
            Visit.superseded_by.is_(None),
            Visit.arrived_at.is_not(None),
            Visit.called_at.is_not(None),
            Visit.outcome != LEFT,
            _of_service(service),
        )
        .group_by(weekday, hour, wait)
    )
    for from_sunday, at, minutes, number in connection.execute(asked):
        found[(int(from_sunday) - 1) % 7, at, minutes] += number
    return found


def _of_service(service: int) -> ColumnElement[bool]:
    """The SQL condition for visits of a service, of one that is not known, or of any."""
    if service == ALL_SERVICES:
        return true()
    return Visit.service_id.is_(None) if service == UNKNOWN_SERVICE else Visit.service_id == service
