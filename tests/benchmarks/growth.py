"""What grows with the network: python -m tests.benchmarks.growth (SITES=24,77,222,600 by default).

Each size has a base of its own, 49 months of it, built once into data/bench. Each is measured by the door that people use: the
server started on a copy of it, its pages opened and filtered, its map drawn in Chromium; and in a process of its own what a file
costs, in seconds of processor. What is printed is read in multiples of 24 sites, in one run. Last, a hundred readers beside files
that come in, and a slow line.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, sleep

from sqlalchemy import Engine

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import cards, expected_false_alarms, figures, opening_answers
from dashboard.answers import map as maps
from dashboard.answers.question import Question
from dashboard.exports import map_svg
from dashboard.period import Period, add_months, today
from dashboard.ui import cache_warming
from db import accounts_and_sessions, schema
from db.engine import make_engine
from db.intake import Options, import_file
from db.working_days import SATURDAY
from db.write_lock import write_transaction
from tests.benchmarks import files_beside_readers, files_in_memory, map_frame, slow_line
from tests.benchmarks.data import FOLDER, Size, filled
from tests.benchmarks.load import PAGES, alone
from tests.benchmarks.viewer import Viewer
from tests.browser import served
from tests.builders import csv_text, waited

MONTHS = 49
VISITS = 2_500  # of a site: they hardly matter
CARDS = ("visits", "wait_p50", "wait_within_30", "left", "satisfaction", "complaints_30d_due")
CUTS = ("nation", "site", "department", "service", "hour")  # which a page asks for when it opens
SIZES = (24, 77, 222, 600)
NEW_DAYS = 5  # addresses
QUIET = 5.0  # seconds without work after which a server has answered what it answers by itself
Found = dict[str, float]


def size_of(sites: int) -> Size:
    """The size of a base of so many sites."""
    return Size(f"growth-{sites}", sites * VISITS, sites, MONTHS)


def main() -> int:
    """Build what is missing, measure each size, print the table."""
    sizes = [int(n) for n in os.environ.get("SITES", ",".join(map(str, SIZES))).split(",")]
    if sizes[0] != SIZES[0]:
        print(f"SITES begins with {SIZES[0]}, of which the others are multiples.", file=sys.stderr)
        return 2
    for sites in sizes:
        filled("sqlite", size_of(sites), "").dispose()
    found = {n: _measured(n) for n in sizes}
    for n, held in _after_files(sizes).items():
        found[n] |= held
    print(f"\n{'':<42}" + "".join(f"{f'{n} sites':>20}" for n in sizes))
    for what, first in found[sizes[0]].items():
        unit = "MB" if "memory" in what else "KB" if "sends" in what else "s"
        cells = (f"{found[n][what]:.2f} {unit}{_times(found[n][what], first)}" for n in sizes)
        print(f"{what:<42}" + "".join(f"{cell:>20}" for cell in cells), flush=True)
    print()
    files_beside_readers.measure()
    print()
    slow_line.main()
    return 0


def _times(value: float, first: float) -> str:
    """« (1.4 x) »: a value as a multiple of the first one; nothing where that is 0."""
    return f" ({value / first:.1f} x)" if first else ""


def _measured(sites: int) -> Found:
    """What a server takes on a copy of the base, then what a file costs in a process of its own, on another one."""
    print(f"{sites} sites …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        url = _copy(sites, Path(folder) / "served.db")
        found = _by_the_door(url, Path(folder))
        found["the map's frame blocked, when first shown"] = map_frame.blocked(url)
        return found | _in_a_process(_copy(sites, Path(folder) / "copy.db"))


def _after_files(sizes: list[int]) -> dict[int, Found]:
    """The memory of a server of each size after files. All at once: they wait most of the time, for a file to be shown."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder, ThreadPoolExecutor() as pool:
        copies = [_copy(n, Path(folder) / f"files-{n}.db") for n in sizes]
        held = list(pool.map(files_in_memory.resident, copies))
    return {
        n: {
            "memory after two files": one[files_in_memory.EARLY],
            f"memory after {files_in_memory.FILES} files": one[-1],
        }
        for n, one in zip(sizes, held, strict=True)
    }


def _copy(sites: int, path: Path) -> str:
    """The address of a copy of the base, which whoever sits at the machine may read."""
    path.write_bytes((FOLDER / f"{size_of(sites).name}.db").read_bytes())
    url = f"sqlite:///{path}"
    engine = make_engine(url)
    schema.upgrade(engine)  # else the start would make a copy first
    with write_transaction(engine) as connection:
        accounts_and_sessions.open_if_new(connection)
    engine.dispose()
    return url


