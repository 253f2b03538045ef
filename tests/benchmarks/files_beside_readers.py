"""What readers notice of files that come in beside them: a hundred viewers act for two minutes, first alone, then while a
month of one site is handed in every five seconds, by a process of its own. Called by tests.benchmarks.growth; loopback only.

python -m tests.benchmarks.files_beside_readers measures it on the load's base (tests.benchmarks.load).
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from shutil import copyfile
from statistics import median

import psutil

from dashboard.period import add_months, today
from db import read
from db.engine import make_engine
from db.intake import Options, import_file
from db.working_days import SATURDAY
from tests.benchmarks import load
from tests.browser import served
from tests.builders import csv_text, waited

READERS, SECONDS, EVERY = 100, 120.0, 5.0


def measure() -> None:
    """Print both, and what one is of the other."""
    base = load.database()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = base
        if base.startswith("sqlite:///"):
            copyfile(base.removeprefix("sqlite:///"), Path(folder) / "copy.db")
            url = f"sqlite:///{Path(folder) / 'copy.db'}"
        process, app = served.start(url, Path(folder) / "app.log")
        stack.callback(served.end, process)
        load.SECONDS = SECONDS
        found = {}
        for name in ("alone", "beside files"):
            if name == "beside files":
                stack.enter_context(_files(url, folder))
            found[name] = tally = load.Tally()
            asyncio.run(load.crowd(app, psutil.Process(process.pid), READERS, tally))
            print(
                f"{READERS} readers {name:<14}{tally.rate:>6.1f} acts/s   p50 {1000 * median(tally.times):>4.0f} ms"
                f"   p95 {1000 * tally.p95:>4.0f} ms   {len(tally.errors)} errors; {load.load()}",
                flush=True,
            )
            for text in sorted(set(tally.errors))[:3]:
                print(f"         {text[:150]}")
        handed_in = (Path(folder) / "handed-in").read_text(encoding="utf-8").count("\n")
        ratio = found["beside files"].p95 / found["alone"].p95
        print(f"p95 beside {handed_in} files {ratio:.2f} x what it is alone")


def _files(url: str, folder: str) -> subprocess.Popen[bytes]:
    """The process that hands files in; it ends when the block does, at the latest after three times the measured time."""
    return _Ended(
        [sys.executable, "-m", "tests.benchmarks.files_beside_readers", "--files", folder],
        env={**os.environ, "DATABASE_URL": url},
    )


class _Ended(subprocess.Popen):
    """A process that is ended with its block."""

    def __exit__(self, *_) -> None:
        self.terminate()
        self.wait(30)


def hand_in(folder: Path) -> None:
    """A month of one site after the other, every EVERY seconds; a line in `handed-in` for each."""
    engine = make_engine(os.environ["DATABASE_URL"])
    with engine.connect() as connection:
        sites = [place.code for place in read.places(connection, read.ALL)]
    end = time.monotonic() + 3 * SECONDS
    for number in range(int(3 * SECONDS / EVERY)):
        started = time.monotonic()
        if started > end:
            return
        site, back = sites[number % len(sites)], number // len(sites)
        path = folder / "month.csv"
        path.write_text(
            _month(site, add_months(today().replace(day=1), -1 - back), number), "utf-8"
        )
        outcome = import_file(engine, path, Options("registre", demo=True), "bench")
        assert outcome.accepted, outcome.problems[:3]
        with (folder / "handed-in").open("a", encoding="utf-8") as file:
            file.write(f"{site}\n")
        time.sleep(max(0.0, started + EVERY - time.monotonic()))


def _month(site: str, first: date, number: int) -> str:
    """A register of a site for a month that has ended, ten visits a day; number: so that no two are the same."""
    days = [first + timedelta(days=n) for n in range(28)]
    return csv_text(
        "registre",
        *[
            waited(
                (n + number) % 50, site=site, day=day.isoformat(), ref=f"beside {number} {day} {n}"
            )
            for day in days
            if day.weekday() < SATURDAY
            for n in range(10)
        ],
    )


if __name__ == "__main__":
    if "--files" in sys.argv:
        hand_in(Path(sys.argv[-1]))
    else:
        measure()
