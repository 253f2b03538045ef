"""python -m tests.benchmarks.opening_bytes [COMMIT]: bytes of the opening page, beside those of another commit.

On a first visit and on a second, all that comes down the line: compressed, websockets and headers too
(tests.benchmarks.slow_line, without its slowness). Each on its own demonstration of 30,000 visits, by its own server and the same
browser. Ends with 1 where the page takes a tenth more than it did.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from dashboard.settings import ROOT

BEFORE = "cf0d3477"  # before anything could be found by typing
MOST = 1.10
MEASURE = """
import json, tempfile
from functools import partial
from pathlib import Path
from tests.benchmarks import slow_line
from tests.browser import served
slow_line.slow_line = partial(slow_line.slow_line, bits=10**8, round_trip=0.01)
with tempfile.TemporaryDirectory() as folder:
    print(json.dumps(slow_line.measure(served.make_demo(Path(folder) / "demo.db", 30_000))))
"""


def measured(tree: Path) -> dict[str, float]:
    """Kilobytes of a first and of a second visit, of the source in a folder."""
    asked = {**os.environ, "PYTHONPATH": str(tree)}
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE], cwd=tree, env=asked, capture_output=True, text=True
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr[-2_000:])
    found = json.loads(ran.stdout.splitlines()[-1])
    return {visit: found[visit]["kilobytes"] for visit in ("first", "second")}


def main() -> int:
    """Print both; 1 where it is more than allowed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit", nargs="?", default=BEFORE, help=f"the other; {BEFORE} by default")
    commit = parser.parse_args().commit
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "before"
        quiet = {"cwd": ROOT, "check": True, "capture_output": True}
        subprocess.run(["git", "worktree", "add", "--detach", tree, commit], **quiet)
        try:
            before = measured(tree)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], **quiet)
    now = measured(ROOT)
    for visit, old in before.items():
        said = f"{old:.1f} KB at {commit}, {now[visit]:.1f} now"
        print(f"{visit} visit: {said}, {100 * (now[visit] / old - 1):+.1f} %")
    return 1 if any(now[visit] > MOST * old for visit, old in before.items()) else 0


if __name__ == "__main__":
    sys.exit(main())
