"""How many readers one process holds: `make load`, LOAD=100 (or LOAD=1,10,20,100), on fictitious data.

Viewers open a page at random and act every five seconds on average; the same number then does the same on a page of
fixed contents (recorded.py), served by the same function: what Streamlit itself costs. First one viewer, alone: an
answer that is known, and one that nobody asked before, on every page. Then what a server holds after hundreds of files
(memory.py); last, what the gate costs (gate.py). Loopback only; it ends by itself.
DATABASE_URL names a database to measure on; without it one of LOAD_VISITS (300 000) visits is built in data/bench and kept.
"""

import asyncio
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import psutil

from dashboard.accounts.rights import LOCAL_READER
from dashboard.navigation import pages_of
from dashboard.settings import ROOT
from tests.benchmarks import gate, memory
from tests.benchmarks.recorded import PLACE, record
from tests.benchmarks.viewer import LATE, Viewer, listening, never_asked
from tests.browser import served

PAGES = pages_of(LOCAL_READER)

THINK = 5.0  # seconds between two acts of a viewer, on average
SECONDS = 30.0  # of measuring at a time, after everybody has come in
ROUNDS = 2  # the application and the floor by turns: a shared machine is not as fast now as it was a minute ago
ENTRY = 0.1  # seconds between two who come in
ALONE = 9  # questions of each kind on each page, one viewer
GIVE_UP = 60.0  # seconds after which a viewer is lost


@dataclass
class Tally:
    """What a number of viewers met."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)
    cpu: float = 0.0
    memory: list[int] = field(default_factory=list)  # bytes, every few seconds
    lasted: float = 0.0

    @property
    def rate(self) -> float:
        """Acts a second."""
        return len(self.times) / self.lasted

    @property
    def p95(self) -> float:
        """The 95th percentile, in seconds."""
        return quantiles(self.times, n=20)[-1] if len(self.times) > 1 else self.times[0]


# --- many viewers ----------------------------------------------------------------------------------------------------
async def crowd(
    app: str, process: psutil.Process, count: int, found: Tally, cookies: Sequence[str] = ()
) -> None:
    """`count` viewers at once. Only what is asked and answered in the measured time counts, and is added to `found`. cookies: of
    each, where people sign in."""
    begin = perf_counter() + 2 + ENTRY * count
    end = begin + SECONDS
    kept = cookies or [""] * count
    tasks = [asyncio.create_task(visit(app, n, found, begin, end, kept[n])) for n in range(count)]
    await asyncio.sleep(begin - perf_counter())
    before = used(process)
    while perf_counter() < end:
        found.memory.append(process.memory_info().rss)
        await asyncio.sleep(min(5, max(0.01, end - perf_counter())))
    found.cpu += used(process) - before
    found.lasted += perf_counter() - begin
    await asyncio.wait(tasks, timeout=GIVE_UP)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def used(process: psutil.Process) -> float:
    """Seconds of processor that a process has used."""
    times = process.cpu_times()
    return times.user + times.system


async def visit(
    app: str, number: int, found: Tally, begin: float, end: float, cookies: str = ""
) -> None:
    """One viewer, from the first page to the end."""
    chance = random.Random(number)
    await asyncio.sleep(ENTRY * number)
    beat = asyncio.create_task(listening(app, found.polls, cookies))
    try:
        async with Viewer(app, chance, cookies=cookies) as viewer:
            await asyncio.wait_for(viewer.open(chance.choice(PAGES).url_path), GIVE_UP)
            while True:
                await asyncio.sleep(min(chance.expovariate(1 / THINK), 4 * THINK))
                if (start := perf_counter()) >= end:
                    return
                _, run = await asyncio.wait_for(viewer.act(), GIVE_UP)
                if start >= begin:
                    found.times.append(run.seconds)
                if run.error:
                    found.errors.append(run.error)
    except Exception as reason:  # whatever ends a viewer's visit is an error of the server's
        found.errors.append(f"{type(reason).__name__}: {reason}")
    finally:
        beat.cancel()
        with suppress(asyncio.CancelledError, OSError, EOFError):
            await beat


# --- one viewer ------------------------------------------------------------------------------------------------------
async def alone(app: str, page: str) -> dict[str, float]:
    """Median seconds of a filter's change on a page: to an answer that is known, and to one that nobody asked before."""
    query = "centre=ccsp-kandi" if page == "site" else ""
    async with Viewer(app, random.Random(page)) as viewer:
        run = await viewer.open(page, query)
        if run.error:
            raise RuntimeError(f"{app}/{page}: {run.error}")
        if not viewer.lists:
            return {}
        key = "filtre_departement" if "filtre_departement" in viewer.lists else "filtre_periode"
        first, second = viewer.lists[key].options[1:3]
        known, new = [], []
        for n in range(2 + ALONE):
            run = await viewer.choose({key: (first, second)[n % 2]})
            known += [run.seconds] if n >= 2 else []
        questions = never_asked(
            {k: v for k, v in viewer.lists.items() if k != "filtre_centre"}, viewer.chance
        )
        new += [(await viewer.choose(next(questions))).seconds for _ in range(ALONE)]
    return {"known": median(known), "new": median(new)}


