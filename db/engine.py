"""The one place where a database is opened: SQLite by default, PostgreSQL when the address says so."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from dashboard.settings import LOOPBACK_HOSTS
from db import sqlite_moved_file

BUSY_MS = (
    15_000  # how long a writer waits for the writer before it; then a sentence says why it stopped
)
KINDS = ("sqlite", "postgresql")


def make_engine(url: str, cache_mb: int = 64) -> Engine:
    """An engine for `url`; opens nothing yet. cache_mb: what each connection to SQLite may keep of the file in
    memory.

    SQLite runs in WAL mode with foreign keys and synchronous FULL: a killed process or a power cut loses no
    acknowledged import. PostgreSQL goes through psycopg 3 and checks a pooled connection before use. The values of a
    statement are left out of its error message: they would stand in the log. Raises ArgumentError for what is no
    address, ValueError for another kind of database.
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
    """The TLS options for a PostgreSQL server at another machine, unless the address has them: TLS alone, and a
    certificate that is known here. By default the library would accept an unencrypted connection."""
    named = target.query.get("host") or target.host or ""
    hosts = named.split(",") if isinstance(named, str) else named
    here = all(
        not host or host.startswith("/") or {host, host.rpartition(":")[0]} & {*LOOPBACK_HOSTS}
        for host in hosts
    )
    return {} if here or "sslmode" in target.query else {"sslmode": "verify-full"}


def _sqlite(target: URL, cache_mb: int) -> Engine:
    if path := database_file(target):
        path.parent.mkdir(parents=True, exist_ok=True)
    target = target.set(drivername="sqlite")
    engine = create_engine(
        target,
        hide_parameters=True,
        connect_args={
            "timeout": BUSY_MS / 1000,
            "check_same_thread": False,
            "factory": sqlite_moved_file.WeakConnection,
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
            "secure_delete = ON",  # erased content is overwritten
            f"cache_size = -{cache_mb * 1024}",
            "temp_store = MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    if path := database_file(target):
        sqlite_moved_file.watch(engine, path)
    return engine


def database_exists(engine: Engine) -> bool:
    """Whether there is a database to connect to: connecting to SQLite would create a missing file."""
    path = database_file(engine.url) if is_sqlite(engine) else None
    return path is None or path.exists()


def database_file(url: URL) -> Path | None:
    """The file of a SQLite database; None for SQLite's own addresses (file:…), which say themselves whether it may be
    created."""
    name = url.database
    return Path(name) if name and not name.startswith((":memory:", "file:")) else None


def is_sqlite(bind: Engine | Connection) -> bool:
    """Whether the database behind `bind` is SQLite."""
    return bind.dialect.name == "sqlite"


def sqlite_driver(connection: Connection) -> sqlite3.Connection:
    """The driver's connection behind one to SQLite, for calls that SQLAlchemy does not have."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("This is no connection to SQLite.")
    return driver


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection whose reads are all of one moment, whatever is written meanwhile."""
    with engine.connect() as connection:
        if not is_sqlite(connection):  # there each transaction is so
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection
