"""Reauthentication: changing accounts or links demands that the password was given within a quarter of an hour.

Before: `db.accounts_and_sessions`. After: `dashboard.actions`, where the right is checked first.
"""

from datetime import timedelta

from sqlalchemy import Engine

from dashboard.accounts.rights import Person
from dashboard.accounts.session_cache import NEXT_AT_MOST
from db import accounts_and_sessions
from db.write import Refused

WITHIN = timedelta(minutes=15)
AGAIN = (
    "Rien n'est encore fait : confirmer d'abord que c'est bien vous, dans la fenêtre que le bouton ouvre, puis recommencer"
    " ici. Ce que vous avez écrit y reste."
)


class TooLongAgo(Refused):
    """The password has to be given again first."""


def require_recent_proof(engine: Engine, person: Person) -> None:
    """Raise TooLongAgo unless the person gave a password within a quarter of an hour, in this session. A command is
    not checked: who runs it has no account."""
    if person.id and not is_recent(engine, person.id, person.session_number):
        raise TooLongAgo(AGAIN)


def is_recent(engine: Engine, account: str, number: int) -> bool:
    """Whether a password was given within a quarter of an hour in the session of this number, or in the one that took
    its place, for this account."""
    with engine.connect() as connection:
        at, entry = (
            accounts_and_sessions.database_time(connection),
            accounts_and_sessions.session_by_number(connection, number),
        )
        for _ in range(NEXT_AT_MOST):
            if entry is None or entry.next_id is None:
                break
            entry = accounts_and_sessions.session_by_number(connection, entry.next_id)
    if entry is None or entry.ended_at or entry.account_id != account or not entry.proved_at:
        return False
    return at - WITHIN < entry.proved_at <= at
