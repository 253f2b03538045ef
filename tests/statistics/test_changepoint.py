"""A change has a date and an interval of dates: the published one of the Nile, and ours under simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.changepoint import change_point, critical_value

# Annual flow of the Nile at Aswan, 1871 to 1970 (Cobb 1978, Biometrika 65), in 10⁸ m³.
NILE = """1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799 958 1140 1100 1210 1150
1250 1260 1220 1030 1100 774 840 874 694 940 833 701 916 692 1020 1050 969 831 726 456 824 702 1120 1100 832 764 821
768 845 864 862 698 845 744 796 1040 759 781 865 845 944 984 897 822 1010 771 676 649 846 812 742 801 1040 860 874 848
890 744 749 838 1050 918 986 797 923 975 815 1020 906 901 1170 912 746 919 718 714 740"""


def test_the_nile_fell_in_1899():
    """Last year of the old level 1898, and within 1895 to 1902: Zeileis et al. 2003 (strucchange), by Bai 1997."""
    change = change_point(np.array(NILE.split(), dtype=float))
    assert 1871 + change.position == 1899
    assert 1895 <= 1871 + change.first - 1 < 1898 <= 1871 + change.last - 1 <= 1902
    assert (change.before, change.after) == pytest.approx((1097.75, 849.97), abs=0.01)


def test_a_change_of_two_deviations_is_dated_within_three_months():
    """F11 of the notes: 96 times in 100; and the interval holds the date at least as often as it says."""
    random, draws = np.random.default_rng(8), 1500
    near, inside, width = 0, 0, 0
    for _ in range(draws):
        at = int(random.integers(12, 36))
        series = random.standard_normal(at + 12)
        series[at:] += 2
        change = change_point(series)
        near += abs(change.position - at) <= 3
        inside += change.first <= at <= change.last
        width += change.last - change.first + 1
    error = math.sqrt(0.96 * 0.04 / draws)
    assert near / draws > 0.96 - 3 * error
    assert inside / draws > 0.95 - 3 * error
    assert width / draws < 8


@pytest.mark.parametrize(
    ("level", "value"), [(0.80, 4.50), (0.90, 5.94), (0.95, 7.35), (0.99, 10.59)]
)
def test_the_critical_values_are_the_published_ones(level, value):
    assert critical_value(level) == pytest.approx(value, abs=0.006)


def test_a_clear_change_has_one_date():
    change = change_point(np.array([0.0, 0.1] * 6 + [9.0, 9.1] * 6))
    assert (change.position, change.first, change.last) == (12, 12, 12)


def test_positions_count_the_months_without_data():
    series = np.array([0.0, 0.1, np.nan, 0.0, np.nan, 9.0, 9.1, 9.0])
    assert change_point(series).position == 5


@pytest.mark.parametrize("new", [1, 2, 3, 6])
def test_a_change_is_dated_by_its_first_month_however_few_there_are(new):
    series = np.array([14.0, 15, 14, 15, 14, 15, 14, 15] + [40.0] * new)
    assert change_point(series).position == 8


def test_a_change_in_months_that_nobody_knows_may_lie_in_any_of_them():
    series = np.array([14.0, 15, 14, 15, 14, 15, np.nan, np.nan, np.nan, 40, 40])
    change = change_point(series)
    assert (change.position, change.first, change.last) == (9, 6, 9)


def test_six_points_are_needed_and_something_that_moves():
    assert change_point(np.array([0.0, 1, 0, 1, 0])) is None
    assert change_point(np.array([np.nan] * 9 + [1.0, 2, 3, 4, 5])) is None
    assert change_point(np.full(20, 3.0)) is None


@given(
    st.lists(st.floats(-100, 100), min_size=6, max_size=40),
    st.floats(0.1, 10),
    st.floats(-50, 50),
)
def test_the_split_leaves_three_points_before_it_and_its_interval_holds_it(x, factor, added):
    change = change_point(np.array(x) * factor + added)
    if change is not None:
        assert 3 <= change.first <= change.position <= change.last <= len(x) - 1
