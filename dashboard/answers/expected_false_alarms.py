"""The expected number of false alarms: how many signals chance alone would give, simulated with each series' own numbers of
cases. What was drawn once is found in the database (`db.simulated_chances`); `dashboard.actions.simulated_chances` puts it there.
"""

import hashlib
import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from dashboard import french, statistics
from dashboard.answers import control_charts
from dashboard.answers.cache import AnswerCache
from dashboard.answers.context import View, cached, engine
from dashboard.answers.network import site_names
from dashboard.answers.question import Question
from dashboard.answers.signals import site_signals
from dashboard.judgement.control_charts import CHARTED, FOLLOWED, VOLUMES, ControlChart
from dashboard.statistics.control_limits import COUNTED
from dashboard.statistics.expected_false_alarms import (
    Budget,
    Shape,
    budget_of_chances,
    false_alarm_chances,
    volume_chances,
)
from dashboard.statistics.variation import ChartKind
from db.simulated_chances import SimulatedChance, kept_chances

DRAWS = 100  # of each series, for the budget: its expected number is known to within 0.2
# Under all that they are drawn from: a decision or a target makes another state of the data, but no other series, and a
# file of one site leaves those of the others as they were.
SIMULATED: AnswerCache[np.ndarray] = AnswerCache(0)  # series, of some 1 KB each
SIMULATED_VOLUMES: AnswerCache[np.ndarray] = AnswerCache(8)
CHANCES: AnswerCache[float] = AnswerCache(0)  # of a month of a judgement that is kept
DRAWN: deque[SimulatedChance] = deque(maxlen=50_000)  # and not yet in the database


@cached
def _chances(view: View, month: date) -> Mapping[tuple[str, str], float]:
    """The probability that a month is a false alarm of each site's series, by (scope, indicator); NaN where none judges it."""
    places = site_names(view)
    charts = {
        (scope, code): chart
        for scope, of in control_charts.control_charts(view).items()
        if scope in places
        for code, chart in of.items()
    }
    lasting = [one for one in charts if one[1] not in VOLUMES]
    # Of states that are still shown beside the newest.
    CHANCES.most = 3 * len(CHARTED) * len(view.network.places)
    SIMULATED.most = 2 * CHANCES.most
    kept = CHANCES.get_many(
        [(charts[one], month) for one in lasting],
        lambda missing: _of_charts([charts[lasting[i]] for i in missing], month),
    )
    chances = dict(zip(lasting, kept, strict=True))
    for code in VOLUMES:
        of = {one: chart for one, chart in charts.items() if one[1] == code}
        by_chart = _volume_chances(list(of.values()))
        chances |= {one: _any_of(by_chart, chart, month) for one, chart in of.items()}
    return chances


def _of_charts(charts: Sequence[ControlChart], month: date) -> list[float]:
    """The probability that a month is a false alarm of each of some charts of sites, or of one beside it. Simulated once for the
    same series."""
    every = [one for chart in charts for one in (chart, *chart.beside)]
    drawn = [one for one in every if one.fit is not None and one.bases is not None]
    shapes = [_shape(one) for one in drawn]
    names = [f"{one.scope} {one.indicator} {one.kind.value}" for one in drawn]
    simulated = SIMULATED.get_many(
        [shape.key for shape in shapes],
        lambda missing: _kept_or_drawn(
            [names[i] for i in missing],
            [_digest(*shapes[i].key) for i in missing],
            lambda at: false_alarm_chances([shapes[missing[i]] for i in at], DRAWS),
        ),
    )
    by_chart = dict(zip(drawn, simulated, strict=True))
    for one in every:
        if one.kind in (ChartKind.YEAR, ChartKind.STOCK):
            by_chart[one] = np.where(np.isfinite(one.usual_when_judged), one.chance, np.nan)
    return [_any_of(by_chart, chart, month) for chart in charts]


