"""A change taken apart: what the sites did, what the mix did, what the network did."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.change_decomposition import decompose

COUNTS = st.lists(st.tuples(*[st.integers(0, 50)] * 4), min_size=1, max_size=8)


@pytest.mark.pitfall(21)
def test_both_centres_improve_and_the_whole_does_not():
    """Visits 600, 400 then 400, 600; means 10, 30 then 9, 28: 18.0 → 20.4. By hand, after Kitagawa 1955: rate
    −1 × 0.5 − 2 × 0.5, mix −0.2 × 9.5 + 0.2 × 29."""
    change = decompose(
        ["a", "b"], [[600 * 10, 400 * 30], [400 * 9, 600 * 28]], [[600, 400], [400, 600]]
    )
    assert (change.before, change.after) == pytest.approx((18.0, 20.4))
    assert (change.rate, change.mix, change.network) == pytest.approx((-1.5, 3.9, 0))
    assert change.simpson and change.network == 0


@pytest.mark.pitfall(21)
@pytest.mark.parametrize(
    "numerators, denominators, warned",
    [
        ([[10, 10], [20, 20]], [[100, 100], [100, 100]], False),  # all up, the whole up
        ([[10, 10], [20, 5]], [[100, 100], [100, 100]], False),  # one up, one down
        ([[10, 80], [20, 9]], [[100, 100], [190, 10]], True),  # both up, the whole down
        ([[10, 80], [10, 80]], [[100, 100], [100, 100]], False),  # nothing moved
        (
            [[10, 80], [19, 8]],
            [[100, 100], [190, 10]],
            False,
        ),  # rates stood still: mix alone, no contradiction
        ([[10], [20]], [[100], [100]], False),
    ],
)
def test_the_warning_is_for_parts_that_contradict_the_whole(numerators, denominators, warned):
    assert decompose(["a", "b"][: len(numerators[0])], numerators, denominators).simpson is warned


@given(COUNTS)
def test_the_parts_add_up_to_the_change(rows):
    before, after, n0, n1 = np.array(rows).T
    change = decompose([str(i) for i in range(len(rows))], [before, after], [n0, n1], scale=100)
    if not n0.sum() or not n1.sum():
        assert change is None
        return
    assert change.before == pytest.approx(100 * before.sum() / n0.sum())
    assert change.rate + change.mix + change.network == pytest.approx(change.total, abs=1e-9)


@pytest.mark.pitfall(20)
def test_a_site_that_opens_or_closes_is_a_line_of_its_own_never_mix():
    change = decompose(
        ["a", "b", "c"], [[50, 20, 0], [50, 0, 90]], [[100, 100, 0], [100, 0, 100]], scale=100
    )
    assert (change.opened, change.closed) == (["c"], ["b"])
    assert (change.rate, change.mix) == (0, 0) and change.network == change.total == 35
    assert change.same_before == change.same_after == 50


@pytest.mark.pitfall(20)
@given(st.integers(0, 100))
def test_a_site_added_later_leaves_the_same_sites_line_where_it_was(share):
    without = decompose(["a", "b"], [[50, 20], [60, 10]], [[100, 100], [100, 50]])
    added = decompose(
        ["a", "b", "c"], [[50, 20, 0], [60, 10, share]], [[100, 100, 0], [100, 50, 100]]
    )
    assert (added.same_before, added.same_after) == (without.same_before, without.same_after)
    assert (added.rate, added.mix) == (without.rate, without.mix)


def test_a_new_service_of_a_site_that_remains_is_mix():
    change = decompose(["a", "a"], [[50, 0], [50, 80]], [[100, 0], [100, 100]], scale=100)
    assert (change.rate, change.network) == (0, 0) and change.mix == pytest.approx(
        15
    ) == change.total
    assert not change.opened


def test_when_nothing_remains_all_is_network():
    change = decompose(["a", "b"], [[50, 0], [0, 80]], [[100, 0], [0, 100]], scale=100)
    assert (change.rate, change.mix, change.network) == (0, 0, 30) and np.isnan(change.same_after)


def test_events_of_a_site_without_a_visit_are_in_the_total_and_in_no_site_s_part():
    """A complaint may come in where nobody was received that month."""
    change = decompose(["a", "b"], [[50, 0], [50, 20]], [[100, 0], [100, 0]], scale=100)
    assert (change.total, change.rate, change.mix, change.network) == (20, 0, 0, 20)


def test_a_period_without_data_has_no_change():
    assert decompose(["a"], [[0], [5]], [[0], [10]]) is None
