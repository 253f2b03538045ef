"""What grows with the network: python -m tests.benchmarks.growth (SITES=24,77,222 by default).

Each size has a base of its own, 49 months of it, built once into data/bench; each is measured in a process of its own, twice,
the second time the other way round. What is printed is read in multiples of 24 sites, in one run.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import Engine

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import cards, expected_false_alarms, opening_answers
from dashboard.answers import map as maps
from dashboard.answers.question import Question
from dashboard.exports import map_svg
from dashboard.period import add_months, today
from db.engine import make_engine
from db.intake import Options, import_file
from db.working_days import SATURDAY
from tests.benchmarks.data import FOLDER, Size, filled
from tests.builders import csv_text, waited

MONTHS = 49
VISITS = 2_500  # of a site: they hardly matter
CARDS = ("visits", "wait_p50", "wait_within_30", "left", "satisfaction", "complaints_30d_due")
SIZES = (24, 77, 222)


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
    runs = [(n, _measured(n)) for n in (*sizes, *reversed(sizes))]
    best = {n: {k: min(run[k] for m, run in runs if m == n) for k in runs[0][1]} for n in sizes}
    print(f"\n{'':<34}" + "".join(f"{f'{n} sites':>22}" for n in sizes))
    for what, first in best[sizes[0]].items():
        unit = "MB" if what.startswith("peak") else "s"
        cells = (f"{best[n][what]:.2f} {unit} ({best[n][what] / first:.1f} x)" for n in sizes)
        print(f"{what:<34}" + "".join(f"{cell:>22}" for cell in cells))
    return 0


def _measured(sites: int) -> dict[str, float]:
    """What one process takes, on a copy of the base that it may change."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        copy = Path(folder) / "copy.db"
        copy.write_bytes((FOLDER / f"{size_of(sites).name}.db").read_bytes())
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.growth", "--one"],
            env={**os.environ, "DATABASE_URL": f"sqlite:///{copy}"},
            capture_output=True,
            text=True,
            check=True,
        )
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found


def one() -> None:
    """Measure the base of the settings in this process; print the seconds of each act as JSON."""
    found = {}

    def timed(what: str, act: Callable[[], object]) -> None:
        start = perf_counter()
        act()
        found[what] = perf_counter() - start

    last = today().replace(day=1) - timedelta(days=1)
    year = Question(add_months(last.replace(day=1), -11), last)
    timed("start: first answers", lambda: _opening_page(year))
    timed("the same question again", lambda: [_opening_page(year) for _ in range(3)])
    timed("a question never asked", lambda: _opening_page(replace(year, kind="CCSP")))
    path = _a_month(last)
    engine = make_engine(os.environ["DATABASE_URL"])
    timed("one site's month handed in", lambda: _hand_in(engine, path))
    timed("and the opening page after it", lambda: _opening_page(year))
    plot = maps.plot(LOCAL_READER, year, "wait_p50")
    timed("the map in a file", lambda: map_svg.map_(plot, 600, 780))
    timed("the map in a second file", lambda: map_svg.map_(plot, 600, 780))
    # Of this process alone: what getrusage says holds what started it too.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (peak,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    found["peak memory"] = int(peak) / 1024
    print(json.dumps(found))


def _opening_page(question: Question) -> None:
    """What the opening page asks: its five answers, cards and map, and the signals with what chance would give."""
    opening_answers.replies(LOCAL_READER, question)
    cards.metrics(LOCAL_READER, question, CARDS)
    maps.panel(LOCAL_READER, question, "wait_p50", "carte")
    expected_false_alarms.false_alarm_budget(LOCAL_READER, question)


def _a_month(last: date) -> Path:
    """A register of one site for the last whole month."""
    days = [last.replace(day=n) for n in range(1, last.day + 1)]
    rows = [
        waited(n % 50, day=day.isoformat(), ref=f"growth {day} {n}")
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
    assert outcome.accepted, outcome.problems


if __name__ == "__main__":
    sys.exit(one() if "--one" in sys.argv else main())
