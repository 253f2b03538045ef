"""The tables' versions: creating them, bringing them up to date, and telling which one a database has."""
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from db.engine import is_sqlite


def config() -> Config:
    """Alembic's configuration: the migrations of this folder."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return settings


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision`, in one transaction; both databases undo a migration that fails."""
    _run(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to `revision`."""
    _run(engine, command.downgrade, revision)


def _run(engine: Engine, action, revision: str) -> None:
    settings = config()
    with engine.connect() as connection:
        if is_sqlite(engine):
            # Off outside any transaction: rebuilding a table must not touch the rows that point to it.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
            connection = connection.execution_options(begin="BEGIN IMMEDIATE")
        try:
            with connection.begin():
                settings.attributes["connection"] = connection
                action(settings, revision)
                if is_sqlite(engine) and connection.execute(text("PRAGMA foreign_key_check")).first():
                    raise RuntimeError("A migration left rows that point nowhere: undone.")
        finally:
            if is_sqlite(engine):
                connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")


def version(engine: Engine) -> str | None:
    """The revision of the database, or None where it has no tables yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The newest revision that this code knows."""
    return ScriptDirectory.from_config(config()).get_current_head()
