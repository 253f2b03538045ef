"""The import of a register of a million rows against the database's own loader of ready-made rows.

Ours reads, checks, adds up, journals and commits; the loader only stores, into the same table with the same indexes.
"""

import csv
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import Engine, text

from dashboard.period import today
from db.engine import make_engine
from db.intake import Options, import_file, load_known_references
from tests.benchmarks.data import FOLDER, fresh, one_register

ROUNDS = 3
READY_SQLITE, READY_POSTGRES = FOLDER / "ready.csv", FOLDER / "ready.tsv"
BATCH = (
    "INSERT INTO import_batch (id, sha256, form, filename, as_of, rows, demo, imported_by, imported_at)"
    " VALUES (1, 'x', 'registre', 'x', '2026-01-01', 0, {no}, 'bench', '2026-01-01')"
)


def measure(server: str) -> dict[str, dict]:
    """Rows a second of our import and of each loader, by database, and the ratio to the fastest loader."""
    engine = fresh("sqlite", "import", server)
    register = one_register(engine)
    engine.dispose()
    found = {}
    everybody = {
        "sqlite": {".import": _shell, "executemany": _executemany},
        "postgresql": {"COPY": _copy},
    }
    for kind, loaders in everybody.items():
        if kind == "sqlite" and not shutil.which("sqlite3"):
            print("  no sqlite3 shell here: its .import is left out")
            del loaders[".import"]
        runs: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            runs.setdefault("ours", []).append(_ours(kind, server, register))
            for name, load in loaders.items():
                runs.setdefault(name, []).append(_timed(kind, server, load))
        speed = {name: round(1e6 / median(seconds)) for name, seconds in runs.items()}
        best = max(v for n, v in speed.items() if n != "ours")
        found[kind] = {"rows_per_second": speed, "ratio": round(speed["ours"] / best, 3)}
    for path in (register, READY_SQLITE, READY_POSTGRES):
        path.unlink(missing_ok=True)
    return found


def _ours(kind: str, server: str, register: Path) -> float:
    """Seconds of one import; the rows it made are kept for the loaders."""
    engine = fresh(kind, "import", server)
    known = load_known_references(engine)
    start = perf_counter()
    outcome = import_file(
        engine, register, Options(as_of=datetime.combine(today(), time())), "bench", known
    )
    seconds = perf_counter() - start
    if outcome.rows != 1_000_000:
        raise SystemExit(f"the register was refused: {outcome.problems[:3]}")
    _keep_rows(engine)
    engine.dispose()
    return seconds


def _keep_rows(engine: Engine) -> None:
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            with READY_SQLITE.open("w", newline="") as out:
                csv.writer(out).writerows(driver.execute("SELECT * FROM visit"))
        else:
            with (
                READY_POSTGRES.open("wb") as out,
                driver.cursor().copy("COPY visit TO STDOUT") as copy,
            ):
                for block in copy:
                    out.write(block)


def _timed(kind: str, server: str, load: Callable[[Engine], float]) -> float:
    engine = fresh(kind, "load", server)
    with engine.begin() as connection:
        connection.execute(text(BATCH.format(no="0" if kind == "sqlite" else "false")))
    seconds = load(engine)
    engine.dispose()
    return seconds


def _shell(engine: Engine) -> float:
    """SQLite's shell. It writes blanks where we have nothing, so the index of superseded rows, empty for us, goes."""
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_visit_superseded_by"))
    engine.dispose()
    script = f"PRAGMA synchronous = FULL;\nPRAGMA cache_size = -65536;\n.import --csv {READY_SQLITE} visit\n"
    start = perf_counter()
    subprocess.run(
        ["sqlite3", engine.url.database],
        input=script,
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    seconds = perf_counter() - start
    with sqlite3.connect(engine.url.database) as connection:
        if connection.execute("SELECT count(*) FROM visit").fetchone() != (1_000_000,):
            raise SystemExit("the shell did not load every row")
    return seconds


def _executemany(engine: Engine) -> float:
    with sqlite3.connect(FOLDER / "import.db") as source:
        rows = source.execute("SELECT * FROM visit").fetchall()
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        start = perf_counter()
        driver.execute("BEGIN IMMEDIATE")
        driver.executemany(f"INSERT INTO visit VALUES ({', '.join('?' * len(rows[0]))})", rows)
        driver.execute("COMMIT")
        return perf_counter() - start


def _copy(engine: Engine) -> float:
    ready = READY_POSTGRES.read_bytes()
    block = 1 << 18
    with make_engine(engine.url.render_as_string(hide_password=False)).connect() as connection:
        driver = connection.connection.driver_connection
        start = perf_counter()
        with driver.cursor().copy("COPY visit FROM STDIN") as copy:
            for place in range(0, len(ready), block):
                copy.write(ready[place : place + block])
        driver.commit()
        return perf_counter() - start
