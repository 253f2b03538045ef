"""What stands beside every panel: what its figures rest on, and what the question's control charts say."""

from collections.abc import Mapping

from dashboard.answers import control_charts
from dashboard.answers.context import Asker, View, uncached
from dashboard.answers.figures import whole_figures
from dashboard.answers.question import Question
from dashboard.judgement import trust_sentences
from dashboard.judgement.signals import Signal


@uncached
def trust_line(view: View, question: Question, code: str) -> str:
    """« Puis-je m'y fier ? » for one indicator of the question's whole."""
    return trust_sentences.trust_line(
        code, whole_figures(view, question), control_charts.trust_context(view, question)
    )


def followed_scope(question: Question) -> str | None:
    """The scope whose control charts speak of the question; None where a filter makes it another series."""
    if question.service or question.kind or len(question.departments) > 1:
        return None
    return question.site or question.department or "nation"


def scope_signals(who: Asker, question: Question) -> Mapping[str, Signal]:
    """The signals of the question's scope, at the last whole month of its period; empty where it has no series of its own."""
    scope = followed_scope(question)
    return control_charts.signals(who, [scope], question.last).get(scope, {}) if scope else {}


def signal_if_in_period(signal: Signal | None, question: Question) -> Signal | None:
    """The signal, if its month lies in the question's period: October's says nothing of a figure of February."""
    return signal if signal and signal.within(question.first, question.last) else None
