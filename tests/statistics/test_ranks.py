"""Ranks come with what chance does to them."""

import numpy as np
import pytest

from dashboard.statistics.ranks import ranks


def found(events, sizes, direction="up", proportion=True, minimum=10, **more):
    return ranks(events, sizes, direction=direction, proportion=proportion, minimum=minimum, **more)


def test_the_best_is_first_in_the_direction_of_the_indicator():
    up, down = (found([90, 50, 10], [100] * 3, direction) for direction in ("up", "down"))
    assert [r.rank for r in up] == [1, 2, 3] and [r.rank for r in down] == [3, 2, 1]
    assert all(r.low == r.rank == r.high and r.total == 3 for r in up)


@pytest.mark.pitfall(9)
def test_under_the_minimum_there_is_no_rank_and_the_others_are_ranked_without_it():
    few = found([9, 80, 70], [9, 100, 100])
    assert few[0] is None and [r.rank for r in few[1:]] == [1, 2] and few[1].total == 2
    assert found([0, 3], [0, 5]) == [None, None] and found([], []) == []
    assert found([0], [0], minimum=0) == [None]


@pytest.mark.pitfall(9)
def test_twenty_equally_good_sites_have_intervals_that_hold_nearly_all_ranks():
    random = np.random.default_rng(1)
    sizes = np.full(20, 200)
    spans = [r.high - r.low for r in found(random.binomial(sizes, 0.8), sizes)]
    assert np.median(spans) >= 8


def test_small_sites_move_more_than_large_ones():
    sizes = [40] * 5 + [4000] * 5
    spans = [
        r.high - r.low for r in found([round(0.8 * n) + i for i, n in enumerate(sizes)], sizes)
    ]
    assert min(spans[:5]) > max(spans[5:])


def test_ten_of_ten_is_not_taken_for_certain():
    best = found([10, 95, 90, 85], [10, 100, 100, 100])[0]
    assert best.rank == 1 and best.high == 4


def test_equal_sites_share_the_better_rank():
    assert [r.rank for r in found([80, 80, 70], [100] * 3)] == [1, 1, 3]
    tied = found([80] * 4, [100] * 4)
    assert all((r.low, r.high) == (1, 4) for r in tied)


def test_rates_of_counts_are_drawn_as_counts():
    complaints = found([2, 40], [1000, 1000], direction="down", proportion=False)
    assert [(r.rank, r.low, r.high) for r in complaints] == [(1, 1, 1), (2, 2, 2)]


def test_the_same_seed_gives_the_same_intervals():
    events, sizes = [30, 33, 35, 31], [40] * 4
    assert found(events, sizes) == found(events, sizes)
    assert any(
        found(events, sizes, draws=20, seed=s) != found(events, sizes, draws=20, seed=0)
        for s in range(1, 9)
    )


def test_nothing_is_best_without_a_good_direction():
    with pytest.raises(ValueError, match="neither"):
        found([1], [10], direction="neither")
