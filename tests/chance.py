"""What searches by chance: python -m tests.chance (`make chance`), an hour, with new seeds each time.

It is no part of `make test`, where what is found would keep out a change that has nothing to do with it. What it finds becomes a
test with its seed. Each part prints its command and its seed: CHANCE=SEED plays all of it again, --only NAME one part. Ends with
1 where a part found something.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass, field

from dashboard.settings import ROOT

PYTEST = ("pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "-m", "not seconds")
# With new examples of hypothesis, in another order of tests and of sets: tests/conftest.py hears of CHANCE.
UNITS = ("--ignore=tests/browser", "--ignore=tests/system", "--dist", "loadfile")
KILLED = ("tests/db/test_at_once.py", "tests/db/test_backup.py", "tests/db/test_any_order.py")


@dataclass(frozen=True)
class Part:
    """A module of Python with its arguments, and what its environment says. {seed} stands for the seed."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


PARTS = (
    Part("units", (*PYTEST, "--hypothesis-seed={seed}", *UNITS), {"CHANCE": "{seed}"}),
    Part(
        "kills",
        (*PYTEST, *KILLED),
        {"CHANCE": "{seed}", "KILLS": "30", "EXAMPLES": "50", "SENDERS": "50"},
    ),
    Part("arguments", (*PYTEST, "tests/test_arguments.py"), {"ARGUMENTS": "all"}),
    Part(
        "histories",
        ("tests.histories", "--sqlite", "300", "--postgresql", "60", "--killed", "40", "10")
        + ("--first", "{seed}"),
    ),
    Part("partial", ("tests.partial", "--number", "150", "--first", "{seed}")),
    Part("fuzz", ("tests.fuzz", "--files", "2000", "--seed", "{seed}")),
    Part("workbooks", ("tests.workbooks", "--workbooks", "60", "--seed", "{seed}")),
)


def play(part: Part, seed: int) -> int:
    """Play a part; returns its exit code."""
    command = [word.format(seed=seed) for word in part.command]
    said = {name: value.format(seed=seed) for name, value in part.environment.items()}
    print(f"\n{part.name}, seed {seed}: {said or ''} python -m {' '.join(command)}", flush=True)
    hashes = {"PYTHONHASHSEED": str(seed % 2**32)}
    return subprocess.call(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **hashes, **said, "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
    )


def main() -> int:
    """Play them all, and say which found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[part.name for part in PARTS])
    asked = parser.parse_args()
    seed = int(os.environ.get("CHANCE") or random.SystemRandom().randrange(10**9))
    begun = time.monotonic()
    wanted = [part for part in PARTS if asked.only in (None, part.name)]
    found = [part.name for part in wanted if play(part, seed)]
    minutes = (time.monotonic() - begun) / 60
    print(f"\nseed {seed}, {minutes:.0f} minutes, found something: {', '.join(found) or 'none'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
