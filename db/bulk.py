"""Many rows at once, by each driver's fastest way: COPY on PostgreSQL, executemany on SQLite.

Never pandas.to_sql, never RETURNING: they are three to ten times slower.
"""
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from sqlalchemy import Connection, text

from db.engine import is_sqlite

CHUNK = 20_000


class _Copied(dict):
    """COPY's spelling of each value, remembered: most values come again and again."""

    def __missing__(self, value) -> str:
        if isinstance(value, (bytes, memoryview)):
            return "\\\\x" + bytes(value).hex()
        spelled = str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
        if len(self) < 100_000:
            self[value] = spelled
        return spelled


def insert(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[tuple]) -> None:
    """Insert rows (tuples in the order of `columns`) in the current transaction.

    `table` and `columns` are names of ours, never text from a file. Dates may be ISO text.
    """
    with inserter(connection, table, columns) as put:
        rows = iter(rows)
        while chunk := list(islice(rows, CHUNK)):
            put(chunk)


@contextmanager
def inserter(connection: Connection, table: str, columns: Sequence[str]) -> Iterator:
    """A function that inserts a list of rows; the rows are all there when the block ends."""
    cursor = connection.connection.cursor()
    names = ", ".join(columns)
    try:
        if is_sqlite(connection):
            statement = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
            yield lambda rows: cursor.executemany(statement, rows)
        else:
            spelled = _Copied({None: "\\N", True: "t", False: "f"})
            # 1 == True and 0 == False as keys: whole numbers need a table of their own.
            whole = _Copied({None: "\\N"})

            def put(rows: list[tuple]) -> None:
                if rows:
                    columns_ = [_spell(column, spelled, whole) for column in zip(*rows, strict=True)]
                    copy.write(("\n".join(map("\t".join, zip(*columns_, strict=True))) + "\n").encode())

            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                yield put
    finally:
        cursor.close()


def _spell(column: tuple, spelled: _Copied, whole: _Copied) -> list[str]:
    sample = next((v for v in column if v is not None), None)
    table = whole if isinstance(sample, int) and not isinstance(sample, bool) else spelled
    return [table[v] for v in column]


@contextmanager
def temporary(connection: Connection, name: str, definition: str | None, like: str | None = None) -> Iterator[str]:
    """A temporary table for the length of the block: columns as in `definition`, or those of the table `like`."""
    if like:
        connection.execute(text(f"CREATE TEMPORARY TABLE {name} AS SELECT * FROM {like} WHERE 1 = 0"))  # noqa: S608
    else:
        connection.execute(text(f"CREATE TEMPORARY TABLE {name} ({definition})"))
    yield name
    connection.execute(text(f"DROP TABLE {name}"))  # an error rolls the table back with everything else
