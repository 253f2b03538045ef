"""Adjusted limits are never inside chance; dispersion is held against what chance gives; no funnel under ten sites."""

import math

import numpy as np
import pytest

from dashboard.statistics import funnel
from dashboard.statistics.dispersion import (
    FEWEST_SITES,
    MANY,
    differences,
    furthest,
    homogeneity,
    null_dispersion,
)
from dashboard.statistics.funnel import OUTSIDE, Position


@pytest.mark.parametrize(("sites", "phi"), [(10, 0.72), (24, 0.695), (77, 0.684)])
def test_winsorising_shrinks_dispersion_as_the_notes_say(sites, phi):
    assert null_dispersion(sites) == pytest.approx(phi, abs=0.006)
    assert null_dispersion(sites) == null_dispersion(sites)


def test_of_more_than_200_sites_winsorising_leaves_what_it_leaves_of_200():
    assert null_dispersion(800) == pytest.approx(null_dispersion(MANY), rel=0.005)


@pytest.mark.pitfall(15)
def test_the_variance_between_sites_comes_back():
    """24 sites, τ = 0.05 on the arcsine scale: 0.0025, of which 0.0015 are found where φ is left as it is."""
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


def test_a_limit_is_never_inside_the_exact_one_of_5000_random_sites():
    """F5 of the notes: it was for 596 of 5 048, with the limits that had variance between sites alone."""
    random, judged, wider = np.random.default_rng(20261125), 0, 0
    while judged < 5000:
        proportion, k = bool(random.integers(2)), int(random.integers(10, 30))
        n, target = random.integers(1, 3000, k), float(random.uniform(0.001, 0.95))
        share = np.clip(target * np.exp(random.uniform(0, 0.4) * random.standard_normal(k)), 0, 1)
        events = random.binomial(n, share) if proportion else random.poisson(n * share)
        whole = differences(events, n, proportion=proportion)
        if not whole.target:
            continue
        judged, ours, exact = judged + k, whole.limits, whole.exact
        assert (ours.lower95 <= exact.lower95).all() and (ours.upper95 >= exact.upper95).all()
        assert (ours.lower998 <= exact.lower998).all() and (ours.upper998 >= exact.upper998).all()
        assert (ours.lower998 <= ours.lower95).all() and (ours.upper95 <= ours.upper998).all()
        out = [p in OUTSIDE for p in funnel.positions(whole.values, exact)]
        assert all(o for o, p in zip(out, whole.position, strict=True) if p in OUTSIDE)
        wider += int((ours.upper95 > exact.upper95).sum())
    assert wider > judged / 3


@pytest.mark.pitfall(15)
@pytest.mark.parametrize("proportion", [True, False])
def test_a_known_variance_of_many_sites_is_found(proportion):
    random = np.random.default_rng(2)
    sizes = random.integers(300, 3000, 400)
    spread = random.normal(0, 0.1, 400)
    if proportion:
        events = random.binomial(sizes, np.sin(math.asin(math.sqrt(0.6)) + spread) ** 2)
    else:
        events = random.poisson(sizes * 0.1 * (1 + spread) ** 2)
    whole = differences(events, sizes, proportion=proportion)
    assert 0.008 < whole.tau2 < 0.012 and whole.phi > 2 and whole.p_value < 1e-6
    outside = lambda where: sum(p != Position.INSIDE for p in where) / 400  # noqa: E731
    assert outside(funnel.positions(whole.values, whole.exact)) > 0.3
    assert outside(whole.position) < 0.09


