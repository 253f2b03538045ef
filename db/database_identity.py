"""The identity of a database, so that erasures of one are not applied to another that shares its folder of copies, or
its name.

After: `db.erasures`, whose lists are each of one database.
"""

from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, Engine, delete, insert, inspect, select

from db.engine import is_sqlite
from db.models import DatabaseIdentity


class Identity(NamedTuple):
    """The identity of a database: its own mark, those of the databases whose copies were put into it, and its last
    known address."""

    own: str
    ancestors: tuple[str, ...]
    place: str

    def related(self, other: "Identity") -> bool:
        """Whether one descends from the other, or both from the same."""
        return not {self.own, *self.ancestors}.isdisjoint({other.own, *other.ancestors})


def identity(connection: Connection) -> Identity | None:
    """The identity that a database stores; None for a version that has none."""
    if not inspect(connection).has_table(DatabaseIdentity.__tablename__):
        return None
    row = connection.execute(
        select(DatabaseIdentity.own, DatabaseIdentity.ancestors, DatabaseIdentity.place)
    ).first()
    return Identity(row.own, tuple(row.ancestors), row.place) if row else None


def write_identity(connection: Connection, identity: Identity) -> None:
    """Store the identity of the database."""
    connection.execute(delete(DatabaseIdentity))
    values = {**identity._asdict(), "ancestors": list(identity.ancestors)}
    connection.execute(insert(DatabaseIdentity).values(id=1, **values))


def address(engine: Engine) -> str:
    """The address of a database: the path of its file, or server and name, without user and password."""
    if is_sqlite(engine):
        return str(Path(engine.url.database or "").resolve())
    url = engine.url.set(drivername="postgresql", username=None, password=None)
    return url.render_as_string()


def begin_anew(connection: Connection, engine: Engine) -> None:
    """Give the database a new identity without ancestors: erasures of fictitious data say nothing of real ones."""
    write_identity(connection, Identity(uuid4().hex, (), address(engine)))
