"""Which tests take long: those of `tests/long.txt` have the marker `long`, which `make test` leaves out.

They are tried by `make test ALL=yes`, by `make days`, and wherever tests are named.
`python -m tests.long REPORT…` writes the list anew from reports of pytest (`--junitxml`), of a machine that does nothing else.
"""

import sys
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

LIST = Path(__file__).parent / "long.txt"
# Seconds of a test, all its cases together: from there on it is long. One in the browser costs what three others do.
SECONDS, IN_THE_BROWSER = 1.0, 3.0


def known() -> dict[str, float]:
    """Seconds by test, of those that take long."""
    rows = (line.split(maxsplit=1) for line in LIST.read_text(encoding="utf-8").splitlines())
    return {name: float(seconds) for seconds, name in rows}


def mark(items: Iterable[pytest.Item]) -> None:
    """Give what pytest collected the marker, where it is in the list."""
    long = known()
    for item in items:
        if item.nodeid.partition("[")[0] in long:
            item.add_marker(pytest.mark.long)


def read(report: Path) -> dict[str, float]:
    """Seconds by test, from a report of pytest."""
    found: defaultdict[str, float] = defaultdict(float)
    for one in ElementTree.parse(report).iter("testcase"):
        parts = (one.get("classname") or "").split(".")
        file = next(n for n, part in enumerate(parts, 1) if part.startswith("test_"))
        inside = [*parts[file:], (one.get("name") or "").partition("[")[0].partition("@")[0]]
        found["::".join(["/".join(parts[:file]) + ".py", *inside])] += float(one.get("time") or 0)
    return found


def main(reports: Sequence[str]) -> int:
    """Write the list anew."""
    seconds = {name: s for report in reports for name, s in read(Path(report)).items()}
    rows = sorted(
        (name, s)
        for name, s in seconds.items()
        if s > (IN_THE_BROWSER if name.startswith("tests/browser/") else SECONDS)
    )
    LIST.write_text("".join(f"{s:6.1f} {name}\n" for name, s in rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
