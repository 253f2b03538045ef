"""What one who may invite does with links of guests: the right is checked here, for pages and for the command alike."""

from collections.abc import Collection
from datetime import UTC, date

from dashboard.accounts import guest_link_rights, guest_links, reauthentication
from dashboard.accounts.guest_links import LONGEST, MOST_USES
from dashboard.accounts.rights import NotAllowed, Person, Reach, reach, require
from dashboard.answers.context import engine
from dashboard.period import now
from dashboard.settings import load
from db.accounts_and_sessions import Link
from db.write import Refused

__all__ = [
    "LONGEST",
    "MOST_USES",
    "Link",
    "Refused",
    "address",
    "close",
    "holding",
    "links",
    "make",
]


def make(
    person: Person, what: str, until: date | None, departments: Collection[str] | None = None
) -> tuple[Link, str]:
    """Make a link; gives it, and its address, to be told once. departments: what its guests see; None: all that the person may
    invite for. Raises Refused or NotAllowed."""
    own = _own(person)
    reauthentication.require(engine(), person)
    if departments is None:
        departments = own
    elif own is not None and not set(departments) <= own:
        raise NotAllowed(f"{person.name} : guest_links")
    if until is None:  # a field left blank
        raise Refused("Dire jusqu'à quel jour le lien tient.")
    link, token = guest_links.make(engine(), what, until, departments, person.name)
    return link, address(token)


def links(person: Person) -> list[Link]:
    """The links that the person may close, the latest first. Raises NotAllowed."""
    require(person, "guest_links")
    return [
        one
        for one in guest_links.links(engine())
        if guest_link_rights.may_show(person, one.departments)
    ]


def holding(person: Person) -> list[Link]:
    """Those by which somebody may still come in. Raises NotAllowed."""
    at = now().astimezone(UTC).replace(tzinfo=None)
    return [one for one in links(person) if guest_links.holds(one, at)]


def close(person: Person, number: int) -> None:
    """Let nobody in by a link any more. Raises Refused or NotAllowed."""
    if number not in {one.id for one in links(person)}:
        raise Refused(f"Il n'y a pas de lien {number} : python -m dashboard accounts guests")
    reauthentication.require(engine(), person)
    guest_links.close(engine(), number, person.name)


def address(token: str) -> str:
    """What is given to guests: the token stands behind the #, which no server and no log is told."""
    return f"{load().address}/invitation#{token}"


def _own(person: Person) -> frozenset[str] | None:
    """The departments that the person may invite for; None: the country. Raises NotAllowed."""
    require(person, "guest_links")
    country = reach(person, "guest_links") == Reach.COUNTRY
    return None if country else (person.departments or frozenset())
