"""Alerts: which sites have a signal, how many chance alone would give, and what was decided."""

import math
from collections.abc import Sequence
from datetime import date

from dashboard import french
from dashboard.answers import follow
from dashboard.answers.network import sites
from dashboard.answers.question import Question
from dashboard.answers.view import View, answer
from dashboard.indicators import BY_CODE
from dashboard.judgement.bulletin import because, month_of
from dashboard.judgement.signals import FOLLOWED, SKEWED, Signal
from dashboard.panel import Message, Panel, day, table, words
from dashboard.statistics import alarms, sentences
from dashboard.statistics.variation import Variation

SEEN_AFTER = 3  # points after a decision before anything is said of it
ORDER = {Variation.CONCERN: 0, Variation.IMPROVEMENT: 1, Variation.NEUTRAL: 2}


@answer
def followed(
    view: View, question: Question, codes: Sequence[str] = FOLLOWED
) -> list[tuple[str, Signal]]:
    """(site name, signal) of every followed series of the question's sites."""
    names = {p.code: p.name for p in sites(view, question)}
    found = follow.signals(view, list(names))
    return [(names[scope], found[scope][code]) for scope in names for code in codes]


@answer
def budget(
    view: View, question: Question, codes: Sequence[str] = FOLLOWED
) -> tuple[int, alarms.Budget]:
    """How many signals these series have, and how many chance alone would give."""
    series = [s for _, s in followed(view, question, codes) if s.chart is not None]
    return sum(s.found for s in series), alarms.budget(
        [s.chart.points[-1] for s in series],
        [s.kind for s in series],
        [s.indicator in SKEWED for s in series],
    )


@answer
def budget_line(view: View, question: Question, codes: Sequence[str] = FOLLOWED) -> str:
    """The same in a sentence."""
    return sentences.alert_budget(*budget(view, question, codes))


@answer
def against_chance(view: View, question: Question) -> str:
    """The same in a few words, for a headline."""
    found, chance_alone = budget(view, question)
    low, high = math.floor(chance_alone.expected), math.ceil(chance_alone.expected)
    of = french.number(high) if low == high else f"{french.number(low)} à {french.number(high)}"
    return f"{french.plural(found, 'signal', 'signaux')} en tout, le hasard seul en donnerait {of}"


@answer
def listing(view: View, question: Question) -> list[tuple[str, Signal]]:
    """The signals of the question's sites, alerts first, then alphabetically."""
    found = [(name, s) for name, s in followed(view, question) if s.found]
    return sorted(
        found,
        key=lambda pair: (
            ORDER[pair[1].variation],
            french.alphabetical(pair[0]),
            pair[1].indicator,
        ),
    )


@answer
def signals(view: View, question: Question) -> Panel:
    """The signals of the question's sites as a table."""
    title, found = "Centres qui ont un signal", listing(view, question)
    if not found:
        return Panel("signaux", title, Message("Aucun signal ce mois-ci parmi les séries suivies."))
    rows = [
        (
            words(name),
            words(BY_CODE[s.indicator].short),
            words(sentences.VARIATIONS[s.variation]),
            words(month_of(s)),
            words(because(s)),
            words(sentences.ASSURANCES[s.assurance]),
        )
        for name, s in found
    ]
    columns = (
        ("Centre", ""),
        ("Indicateur", ""),
        ("Signal", ""),
        ("Point", ""),
        ("Pourquoi", ""),
        ("Cible", ""),
    )
    if all(s.target is None for _, s in found):  # a column of « sans cible » says nothing
        columns, rows = columns[:-1], [row[:-1] for row in rows]
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
    names = {p.code: p.name for p in places}
    if not question.site:
        names |= {p.department: p.department for p in places}
    if not (question.department or question.site):
        names["nation"] = "Le réseau"
    taken = [d for d in reversed(follow.decisions(view)) if d[2] in names]
    if not taken:
        return Panel("decisions", "Décisions", Message("Aucune décision notée."))
    known = follow.signals(view, {d[2] for d in taken})
    rows = [
        (
            day(on),
            words(names[scope]),
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


def judged(found: Signal | None, on: date) -> str:
    """What the points since a decision say: signal, no signal, or too early to tell."""
    after = (
        [i for i, m in enumerate(found.months) if m > on and found.values[i] is not None]
        if found
        else []
    )
    if found is None or found.chart is None or len(after) < SEEN_AFTER:
        return "trop tôt"
    return "signal" if any(found.chart.side[i] for i in after) else "pas de signal"
