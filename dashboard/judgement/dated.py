"""The month in which a series changed, in words, and the months among which that month may lie."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from dashboard import french
from dashboard.judgement.signals import FOLLOWED, Signal
from dashboard.statistics.changepoint import ChangePoint, change_point
from dashboard.statistics.variation import ChartKind

WIDEST = 12  # months among which a change may lie; beyond, it has no date


def since_when(signal: Signal) -> str | None:
    """« depuis juin 2026 (entre mai et juillet) », of a followed series; None without a signal, or where its change has
    no date."""
    if signal.indicator not in FOLLOWED or signal.at is None or not signal.flagged:
        return None
    course, at = signal.course, signal.at
    level = slice(max(int(course.begin[at]), 0), at + 1)
    return dated(
        course.months[level], course.values[level].tolist(), log=signal.kind == ChartKind.WAIT
    )


def dated(months: Sequence[date], values: Sequence[float], *, log: bool = False) -> str | None:
    """« depuis juin 2026 (entre mai et juillet) », of a series that a rule has found changed; None where it has no date:
    under six months, where the change may lie in more than a year of them, or where it did not last.

    months: first days, in order; values: of each, NaN where missing, from the present limits' first month on. log: of
    waits, whose spread grows with them.
    """
    known = np.array(values, dtype=float)
    if log:
        known = np.log1p(known)
    change = change_point(known)
    if change is None or change.last - change.first >= WIDEST or not _lasts(known, change):
        return None
    since = f"depuis {french.month_label(months[change.at])}"
    if change.first == change.last:
        return since
    first, last = months[change.first], months[change.last]
    low, high = french.month_label(first), french.month_label(last)
    if first.year == last.year == months[change.at].year:
        low, high = (words.rpartition(" ")[0] for words in (low, high))
    return f"{since} (entre {low} et {high})"


def _lasts(values: np.ndarray, change: ChangePoint) -> bool:
    """Whether half the months since a change, and more, are nearer its new level: one month alone is no change."""
    usual = float(np.nanmedian(values[change.at :]))
    return abs(usual - change.after) < abs(usual - change.before)
