"""What judging costs as months go by: python -m tests.benchmarks.months (SITES=222 MONTHS=60,84,120 by default).

Series of invented sites are judged from their first month on; in seconds of processor, and as multiples of the first number of
months, in one run. The last line is of one site that a file changed: the others are kept.
"""

import os
from collections.abc import Callable
from datetime import date
from time import process_time

import numpy as np

from dashboard.answers.cache import AnswerCache
from dashboard.judgement import volumes
from dashboard.judgement.control_charts import MonthlySeries
from dashboard.judgement.monthly_judgement import SiteJudgement, judge
from dashboard.period import add_months
from dashboard.statistics.expected_false_alarms import Shape, false_alarm_chances
from dashboard.statistics.log_waits import MonthlyLogs
from tests.judgement.series import counted, measured

FIRST, DEPARTMENTS, DRAWS = date(2017, 1, 1), 12, 100
SHARES = {"satisfaction": 0.8, "wait_within_30": 0.75, "left": 0.03, "completeness": 0.9}


def network(sites: int, months: int) -> MonthlySeries:
    """Sites that never change, of 60 to 720 visits a month."""
    r = np.random.default_rng(1)
    visits = r.poisson(60 * 12 ** np.linspace(0, 1, sites)[:, None] * np.ones(months)).astype(float)
    each = {
        code: counted(code, r.binomial(visits.astype(int), share), visits)
        for code, share in SHARES.items()
    }
    each["complaints_per_1000"] = counted("complaints_per_1000", r.poisson(visits / 50), visits)
    logs = 2.8 + 0.6 * r.standard_normal(visits.shape) / np.sqrt(visits)
    waits = measured("wait_p50", np.expm1(logs))
    each["wait_p50"] = type(waits)(
        waits.numerator,
        waits.denominator,
        waits.value,
        visits,
        logs=MonthlyLogs(logs * visits, visits, np.full(visits.shape, 0.36)),
    )
    each["visits_per_day"] = counted("visits_per_day", visits, np.full(visits.shape, 20.0))
    times = tuple(add_months(FIRST, n) for n in range(months))
    return MonthlySeries(tuple(f"site {n}" for n in range(sites)), times, each, visits / 20)


def measured_at(sites: int, months: int) -> dict[str, float]:
    """Seconds of processor by what they are for."""
    series = network(sites, months)
    aggregates = {"nation": range(sites)}
    aggregates |= {f"department {n}": range(n, sites, DEPARTMENTS) for n in range(DEPARTMENTS)}
    kept: AnswerCache[SiteJudgement] = AnswerCache(100_000)
    charts = judge(series, aggregates, {}, kept.get_many)
    series.by_indicator["satisfaction"].numerator[0, -1] -= 1
    shapes = [
        Shape(scope, chart.family, chart.bases, float(chart.fit.centre[-1]), 1.0)
        for scope, of in charts.items()
        for chart in of.values()
        if chart.fit is not None and chart.bases is not None and len(chart.months) == months
    ]
    volume = series.by_indicator.keys() & {"visits_per_day"}
    return {
        "all series": spent(lambda: judge(series, aggregates, {})),
        "of which visits per open day": spent(
            lambda: [volumes.control_charts(code, series, aggregates) for code in volume]
        ),
        "chances of false alarms": spent(lambda: false_alarm_chances(shapes[:200], DRAWS)),
        "after a file of one site": spent(lambda: judge(series, aggregates, {}, kept.get_many)),
    }


def spent(work: Callable[[], object]) -> float:
    """The seconds of processor that something takes."""
    start = process_time()
    work()
    return process_time() - start


def main() -> None:
    """Measure each number of months, print the table."""
    sites = int(os.environ.get("SITES", "222"))
    spans = [int(n) for n in os.environ.get("MONTHS", "60,84,120").split(",")]
    found = {months: measured_at(sites, months) for months in spans}
    print(f"{f'{sites} sites':<34}" + "".join(f"{f'{n} months':>20}" for n in spans))
    for what, first in found[spans[0]].items():
        cells = (f"{found[n][what]:.2f} s ({found[n][what] / first:.1f} x)" for n in spans)
        print(f"{what:<34}" + "".join(f"{cell:>20}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
