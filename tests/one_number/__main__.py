"""`python -m tests.one_number`: what is said of one name, place and period, wherever it stands, on fictitious data and on random
partial databases (--number, the first with the seed --first). Prints each thing that has two numbers; 1 where one has."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.browser.served import make_demo
from tests.conftest import Sqlite, place
from tests.one_number.checking import read
from tests.partial.reading import hand_in, in_use


def main() -> int:
    """Read them all."""
    parser = argparse.ArgumentParser(prog="python -m tests.one_number", description=__doc__)
    parser.add_argument("--number", type=int, default=10)
    parser.add_argument("--first", type=int, default=int(time.time()), help="the first seed")
    arguments = parser.parse_args()
    os.environ.setdefault("PYTEST_VERSION", pytest.__version__)  # the clock is a test's
    began, wrong = time.monotonic(), 0

    def told(which: str, url: str) -> int:
        with in_use(url):
            found, things, faults = read()
        print(
            f"{which} : {found} chiffres de {things} choses, {len(faults)} en ont plusieurs",
            flush=True,
        )
        for fault in faults:
            print(f"  {fault}")
        return len(faults)

    with tempfile.TemporaryDirectory(prefix="ccsp-run-", dir=place()) as name:
        wrong += told("données fictives", make_demo(Path(name) / "demo.db", 30_000))
        makers = Sqlite(Path(name), Path(name))
        for seed in range(arguments.first, arguments.first + arguments.number):
            folder = Path(name) / str(seed)
            folder.mkdir()
            with makers.fresh() as url:
                hand_in(url, folder, seed)
                wrong += told(f"base {seed}", url)
    print(f"{wrong} en tout, {(time.monotonic() - began) / 60:.1f} min")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
