"""Guest links, made and closed by who may invite: the right is checked here, for pages and commands alike."""

from collections.abc import Collection
from datetime import UTC, date

from dashboard.accounts import guest_link_rights, guest_links, reauthentication
from dashboard.accounts.guest_links import LONGEST, MOST_USES
from dashboard.accounts.rights import NotAllowed, Person, Reach, reach_of_right, require_right
from dashboard.answers.context import engine
from dashboard.period import now
from dashboard.settings import load_settings
from db.accounts_and_sessions import Link
from db.write import Refused

__all__ = [
    "LONGEST",
    "MOST_USES",
    "Link",
    "Refused",
    "link_url",
    "close_link",
    "valid_links",
    "links",
    "make_link",
]


def make_link(
    person: Person, workshop: str, until: date | None, departments: Collection[str] | None = None
) -> tuple[Link, str]:
    """Make a guest link; returns it and its address, to be shown once. departments: what its guests see; None: all
    that the person may invite for. Raises Refused or NotAllowed."""
    own = _invitable_departments(person)
    reauthentication.require_recent_proof(engine(), person)
    if departments is None:
        departments = own
    elif own is not None and not set(departments) <= own:
        raise NotAllowed(f"{person.name} : guest_links")
    if until is None:  # a field left blank
        raise Refused("Dire jusqu'à quel jour le lien tient.")
    link, token = guest_links.make_link(engine(), workshop, until, departments, person.name)
    return link, link_url(token)


def links(person: Person) -> list[Link]:
    """The links that the person may close, latest first. Raises NotAllowed."""
    require_right(person, "guest_links")
    return [
        one
        for one in guest_links.links(engine())
        if guest_link_rights.may_invite(person, one.departments)
    ]


def valid_links(person: Person) -> list[Link]:
    """The links of `links` by which guests may still sign in. Raises NotAllowed."""
    at = now().astimezone(UTC).replace(tzinfo=None)
    return [one for one in links(person) if guest_links.is_valid(one, at)]


def close_link(person: Person, number: int) -> None:
    """Close a link and end its guests' sessions. Raises Refused or NotAllowed."""
    if number not in {one.id for one in links(person)}:
        raise Refused(f"Il n'y a pas de lien {number}.")
    reauthentication.require_recent_proof(engine(), person)
    guest_links.close_link(engine(), number, person.name)


def link_url(token: str) -> str:
    """The address for guests; the token stands behind the #, which browsers send to no server."""
    return f"{load_settings().address}/invitation#{token}"


def _invitable_departments(person: Person) -> frozenset[str] | None:
    """The departments for which the person may invite; None: the country. Raises NotAllowed."""
    require_right(person, "guest_links")
    country = reach_of_right(person, "guest_links") == Reach.COUNTRY
    return None if country else (person.departments or frozenset())
