"""`make soak`: an hour of what a server does in weeks, all at once: two applications on one database, readers who change filters
and pages, files handed in, days closed, reports taken away, copies made and proved.

It fails where the end is not as the files say (`verify`), where the log has an error, where somebody was told of one, or where
the memory of an application grows by a tenth in its last two thirds. SOAK: its minutes; SOAK_READERS: how many (20);
SOAK_DATABASE=postgresql for PostgreSQL 17 (SQLite else).
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Event, Thread

import psutil

from dashboard.settings import ROOT
from db import backup
from db.demo_load import load_demo
from db.engine import make_engine
from db.seed import seed
from tests.benchmarks.hand_in_desk import (
    Desk,
    focal_points,
    open_days_again,
    people,
    register,
)
from tests.benchmarks.viewer import Viewer
from tests.browser import served
from tests.system import postgresql

MINUTES = float(os.environ.get("SOAK", "60"))
READERS = int(os.environ.get("SOAK_READERS", "20"))
THINKS = 5.0  # seconds between two acts of a reader
GROWN = 1.10  # of memory, from the first third to the end
CLOSING = 24  # points focaux, who close a day each in turn
FILES = ("pdf", "xlsx", "pptx", "html")


@dataclass
class Soak:
    """What is done, and what went wrong. memory: of each application, by the second."""

    url: str
    environment: dict[str, str]
    ended: Event = field(default_factory=Event)
    done: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    memory: list[list[float]] = field(default_factory=list)

    def keep_on(self, name: str, act: Callable[[int], None], every: float) -> Thread:
        """Do it again and again beside the rest; gives its thread, started."""

        def go() -> None:
            number = 0
            while not self.ended.wait(every):
                number += 1
                try:
                    act(number)
                    self.done[name] += 1
                except Exception as error:
                    self.wrong.append(f"{name}: {error!r}"[:300])

        thread = Thread(target=go, name=name)
        thread.start()
        return thread

    def command(self, *words: str) -> str:
        """What a command of the database says; RuntimeError where it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "db", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(done.stdout[-500:] + done.stderr[-500:])
        return done.stdout

    async def read(self, app: str, cookies: str, seconds: float) -> None:
        """One reader: acts, and takes a file away now and then."""
        until, number = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            try:
                async with Viewer(app, cookies=cookies) as viewer:
                    await viewer.open("attentes")
                    while time.monotonic() < until:
                        await asyncio.sleep(THINKS * (0.5 + viewer.chance.random()))
                        number += 1
                        if number % 12 == 0:
                            # In another window: what this one holds already would not be sent again.
                            async with Viewer(app, cookies=cookies) as other:
                                await other.open("presenter")
                                key = f"emporter_{other.chance.choice(FILES)}"
                                assert len(await other.press(key)) > 1_000
                            self.done["reports"] += 1
                        else:
                            kind, run = await viewer.act()
                            self.done[f"{kind}s"] += 1
                            if run.error:
                                self.wrong.append(f"{kind}: {run.error}"[:300])
            except Exception as error:
                self.wrong.append(f"reader: {error!r}"[:300])
                await asyncio.sleep(1)


@contextmanager
def database(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A database of fictitious data, and the environment of commands for it."""
    with ExitStack() as stack:
        environment = {**os.environ, "COPIES": str(folder / "copies")}
        if os.environ.get("SOAK_DATABASE") == "postgresql":
            url = stack.enter_context(postgresql.server()).url
            environment["PATH"] = f"{postgresql.PROGRAMS}{os.pathsep}{os.environ['PATH']}"
        else:
            url = f"sqlite:///{folder / 'soak.db'}"
        engine = make_engine(url)
        backup.migrate(engine, "essai")
        seed(engine)
        load_demo(engine, 20_000, 20211221, by="essai", progress=False)
        engine.dispose()
        yield url, {**environment, "DATABASE_URL": url}


def run(minutes: float, readers: int) -> list[str]:
    """Do it all for so long; gives what was wrong, and prints what was done."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url, environment = stack.enter_context(database(folder))
        soak = Soak(url, environment)
        manager, cookies = people(url)
        open_days_again(url)
        logs, apps, processes = [folder / "log-1", folder / "log-2"], [], []
        for log in logs:
            process, app = served.start(url, log, COPIES=environment["COPIES"])
            stack.callback(served.end, process)
            apps.append(app)
            processes.append(psutil.Process(process.pid))
        desks = [Desk(app, manager) for app in apps]
        closing = focal_points(url, apps[0], CLOSING)
        engine = make_engine(url)

        def hand_in(number: int) -> None:
            desks[number % 2].keep(register(100, f"soak {number}", wait=number % 20))

        def weigh(_number: int) -> None:
            soak.memory.append([one.memory_info().rss / 1e6 for one in processes])

        beside = [
            soak.keep_on("files", hand_in, 10),
            soak.keep_on(
                "closings", lambda n: closing[n % CLOSING].close_day(0, 40 + n % 9) and None, 15
            ),
            soak.keep_on("copies", lambda _: soak.command("backup") and None, 45),
            soak.keep_on("weighed", weigh, 1),
        ]

        async def crowd() -> None:
            await asyncio.gather(
                *(soak.read(apps[n % 2], cookies[n], 60 * minutes) for n in range(readers))
            )

        try:
            asyncio.run(crowd())
        finally:
            soak.ended.set()
            for thread in beside:
                thread.join(120)
            engine.dispose()
        print(
            ", ".join(
                f"{count} {name}" for name, count in sorted(soak.done.items()) if name != "weighed"
            )
        )
        said = soak.command("verify")
        print(said.strip().splitlines()[-1])
        for log in logs:
            text = log.read_text(errors="replace")
            soak.wrong += [
                f"log: {line}"
                for line in text.splitlines()
                if " ERROR " in line or "Traceback" in line
            ]
        third = len(soak.memory) // 3
        for n in range(len(processes)):
            weighed = [at[n] for at in soak.memory]
            early, late = median(weighed[third : third + 60]), median(weighed[-60:])
            print(f"application {n + 1}: {early:.0f} MB after a third, {late:.0f} MB at the end")
            if minutes >= 30 and late > GROWN * early:
                soak.wrong.append(f"application {n + 1} grew from {early:.0f} to {late:.0f} MB")
        return soak.wrong


def main() -> int:
    """Run it; returns 1 where something was wrong, which it prints."""
    wrong = run(MINUTES, READERS)
    for text, count in Counter(wrong).most_common(20):
        print(f"{count} × {text}")
    print(f"{MINUTES:g} minutes, {READERS} readers: {len(wrong)} faults")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
