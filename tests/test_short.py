"""The short form of the suite: nothing is left out for good, and of what is quick no case for longer than a day."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.settings import ROOT
from tests import short


@dataclass(frozen=True)
class Node:
    """What pytest collects."""

    nodeid: str
    name: str = ""


def nodes(test: str, cases: int) -> list[Node]:
    """So many cases, on both databases."""
    return [Node(f"{test}[{kind}-{n}]") for n in range(cases) for kind in ("sqlite", "postgresql")]


def tried(items: list[Node], seconds: dict[str, float], day: int) -> set[str]:
    """What is tried on a day."""
    kept = short.chosen(items, seconds, day)
    return {item.nodeid for item, stays in zip(items, kept, strict=True) if stays}


@given(st.integers(1, 40), st.floats(2.01, 90), st.integers(0, 10**6))
def test_every_case_of_a_long_test_has_its_day_and_no_day_takes_long(cases, seconds, day):
    items = nodes("t.py::test_long", cases)
    days = [
        tried(items, {"t.py::test_long": seconds}, day + n)
        for n in range(3 * max(cases, short.WEEK))
    ]
    assert set().union(*days) == {item.nodeid for item in items}
    each = seconds / cases
    for one in days:
        assert len({short.test_of(nodeid) for nodeid in one}) == len(one), "each on one database"
        assert len(one) * each <= max(short.SECONDS, each) + 1e-9


def test_what_is_not_in_the_list_is_tried_every_second_day_by_turns_on_its_databases():
    alone = [Node("t.py::test_one"), Node("t.py::test_of_one_database[sqlite-a]")]
    quick = nodes("t.py::test_quick", 30)
    items = [*nodes("t.py::test_long", 30), *quick, *alone]
    kept = [tried(items, {"t.py::test_long": 60.0}, day) for day in range(10)]
    every = {item.nodeid for item in quick}
    for n, (one, next_day) in enumerate(pairwise(kept)):
        assert {item.nodeid for item in alone} <= one | next_day
        assert not {item.nodeid for item in alone} & one & next_day
        now, then = (every & day for day in (one, next_day))
        assert len({short.test_of(nodeid) for nodeid in now | then}) == len(now | then) == 30
        assert any("sqlite" in nodeid for nodeid in now), "of several cases some"
        assert any("postgresql" in nodeid for nodeid in now), "on each"
        assert 0 < sum("long" in nodeid for nodeid in one) < 60
        if n < 7:
            assert set().union(*kept[n : n + 4]) >= every, "in four days on both"


def test_every_test_of_the_list_is_there():
    """Renamed, it would be tried whole every day, and nobody would notice why that takes so long."""
    for name in short.known():
        file, *_, test = name.split("::")
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), name


def test_a_report_of_pytest_says_how_long_each_takes(tmp_path: Path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="tests.db.test_x" name="test_y[sqlite-a]" time="1.5"/>'
        '<testcase classname="tests.db.test_x" name="test_y[postgresql-a]" time="2"/>'
        '<testcase classname="tests.forms.test_z.TestIt" name="test_w@group" time="0.5"/></testsuite></testsuites>'
    )
    assert short.read(report) == {
        "tests/db/test_x.py::test_y": 3.5,
        "tests/forms/test_z.py::TestIt::test_w": 0.5,
    }


@pytest.mark.parametrize("variable", ["CI", "ALL"])
def test_continuous_integration_and_who_asks_for_all_leave_nothing_out(variable):
    said = (ROOT / "scripts" / "prepare.py").read_text(encoding="utf-8")
    assert f'os.environ.get("{variable}")' in said.partition('environ["SHORT_FORM_OF"]')[0]
    assert "CI=1" in (ROOT / ".ci" / "run").read_text() and "make test" in (
        ROOT / ".ci" / "run"
    ).read_text(encoding="utf-8")
