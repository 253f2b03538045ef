"""The alerts of one site, line by line, and the decisions about them."""

from collections.abc import Sequence

from dashboard import french
from dashboard.answers import control_charts, signals
from dashboard.answers.context import View, cached
from dashboard.answers.opening_answers import COLUMNS, Name, Reply, Statement
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.change_dates import since_at_least
from dashboard.judgement.signal_reasons import reason
from dashboard.judgement.signal_sentences import value_beside_usual
from dashboard.judgement.signals import Signal, rank
from dashboard.panel import Link, Panel, make_table
from dashboard.statistics.variation import Variation
from dashboard.wording import distinct_values

S = french.SPACE
NOTHING = (
    f"Cause{S}: non établie. Décision{S}: aucune. L'une et l'autre se notent sur la page Signaux."
)


@cached
def site_alerts(view: View, question: Question) -> tuple[Signal, ...]:
    """The alerts of one site in the last whole month of the period, what people feel first."""
    if not question.site or question.service:
        return ()
    found = (s for _, s in signals.site_signals(view, question) if s.variation == Variation.ALERT)
    return tuple(sorted((s for s in found if s.is_within(question.first, question.last)), key=rank))


@cached
def lines(view: View, question: Question, carded: Sequence[str] = ()) -> tuple[Reply, ...]:
    """The decisions, then a line for each alert, with a link to its chart; empty without an alert. carded: indicators whose
    card shows the alert already."""
    found = site_alerts(view, question)
    if not found:
        return ()
    said = [
        Reply(
            BY_CODE[one.indicator].short,
            "signaux",
            one.month_in_words,
            (_value_statement(one),),
            _chart(one),
        )
        for one in found
        if one.indicator not in carded
    ]
    decided = Reply(
        "Cause et décision", "signaux", "", _decision_statements(view, found), _chart(found[0])
    )
    return (decided, *said)


@cached
def panel(view: View, question: Question, key: str) -> Panel:
    """The same as `lines`, as a table for the files."""
    rows = [one.row for one in lines(view, question)]
    return Panel(key, "Ce qui se dégrade", table=make_table(COLUMNS, rows))


def _chart(one: Signal) -> tuple[tuple[str, str], ...]:
    """The filters of the link to the chart of a series."""
    return (("centre", one.scope), ("indicateur", one.indicator))


def _value_statement(one: Signal) -> Statement:
    """« 29 min contre 18 min d'habitude, hors de ses variations habituelles, depuis juin 2026 », its value a link to the
    chart."""
    more = "".join(f", {part}" for part in (reason(one), since_at_least(one)) if part)
    if one.displayed_value is None or one.displayed_usual is None:
        return Statement((), f"{value_beside_usual(one)}{more}")
    value, usual = distinct_values(one.indicator, one.displayed_value, one.displayed_usual)
    if value == usual:
        return Statement((), f"{value_beside_usual(one)}{more}")
    name = Name(value, Link("signaux", _chart(one)))
    return Statement((name,), f"contre {usual} d'habitude{more}")


def _decision_statements(view: View, found: Sequence[Signal]) -> tuple[Statement, ...]:
    """The decisions on these series, the newest first: « le 12/10/2026 : ouvrir un second guichet (le directeur) »."""
    series = {(one.indicator, one.scope) for one in found}
    taken = [d for d in reversed(control_charts.decisions(view)) if (d[1], d[2]) in series]
    return tuple(
        Statement(
            (),
            f"{BY_CODE[i].short}, le {french.date_short(on)}{S}: {what} ({who}"
            + (f", pour le {french.date_short(due)})" if due else ")"),
        )
        for _, i, _, on, who, what, due, *_ in taken
    ) or (Statement((), NOTHING),)
