"""The short form of the suite, `make test`: every second day each case, on one database and then on the other, and of those that
take long some cases a day, and others the next.

`tests/long.txt` lists the tests that take more than SECONDS on a quiet machine of two processors, all their cases together.
Of each as many cases are tried as that time allows, and the next day the ones after them; once all have had their day, on the
other database; where a case takes longer, one is tried every second day, of two days for each of its seconds at most every
week. All are tried in continuous integration, by
`make test ALL=yes`, by `make days`, and wherever tests are named. `python -m tests.short REPORT…` writes the list anew from
reports of pytest (`--junitxml`).
"""

import os
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Protocol
from zlib import crc32

LIST = Path(__file__).parent / "long.txt"
SECONDS = 1.0  # of a test, all its cases together
WEEK = 7  # days
DAY = "SHORT_FORM_OF"  # set to a day's number where only some are tried that day
DATABASES = re.compile(r"(?<![^-])(sqlite|postgresql)(-|$)")


class Case(Protocol):
    """What pytest collects."""

    nodeid: str


def test_of(nodeid: str) -> tuple[str, str]:
    """The test and the case that a node is, whatever its database: « tests/db/test_x.py::test_y », « morning »."""
    name, _, case = nodeid.partition("[")
    return name, DATABASES.sub("", case.split("]")[0]).rstrip("-")


def known() -> dict[str, float]:
    """Seconds by test, of those that take long."""
    rows = (line.split(maxsplit=1) for line in LIST.read_text(encoding="utf-8").splitlines())
    return {name: float(seconds) for seconds, name in rows}


def of_the_day(cases: Sequence[str], seconds: float, day: int) -> dict[str, int]:
    """Which cases of a test are tried on a day, and on which of their databases: each on the other once all have had their day.
    seconds: that all take."""
    each = seconds / len(cases)
    if each > SECONDS:
        every = max(2, len(cases), min(WEEK, ceil(each / 2 / SECONDS)))
        return dict.fromkeys(cases[day % every : day % every + 1], day // every % 2)
    some = min(len(cases), int(SECONDS / each))
    places = [day * some + n for n in range(some)]
    return {cases[at % len(cases)]: at // len(cases) % 2 for at in places}


def chosen(items: Iterable[Case], seconds: Mapping[str, float], day: int) -> Iterator[bool]:
    """Whether each is tried on a day."""
    items = list(items)
    cases: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for item in items:
        name, case = test_of(item.nodeid)
        cases[name].setdefault(case)
    tried = {
        name: of_the_day(list(of), seconds[name], day + crc32(name.encode()))
        for name, of in cases.items()
        if name in seconds
    }
    there = {item.nodeid for item in items}
    for item in items:
        name, case = test_of(item.nodeid)
        both = _on_each(item.nodeid, there)
        if name in tried:
            yield case in tried[name] and item.nodeid == both[tried[name][case]]
        else:  # every second day, first on one of its databases, then on the other
            turn = (day + crc32(both[0].encode())) % 4
            yield turn % 2 == 0 and item.nodeid == both[turn // 2]


def _on_each(nodeid: str, there: set[str]) -> tuple[str, str]:
    """The node as it is on each database; itself twice, where it is of one or of none."""
    name, _, case = nodeid.partition("[")
    case, end, rest = case.partition("]")
    on = (DATABASES.sub(kind + r"\2", case) for kind in ("sqlite", "postgresql"))
    one, other = (f"{name}[{which}{end}{rest}" for which in on)
    return (one, other) if one != other and there.issuperset((one, other)) else (nodeid, nodeid)


def leave_for_another_day(items: list) -> list:
    """Keep those of the day, where only some are tried; the others are given back."""
    if not (day := os.environ.get(DAY)):
        return []
    keep = list(chosen(items, known(), int(day)))
    left = [item for item, stays in zip(items, keep, strict=True) if not stays]
    items[:] = [item for item, stays in zip(items, keep, strict=True) if stays]
    return left


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
    rows = sorted((name, s) for name, s in seconds.items() if s > SECONDS)
    LIST.write_text("".join(f"{s:6.1f} {name}\n" for name, s in rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
