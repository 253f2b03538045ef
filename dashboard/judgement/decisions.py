"""What came of a decision: the months after it beside those before it, by the limits of their control chart.

A decision answers a signal, and after a signal of chance the next months are nearer to what is usual by themselves. So the
three months before are compared with those after, each by their median, which a single far month does not move; and only a
difference of more than three of its standard deviations, as for a point of the chart, is called a change. On series in which
nothing changes that is said wrongly in less than FALSE of them, decided at any time or on a false alarm
(`python -m tests.benchmarks.decisions`).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from dashboard import french
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import ControlChart
from dashboard.statistics.control_limits import WIDTH
from dashboard.statistics.variation import ChartKind
from dashboard.wording import distinct_values, value_with_unit

S = french.SPACE
BEFORE = 3  # points before the month of the decision
WINDOWS = (3, 6, 12)  # points after it: the last that is full counts
# The standard deviation of a median of so many points, in those of one (normal; order statistics, Harter 1961).
OF_MEDIAN = {3: 0.670, 6: 0.461, 12: 0.348}
FALSE = 0.04  # of series without a change
# Their points share months with each other, or most of them are 0.
UNJUDGED = (ChartKind.YEAR, ChartKind.RARE)


class Outcome(StrEnum):
    """What may be said of a decision."""

    TOO_EARLY = "too early"
    UNKNOWN = "unknown"  # its series had no usual value before it
    CHANGE = "change"
    CHANCE = "chance"


@dataclass(frozen=True)
class Verdict:
    """What came of a decision. before, after: in the displayed unit, None where too early or unknown; points: how many there are
    after it; by_quarter: whether these are quarters."""

    outcome: Outcome
    indicator: str = ""
    before: float | None = None
    after: float | None = None
    points: int = 0
    by_quarter: bool = False

    @property
    def in_words(self) -> str:
        """« 3 mois après : 12 min pour 20 min, c'est un changement »."""
        unit = "trimestre" if self.by_quarter else "mois"
        if self.outcome == Outcome.TOO_EARLY:
            had = f"{self.points} {unit} sur {WINDOWS[0]}"
            return f"on ne peut pas encore le dire ({had})"
        if self.outcome == Outcome.UNKNOWN or self.before is None or self.after is None:
            return "on ne peut pas le dire : pas assez de mois connus avant la décision"
        indicator = BY_CODE[self.indicator]
        now, then = (value_with_unit(indicator, v) for v in (self.after, self.before))
        said = f"{french.plural(self.points, unit, f'{unit}s' if self.by_quarter else unit)} après{S}: "
        if self.outcome == Outcome.CHANGE:
            now, then = distinct_values(self.indicator, self.after, self.before)
            return f"{said}{now} pour {then}, c'est un changement{self._way}"
        same = f"{now}, comme avant" if now == then else f"{now} pour {then}"
        return f"{said}{same}{S}: le hasard suffit à l'expliquer"

    @property
    def is_better(self) -> bool | None:
        """Whether the change is for the better; None where nobody can say."""
        good = (
            {"up": 1, "down": -1}.get(BY_CODE[self.indicator].direction) if self.indicator else None
        )
        if self.outcome != Outcome.CHANGE or good is None:
            return None
        return ((self.after or 0) - (self.before or 0)) * good > 0

    @property
    def _way(self) -> str:
        if self.is_better is None:
            return ""
        return " en mieux" if self.is_better else " en pire"


def verdict(
    chart: ControlChart | None,
    decided_on: date,
    until: date = date.max,
    done_on: date | None = None,
) -> Verdict:
    """What came of a decision of that day on the series of a chart, None where there is none. until: the last month that
    counts; done_on: the day on which it was carried out, before which nothing can have come of it."""
    if chart is None or not chart.is_judged or chart.kind in UNJUDGED:
        return Verdict(Outcome.UNKNOWN)
    known = np.flatnonzero((chart.level_start >= 0) & np.isfinite(chart.values))
    months = np.array([chart.months[i].toordinal() for i in known.tolist()])
    month = decided_on.replace(day=1).toordinal()
    began = month - 89 if chart.kind == ChartKind.BY_QUARTER else month  # whose quarter holds it
    before = known[months < began][-BEFORE:]
    effective = max(decided_on, done_on or decided_on)
    after = known[(months > effective.toordinal()) & (months <= until.toordinal())]
    by_quarter = chart.kind == ChartKind.BY_QUARTER
    if len(before) < BEFORE or not _deviation(chart, before).size:
        return Verdict(Outcome.UNKNOWN, chart.indicator)
    # The line of visits follows what lasts, so that a change would become its own usual.
    windows = WINDOWS[:1] if chart.kind == ChartKind.VOLUME else WINDOWS
    full = [n for n in windows if n <= len(after)]
    if not full:
        return Verdict(Outcome.TOO_EARLY, chart.indicator, points=len(after), by_quarter=by_quarter)
    after = after[: full[-1]]
    shown = chart.values if chart.median is None else chart.median
    return Verdict(
        Outcome.CHANGE if is_change(*_standardised(chart, before, after)) else Outcome.CHANCE,
        chart.indicator,
        float(np.median(shown[before])),
        float(np.median(shown[after])),
        len(after),
        by_quarter,
    )


def is_change(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether the medians of both differ by more than three standard deviations of that difference. before, after: (BEFORE,) and
    one of WINDOWS, in standard deviations of a point."""
    spread = np.hypot(OF_MEDIAN[len(before)], OF_MEDIAN[len(after)])
    return bool(abs(np.median(after) - np.median(before)) > WIDTH * spread)


def _deviation(chart: ControlChart, which: np.ndarray) -> np.ndarray:
    """The standard deviation of each of these points, by its limits; empty where one has none. The wider side counts."""
    lower, upper = (limit[which] for limit in chart.limits)
    usual = chart.usual[which]
    wide: np.ndarray = np.fmax(upper - usual, usual - lower) / WIDTH
    return wide if np.isfinite(wide).all() and (wide > 0).all() else wide[:0]


def _standardised(
    chart: ControlChart, before: np.ndarray, after: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The points before and after in standard deviations from what was usual, season and all, when the decision was taken: a
    level that came since would make the change its own usual."""
    each = [np.median(one) for which in (before, after) if (one := _deviation(chart, which)).size]
    # Of a site its values themselves; of visits and of wholes, what the season and the sites do not explain.
    moves = chart.kind in (ChartKind.VOLUME, ChartKind.EXPECTED)
    gap = chart.values - chart.usual_when_judged if moves else chart.values
    return gap[before] / max(each), gap[after] / max(each)
