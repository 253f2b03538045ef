"""The journal of accesses: who signed in, looked at rows of complaints, exported, changed an account. Outside the data's
version: no line of it empties what is kept for all."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from dashboard.period import naive_utc_bounds
from db import accounts_and_sessions
from db.engine import write_transaction


def note(connection: Connection, who: str, did: str, what: dict[str, Any] | None = None) -> None:
    """Add a line in the caller's transaction. did: in the past participle; what: with what, as JSON can hold it."""
    accounts_and_sessions.note(connection, who, did, what or {})


def add(engine: Engine, who: str, did: str, what: dict[str, Any]) -> None:
    """Add a line by itself."""
    with write_transaction(engine, queue=False) as connection:
        note(connection, who, did, what)


def lines(
    engine: Engine, first: date, last: date
) -> list[tuple[datetime, str, str, dict[str, Any], str]]:
    """What this journal and the data's say of these days of Benin, the latest first: when (UTC), who, what, what with, why."""
    with engine.connect() as connection:
        return accounts_and_sessions.journals(connection, *naive_utc_bounds(first, last))
