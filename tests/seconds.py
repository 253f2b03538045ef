"""What is promised to people in seconds: python -m tests.seconds (`make seconds`), on a machine that does nothing else.

Each test with the marker `seconds` is run by itself, in a process of its own, until it passes, three times at most: the best of
three. They are left out of `make test`, where how fast the machine is must not decide. Ends with 1 where one never passed.
"""

import subprocess
import sys

from dashboard.settings import ROOT

TRIES = 3
PYTEST = (sys.executable, "-m", "pytest", "-q", "-m", "seconds", "-p", "no:cacheprovider")


def names() -> list[str]:
    """The tests, as pytest is given them."""
    done = subprocess.run(
        [*PYTEST, "--collect-only"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [line for line in done.stdout.splitlines() if "::" in line]


def passed_at(name: str) -> int | None:
    """The try at which a test passed; None where it never did, after its output."""
    for attempt in range(1, TRIES + 1):
        done = subprocess.run([*PYTEST, "-n", "0", name], cwd=ROOT, capture_output=True, text=True)
        if not done.returncode:
            return attempt
        print(done.stdout[-3_000:], flush=True)
    return None


def main() -> int:
    """Run them, and say of each at which try it passed."""
    late = 0
    for name in names():
        attempt = passed_at(name)
        print(f"{'never' if attempt is None else f'try {attempt}'}  {name}", flush=True)
        late += attempt is None
    print(f"{late} too slow")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
