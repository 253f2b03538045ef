"""Rows that quality rules single out: seen by who answers for their site, said to be in order by a data manager, with a reason.

Before: `dashboard.answers.quality_checks`. After: `dashboard.ui.quality_checks`.
"""

from collections.abc import Sequence

from dashboard.accounts import rights
from dashboard.accounts.rights import NotAllowed, Person
from dashboard.actions import access_journal
from dashboard.answers.checked_rows import checks
from dashboard.answers.context import engine_to_write, view
from dashboard.answers.quality_checks import ToCheck
from dashboard.judgement.quality_rules import BY_KEY
from dashboard.period import day_from_number
from db import quality_checks
from db.codes import ALL
from db.write import Refused

__all__ = ["Refused", "acknowledge", "may_check", "note_view", "take_back"]

RIGHT = "check_quality"


def may_check(person: Person, site: str) -> bool:
    """Whether the person may say that rows of a site are in order."""
    own = rights.sites(person, RIGHT, view(person).network.departments_of_sites)
    return own == ALL or site in own


def acknowledge(person: Person, one: ToCheck, marks: Sequence[str], reason: str) -> None:
    """Save that the rows that were shown of a finding are in order, and why: these alone. marks: theirs. Raises NotAllowed,
    Refused."""
    _require(person, one.site)
    days = day_from_number(one.finding.first), day_from_number(one.finding.last)
    quality_checks.acknowledge(
        engine_to_write(person),
        one.finding.rule,
        one.rule.title,
        one.site,
        days,
        marks,
        reason,
        person.name,
    )


def take_back(person: Person, number: int) -> None:
    """Take back what was said to be in order. number: of the acknowledgement. Raises NotAllowed, Refused."""
    meant = next((one for one in checks(person) if one.id == number), None)
    if meant is None:
        raise Refused("Cette vérification a déjà été reprise.")
    _require(person, meant.site)
    title = BY_KEY[meant.rule].title if meant.rule in BY_KEY else meant.rule
    quality_checks.take_back(engine_to_write(person), number, title, person.name)


def note_view(person: Person, one: ToCheck) -> None:
    """Write to the access journal that the person sees rows of a site's register."""
    access_journal.note_in_background(
        person, "looked at register rows", {"site": one.site, "rule": one.rule.title}
    )


def _require(person: Person, site: str) -> None:
    if not may_check(person, site):
        raise NotAllowed(f"{person.name} : {RIGHT}, {site}")
