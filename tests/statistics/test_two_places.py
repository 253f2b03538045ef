"""Two places side by side: the same from both sides, rarely different where nothing is, found where it is planted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dashboard.statistics import two_places
from dashboard.statistics.two_places import DailyRatio, different, groupings, p_value

DAYS = np.arange(20_000, 20_364)  # 52 weeks
GROUPS = tuple(groupings(DAYS, DAYS // 30))


def place(seed: int, *, mean: float, share: float, kind="share", ragged: float = 0.0) -> DailyRatio:
    """A year of a place. ragged: by how much its days differ besides, on the scale of the logit."""
    random = np.random.default_rng(seed)
    cases = random.poisson(mean, len(DAYS)) * (DAYS % 7 < 5)
    odds = share / (1 - share) * np.exp(ragged * random.standard_normal(len(DAYS)))
    events = random.binomial(cases, odds / (1 + odds))
    return DailyRatio(events.astype(float), cases.astype(float), kind)


@given(st.integers(0, 10**6), st.sampled_from(("share", "rate", "mean")), st.floats(0.02, 0.98))
def test_from_the_other_side_it_is_the_same(seed, kind, share):
    one = place(seed, mean=4, share=share, kind=kind)
    other = place(seed + 1, mean=9, share=0.5, kind=kind)
    there, back = p_value(one, other, GROUPS), p_value(other, one, GROUPS)
    assert there == pytest.approx(back)
    assert there is None or 0 <= there <= 1


@given(st.integers(0, 10**6))
def test_a_place_does_not_differ_from_itself(seed):
    one = place(seed, mean=10, share=0.3)
    assert p_value(one, one, GROUPS) == pytest.approx(1)


def test_it_is_the_most_cautious_of_days_weeks_months_and_single_cases():
    one, other = place(1, mean=12, share=0.30, ragged=0.8), place(2, mean=8, share=0.36, ragged=0.8)
    gap = one.events.sum() / one.cases.sum() - other.events.sum() / other.cases.sum()
    found = []
    for group in GROUPS:
        sums = []
        for g in sorted(set(group[(one.cases > 0) | (other.cases > 0)].tolist())):
            mine = group == g
            total = 0.0
            for sign, p in ((1, one), (-1, other)):
                rate = p.events.sum() / p.cases.sum()
                total += sign * (p.events[mine].sum() - rate * p.cases[mine].sum()) / p.cases.sum()
            sums.append(total)
        k = len(sums)
        steps = [(b - a) ** 2 for a, b in zip(sums, sums[1:], strict=False)]
        error = (k * sum(steps) / (2 * (k - 1))) ** 0.5
        found.append(2 * stats.t.sf(abs(gap) / error, 2 * (k - 1) ** 2 / (3 * k - 4)))
    table = [[p.events.sum(), p.cases.sum() - p.events.sum()] for p in (one, other)]
    found.append(stats.chi2_contingency(table, correction=False).pvalue)
    assert p_value(one, other, GROUPS) == pytest.approx(max(found))


def test_days_that_differ_besides_are_no_difference_of_places():
    """Counted one by one, a tenth of the pairs and more would be different at 5 %."""
    wrong = alone = 0
    for seed in range(0, 600, 2):
        one, other = (place(seed + n, mean=15, share=0.3, ragged=0.7) for n in (0, 1))
        wrong += (p_value(one, other, GROUPS) or 1) < 0.05
        alone += two_places._one_by_one(one, other) < 0.05
    assert wrong <= 0.05 * 300 and alone > 0.1 * 300


def test_a_lasting_change_within_the_period_is_no_chance():
    one = place(1, mean=20, share=0.04)
    other = place(2, mean=20, share=0.04)
    later = place(3, mean=20, share=0.12)
    half = len(DAYS) // 2
    changed = DailyRatio(
        np.append(other.events[:half], later.events[half:]),
        np.append(other.cases[:half], later.cases[half:]),
        "share",
    )
    assert p_value(one, changed, GROUPS) < 0.001


def test_too_few_cases_say_nothing():
    few = DailyRatio(np.eye(1, len(DAYS))[0], np.where(DAYS % 7 < 5, 1.0, 0.0), "share")
    assert p_value(few, few, GROUPS) is None, "two events in all"
    short = place(1, mean=50, share=0.3)
    nine = DailyRatio(short.events[:9], short.cases[:9], "share")
    assert p_value(nine, nine, groupings(DAYS[:9], DAYS[:9] // 30)) is None, "nine days"
    none = DailyRatio(np.zeros(len(DAYS)), np.zeros(len(DAYS)), "share")
    assert p_value(none, short, GROUPS) is None


def test_counts_without_cases_are_compared_by_the_day():
    random = np.random.default_rng(5)
    nothing = np.zeros(len(DAYS))
    many, more = (DailyRatio(random.poisson(m, len(DAYS)) * 1.0, nothing, "rate") for m in (5, 9))
    assert p_value(many, more, GROUPS) < 1e-6
    assert p_value(many, many, GROUPS) == pytest.approx(1)


@given(st.dictionaries(st.integers(), st.floats(0, 1), max_size=30))
def test_holm_as_it_is_defined(p_values):
    found = different(p_values)
    order = sorted(p_values.values())
    reached = 0
    while reached < len(order) and order[reached] <= 0.05 / (len(order) - reached):
        reached += 1
    assert sorted(p_values[key] for key in found) == order[:reached]
