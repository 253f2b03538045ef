"""A whole copy of a database: written, checked from end to end, put in the place of what is there.

SQLite's copies are databases themselves, PostgreSQL's are pg_dump's archives (db.postgresql_dump). A copy is written
under a temporary name and renamed only when it was checked; it is put in place only when it was checked; both happen
wholly or not at all.
"""

import logging
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Connection, Engine

from dashboard.settings import ROOT, load_settings
from db import error_messages, postgresql_dump, schema
from db.engine import BUSY_MS, is_sqlite, make_engine, snapshot, sqlite_driver
from db.models import ComplaintText, MonthlyReturn
from db.write import Refused
from db.write_lock import acquire_write_lock, lock_file_in_place

# As db.backup names those that it dates.
DATED_NAME = re.compile(r"(?P<of>.+)-(?P<day>\d{4}-\d\d-\d\d)-\d{6}-version-\w+(?:-\d+)?")
NIGHTLY = "-nuit"  # after the prefix, in the names of the copies of each night
ENDINGS = {True: "db", False: "dump"}  # whether of SQLite
TEMPORARY_PREFIX, MARK = ".copie-", ".en-cours"
QUIET_TRIES = 4  # to copy while nobody happens to write
LEFTOVER_AGE = 86_400.0  # seconds: no copy takes so long
Prepare = Callable[[Connection], None]
LOG = logging.getLogger("ccsp")
# Canevas go whole: PostgreSQL's dump leaves out tables, not columns, and both databases copy the same.
WORDS = (str(ComplaintText.__tablename__), str(MonthlyReturn.__tablename__))
ARCHIVE, DATABASE = b"PGDMP", b"SQLite format 3\0"  # how the two kinds of copy begin


def write(
    engine: Engine,
    path: Path,
    *,
    words: bool = True,
    seen: Callable[[Connection], None] | None = None,
) -> None:
    """Copy the database, in service or not, into a new file that only its owner may read. words: with the texts of
    complaints. seen: called with a connection that reads the very state that was copied.

    Raises Refused; then there is no file.
    """
    if path.exists():
        raise Refused(f"« {path} » existe déjà : choisir un autre nom.")
    seen = seen or (lambda _connection: None)
    with failures_as_refused(), _temporary(engine, path.parent) as aside:
        if is_sqlite(engine):
            _write_sqlite(engine, aside, seen)
            if not words:
                _without_words(aside)
        else:
            with snapshot(engine) as connection:
                without = () if words else WORDS
                postgresql_dump.write(connection, engine, aside, without)
                seen(connection)
        check(engine, aside, path.name)
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.replace(path)


def _write_sqlite(engine: Engine, aside: Path, seen: Callable[[Connection], None]) -> None:
    """Copy a SQLite database into an empty file. Raises Refused where it is damaged."""
    with engine.connect() as connection:
        driver = sqlite_driver(connection)
        if fault := sqlite_damage(driver):
            raise Refused(f"{error_messages.DAMAGED} Aucune copie n'en est faite ({fault}).")
        for last in (False,) * QUIET_TRIES + (True,):
            # SQLite copies in no transaction of ours: that nobody wrote between the beginning of the one that reads and the end
            # of the copy is seen by this number, which the writes of others change. Where they write all the time, they wait.
            before = _data_version(driver)
            with engine.connect() as reading:
                reading.execution_options(begin="BEGIN IMMEDIATE" if last else "BEGIN")
                reading.exec_driver_sql("SELECT 1 FROM sqlite_schema").all()
                if last:  # what was written while this one waited for its turn is in the copy; from here on nobody writes
                    before = _data_version(driver)
                aside.write_bytes(b"")  # of a try before
                # Not a copy of the file: in WAL mode that would silently lose the last commits.
                driver.execute("VACUUM INTO ?", (str(aside),))
                if _data_version(driver) == before:
                    seen(reading)
                    return
        raise Refused(error_messages.BUSY)


def _data_version(driver: sqlite3.Connection) -> int:
    """A number that changes whenever another connection has written."""
    return int(driver.execute("PRAGMA data_version").fetchone()[0])


