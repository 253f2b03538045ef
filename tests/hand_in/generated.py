"""What is shown of a file that is handed in is what is kept of it: random files, judged, mended and confirmed beside a ledger.

python -m tests.hand_in.generated [N] [SEED] hands in so many (2,000), on SQLite, and ends with 1 where anything differs from what
it must be; a file that was refused or left must have changed nothing.
"""

import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import Engine

from dashboard.answers import context
from dashboard.settings import load_settings
from db import schema
from db.engine import make_engine
from db.seed import seed
from tests import clock
from tests.hand_in.trial import Tally, Trial

FILES, SEED, IN_ONE_BASE = 2_000, 20261129, 40
LISTED = 5  # differences of one kind that are printed


@contextmanager
def asked(url: str) -> Iterator[Engine]:
    """The database that the application asks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        engine = make_engine(url)
        yield engine
        engine.dispose()
        context.close_databases()
    load_settings.cache_clear()


def hand_in(
    files: int, seed_number: int, fresh: Callable[[], str], tally: Tally, of_each: int = IN_ONE_BASE
) -> Tally:
    """Hand in so many, of_each into one database. fresh: gives the address of a new one."""
    numbers = iter(range(1, files + 1))
    for start in range(0, files, of_each):
        with asked(fresh()) as engine:
            chance = random.Random(f"{seed_number} {start}")
            Trial(engine, chance, tally, numbers).run(min(of_each, files - start))
    return tally


def main() -> int:
    """Hand in as many as the command says, and print what became of them."""
    files, number = (*map(int, sys.argv[1:3]), *(FILES, SEED)[len(sys.argv) - 1 :])
    clock.begin()
    tally, began = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "first.db"
        engine = make_engine(f"sqlite:///{first}")
        schema.upgrade(engine)
        seed(engine)
        engine.dispose()

        def fresh() -> str:
            path = Path(folder) / "files.db"
            for old in Path(folder).glob("files.db*"):
                old.unlink()
            copyfile(first, path)
            return f"sqlite:///{path}"

        hand_in(files, number, fresh, tally)
    kinds: dict[str, list[str]] = defaultdict(list)
    for line in tally.differences:
        kinds[re.sub(r"\d+", "N", line.partition(": ")[2].partition(":")[0])].append(line)
    for kind, lines in sorted(kinds.items()):
        print(f"{len(lines)} × {kind}", *(f"  {line[:300]}" for line in lines[:LISTED]), sep="\n")
    seen = ", ".join(f"{n} {name}" for name, n in sorted(tally.seen.items()))
    said = len(tally.differences)
    print(f"{seen}; {said} differences; seed {number}; {time.monotonic() - began:.0f} s")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
