"""Alerts: which sites have a signal, how many chance alone would give, and what was decided."""

import math
from collections.abc import Sequence
from datetime import date

from dashboard import french
from dashboard.answers import follow
from dashboard.answers.network import names, sites
from dashboard.answers.question import Question
from dashboard.answers.view import View, answer
from dashboard.indicators import BY_CODE
from dashboard.judgement.bulletin import because
from dashboard.judgement.signals import FOLLOWED, SKEWED, Signal
from dashboard.panel import Message, Panel, day, table, words
from dashboard.statistics import alarms, sentences
from dashboard.statistics.variation import Variation

SEEN_AFTER = 3  # points after a decision before anything is said of it
ORDER = {Variation.CONCERN: 0, Variation.IMPROVEMENT: 1, Variation.NEUTRAL: 2}


@answer
def followed(
    view: View, question: Question, codes: Sequence[str] = FOLLOWED
) -> Sequence[tuple[str, Signal]]:
    """(site name, signal) of every followed series of the question's sites."""
    known = names(view, question)
    signals = follow.signals(view, known)
    return [(known[scope], signals[scope][code]) for scope in known for code in codes]


@answer
def budget(
    view: View, question: Question, codes: Sequence[str] = FOLLOWED
) -> tuple[int, alarms.Budget]:
    """How many signals these series have, and how many chance alone would give."""
    series = [(s, s.chart) for _, s in followed(view, question, codes) if s.chart is not None]
    return sum(s.flagged for s, _ in series), alarms.budget(
        [chart.points[-1] for _, chart in series],
        [s.kind for s, _ in series],
        [s.indicator in SKEWED for s, _ in series],
    )


@answer
def budget_line(view: View, question: Question, codes: Sequence[str] = FOLLOWED) -> str:
    """The same in a sentence."""
    return sentences.alert_budget(*budget(view, question, codes))


@answer
def against_chance(view: View, question: Question) -> str:
    """The same in a few words, for a headline."""
    signals, chance_alone = budget(view, question)
    low, high = math.floor(chance_alone.expected), math.ceil(chance_alone.expected)
    of = french.number(high) if low == high else f"{french.number(low)} à {french.number(high)}"
    return (
        f"{french.plural(signals, 'signal', 'signaux')} en tout, le hasard seul en donnerait {of}"
    )


@answer
def listing(view: View, question: Question) -> Sequence[tuple[str, Signal]]:
    """The signals of the question's sites, alerts first, then alphabetically."""
    return sorted(
        ((name, s) for name, s in followed(view, question) if s.flagged),
        key=lambda pair: (
            ORDER[pair[1].variation],
            french.alphabetical(pair[0]),
            pair[1].indicator,
        ),
    )


@answer
def signals(view: View, question: Question) -> Panel:
    """The signals of the question's sites as a table."""
    title, flagged = "Centres qui ont un signal", listing(view, question)
    if not flagged:
        return Panel("signaux", title, Message("Aucun signal ce mois-ci parmi les séries suivies."))
    aimed = any(s.target is not None for _, s in flagged)  # a column of « sans cible » says nothing
    rows = [
        (
            words(name),
            words(BY_CODE[s.indicator].short),
            words(sentences.VARIATIONS[s.variation]),
            words(s.when),
            words(because(s)),
            *([words(sentences.ASSURANCES[s.assurance])] if aimed else []),
        )
        for name, s in flagged
    ]
    columns = (
        ("Centre", ""),
        ("Indicateur", ""),
        ("Signal", ""),
        ("Point", ""),
        ("Pourquoi", ""),
        *([("Cible", "")] if aimed else []),
    )
    return Panel("signaux", title, table=table(columns, rows))


@answer
def power(view: View, question: Question) -> alarms.Rate | None:
    """What the rule finds and what it misses, for the longest of the series at hand; None where none has a chart."""
    points = [s.chart.points[-1] for _, s in followed(view, question) if s.chart is not None]
    return alarms.rate(min(max(points), 60)) if points else None


@answer
def decisions(view: View, question: Question) -> Panel:
    """The decisions already taken, the newest first, and what the months since say of each."""
    places = sites(view, question)
    scopes = {p.code: p.name for p in places}
    if not question.site:
        scopes |= {p.department: p.department for p in places}
    if not (question.department or question.site):
        scopes["nation"] = "Le réseau"
    taken = [d for d in reversed(follow.decisions(view)) if d[2] in scopes]
    if not taken:
        return Panel("decisions", "Décisions", Message("Aucune décision notée."))
    known = follow.signals(view, {d[2] for d in taken})
    rows = [
        (
            day(on),
            words(scopes[scope]),
            words(BY_CODE[i].short),
            words(what),
            words(who),
            day(due),
            words(judged(known.get(scope, {}).get(i), on)),
        )
        for _, i, scope, on, who, what, due in taken
    ]
    columns = (
        ("Décidé le", "day"),
        ("Sur", ""),
        ("Indicateur", ""),
        ("Quoi", ""),
        ("Qui", ""),
        ("Pour le", "day"),
        ("Depuis", ""),
    )
    return Panel(
        "decisions",
        "Décisions",
        table=table(columns, rows),
        caption="« Depuis » : ce que disent les mois commencés"
        f" après la décision ; trop tôt avant {SEEN_AFTER} points.",
    )


def judged(signal: Signal | None, on: date) -> str:
    """What the points since a decision say: signal, no signal, or too early to tell."""
    if signal is None or signal.chart is None:
        return "trop tôt"
    after = [i for i, m in enumerate(signal.months) if m > on and signal.values[i] is not None]
    if len(after) < SEEN_AFTER:
        return "trop tôt"
    return "signal" if any(signal.chart.side[i] for i in after) else "pas de signal"
