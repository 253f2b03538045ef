"""Connections to a SQLite address are all to the file that lies there: a file that somebody moved away is let go.

SQLite goes on with a file that was moved, and a process that runs would go on showing it. What it has not yet written into the
file lies beside, under the name of the address, and would be taken for the other file's: so the last of those that are still at
the one writes it there, and all are closed before the other is opened.
"""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from threading import Condition
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection


class Held(sqlite3.Connection):
    """A connection that can be known of without being kept alive."""


PATIENCE = 5.0  # seconds in which whoever is still at the file before may finish
Identity = tuple[int, int]  # device, number on it


def watch(engine: Engine, path: Path) -> None:
    """Hold every connection of the engine to the file that lies at `path` when it is taken."""
    watched = _Watched(path)

    @event.listens_for(engine, "do_connect")
    def _open(*_told: Any) -> sqlite3.Connection | None:
        return watched.wait_for_the_others()

    @event.listens_for(engine, "connect")
    def _opened(connection: sqlite3.Connection, _record: object) -> None:
        watched.add(connection)

    @event.listens_for(engine, "checkout")
    def _take(
        connection: sqlite3.Connection, _record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        if watched.is_elsewhere(connection):
            engine.dispose()  # those that nobody is at
            watched.leave(connection)
            raise DisconnectionError  # this one is closed, and another opened in its place

    @event.listens_for(engine, "checkin")
    def _give_back(connection: sqlite3.Connection | None, record: ConnectionPoolEntry) -> None:
        if connection is not None and watched.is_elsewhere(connection):
            watched.leave(connection)
            record.invalidate()

    for end in ("close", "close_detached"):
        event.listen(engine, end, lambda connection, *_told: watched.remove(connection))


class _Watched:
    """Which file each open connection is to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: WeakKeyDictionary[sqlite3.Connection, Identity] = WeakKeyDictionary()
        self.leaving: WeakSet[sqlite3.Connection] = WeakSet()  # done with a file that was moved
        self.seen = False
        self.changed = Condition()

    def lies_there(self) -> Identity | None:
        """What lies at the path now."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def add(self, connection: sqlite3.Connection) -> None:
        with self.changed:
            if file := self.lies_there():
                self.seen = True
                self.files[connection] = file

    def remove(self, connection: sqlite3.Connection) -> None:
        with self.changed:
            self.files.pop(connection, None)
            self.leaving.discard(connection)
            self.changed.notify_all()

    def is_elsewhere(self, connection: sqlite3.Connection) -> bool:
        """Whether a connection is to a file that lies there no more."""
        file = self.files.get(connection)
        return file is not None and file != self.lies_there()

    def leave(self, connection: sqlite3.Connection) -> None:
        """Write what lies beside a file that was moved into it, once nobody else is at it."""
        with self.changed:
            self.leaving.add(connection)
            self.changed.notify_all()
            file = self.files.get(connection)
            self.changed.wait_for(
                lambda: all(c in self.leaving for c, f in self.files.items() if f == file),
                PATIENCE,
            )
        with suppress(sqlite3.Error):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def wait_for_the_others(self) -> sqlite3.Connection | None:
        """Wait until nobody is at another file. Where there was a file and is none, SQLite says so instead of making one.

        Returns None, for the usual way of opening. Raises sqlite3.OperationalError.
        """
        with self.changed:
            file = self.lies_there()
            if file is None and self.seen:
                there = f"{self.path.resolve().as_uri()}?mode=rw"
                return sqlite3.connect(there, uri=True, factory=Held)
            if not self.changed.wait_for(lambda: set(self.files.values()) <= {file}, PATIENCE):
                raise _busy()
            if file is None:  # for whoever runs the application alone: there are complaints in it
                os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        return None


def _busy() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("connections to the file before are still open")
    error.sqlite_errorname = "SQLITE_BUSY"
    return error
