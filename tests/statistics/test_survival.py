"""How long complaints stay open, those still open included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.survival import median_survival, survival

AGES = [3, 5, 5, 8, 12, 20, 30, 30]
CLOSED = [True, True, False, True, False, True, False, False]
CASES = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=60)


@pytest.mark.pitfall(6)
def test_the_published_case():
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
    found = dict(zip(*(a.tolist() for a in survival(np.array(ages), np.array(closed))), strict=True))
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
