"""The false-alarm rates on screen are those of the charts on screen."""

import math
import os
from datetime import date

import numpy as np
import pytest

from dashboard.statistics import alarms, xmr
from dashboard.statistics.alarms import Budget, budget, rate, table
from dashboard.statistics.attributes import by_quarter, p_chart, u_chart
from dashboard.statistics.variation import ChartKind, Variation, variation

SERIES = 144  # 24 sites, six indicators
# Three times as many where nobody waits: in continuous integration.
MANY = 3 if os.environ.get("CI") else 1
BASELINES = 10 * MANY  # independent ones for each series


def flagged(values, waits=False) -> bool:
    """Whether the screen shows a signal: the whole way from the values to the word."""
    chart = (
        xmr.chart(values, log=True, resolution=1, lowest=0) if waits else xmr.chart(values)
    )  # as dashboard.judgement.signals
    return variation(chart, "up") in (Variation.IMPROVEMENT, Variation.CONCERN)


def month_by_month(random, n, points) -> np.ndarray:
    """Median waits of n sites, in whole minutes: levels of 8 to 20 minutes, of which a month strays by 7 to 17 %."""
    level, spread = random.uniform(8, 20, (n, 1)), random.uniform(0.07, 0.17, (n, 1))
    return np.rint(random.lognormal(np.log(level), spread, (n, points)))


@pytest.mark.pitfall(16)
@pytest.mark.parametrize("points", [12, 18, 24, 30, 48])
@pytest.mark.parametrize("column", ["normal", "waits"])
def test_the_printed_rate_is_that_of_the_charts(points, column):
    """144 series of independent baselines, charted as the screen does; 3 standard errors of both together."""
    random, waits = np.random.default_rng((99, points, column == "normal")), column == "waits"
    n = SERIES * BASELINES
    values = month_by_month(random, n, points) if waits else random.standard_normal((n, points))
    found = sum(flagged(v, waits) for v in values.tolist()) / n
    printed = getattr(rate(points), column)
    error = math.hypot(rate(points).error(printed), math.sqrt(printed * (1 - printed) / n))
    assert abs(found - printed) <= 3 * error


@pytest.mark.pitfall(16)
def test_a_log_scale_brings_a_skewed_measure_back_to_the_normal_rate():
    random = np.random.default_rng(12)
    n = 3000
    values = 30 * random.lognormal(0, 0.35, (n, 30))
    found = (
        sum(
            variation(xmr.chart(v, log=True), "down") != Variation.NO_SIGNAL
            for v in values.tolist()
        )
        / n
    )
    printed = rate(30).normal
    assert abs(found - printed) <= 3 * math.hypot(
        rate(30).error(printed), math.sqrt(printed * (1 - printed) / n)
    )
    assert found < (alarms.last_sides(values) != 0).mean()


