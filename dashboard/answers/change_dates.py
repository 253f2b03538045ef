"""The month since which a followed series has changed."""

from dashboard import french
from dashboard.answers.context import View, cached
from dashboard.answers.question import Question
from dashboard.answers.trust import scope_signals
from dashboard.indicators import BY_CODE
from dashboard.judgement.change_dates import since_when
from dashboard.judgement.control_charts import FOLLOWED
from dashboard.statistics.sentences import VARIATIONS


@cached
def changed_since(view: View, question: Question, code: str) -> str:
    """« Attente médiane : signal d'alerte, depuis juin 2026 (entre mai et juillet). » of the question's own series; ""
    without a signal, or where its change has no date."""
    signal = scope_signals(view, question).get(code) if code in FOLLOWED else None
    when = since_when(signal) if signal else None
    if signal is None or when is None:
        return ""
    return f"{BY_CODE[code].label}{french.SPACE}: {VARIATIONS[signal.variation]}, {when}."
