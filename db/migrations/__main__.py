"""`python -m db.migrations TITLE` writes the next migration: the difference between the models and the migrations."""

import argparse
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import Script

from db import schema
from db.engine import make_engine


def write(title: str) -> Path | None:
    """The new migration, of the next number, laid out by ruff; None, and no file, where there is nothing to change."""
    settings = schema.config()
    settings.cmd_opts = argparse.Namespace(quiet=True)

    def unless_empty(
        _context: MigrationContext, _revision: object, scripts: list[MigrationScript]
    ) -> None:
        if scripts[0].upgrade_ops is None or scripts[0].upgrade_ops.is_empty():
            scripts.clear()

    engine = make_engine("sqlite://")  # in memory: the tables as the migrations make them
    try:
        schema.upgrade(engine)
        with engine.connect() as connection:
            settings.attributes["connection"] = connection
            script = command.revision(
                settings,
                title,
                autogenerate=True,
                rev_id=f"{int(schema.newest_revision()) + 1:04}",
                process_revision_directives=unless_empty,
            )
    finally:
        engine.dispose()
    if not isinstance(script, Script):
        return None
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", script.path], check=True)
    return Path(script.path)


def main(argv: list[str] | None = None) -> int:
    """Write the migration and print where it is; 1 where there is none to write."""
    parser = argparse.ArgumentParser(
        prog="python -m db.migrations", description="Écrit la migration que les modèles demandent."
    )
    parser.add_argument("title", metavar="TITRE", help="ce qu'elle change, en anglais")
    path = write(parser.parse_args(argv).title)
    if path is None:
        print("Les migrations font déjà tout ce que disent les modèles.", file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
