"""The rates that screens print are those of the rule in use: against a fresh simulation, from other draws."""

import math

import numpy as np
import pytest

from dashboard.statistics.rule_rates import ROWS, rule_rates
from tests.benchmarks import rules


def test_every_kind_of_series_has_its_row():
    assert [row.series for row in rule_rates()] == list(ROWS)
    assert [row.series for row in rule_rates() if row.detected_1 is not None] == ["noise"]


@pytest.mark.pitfall(16)
def test_the_stored_rates_are_those_of_a_fresh_simulation():
    fresh = {row.series: row for row in rules.simulate(np.random.default_rng(rules.SEED + 1))}
    for stored in rule_rates():
        new = fresh[stored.series]
        both = math.hypot(stored.error, new.error)
        assert stored.months_flagged == pytest.approx(new.months_flagged, abs=3 * both), (
            stored.series
        )
        for was, now in ((stored.detected_1, new.detected_1), (stored.detected_2, new.detected_2)):
            if was is not None:
                error = math.sqrt(2 * was * (1 - was) / rules.SERIES)
                assert now == pytest.approx(was, abs=3 * error)


@pytest.mark.parametrize("changed", ["RUN", "WIDTH"])
def test_another_rule_has_other_rates(changed, monkeypatch):
    """The check sees a rule that is not the one in use."""
    from dashboard.statistics import control_chart, control_limits

    for module in (control_chart, control_limits):
        if hasattr(module, changed):
            monkeypatch.setattr(module, changed, getattr(control_limits, changed) - 1)
    noise = rules.measures(np.random.default_rng(rules.SEED + 1))["noise"]
    new = rules.rate("noise", control_chart.judge_series(noise).rule[:, 36:])
    stored = rule_rates()[0]
    assert abs(new.months_flagged - stored.months_flagged) > 3 * math.hypot(stored.error, new.error)
