"""Since when: the month in which a followed series changed, and the months among which that month may lie."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from dashboard import french
from dashboard.answers.question import Question
from dashboard.answers.trust import followed
from dashboard.answers.view import View, answer
from dashboard.indicators import BY_CODE
from dashboard.judgement.signals import FOLLOWED
from dashboard.statistics.changepoint import ChangePoint, change_point
from dashboard.statistics.sentences import VARIATIONS
from dashboard.statistics.variation import ChartKind

S = french.SPACE
WIDEST = 12  # months among which a change may lie; beyond, it has no date


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


@answer
def since(view: View, question: Question, code: str) -> str:
    """« Attente médiane : signal d'alerte, depuis juin 2026 (entre mai et juillet). » of the question's own series; ""
    without a signal, or where its change has no date."""
    signal = followed(view, question).get(code) if code in FOLLOWED else None
    if signal is None or signal.at is None or not signal.flagged:
        return ""
    course, at = signal.course, signal.at
    level = slice(max(int(course.begin[at]), 0), at + 1)
    when = dated(
        course.months[level], course.values[level].tolist(), log=signal.kind == ChartKind.WAIT
    )
    if when is None:
        return ""
    return f"{BY_CODE[code].label}{S}: {VARIATIONS[signal.variation]}, {when}."
