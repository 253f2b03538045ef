"""The measure of `make hostile` finds what it looks for: lines that are not ours, and each thing that is not as it should be."""

from collections import Counter

import pytest

from dashboard.log import BEHIND
from tests.benchmarks.attacks import FORGED, KINDS, NOBODY
from tests.benchmarks.hostile import LONGEST_LINE, Found, strange_lines, wrong
from tests.benchmarks.load import Tally

OURS = "2026-11-27T10:00:00.000Z WARNING ccsp.refused: 404 to GET '/x'"


def test_lines_that_are_ours_are_known():
    assert strange_lines(f"{OURS}\n{BEHIND}Traceback\n{BEHIND}  File\n{OURS}\n") == []


@pytest.mark.parametrize(
    "line",
    [FORGED, f"{OURS}\u2028{FORGED}", f"{OURS}\x85x", f"{OURS}\x1b[2K", "Traceback", "x" * 9_999],
    ids=lambda line: repr(line[-12:]),
)
def test_lines_that_are_not_are_found(line):
    assert len(line) > LONGEST_LINE or len(line) < 200
    assert strange_lines(f"{OURS}\n{line}\n{OURS}")


def seen(p95: float, peak: float = 400, after: float = 300, errors: int = 0) -> Found:
    """What rounds would have found."""
    tally = Tally([p95] * 50, ["lost"] * errors, lasted=10)
    return Found(tally, peaks=[peak], after=[after])


def test_what_is_as_it_should_be_is_not_complained_of():
    assert wrong(seen(0.2), seen(0.4, peak=600), 250, OURS) == []


@pytest.mark.parametrize(
    "both",
    [
        seen(0.7),
        seen(1.1),
        seen(0.3, errors=1),
        seen(0.3, peak=900),
        seen(0.3, after=600),
        Found(),
    ],
)
def test_each_thing_that_is_not_is_complained_of(both):
    assert wrong(seen(0.2), both, 250, OURS)


def test_each_does_one_of_it_of_it_and_as_everybody():
    assert len(KINDS) == 28
    who = Counter(whom for _, whom in KINDS)
    assert set(who) == {NOBODY, "guest", "account"} and min(who.values()) >= 6
