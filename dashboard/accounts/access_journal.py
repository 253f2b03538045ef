"""The access journal: who signed in, viewed rows of complaints, exported, changed an account.

It lies outside the version of the data: writing a line does not invalidate the cached answers.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from dashboard.period import naive_utc_bounds
from db import accounts_and_sessions
from db.write_lock import write_transaction


def note(connection: Connection, who: str, did: str, details: dict[str, Any] | None = None) -> None:
    """Write a line to the access journal in the caller's transaction.

    did: the action, as a past participle; details: what JSON can hold.
    """
    accounts_and_sessions.note(connection, who, did, details or {})


def add(engine: Engine, who: str, did: str, details: dict[str, Any]) -> None:
    """Write a line to the access journal in a transaction of its own."""
    with write_transaction(engine, queue=False) as connection:
        note(connection, who, did, details)


def lines(
    engine: Engine, first: date, last: date
) -> list[tuple[datetime, str, str, dict[str, Any], str]]:
    """The lines of the access journal and of the data's journal between two days of Benin, both included, latest
    first: when (UTC), who, action, details, reason."""
    with engine.connect() as connection:
        return accounts_and_sessions.journals(connection, *naive_utc_bounds(first, last))
