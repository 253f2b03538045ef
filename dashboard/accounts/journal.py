"""The journal of accesses: who signed in, looked at rows of complaints, exported, changed an account. Outside the data's
version: no line of it empties what is kept for all."""

from typing import Any

from sqlalchemy import Connection

from db import access


def note(connection: Connection, who: str, did: str, what: dict[str, Any] | None = None) -> None:
    """Add a line in the caller's transaction. did: in the past participle; what: with what, as JSON can hold it."""
    access.note(connection, who, did, what or {})
