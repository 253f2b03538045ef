"""The suite as of each of twelve days: python -m tests.days (`make days`; DAYS=2027-01-02,2028-02-29 for some of them).

Each run is that of `make test` without style and types, on a demonstration made as of its day (tests/clock.py); on PostgreSQL
too as of two of the days, on SQLite alone as of the others: `make test` asks both for the same. What the runs print is kept in
build/days, one file each. Ends with 1 if a test failed on any day, and names it.
"""

import argparse
import os
import re
import subprocess
import sys
import time

from dashboard.settings import ROOT
from scripts.prepare import PROCESSES
from tests.clock import AT, DAYS

WORDS = ROOT / "build" / "days"
ON_BOTH = (
    "2027-01-01T00:30",
    "2028-02-29",
)  # a day that begins at another hour elsewhere, one that other years have not
SUITES = {
    "all": ("--dist", "worksteal", "--ignore=tests/browser"),
    "browser": ("--dist", "loadgroup", "tests/browser"),
}


def play(day: str, name: str) -> tuple[str, list[str]]:
    """Play one suite as of a day: how it ended, in pytest's words, and what failed."""
    words = WORDS / f"{day.replace(':', '')}-{name}.txt"
    command = [sys.executable, "-m", "pytest", "-q", "-n", PROCESSES, *SUITES[name]]
    one = {} if day in ON_BOTH or day not in DAYS else {"CCSP_NO_POSTGRES": "1"}
    with words.open("w", encoding="utf-8") as said:
        done = subprocess.run(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, **one, AT: day, "OPENBLAS_NUM_THREADS": "1"},
        )
    lines = words.read_text(encoding="utf-8").splitlines()
    failed = [line for line in lines if re.match("(FAILED|ERROR) ", line)]
    if done.returncode and not failed:
        failed = [f"pytest ended with {done.returncode}: {words.relative_to(ROOT)}"]
    return lines[-1] if lines else "", failed


def main() -> int:
    """Play them, and say how each ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", default=os.environ.get("DAYS") or ",".join(DAYS))
    parser.add_argument("--suite", choices=(*SUITES, "both"), default="both")
    asked = parser.parse_args()
    suites = SUITES if asked.suite == "both" else (asked.suite,)
    WORDS.mkdir(parents=True, exist_ok=True)
    began, faults = time.monotonic(), 0
    for day in asked.days.split(","):
        print(f"{day}, {DAYS.get(day, 'asked for')}", flush=True)
        for suite in suites:
            end, failed = play(day, suite)
            faults += len(failed)
            print("\n".join([f"  {suite}: {end}", *(f"    {line}" for line in failed)]), flush=True)
    print(f"{faults} failures, {(time.monotonic() - began) / 60:.0f} minutes")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
