"""Who has an account, as the one who asks. Before: `db.accounts_and_sessions`. After: `dashboard.request_identity`."""

from sqlalchemy import Connection

from dashboard.accounts.rights import Person
from db import accounts_and_sessions
from db.accounts_and_sessions import Holder


def person(connection: Connection, account_id: str) -> Person | None:
    """The person of an account as it stands now; None where there is none, or it is disabled."""
    holder = accounts_and_sessions.account(connection, account_id)
    return None if holder is None or holder.disabled else person_of_account(holder)


def person_of_account(holder: Holder) -> Person:
    """The person of an account that was read."""
    return Person(holder.name, holder.role, holder.departments, holder.sites, holder.id)