def _kept_or_drawn(
    names: Sequence[str],
    digests: Sequence[str],
    draw: Callable[[Sequence[int]], Sequence[np.ndarray]],
) -> list[np.ndarray]:
    """The chances of some series, those that the database has no need to be drawn. names: whose; digests: under which they are
    kept; draw: gives those at some positions."""
    with engine().connect() as connection:
        kept = kept_chances(connection, digests)
    missing = [i for i, digest in enumerate(digests) if digest not in kept]
    for i, chances in zip(missing, draw(missing) if missing else [], strict=True):
        kept[digests[i]] = chances
        DRAWN.append(SimulatedChance(digests[i], names[i], chances))
    return [kept[digest] for digest in digests]


def _digest(*rests_on: object) -> str:
    """The digest of what chances rest on: numbers, draws, and the rules by which they were drawn."""
    parts = (_rules(), DRAWS, *rests_on)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@cache
def _rules() -> str:
    """The digest of the code that draws: what another release kept is drawn anew."""
    of = hashlib.sha256(np.__version__.encode())
    for path in sorted(Path(statistics.__file__).parent.glob("*.py")):
        of.update(path.read_bytes())
    return of.hexdigest()


def _shape(chart: ControlChart) -> Shape:
    """The series of a chart that has limits by fit, as it is simulated."""
    fit, bases = chart.fit, chart.bases
    assert fit is not None and bases is not None
    known = np.flatnonzero(np.isfinite(fit.centre))
    return Shape(
        chart.scope,
        chart.family,
        bases if chart.family in COUNTED else np.where(np.isfinite(bases), 1.0, np.nan),
        float(fit.centre[known[-1]]) if len(known) else 0.0,
        float(fit.spread[known[-1]]) if len(known) else 1.0,
        runs=chart.kind != ChartKind.RARE,
    )


def _volume_chances(charts: Sequence[ControlChart]) -> dict[ControlChart, np.ndarray]:
    """The probability of a false alarm of each site's visits per open day, the last month's in every month, (m,). charts: of all
    sites that may be seen, which are drawn together."""
    if not charts:
        return {}
    months = np.array([m.month for m in charts[0].months])
    values = np.array([chart.values for chart in charts], dtype=float)
    key = (values.shape, values.tobytes(), months.tobytes())
    name = f"{charts[0].indicator}, {len(charts)} sites"
    (last,) = SIMULATED_VOLUMES.get_many(
        [key],
        lambda _: _kept_or_drawn(
            [name], [_digest(*key)], lambda _: [volume_chances(values, months, DRAWS)]
        ),
    )
    return {
        chart: np.where(np.isfinite(chart.usual_when_judged), chance, np.nan)
        for chart, chance in zip(charts, last.tolist(), strict=True)
    }


def _any_of(chances: Mapping[ControlChart, np.ndarray], chart: ControlChart, month: date) -> float:
    """The probability that a month is a false alarm of the chart or of one beside it; NaN where none judges it."""
    each = []
    for one in (chart, *chart.beside):
        of, at = chances.get(one), one.position(month)
        if of is not None and at is not None and np.isfinite(of[at]):
            each.append(float(of[at]))
    return 1 - math.prod(1 - chance for chance in each) if each else math.nan


@cached
def false_alarm_budget(view: View, question: Question, codes: Sequence[str] = FOLLOWED) -> Budget:
    """The expected number of signals by chance alone in these series of the question's sites, in the month that is judged."""
    chances = _chances(view, control_charts.judged_month(view, question.last))
    judged = [(name, s) for name, s in site_signals(view, question, codes) if s.is_judged]
    return budget_of_chances([(name, chances[s.scope, s.indicator]) for name, s in judged], DRAWS)


@cached
def false_alarms_in_words(view: View, question: Question) -> str:
    """The same as `false_alarm_budget` in a few words, for a headline."""
    chance_alone = false_alarm_budget(view, question)
    signals = sum(s.is_signal for _, s in site_signals(view, question))
    low, high = math.floor(chance_alone.expected), math.ceil(chance_alone.expected)
    of = french.number(high) if low == high else f"{french.number(low)} ou {french.number(high)}"
    chance = f"le hasard seul en donnerait {of}"
    return f"{french.plural(signals, 'signal', 'signaux')} en tout, {chance}" if signals else chance
