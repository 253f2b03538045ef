"""The benchmark: python -m tests.benchmarks (BENCH=1m, the default, or BENCH=10m).

First every figure is proved equal to the rows, on both databases; then everybody is timed in one alternating run.
Ends with 1, and times nothing, if a figure differs.
"""

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from statistics import median
from time import perf_counter

import duckdb
from sqlalchemy import Engine

from tests.benchmarks import corrections, exact, exports, imports
from tests.benchmarks.data import FOLDER, POSTGRES, SIZES, Size, databases, postgres, twelve_months
from tests.benchmarks.queries import QUESTIONS, Scope, contenders, scope_of

ROUNDS, RAW_ROUNDS = 9, 3


def main() -> int:
    """Build, prove, time, report."""
    size = SIZES.get(os.environ.get("BENCH", "1m"))
    if size is None:
        print(f"BENCH must be one of {', '.join(SIZES)}.", file=sys.stderr)
        return 2
    with postgres() as server:
        engines = databases(size, server)
        report = {
            "size": size.name,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": versions(engines),
            "load_before": os.getloadavg(),
        }
        if not prove(engines, report):
            return 1
        for measure in MEASURES:
            measure(size, engines, server, report)
    report["load_after"] = os.getloadavg()
    path = FOLDER / f"result-{size.name}.json"
    path.write_text(json.dumps(report, indent=1) + "\n")
    print(
        f"\nLoad average {report['load_before'][0]:.1f} before, {report['load_after'][0]:.1f} after. Written: {path}"
    )
    return 0


def versions(engines: dict[str, Engine]) -> dict[str, str]:
    """What ran."""
    with engines["postgresql"].connect() as connection:
        server = connection.exec_driver_sql("SHOW server_version").scalar_one()
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgresql": server,
        "duckdb": duckdb.__version__,
        "postgresql settings": ", ".join(f"{k} {v}" for k, v in POSTGRES.items()),
        "processors": str(os.cpu_count()),
    }


def prove(engines: dict[str, Engine], report: dict) -> bool:
    """Whether every figure equals the rows; what differs is printed."""
    print("Proving the figures equal to the rows, every cut, four periods …", flush=True)
    report["proof"] = {}
    for kind, engine in engines.items():
        with engine.connect() as connection:
            compared, found = exact.differences(connection, *twelve_months(connection))
        report["proof"][kind] = {"compared": compared, "different": len(found)}
        print(f"  {kind}: {compared} figures compared, {len(found)} keys different", flush=True)
        for line in found[:20]:
            print(f"    {line}")
        if found:
            print(
                "No timing is reported. If the tables' layout has changed, remove data/bench and run again."
            )
            return False
    return True


# --- what is measured -------------------------------------------------------------------------------------------------
def questions(size: Size, engines: dict[str, Engine], _server: str, report: dict) -> None:
    """The six standard questions, everybody in turn, answers compared first."""
    with ExitStack() as stack:
        opened = lambda kind: stack.enter_context(engines[kind].connect())  # noqa: E731
        everybody = contenders(
            opened("sqlite"),
            opened("sqlite"),
            opened("postgresql"),
            opened("postgresql"),
            stack.enter_context(duckdb.connect(FOLDER / f"{size.name}.duckdb", read_only=True)),
        )
        connection = opened("sqlite")
        scope = scope_of(connection, *twelve_months(connection))
        print(
            f"\nSix questions from {scope.first} to {scope.last}, medians of {ROUNDS} (raw SQL {RAW_ROUNDS})"
            " in milliseconds …",
            flush=True,
        )
        for question in QUESTIONS:
            answers = {name: ask(question, scope) for name, ask in everybody.items()}
            for name, answer in answers.items():
                if answer != answers["DuckDB"]:
                    raise SystemExit(
                        f"{question}: {name} and DuckDB answer differently. No timing is reported."
                    )
        times = alternate(everybody, scope)
    report["questions_ms"] = times
    report["ratios"] = {
        f"{other} / {mine}": {q: times[other][q] / times[mine][q] for q in QUESTIONS}
        for other, mine in (
            ("DuckDB", "ours SQLite"),
            ("DuckDB", "ours PostgreSQL"),
            ("raw SQLite", "ours SQLite"),
            ("raw PostgreSQL", "ours PostgreSQL"),
        )
    }
    table({**times, **report["ratios"]}, QUESTIONS)


def alternate(everybody: dict[str, Callable], scope: Scope) -> dict[str, dict[str, float]]:
    """Median milliseconds by contender and question: each round asks everybody each question.

    Once untimed first, so that nobody pays for the processor's cache that the one before left (raw SQL, which takes
    seconds, need not be spared).
    """
    times: dict[str, dict[str, list[float]]] = {
        name: {q: [] for q in QUESTIONS} for name in everybody
    }
    for turn in range(ROUNDS):
        for question in QUESTIONS:
            for name, ask in everybody.items():
                if name.startswith("raw") and turn >= RAW_ROUNDS:
                    continue
                if not name.startswith("raw"):
                    ask(question, scope)
                start = perf_counter()
                ask(question, scope)
                times[name][question].append(1000 * (perf_counter() - start))
    return {name: {q: median(v) for q, v in by.items()} for name, by in times.items()}


def imported(_size: Size, _engines: dict[str, Engine], server: str, report: dict) -> None:
    """The import of a million rows against each database's own loader."""
    print(
        "\nImport of a register of a million rows, empty database with its indexes, rows a second …",
        flush=True,
    )
    report["import"] = imports.measure(server)
    for kind, found in report["import"].items():
        speeds = ", ".join(f"{name} {speed:,}" for name, speed in found["rows_per_second"].items())
        print(f"  {kind}: {speeds}; ours / fastest loader {found['ratio']:.2f}")


def corrected(_size: Size, _engines: dict[str, Engine], server: str, report: dict) -> None:
    """Correcting and withdrawing a register, against its first import: at most three times, whatever its size."""
    print(
        "\nA register corrected, then withdrawn: seconds, and times its first import …", flush=True
    )
    report["corrections"] = corrections.measure(server)
    table(report["corrections"], ("import", "correct", "withdraw", "x correct", "x withdraw"))


def told(_size: Size, engines: dict[str, Engine], _server: str, report: dict) -> None:
    """The files of the national review."""
    report["files_ms"] = {}
    for kind, engine in engines.items():
        found = exports.measure(engine.url.render_as_string(hide_password=False))
        report["files_ms"][kind] = found
        print(
            f"\nFiles of the national review, {kind}, in milliseconds; and their time over that of its figures …",
            flush=True,
        )
        table(found, ("first", "later", "x figures"))


# A measure takes (size, engines by kind, PostgreSQL's address, the report to add to), and prints its own lines.
# A page's rerun against a hello-world rerun has its place here.
MEASURES = [questions, imported, corrected, told]


def table(rows: dict[str, dict[str, float]], columns: tuple[str, ...]) -> None:
    """A plain table on the terminal."""
    width = max(map(len, rows))
    print(" " * width + "".join(f"{c:>12}" for c in columns))
    for name, values in rows.items():
        print(f"{name:<{width}}" + "".join(f"{values[c]:>12.2f}" for c in columns))


if __name__ == "__main__":
    sys.exit(main())
