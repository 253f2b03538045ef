"""Which days a site was open: public holidays, closures, opening dates."""
from datetime import date

import holidays as library
import pandas as pd
from sqlalchemy import Connection

from dashboard.period import working_days
from db import read


def public_holidays(connection: Connection, first: date, last: date) -> dict[date, str]:
    """Holidays between two days, with their French names.

    From the `holidays` library (Benin), whose Islamic dates are estimates, and what a data manager changed.
    """
    found = dict(library.country_holidays("BJ", years=range(first.year, last.year + 1), language="fr_BJ").items())
    for day, label, worked in read.holiday_changes(connection):
        if worked:
            found.pop(day, None)
        else:
            found[day] = label
    return {day: label for day, label in found.items() if first <= day <= last}


def open_days(sites: pd.DataFrame, closures: pd.DataFrame, holidays: dict[date, str], first: date, last: date
              ) -> dict[int, set[date]]:
    """Site id to its working days between two days, inclusive.

    Left out: Saturdays, Sundays, holidays, whole days of closure, days before the first activity (else the launch)
    and from the closing date on. A site with neither first activity nor launch has none.
    """
    working = set(working_days(first, last, holidays)) if first <= last else set()
    whole = closures[closures["from_minute"].isna()]
    found = {}
    for site in sites.itertuples():
        start = site.first_activity or site.launched_on
        if start is None:
            found[site.id] = set()
            continue
        days = {d for d in working if d >= start and (site.closed_on is None or d < site.closed_on)}
        for c in whole.itertuples():
            if c.site_id is None or c.site_id == site.id:
                days = {d for d in days if not c.first_day <= d <= c.last_day}
        found[site.id] = days
    return found
