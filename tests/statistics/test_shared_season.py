"""A season that sites share is known once years agree on it, from nothing of a month or later; seldom where there is none."""

import numpy as np
import pytest

from dashboard.statistics.shared_season import shared_season

WAVE = 0.1 * np.sin(np.arange(72) * np.pi / 6)


def network(random, season=WAVE, sites=5, noise=0.02, months=72):
    """Means of sites that differ, with one season: sums and numbers of cases."""
    bases = np.repeat(np.array([[100, 200, 400, 300, 50]]).T[:sites], months, axis=1).astype(float)
    levels = np.linspace(2, 3, sites)[:, None]
    values = levels + season[:months] + noise * random.standard_normal((sites, months))
    return values * bases, bases


def test_a_season_is_known_after_two_years_and_comes_out_as_planted():
    found = shared_season(*network(np.random.default_rng(1)))
    assert found.since == 24
    np.testing.assert_allclose(found.index, WAVE, atol=0.03)
    assert found.error[24] > found.error[60] > 0, "it is known better with every year"


def test_a_month_is_judged_by_what_was_known_before_it():
    random = np.random.default_rng(2)
    events, bases = network(random)
    before = shared_season(events, bases)
    events[:, 50:] *= 3
    after = shared_season(events, bases)
    np.testing.assert_array_equal(before.index[:51], after.index[:51])
    short = shared_season(events[:, :40], bases[:, :40])
    np.testing.assert_array_equal(short.index, after.index[:40])


def test_without_a_season_one_is_seldom_taken_out():
    """Years agree by chance in 1 of 1,000; looked at every month for four years, in some of a hundred at most."""
    random = np.random.default_rng(3)
    networks = [network(random, np.zeros(72)) for _ in range(400)]
    events, bases = (np.array(part) for part in zip(*networks, strict=True))
    found = shared_season(events, bases)
    assert (found.since < 72).mean() < 0.05
    nothing = found.since == 72
    assert not found.index[nothing].any() and not found.error[nothing].any()


def test_a_lasting_change_is_no_season():
    """All sites rise by a tenth in one month of the third year, and stay there."""
    found = shared_season(*network(np.random.default_rng(4), np.where(np.arange(72) < 30, 0, 0.1)))
    assert found.since == 72


def test_a_site_counts_in_the_years_of_which_it_has_every_month():
    random = np.random.default_rng(5)
    events, bases = network(random)
    events[0, 20] = np.nan
    bases[1, :13] = 0
    found = shared_season(events, bases)
    assert found.since == 24
    np.testing.assert_allclose(found.index, WAVE, atol=0.03)
    none = shared_season(np.full((2, 40), np.nan), np.full((2, 40), np.nan))
    assert none.since == 40 and not none.index.any()


@pytest.mark.parametrize("months", [5, 23, 24])
def test_under_two_years_there_is_no_season(months):
    found = shared_season(*network(np.random.default_rng(6), months=months))
    assert found.since == months and not found.index.any()


def test_many_networks_are_as_each_alone():
    random = np.random.default_rng(7)
    networks = [network(random, size * WAVE) for size in (0, 1)]
    together = shared_season(*(np.array(part) for part in zip(*networks, strict=True)))
    for n, one in enumerate(networks):
        alone = shared_season(*one)
        np.testing.assert_allclose(together.index[n], alone.index)
        assert together.since[n] == alone.since
    rows = shared_season(*networks[1]).of_sites(5)
    assert rows.index.shape == (5, 72) and (rows.since == 24).all()
