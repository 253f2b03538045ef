"""How long complaints stay open, those still open included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.survival import (
    Median,
    curve,
    median,
    median_survival,
    medians_survival,
    survival,
)

AGES = [3, 5, 5, 8, 12, 20, 30, 30]
CLOSED = [True, True, False, True, False, True, False, False]
CASES = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=60)


@pytest.mark.pitfall(6)
def test_a_case_worked_out_by_hand():
    """7/8, then 6/7, 4/5 and 2/3 of what was left."""
    ages, shares = survival(AGES, CLOSED)
    assert ages.tolist() == [3, 5, 8, 20]
    assert shares == pytest.approx([0.875, 0.75, 0.60, 0.40])
    assert median_survival(AGES, CLOSED) == 20


def by_hand(cases) -> dict[int, float]:
    """The definition, age by age: what is still open is multiplied by what did not close among those at risk."""
    share, found = 1.0, {}
    for age in sorted({a for a, closed in cases if closed}):
        at_risk = sum(a >= age for a, _ in cases)
        share *= 1 - sum(a == age and closed for a, closed in cases) / at_risk
        found[age] = share
    return found


@given(CASES)
def test_it_is_the_definition_worked_out_case_by_case(cases):
    ages, closed = zip(*cases, strict=True)
    found = dict(
        zip(*(a.tolist() for a in survival(np.array(ages), np.array(closed))), strict=True)
    )
    assert found == pytest.approx(by_hand(cases))


@given(st.lists(st.integers(0, 60), min_size=1, max_size=60))
def test_without_open_cases_it_is_the_ordinary_median(ages):
    assert median_survival(ages, [True] * len(ages)) == sorted(ages)[(len(ages) - 1) // 2]


@given(CASES)
def test_a_case_that_stays_open_never_shortens_the_median(cases):
    ages, closed = zip(*cases, strict=True)
    before, after = median_survival(ages, closed), median_survival([*ages, 61], [*closed, False])
    assert before is not None or after is None
    assert after is None or after >= before


@pytest.mark.parametrize(
    "ages, closed, median",
    [
        ([], [], None),
        ([10], [False], None),
        ([10], [True], 10),
        ([0, 0], [True, True], 0),
        ([1, 2, 3], [True, False, False], None),
        ([4, 9], [True, False], 4),
        ([4, 4], [False, True], 4),
    ],
)
def test_small_cases(ages, closed, median):
    assert median_survival(ages, closed) == median


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans(), st.integers(0, 3)), max_size=90))
def test_the_medians_of_groups_are_those_of_each_alone(cases):
    ages, closed, group = (
        np.array([c[i] for c in cases], dtype=k) for i, k in enumerate((int, bool, int))
    )
    alone = [median_survival(ages[group == g], closed[group == g]) for g in range(5)]
    found = medians_survival(ages, closed, group, 5)
    assert [None if np.isnan(m) else m for m in found] == alone


# Freireich and others 1963, remission in weeks: 42 patients, 21 of them on 6-MP. Data as on
# rstudio-pubs-static.s3.amazonaws.com/1434825_b3600a2a460b48caadb66dbfb4891e2c.html
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
CONTROL = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_the_published_intervals_of_a_curve():
    """Control: as Stata's `sts list` prints it, data.princeton.edu/eco572/KaplanMeier.html. Treated: recomputed by lifelines
    0.30.3, KaplanMeierFitter, whose intervals are of the same kind."""
    found = curve(TREATED, RELAPSED)
    assert found.ages.tolist() == [6, 7, 10, 13, 16, 22, 23] and found.at_risk.tolist() == [
        21,
        17,
        15,
        12,
        11,
        7,
        6,
    ]
    assert found.shares == pytest.approx(
        [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=5.1e-5
    )
    assert found.lower == pytest.approx(
        [0.6197, 0.5631, 0.5032, 0.4316, 0.3675, 0.2678, 0.1881], abs=5.1e-5
    )
    assert found.upper == pytest.approx(
        [0.9516, 0.9228, 0.8894, 0.8491, 0.8049, 0.7468, 0.6801], abs=5.1e-5
    )
    control = curve(CONTROL, [True] * 21)
    assert (control.lower[:2], control.upper[:2]) == (
        pytest.approx([0.6700, 0.5689], abs=5.1e-5),
        pytest.approx([0.9753, 0.9239], abs=5.1e-5),
    )


def test_the_published_medians_with_their_intervals():
    """23 and 8 weeks: R's survfit, page above. The intervals, 13 to none and 4 to 11: lifelines 0.30.3, for R's there are of
    another kind (16 to none, 4 to 12)."""
    assert median(TREATED, RELAPSED) == Median(23, 13, None)
    assert median(CONTROL, [True] * 21) == Median(8, 4, 11)


def test_where_all_are_closed_nothing_is_said_of_how_far_chance_reaches():
    """Ages 2 to 9, all closed: the upper limit after 8 days, 0.517, is above a half, and after 9 there is none. lifelines
    0.30.3 has 0 there, and 9 days as the median's upper end."""
    found = curve([2, 3, 3, 5, 8, 9], [True] * 6)
    assert found.shares[-1] == 0 and np.isnan([found.lower[-1], found.upper[-1]]).all()
    assert found.upper[-2] == pytest.approx(0.5168018, abs=5e-8)
    assert found.lower[-2] == pytest.approx(0.0077231, abs=5e-8)
    assert median([2, 3, 3, 5, 8, 9], [True] * 6) == Median(3, 2, None)
    # Many closed before it: the upper end is reached, whatever comes last.
    assert median(CONTROL, [True] * 21).high == 11


