"""What links of guests hold on to: the right of the account that made them. They end with it, and whoever came in by them.

Before: `db.accounts_and_sessions`. After: `dashboard.accounts.account_changes`, which changes accounts;
`dashboard.accounts.guest_links`, which makes links.
"""

from sqlalchemy import Connection

from dashboard.accounts import access_journal, people
from dashboard.accounts.rights import Person, Reach, reach
from db import accounts_and_sessions
from db.accounts_and_sessions import Holder, Link


def may_show(person: Person, departments: frozenset[str] | None) -> bool:
    """Whether the person may invite guests who see these departments; None: the country."""
    far, own = reach(person, "guest_links"), person.departments or frozenset()
    if far == Reach.DEPARTMENTS:
        return departments is not None and departments <= own
    return far == Reach.COUNTRY


def holds_for(holder: Holder, departments: frozenset[str] | None) -> bool:
    """Whether a link to these departments is still in the hands of who may make one."""
    return not holder.disabled and may_show(people.of(holder), departments)


def end_beyond(connection: Connection, account_id: str, by: str) -> None:
    """Close the links of an account that it could not make any more."""
    if (holder := accounts_and_sessions.account(connection, account_id)) is None:
        return
    for link in accounts_and_sessions.links(connection):
        beyond = link.made_by == holder.name and not holds_for(holder, link.departments)
        if beyond and not link.closed:
            close(connection, link, by)


def close(connection: Connection, link: Link, by: str) -> None:
    """Let nobody in by a link any more; whoever came in by it is out at once."""
    accounts_and_sessions.change_account(connection, link.account_id, disabled=True)
    accounts_and_sessions.end(
        connection, accounts_and_sessions.now(connection), account_id=link.account_id
    )
    access_journal.note(connection, by, "guest link closed", {"link": link.id, "for": link.what})
