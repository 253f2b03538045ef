"""The checks before the application serves a database."""

import sqlite3
import time
from pathlib import Path

from sqlalchemy import Engine

from db import error_messages, schema
from db.engine import database_exists, database_file, is_sqlite, sqlite_driver
from db.write import Refused

SECONDS = 2.0  # a large database is read in part only; `backup` reads it whole
# The files that this process found in order, as they were then: a start looks before it migrates, and before it serves.
IN_ORDER: dict[Path, tuple[int, ...]] = {}


def check(engine: Engine) -> None:
    """Raises Refused, with what to do, where the database is damaged or not of this version."""
    quick_check(engine)
    schema.check_current(engine)


def quick_check(engine: Engine) -> None:
    """Read as much of a SQLite database as two seconds allow, unless it was read by this process and has not changed. Raises
    Refused where that finds damage."""
    path = database_file(engine.url) if is_sqlite(engine) else None
    if path is None or not database_exists(engine):
        return  # PostgreSQL sees to its own pages
    path = path.resolve()
    now = path.stat()
    found = now.st_ino, now.st_mtime_ns, now.st_size
    if IN_ORDER.get(path) == found:
        return
    end = time.monotonic() + SECONDS
    with engine.connect() as connection:
        driver = sqlite_driver(connection)
        driver.set_progress_handler(lambda: time.monotonic() > end, 10_000)
        try:
            if driver.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise Refused(error_messages.DAMAGED)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorname != "SQLITE_INTERRUPT":
                raise Refused(error_messages.sentence(error)) from None
        finally:
            driver.set_progress_handler(None, 0)
    IN_ORDER[path] = found
