"""The one place where a database is opened: SQLite by default, PostgreSQL when the address says so."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from dashboard.settings import LOOPBACK_HOSTS
from db import sqlite_moved_file

BUSY_MS = 15_000  # how long a writer waits for the writer before it; then a sentence says who is in the way
KINDS = ("sqlite", "postgresql")
# Any fixed numbers: the keys of PostgreSQL's advisory locks. One writer at a time holds the first; the second is shared by all
# that write, who signed in included, and held alone by what puts a copy in the place of the whole database.
IMPORT_LOCK, REPLACE_LOCK, ACCOUNTS_LOCK = 20_211_221, 20_211_222, 20_211_223


def make_engine(url: str, cache_mb: int = 64) -> Engine:
    """An engine for `url`; opens nothing yet. cache_mb: what each connection to SQLite may keep of the file in memory.

    SQLite runs in WAL mode with foreign keys and synchronous FULL: a killed process or a power cut loses no
    acknowledged import. PostgreSQL goes through psycopg 3 and checks a pooled connection before use. What values a
    statement had is never told with its failure: they would stand in the log.
    Raises ArgumentError for what is no address, ValueError for another kind of database.
    """
    try:
        target = make_url(url)
    except ValueError:  # a port that is no number
        raise ArgumentError("This is no address of a database.") from None
    if target.get_backend_name() not in KINDS:
        raise ValueError(
            "DATABASE_URL désigne une base qui n'est ni SQLite ni PostgreSQL"
            f" ({target.get_backend_name()}) : sqlite:///chemin ou postgresql://…"
        )
    if target.get_backend_name() == "postgresql":
        target = target.set(drivername="postgresql+psycopg")
        return create_engine(
            target,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": 3, **tls_options(target)},
        )
    return _sqlite(target, cache_mb)


def tls_options(target: URL) -> dict[str, str]:
    """What PostgreSQL's library is told of a server at another machine, unless the address says it itself: TLS alone, and a
    certificate that is known here. By itself it takes what is offered, and goes on in clear."""
    named = target.query.get("host") or target.host or ""
    hosts = named.split(",") if isinstance(named, str) else named
    here = all(
        not host or host.startswith("/") or {host, host.rpartition(":")[0]} & {*LOOPBACK_HOSTS}
        for host in hosts
    )
    return {} if here or "sslmode" in target.query else {"sslmode": "verify-full"}


def _sqlite(target: URL, cache_mb: int) -> Engine:
    if path := _path(target):
        path.parent.mkdir(parents=True, exist_ok=True)
    target = target.set(drivername="sqlite")
    engine = create_engine(
        target,
        hide_parameters=True,
        connect_args={
            "timeout": BUSY_MS / 1000,
            "check_same_thread": False,
            "factory": sqlite_moved_file.Held,
        },
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        # We say BEGIN ourselves: the driver's own is deferred and skips DDL.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {BUSY_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",  # what is erased is written over
            f"cache_size = -{cache_mb * 1024}",
            "temp_store = MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    if path := _path(target):
        sqlite_moved_file.watch(engine, path)
    return engine


def database_exists(engine: Engine) -> bool:
    """Whether there is something to connect to: SQLite makes a missing file of whoever only asks what is in it."""
    path = _path(engine.url) if is_sqlite(engine) else None
    return path is None or path.exists()


def _path(url: URL) -> Path | None:
    """The file of a SQLite database. SQLite's own addresses (file:…) name none of ours, and say themselves whether it may be
    made."""
    name = url.database
    return Path(name) if name and not name.startswith((":memory:", "file:")) else None


@contextmanager
def write_transaction(engine: Engine, *, queue: bool = True) -> Iterator[Connection]:
    """One transaction that writes; only one runs at a time, in all processes.

    Rollups are read, changed and written back: two imports at once must queue, or counts would be lost.
    queue: False for what touches no data (who signed in): on PostgreSQL it need not wait for an import.
    """
    with (
        hold_in_place(engine),
        engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection,
        connection.begin(),
    ):
        acquire_write_lock(connection, queue=queue)
        yield connection


def acquire_write_lock(connection: Connection, *, queue: bool = True, alone: bool = False) -> None:
    """Wait until no other transaction writes; SQLite has waited at BEGIN IMMEDIATE already.

    queue: whether for those that change data; alone: for all others, until this transaction ends.
    """
    if is_sqlite(connection):
        return
    connection.execute(text(f"SET LOCAL lock_timeout = {BUSY_MS:d}"))
    shared = "" if alone else "_shared"
    asked = text(f"SELECT pg_advisory_xact_lock{shared}(:key)")
    connection.execute(asked, {"key": REPLACE_LOCK})
    if queue:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": IMPORT_LOCK})


# The SQLite files that this thread, or task, holds alone.
_HELD: ContextVar[frozenset[Path]] = ContextVar("_HELD", default=frozenset())


@contextmanager
def hold_in_place(engine: Engine, *, alone: bool = False) -> Iterator[None]:
    """While the block runs nobody puts a copy in the place of a SQLite database; alone: nobody else writes in it either.

    The lock is a file beside it, empty, that SQLite itself locks: it ends with the process, on all systems. On PostgreSQL
    `wait_for_turn` asks for it, in the transaction.
    """
    path = _path(engine.url) if is_sqlite(engine) else None
    if path is None or path.resolve() in _HELD.get():
        yield
        return
    path = path.resolve()
    with closing(sqlite3.connect(f"{path}-lock", BUSY_MS / 1000, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE" if alone else "BEGIN")
        lock.execute("SELECT count(*) FROM sqlite_schema")  # BEGIN by itself locks nothing yet
        held = _HELD.set(_HELD.get() | {path}) if alone else None
        try:
            yield
        finally:
            if held:
                _HELD.reset(held)


def is_sqlite(bind: Engine | Connection) -> bool:
    """Whether the database behind `bind` is SQLite."""
    return bind.dialect.name == "sqlite"


def sqlite_driver(connection: Connection) -> sqlite3.Connection:
    """Python's own connection behind one to SQLite, for what SQLAlchemy has no words for."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("This is no connection to SQLite.")
    return driver
