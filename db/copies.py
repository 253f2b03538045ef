"""A whole copy of a database: written, checked from end to end, put in the place of what is there.

SQLite's copies are databases themselves, PostgreSQL's are pg_dump's archives (db.dump). A copy is written beside its
name and takes it only when it was checked; it is put in place only when it was checked; both happen wholly or not at all.
"""

import os
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from dashboard.settings import ROOT, load
from db import dump, faults, schema
from db.engine import BUSY_MS, is_sqlite, sqlite_driver
from db.models import ComplaintText
from db.write import Refused

# As db.backup names those that it dates.
NAMED = re.compile(r"-(\d{4}-\d\d-\d\d)-\d{6}-version-\w+(?:-\d+)?\.(?:db|dump)$")
WORDS = str(ComplaintText.__tablename__)
ARCHIVE, DATABASE = b"PGDMP", b"SQLite format 3\0"  # how the two kinds of copy begin


def write(engine: Engine, path: Path, *, words: bool = True) -> None:
    """Copy the database, in service or not, into a new file that only its owner may read. words: with those of complaints.

    Raises Refused; then there is no file.
    """
    if path.exists():
        raise Refused(f"« {path} » existe déjà : choisir un autre nom.")
    with _said(), _beside(path) as aside:
        if is_sqlite(engine):
            with engine.connect() as connection:
                driver = sqlite_driver(connection)
                if fault := unsound(driver):
                    raise Refused(f"{faults.DAMAGED} Aucune copie n'en est faite ({fault}).")
                # Not a copy of the file: in WAL mode that would silently lose the last commits.
                driver.execute("VACUUM INTO ?", (str(aside),))
            if not words:
                _without_words(aside)
        else:
            dump.write(engine, aside, words=words)
        check(engine, aside, path.name)


def check(engine: Engine, path: Path, name: str = "") -> str:
    """The revision of a copy that this application made and that is whole. Raises Refused, saying what is wrong.

    engine: the database it is meant for. name: how to call the file, where it does not have its name yet.
    """
    name = name or str(path)
    with _said():
        if not path.is_file():
            raise Refused(f"« {name} » n'existe pas, ou n'est pas un fichier.")
        with path.open("rb") as file:
            start = file.read(len(DATABASE))
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
            revisions, tables = _read_sqlite(path) if is_sqlite(engine) else dump.read(path)
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


def put_back(engine: Engine, path: Path) -> None:
    """Put a checked copy in the place of what is there, all of it or nothing. Raises Refused; then nothing changed."""
    with _said():
        if is_sqlite(engine):
            with closing(_open(path)) as source, engine.connect() as connection:
                source.backup(
                    sqlite_driver(connection),
                    progress=_until(time.monotonic() + BUSY_MS / 1000),
                    sleep=0.1,
                )
        else:
            dump.put_back(engine, path)
    engine.dispose()  # connections remember tables that are no more


def folder(engine: Engine) -> Path:
    """Where copies are kept: the setting COPIES, else beside the embedded database, else data/copies."""
    if load().copies:
        return Path(load().copies)
    return (
        Path(engine.url.database or "").resolve().parent if is_sqlite(engine) else ROOT / "data"
    ) / "copies"


def older(engine: Engine, before: date) -> list[Path]:
    """The dated copies in the folder of copies that were made before a day, the oldest first. Other files are not ours."""
    found = [(NAMED.search(path.name), path) for path in folder(engine).glob("*")]
    dated = [(date.fromisoformat(name[1]), path) for name, path in found if name]
    return [path for day, path in sorted(dated) if day < before]


def unsound(driver: sqlite3.Connection) -> str | None:
    """What is wrong with a SQLite database, read from end to end; None if nothing is."""
    fault = str(driver.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if fault != "ok":
        return fault
    loose = driver.execute("PRAGMA foreign_key_check").fetchone()
    return f"une ligne de {loose[0]} ne mène à rien" if loose else None


def _without_words(path: Path) -> None:
    """Take the words of complaints from a copy that is a SQLite database; nothing of them is left in the file."""
    with closing(sqlite3.connect(path)) as copy:
        if copy.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (WORDS,)).fetchone():
            copy.execute(f"DELETE FROM {WORDS}")  # noqa: S608
            copy.commit()
            copy.execute("VACUUM")


def _read_sqlite(path: Path) -> tuple[list[str], dict[str, set[str]]]:
    """As dump.read, of a copy that is a SQLite database."""
    with closing(_open(path)) as copy:
        if path.stat().st_size % copy.execute("PRAGMA page_size").fetchone()[0]:
            raise Refused("le fichier est coupé.")  # SQLite would take what is missing for zeros
        if fault := unsound(copy):
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
            copy.execute(f"SELECT version_num FROM {schema.HELD}").fetchall()  # noqa: S608
            if schema.HELD in tables
            else []
        )
        return [r for (r,) in held], tables


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _until(end: float) -> Callable[[int, int, int], None]:
    """Called at each step of SQLite's copying, which by itself would wait for ever for another writer."""

    def progress(status: int, _left: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > end:
            raise Refused(faults.BUSY)

    return progress


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A file under a temporary name, of mode 0600, that takes the name `path` when the block ends well; else nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".copie-", suffix=".tmp", dir=path.parent)
    aside = Path(name)
    try:
        os.close(number)
        yield aside
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.replace(path)
    finally:
        for leftover in path.parent.glob(f"{aside.name}*"):  # SQLite's journal too
            leftover.unlink()


@contextmanager
def _said() -> Iterator[None]:
    """Failures of the disk and of SQLite itself, as Refused."""
    try:
        yield
    except faults.failures() as error:
        raise Refused(faults.sentence(error)) from None
