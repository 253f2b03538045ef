"""Bulk inserts by each driver's fastest method: COPY on PostgreSQL, executemany on SQLite.

Never pandas.to_sql, never RETURNING: they are three to ten times slower.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from db.engine import is_sqlite

if TYPE_CHECKING:
    from psycopg.copy import Copy

Row = tuple[Any, ...]  # of values, in the order of the columns
CHUNK = 2_000
ROWS_PER_INSERT = 20  # rows in one INSERT of SQLite: a quarter faster than one by one; well under its limit of 999 values
SPECIAL = re.compile(r"[\\\t\n\r]")  # characters that COPY needs escaped
NULL = "\\N"


class _CopySpelling(dict[Any, str]):
    """COPY's spelling of each value, cached: most values come again and again."""

    def __missing__(self, value: Any) -> str:
        if isinstance(value, (bytes, memoryview)):
            return "\\\\x" + bytes(value).hex()
        spelled = (
            str(value)
            .replace("\\", "\\\\")
            .replace("\t", "\\t")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
        )
        if len(self) < 100_000:
            self[value] = spelled
        return spelled


def insert(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows (tuples in the order of `columns`) in the current transaction.

    `table` and `columns` are names of ours, never text from a file. Dates may be ISO text.
    """
    rows = iter(rows)
    first = list(islice(rows, CHUNK))
    if not first:
        return
    with inserter(connection, table, columns, few=len(first) < CHUNK) as put:
        put(first)
        while chunk := list(islice(rows, CHUNK)):
            put(chunk)


@contextmanager
def inserter(
    connection: Connection, table: str, columns: Sequence[str], *, few: bool = False
) -> Iterator[Callable[[list[Row]], None]]:
    """Yields a function that inserts a list of rows; all rows are there when the block ends. few: whether one list is all."""
    cursor: Any = connection.connection.cursor()  # of whichever driver
    names = ", ".join(columns)
    try:
        if is_sqlite(connection):
            yield _by_executemany(cursor, f"INSERT INTO {table} ({names}) VALUES ", len(columns))  # noqa: S608
        else:
            # late: SQLite needs no driver of PostgreSQL's
            from psycopg.copy import LibpqWriter, QueuedLibpqWriter

            # The second writer sends from a thread of its own: the next rows are read while the server stores these.
            writer = LibpqWriter(cursor) if few else QueuedLibpqWriter(cursor)
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN", writer=writer) as copy:
                yield _by_copy(copy)
    finally:
        cursor.close()


def _by_executemany(cursor: Any, start: str, width: int) -> Callable[[list[Row]], None]:
    row = f"({', '.join('?' * width)})"
    one, many = start + row, start + ", ".join([row] * ROWS_PER_INSERT)
    step = width * ROWS_PER_INSERT

    def put(rows: list[Row]) -> None:
        whole = len(rows) - len(rows) % ROWS_PER_INSERT
        values = list(chain.from_iterable(rows[:whole]))
        cursor.executemany(many, (values[i : i + step] for i in range(0, len(values), step)))
        cursor.executemany(one, rows[whole:])

    return put


def _by_copy(copy: "Copy") -> Callable[[list[Row]], None]:
    spelled = _CopySpelling({None: NULL, True: "t", False: "f"})
    # 1 == True and 0 == False as keys: whole numbers need a table of their own.
    whole = _CopySpelling({None: NULL})

    def spell(column: Row) -> list[str]:
        sample = next((v for v in column if v is not None), None)
        if isinstance(sample, str) and not SPECIAL.search("".join(filter(None, column))):
            return [NULL if v is None else v for v in column]
        table = whole if isinstance(sample, int) and not isinstance(sample, bool) else spelled
        return [table[v] for v in column]

    def put(rows: list[Row]) -> None:
        if rows:
            columns = map(spell, zip(*rows, strict=True))
            copy.write(("\n".join(map("\t".join, zip(*columns, strict=True))) + "\n").encode())

    return put


@contextmanager
def temporary_table(
    connection: Connection, name: str, definition: str | None, like: str | None = None
) -> Iterator[str]:
    """A temporary table for the length of the block: columns as in `definition`, or those of the table `like`."""
    if like:
        connection.execute(
            text(f"CREATE TEMPORARY TABLE {name} AS SELECT * FROM {like} WHERE 1 = 0")  # noqa: S608
        )
    else:
        connection.execute(text(f"CREATE TEMPORARY TABLE {name} ({definition})"))
    yield name
    connection.execute(
        text(f"DROP TABLE {name}")
    )  # an error rolls the table back with everything else
