"""`python -m tests.partial`: random partial databases, and what the application denies of them checked against the files.

Prints the first seed, each fault with its seed, and how many sentences were read; 1 where one is false or cannot be placed.
`--first SEED --number 1` reads one once more.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.conftest import Sqlite, place
from tests.partial.reading import read


def main() -> int:
    """Read them all."""
    parser = argparse.ArgumentParser(prog="python -m tests.partial", description=__doc__)
    parser.add_argument("--number", type=int, default=500)
    parser.add_argument("--first", type=int, default=int(time.time()), help="the first seed")
    arguments = parser.parse_args()
    os.environ.setdefault("PYTEST_VERSION", pytest.__version__)  # the clock is a test's
    began, read_, denied, wrong = time.monotonic(), 0, 0, 0
    print(f"{arguments.number} bases à partir de {arguments.first}", flush=True)
    with tempfile.TemporaryDirectory(prefix="ccsp-run-", dir=place()) as name:
        makers = Sqlite(Path(name), Path(name))
        for seed in range(arguments.first, arguments.first + arguments.number):
            folder = Path(name) / str(seed)
            folder.mkdir()
            with makers.fresh() as url:
                number, denying, faults = read(url, folder, seed)
            read_, denied, wrong = read_ + number, denied + denying, wrong + len(faults)
            for fault in faults:
                print(f"{seed}: {fault}", flush=True)
    minutes = (time.monotonic() - began) / 60
    print(
        f"{read_} phrases, dont {denied} nient ; {wrong} fausses ou sans place, {minutes:.1f} min"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
