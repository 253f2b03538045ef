"""How the months of a series with few events were read, each as was known then, and the chart that keeps every signal so given.

A series may come to have few events, or no longer few: it is then judged in another way from the next year on, and what was said
before stays said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import IntEnum

import numpy as np

from dashboard.judgement.control_charts import ControlChart
from dashboard.period import add_months
from dashboard.statistics import rare_events
from dashboard.statistics.control_limits import NONE
from dashboard.statistics.variation import ChartKind


class Reading(IntEnum):
    """How a month is judged: by itself, with its quarter, or by itself with the exact tail alone."""

    BY_MONTH = 0
    BY_QUARTER = 1
    TAIL_ALONE = 2


def readings(
    events: np.ndarray, bases: np.ndarray, months: Sequence[date], *, proportion: bool
) -> np.ndarray:
    """The `Reading` of each month of a site's counts, (M,). events, bases: (M,), NaN where missing."""
    expected = rare_events.expected_events(events, bases, months, proportion=proportion)
    by_quarter = expected * rare_events.MONTHS >= rare_events.MINIMUM_EVENTS
    few = np.where(by_quarter, Reading.BY_QUARTER, Reading.TAIL_ALONE)
    return np.where(expected >= rare_events.MINIMUM_EVENTS, Reading.BY_MONTH, few)


def as_given(
    charts: Mapping[int, ControlChart], reading: np.ndarray, months: Sequence[date]
) -> ControlChart:
    """The chart of a series by its present reading, with those by which earlier months were read beside it, each with the
    signals that it gave: a signal stays beside the value and the usual value by which it was given. charts: of the whole series,
    by reading; reading: (M,), of each month."""
    now = int(reading[-1])
    if (reading == now).all():
        return charts[now]
    given = {which: _given(chart, reading == which, months) for which, chart in charts.items()}
    return replace(
        given[now], beside=tuple(chart for which, chart in given.items() if which != now)
    )


def _given(chart: ControlChart, read: np.ndarray, months: Sequence[date]) -> ControlChart:
    """The chart with the signals of months that were read so, both in their own month and in the one that judged them. read:
    (M,)."""
    at, given = _positions(chart, months), _given_at(chart)
    there = np.append(read[at], False)  # a point that nothing judged yet
    return where(chart, there[:-1] & there[given])


def where(chart: ControlChart, read: np.ndarray) -> ControlChart:
    """The chart with the signals of some points alone. read: (m,)."""
    return replace(
        chart,
        rule=np.where(read, chart.rule, NONE).astype(np.int8),
        side=np.where(read, chart.side, 0).astype(np.int8),
    )


def _positions(chart: ControlChart, months: Sequence[date]) -> np.ndarray:
    """The position among the months at which each point of a chart is known: of a quarter, its last month, (m,)."""
    wait = rare_events.MONTHS - 1 if chart.kind == ChartKind.BY_QUARTER else 0
    place = {month: n for n, month in enumerate(months)}
    return np.array([place[add_months(m, wait)] for m in chart.months], dtype=np.int64)


def _given_at(chart: ControlChart) -> np.ndarray:
    """The point at which each point's signal was given: itself, or the first one after it that had limits, (m,)."""
    judged = np.isfinite(chart.usual_when_judged)
    own = np.where(judged, np.arange(len(judged)), len(judged))
    given: np.ndarray = np.minimum.accumulate(own[::-1])[::-1]
    return given