@pytest.mark.pitfall(16)
@pytest.mark.parametrize(
    "kind, points", [*((k, n) for k in ("p", "u") for n in (12, 24, 36)), ("quarters", 24)]
)
def test_the_printed_rate_of_counts_is_that_of_their_charts(kind, points):
    """144 series of independent baselines, as their charts make them; 3 standard errors of both together."""
    random = np.random.default_rng((7, points, ["p", "u", "quarters"].index(kind)))
    n, found = SERIES * BASELINES, 0
    months = [date(2020 + m // 12, m % 12 + 1, 1) for m in range(3 * points)]
    for _ in range(n):
        visits = random.integers(
            60, 300, 3 * points if kind == "quarters" else points, endpoint=True
        )
        if kind == "p":
            chart = p_chart(random.binomial(visits, 0.8).tolist(), visits.tolist())
        else:  # 5 to 15 complaints are expected at a point
            complaints = random.poisson(
                visits / visits.sum() * points * random.uniform(5, 15)
            ).tolist()
            counts = (
                by_quarter(months, complaints, visits.tolist())[1:]
                if kind == "quarters"
                else (complaints, visits.tolist())
            )
            chart = u_chart(*counts)
        found += variation(chart, "up") in (Variation.IMPROVEMENT, Variation.CONCERN)
    printed = rate(points).shares if kind == "p" else rate(points).rates
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
    assert printed >= 0.95 and abs(found / tries - printed) <= 3 * math.sqrt(
        printed * (1 - printed) / tries
    )


@pytest.mark.pitfall(16)
@pytest.mark.parametrize("points", [12, 24, 36])
@pytest.mark.parametrize("column", ["shift_1", "shift_2", "waits_shift_1", "waits_shift_2"])
def test_the_printed_power_is_that_of_the_charts(points, column):
    """Series charted as the screen does, month after month; the shift is of each series' own deviations."""
    random, waits, shift = (
        np.random.default_rng((5, points)),
        column.startswith("waits"),
        int(column[-1]),
    )
    tries, found = 300 * MANY, 0
    for deviates in random.standard_normal((tries, points + 8)):
        deviates[points:] += shift
        values = (
            np.rint(random.uniform(8, 20) * np.exp(random.uniform(0.07, 0.17) * deviates))
            if waits
            else deviates
        )
        chart = (lambda v: xmr.chart(v, log=True, resolution=1, lowest=0)) if waits else xmr.chart
        found += any(
            variation(chart(values[:now].tolist()), "up") == Variation.IMPROVEMENT
            for now in range(points + 1, points + 9)
        )
    printed = getattr(rate(points), column)
    error = math.hypot(rate(points).error(printed), math.sqrt(printed * (1 - printed) / tries))
    assert abs(found / tries - printed) <= 3 * error


def test_rates_are_those_of_an_earlier_simulation():
    """Of 20 000 other draws: limits recomputed on 12 points 1.53 %, frozen on 24 points 3.9 %; power 61 and 97 %."""
    assert rate(12).normal == pytest.approx(0.0153, abs=0.003)
    assert rate(60).normal == pytest.approx(0.039, abs=0.005)
    assert (rate(24).shift_1, rate(24).shift_2) == (
        pytest.approx(0.61, abs=0.02),
        pytest.approx(0.97, abs=0.01),
    )


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
    assert found.expected == pytest.approx(
        50 * rate(12).normal + 40 * rate(30).normal + 54 * rate(60).normal
    )
    kinds = (
        [ChartKind.XMR] * 50 + [ChartKind.P] * 20 + [ChartKind.U] * 10 + [ChartKind.BY_QUARTER] * 84
    )
    assert budget(points, kinds).expected == pytest.approx(
        50 * rate(12).normal + 20 * rate(30).shares + 20 * rate(30).rates + 54 * rate(60).rates
    )
    waits = [True] * 90 + [False] * 74  # of a p or a u chart, being a wait means nothing
    assert budget(points, kinds, waits).expected == pytest.approx(
        50 * rate(12).waits + 20 * rate(30).shares + 20 * rate(30).rates + 54 * rate(60).rates
    )
    assert budget([]) == budget([3]) == Budget(0, 0, 0)


@pytest.mark.pitfall(16)
def test_of_100_months_of_pure_noise_about_five_exceed_the_usual_most():
    random = np.random.default_rng(6)
    allowed = budget([30] * SERIES)
    counts = (
        (alarms.last_sides(random.standard_normal((400 * SERIES, 30))) != 0)
        .reshape(400, SERIES)
        .sum(axis=1)
    )
    assert counts.mean() == pytest.approx(
        allowed.expected, abs=3 * math.sqrt(allowed.expected / 400)
    )
    assert (counts > allowed.usual_most).mean() < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)


@pytest.mark.parametrize("waits", [False, True])
def test_the_last_side_is_that_of_the_whole_chart(waits):
    for points in (12, 24, 25, 40):
        values = np.random.default_rng(points).normal(size=(60, points)).cumsum(axis=1)
        values = np.rint(12 + values.clip(-12)) if waits else values
        sides = [xmr.chart(v, log=waits, resolution=int(waits)).side[-1] for v in values.tolist()]
        assert alarms.last_sides(values, waits).tolist() == sides and {1, -1} <= set(sides)
