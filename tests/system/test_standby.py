"""PostgreSQL 17 with a synchronous standby, as docs/exploitation.md sets it up for two machines, here on two ports: the first is
killed while files are handed in, the second is promoted by the page's one command; nothing that was acknowledged is lost."""

import asyncio
import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db import backup
from db.demo_load import load_demo
from db.engine import make_engine
from db.intake import Options, import_file
from db.seed import seed
from tests.benchmarks.viewer import Viewer
from tests.browser import served
from tests.builders import COVE, KANDI, NIKKI, csv_text, waited
from tests.system import postgresql

TIMES = int(os.environ.get("PROMOTIONS", "1"))  # 2: there, and back again
IN_TIME, BACK = (
    3.0,
    90.0,
)  # seconds: until it is said; until a page has its figures again, on a machine that does other work
WRITERS = (KANDI, NIKKI, COVE)


class Pair:
    """Two servers, of which one writes and the other has all that it acknowledged."""

    def __init__(self, at: Path) -> None:
        self.first = postgresql.Postgresql(at / "one")
        self.second = postgresql.Postgresql(at / "two")
        self.ports = sorted((self.first.port, self.second.port))
        self.first.make()
        self.follow()

    @property
    def url(self) -> str:
        """Both, of which the library takes the one that writes: as DATABASE_URL of the page."""
        hosts = "&".join(f"host=127.0.0.1:{port}" for port in self.ports)
        return f"postgresql://postgres@/ccsp?{hosts}&target_session_attrs=read-write"

    def follow(self) -> None:
        """Make the second a standby of the first, from nothing; from then on the first acknowledges what both have."""
        source = f"host=127.0.0.1 port={self.first.port} user=postgres"
        postgresql.run(
            "pg_basebackup",
            "-D",
            self.second.folder,
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "-d",
            source,
        )
        # Which one waits for the other stands in the settings of a machine, which Debian keeps apart from the data.
        kept = self.second.folder / "postgresql.auto.conf"
        lines = kept.read_text().splitlines(keepends=True)
        kept.write_text("".join(line for line in lines if "synchronous_standby_names" not in line))
        self.second.start()
        engine = make_engine(self.first.url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ALTER SYSTEM SET synchronous_standby_names = '*'"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()

    def promote(self) -> None:
        """The page's command; the machine that wrote before is the next standby."""
        postgresql.run("pg_ctl", "-D", self.second.folder, "-w", "promote")
        self.first, self.second = self.second, self.first

    def rebuild(self) -> None:
        """The machine that was lost, as standby."""
        postgresql.run("pg_ctl", "-D", self.second.folder, "-m", "immediate", "stop", check=False)
        shutil.rmtree(self.second.folder)
        self.follow()


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """The two, with fictitious data."""
    if why := postgresql.missing():
        pytest.skip(why)
    with postgresql.folder() as at:
        found = Pair(at)
        try:
            engine = make_engine(found.url)
            backup.migrate(engine, "essai")
            seed(engine)
            load_demo(engine, 3_000, 20211221, by="test", progress=False)
            engine.dispose()
            yield found
        finally:
            found.first.stop()
            found.second.stop()


def hand_in(url: str, site: str, folder: Path, ended: Event) -> list[str]:
    """Hand files of one site in until told to stop, each again until it is acknowledged; gives their names."""
    engine, acknowledged, n = make_engine(url), [], 0
    while not ended.is_set():
        n += 1
        path = folder / f"{site}-{n}.csv"
        lines = [
            waited(
                i % 60, site=site, day=f"2019-{1 + n // 28 % 12:02}-{1 + n % 28:02}", ref=f"{n}-{i}"
            )
            for i in range(50)
        ]
        path.write_text(csv_text("registre", *lines), encoding="utf-8")
        while True:
            try:
                outcome = import_file(engine, path, Options(demo=True), by=site)
                break
            except DBAPIError:
                time.sleep(0.1)
        if outcome.batch_id is not None or outcome.accepted:
            acknowledged.append(path.name)
    engine.dispose()
    return acknowledged


async def read(app: str, kill, promote) -> tuple[float, float]:
    """A reader's seconds from a question to the sentence that the database is away, and from its promotion to his figures."""
    async with Viewer(app) as viewer:
        assert not (await viewer.open("attentes")).error
        kill()
        said, begun = "", time.monotonic()
        while not said and time.monotonic() - begun < 60:
            asked = (
                await viewer.choose({"filtre_type": viewer.lists["filtre_type"].others()[0]})
                if (viewer.lists)
                else await viewer.open("plaintes")
            )
            said = asked.error
        assert "La base de données ne répond pas" in said
        away = asked.seconds
        promote()
        begun = time.monotonic()
        while (await viewer.open("attentes")).error:
            assert time.monotonic() - begun < BACK
            await asyncio.sleep(0.2)
        return away, time.monotonic() - begun


def test_nothing_acknowledged_is_lost_when_the_machine_that_writes_is_killed(pair, tmp_path):
    for number in range(TIMES):
        folder = tmp_path / str(number)
        folder.mkdir()
        ended = Event()
        with (
            served.serve(pair.url, tmp_path / f"log-{number}") as app,
            ThreadPoolExecutor(len(WRITERS) + 1) as threads,
        ):
            at_work = [threads.submit(hand_in, pair.url, s, folder, ended) for s in WRITERS]
            time.sleep(3)
            reading = read(app, pair.first.kill, pair.promote)
            try:
                away, back = threads.submit(asyncio.run, reading).result(120)
                time.sleep(3)
            finally:
                ended.set()
            acknowledged = [name for one in at_work for name in one.result(60)]
        engine = make_engine(pair.first.url)
        with engine.connect() as connection:
            asked = text(
                "SELECT b.filename, count(*) FROM import_batch b JOIN visit v ON v.batch_id = b.id"
                " WHERE b.filename LIKE '%.csv' GROUP BY b.filename"
            )
            there = {row.filename: row[1] for row in connection.execute(asked)}
        engine.dispose()
        lost = [name for name in acknowledged if there.get(name) != 50]
        print(
            f"promotion {number + 1}: {len(acknowledged)} files acknowledged, {len(lost)} lost;"
            f" said after {away:.1f} s, back {back:.1f} s after it"
        )
        assert len(acknowledged) > 10 and not lost
        assert away < IN_TIME
        pair.rebuild()
