"""Which headline figures the opening page shows: those of its list, of which two at most that are as usual give way to figures
of which the month says something.

Before: `trust.scope_signals`. After: `dashboard.ui.map_page`, by way of `cards`.
"""

from dashboard.answers.context import View, cached
from dashboard.answers.figures import overall_figures
from dashboard.answers.question import Question
from dashboard.answers.trust import scope_signals, signal_if_in_period
from dashboard.indicators import codes_placed_in
from dashboard.judgement.control_charts import FOLLOWED
from dashboard.judgement.signal_reasons import is_far
from dashboard.judgement.signals import SIGNALLED, Signal, rank

MOST = 2  # figures that give way
ALWAYS = 2  # the first of the list, which stay: how many came, how long they waited


@cached
def codes(view: View, question: Question) -> tuple[str, ...]:
    """The indicators of the opening page's cards, in order."""
    listed, figures = codes_placed_in("period"), overall_figures(view, question)
    found = {
        code: one
        for code, signal in scope_signals(view, question).items()
        if (one := signal_if_in_period(signal, question)) is not None
    }
    told = [
        one
        for code, one in found.items()
        if code in FOLLOWED
        and code not in listed
        and one.is_signal
        and figures[code].value is not None
    ]
    told.sort(key=lambda one: (SIGNALLED.index(one.variation), rank(one)))
    usual = [c for c in reversed(listed[ALWAYS:]) if c in found and _is_as_usual(found[c])]
    instead = dict(zip(usual[:MOST], (one.indicator for one in told), strict=False))
    return tuple(instead.get(code, code) for code in listed)


def _is_as_usual(one: Signal) -> bool:
    """Whether there is nothing to tell of a month: « comme d'habitude », « rien d'inhabituel »."""
    return one.is_judged and not one.is_signal and not is_far(one)
