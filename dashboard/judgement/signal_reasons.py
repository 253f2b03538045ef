"""Why a month is a signal, or is none although it is far from its usual value, in about five words; and the run of months on one
side that a signal ends."""

import numpy as np

from dashboard import french
from dashboard.judgement.control_charts import SHARES
from dashboard.judgement.signals import Signal
from dashboard.statistics.control_limits import NONE, OUTSIDE, ROUNDING, RUN
from dashboard.statistics.variation import ChartKind

# From here on a gap is one that people ask about, for lasting ones that are signals are no larger: of the usual value, and for a
# share also in points.
FAR, FAR_POINTS = 0.10, 2.5
LIMITS = "hors de ses variations habituelles"
VARIES = "dans ses variations habituelles"
CALM = "rien d'inhabituel"
TOO_WIDE = "trop peu de cas pour en juger"
# What is usual at these moves from month to month; elsewhere it is one value for all months of a level.
MOVING = (ChartKind.EXPECTED, ChartKind.VOLUME)


def run(one: Signal, side: int = 0) -> np.ndarray:
    """The positions of the months in a row on a side of the usual value, the signal's own last; months without a value neither
    count nor break it, as for the rule. side: by default the signal's; empty where it has none."""
    chart, at, side = one.chart, one.position, side or one.side
    if at is None or not side:
        return np.zeros(0, dtype=int)
    begin = 0 if one.level is None else chart.months.index(one.level.start)
    points = begin + np.flatnonzero(chart.level_start[begin : at + 1] >= 0)
    usual = chart.usual_when_judged[points]
    if one.kind not in MOVING:
        usual = np.full(len(points), usual[-1])
    # The first months of a level were compared once it had limits.
    usual = np.where(np.isnan(usual), chart.usual[points], usual)
    beside = (chart.values[points] - usual) * side > ROUNDING * np.abs(usual)
    others = np.flatnonzero(~beside)
    return points[others[-1] + 1 :] if len(others) else points


def reason(one: Signal) -> str:
    """« 9 mois de suite au-dessus », « hors de ses variations habituelles » of a signal; « dans ses variations habituelles » of a
    month that is none and whose gap is large, « trop peu de cas pour en juger » where no month could be out of them, else « rien
    d'inhabituel ». "" where it is not judged."""
    if not one.is_judged:
        return ""
    if one.rule == OUTSIDE:
        return LIMITS
    if one.rule != NONE:
        unit = "trimestres" if one.kind == ChartKind.BY_QUARTER else "mois"
        # A level that began since has another side: the rule says how many there were at least.
        n = len(run(one))
        many = f"{french.number(n)}{french.SPACE}{unit}" if n >= RUN else f"huit {unit} ou plus"
        return f"{many} de suite {side_in_words(one.side)}"
    if not is_far(one):
        return CALM
    return TOO_WIDE if allows_all(one) else VARIES


def allows_all(one: Signal) -> bool:
    """Whether chance allows any value of a share, from 0 to 100 %: no month of so few cases is a signal by itself."""
    if one.indicator not in SHARES or one.range is None:
        return False
    low, high = one.range
    return low <= 0 and high >= 100


def side_in_words(side: int) -> str:
    """« au-dessus » of the usual value for 1, « au-dessous » for -1."""
    return "au-dessus" if side > 0 else "au-dessous"


def is_far(one: Signal) -> bool:
    """Whether a month's displayed value is so far from its usual one that people ask why it is no signal."""
    value, usual = one.displayed_value, one.displayed_usual
    if value is None or usual is None:
        return False
    gap = abs(value - usual)
    return gap > FAR * usual or (one.indicator in SHARES and gap >= FAR_POINTS)
