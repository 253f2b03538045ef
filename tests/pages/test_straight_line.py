"""The straight line: a file that is handed in passes through every stop of it on its way to a card on the screen, and what
docs/straight-line.md shows of it is what happens."""

import importlib
import inspect
import re
from difflib import unified_diff
from types import CodeType

import pytest

from dashboard.answers import context
from tests.pages.straight_line import BLOCK, PAPER, STOPS, filled, happened

PAPER_TEXT = PAPER.read_text(encoding="utf-8")
AGAIN = "docs/straight-line.md says otherwise: `python -m tests.pages.straight_line`, then read what changed"


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request):
    """The maker of databases, of each kind in turn."""
    return request.getfixturevalue(request.param)


def codes(stop: str) -> set[CodeType]:
    """What runs when one passes through a stop: a function, or one of a class."""
    module, _, name = stop.rpartition(".")
    found = getattr(importlib.import_module(module), name)
    every = vars(found).values() if inspect.isclass(found) else [inspect.unwrap(found)]
    return {one.__code__ for one in every if inspect.isfunction(one)}


def test_a_file_passes_every_stop_and_leaves_there_what_the_document_shows(
    database_url, using, tmp_path
):
    using(database_url)
    run, blocks = happened(tmp_path)
    context.close_databases()  # the database goes
    assert [stop for stop in STOPS if not codes(stop) & run.passed] == []
    now = filled(PAPER_TEXT, blocks)
    if now != PAPER_TEXT:
        changed = unified_diff(PAPER_TEXT.splitlines(), now.splitlines(), "document", "now")
        pytest.fail("\n".join([AGAIN, *changed]), pytrace=False)
    assert {name for name, _ in BLOCK.findall(PAPER_TEXT)} == set(blocks)


def test_the_document_goes_through_the_stops_of_its_table():
    assert re.findall(r"^## \d+\. `([\w.]+)`$", PAPER_TEXT, re.M) == STOPS