@pytest.mark.pitfall(15)
@pytest.mark.parametrize("proportion", [True, False])
def test_where_chance_explains_all_there_is_one_set_of_limits(proportion):
    sizes = np.arange(100, 1100, 100)
    whole = differences(sizes // 5, sizes, proportion=proportion)
    assert (whole.phi, whole.tau2) == pytest.approx((0, 0), abs=1e-12)
    for line in ("lower95", "upper95", "lower998", "upper998"):
        assert (getattr(whole.limits, line) == getattr(whole.exact, line)).all()
    assert set(whole.position) == {Position.INSIDE}


def test_a_site_without_data_counts_for_nothing():
    full = differences([8 + i for i in range(11)], [30] * 11, proportion=True)
    holed = differences([8 + i for i in range(11)] + [0], [30] * 11 + [0], proportion=True)
    assert holed.target == full.target == pytest.approx(100 * 143 / 330)
    assert holed.phi == full.phi and holed.p_value == full.p_value
    assert np.isnan(holed.values[-1]) and np.isnan(holed.exact.lower95[-1])
    assert holed.position[-1] == Position.NO_DATA and holed.position[:-1] == full.position


def test_no_event_and_nothing_but_events():
    none = differences([0] * 10, [20] * 10, proportion=False)
    assert none.target == 0 and set(none.position) == {Position.INSIDE}
    everything = differences([20] * 10, [20] * 10, proportion=True)
    assert everything.target == 100 and set(everything.position) == {Position.INSIDE}


def test_no_complaint_of_264_visits_is_not_outside():
    """F5 of the notes: chance gives it 2.8 times in 100 at 13.5 per 1 000."""
    sizes = [264] + [900 + 40 * i for i in range(11)]
    events = [0] + [round(0.0138 * n * (1 + 0.5 * (-1) ** i)) for i, n in enumerate(sizes[1:])]
    whole = differences(events, sizes, proportion=False, scale=1000)
    assert whole.tau2 > 0
    assert whole.position[0] in (Position.INSIDE, Position.BETWEEN_LOW)


def apart(whole) -> list[int]:
    """The places of the sites outside the limits."""
    return [i for i, p in enumerate(whole.position) if p in OUTSIDE]


@pytest.mark.parametrize("times", [1, 4, 15, 60])
@pytest.mark.parametrize("proportion", [True, False])
def test_a_site_hides_itself_at_no_size(times, proportion):
    """34 % beside 19 sites of some 81 %; at 15 times their size it is 44 % of all cases, and drew the centre to 60 %."""
    events, sizes = [243 + n % 7 - 3 for n in range(19)], [300] * 19
    whole = differences(
        [*events, 102 * times], [*sizes, 300 * times], proportion=proportion, scale=100
    )
    assert apart(whole) == [19] and whole.position[19] == Position.OUTSIDE_LOW
    assert whole.target == pytest.approx(100 * sum(events) / sum(sizes)) and whole.tau2 == 0
    assert whole.alike.tolist() == [True] * 19 + [False]
    # The 19 alone are judged the same without it.
    alone = differences(events, sizes, proportion=proportion, scale=100)
    assert alone.position == whole.position[:19]


def test_two_sites_do_not_hide_each_other():
    """Two of 23, each four times as large as the others."""
    whole = differences(
        [243 + n % 7 - 3 for n in range(21)] + [480, 500], [300] * 21 + [1200] * 2, proportion=True
    )
    assert apart(whole) == [21, 22] and whole.target == pytest.approx(81, abs=0.5)


@pytest.mark.parametrize("proportion", [True, False])
def test_the_rest_counts_with_its_own_uncertainty(proportion):
    """Ten sites of 40: what is left of them when one is judged is 360 cases, not a known rate."""
    few = differences([30] * 10, [40] * 10, proportion=proportion, scale=1)
    many = differences([3000] * 9 + [30], [4000] * 9 + [40], proportion=proportion, scale=1)
    wide, narrow = (w.limits.upper998[-1] - w.limits.lower998[-1] for w in (few, many))
    assert 1.01 < wide / narrow < 1.1


def test_what_is_said_of_a_site_is_what_the_limits_show():
    """In 200 networks of sites that differ, some of them a lot, one of them large."""
    random, seen = np.random.default_rng(32), 0
    for _ in range(200):
        k = int(random.integers(10, 30))
        n = np.concatenate([[5000], random.integers(30, 900, k - 1)])
        away = random.uniform(0, 0.1) * random.standard_normal(k)
        away[: int(random.integers(0, 3))] -= random.uniform(0, 0.6)
        whole = differences(
            random.binomial(n, np.sin(math.asin(math.sqrt(0.8)) + away) ** 2), n, proportion=True
        )
        out = (whole.values < whole.limits.lower998 - 1e-9) | (
            whole.values > whole.limits.upper998 + 1e-9
        )
        assert apart(whole) == np.flatnonzero(out).tolist()
        assert set(apart(whole)) >= set(np.flatnonzero(~whole.alike))
        seen += len(apart(whole))
    assert seen > 50


def test_the_furthest_is_the_one_whose_distance_is_largest_and_no_chance():
    """None of six, of 12 cases, has 60 % by more than chance; 20 points of 900 cases are none."""
    events, sizes = [720, 726, 714, 540, 717, 5], [900, 900, 900, 900, 900, 12]
    at, elsewhere = furthest(events, sizes, proportion=True)
    assert at == 3 and elsewhere == pytest.approx((sum(events) - 540) / (sum(sizes) - 900))
    assert furthest(events[:3], sizes[:3], proportion=True) is None
    assert furthest([720, 540], [900, 900], proportion=True) is None, "both as far"
    assert furthest([7, 0, 3], [70, 0, 30], proportion=False) is None


def test_of_sites_alike_a_furthest_is_named_in_a_few_of_a_hundred():
    random, named = np.random.default_rng(9), 0
    for _ in range(400):
        n = random.integers(40, 1800, 24)
        named += furthest(random.binomial(n, 0.8), n, proportion=True) is not None
    assert named / 400 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)


def test_there_is_no_funnel_under_ten_sites():
    nine, ten = (
        differences([30 + i for i in range(k)], [50] * k, proportion=True)
        for k in (FEWEST_SITES - 1, FEWEST_SITES)
    )
    assert not nine.has_limits and nine.limits is None and nine.position == []
    assert ten.has_limits and len(ten.position) == 10
    without_data = differences([30] * 10 + [0], [50] * 9 + [0, 0], proportion=False)
    assert not without_data.has_limits and without_data.sites == 9
    assert differences([0, 0], [0, 0], proportion=True) is None
    with pytest.raises(ValueError, match="more events than cases"):
        differences([3], [2], proportion=True)


def test_the_chance_of_differing_so_much_is_that_of_the_chi_square():
    # At the top of the file every process of the tests would load it: a second each.
    from scipy import stats

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
