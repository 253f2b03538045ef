"""What a server holds after files that come in one after the other: python -m tests.benchmarks.files_in_memory, on DATABASE_URL.

FILES months of one site each, of as many sites, are handed in by another process, each long enough after the one before to be
shown by itself; one reader opens the map after each. Called by tests.benchmarks.growth; loopback only. Give it a copy: it adds
to the database.
"""

import asyncio
import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from time import sleep

import psutil

from dashboard.period import add_months, today
from dashboard.ui.cache_warming import EVERY
from db import read
from db.engine import make_engine
from db.intake import Options, import_file
from db.working_days import SATURDAY
from tests.benchmarks.viewer import Viewer
from tests.browser import served
from tests.builders import csv_text, waited

FILES, EARLY = 20, 2  # files; after which the memory is compared with that of the end
APART = EVERY + 1.5  # seconds from one to the next
MB = 2**20


def resident(url: str, files: int = FILES) -> list[float]:
    """The resident memory of a server, in MB, before any file and after each. RuntimeError where the application does not start
    or a page fails."""
    engine = make_engine(url)
    with engine.connect() as connection:
        sites = [place.code for place in read.places(connection, read.ALL)][:files]
    with tempfile.TemporaryDirectory() as folder:
        process, app = served.start(url, Path(folder) / "log")
        try:
            server = psutil.Process(process.pid)
            sleep(APART)
            _open(app)
            found = [server.memory_info().rss / MB]
            for number in range(files):
                path = _month(Path(folder), sites[number % len(sites)], number)
                outcome = import_file(engine, path, Options("registre", demo=True), "bench")
                assert outcome.accepted, outcome.problems[:3]
                sleep(APART)
                _open(app)
                found.append(server.memory_info().rss / MB)
            return found
        finally:
            served.end(process)
            engine.dispose()


def _open(app: str) -> None:
    """Open the map as a new reader, and leave."""

    async def opened() -> None:
        async with Viewer(app) as viewer:
            run = await viewer.open()
            if run.error:
                raise RuntimeError(run.error)

    asyncio.run(opened())


def _month(folder: Path, site: str, number: int) -> Path:
    """A register of a site for the last whole month, ten visits a day; number: so that no two are the same."""
    first = add_months(today().replace(day=1), -1)
    days = [first + timedelta(days=n) for n in range(28)]
    rows = [
        waited((n + number) % 50, site=site, day=day.isoformat(), ref=f"memory {number} {day} {n}")
        for day in days
        if day.weekday() < SATURDAY
        for n in range(10)
    ]
    path = folder / "month.csv"
    path.write_text(csv_text("registre", *rows), encoding="utf-8")
    return path


if __name__ == "__main__":
    held = resident(os.environ["DATABASE_URL"])
    print(" ".join(f"{mb:.0f}" for mb in held))
    ratio = held[-1] / held[EARLY]
    print(f"after {FILES} files {ratio:.2f} x what it is after {EARLY}")
    sys.exit(ratio > 1.3)
