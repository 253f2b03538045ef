"""Adjusted limits are never inside chance; dispersion is held against what chance gives; no funnel under ten sites."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dashboard.statistics import funnel
from dashboard.statistics.dispersion import (
    FEWEST_SITES,
    differences,
    homogeneity,
    limits,
    null_dispersion,
)
from dashboard.statistics.funnel import Position


@pytest.mark.parametrize(("sites", "phi"), [(10, 0.72), (24, 0.695), (77, 0.684)])
def test_winsorising_shrinks_dispersion_as_the_notes_say(sites, phi):
    assert null_dispersion(sites) == pytest.approx(phi, abs=0.006)
    assert null_dispersion(sites) == null_dispersion(sites)


@pytest.mark.pitfall(15)
def test_the_variance_between_sites_comes_back():
    """24 sites, τ = 0.05 on the arcsine scale: 0.0025, which funnel.py finds 0.0015 of."""
    random, draws = np.random.default_rng(6), 150
    found, before = [], []
    for _ in range(draws):
        n = random.integers(200, 1800, 24)
        share = np.sin(math.asin(math.sqrt(0.8)) + 0.05 * random.standard_normal(24)) ** 2
        events = random.binomial(n, share)
        target = float(events.sum() / n.sum())
        found.append(differences(events, n, proportion=True).tau2)
        before.append(funnel.overdispersion(events, n, target, proportion=True)[1])
    error = np.std(found) / math.sqrt(draws)
    assert np.mean(found) == pytest.approx(0.0025, abs=3 * error + 0.0002)
    assert np.mean(before) < 0.0018


def test_sites_alike_are_outside_as_often_as_stated():
    """24 equal sites: nominal 1.2 outside 95 %; exact limits of counts give fewer."""
    random, draws = np.random.default_rng(7), 120
    out = 0
    for _ in range(draws):
        n = random.integers(40, 1800, 24)
        whole = differences(random.binomial(n, 0.8), n, proportion=True)
        out += sum(p != Position.INSIDE for p in whole.position)
    assert 0.4 < out / draws < 1.2 + 3 * math.sqrt(1.2 / draws)


@settings(max_examples=150, deadline=None)
@given(st.booleans(), st.floats(0.001, 0.999), st.floats(0, 0.1), st.integers(1, 3000))
def test_adjusted_limits_are_never_inside_the_exact_ones(proportion, target, tau2, n):
    sizes = np.array([float(n)])
    exact = funnel.limits(sizes, target, proportion=proportion, scale=1)
    ours = limits(sizes, target, proportion=proportion, scale=1, tau2=tau2)
    assert ours.lower95[0] <= exact.lower95[0] and ours.upper95[0] >= exact.upper95[0]
    assert ours.lower998[0] <= exact.lower998[0] and ours.upper998[0] >= exact.upper998[0]
    assert ours.lower998[0] <= ours.lower95[0] and ours.upper95[0] <= ours.upper998[0]


def test_no_complaint_of_264_visits_is_not_outside():
    """F5 of the notes: chance gives it 2.8 times in 100 at 13.5 per 1 000."""
    sizes = [264] + [900 + 40 * i for i in range(11)]
    events = [0] + [round(0.0138 * n * (1 + 0.5 * (-1) ** i)) for i, n in enumerate(sizes[1:])]
    whole = differences(events, sizes, proportion=False, scale=1000)
    assert whole.tau2 > 0
    assert whole.position[0] in (Position.INSIDE, Position.BETWEEN_LOW)


def test_there_is_no_funnel_under_ten_sites():
    nine, ten = (
        differences([30 + i for i in range(k)], [50] * k, proportion=True)
        for k in (FEWEST_SITES - 1, FEWEST_SITES)
    )
    assert not nine.funnel and nine.limits is None and nine.position == []
    assert ten.funnel and len(ten.position) == 10
    without_data = differences([30] * 10 + [0], [50] * 9 + [0, 0], proportion=False)
    assert not without_data.funnel and without_data.sites == 9
    assert differences([0, 0], [0, 0], proportion=True) is None
    with pytest.raises(ValueError, match="more events than cases"):
        differences([3], [2], proportion=True)


def test_the_chance_of_differing_so_much_is_that_of_the_chi_square():
    events, sizes = np.array([30.0, 45, 20, 60]), np.array([100.0, 110, 90, 120])
    table = np.array([events, sizes - events])
    assert homogeneity(events, sizes, proportion=True) == pytest.approx(
        stats.chi2_contingency(table, correction=False).pvalue
    )
    expected = sizes * events.sum() / sizes.sum()
    assert homogeneity(events, sizes, proportion=False) == pytest.approx(
        stats.chisquare(events, expected).pvalue
    )


def test_small_counts_are_judged_by_chance_draws():
    """Two of two against none of ten: 1 in 66 (Fisher), which no χ² of so few says."""
    p = homogeneity(np.array([2.0, 0]), np.array([2.0, 10]), proportion=True)
    assert p == pytest.approx(1 / 66, abs=3 * math.sqrt(1 / 66 / 4000) + 3e-4)
    rare = homogeneity(np.array([4.0, 0]), np.array([50.0, 50]), proportion=False)
    assert rare == pytest.approx(2 * 0.5**4, abs=0.02)


def test_one_site_or_nothing_to_tell_apart_differs_by_chance():
    assert homogeneity(np.array([3.0]), np.array([9.0]), proportion=True) == 1
    assert homogeneity(np.zeros(4), np.full(4, 9.0), proportion=False) == 1
    assert homogeneity(np.full(4, 9.0), np.full(4, 9.0), proportion=True) == 1
