"""Twelve months beside those before, by a law that others compute as well; what chance gives; what is found."""

import numpy as np
import pytest
from scipy import stats

from dashboard.statistics.control_limits import TAIL, Family
from dashboard.statistics.sliding_year import sliding_years

BASES = np.array([[3, 4, 3, 3, 3, 3, 3, 4, 3, 3, 3, 4] * 3], dtype=float)


def answered(*missed: int) -> np.ndarray:
    """All cases, but one in each of these months."""
    events = BASES.copy()
    for month in missed:
        events[0, month] -= 1
    return events


def test_a_year_that_answers_half_as_much_is_an_alert_that_no_month_gives():
    """92 % of two years, 50 % of the third: months of three or four cases say nothing one by one."""
    events = answered(2, 5, 11, 14, 17, 22)
    events[0, 24:] = [2, 2, 1, 2, 1, 2, 1, 2, 2, 1, 2, 2]
    judged = sliding_years(events, BASES, Family.SHARE)
    assert judged.side[-1] == -1 and judged.value[-1] == pytest.approx(20 / 39)
    assert judged.usual[-1] == pytest.approx(72 / 78)
    assert judged.value[-1] < judged.lower[-1] < judged.usual[-1] < judged.upper[-1]
    assert not judged.side[:24].any(), "two years are needed"
    calm = sliding_years(answered(2, 5, 11, 14, 17, 22, 26, 29, 33), BASES, Family.SHARE)
    assert not calm.side.any()


def test_one_site_s_tail_is_that_of_fisher_and_of_the_binomial_law():
    random = np.random.default_rng(7)
    flagged = 0
    for _ in range(300):
        bases = random.integers(1, 6, (1, 36)).astype(float)
        share = np.where(np.arange(36) < 24, 0.85, 0.45)
        events = random.binomial(bases.astype(int), share).astype(float)
        judged = sliding_years(events, bases, Family.SHARE)
        late, early = slice(24, 36), slice(0, 24)
        a, b = events[0, late].sum(), bases[0, late].sum() - events[0, late].sum()
        c, d = events[0, early].sum(), bases[0, early].sum() - events[0, early].sum()
        tail = stats.fisher_exact([[a, b], [c, d]], "less").pvalue
        if judged.side[-1]:
            flagged += 1
            assert tail < TAIL
        elif tail < TAIL / 30:
            # Months that vary beyond chance alone widen the limits, or the tail is short of three standard deviations.
            assert judged.value[-1] >= judged.lower[-1]
    assert flagged > 100, "the rule is used"
    visits = np.full((1, 36), 300.0)
    complaints = np.array([[1.0] * 24 + [3.0] * 12])
    judged = sliding_years(complaints, visits, Family.RATE)
    assert stats.binomtest(36, 60, 1 / 3, "greater").pvalue < TAIL and judged.side[-1] == 1
    assert not sliding_years(np.array([[1.0] * 24 + [1.5] * 12]), visits, Family.RATE).side.any()


def test_several_sites_are_judged_by_the_sum_of_their_own_laws():
    """Another mix of sites is no change: each site is as it was, and the good one has fewer cases."""
    bases = np.array([[30.0] * 24 + [3.0] * 12, [3.0] * 24 + [30.0] * 12])
    events = np.array([[27.0] * 24 + [2.7] * 12, [1.2] * 24 + [12.0] * 12])
    judged = sliding_years(np.rint(events), bases, Family.SHARE)
    assert judged.value[-1] < 0.5 and not judged.side.any()
    pooled = sliding_years(np.rint(events).sum(axis=0)[None], bases.sum(axis=0)[None], Family.SHARE)
    assert pooled.side[-1] == -1, "what the sum of both would have said"


def test_events_that_come_in_bursts_are_no_change():
    random = np.random.default_rng(11)
    flagged = bursts = 0
    for _ in range(100):
        visits = np.full((1, 60), 400.0)
        calm = random.poisson(3, (1, 60)).astype(float)
        burst = random.poisson(0.3, (1, 60)) * 10.0
        flagged += int(sliding_years(calm, visits, Family.RATE).side[35:].any())
        bursts += int(sliding_years(burst, visits, Family.RATE).side[35:].any())
    assert flagged <= 10 and bursts <= 20


def test_the_stated_chance_is_the_one_that_is_met():
    random = np.random.default_rng(5)
    for family, centre, cases in ((Family.SHARE, 0.9, 6), (Family.RATE, 0.01, 300)):
        seen, said = [], []
        for _ in range(1500):
            bases = random.poisson(cases, (1, 36)).astype(float)
            events = (
                random.binomial(bases.astype(int), centre)
                if family == Family.SHARE
                else random.poisson(bases * centre)
            )
            judged = sliding_years(events.astype(float), bases, family)
            seen.append(judged.side[-1] != 0)
            said.append(judged.chance)
        assert np.mean(seen) <= np.mean(said) + 3 * np.std(said + seen) / np.sqrt(1500)
        assert 0 < np.mean(said) <= 2 * TAIL


def test_what_is_missing_and_what_has_no_event():
    nothing = np.full((1, 40), np.nan)
    judged = sliding_years(nothing, nothing, Family.SHARE)
    assert np.isnan(judged.value).all() and not judged.side.any() and np.isnan(judged.chance)
    none = np.zeros((1, 40))
    assert not sliding_years(none, np.full((1, 40), 9.0), Family.SHARE).side.any()
    with pytest.raises(ValueError, match="no events"):
        sliding_years(none, none, Family.INDIVIDUALS)


def test_a_change_in_the_middle_of_the_year_does_not_hide_in_its_own_spread():
    """All answered until February, none since: the twelve months differ among themselves, and are an alert."""
    bases = np.full((1, 36), 5.0)
    events = bases.copy()
    events[0, 28:] = 0
    assert sliding_years(events, bases, Family.SHARE).side[-1] == -1