def check(engine: Engine, path: Path, name: str = "") -> str:
    """Check that a copy was made by this application and is whole; returns its revision. Raises Refused, saying what
    is wrong.

    engine: the database it is meant for. name: how to call the file, where it does not have its name yet.
    """
    name = name or str(path)
    with failures_as_refused():
        if not path.is_file():
            raise Refused(f"« {name} » n'existe pas, ou n'est pas un fichier.")
        with path.open("rb") as file:  # one without a size may be the system's own, and never end
            start = file.read(len(DATABASE)) if path.stat().st_size else b""
        if start.startswith(ARCHIVE) and is_sqlite(engine):
            raise Refused(
                f"« {name} » est une copie de PostgreSQL, et la base est un fichier SQLite."
            )
        if start == DATABASE and not is_sqlite(engine):
            raise Refused(f"« {name} » est une copie de SQLite, et la base est sur PostgreSQL.")
        if start != DATABASE and not start.startswith(ARCHIVE):
            raise Refused(
                f"« {name} » n'est pas une copie de cette base, ou est abîmé dès le début."
            )
        try:
            revisions, tables = (
                _read_sqlite(path) if is_sqlite(engine) else postgresql_dump.read(path)
            )
        except (Refused, sqlite3.DatabaseError) as fault:
            raise Refused(f"« {name} » n'est pas une copie saine : {fault}") from None
    if len(revisions) != 1 or revisions[0] not in schema.revisions():
        raise Refused(
            f"« {name} » n'est pas une copie de cette application, ou vient d'une version plus récente"
            f" ({', '.join(revisions) or 'sans version'})."
        )
    if tables != schema.tables_at(revisions[0]):
        raise Refused(
            f"« {name} » n'est pas une copie de cette application : ses tables sont autres."
        )
    return revisions[0]


@contextmanager
def exclusive_replacement(engine: Engine) -> Iterator[Callable[[Path, Prepare], None]]:
    """Within the block nobody else writes, in whatever process. Yields a function that puts a checked copy in place.

    The function first calls `prepare` with the connection of the replacing transaction: all of it happens or nothing,
    and nobody sees the copy before. Raises Refused; then nothing changed.
    """
    with failures_as_refused():
        if is_sqlite(engine):
            with lock_file_in_place(engine, exclusive=True):
                yield partial(_put_back, engine)
        else:
            with engine.connect() as connection, connection.begin():
                acquire_write_lock(connection, exclusive=True)
                yield partial(postgresql_dump.put_back, connection)
    engine.dispose()  # connections remember tables that are no more


def _put_back(engine: Engine, path: Path, prepare: Prepare) -> None:
    with _temporary(engine, folder(engine)) as aside:
        with closing(_open(path)) as source, closing(sqlite3.connect(aside)) as target:
            source.backup(target)
        made = make_engine(engine.url.set(database=str(aside)).render_as_string())
        try:
            with made.connect() as connection:
                driver = sqlite_driver(connection)
                driver.execute("PRAGMA foreign_keys = OFF")  # tables may be made anew
                with connection.begin():
                    prepare(connection)
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            made.dispose()
        with closing(_open(aside)) as source, engine.connect() as connection:
            source.backup(
                sqlite_driver(connection),
                progress=_time_limit(time.monotonic() + BUSY_MS / 1000),
                sleep=0.1,
            )


@contextmanager
def unpacked(engine: Engine, path: Path) -> Iterator[Connection]:
    """A connection to a copy of a SQLite database that was put back apart, as `restore` puts it in place; gone when the block
    ends."""
    with _temporary(engine, folder(engine)) as aside:
        with closing(_open(path)) as source, closing(sqlite3.connect(aside)) as target:
            source.backup(target)
        made = make_engine(engine.url.set(database=str(aside)).render_as_string())
        try:
            with made.connect() as connection:
                if fault := sqlite_damage(sqlite_driver(connection)):
                    raise Refused(f"« {path} », remise en place à part, est abîmée : {fault}")
                yield connection
        finally:
            made.dispose()


def folder(engine: Engine) -> Path:
    """The folder of copies: the setting COPIES, else beside the embedded database, else data/copies."""
    if load_settings().copies:
        return Path(load_settings().copies)
    return (
        Path(engine.url.database or "").resolve().parent if is_sqlite(engine) else ROOT / "data"
    ) / "copies"


def copy_name_prefix(engine: Engine, own: str) -> str:
    """The prefix of the names of this database's dated copies; own: of its identity."""
    return f"{Path(engine.url.database or '').stem}-{own[:8]}"


def dated_copies(engine: Engine, own: str) -> list[tuple[date, Path]]:
    """The dated copies of this database in the folder of copies, each with its day, oldest first. Those made before
    databases had an identity are recognised by the database's name; other files are left out."""
    ending, stem = ENDINGS[is_sqlite(engine)], Path(engine.url.database or "").stem
    found = []
    prefix = copy_name_prefix(engine, own)
    for path in folder(engine).glob(f"*.{ending}"):
        name = DATED_NAME.fullmatch(path.stem)
        if name and name["of"] in (stem, prefix, f"{prefix}{NIGHTLY}"):
            found.append((date.fromisoformat(name["day"]), path))
    return sorted(found)


