"""The proof of a copy: it is put back apart, and counted and digested table by table against what the database said of itself
when the copy was made, which lies beside it (`FILE.empreintes`). What was proved is noted there too (`FILE.prouvee`).

Before: `db.backup_files`, which writes copies. After: `db.backup`, `db.nightly_copies`.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from dashboard.french import number as in_french
from dashboard.french import plural_phrase
from dashboard.period import ONE_DAY, now, today
from db import backup_files, postgresql_dump, schema
from db.database_identity import identity
from db.engine import is_sqlite, make_engine
from db.write import Refused

PRINTS, PROVED = ".empreintes", ".prouvee"  # after the whole name of a copy
FORMAT = 1
SCRATCH = "ccsp_preuve_"  # begins the names of PostgreSQL databases that a proof makes, and drops
NO_RIGHT = "42501"  # of PostgreSQL
LIMIT = 2**256
Tables = Mapping[str, tuple[int, str]]  # by name: rows, digest


@dataclass(frozen=True)
class Prints:
    """What a database said of itself when it was copied, and the copy's own size and digest. own: of its identity."""

    own: str
    revision: str
    tables: Tables
    size: int
    digest: str


def beside(copy: Path, ending: str) -> Path:
    """The file that lies beside a copy."""
    return copy.parent / f"{copy.name}{ending}"


def remove(copy: Path) -> None:
    """Delete a copy, and what lies beside it."""
    copy.unlink(missing_ok=True)
    remove_notes(copy)


def remove_notes(copy: Path) -> None:
    """Delete what lies beside a copy."""
    for ending in (PRINTS, PROVED):
        beside(copy, ending).unlink(missing_ok=True)


def fingerprints(
    connection: Connection, without: tuple[str, ...] = ()
) -> dict[str, tuple[int, str]]:
    """The number of rows of each table of ours, and a digest of them in whatever order they lie. without: tables of which the
    copy has no row."""
    known = schema.tables_at(schema.version_of(connection) or schema.newest_revision())
    there = set(inspect(connection).get_table_names())
    return {
        table: (0, _sum(0))
        if table in without
        else _of_table(connection, table, sorted(known[table]))
        for table in sorted(known)
        if table in there
    }


def _of_table(connection: Connection, table: str, columns: list[str]) -> tuple[int, str]:
    """The number of rows of a table, and the sum of their digests: the order of rows is none of a table's affairs."""
    quote = connection.dialect.identifier_preparer.quote
    asked = f"SELECT {', '.join(map(quote, columns))} FROM {quote(table)}"  # noqa: S608 (names of ours)
    rows = connection.execution_options(stream_results=True, max_row_buffer=5_000)
    number = total = 0
    for row in rows.exec_driver_sql(asked):
        number += 1
        said = repr(tuple(row)).encode("utf-8", "surrogatepass")
        total = (total + int.from_bytes(sha256(said).digest())) % LIMIT
    return number, _sum(total)


def _sum(total: int) -> str:
    return f"{total:064x}"


