"""A forecast is held against what came: nearer than last year's month with growth, and its intervals cover."""

import math

import numpy as np
import pytest

from dashboard.statistics.forecast import backtest, forecast, last_year_with_growth
from tests.statistics.test_seasonal import SEASON, months, network


def test_a_series_without_noise_is_forecast_exactly():
    y = 2 + SEASON[np.arange(66) % 12] + 0.01 * np.arange(66)
    ahead = forecast(np.exp(y[None, :60]), months(60))
    assert ahead.middle[0] == pytest.approx(np.exp(y[60:]))


def test_intervals_widen_with_the_months_ahead_and_the_wider_holds_the_narrower():
    ahead = forecast(network(np.random.default_rng(3), n=60), months(60))
    assert (np.diff(ahead.upper80 / ahead.lower80) > 0).all()
    assert (ahead.lower95 < ahead.lower80).all() and (ahead.upper80 < ahead.upper95).all()
    assert (ahead.lower80 < ahead.middle).all() and (ahead.middle < ahead.upper80).all()


def test_39_months_of_history_are_needed():
    per_day = network(np.random.default_rng(4), n=60)
    assert np.isnan(forecast(per_day[:, :38], months(38)).middle).all()
    assert np.isfinite(forecast(per_day[:, :39], months(39)).middle).all()
    per_day[0, :30] = np.nan
    assert np.isnan(forecast(per_day, months(60)).middle[0]).all()
    assert backtest(per_day[:, :39], months(39)).months == 0


@pytest.mark.parametrize("ahead", [0, 7])
def test_only_one_to_six_months_can_be_forecast(ahead):
    with pytest.raises(ValueError, match="1 to 6"):
        forecast(np.ones((1, 60)), months(60), ahead)


def test_the_simple_rule_is_last_years_month_times_growth():
    per_day = np.concatenate([np.full(12, 10.0), np.full(12, 20.0)])[None]
    assert last_year_with_growth(per_day)[0] == pytest.approx(40)
    assert np.isnan(last_year_with_growth(per_day[:, :20])[0])


def test_the_error_at_one_month_is_well_under_the_simple_rules_and_intervals_cover():
    random, sites, nations = np.random.default_rng(12), [], []
    for i in range(30):
        per_day = network(random, n=60)
        if i < 12:
            sites.append(backtest(per_day, months(60)))
        nations.append(backtest(per_day.sum(axis=0, keepdims=True), months(60), shared=per_day))
    # Of nations 0.85 in the long run: where nothing drifts, not knowing it costs a hundredth of the error.
    for tests, ratio in ((sites, 0.75), (nations, 0.88)):
        error = np.mean([t.error for t in tests])
        assert error < ratio * np.mean([t.simple_error for t in tests])
    # The season's own error is part of a nation's interval: without it 73 months in 100 are covered.
    assert np.mean([t.inside80 for t in nations]) > 0.76
    n = sum(t.months for t in sites)
    assert n == 12 * 24 * 21
    for name, share in (("inside80", 0.80), ("inside95", 0.95)):
        covered = np.mean([getattr(t, name) for t in sites])
        # Months of a network share their season: the error is of 12 · 24 sites.
        assert abs(covered - share) < 3 * math.sqrt(share * (1 - share) / (12 * 24))


def wandering(random, n: int, common: float) -> np.ndarray:
    """A network of which the levels wander from month to month, each by 1 % and all together."""
    steps = 0.01 * random.standard_normal((24, n)) + common * random.standard_normal(n)
    return network(random, n=n) * np.exp(steps.cumsum(axis=-1))


@pytest.mark.parametrize(("drift", "low", "high"), [(None, 0.76, 0.88), (0.01, 0.74, 0.86)])
def test_intervals_of_six_months_hold_eight_of_ten_whether_levels_wander_or_not(drift, low, high):
    """Departments of four sites. Of levels that wander by 1 % a month all together, on top of each, intervals around a line
    that cannot wander held 7 of 10."""
    random, held = np.random.default_rng(14), []
    for _ in range(40):
        sites = network(random, n=54) if drift is None else wandering(random, 54, drift)
        whole = sites.reshape(6, 4, 54).sum(axis=1)
        for known in (42, 48):
            ahead = forecast(whole[:, :known], months(known), shared=sites[:, :known])
            came = whole[:, known + 5]
            held.append((ahead.lower80[:, 5] <= came) & (came <= ahead.upper80[:, 5]))
    assert low < np.mean(held) < high


def test_where_the_level_wandered_later_months_are_less_sure():
    """The same noise, with and without a walk of 3 % a month."""
    random = np.random.default_rng(15)
    calm = network(random, n=60)
    restless = calm * np.exp((0.03 * random.standard_normal((24, 60))).cumsum(axis=-1))
    of_both = [forecast(x, months(60), shared=calm) for x in (calm, restless)]
    width = [np.log(x.upper80 / x.lower80) for x in of_both]
    growth = [(w[:, 5] / w[:, 0]).mean() for w in width]
    assert growth[1] > 1.2 > growth[0] and (width[1].mean(axis=0) > width[0].mean(axis=0)).all()


def test_a_missing_month_is_left_out_and_not_taken_for_nothing():
    per_day = network(np.random.default_rng(16), n=60)
    holed = per_day.copy()
    holed[0, [30, 45, 50]] = np.nan
    whole, less = forecast(per_day, months(60)), forecast(holed, months(60))
    assert less.middle[0] == pytest.approx(whole.middle[0], rel=0.06)
    assert less.middle[1:] == pytest.approx(whole.middle[1:], rel=0.02)


def test_three_months_ahead_are_held_against_what_came_too():
    later = backtest(network(np.random.default_rng(13), n=60), months(60), ahead=3)
    assert later.months == 24 * 19 and 0.7 < later.inside80 < 0.9
    assert np.isnan(later.simple_error)
