"""What is usual of a month: between which values it is no signal by itself, in words, and what was usual before its level."""

import math
import re

import numpy as np

from dashboard import french
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import Level, in_unit
from dashboard.judgement.signals import Signal
from dashboard.statistics.control_limits import Fit, limits
from dashboard.statistics.variation import FROZEN_POINTS, ChartKind
from dashboard.wording import distinct_values, value_with_unit

SAME = 1e-9  # relative: usual values that differ by less are of one level


def range_in_words(one: Signal) -> str:
    """« de 69 à 93 % », for waits in medians: between which values the month is no signal by itself; "" where they are not
    known, or would contradict what the month was judged to be by what was known then."""
    found, value = usual_range(one), one.displayed_value
    if found is None or value is None:
        return ""
    low, high = found
    words = [value_with_unit(BY_CODE[one.indicator], end) for end in found]
    if (low <= value <= high) == one.is_signal:
        return ""
    said = value_with_unit(BY_CODE[one.indicator], value)
    if one.is_signal and said in words:  # « 72 % », outside « de 72,2 % à 80 % »
        at = words.index(said)
        words[at] = distinct_values(one.indicator, value, found[at])[1]
        if (_number(said) - _number(words[at])) * (value - found[at]) <= 0:
            return ""
    unit = re.sub(r"^[\d,]+", "", words[1])
    return f"de {words[0].removesuffix(unit)} à {words[1]}"


def _number(words: str) -> float:
    """The number of a value in words."""
    return float(re.sub(r"[^\d,]", "", words).replace(",", "."))


def usual_range(one: Signal) -> tuple[float, float] | None:
    """The lower and upper limit of the month as it was judged, on the scale on which it is displayed; None without limits.

    A curve of waits follows the mean of ln(1 + minutes): its limits are as far from the usual median, in that unit, as from the
    curve's own centre.
    """
    found, usual, median = _limits_when_judged(one), one.usual, one.displayed_usual
    if found is None or one.chart.median is None:
        return found
    if usual is None or median is None:
        return None
    low, high = (
        math.expm1(max(0.0, math.log1p(median) + math.log1p(end) - math.log1p(usual)))
        for end in found
    )
    return low, high


def _limits_when_judged(one: Signal) -> tuple[float, float] | None:
    """The limits by which the month was judged. Those that are drawn are of its level, which its own run may have given it
    since: then those of the level before, for as many cases."""
    chart, at = one.chart, one.position
    if at is None or chart.fit is None or chart.bases is None:
        return one.range
    before = np.flatnonzero(chart.level_start[: max(int(chart.level_start[at]), 0)] >= 0)
    then = chart.usual_when_judged[at]
    if not len(before) or math.isclose(chart.usual[at], then, rel_tol=SAME):
        return one.range
    last = int(before[-1])
    if not math.isclose(chart.usual[last], then, rel_tol=SAME):
        return one.range
    old = Fit(chart.fit.centre[last], chart.fit.spread[last], chart.fit.reference_bases[last])
    low, high = (
        float(in_unit(one.indicator, end)) for end in limits(chart.family, old, chart.bases[at])
    )
    return None if math.isnan(low) or math.isnan(high) else (low, high)


def usual_of_level(one: Signal, level: Level) -> float | None:
    """What is usual of a level of the signal's series, as displayed: of waits the median of its months."""
    chart, at = one.chart, one.chart.months.index(level.start)
    if chart.median is None:
        return None if math.isnan(chart.usual[at]) else float(chart.usual[at])
    later = [x for x in _starts(one) if x > at]
    return _middle(chart.median[at : min(later, default=None)])


def usual_before_level(one: Signal, level: Level) -> float | None:
    """The same of the level before; of an aggregate, at the mix of sites of the level's first month. None without one."""
    chart, at = one.chart, one.chart.months.index(level.start)
    if chart.median is not None:
        return _middle(chart.median[max((x for x in _starts(one) if x < at), default=0) : at])
    expected = one.kind == ChartKind.EXPECTED
    earlier = chart.usual_when_judged[at : at + 1] if expected else chart.usual[:at]
    known = earlier[np.isfinite(earlier)]
    return float(known[-1]) if len(known) else None


def _starts(one: Signal) -> list[int]:
    return [one.chart.months.index(level.start) for level in one.chart.levels]


def _middle(values: np.ndarray) -> float | None:
    """The median of the known values; None without any."""
    return float(np.nanmedian(values)) if np.isfinite(values).any() else None


def earlier_level_in_words(one: Signal) -> str:
    """« avant novembre 2023, 82 % d'habitude »: what was usual before the level in force and those before it that moved the same
    way, so that a slow decline is not « comme d'habitude »; "" where the level is the first, or older than what its limits
    rest on."""
    if one.level is None or one.position is None or one.kind == ChartKind.BY_QUARTER:
        return ""
    levels = [level for level in one.chart.levels if level.start <= one.level.start]
    if one.position - one.chart.months.index(one.level.start) >= FROZEN_POINTS:
        return ""
    before, way = None, 0
    for level in reversed(levels):
        now, earlier = usual_of_level(one, level), usual_before_level(one, level)
        moved = 0 if now is None or earlier is None else int(np.sign(now - earlier))
        if not moved or way not in (0, moved):
            break
        before, way, start = earlier, moved, level.start
    usual, i = usual_of_level(one, one.level), BY_CODE[one.indicator]
    if before is None or usual is None or value_with_unit(i, before) == value_with_unit(i, usual):
        return ""
    return f"avant {french.month_label(start)}, {value_with_unit(i, before)} d'habitude"
