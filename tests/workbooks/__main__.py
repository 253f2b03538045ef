"""Three hundred workbooks: python -m tests.workbooks (WORKBOOKS=300, --seed N). Ends with 1 if one is not read as it is shown.

A workbook comes from the run's seed and its own number: --only NUMBER makes that one again, --keep FOLDER leaves the files.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import monotonic

from tests.workbooks import faults, make

SEED = 20261127


def main() -> int:
    """Make, read, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workbooks", type=int, default=int(os.environ.get("WORKBOOKS", "300")))
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", type=int, metavar="NUMBER")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    asked = parser.parse_args()
    if not shutil.which("soffice"):
        print("LibreOffice is missing: apt install libreoffice-calc-nogui", file=sys.stderr)
        return 1
    numbers = range(asked.workbooks) if asked.only is None else range(asked.only, asked.only + 1)
    with tempfile.TemporaryDirectory() as name:
        folder = asked.keep or Path(name)
        started = monotonic()
        all_made = make(folder, asked.seed, numbers)
        told = [fault for made in all_made for fault in faults(folder, made)]
    kinds: Counter[str] = sum((made.kinds for made in all_made), Counter())
    refused = sum(bool(made.wrong) for made in all_made)
    print(f"seed {asked.seed}, {(monotonic() - started) / 60:.1f} minutes")
    print(
        f"  {len(all_made)} workbooks: {len(all_made) - refused} to be read, {refused} to be refused"
    )
    print("  " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))
    print(f"  {len(told)} faults")
    for fault in told[:50]:
        print(f"    {fault}")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
