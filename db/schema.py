"""The versions of the tables: creating them, migrating them, and reading which one a database has.

Alembic is loaded where tables are changed only: reading a version needs none of it, and most starts change nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from db.engine import database_exists, is_sqlite, make_engine, sqlite_driver
from db.write import Refused
from db.write_lock import acquire_write_lock, lock_file_in_place

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version"  # the table that holds the revision
# Tables of every version: with the revision, they say that a database is ours.
CORE = {"import_batch", "journal"}


def config() -> Config:
    """Alembic's configuration: the migrations of this folder."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    return settings


def upgrade(
    engine: Engine,
    revision: str = "head",
    before: Callable[[Connection], None] | None = None,
    after: Callable[[Connection], None] | None = None,
) -> None:
    """Bring the database to `revision`, in one transaction; both databases undo a migration that fails.

    before, after: called in that transaction, while nobody else can write.
    """
    from alembic import command

    _run(engine, command.upgrade, revision, before, after)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to `revision`."""
    from alembic import command

    _run(engine, command.downgrade, revision)


def _run(
    engine: Engine,
    action: Callable[[Config, str], None],
    revision: str,
    before: Callable[[Connection], None] | None = None,
    after: Callable[[Connection], None] | None = None,
) -> None:
    settings = config()
    with (
        lock_file_in_place(engine),
        engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection,
    ):
        if is_sqlite(engine):
            # Off outside any transaction: rebuilding a table must not touch the rows that point to it.
            sqlite_driver(connection).execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                acquire_write_lock(connection)
                if before:
                    before(connection)
                settings.attributes["connection"] = connection
                action(settings, revision)
                if after:
                    after(connection)
                if (
                    is_sqlite(engine)
                    and connection.execute(text("PRAGMA foreign_key_check")).first()
                ):
                    raise Refused(
                        "Des lignes de cette base ne mènent à rien : la mise à jour est défaite, rien n'a changé."
                        " Remettre une copie saine (python -m db restore COPIE)."
                    )
        finally:
            if is_sqlite(engine):
                sqlite_driver(connection).execute("PRAGMA foreign_keys = ON")


def migrate_connection(connection: Connection, revision: str) -> None:
    """Bring the database behind a connection to `revision`, up or down, in its transaction. On SQLite foreign keys are to be
    off, which only holds outside any transaction."""
    from alembic import command

    order = revisions()
    way = order.index(revision) - order.index(version_of(connection) or "")
    if way:
        settings = config()
        settings.attributes["connection"] = connection
        (command.upgrade if way > 0 else command.downgrade)(settings, revision)


def version(engine: Engine) -> str | None:
    """The revision of the database, or None where it has no tables yet."""
    with engine.connect() as connection:
        return version_of(connection)


def version_of(connection: Connection) -> str | None:
    """The revision of the database behind a connection, or None."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    heads = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars()  # noqa: S608 (own name)
    return "+".join(sorted(heads)) or None


def newest_revision() -> str:
    """The newest revision that this code knows."""
    return revisions()[-1]


@cache
def revisions() -> tuple[str, ...]:
    """Every revision that this code knows, the oldest first: their files bear their numbers."""
    return tuple(sorted(f.name.split("_")[0] for f in MIGRATIONS.glob("versions/[0-9]*_*.py")))


@cache
def tables_at(revision: str) -> dict[str, frozenset[str]]:
    """The tables of a revision with their columns, as its migrations make them."""
    engine = make_engine("sqlite://")
    try:
        upgrade(engine, revision)
        inspector = inspect(engine)
        return {
            table: frozenset(c["name"] for c in inspector.get_columns(table))
            for table in inspector.get_table_names()
        }
    finally:
        engine.dispose()


def check_known(engine: Engine) -> str | None:
    """The revision of the database, None where there is none. Raises Refused where it is not one of ours."""
    if not database_exists(engine):
        return None
    with engine.connect() as connection:
        revision = version_of(connection)
        if revision is not None and revision not in revisions():
            raise Refused(
                f"La base est d'une version que cette application ne connaît pas ({revision}) : elle vient d'une"
                " version plus récente, ou d'une autre application. Installer la version plus récente. Pour revenir"
                " à celle-ci, lancer d'abord avec la plus récente : python -m db go-back"
            )
        tables = set(inspect(connection).get_table_names())
        if (revision or tables - {VERSION_TABLE}) and not tables >= CORE:
            raise Refused(
                "Cette base est celle d'une autre application : corriger DATABASE_URL, ou donner au tableau de"
                " bord une base à lui."
            )
        return revision


def check_current(engine: Engine) -> None:
    """Raises Refused, with what to do, unless the database is of the newest revision."""
    revision = check_known(engine)
    if revision is None:
        raise Refused("La base n'existe pas encore : python -m db init")
    if revision != newest_revision():
        raise Refused(
            f"La base est d'une version plus ancienne ({revision}) que cette application ({newest_revision()}) :"
            " python -m db init la met à jour, après en avoir fait une copie."
        )
