"""The month in which a series changed, with the interval in which it lies, in words; and signals in one line, with that month."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from dashboard import french
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import FOLLOWED, WAITS
from dashboard.judgement.signal_sentences import value_beside_usual
from dashboard.judgement.signals import Signal
from dashboard.statistics.changepoint import ChangePoint, change_point
from dashboard.statistics.control_limits import ON_ONE_SIDE, RUN
from dashboard.statistics.variation import ChartKind

WIDEST = 12  # months: with a wider interval a change has no date


def since_when(signal: Signal) -> str | None:
    """« depuis juin 2026 (entre mai et juillet) » for a followed series; None without a signal, or where its change has no
    date."""
    if signal.indicator not in FOLLOWED or signal.position is None or not signal.is_signal:
        return None
    chart, at = signal.chart, signal.position
    level = slice(max(int(chart.level_start[at]), 0), at + 1)
    return change_date_in_words(
        chart.months[level], chart.values[level].tolist(), log=signal.kind == ChartKind.WAIT
    )


def since_at_least(signal: Signal, *, year: int | None = None) -> str:
    """« depuis juin 2026 »; without a date, « depuis octobre 2026 » of the first month outside the limits, or « depuis 8 mois
    ou plus » of a run; "" without either. year: one that is not written."""
    found = (since_when(signal) or "").partition(" (")[0]
    if not found and signal.position is not None and signal.is_signal:
        found = _since_rule(signal, signal.position)
    return found.removesuffix(f" {year}")


def _since_rule(signal: Signal, at: int) -> str:
    quarter = signal.kind == ChartKind.BY_QUARTER
    if signal.rule == ON_ONE_SIDE:
        return "depuis deux ans au moins" if quarter else f"depuis {RUN} mois au moins"
    new = at > 0 and not signal.chart.side[at - 1]
    return f"depuis {'le ' if quarter else ''}{signal.month_label}" if new else ""


def change_date_in_words(
    months: Sequence[date], values: Sequence[float], *, log: bool = False
) -> str | None:
    """« depuis juin 2026 (entre mai et juillet) » for a series that a rule has found changed. None where the change has no
    date: fewer than six months, an interval of more than a year, or a change that did not last.

    months: first days, in order; values: of each, NaN where missing, from the first month of the present limits on. log:
    analyse logarithms, as for waits.
    """
    known = np.array(values, dtype=float)
    if log:
        known = np.log1p(known)
    change = change_point(known)
    if change is None or change.last - change.first >= WIDEST or not _lasts(known, change):
        return None
    since = f"depuis {french.month_label(months[change.position])}"
    if change.first == change.last:
        return since
    first, last = months[change.first], months[change.last]
    low, high = french.month_label(first), french.month_label(last)
    if first.year == last.year == months[change.position].year:
        low, high = (words.rpartition(" ")[0] for words in (low, high))
    return f"{since} (entre {low} et {high})"


def _lasts(values: np.ndarray, change: ChangePoint) -> bool:
    """Whether more than half of the months since a change are nearer to its new level than to the old one."""
    usual = float(np.nanmedian(values[change.position :]))
    return abs(usual - change.after) < abs(usual - change.before)


def signals_in_a_line(found: Sequence[Signal], since: str) -> str:
    """« attente de 29 min, contre 16 min d'habitude (écart depuis juin 2026) ; aussi davantage de départs et moins de
    satisfaits »: the first signal in full, the others by their direction. since: of the first."""
    one, *others = found
    said = value_beside_usual(one)
    name = french.lower_first(BY_CODE[one.indicator].short)
    text = f"attente de {said}" if one.indicator in WAITS else f"{name}{french.SPACE}: {said}"
    text += f" (écart {since})" if since else ""
    ways = [more_or_less(o, "davantage") for o in others if o.indicator not in WAITS]
    also = french.join_words(ways)
    return text + (f"{french.SPACE}; aussi {also}" if also else "")


def more_or_less(one: Signal, more: str = "plus") -> str:
    """The direction of a signal: « plus d'attente », « moins de fiches de clôture remises »."""
    way = more if one.side > 0 else "moins"
    return f"{way} {french.elide('de', BY_CODE[one.indicator].noun)}"
