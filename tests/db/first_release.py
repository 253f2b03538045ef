"""A database as the first release left it: revision 0001, with data in every table that it filled.

first-release.json was written by that release: registers, one of them corrected and one withdrawn, complaints,
closings, closures, a monthly return, a target, an added word. All of it is invented.
"""

import json
from pathlib import Path

from sqlalchemy import Engine, text

from db import schema
from db.engine import is_sqlite

ROWS = json.loads(Path(__file__).with_name("first-release.json").read_text(encoding="utf-8"))
REVISION = "0001"
# Kept otherwise now, or dropped since nothing read them.
GONE = ("as_of", "closed_on", "reopened_on")
# What that release answered (its own figures, by site, for the year 2025).
VISITS = {"ccsp-kandi": 12, "ccsp-nikki": 17}


def make(engine: Engine) -> None:
    """Make the tables of the first release in an empty database, and fill them as it did."""
    schema.upgrade(engine, REVISION)
    with engine.begin() as connection:
        for table, held in ROWS.items():
            columns = held["columns"]
            marks = ", ".join(f":{c}" for c in columns)
            statement = text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})")  # noqa: S608
            connection.execute(
                statement,
                [dict(zip(columns, map(_value, row), strict=True)) for row in held["rows"]],
            )
            if not is_sqlite(engine) and "id" in columns:
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
                    )
                )


def _value(cell):
    return bytes.fromhex(cell["hex"]) if isinstance(cell, dict) else cell


def rows(engine: Engine) -> dict[str, list[str]]:
    """The first release's tables and columns as they stand, for comparison; the journal grows, and is left out, as are the
    columns of GONE."""
    out = {}
    with engine.connect() as connection:
        for table, held in ROWS.items():
            if table != "journal":
                columns = [c for c in held["columns"] if c not in GONE]
                found = connection.execute(text(f"SELECT {', '.join(columns)} FROM {table}"))  # noqa: S608
                out[table] = sorted(
                    repr([bytes(c) if isinstance(c, memoryview) else c for c in row])
                    for row in found
                )
    return out