def remove_leftovers(engine: Engine) -> None:
    """Delete the unfinished copies of killed processes, wherever they were written: a copy holds all that there is."""
    for mark in folder(engine).glob(f"{MARK}*"):
        try:
            with closing(sqlite3.connect(mark, timeout=0, isolation_level=None)) as held:
                held.execute("BEGIN EXCLUSIVE")
                named = held.execute("SELECT 1 FROM sqlite_schema").fetchone()
                for (path,) in held.execute("SELECT path FROM copy") if named else ():
                    _remove(Path(path))
        except sqlite3.OperationalError:
            continue  # locked: somebody is writing it
        except sqlite3.DatabaseError:
            LOG.warning("a mark of a copy cannot be read: nothing was copied yet", exc_info=True)
        _remove(mark)
    for leftover in folder(engine).glob(
        f"{TEMPORARY_PREFIX}*.tmp*"
    ):  # without a mark: of older versions
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > LEFTOVER_AGE:
                leftover.unlink()


def sqlite_damage(driver: sqlite3.Connection) -> str | None:
    """The damage found in a SQLite database that is read from end to end; None where there is none."""
    fault = str(driver.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if fault != "ok":
        return fault
    loose = driver.execute("PRAGMA foreign_key_check").fetchone()
    return f"une ligne de {loose[0]} ne mène à rien" if loose else None


def _without_words(path: Path) -> None:
    """Remove the texts of complaints and the canevas from a copy that is a SQLite database; nothing of them is left in the
    file."""
    with closing(sqlite3.connect(path)) as copy:
        for table in WORDS:
            if copy.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone():
                copy.execute(f"DELETE FROM {table}")  # noqa: S608
        copy.commit()
        copy.execute("VACUUM")


def _read_sqlite(path: Path) -> tuple[list[str], dict[str, set[str]]]:
    """The revisions and tables of a copy that is a SQLite database, as postgresql_dump.read."""
    with closing(_open(path)) as copy:
        if path.stat().st_size % copy.execute("PRAGMA page_size").fetchone()[0]:
            raise Refused("le fichier est coupé.")  # SQLite would read missing bytes as zeros
        if fault := sqlite_damage(copy):
            raise Refused(fault)
        names = [
            n
            for (n,) in copy.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        tables = {
            n: {c for (c,) in copy.execute("SELECT name FROM pragma_table_info(?)", (n,))}
            for n in names
        }
        held = (
            copy.execute(f"SELECT version_num FROM {schema.VERSION_TABLE}").fetchall()  # noqa: S608
            if schema.VERSION_TABLE in tables
            else []
        )
        return [r for (r,) in held], tables


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _time_limit(end: float) -> Callable[[int, int, int], None]:
    """A progress callback for SQLite's copying that raises after `end`: by itself it would wait for ever for another
    writer."""

    def progress(status: int, _left: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > end:
            raise Refused(error_messages.BUSY)

    return progress


@contextmanager
def _temporary(engine: Engine, place: Path) -> Iterator[Path]:
    """A temporary file of mode 0600 in a folder, deleted when the block ends unless it was renamed. A mark beside the
    copies, locked by this process, says where it is: `remove_leftovers` finds by it what a killed process left."""
    for needed in (place, folder(engine)):
        needed.mkdir(parents=True, exist_ok=True)
    aside = place.resolve() / f"{TEMPORARY_PREFIX}{token_hex(8)}.tmp"
    mark = folder(engine) / f"{MARK}{aside.stem}"
    try:
        with closing(sqlite3.connect(mark, isolation_level=None)) as held:
            held.execute("PRAGMA locking_mode = EXCLUSIVE")  # for as long as it is open
            held.execute("PRAGMA journal_mode = MEMORY")  # no other file
            held.execute("CREATE TABLE copy AS SELECT ? AS path", (str(aside),))
            os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            yield aside
    finally:
        _remove(aside)
        _remove(mark)


def _remove(path: Path) -> None:
    """Delete a file, and what SQLite keeps beside it."""
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink(missing_ok=True)


@contextmanager
def failures_as_refused() -> Iterator[None]:
    """Within the block, failures of the disk and of SQLite itself are raised as Refused."""
    try:
        yield
    except error_messages.failure_types() as error:
        raise Refused(error_messages.sentence(error)) from None