def _by_the_door(url: str, folder: Path) -> Found:
    """The start, the pages and the memory of a server."""
    found: Found = {}
    for name in ("first", "second"):
        start = perf_counter()
        process, app = served.start(url, folder / "app.log")
        found[f"{name} start, until the server answers"] = perf_counter() - start
        found[f"and what it computes then, {name} start"] = _until_quiet(process.pid)
        if name == "first":
            served.end(process)
    try:
        found |= asyncio.run(_new_days(app))
        pages = [asyncio.run(alone(app, page.url_path)) for page in PAGES]
        known, new = ([page[kind] for page in pages if page] for kind in ("known", "new"))
        found["a page, its answers known (median)"] = median(known)
        found["a page, its answers known (slowest)"] = max(known)
        found["a page never asked for (median)"] = median(new)
        found["a page never asked for (slowest)"] = max(new)
        found["memory of the server, at its peak"] = _peak(process.pid)
    finally:
        served.end(process)
    return found


async def _new_days(app: str) -> Found:
    """The opening page by an address with days that nobody has asked, over the whole network: the median of NEW_DAYS, and the
    bytes that the page takes."""
    times, sizes = [], []
    for n in range(NEW_DAYS):
        last = today() - timedelta(days=40 + n)
        async with Viewer(app) as viewer:
            run = await viewer.open(
                "", f"periode={Period(last - timedelta(days=100 + n), last).code}"
            )
        if run.error:
            raise RuntimeError(run.error)
        times.append(run.seconds)
        sizes.append(run.bytes / 1_000)
    return {
        "the map by an address with days never asked": median(times),
        "what that page sends": median(sizes),
    }


def _until_quiet(pid: int) -> float:
    """Wait until a process has used hardly any processor for QUIET seconds; returns what it used meanwhile."""
    first = before = _used(pid)
    while True:
        sleep(QUIET)
        now = _used(pid)
        if now - before < QUIET / 20:
            return now - first
        before = now


def _used(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _in_a_process(url: str) -> Found:
    """What `one` finds on a base."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.growth", "--one"],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def one() -> None:
    """Measure the base of the settings in this process; print the seconds of processor of each act as JSON."""
    found: Found = {}

    def timed(what: str, act: Callable[[], object]) -> None:
        start = process_time()
        act()
        found[what] = process_time() - start

    last = today().replace(day=1) - timedelta(days=1)
    year = Question(add_months(last.replace(day=1), -11), last)
    engine = make_engine(os.environ["DATABASE_URL"])
    timed("the opening page's answers", lambda: _opening_page(year))
    timed("the chance of signals", lambda: _chance(year))
    cache_warming.exempt_from_collection()  # as the server does once it has answered
    # The first file loads what reads files.
    _hand_in(engine, _a_month(last, "ccsp-nikki"))
    _opening_page(year)
    path = _a_month(last, "ccsp-kandi")

    def on_the_map() -> None:
        _hand_in(engine, path)
        _opening_page(year)

    timed("one site's month, until it is on the map", on_the_map)
    timed("and the chance of signals after it", lambda: _chance(year))
    plot = maps.plot(LOCAL_READER, year, "wait_p50")
    timed("the map in a file", lambda: map_svg.map_(plot, 600, 780))
    timed("the map in a second file", lambda: map_svg.map_(plot, 600, 780))
    print(json.dumps(found))


def _peak(pid: int) -> float:
    """The greatest memory of a process, in MB; of it alone: what getrusage says holds what started it too."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    (peak,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(peak) / 1024


def _opening_page(question: Question) -> None:
    """What the opening page asks: its figures, five answers, cards and map."""
    for by in CUTS:
        figures.figures(LOCAL_READER, question, by)
    opening_answers.replies(LOCAL_READER, question)
    cards.metrics(LOCAL_READER, question, CARDS)
    maps.panel(LOCAL_READER, question, "wait_p50", "carte")


def _chance(question: Question) -> None:
    """What Signaux asks beside its signals."""
    expected_false_alarms.false_alarm_budget(LOCAL_READER, question)


def _a_month(last: date, site: str) -> Path:
    """A register of one site for the last whole month."""
    days = [last.replace(day=n) for n in range(1, last.day + 1)]
    rows = [
        waited(n % 50, site=site, day=day.isoformat(), ref=f"growth {day} {n}")
        for day in days
        if day.weekday() < SATURDAY
        for n in range(10)
    ]
    path = FOLDER / f"growth-month-{os.getpid()}.csv"
    path.write_text(csv_text("registre", *rows), encoding="utf-8")
    return path


def _hand_in(engine: Engine, path: Path) -> None:
    outcome = import_file(engine, path, Options("registre", demo=True), "bench")
    path.unlink()
    assert outcome.accepted, outcome.problems[:3]


if __name__ == "__main__":
    sys.exit(one() if "--one" in sys.argv else main())
