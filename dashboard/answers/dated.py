"""Since when a followed series has changed."""

from dashboard import french
from dashboard.answers.question import Question
from dashboard.answers.trust import followed
from dashboard.answers.view import View, answer
from dashboard.indicators import BY_CODE
from dashboard.judgement.dated import dated
from dashboard.judgement.signals import FOLLOWED
from dashboard.statistics.sentences import VARIATIONS
from dashboard.statistics.variation import ChartKind


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
    return f"{BY_CODE[code].label}{french.SPACE}: {VARIATIONS[signal.variation]}, {when}."
