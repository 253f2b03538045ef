"""Which database this is, so that what was erased of one is not erased of another that shares its folder of copies, or its name.

After: `db.erasures`, whose lists are each of one database.
"""

from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, Engine, delete, insert, inspect, select

from db.engine import is_sqlite
from db.models import DatabaseIdentity


class Identity(NamedTuple):
    """Which database it is; of which others copies were put into it; its address when it was last known."""

    own: str
    ancestors: tuple[str, ...]
    place: str

    def related(self, other: "Identity") -> bool:
        """Whether one holds what came from the other, or from the same."""
        return not {self.own, *self.ancestors}.isdisjoint({other.own, *other.ancestors})


def identity(connection: Connection) -> Identity | None:
    """Which database this is, as it says itself; None for one of a version that does not know."""
    if not inspect(connection).has_table(DatabaseIdentity.__tablename__):
        return None
    row = connection.execute(
        select(DatabaseIdentity.own, DatabaseIdentity.ancestors, DatabaseIdentity.place)
    ).first()
    return Identity(row.own, tuple(row.ancestors), row.place) if row else None


def write_identity(connection: Connection, identity: Identity) -> None:
    """Say which database this is."""
    connection.execute(delete(DatabaseIdentity))
    values = {**identity._asdict(), "ancestors": list(identity.ancestors)}
    connection.execute(insert(DatabaseIdentity).values(id=1, **values))


def address(engine: Engine) -> str:
    """Where a database is: the path of its file, or server and name, without who asks."""
    if is_sqlite(engine):
        return str(Path(engine.url.database or "").resolve())
    url = engine.url.set(drivername="postgresql", username=None, password=None)
    return url.render_as_string()


def begin_anew(connection: Connection, engine: Engine) -> None:
    """Make it another database, that came from none: what was erased of fictitious data says nothing of real ones."""
    write_identity(connection, Identity(uuid4().hex, (), address(engine)))
