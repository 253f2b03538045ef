"""What correcting and withdrawing a register cost, against its first import.

The first file comes into a database that holds other sites' registers; the second brings the same references with other
waits, and supersedes every row of the first; then the second is withdrawn, and the first counts again.
"""

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import Engine

from dashboard.forms.formats import FORMATS
from db import rollup, supersede, write
from db.intake import Options, import_file, load_known_references
from tests.benchmarks.data import FOLDER, fresh

SIZES = {20_000: (True, False), 1_000_000: (True,)}  # rows: with references, without
SITES = ("ccsp-kandi", "ccsp-nikki", "ccsp-cove", "gsru-cotonou")
FIRST_DAY = date(2025, 1, 6)
KINDS = ("requête", "plainte", "demande d'information")


def measure(server: str) -> dict[str, dict]:
    """Seconds of import, correction and withdrawal by database and size, and their ratios to the import.

    Rows are known again by their reference; those without one, by the whole day that they replace.
    """
    return {
        f"{kind} {size:,} rows {'by reference' if named else 'by whole day'}": _measured(
            kind, size, server, named
        )
        for size, ways in SIZES.items()
        for named in ways
        for kind in ("sqlite", "postgresql")
    }


def _measured(kind: str, size: int, server: str, named: bool) -> dict[str, float]:
    engine = fresh(kind, "corrections", server)
    known = load_known_references(engine)

    def hand_in(name: str, wait: int, prefix: str, count: int) -> float:
        path = _register(FOLDER / f"{name}.csv", wait, prefix, count)
        start = perf_counter()
        outcome = import_file(
            engine, path, Options(as_of=datetime(2026, 1, 1 + wait)), "bench", known
        )
        seconds = perf_counter() - start
        if outcome.rows != count:
            raise SystemExit(f"the register was refused: {outcome.problems[:3]}")
        path.unlink()
        return seconds

    hand_in("before", 0, "avant", 20_000)
    first = hand_in("first", 1, "R" if named else "", size)
    correction = hand_in("second", 2, "R" if named else "", size)
    start = perf_counter()
    write.withdraw(engine, 3, "bench")
    withdrawal = perf_counter() - start
    _prove(engine)
    engine.dispose()
    return {
        "import": first,
        "correct": correction,
        "withdraw": withdrawal,
        "x correct": correction / first,
        "x withdraw": withdrawal / first,
    }


def _register(path: Path, wait: int, prefix: str, count: int) -> Path:
    """A register of `count` rows, of the same references for the same prefix, of none for an empty one."""
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, delimiter=";").writerows(_lines(wait, prefix, count))
    return path


def _lines(wait: int, prefix: str, count: int) -> Iterator[list[str]]:
    yield [c.heading for c in FORMATS["registre"].columns]
    for i in range(count):
        minute = 480 + i * 7 % 300
        called = minute + (i + wait) % 90
        yield [
            SITES[i % 4],
            (FIRST_DAY + timedelta(days=i // 4 * 300 // count)).isoformat(),
            f"{minute // 60:02}:{minute % 60:02}",
            f"{called // 60:02}:{called % 60:02}",
            "",
            KINDS[i % 3],
            "",
            "FM"[i % 2],
            ("oui", "non", "")[i % 3],
            "servi",
            f"{prefix}{i}" if prefix else "",
        ]


def _prove(engine: Engine) -> None:
    with engine.connect() as connection:
        problems = [*supersede.verify(connection), *rollup.verify(connection)]
    if problems:
        raise SystemExit(f"the figures are wrong after it: {problems[:3]}. No timing is reported.")
