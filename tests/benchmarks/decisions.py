"""How often a decision is wrongly said to have changed something: python -m tests.benchmarks.decisions, a minute.

Series in which nothing changes are followed as the screen follows them, and a decision is taken at each of some months; of those
at which the chart gave a false alarm apart, for these are the months that people decide in. Beside it how many changes are seen
that did come with the decision. Ends with code 1 where more are said to be a change than `judgement.decisions.FALSE`
announces. The same numbers at each run; DRAWS=5 makes five times as many series.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.judgement.control_charts import ControlChart, Series
from dashboard.judgement.decisions import FALSE, WINDOWS, Outcome, verdict
from dashboard.period import add_months
from tests.judgement.series import counted, follow, measured

SEED, MONTHS, LAST = 20261129, 72, date(2026, 10, 1)
SERIES = 600 * int(os.environ.get("DRAWS", "1"))
DECIDED = range(30, MONTHS - WINDOWS[-1] - 1)
CHANGED_AT = 48
Draw = Callable[[np.random.Generator, np.ndarray], tuple[str, Series]]  # of steps (series, months)


@dataclass(frozen=True)
class Row:
    """Of a family: shares of decisions said to be a change, at any month, at a false alarm (their number), and where one came."""

    family: str
    window: int
    at_any_time: float
    at_alarms: float
    alarms: int
    found: float

    @property
    def is_within(self) -> bool:
        """Whether no more is said than is announced, but for three standard errors of the simulation."""
        error = 3 * np.sqrt(FALSE * (1 - FALSE) / max(self.alarms, 1))
        return self.at_any_time <= FALSE and self.at_alarms <= FALSE + error


def share(cases: int, spread: float = 0.0) -> Draw:
    """Shares of three quarters; spread: of their months besides chance; a step is of ten points."""

    def draw(random: np.random.Generator, steps: np.ndarray) -> tuple[str, Series]:
        level = 0.7 + 0.1 * steps + spread * random.standard_normal(steps.shape)
        events = random.binomial(cases, np.clip(level, 0.01, 0.99))
        return "satisfaction", counted("satisfaction", events, np.full(steps.shape, cases))

    return draw


def measure(autocorrelation: float = 0.0) -> Draw:
    """The ninth decile of waits, each month like the one before; a step is of four standard deviations."""

    def draw(random: np.random.Generator, steps: np.ndarray) -> tuple[str, Series]:
        noise = random.standard_normal(steps.shape)
        for month in range(1, steps.shape[1]):
            noise[:, month] *= np.sqrt(1 - autocorrelation**2)
            noise[:, month] += autocorrelation * noise[:, month - 1]
        return "wait_p90", measured("wait_p90", 40 * np.exp(0.1 * (noise + 4 * steps)))

    return draw


FAMILIES: dict[str, Draw] = {
    "share of 40 cases": share(40),
    "share of 400 cases": share(400),
    "share of 400, over-dispersed": share(400, 0.03),
    "measure": measure(),
    "measure, autocorrelation 0.3": measure(0.3),
}


def charts(family: str, random: np.random.Generator, steps: np.ndarray) -> list[ControlChart]:
    """The control charts of some series."""
    code, series = FAMILIES[family](random, steps)
    found = follow(code, series, LAST)
    return [found[f"site {n}"] for n in range(len(steps))]


def rows(family: str) -> list[Row]:
    """The rows of a family, one a window."""
    random = np.random.default_rng([SEED, *family.encode()])
    calm = charts(family, random, np.zeros((SERIES, MONTHS)))
    step = np.tile(np.arange(MONTHS) >= CHANGED_AT, (SERIES, 1)).astype(float)
    moved = charts(family, random, step)
    found = []
    for window in WINDOWS:
        said = np.array([[_is_said(one, at, window) for at in DECIDED] for one in calm])
        alarm = np.array([[one.side[at] != 0 for at in DECIDED] for one in calm])
        seen = np.array([_is_said(one, CHANGED_AT - 1, window) for one in moved])
        at_alarms = float(said[alarm].mean()) if alarm.any() else 0.0
        found.append(
            Row(family, window, float(said.mean()), at_alarms, int(alarm.sum()), float(seen.mean()))
        )
    return found


def _is_said(chart: ControlChart, at: int, window: int) -> bool:
    """Whether a decision in the middle of a month is said to be a change after so many months."""
    month = chart.months[at]
    said = verdict(chart, month.replace(day=15), add_months(month, window))
    return said.outcome == Outcome.CHANGE


def main() -> int:
    """Print the table; 1 where more is said than is announced."""
    print(f"announced: at most {100 * FALSE:.0f} %")
    print(f"{'family':32}{'months':>7}{'any time':>10}{'at a false alarm':>18}{'of a step':>11}")
    every = [row for family in FAMILIES for row in rows(family)]
    for one in every:
        print(
            f"{one.family:32}{one.window:7}{100 * one.at_any_time:9.2f} %"
            f"{100 * one.at_alarms:9.2f} % of {one.alarms:4}{100 * one.found:9.0f} %"
        )
    return 0 if all(one.is_within for one in every) else 1


if __name__ == "__main__":
    sys.exit(main())
