"""The expected number of false alarms: how many signals chance alone would give, simulated with each series' own numbers of
cases."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from dashboard import french
from dashboard.answers import control_charts
from dashboard.answers.cache import AnswerCache
from dashboard.answers.context import View, cached
from dashboard.answers.network import site_names
from dashboard.answers.question import Question
from dashboard.answers.signals import site_signals
from dashboard.judgement.control_charts import FOLLOWED, VOLUMES
from dashboard.statistics.control_limits import COUNTED
from dashboard.statistics.expected_false_alarms import (
    Budget,
    Shape,
    budget_of_chances,
    false_alarm_chances,
    volume_chances,
)
from dashboard.statistics.variation import ChartKind

DRAWS = 100  # of each series, for the budget: its expected number is known to within 0.2
# Under all that they are drawn from: a decision or a target makes another state of the data, but no other series, and a
# file of one site leaves those of the others as they were.
SIMULATED: AnswerCache[np.ndarray] = AnswerCache(10_000)  # series, of some 1 KB each
SIMULATED_VOLUMES: AnswerCache[np.ndarray] = AnswerCache(8)


@cached
def _chances(view: View) -> Mapping[tuple[str, str], np.ndarray]:
    """The probability of a false alarm of each site's series in each of its months, (m,), by (scope, indicator). Simulated once
    for the same series."""
    places = site_names(view)
    series = [
        (scope, code, chart, chart.fit, chart.bases)
        for scope, charts in control_charts.control_charts(view).items()
        if scope in places
        for code, chart in charts.items()
        if chart.fit is not None and chart.bases is not None
    ]
    shapes = []
    for scope, _code, chart, fit, bases in series:
        known = np.flatnonzero(np.isfinite(fit.centre))
        counted = chart.family in COUNTED
        shapes.append(
            Shape(
                scope,
                chart.family,
                bases if counted else np.where(np.isfinite(bases), 1.0, np.nan),
                float(fit.centre[known[-1]]) if len(known) else 0.0,
                float(fit.spread[known[-1]]) if len(known) else 1.0,
                runs=chart.kind != ChartKind.RARE,
            )
        )
    simulated = SIMULATED.get_many(
        [shape.key for shape in shapes],
        lambda missing: false_alarm_chances([shapes[i] for i in missing], DRAWS),
    )
    chances = {(scope, code): c for (scope, code, *_), c in zip(series, simulated, strict=True)}
    for code in VOLUMES:
        chances |= _volume_chances(view, code)
    return chances


def _volume_chances(view: View, code: str) -> dict[tuple[str, str], np.ndarray]:
    """The probability of a false alarm of each site's visits per open day, the last month's in every month, (m,), by (scope,
    indicator)."""
    places = site_names(view)
    of = {
        s: c[code]
        for s, c in control_charts.control_charts(view).items()
        if s in places and code in c
    }
    if not of:
        return {}
    months = np.array([m.month for m in next(iter(of.values())).months])
    values = np.array([c.values for c in of.values()], dtype=float)
    last = SIMULATED_VOLUMES.get(
        (values.shape, values.tobytes(), months.tobytes()),
        lambda: volume_chances(values, months, DRAWS),
    )
    return {
        (scope, code): np.where(np.isfinite(chart.usual_when_judged), chance, np.nan)
        for (scope, chart), chance in zip(of.items(), last.tolist(), strict=True)
    }


@cached
def false_alarm_budget(view: View, question: Question, codes: Sequence[str] = FOLLOWED) -> Budget:
    """The expected number of signals by chance alone in these series of the question's sites, in the month that is judged."""
    chances = _chances(view)
    judged = [(name, s) for name, s in site_signals(view, question, codes) if s.is_judged]
    return budget_of_chances(
        [
            (name, float(chances[s.scope, s.indicator][s.position]))
            for name, s in judged
            if s.position is not None and (s.scope, s.indicator) in chances
        ],
        DRAWS,
    )


@cached
def false_alarms_in_words(view: View, question: Question) -> str:
    """The same as `false_alarm_budget` in a few words, for a headline."""
    chance_alone = false_alarm_budget(view, question)
    signals = sum(s.is_signal for _, s in site_signals(view, question))
    low, high = math.floor(chance_alone.expected), math.ceil(chance_alone.expected)
    of = french.number(high) if low == high else f"{french.number(low)} ou {french.number(high)}"
    chance = f"le hasard seul en donnerait {of}"
    return f"{french.plural(signals, 'signal', 'signaux')} en tout, {chance}" if signals else chance
