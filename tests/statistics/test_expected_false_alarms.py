"""The printed budget is what the screen's code flags by chance, with the real numbers; signals are counted by site."""

import math
from itertools import accumulate

import numpy as np
import pytest

from dashboard.statistics import expected_false_alarms
from dashboard.statistics.control_chart import judge_series
from dashboard.statistics.control_limits import NONE, Family, two_rules
from dashboard.statistics.expected_false_alarms import (
    Shape,
    budget,
    false_alarm_chances,
    volume_chances,
)
from dashboard.statistics.seasonal import HISTORY, seasonal
from tests.statistics.test_seasonal import months, network

N = 50


def growing(n=N) -> np.ndarray:
    """Denominators that double: limits rest on fewer cases than they judge (F4 of the notes)."""
    return np.rint(np.linspace(150, 300, n))


def shapes() -> list[Shape]:
    kinds = ((Family.SHARE, 0.8, 1.0), (Family.RATE, 0.03, 1.2), (Family.INDIVIDUALS, 2.7, 0.1))
    return [
        Shape(f"site {s}", family, growing() if family != Family.INDIVIDUALS else np.ones(N), c, w)
        for s in range(8)
        for family, c, w in kinds
    ]


@pytest.mark.pitfall(16)
def test_the_printed_budget_is_the_simulated_one():
    """Against other draws of the same series, followed one kind at a time; 3 standard errors of both."""
    printed, random, draws = budget(shapes(), draws=300), np.random.default_rng(77), 2400
    bases = np.tile(growing(), (draws, 1))
    p = np.clip(random.normal(0.03, math.sqrt(0.44 * 0.03 / 225), bases.shape), 0, 1)
    series = (
        (Family.SHARE, random.binomial(bases.astype(int), 0.8), bases),
        (Family.RATE, random.poisson(p * bases), bases),
        (Family.INDIVIDUALS, random.normal(2.7, 0.1, bases.shape), None),
    )
    chance = [
        float((judge_series(e, b, family=family).rule[:, -1] != NONE).mean())
        for family, e, b in series
    ]
    # Of eight series that are the same the same is drawn: they err together.
    variance = sum(64 * c / 300 + 64 * c / draws for c in chance)
    assert printed.series == 24
    assert printed.expected == pytest.approx(8 * sum(chance), abs=3 * math.sqrt(variance))


def test_the_usual_most_is_passed_in_one_month_of_twenty_at_most():
    """Ten volumes of which each is flagged once in ten months: 1 expected, more than 3 in 1.3 % of months."""
    tenths = budget([], [(i, 0.1) for i in range(10)])
    assert (tenths.series, tenths.expected, tenths.usual_most) == (10, pytest.approx(1), 3)


@pytest.mark.parametrize("n", [1, 40, 900])
@pytest.mark.parametrize("chance", [0.0, 0.0003, 0.02, 0.5, 0.999, 1.0])
def test_the_usual_most_is_that_of_the_whole_law(n, chance):
    """Of series with the same chance: the binomial law, summed up to where 95 months in 100 are."""
    law = (math.comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(n + 1))
    most = next(k for k, below in enumerate(accumulate(law)) if below >= 0.95)
    assert budget([], [(i, chance) for i in range(n)]).usual_most == most


def test_signals_of_one_site_are_one_site():
    alone = budget([], [(i, 0.1) for i in range(10)])
    together = budget([], [("Djougou", 0.1)] * 10)
    assert alone.sites == pytest.approx(1)
    assert together.sites == pytest.approx(1 - 0.9**10) and together.sites_most == 1
    assert together.expected == pytest.approx(alone.expected)


def test_series_that_are_not_judged_have_no_chance():
    short = Shape("a", Family.SHARE, np.r_[np.full(40, np.nan), np.full(10, 200.0)], 0.8)
    silent = Shape("b", Family.SHARE, np.r_[np.full(49, 200.0), np.nan], 0.8)
    of_short, of_silent = false_alarm_chances([short, silent], draws=5)
    assert np.isnan(of_short).all() and np.isnan(of_silent[-1]) and np.isfinite(of_silent[-2])
    nothing = budget([short, silent], [("c", math.nan)], draws=5)
    assert (nothing.series, nothing.expected, nothing.usual_most) == (0, 0, 0)


def test_the_same_series_give_the_same_budget():
    assert budget(shapes()[:6], draws=20) == budget(shapes()[:6], draws=20)


def test_the_chance_of_a_series_is_the_same_whatever_else_is_asked_for(monkeypatch):
    every = false_alarm_chances(shapes(), draws=20)
    alone = [false_alarm_chances([shape], draws=20)[0] for shape in shapes()]
    monkeypatch.setattr(expected_false_alarms, "AT_ONCE", 3)
    in_batches = false_alarm_chances(shapes()[::-1], draws=20)[::-1]
    for one, *others in zip(every, alone, in_batches, strict=True):
        for other in others:
            np.testing.assert_array_equal(one, other)
    assert len({chance.tobytes() for chance in every}) == 3, "of the same series, whoever's"


def test_the_chance_of_volumes_is_that_of_their_chart():
    random = np.random.default_rng(14)
    per_day = network(random, n=60)
    printed = volume_chances(per_day, months(60), draws=60)
    flagged = [
        (two_rules(seasonal(network(random, n=60), months(60), since=52).z)[0][:, -1] != NONE)
        for _ in range(60)
    ]
    both = math.sqrt(2 * 0.03 * 0.97 / (60 * 24))
    assert printed.mean() == pytest.approx(np.mean(flagged), abs=3 * both)
    assert np.isnan(volume_chances(per_day[:, :HISTORY], months(HISTORY), draws=1)).all()
    per_day[0, :40] = np.nan
    assert np.isnan(volume_chances(per_day, months(60), draws=2)[0])
