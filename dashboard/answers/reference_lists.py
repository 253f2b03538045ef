"""The reference data beside sites: communes, holidays, directors, services and deadlines, words of lists, what files write.

Before: `db.read`. After: `dashboard.web.reference_pages`, and the pages of departments.
"""

from datetime import date
from typing import NamedTuple

from dashboard.accounts.rights import Person, require_right
from dashboard.answers.context import engine, view
from dashboard.period import today
from db import read
from db.codes import ALL, TERMS
from db.working_days import public_holidays

RIGHT = "reference"
FIXED_WORDS = frozenset(word for words in TERMS.values() for word in words)


class Lists(NamedTuple):
    """What is not a site. communes: (name, department); holidays: of last year to the next; worked: days of the calendar that are
    none; directors: (department, valid from, who), oldest first; services: (code, label, deadline); words: (number, list, label);
    spellings: (number, site, form, column, what is written, what is meant). fixed_words: those that sheets and pages write."""

    communes: list[tuple[str, str]]
    holidays: dict[date, str]
    worked: list[tuple[date, str]]
    directors: list[tuple[str, date, str]]
    services: list[tuple[str, str, int | None]]
    words: list[tuple[int, str, str]]
    spellings: list[tuple[int, str, str, str, str, str]]
    fixed_words: frozenset[str]

    def directors_on(self, day: date) -> dict[str, str]:
        """Who directs each department on a day, where it is known."""
        return {name: who for name, since, who in self.directors if since <= day}


class SiteDetails(NamedTuple):
    """What only this page shows of a site: its host, and the communes of its department."""

    host: str
    communes: list[str]


def lists(who: Person) -> Lists:
    """Everything of the reference that is not a site. Raises NotAllowed."""
    require_right(who, RIGHT)
    year = today().year
    with engine().connect() as connection:
        changes = read.holiday_changes(connection)
        return Lists(
            [(name, department) for name, department, _ in read.communes(connection)],
            public_holidays(connection, date(year - 1, 1, 1), date(year + 1, 12, 31)),
            sorted((day, label) for day, label, worked in changes if worked),
            read.directors(connection),
            read.service_deadlines(connection),
            read.terms(connection),
            read.remembered_spellings(connection, ALL),
            FIXED_WORDS,
        )


def site_details(who: Person, code: str) -> SiteDetails:
    """What only this page shows of a site. Raises NotAllowed; KeyError for an unknown one."""
    require_right(who, RIGHT)
    with engine().connect() as connection:
        home = view(who).network.departments_of_sites[code]
        return SiteDetails(
            read.hosts(connection, {code})[code],
            [name for name, department, _ in read.communes(connection) if department == home],
        )