def test_a_half_is_reached_by_fractions_too():
    """5/6 · 4/5 · 3/4 = 1/2 after 27 days: by lifelines 0.30.3 0.5000000000000001, and so 98 days. Of 24 that close on as
    many days it is our own product of fractions that passes a half by rounding."""
    ages, closed = [10, 18, 27, 39, 73, 98], [True, True, True, False, False, True]
    assert median(ages, closed) == Median(27, 10, None)
    days, all_of_them = np.arange(24), np.ones(24, dtype=bool)
    assert survival(days, all_of_them)[1][11] > 0.5, "the case is one of rounding"
    assert median_survival(days, all_of_them) == 11
    assert medians_survival(days, all_of_them, np.zeros(24, dtype=int), 1).tolist() == [11]


@pytest.mark.pitfall(6)
def test_the_interval_of_that_case_is_open_upwards():
    assert median(AGES, CLOSED) == Median(20, 3, None)


@given(CASES)
def test_an_interval_holds_its_estimate(cases):
    ages, closed = zip(*cases, strict=True)
    found, middle = curve(ages, closed), median(ages, closed)
    known = ~np.isnan(found.lower)
    assert (found.lower <= found.shares + 1e-12)[known].all() and (
        found.upper >= found.shares - 1e-12
    )[known].all()
    assert ((found.lower >= 0) & (found.upper <= 1))[known].all()
    assert middle.days == median_survival(ages, closed)
    assert middle.low is None or middle.days is None or middle.low <= middle.days
    assert middle.high is None or middle.days <= middle.high


def test_the_interval_of_the_median_holds_it_95_times_in_100():
    """Exponential delays, median 30 days, a third still open; 3 standard errors of 300 draws are 4 in 100."""
    random = np.random.default_rng(8)
    held = 0
    for _ in range(300):
        delays, seen = random.exponential(30 / np.log(2), 80), random.uniform(10, 120, 80)
        found = median(np.minimum(delays, seen).astype(int), delays <= seen)
        held += (found.low or 0) <= 30 <= (found.high if found.high is not None else np.inf)
    assert held / 300 >= 0.91


@pytest.mark.parametrize("ages, closed", [([], []), ([10], [False]), ([4, 9, 9], [False] * 3)])
def test_without_a_closing_there_is_no_curve(ages, closed):
    assert len(curve(ages, closed).shares) == 0 and median(ages, closed) == Median(None, None, None)