def database() -> str:
    """The address of what is measured on; built where it is not there."""
    visits = int(os.environ.get("LOAD_VISITS") or 300_000)
    file = ROOT / "data" / "bench" / f"load-{visits}.db"
    return os.environ.get("DATABASE_URL") or (
        f"sqlite:///{file}" if file.exists() else served.make_demo(file, visits)
    )


# --- the whole -------------------------------------------------------------------------------------------------------
def main() -> int:
    """Record the floor, measure, print."""
    steps = [int(n) for n in (os.environ.get("LOAD") or "100").split(",")]
    url = database()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        os.environ[PLACE] = str(Path(folder) / "recorded")
        start = perf_counter()
        process, app = served.start(url, Path(folder) / "app.log")
        stack.callback(served.end, process)
        print(
            f"Started, the opening questions answered, in {perf_counter() - start:.1f} s; {load()}"
        )
        asyncio.run(keep(app))
        fixed, floor = served.start(
            url, Path(folder) / "floor.log", ROOT / "tests" / "benchmarks" / "floor.py"
        )
        stack.callback(served.end, fixed)
        one_viewer(app, floor)
        errors = 0
        for count in steps:
            errors += many(
                count, (app, psutil.Process(process.pid)), (floor, psutil.Process(fixed.pid))
            )
        for name in ("app", "floor"):
            if " ERROR " in (said := (Path(folder) / f"{name}.log").read_text()):
                print(f"\n{name} wrote: {said[-1_500:]}")
    memory.measure(url)
    if url.startswith("sqlite:///"):
        gate.measure(url)
    return 1 if errors else 0


def load() -> str:
    """How busy the machine is."""
    return f"load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"


async def keep(app: str) -> None:
    """Record the page Attentes as it opens."""
    async with Viewer(app) as viewer:
        run = await viewer.open("attentes")
        record(run.messages, Path(os.environ[PLACE]))


def one_viewer(app: str, floor: str) -> None:
    """A line for each page that has filters."""
    base = asyncio.run(alone(floor, "attentes"))["known"]
    print(f"\nOne viewer, medians of {ALONE} in ms; floor {1000 * base:.0f} ms; {load()}")
    print(f"{'page':<14}{'known':>8}{'x floor':>9}{'new':>8}{'x floor':>9}")
    for spec in PAGES:
        if found := asyncio.run(alone(app, spec.url_path)):
            print(
                f"{spec.url_path:<14}"
                + "".join(
                    f"{1000 * found[k]:>8.0f}{found[k] / base:>9.1f}" for k in ("known", "new")
                ),
                flush=True,
            )


def many(count: int, real: tuple, floor: tuple) -> int:
    """Lines for a number of viewers: the application, the floor, and what one is of the other. The number of errors."""
    print(
        f"\n{count} viewers for {ROUNDS} × {SECONDS:.0f} s, each acting every {THINK:.0f} s; {load()}"
    )
    print(
        f"{'':<8}{'acts/s':>8}{'p50 ms':>9}{'p95 ms':>9}{'CPU s/act':>11}{'MB first':>10}{'MB last':>9}{'late':>6}"
        f"{'errors':>8}"
    )
    both = Tally(), Tally()
    for _ in range(ROUNDS):
        for found, (address, process) in zip(both, (real, floor), strict=True):
            asyncio.run(crowd(address, process, count, found))
    for name, found in zip(("app", "floor"), both, strict=True):
        if not found.times:
            print(f"{name:<8} no act was answered: {found.errors[:1]}")
            continue
        late = sum(w > LATE for w in found.polls)
        print(
            f"{name:<8}{found.rate:>8.1f}{1000 * median(found.times):>9.0f}{1000 * found.p95:>9.0f}"
            f"{found.cpu / len(found.times):>11.3f}{found.memory[0] / 1e6:>10.0f}{found.memory[-1] / 1e6:>9.0f}{late:>6}"
            f"{len(found.errors):>8}",
            flush=True,
        )
        for text in sorted(set(found.errors))[:5]:
            print(f"         {text[:150]}")
    app, fixed = both
    if app.times and fixed.times:
        print(
            f"{'ratio':<8}{app.rate / fixed.rate:>8.2f}{median(app.times) / median(fixed.times):>9.1f}"
            f"{app.p95 / fixed.p95:>9.1f}{app.cpu / len(app.times) / (fixed.cpu / len(fixed.times)):>11.1f}"
        )
    return len(app.errors) + len(fixed.errors)


if __name__ == "__main__":
    sys.exit(main())
