"""Stocks at the ends of months: what a queue that nothing happens to gives, and what is found when it fills."""

import numpy as np
import pytest

from dashboard.statistics.control_limits import TAIL
from dashboard.statistics.stocks import judge_stocks, judge_together


def queue(
    random: np.random.Generator, arrivals: float, days: float, months: int, slower: float = 1
) -> np.ndarray:
    """How many of the cases that arrive by chance, some a month, and stay for so many days on average, are there at each month's
    end; slower: how many times as long those stay that arrive in the last year."""
    before = 24
    counts = random.poisson(arrivals, months + before)
    arrived = np.repeat(np.arange(months + before), counts) + random.random(counts.sum())
    stay = random.exponential(days / 30.4, len(arrived))
    left = arrived + np.where(arrived >= months + before - 12, slower * stay, stay)
    ends = np.arange(before, months + before)[:, None] + 1
    return ((arrived < ends) & (left >= ends)).sum(axis=1).astype(float)


@pytest.mark.parametrize(("arrivals", "days"), [(1, 15), (6, 30), (10, 90), (40, 20)])
def test_a_queue_that_nothing_happens_to_is_hardly_ever_flagged(arrivals, days):
    random = np.random.default_rng(3)
    counts = np.array([queue(random, arrivals, days, 72) for _ in range(80)])
    flagged = (judge_stocks(counts).side[:, 36:] != 0).mean() * 12
    assert flagged < 0.15, "flagged months a series-year"


def test_complaints_that_are_answered_no_more_are_seen_within_the_year():
    random = np.random.default_rng(4)
    for slower in (4, 12):
        counts = np.array([queue(random, 4, 20, 60, slower) for _ in range(60)])
        judged = judge_stocks(counts)
        assert not (judged.side[:, 28:48] != 0).any(axis=1).mean() > 0.1
        assert (judged.side[:, 48:] == 1).any(axis=1).mean() > (0.8 if slower == 12 else 0.35)


def test_one_that_rises_from_one_to_twenty_one_says_what_was_usual():
    counts = np.array([[1, 2, 1, 0, 1, 1, 2, 1] * 4 + [2, 4, 6, 9, 12, 15, 18, 21]], dtype=float)
    judged = judge_stocks(counts)
    assert judged.side[0, -1] == 1 and judged.usual[0, -1] < 4 < judged.upper[0, -1] < 21
    assert not judged.side[0, :32].any()


def test_what_has_lasted_for_years_is_usual():
    counts = np.array([[1.0, 2, 1, 0] * 9 + [20.0, 22, 19, 21] * 9])
    judged = judge_stocks(counts)
    assert judged.side[0, 36:40].all() and not judged.side[0, -6:].any()


def test_sites_together_count_those_alone_that_are_known_all_along():
    old, late = np.array([5.0, 6, 4, 5] * 8), np.array([np.nan] * 26 + [9.0, 10, 9, 8, 9, 10])
    whole, judged = judge_together(np.array([old, late]))
    assert whole[-1] == 15 and not judged.side.any(), "a site that begins to hand in is no rise"
    assert judged.usual[0, -1] == pytest.approx(15, abs=1)
    alone, by_itself = judge_together(old[None])
    assert np.array_equal(alone, old)
    assert np.allclose(by_itself.usual, judge_stocks(old[None]).usual, equal_nan=True)
    nothing, none = judge_together(np.full((2, 30), np.nan))
    assert np.isnan(nothing).all() and not none.side.any()


def test_the_drawn_limit_lies_on_the_side_that_is_said():
    random = np.random.default_rng(9)
    counts = random.poisson(random.uniform(0, 4, (300, 1)), (300, 48)).astype(float)
    judged = judge_stocks(counts)
    known = np.isfinite(judged.usual)
    outside = (counts > judged.upper + 1e-9) | (counts < judged.lower - 1e-9)
    assert np.array_equal(outside[known], (judged.side != 0)[known])
    assert (judged.chance[known] <= 2 * TAIL).all()


@pytest.mark.parametrize("rise", [np.full(24, 40.0), np.arange(1.0, 25)])
def test_what_is_never_answered_stays_said_for_two_years(rise):
    """A rise does not become usual by its own months, nor does it hide in their spread."""
    before = np.array([0.0, 1, 0, 0, 1, 0] * 6)
    side = judge_stocks(np.array([[*before, *rise]])).side[0, 36:]
    first = int(np.flatnonzero(side)[0])
    assert first <= 4 and (side[first:] == 1).all()
