"""What `make test` leaves to `make test ALL=yes`: the tests of `tests/full.txt`, by name or by file, and the cases on PostgreSQL
of tests that do not say by the marker `both_databases` that something may differ there. They have the marker `full`.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest

LIST = Path(__file__).parent / "full.txt"


def known() -> set[str]:
    """The names of tests, without their cases, and the files of which all tests are left out."""
    return set(LIST.read_text(encoding="utf-8").split())


def mark(items: Iterable[pytest.Item]) -> None:
    """Give what pytest collected the marker, where it is left out."""
    left_out = known()
    for item in items:
        name = item.nodeid.partition("[")[0]
        if left_out & {name, name.partition("::")[0]} or _elsewhere_enough(item):
            item.add_marker(pytest.mark.full)


def _elsewhere_enough(item: pytest.Item) -> bool:
    """Whether this is a case on PostgreSQL of a test for which SQLite is enough."""
    case = getattr(item, "callspec", None)
    on_postgres = case is not None and case.params.get("databases") == "postgresql"
    return on_postgres and not item.get_closest_marker("both_databases")
