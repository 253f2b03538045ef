"""The false-alarm rates on screen are those of the charts on screen."""
import math

import numpy as np
import pytest

from dashboard.statistics import alarms, xmr
from dashboard.statistics.alarms import Budget, budget, rate, table
from dashboard.statistics.attributes import p_chart
from dashboard.statistics.variation import ChartKind, Variation, variation

SERIES = 144     # 24 sites, six indicators
BASELINES = 30   # independent ones for each series


def flagged(values) -> bool:
    """Whether the screen shows a signal: the whole way from the values to the word."""
    return variation(xmr.chart(values), "up") in (Variation.IMPROVEMENT, Variation.CONCERN)


@pytest.mark.pitfall(16)
@pytest.mark.parametrize("points", [12, 18, 24, 30, 48])
@pytest.mark.parametrize("noise", ["normal", "skewed"])
def test_the_printed_rate_is_that_of_the_charts(points, noise):
    """144 series of 30 independent baselines each, charted as the screen does; 3 standard errors of both together."""
    random = np.random.default_rng((99, points, noise == "normal"))
    n = SERIES * BASELINES
    found = sum(map(flagged, alarms.NOISES[noise](random, (n, points)).tolist())) / n
    printed = getattr(rate(points), noise)
    error = math.hypot(rate(points).error(printed), math.sqrt(printed * (1 - printed) / n))
    assert abs(found - printed) <= 3 * error


@pytest.mark.pitfall(16)
def test_a_log_scale_brings_a_skewed_measure_back_to_the_normal_rate():
    random = np.random.default_rng(12)
    n = 3000
    values = 30 * alarms.NOISES["skewed"](random, (n, 30))
    found = sum(variation(xmr.chart(v, log=True), "down") != Variation.NO_SIGNAL for v in values.tolist()) / n
    printed = rate(30).normal
    assert abs(found - printed) <= 3 * math.hypot(rate(30).error(printed), math.sqrt(printed * (1 - printed) / n))
    assert found < rate(30).skewed


@pytest.mark.pitfall(16)
@pytest.mark.parametrize("points", [12, 24, 36])
def test_the_printed_rate_of_shares_is_that_of_their_charts(points):
    """144 series of 30 independent baselines each, as p_chart makes them; 3 standard errors of both together."""
    random = np.random.default_rng((7, points))
    n, found = SERIES * BASELINES, 0
    for visits in random.integers(60, 300, (n, points), endpoint=True):
        chart = p_chart(random.binomial(visits, 0.8).tolist(), visits.tolist())
        found += variation(chart, "up") in (Variation.IMPROVEMENT, Variation.CONCERN)
    printed = rate(points).counted
    error = math.hypot(rate(points).error(printed), math.sqrt(printed * (1 - printed) / n))
    assert abs(found / n - printed) <= 3 * error


def test_a_shift_of_two_standard_deviations_is_found_within_8_points_in_95_of_100():
    random = np.random.default_rng(2)
    tries, found = 400, 0
    for _ in range(tries):
        values = random.standard_normal(32)
        values[24:] += 2
        readings = [variation(xmr.chart(values[:now].tolist()), "up") for now in range(25, 33)]
        found += Variation.IMPROVEMENT in readings
    assert found / tries >= 0.95
    printed = rate(24).shift_2
    assert printed >= 0.95 and abs(found / tries - printed) <= 3 * math.sqrt(printed * (1 - printed) / tries)


def test_rates_are_those_of_an_earlier_simulation():
    """Of 20 000 other draws: limits recomputed on 12 points 1.53 %, frozen on 24 points 3.9 %; power 61 and 97 %."""
    assert rate(12).normal == pytest.approx(0.0153, abs=0.003)
    assert rate(60).normal == pytest.approx(0.039, abs=0.005)
    assert (rate(24).shift_1, rate(24).shift_2) == (pytest.approx(0.61, abs=0.02), pytest.approx(0.97, abs=0.01))


def test_the_committed_table_is_what_the_command_writes():
    rows = table()
    assert [*rows] == [*range(12, 61)] and {r.draws for r in rows.values()} == {alarms.DRAWS}
    assert rows[12] == alarms.simulate(12)
    assert rows[12].error(0.5) == pytest.approx(math.sqrt(0.25 / 20_000))


def test_the_command_writes_the_table(tmp_path, monkeypatch):
    monkeypatch.setattr(alarms, "TABLE", tmp_path / "rates.csv")
    alarms.write(draws=50)
    table.cache_clear()
    try:
        assert table()[30] == alarms.simulate(30, draws=50) and len(table()) == 49
    finally:
        monkeypatch.undo()
        table.cache_clear()


def test_the_last_row_stands_for_longer_series_and_nothing_is_flagged_under_12():
    assert rate(200) == rate(60) and rate(11) is None


@pytest.mark.pitfall(16)
def test_the_budget_is_the_sum_over_the_series_that_can_be_flagged():
    points = [12] * 50 + [30] * 40 + [60] * 54 + [5] * 20
    found = budget(points)
    assert found.series == 144
    assert found.expected == pytest.approx(50 * rate(12).normal + 40 * rate(30).normal + 54 * rate(60).normal)
    kinds = [ChartKind.XMR] * 50 + [ChartKind.P] * 20 + [ChartKind.U] * 10 + [ChartKind.BY_QUARTER] * 84
    assert budget(points, kinds).expected == pytest.approx(
        50 * rate(12).normal + 30 * rate(30).counted + 10 * rate(30).counted + 54 * rate(60).counted)
    assert budget([]) == budget([3]) == Budget(0, 0, 0)


@pytest.mark.pitfall(16)
def test_of_100_months_of_pure_noise_about_five_exceed_the_usual_most():
    random = np.random.default_rng(6)
    allowed = budget([30] * SERIES)
    counts = (alarms.last_sides(random.standard_normal((400 * SERIES, 30))) != 0).reshape(400, SERIES).sum(axis=1)
    assert counts.mean() == pytest.approx(allowed.expected, abs=3 * math.sqrt(allowed.expected / 400))
    assert (counts > allowed.usual_most).mean() < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)


def test_the_last_side_is_that_of_the_whole_chart():
    for points in (12, 24, 25, 40):
        values = np.random.default_rng(points).normal(size=(60, points)).cumsum(axis=1)
        sides = [xmr.chart(v).side[-1] for v in values.tolist()]
        assert alarms.last_sides(values).tolist() == sides and {1, -1} <= set(sides)
