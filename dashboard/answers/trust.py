"""The trust line of panels, and the signals of the question's own scope."""

from collections.abc import Mapping

from dashboard.answers import control_charts, quality_checks
from dashboard.answers.context import Asker, View, uncached
from dashboard.answers.figures import overall_figures
from dashboard.answers.question import Question
from dashboard.judgement import trust_sentences
from dashboard.judgement.signals import Signal


@uncached
def trust_line(view: View, question: Question, code: str, *, checked: bool = True) -> str:
    """« Puis-je m'y fier ? » for one indicator over all sites of the question. checked: with what quality rules find, for which
    the months of all sites are looked through."""
    line = trust_sentences.trust_line(
        code, overall_figures(view, question), control_charts.trust_context(view, question)
    )
    if not checked:
        return line
    return trust_sentences.with_checks(line, quality_checks.trust_words(view, question, code))


def followed_scope(question: Question) -> str | None:
    """The scope whose control charts are those of the question; None where a filter makes it another series."""
    if question.service or question.kind or len(question.departments) > 1:
        return None
    return question.site or question.department or "nation"


def scope_signals(who: Asker, question: Question) -> Mapping[str, Signal]:
    """The signals of the question's scope by indicator, at the last whole month of its period; empty where it has no followed
    series."""
    scope = followed_scope(question)
    return control_charts.signals(who, [scope], question.last).get(scope, {}) if scope else {}


def signal_if_in_period(signal: Signal | None, question: Question) -> Signal | None:
    """The signal if its month is in the question's period, else None: October's says nothing about a figure of February."""
    return signal if signal and signal.is_within(question.first, question.last) else None
