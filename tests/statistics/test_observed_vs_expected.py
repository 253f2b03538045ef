"""A whole is held against what its sites usually show; the mix of sites moves nothing, and a gap has its sites."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.control_chart import judge_series
from dashboard.statistics.control_limits import NONE, Family
from dashboard.statistics.observed_vs_expected import (
    Comparison,
    Rest,
    Spread,
    case_variance,
    compare,
    gap,
)


def compared(events, bases, usual, behind=1e9, inside=False, variance=None) -> Comparison:
    """All sites, all months, with one usual rate each."""
    events, bases = np.array(events, dtype=float), np.array(bases, dtype=float)
    usual = np.broadcast_to(np.array(usual, dtype=float)[:, None], events.shape)
    variance = case_variance(Family.SHARE, usual) if variance is None else variance
    whole = np.broadcast_to(float(behind), events.shape)
    return compare(events, bases, usual, whole, variance, np.full(events.shape, inside))


@pytest.mark.pitfall(21)
def test_a_change_of_mix_alone_is_no_gap():
    """Sites at 90 and 50 %, at 900 and 100 visits then 500 and 500: 86 % then 70 %, as expected."""
    both = compared([[810, 450], [50, 250]], [[900, 500], [100, 500]], [0.9, 0.5])
    assert both.observed_rate == pytest.approx([0.86, 0.70])
    assert both.expected_rate == pytest.approx([0.86, 0.70])
    assert both.z == pytest.approx([0, 0])


def test_the_variance_holds_the_month_and_the_usual_rate():
    """100 cases at 80 %, the usual rate resting on 400: 100 · 0.16 · (1 + 100/400) = 20."""
    after = compared([[70]], [[100]], [0.8], behind=400)
    assert after.z[0] == pytest.approx(-10 / math.sqrt(20))
    part = compared([[70]], [[100]], [0.8], behind=400, inside=True)
    assert part.z[0] == pytest.approx(-10 / math.sqrt(12))
    rates = compared([[70]], [[100]], [0.8], variance=np.full((1, 1), 0.8))
    assert rates.z[0] == pytest.approx(-10 / math.sqrt(80))
    assert case_variance(Family.RATE, np.array([0.8]))[0] == 0.8
    with pytest.raises(ValueError, match="individuals"):
        case_variance(Family.INDIVIDUALS, np.array([0.8]))


def test_a_site_without_a_usual_rate_stands_outside_both():
    both = compared([[80], [10]], [[100], [100]], [0.8, np.nan])
    assert (both.observed_rate[0], both.expected_rate[0]) == pytest.approx((0.8, 0.8))
    assert np.isnan(compared([[10]], [[100]], [np.nan]).z[0])
    missing = compared([[80, np.nan], [40, 40]], [[100, np.nan], [100, 100]], [0.8, 0.4])
    assert missing.expected_rate == pytest.approx([0.6, 0.4])


def nation(random, sites=24, months=60):
    """Sites of 40 to 480 cases a month that differ, and grow apart; counts of each month."""
    share = random.uniform(0.55, 0.95, sites)
    size = 40 * 12 ** np.linspace(0, 1, sites)
    growth = np.exp(np.outer(random.normal(0, 0.2, sites), np.arange(months) / 12))
    bases = random.poisson(size[:, None] * growth)
    return random.binomial(bases, share[:, None]).astype(float), bases.astype(float), share


def whole_of(events, bases) -> Comparison:
    """As the screen: each site followed, then the whole compared with their rates in force."""
    sites = judge_series(events, bases, family=Family.SHARE)
    variance = case_variance(Family.SHARE, sites.usual)
    return compare(events, bases, sites.usual, sites.usual_bases, variance, sites.in_reference)


@pytest.mark.pitfall(16)
def test_z_varies_as_chance_does_and_a_mix_that_moves_gives_no_alerts():
    """60 nations whose sites never change, although their weights do: F1 of the notes."""
    random = np.random.default_rng(11)
    z, pooled = [], []
    for _ in range(60):
        events, bases, _share = nation(random)
        z.append(whole_of(events, bases).z)
        rate = events.sum(axis=0) / bases.sum(axis=0)
        pooled.append((rate - rate[:24].mean()) / rate[:24].std(ddof=1))
    later = np.array(z)[:, 24:]
    assert later.std() == pytest.approx(1, abs=0.08)
    judged = judge_series(np.array(z), family=Family.STANDARDISED)
    assert (judged.rule[:, 24:] != NONE).mean() * 12 < 0.5  # flagged months a year
    mixed = judge_series(np.array(pooled))
    assert (mixed.rule[:, 24:] != NONE).mean() * 12 > 1


def test_a_mean_is_held_against_its_sites_as_a_share_is():
    """Log-waits of three sites that differ, and whose numbers drift apart: z varies as chance does."""
    random, z = np.random.default_rng(5), []
    level, spread = np.array([[2.3], [2.7], [3.1]]), 0.85
    for _ in range(60):
        n = random.poisson(300 * np.exp(np.outer([-0.4, 0, 0.4], np.arange(48) / 12))).astype(float)
        sums = n * (level + spread / np.sqrt(n) * random.standard_normal(n.shape))
        sites = judge_series(sums, n)
        variance = np.full(n.shape, spread**2)
        whole = compare(sums, n, sites.usual, sites.usual_bases, variance, sites.in_reference)
        z.append(whole.z[24:])
    assert np.std(z) == pytest.approx(1, abs=0.08)
    assert np.mean(z) == pytest.approx(0, abs=0.1)


def test_the_site_that_changed_is_named_and_the_rest_is_as_usual():
    random = np.random.default_rng(2)
    events, bases, share = nation(random)
    events[20, 55:] = random.binomial(bases[20, 55:].astype(int), share[20] - 0.35)
    whole = whole_of(events, bases)
    where = gap(whole, slice(57, 58))
    assert where.spread == Spread.NAMED and where.sites == (20,)
    assert abs(where.rest_z) < 1.96 < abs(where.z)
    assert where.rest_observed == pytest.approx(where.rest_expected, abs=0.02)
    assert gap(whole, slice(40, 41)).spread == Spread.NO_GAP
    assert gap(whole, slice(57, 58), widen=50).spread == Spread.NO_GAP


def test_a_change_of_every_site_comes_from_none():
    random = np.random.default_rng(3)
    events, bases, share = nation(random)
    events[:, 55:] = random.binomial(bases[:, 55:].astype(int), share[:, None] - 0.1)
    where = gap(whole_of(events, bases), slice(57, 58))
    assert where.spread == Spread.EVERYWHERE and len(where.sites) == 3
    assert where.parts[list(where.sites)].max() < 0


@given(
    st.lists(
        st.tuples(st.integers(1, 500), st.floats(0, 1), st.floats(0.05, 0.95)),
        min_size=1,
        max_size=12,
    )
)
def test_the_parts_of_a_gap_add_up_to_it(sites):
    bases = [[n] for n, _, _ in sites]
    whole = compared([[round(n * p)] for n, p, _ in sites], bases, [r for _, _, r in sites])
    where = gap(whole, slice(0, 1))
    assert where.parts.sum() == pytest.approx(
        whole.observed_rate[0] - whole.expected_rate[0], abs=1e-9
    )


def test_without_the_only_site_nobody_is_left():
    where = gap(compared([[20]], [[100]], [0.8]), slice(0, 1))
    assert where.sites == (0,) and np.isnan([where.rest_observed, where.rest_z]).all()
    assert where.rest == Rest.NOBODY


def test_without_the_site_that_fell_the_others_may_have_risen():
    """20 of 100 at one site, 270 of 300 at others where 240 are usual: « as usual » would be false of these."""
    months = slice(0, 1)
    one = gap(compared([[20], [270]], [[100], [300]], [0.8, 0.8]), months, family=Family.SHARE)
    assert (one.spread, one.sites, one.rest) == (Spread.NAMED, (0,), Rest.ABOVE)
    assert (one.rest_observed, one.rest_expected) == pytest.approx((0.9, 0.8))
    other = gap(compared([[100], [210]], [[100], [300]], [0.4, 0.8]), months, family=Family.SHARE)
    assert (other.sites, other.rest) == ((0,), Rest.BELOW)
    calm = gap(compared([[20], [244]], [[100], [300]], [0.8, 0.8]), months, family=Family.SHARE)
    assert (calm.sites, calm.rest) == ((0,), Rest.USUAL)


@pytest.mark.parametrize(
    ("events", "usual", "rest"),
    [
        (0, 4.1, Rest.BELOW),  # chance of none: 0.017
        (0, 3.0, Rest.TOO_FEW),  # 0.050: not beyond, and yet far from 3
        (3, 1.0, Rest.TOO_FEW),  # of three or more: 0.080, though z is 2
        (4, 0.6, Rest.ABOVE),  # of four or more: 0.003
        (20, 21.0, Rest.USUAL),
    ],
)
def test_of_few_events_the_exact_chance_decides_what_the_others_show(events, usual, rest):
    """Beside a site of which 130 events are usual and 30 or 230 come, others of which few are."""
    rates = np.array([[0.13], [usual / 500]])
    both = compared(
        [[230 if rest == Rest.BELOW else 30], [events]],
        [[1_000], [500]],
        rates[:, 0],
        variance=rates,
    )
    found = gap(both, slice(0, 1), family=Family.RATE)
    assert found.sites == (0,) and found.rest == rest


def test_others_with_half_of_the_gap_are_not_said_to_be_as_usual():
    """65 % for 80 of the whole, without one site 70 % for 80: too few cases to lie beyond, and no « as usual »."""
    both = compared([[60], [35]], [[100], [50]], [0.8, 0.8])
    found = gap(both, slice(0, 1), family=Family.SHARE)
    assert (found.sites, found.rest) == ((0,), Rest.TOO_FEW)
    means = gap(
        compared([[150], [195]], [[100], [100]], [2, 2], variance=np.ones((2, 1))), slice(0, 1)
    )
    assert (means.sites, means.rest) == ((0,), Rest.USUAL)
    means = gap(
        compared([[150], [182]], [[100], [100]], [2, 2], variance=np.ones((2, 1))), slice(0, 1)
    )
    assert (means.sites, means.rest) == ((0,), Rest.TOO_FEW)


@given(
    st.lists(
        st.tuples(st.integers(1, 500), st.floats(0, 1), st.floats(0.05, 0.95)),
        min_size=2,
        max_size=12,
    )
)
def test_others_are_as_usual_only_within_it_on_both_sides(sites):
    bases, events = [[n] for n, _, _ in sites], [[round(n * p)] for n, p, _ in sites]
    found = gap(compared(events, bases, [r for _, _, r in sites]), slice(0, 1))
    if found.rest == Rest.USUAL:
        assert abs(found.rest_z) <= 1.96
    elif found.rest in (Rest.ABOVE, Rest.BELOW):
        assert (found.rest == Rest.ABOVE) == (found.rest_z > 1.959)
