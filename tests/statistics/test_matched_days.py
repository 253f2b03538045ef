"""Days held against others like them: what is planted is found as often as an interval says, and chance is not taken for it."""

import numpy as np
import pytest

from dashboard.statistics.matched_days import FEWEST_DAYS, MatchedDays, compare

SITES, DAYS = 4, 364
WEEKDAYS = np.array([1.3, 1.1, 1.0, 0.9, 0.7, 0, 0])  # fewer on Fridays, none at the week's end


def world(rng: np.random.Generator, effect: float, spread: float = 0.0) -> MatchedDays:
    """Registers of four sites with a year's trend and weekdays of their own, and days on which `effect` of the users come.
    spread: of a day, beyond chance (the variance of a gamma of mean 1)."""
    level = rng.uniform(4, 30, (SITES, 1)) * np.linspace(0.7, 1.3, DAYS)
    mean = level * WEEKDAYS[np.arange(DAYS) % 7]
    opening = np.broadcast_to(mean > 0, mean.shape)
    cases = opening & (rng.random(mean.shape) < 0.06)
    if spread:
        mean = mean * rng.gamma(1 / spread, spread, mean.shape)
    visits = rng.poisson(np.where(cases, effect * mean, mean))
    return compare(visits, cases, opening & ~cases)


@pytest.mark.parametrize(("effect", "spread"), [(1.0, 0.0), (1.0, 0.15), (0.6, 0.0), (0.6, 0.15)])
def test_the_interval_holds_the_true_difference_as_often_as_it_says(effect, spread):
    rng, held, times = np.random.default_rng(33), 0, 1_000
    for _ in range(times):
        found = world(rng, effect, spread)
        truth = (effect - 1) * found.usual
        held += found.low <= truth <= found.high
    # Within three standard errors of 95 %, and half a point for the normal law; more often where days of a smaller number vary
    # less than those that the dispersion is of.
    near = 3 * np.sqrt(0.95 * 0.05 / times) + 0.005
    assert held / times > 0.95 - near, held
    assert held / times < 0.95 + near or (effect < 1 and spread), held


def test_a_loss_is_found_and_none_is_not():
    rng = np.random.default_rng(3)
    lost = [world(rng, 0.6) for _ in range(50)]
    assert all(found.is_different and found.high < 0 for found in lost)
    assert sum(world(rng, 1.0).is_different for _ in range(50)) < 10


def test_a_busy_weekday_is_not_taken_for_what_happens_on_it():
    """Cases on Fridays alone, when fewer come anyway."""
    visits = np.tile(np.array([20, 20, 20, 20, 8, 0, 0]), (1, 30))
    cases = np.zeros(visits.shape, dtype=bool)
    cases[0, 4::14] = True
    opening = visits > 0
    found = compare(visits, cases, opening & ~cases)
    assert found.days == 15 and found.observed == found.usual == 8 and not found.is_different


def test_few_days_are_few_and_a_day_without_others_like_it_is_left_out():
    visits = np.full((1, 140), 10)
    cases = np.zeros(visits.shape, dtype=bool)
    cases[0, : 7 * (FEWEST_DAYS - 1) : 7] = True
    found = compare(visits, cases, ~cases)
    assert not found.is_judged and not found.is_different
    assert compare(visits, cases, np.zeros_like(cases)) == MatchedDays(0)
    assert compare(visits, np.zeros_like(cases), ~cases) == MatchedDays(0)
