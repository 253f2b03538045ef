"""How many signals chance alone would give, with the numbers behind each site's series as they are."""

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
    """The chance of a false alarm of each site's series in each of its months, by scope and indicator: simulated once for
    the same series, with the numbers behind each as they are."""
    places = site_names(view)
    series = [
        (scope, code, course, course.fit, course.bases)
        for scope, courses in control_charts.control_charts(view).items()
        if scope in places
        for code, course in courses.items()
        if course.fit is not None and course.bases is not None
    ]
    shapes = []
    for scope, _code, course, fit, bases in series:
        known = np.flatnonzero(np.isfinite(fit.centre))
        counted = course.family in COUNTED
        shapes.append(
            Shape(
                scope,
                course.family,
                bases if counted else np.where(np.isfinite(bases), 1.0, np.nan),
                float(fit.centre[known[-1]]) if len(known) else 0.0,
                float(fit.spread[known[-1]]) if len(known) else 1.0,
                runs=course.kind != ChartKind.RARE,
            )
        )
    found = SIMULATED.get_many(
        [shape.key for shape in shapes],
        lambda missing: false_alarm_chances([shapes[i] for i in missing], DRAWS),
    )
    chances = {(scope, code): c for (scope, code, *_), c in zip(series, found, strict=True)}
    for code in VOLUMES:
        chances |= _of_volumes(view, code)
    return chances


def _of_volumes(view: View, code: str) -> dict[tuple[str, str], np.ndarray]:
    """The same of volumes: what chance does in the last month, which is the same in all that are judged."""
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
        (scope, code): np.where(np.isfinite(course.then), chance, np.nan)
        for (scope, course), chance in zip(of.items(), last.tolist(), strict=True)
    }


@cached
def false_alarm_budget(view: View, question: Question, codes: Sequence[str] = FOLLOWED) -> Budget:
    """How many signals chance alone would give these series in the month that is judged."""
    chances = _chances(view)
    judged = [(name, s) for name, s in site_signals(view, question, codes) if s.charted]
    return budget_of_chances(
        [
            (name, float(chances[s.scope, s.indicator][s.at]))
            for name, s in judged
            if s.at is not None and (s.scope, s.indicator) in chances
        ],
        DRAWS,
    )


@cached
def false_alarms_in_words(view: View, question: Question) -> str:
    """The same in a few words, for a headline."""
    chance_alone = false_alarm_budget(view, question)
    signals = sum(s.flagged for _, s in site_signals(view, question))
    low, high = math.floor(chance_alone.expected), math.ceil(chance_alone.expected)
    of = french.number(high) if low == high else f"{french.number(low)} ou {french.number(high)}"
    chance = f"le hasard seul en donnerait {of}"
    return f"{french.plural(signals, 'signal', 'signaux')} en tout, {chance}" if signals else chance
