"""Whole copies of a database in service, and putting one back."""
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from db import schema
from db.engine import is_sqlite
from db.write import Refused


def backup(engine: Engine, path: Path) -> str:
    """Copy the database into a new file; a sentence says what was done. Raises Refused."""
    if path.exists():
        raise Refused(f"« {path} » existe déjà : choisir un autre nom.")
    path.parent.mkdir(parents=True, exist_ok=True)
    if is_sqlite(engine):
        # Not a copy of the file: in WAL mode that would silently lose the last commits.
        with engine.connect() as connection:
            connection.connection.driver_connection.execute("VACUUM INTO ?", (str(path),))
    else:
        _run("pg_dump", engine, "-Fc", "--no-owner", "-f", str(path))
    return f"Copie écrite : {path} ({path.stat().st_size / 1e6:.1f} Mo)."


def restore(engine: Engine, path: Path, *, force: bool) -> str:
    """Put a copy back in place of an empty database, or of any with `force`. Raises Refused; then nothing changed."""
    if not path.is_file():
        raise Refused(f"« {path} » n'existe pas.")
    if not force and not _empty(engine):
        raise Refused("La base n'est pas vide. Pour la remplacer : --force")
    if is_sqlite(engine):
        _restore_sqlite(engine, path)
    else:
        _run("pg_restore", engine, "--no-owner", "--clean", "--if-exists", "--single-transaction", str(path),
             database_flag="-d")
    return f"Copie remise en place : {path} (version {schema.version(engine)})."


def _empty(engine: Engine) -> bool:
    if "import_batch" not in inspect(engine).get_table_names():
        return True
    with engine.connect() as connection:
        return connection.execute(text("SELECT 1 FROM import_batch LIMIT 1")).first() is None


def _restore_sqlite(engine: Engine, path: Path) -> None:
    source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        try:
            sound = source.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            known = source.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        except sqlite3.DatabaseError:
            sound = known = False
        if not (sound and known):
            raise Refused(f"« {path} » n'est pas une copie saine de cette base.")
        with engine.connect() as connection:
            source.backup(connection.connection.driver_connection)
    finally:
        source.close()


def _run(program: str, engine: Engine, *arguments: str, database_flag: str = "") -> None:
    """PostgreSQL's own programs; the password goes by the environment, never on the command line."""
    found = shutil.which(program)
    if not found:
        raise Refused(f"Le programme {program} manque : apt install postgresql-client")
    url = engine.url.set(drivername="postgresql")
    environment = {"PGPASSWORD": url.password} if url.password else {}
    address = url.set(password=None).render_as_string(hide_password=False)
    done = subprocess.run([found, *([database_flag] if database_flag else []), address, *arguments],
                          env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode:
        reason = done.stderr.strip().splitlines()
        raise Refused(f"{program} : {reason[-1] if reason else 'échec'}")
