"""The journal of changes: who did what, when and why. The only writer of its lines, which nothing changes afterwards."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert

from dashboard import period
from db.models import Journal


def utc_now() -> datetime:
    """The time of a write: UTC, without zone, as both databases store it."""
    return period.now().astimezone(UTC).replace(tzinfo=None)


def note(connection: Connection, who: str, did: str, detail: dict[str, Any], why: str = "") -> None:
    """Write a line to the journal in the caller's transaction. did: as a past participle; detail: what JSON can hold."""
    connection.execute(
        insert(Journal).values(at=utc_now(), who=who, did=did, detail=detail, why=why)
    )