def file_sum(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def write_prints(copy: Path, own: str, revision: str, tables: Tables) -> None:
    """Write what a database said of itself beside its copy; only its owner may read it."""
    said = {
        "format": FORMAT,
        "database": own,
        "revision": revision,
        "made": now().isoformat(timespec="seconds"),
        "size": copy.stat().st_size,
        "sha256": file_sum(copy),
        "tables": tables,
    }
    write_beside(copy, PRINTS, said)


def write_beside(copy: Path, ending: str, said: Mapping[str, Any]) -> None:
    """Write an object (JSON) beside a copy, wholly or not at all."""
    path = beside(copy, ending)
    aside = path.with_name(f".{path.name}.{token_hex(4)}")
    aside.touch(0o600, exist_ok=False)
    with aside.open("w", encoding="utf-8") as file:
        json.dump(said, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def read_prints(copy: Path) -> Prints:
    """What lies beside a copy. Raises Refused."""
    path = beside(copy, PRINTS)
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        tables = {str(t): (int(n), str(d)) for t, (n, d) in said["tables"].items()}
        if said["format"] != FORMAT or not tables:
            raise ValueError("another format")
        return Prints(
            str(said["database"]),
            str(said["revision"]),
            tables,
            int(said["size"]),
            str(said["sha256"]),
        )
    except FileNotFoundError:
        raise Refused(
            f"« {path.name} » manque à côté de la copie : sans ses empreintes, elle ne se prouve pas. Celles d'une"
            " copie sont écrites quand elle est faite : python -m db backup."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(f"« {path.name} » n'est pas lisible : la copie ne se prouve pas.") from None


def prove(engine: Engine, copy: Path) -> str:
    """Prove a copy of this database, and note it beside; returns a sentence. Raises Refused with what is wrong; then nothing says
    any more that it was proved."""
    began = time.monotonic()
    if not copy.is_file():
        raise Refused(f"« {copy} » n'existe pas, ou n'est pas un fichier.")
    try:
        prints = read_prints(copy)
        _check_file(copy, prints)
        _check_database(engine, copy, prints)
        backup_files.check(engine, copy)
        with restored(engine, copy) as connection:
            found = fingerprints(connection)
            held = identity(connection)
        if held is not None and held.own != prints.own:
            raise Refused(f"« {copy} » porte la marque d'une autre base que ses empreintes.")
        if wrong := differences(prints.tables, found):
            raise Refused(
                f"« {copy} », remise en place à part, n'est pas ce qui a été copié : {' ; '.join(wrong[:5])}."
            )
    except Refused:
        beside(copy, PROVED).unlink(missing_ok=True)
        raise
    rows = sum(number for number, _ in found.values())
    write_beside(
        copy,
        PROVED,
        {
            "at": now().isoformat(timespec="seconds"),
            "sha256": prints.digest,
            "tables": len(found),
            "rows": rows,
        },
    )
    seconds = max(1, round(time.monotonic() - began))
    return (
        f"Copie prouvée : {copy}, remise en place à part, a ses {plural_phrase(len(found), 'table')} et"
        f" {plural_phrase(rows, 'ligne')}, les mêmes que la base quand elle a été copiée ({in_french(seconds)} s)."
    )


def _check_file(copy: Path, prints: Prints) -> None:
    """Raises Refused where the file is not the one that was written."""
    size = copy.stat().st_size
    if size < prints.size:
        raise Refused(
            f"« {copy} » est coupé : {in_french(size)} octets, et il en avait {in_french(prints.size)}. Refaire une copie."
        )
    if size != prints.size or file_sum(copy) != prints.digest:
        raise Refused(f"« {copy} » a changé depuis qu'il a été écrit. Refaire une copie.")


def _check_database(engine: Engine, copy: Path, prints: Prints) -> None:
    """Raises Refused where the copy is of another database than the settings'; where there is none, nothing is known."""
    if schema.check_known(engine) is None:
        return
    with engine.connect() as connection:
        mine = identity(connection)
    if mine and prints.own and prints.own not in (mine.own, *mine.ancestors):
        raise Refused(f"« {copy} » est la copie d'une autre base que celle de DATABASE_URL.")


def differences(were: Tables, are: Tables) -> list[str]:
    """What differs, in French, one line a table."""
    said = []
    for table in sorted({*were, *are}):
        if table not in are or table not in were:
            said.append(f"{table} : {'manque' if table not in are else 'en trop'}")
        elif were[table][0] != are[table][0]:
            said.append(
                f"{table} : {plural_phrase(are[table][0], 'ligne')} au lieu de {in_french(were[table][0])}"
            )
        elif were[table] != are[table]:
            said.append(f"{table} : d'autres valeurs")
    return said


@contextmanager
def restored(engine: Engine, copy: Path) -> Iterator[Connection]:
    """A connection to the copy, put back into a database of its own, which is gone when the block ends. Raises Refused."""
    with backup_files.failures_as_refused():
        if is_sqlite(engine):
            with backup_files.unpacked(engine, copy) as connection:
                yield connection
        else:
            with _scratch(engine) as apart, apart.connect() as connection, connection.begin():
                postgresql_dump.put_back(connection, copy, lambda _connection: None)
                yield connection


@contextmanager
def _scratch(engine: Engine) -> Iterator[Engine]:
    """An empty PostgreSQL database of its own, beside the one of the settings; dropped when the block ends."""
    name = f"{SCRATCH}{today():%Y%m%d}_{token_hex(6)}"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
        place = server.execute(text("SELECT current_schema()")).scalar_one()
        _drop_leftovers(server)
        try:
            server.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") != NO_RIGHT:
                raise
            raise Refused(
                "Pour prouver une copie, le compte PostgreSQL doit pouvoir créer une base à part, qui est effacée"
                f" ensuite : ALTER ROLE {engine.url.username} CREATEDB"
            ) from None
        apart = make_engine(engine.url.set(database=name).render_as_string(hide_password=False))
        try:
            with (
                apart.begin() as connection
            ):  # a database that is ours may lie elsewhere than in `public`
                quoted = connection.dialect.identifier_preparer.quote(place)
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {quoted}"))
                connection.execute(text(f"ALTER DATABASE {name} SET search_path = {quoted}"))
            apart.dispose()
            yield apart
        finally:
            apart.dispose()
            server.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def _drop_leftovers(server: Connection) -> None:
    """Drop what proofs left that were killed: databases of theirs, of the day before yesterday or older."""
    left = text(
        "SELECT datname FROM pg_database WHERE datname LIKE :start AND pg_get_userbyid(datdba) = current_user"
    )
    oldest = f"{SCRATCH}{today() - ONE_DAY:%Y%m%d}"
    for name in server.execute(left, {"start": f"{SCRATCH}%"}).scalars().all():
        if name < oldest:
            server.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def last_proof(folder: Path) -> datetime | None:
    """When a copy in the folder was last proved; None where none was."""
    found = []
    for path in folder.glob(f"*{PROVED}"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            if path.with_name(path.name.removesuffix(PROVED)).exists():
                found.append(
                    datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["at"])
                )
    return max(found, default=None)
