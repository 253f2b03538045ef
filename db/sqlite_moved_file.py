"""Keeps all connections of a SQLite engine on the file at its address: a file that somebody moved away is closed.

SQLite goes on with a file that was moved, and a running process would go on showing it. What it has not yet written
into the file lies beside, under the name of the address, and would be taken for the other file's: so the last of the
connections to the moved file writes it there, and all are closed before the other is opened.
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


class WeakConnection(sqlite3.Connection):
    """A connection to which weak references may be held."""


PATIENCE = 5.0  # seconds in which those still using the file before may finish
Identity = tuple[int, int]  # device, number on it


def watch(engine: Engine, path: Path) -> None:
    """Check at each use of a connection of the engine that it is to the file that lies at `path`; else open another."""
    watched = _OpenFiles(path)

    @event.listens_for(engine, "do_connect")
    def _open(*_told: Any) -> sqlite3.Connection | None:
        return watched.wait_for_moved_files()

    @event.listens_for(engine, "connect")
    def _opened(connection: sqlite3.Connection, _record: object) -> None:
        watched.add(connection)

    @event.listens_for(engine, "checkout")
    def _take(
        connection: sqlite3.Connection, _record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        if watched.is_of_moved_file(connection):
            engine.dispose()  # those that nobody is at
            watched.flush_moved_file(connection)
            raise DisconnectionError  # this one is closed, and another opened in its place

    @event.listens_for(engine, "checkin")
    def _give_back(connection: sqlite3.Connection | None, record: ConnectionPoolEntry) -> None:
        if connection is not None and watched.is_of_moved_file(connection):
            watched.flush_moved_file(connection)
            record.invalidate()

    for end in ("close", "close_detached"):
        event.listen(engine, end, lambda connection, *_told: watched.remove(connection))


class _OpenFiles:
    """The file of each open connection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: WeakKeyDictionary[sqlite3.Connection, Identity] = WeakKeyDictionary()
        self.leaving: WeakSet[sqlite3.Connection] = WeakSet()  # done with a file that was moved
        self.had_file = False
        self.changed = Condition()

    def file_at_path(self) -> Identity | None:
        """The file at the path now; None where there is none."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def add(self, connection: sqlite3.Connection) -> None:
        with self.changed:
            if file := self.file_at_path():
                self.had_file = True
                self.files[connection] = file

    def remove(self, connection: sqlite3.Connection) -> None:
        with self.changed:
            self.files.pop(connection, None)
            self.leaving.discard(connection)
            self.changed.notify_all()

    def is_of_moved_file(self, connection: sqlite3.Connection) -> bool:
        """Whether a connection is to a file that is no longer at the path."""
        file = self.files.get(connection)
        return file is not None and file != self.file_at_path()

    def flush_moved_file(self, connection: sqlite3.Connection) -> None:
        """Write the pending changes beside a moved file into it, once no other connection is open to it."""
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

    def wait_for_moved_files(self) -> sqlite3.Connection | None:
        """Wait until no connection is to a moved file. Where there was a file and is none, SQLite says so instead of
        making one.

        Returns None, for the usual way of opening. Raises sqlite3.OperationalError.
        """
        with self.changed:
            file = self.file_at_path()
            if file is None and self.had_file:
                there = f"{self.path.resolve().as_uri()}?mode=rw"
                return sqlite3.connect(there, uri=True, factory=WeakConnection)
            if not self.changed.wait_for(lambda: set(self.files.values()) <= {file}, PATIENCE):
                raise _busy()
            if file is None:  # readable by the application's user alone: there are complaints in it
                os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        return None


def _busy() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("connections to the file before are still open")
    error.sqlite_errorname = "SQLITE_BUSY"
    return error
