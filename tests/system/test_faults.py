"""What breaks under an application, on purpose: its database goes and comes back again and again, its disk is full.

AWAY says how often the database goes (5 times; 20 for the figures of docs/security.md).
"""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from dashboard.settings import ROOT
from db import backup
from db.demo_load import load_demo
from db.engine import make_engine
from db.seed import seed
from tests.benchmarks.hand_in_desk import MONTH, Desk, people, register
from tests.benchmarks.viewer import Viewer
from tests.browser import served
from tests.system import postgresql

AWAY = int(os.environ.get("AWAY", "5"))
IN_TIME = 3.0  # seconds until a reader is told
NOTICED = 10.0  # seconds after which a server asks the database again, and no longer its memory
SAID = "La base de données ne répond pas"


def fill(url: str) -> None:
    """Tables, reference data and fictitious data."""
    engine = make_engine(url)
    backup.migrate(engine, "essai")
    seed(engine)
    load_demo(engine, 3_000, 20211221, by="test", progress=False)
    engine.dispose()


# --- the database ------------------------------------------------------------------------------------------------------
async def read_on(
    app: str, cookies: str, server: postgresql.Postgresql
) -> list[tuple[float, float]]:
    """The seconds until a reader was told, and until he had his figures again, each time."""
    found = []
    async with Viewer(app, cookies=cookies) as viewer:
        await viewer.open("attentes")
        await viewer.choose({"filtre_departement": "Zou"})
        for number in range(AWAY):
            server.stop()
            await asyncio.sleep(NOTICED)  # until then pages are answered from memory
            told = await viewer.open("plaintes", "departement=Zou")
            assert SAID in told.error and told.seconds < IN_TIME, (number, told.error, told.seconds)
            server.start()
            begun = time.monotonic()
            while (again := await viewer.open("attentes", "departement=Zou")).error:
                assert time.monotonic() - begun < 30, again.error
                await asyncio.sleep(0.2)
            assert viewer.query == "departement=Zou", "the filter is kept, and the session"
            assert viewer.lists["filtre_departement"].value == "Zou"
            found.append((told.seconds, time.monotonic() - begun))
    return found


def test_the_database_goes_and_comes_back_and_a_reader_keeps_his_session_and_filters(tmp_path):
    if why := postgresql.missing():
        pytest.skip(why)
    with postgresql.server() as server:
        fill(server.url)
        _, cookies = people(server.url)
        with (
            served.serve(server.url, tmp_path / "log") as app,
            ThreadPoolExecutor(1) as other,
        ):
            found = other.submit(asyncio.run, read_on(app, cookies[0], server)).result()
        print(
            f"{len(found)} times away: told within {max(t for t, _ in found):.1f} s, back within"
            f" {max(b for _, b in found):.1f} s of its start"
        )
        assert len(found) == AWAY


# --- the disk ----------------------------------------------------------------------------------------------------------
class SmallDisk:
    """A disk of forty megabytes, which is filled and emptied."""

    def __init__(self, at: Path) -> None:
        self.at, self.filler = at, at / "filler"

    def fill(self) -> None:
        """Until nothing more goes in."""
        with self.filler.open("wb", buffering=0) as stream:
            for size in (1 << 16, 1 << 9, 1):
                try:
                    while stream.write(b"\0" * size):
                        pass
                except OSError:
                    continue
        assert shutil.disk_usage(self.at).free < 4096

    def empty(self) -> None:
        """There is room again."""
        self.filler.unlink()


@pytest.fixture
def disk(tmp_path) -> Iterator[SmallDisk]:
    """It, mounted; only root may."""
    if os.geteuid():
        pytest.skip("il faut être root pour monter un petit disque")
    at = tmp_path / "small"
    at.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", at], check=True)
    yield SmallDisk(at)
    subprocess.run(["umount", "--lazy", at], check=True)


def command(url: str, *words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command of the database, as people run it."""
    return subprocess.run(
        [sys.executable, "-m", "db", *words],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, **settings},
        capture_output=True,
        text=True,
    )


def test_a_full_disk_keeps_nothing_says_so_everywhere_and_loses_nothing(disk, tmp_path):
    url = f"sqlite:///{disk.at / 'ccsp.db'}"
    copies = {"COPIES": str(disk.at / "copies")}
    fill(url)
    assert command(url, "purge-demo").returncode == 0, "a command takes real files then"
    manager, cookies = people(url)
    file = tmp_path / "registre.csv"
    file.write_bytes(register(20_000, "plein"))
    with served.serve(url, disk.at / "log", **copies) as app:
        desk = Desk(app, manager)
        desk.keep(register(100, "avant"))
        before = command(url, "status").stdout
        disk.fill()

        # Handed in by the page, as a command, and what a sign-in writes: said in French, nothing kept, no traceback shown.
        sent = desk.asked.post(
            f"{app}/remonter",
            {"jeton": desk.token, "centre": "", "mois": f"{MONTH:%Y-%m}"},
            files={"fichier": ("registre.csv", register(3_000, "page"))},
            timeout=60,
        )
        assert "disque" in sent.text and "plein" in sent.text, sent.text[-800:]
        said = command(url, "import", file, **copies)
        assert said.returncode == 1 and "Traceback" not in said.stderr
        assert "plein" in said.stdout + said.stderr
        said = command(url, "backup", **copies)
        assert said.returncode == 1 and "Traceback" not in said.stderr
        assert "plein" in said.stdout + said.stderr or "disque" in said.stdout + said.stderr
        assert not list(disk.at.glob("copies/*nuit*.db")), "no half copy"
        page = requests.get(f"{app}/livez", timeout=5)
        assert page.ok, "its log is full too, and it goes on"

        async def reads() -> str:
            async with Viewer(app, cookies=cookies[0]) as viewer:
                return (await viewer.open("attentes")).error

        with ThreadPoolExecutor(1) as other:
            assert other.submit(asyncio.run, reads()).result() == "", "who only reads goes on"

        disk.empty()
        assert command(url, "status").stdout == before
        desk.keep(register(100, "après"))
    assert command(url, "verify").returncode == 0
