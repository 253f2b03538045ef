"""The month since which a followed series has changed, of a whole that of the one site behind its gap."""

from dashboard import french
from dashboard.answers import control_charts
from dashboard.answers.context import View, cached
from dashboard.answers.network import short_name, sites
from dashboard.answers.question import Question
from dashboard.answers.trust import scope_signals
from dashboard.indicators import BY_CODE
from dashboard.judgement import change_dates as dates
from dashboard.judgement.control_charts import FOLLOWED
from dashboard.judgement.signal_sentences import named
from dashboard.judgement.signals import Signal
from dashboard.period import month_end


def since_when(view: View, signal: Signal) -> str:
    """« depuis juin 2026 (entre mai et juillet) »; of a whole whose gap comes from one named site with the same signal,
    since when that site has it: « surtout à Djougou, depuis juin 2026 (entre mai et juillet) ». "" without a signal."""
    cause = _cause(view, signal)
    if cause is None:
        return dates.since_when(signal)
    return f"surtout à {_short_name(view, cause.scope)}, {dates.since_when(cause)}"


def since_at_least(view: View, signal: Signal) -> str:
    """The same without the interval: « depuis juin 2026 », « surtout à Djougou, depuis juin 2026 »."""
    cause = _cause(view, signal)
    if cause is None:
        return dates.since_at_least(signal)
    return f"surtout à {_short_name(view, cause.scope)}, {dates.since_at_least(cause)}"


def _cause(view: View, signal: Signal) -> Signal | None:
    """The signal of the one site that a whole's gap comes from, where that site has it too, in the same month."""
    if not signal.is_signal or len(signal.causes) != 1 or signal.latest is None:
        return None
    (site,) = signal.causes
    found = control_charts.signals(view, [site], month_end(signal.latest)).get(site, {})
    one = found.get(signal.indicator)
    return one if one is not None and one.is_signal and one.side == signal.side else None


def _short_name(view: View, code: str) -> str:
    return next(short_name(p) for p in sites(view) if p.code == code)


@cached
def changed_since(view: View, question: Question, code: str) -> str:
    """« Attente médiane : signal d'alerte, depuis juin 2026 (entre mai et juillet). » of the question's own series; ""
    without a signal."""
    signal = scope_signals(view, question).get(code) if code in FOLLOWED else None
    when = since_when(view, signal) if signal else ""
    if signal is None or not when:
        return ""
    return f"{BY_CODE[code].label}{french.SPACE}: {named(signal)}, {when}."
