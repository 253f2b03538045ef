"""The locks of who writes: one transaction at a time, in all processes, on SQLite and on PostgreSQL; and of who puts a copy in
the place of the database."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from db.engine import BUSY_MS, database_file, is_sqlite

# Any fixed numbers: the keys of PostgreSQL's advisory locks. One writer at a time holds the first; the second is shared by all
# writers, sign-ins included, and held exclusively by the replacement of the whole database by a copy.
IMPORT_LOCK, REPLACE_LOCK, ACCOUNTS_LOCK, START_LOCK = (
    20_211_221,
    20_211_222,
    20_211_223,
    20_211_224,
)
AGAIN = 0.2  # seconds from one look whether another start has ended to the next


@contextmanager
def write_transaction(engine: Engine, *, queue: bool = True) -> Iterator[Connection]:
    """One transaction that writes; only one runs at a time, in all processes.

    Rollups are read, changed and written back: two imports at once must queue, or counts would be lost. queue: False
    for what touches no data (sign-ins): on PostgreSQL it need not wait for an import.
    """
    with (
        lock_file_in_place(engine),
        engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection,
        connection.begin(),
    ):
        acquire_write_lock(connection, queue=queue)
        yield connection


def acquire_write_lock(
    connection: Connection, *, queue: bool = True, exclusive: bool = False
) -> None:
    """Wait until no other transaction writes; SQLite has waited at BEGIN IMMEDIATE already.

    queue: whether to wait for those that change data; exclusive: keep all others out until this transaction ends.
    """
    if is_sqlite(connection):
        return
    connection.execute(text(f"SET LOCAL lock_timeout = {BUSY_MS:d}"))
    shared = "" if exclusive else "_shared"
    asked = text(f"SELECT pg_advisory_xact_lock{shared}(:key)")
    connection.execute(asked, {"key": REPLACE_LOCK})
    if queue:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": IMPORT_LOCK})


# The SQLite files that this thread, or task, holds alone.
_EXCLUSIVE_FILES: ContextVar[frozenset[Path]] = ContextVar("_HELD", default=frozenset())


@contextmanager
def lock_file_in_place(engine: Engine, *, exclusive: bool = False) -> Iterator[None]:
    """Within the block nobody puts a copy in the place of a SQLite database; exclusive: nobody else writes in it
    either.

    The lock is a file beside it, empty, that SQLite itself locks: it ends with the process, on all systems. On
    PostgreSQL `acquire_write_lock` takes it, in the transaction.
    """
    path = database_file(engine.url) if is_sqlite(engine) else None
    if path is None or path.resolve() in _EXCLUSIVE_FILES.get():
        yield
        return
    path = path.resolve()
    with closing(sqlite3.connect(f"{path}-lock", BUSY_MS / 1000, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE" if exclusive else "BEGIN")
        lock.execute("SELECT count(*) FROM sqlite_schema")  # BEGIN by itself locks nothing yet
        held = _EXCLUSIVE_FILES.set(_EXCLUSIVE_FILES.get() | {path}) if exclusive else None
        try:
            yield
        finally:
            if held:
                _EXCLUSIVE_FILES.reset(held)


@contextmanager
def one_start_at_a_time(engine: Engine) -> Iterator[None]:
    """Within the block no other process prepares the same database for its first start; whoever comes second waits, however long
    the first one takes, and finds what it made. The lock ends with its process."""
    path = database_file(engine.url) if is_sqlite(engine) else None
    if not is_sqlite(engine):
        with engine.connect() as connection, connection.begin():
            asked = text("SELECT pg_try_advisory_xact_lock(:key)")
            while not connection.execute(asked, {"key": START_LOCK}).scalar():
                time.sleep(AGAIN)
            yield
        return
    if path is None:
        yield
        return
    with closing(sqlite3.connect(f"{path.resolve()}-start", AGAIN, isolation_level=None)) as lock:
        while True:
            try:
                lock.execute("BEGIN EXCLUSIVE")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname != "SQLITE_BUSY":
                    raise
        yield
