"""Copies of a PostgreSQL database, by PostgreSQL's own programs: written, read through, put in place."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from itertools import takewhile
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, inspect, text

from db import error_messages, schema
from db.engine import tls_options
from db.write import Refused

FUNCTIONS = (
    "journal_refuse",
    "open_base_close",
    "access_journal_refuse",
)  # what migrations make beside tables
ROWS_OF = re.compile(rb'COPY (?:"[^"]+"|\w+)\."?(\w+)"? \((.*)\) FROM stdin;')
TABLE_OF = re.compile(rb'CREATE TABLE (?:"[^"]+"|\w+)\."?(\w+)"? \(')
END, END_OF_TABLE = b"\\.\n", b");\n"
META = (b"\\restrict ", b"\\unrestrict ")  # commands for psql alone


def write(
    connection: Connection, engine: Engine, path: Path, without: Collection[str] = ()
) -> None:
    """Write the tables of this application, as the connection's transaction sees them, into the file `path`, without the rows of
    some. Raises Refused."""
    place, _, others = _tables(connection)
    of_this_moment = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
    with _program(
        "pg_dump",
        "-Fc",
        f"--snapshot={of_this_moment}",
        "--no-owner",
        "--no-privileges",
        f"--schema={place}",
        *(f"--exclude-table={other}" for other in others),
        *(f"--exclude-table-data={place}.{table}" for table in without),
        "-f",
        str(path),
        engine=engine,
    ):
        pass


def read(path: Path) -> tuple[list[str], dict[str, set[str]]]:
    """Read a copy from its first to its last byte: its revisions, and its tables with their columns. Raises Refused."""
    tables: dict[str, set[str]] = {}
    revisions: list[str] = []
    table = made = None
    with _program("pg_restore", "-f", "-", str(path), stdout=subprocess.PIPE) as restoring:
        for line in _pipe(restoring.stdout):
            if made is not None:  # a table may have been copied without its rows
                if line == END_OF_TABLE:
                    made = None
                elif not line.startswith(b"    CONSTRAINT "):
                    tables[made].add(line.split()[0].decode().strip('"'))
            elif table is None:
                if start := TABLE_OF.match(line):
                    made = start[1].decode()
                    tables[made] = set()
                elif start := ROWS_OF.match(line):
                    table = start[1].decode()
                    tables[table] = set(start[2].decode().replace('"', "").split(", "))
            elif line == END:
                table = None
            elif table == schema.VERSION_TABLE:
                revisions.append(line.decode().strip())
    return revisions, tables


def put_back(connection: Connection, path: Path, prepare: Callable[[Connection], None]) -> None:
    """Put a copy in the place of our tables, and make it fit, in the transaction of this connection. Raises Refused."""
    place, ours, _ = _tables(connection)
    cursor: Any = connection.connection.cursor()
    with closing(cursor):
        before = cursor.execute("SHOW search_path").fetchone()[0]
        if ours:
            cursor.execute(f"DROP TABLE {', '.join(ours)}")
        for function in FUNCTIONS:
            cursor.execute(f"DROP FUNCTION IF EXISTS {place}.{function}()")
        for section in ("pre-data", "data", "post-data"):
            with _program(
                "pg_restore",
                "--no-owner",
                "--no-privileges",
                f"--schema={place.strip(chr(34))}",  # pg_restore wants the name itself
                f"--section={section}",
                "-f",
                "-",
                str(path),
                stdout=subprocess.PIPE,
            ) as restoring:
                _carry_out(cursor, _pipe(restoring.stdout))
        # The script turned it off, and waiting too: what follows is ours again.
        cursor.execute("SELECT set_config('search_path', %s, false)", (before,))
    prepare(connection)


def _carry_out(cursor: Any, script: IO[bytes]) -> None:
    """Execute pg_restore's script: statements, and rows that follow a COPY."""
    statements: list[bytes] = []

    def run() -> None:
        if b"".join(statements).strip():
            cursor.execute(b"".join(statements))
        statements.clear()

    for line in script:
        if ROWS_OF.match(line):
            run()
            with cursor.copy(line.decode()) as copy:
                for row in takewhile(lambda row: row != END, script):
                    copy.write(row)
        elif not line.startswith(META):
            statements.append(line)
    run()


def _tables(connection: Connection) -> tuple[str, list[str], list[str]]:
    """The schema in use, our tables in it and those of others, as SQL names them."""
    quote = connection.dialect.identifier_preparer.quote
    place = quote(connection.execute(text("SELECT current_schema()")).scalar_one())
    known = schema.tables_at(schema.version_of(connection) or schema.newest_revision())
    present = sorted(inspect(connection).get_table_names())
    ours, others = (
        [f"{place}.{quote(t)}" for t in present if (t in known) == mine] for mine in (True, False)
    )
    return place, ours, others


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """The pipe of a process; it was asked for, so it is there."""
    if stream is None:
        raise ValueError("This program was started without the pipe.")
    return stream


@contextmanager
def _program(
    program: str,
    *arguments: str,
    engine: Engine | None = None,
    stdout: int | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """One of PostgreSQL's programs, running; what it writes to standard error is raised as Refused when the block
    ends.

    engine: the database it is to connect to. The password goes by the environment, never on the command line.
    """
    path = shutil.which(program)
    if not path:
        raise Refused(error_messages.missing_program(program))
    environment = {**os.environ, "LC_ALL": "C", "PGCONNECT_TIMEOUT": "5"}
    if engine is not None:
        url = engine.url.set(drivername="postgresql")
        bare = url._replace(password=None)  # `set` takes None for no change
        arguments = ("-d", bare.render_as_string(hide_password=False), *arguments)
        environment |= {"PGPASSWORD": url.password} if url.password else {}
        environment |= {f"PG{name.upper()}": value for name, value in tls_options(url).items()}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [path, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=errors,
        )
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            if process.stdout:
                process.stdout.close()
            process.wait()
        if process.returncode:
            errors.seek(0)
            raise Refused(
                error_messages.program_sentence(program, errors.read().decode(errors="replace"))
            )
