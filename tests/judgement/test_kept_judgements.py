"""Judgements of sites that are kept are those made anew, and a month of one site judges that site's series alone."""

from dataclasses import replace
from datetime import date

import numpy as np

from dashboard.answers.cache import AnswerCache
from dashboard.judgement.control_charts import ControlChart, MonthlySeries
from dashboard.judgement.monthly_judgement import judge
from dashboard.period import add_months
from dashboard.statistics.log_waits import monthly_logs
from tests.judgement.series import counted, measured, waited

SITES, MONTHS, LAST = 9, 40, date(2026, 10, 1)
TIMES = tuple(add_months(LAST, n - MONTHS + 1) for n in range(MONTHS))


def network(seed: int = 1) -> MonthlySeries:
    """Series of all families, some with few events, some with gaps."""
    r = np.random.default_rng(seed)
    base = r.integers(5, 400, (SITES, 1)) * np.ones((1, MONTHS), int)
    shares = counted("satisfaction", r.binomial(base, 0.8), base)
    few = counted("left", r.binomial(base, 0.01), base)
    rates = counted("complaints_per_1000", r.poisson(base * 0.01), base * 10)
    waits = waited(20 * np.exp(r.standard_normal((SITES, MONTHS, 30))))
    days = 12 + r.standard_normal((SITES, MONTHS))
    delays = measured("complaint_delay", np.where(r.random(days.shape) < 0.2, np.nan, days))
    each = {
        "satisfaction": shares,
        "left": few,
        "complaints_per_1000": rates,
        "wait_p50": waits,
        "complaint_delay": delays,
    }
    return MonthlySeries(tuple(f"site {n}" for n in range(SITES)), TIMES, each, base * 1.0)


def same(one: ControlChart, other: ControlChart) -> bool:
    arrays = ("values", "n", "usual", "usual_when_judged", "rule", "side", "level_start")
    return (
        one.kind == other.kind
        and one.levels == other.levels
        and all(np.allclose(getattr(one, a), getattr(other, a), equal_nan=True) for a in arrays)
    )


def test_kept_judgements_are_those_made_anew():
    aggregates = {"nation": range(SITES), "some": [1, 2, 5]}
    kept, judged = AnswerCache(1_000), []

    def keep(keys, compute):
        return kept.get_many(keys, lambda missing: judged.append(len(missing)) or compute(missing))

    first = network()
    judge(first, aggregates, {}, keep)
    first.by_indicator["satisfaction"].numerator[4, 30] -= 1
    waits = first.by_indicator["wait_p50"]
    waits.waits[4, 30, 3] += 40
    first.by_indicator["wait_p50"] = replace(waits, logs=monthly_logs(waits.waits))
    marks = {("left", "site 2"): [(TIMES[20], "set")]}
    for marked in ({}, marks):
        again, anew = judge(first, aggregates, marked, keep), judge(first, aggregates, marked)
        assert again.keys() == anew.keys()
        for scope, charts in anew.items():
            assert again[scope].keys() == charts.keys()
            assert all(same(again[scope][code], chart) for code, chart in charts.items())
    assert judged == [5 * SITES, 2, 1]
