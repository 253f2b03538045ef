"""The checks before the application serves a database."""

import sqlite3
import time

from sqlalchemy import Engine

from db import error_messages, schema
from db.engine import database_exists, is_sqlite, sqlite_driver
from db.write import Refused

SECONDS = 2.0  # a large database is read in part only; `backup` reads it whole


def check(engine: Engine) -> None:
    """Raises Refused, with what to do, where the database is damaged or not of this version."""
    quick_check(engine)
    schema.check_current(engine)


def quick_check(engine: Engine) -> None:
    """Read as much of a SQLite database as two seconds allow. Raises Refused where that finds damage."""
    if not is_sqlite(engine) or not database_exists(engine):
        return  # PostgreSQL sees to its own pages
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
