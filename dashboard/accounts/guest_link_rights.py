"""Who may make guest links, and which links end when the account that made them loses that right.

Before: `db.accounts_and_sessions`. After: `dashboard.accounts.account_changes`, which changes accounts;
`dashboard.accounts.guest_links`, which makes links.
"""

from sqlalchemy import Connection

from dashboard.accounts import access_journal, people
from dashboard.accounts.rights import Person, Reach, reach_of_right
from db import accounts_and_sessions
from db.accounts_and_sessions import Holder, Link


def may_invite(person: Person, departments: frozenset[str] | None) -> bool:
    """Whether the person may invite guests who see these departments; None: the country."""
    far, own = reach_of_right(person, "guest_links"), person.departments or frozenset()
    if far == Reach.DEPARTMENTS:
        return departments is not None and departments <= own
    return far == Reach.COUNTRY


def is_link_allowed(holder: Holder, departments: frozenset[str] | None) -> bool:
    """Whether the account may (still) have a link to these departments; None: the country."""
    return not holder.disabled and may_invite(people.person_of_account(holder), departments)


def close_links_beyond(connection: Connection, account_id: str, by: str) -> None:
    """Close the links of an account that it could not make any more."""
    if (holder := accounts_and_sessions.account(connection, account_id)) is None:
        return
    for link in accounts_and_sessions.links(connection):
        beyond = link.made_by == holder.name and not is_link_allowed(holder, link.departments)
        if beyond and not link.closed:
            close_link(connection, link, by)


def close_link(connection: Connection, link: Link, by: str) -> None:
    """Close a link and end the sessions of its guests at once."""
    accounts_and_sessions.change_account(connection, link.account_id, disabled=True)
    accounts_and_sessions.end_sessions(
        connection, accounts_and_sessions.database_time(connection), account_id=link.account_id
    )
    access_journal.note(connection, by, "guest link closed", {"link": link.id, "for": link.what})
