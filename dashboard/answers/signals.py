"""The signals of the question's sites, proposed levels, and decisions with what followed them. The number expected by chance
alone: `dashboard.answers.expected_false_alarms`."""

import math
from collections.abc import Sequence
from datetime import date

import numpy as np

from dashboard import french
from dashboard.answers import control_charts
from dashboard.answers.context import View, cached
from dashboard.answers.network import silences, site_names, sites
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.change_dates import since_at_least
from dashboard.judgement.control_charts import FOLLOWED, ControlChart, Level
from dashboard.judgement.signal_sentences import distinct_values, value_beside_usual
from dashboard.judgement.signals import Signal, gravest_first
from dashboard.panel import (
    Cell,
    Link,
    Message,
    Panel,
    day_cell,
    make_table,
    month_cell,
    site_cell,
    text_cell,
)
from dashboard.statistics import sentences
from dashboard.statistics.control_chart_levels import Origin
from dashboard.statistics.rule_rates import ROWS
from dashboard.statistics.rule_rates import rule_rates as simulated
from dashboard.statistics.variation import ChartKind
from dashboard.wording import value_with_unit

S = french.SPACE
SEEN_AFTER = 3  # points after a decision before anything is said of it
DECIDED_LATER = "Une décision reste sur la courbe de suivi, et se juge après trois mois."


@cached
def site_signals(
    view: View, question: Question, codes: Sequence[str] = FOLLOWED
) -> Sequence[tuple[str, Signal]]:
    """(site name, signal) of every followed series of the question's sites, at the last whole month of its period. Sites that
    never handed in anything are left out: that they hand in no closing is shown as silence."""
    without_data = {
        code for code, silence in silences(view, question).items() if silence.last is None
    }
    known = {
        code: name for code, name in site_names(view, question).items() if code not in without_data
    }
    signals = control_charts.signals(view, known, question.last)
    return [(known[scope], signals[scope][code]) for scope in signals for code in codes]


@cached
def ordered_signals(view: View, question: Question) -> Sequence[tuple[str, Signal]]:
    """(site name, signal) of the question's sites, sorted by `gravest_first`."""
    return gravest_first(pair for pair in site_signals(view, question) if pair[1].is_signal)


@cached
def signals(view: View, question: Question) -> Panel:
    """A panel of the signals of the question's sites, as a table."""
    title, flagged = "Centres qui ont un signal", ordered_signals(view, question)
    if not flagged:
        # Names are listed with semicolons, for some have commas of their own.
        what = f"{french.SPACE}; ".join(
            french.lower_first(BY_CODE[code].short) for code in FOLLOWED
        )
        return Panel(
            "signaux", title, Message(f"Suivis chaque mois, centre par centre{S}: {what}.")
        )
    month = control_charts.judged_month(view, question.last)
    aimed = any(
        s.target is not None for _, s in flagged
    )  # without any target the column is left out
    rows = [
        (
            site_cell(name, s.scope),
            Cell(BY_CODE[s.indicator].short, link=_chart_link(s)),
            text_cell(_value_in_short(s, month)),
            text_cell(sentences.STATES[s.variation]),
            text_cell(_since(s)),
            *([text_cell(sentences.ASSURANCES[s.assurance])] if aimed else []),
        )
        for name, s in flagged
    ]
    columns = (
        ("Centre", ""),
        ("Indicateur", ""),
        (french.upper_first(french.month_label(month)), ""),
        ("Signal", ""),
        ("Depuis", ""),
        *([("Cible", "")] if aimed else []),
    )
    return Panel("signaux", title, table=make_table(columns, rows))


def _value_in_short(one: Signal, month: date) -> str:
    """« 41 %, contre 97 % d'habitude »; with its month or quarter where that is not `month`."""
    words = value_beside_usual(one)
    return words if one.latest == month else f"{one.month_label}{french.SPACE}: {words}"


def _since(one: Signal) -> str:
    """« juin 2026 », « huit mois ou plus »; « — » where the change has no date."""
    return (since_at_least(one) or "—").removeprefix("depuis ")


def _chart_link(one: Signal) -> Link:
    """The link to the control chart of a site's series."""
    return Link("signaux", (("centre", one.scope), ("indicateur", one.indicator)))


@cached
def proposed_levels(view: View, question: Question) -> tuple[tuple[str, Signal, Level], ...]:
    """(name, signal, level) of every proposed level that nobody has accepted or refused yet: of the question's sites and
    aggregates, in alphabetical order; the nation is « Le réseau »."""
    scopes = {**site_names(view, question), **aggregate_names(view, question)}
    found = [
        (scopes[scope], one, level)
        for scope, signals in control_charts.signals(view, scopes, question.last).items()
        for one in signals.values()
        for level in one.chart.levels
        if level.origin == Origin.PROPOSED
    ]
    return tuple(
        sorted(found, key=lambda x: (french.alphabetical(x[0]), x[1].indicator, x[2].start))
    )


def aggregate_names(view: View, question: Question) -> dict[str, str]:
    """The names of the aggregates (nation, departments) that a question includes, by scope."""
    if question.site or question.kind:
        return {}
    if question.departments:
        return {name: name for name in question.departments}
    departments = {p.department: p.department for p in sites(view, question)}
    return {"nation": "Le réseau", **departments}


@cached
def levels(view: View, question: Question) -> Panel:
    """A panel of the proposed levels that wait for a decision, as a table."""
    title, waiting = "Nouveaux niveaux proposés", proposed_levels(view, question)
    if not waiting:
        return Panel("niveaux", title, Message("Aucun nouveau niveau n'attend de réponse."))
    rows = [
        (
            text_cell(name),
            text_cell(BY_CODE[one.indicator].short),
            month_cell(level.start),
            text_cell(_level_in_words(one, level)),
        )
        for name, one, level in waiting
    ]
    columns = (("Où", ""), ("Indicateur", ""), ("Depuis", "month"), ("D'habitude, désormais", ""))
    return Panel("niveaux", title, table=make_table(columns, rows))


def _level_in_words(one: Signal, level: Level) -> str:
    """« 24 min, au lieu de 18 min »: a proposed level beside the one before it."""
    at = one.chart.months.index(level.start)
    if one.chart.median is not None:
        return _medians_in_words(one, one.chart.median, at)
    value = float(one.chart.usual[at])
    # For an aggregate, what was usual before at the same mix of sites, that of the level's first month.
    earlier = (
        one.chart.usual_when_judged[at : at + 1]
        if one.kind == ChartKind.EXPECTED
        else one.chart.usual[:at]
    )
    before = [float(v) for v in earlier if not math.isnan(v)]
    if math.isnan(value):
        return "—"
    if not before:
        return value_with_unit(BY_CODE[one.indicator], value)
    return "{}, au lieu de {}".format(*distinct_values(one.indicator, value, before[-1]))


def _medians_in_words(one: Signal, medians: np.ndarray, at: int) -> str:
    """The same for waits, as medians of the months of the new level and of the level before. medians: (m,); at: position of the
    level's first month."""
    starts = [one.chart.months.index(level.start) for level in one.chart.levels]
    first = max((start for start in starts if start < at), default=0)
    now, before = (
        float(np.nanmedian(part)) if np.isfinite(part).any() else None
        for part in (medians[at:], medians[first:at])
    )
    if now is None:
        return "—"
    if before is None:
        return value_with_unit(BY_CODE[one.indicator], now)
    return "{}, au lieu de {}".format(*distinct_values(one.indicator, now, before))


@cached
def rates(view: View) -> Panel:
    """A panel of the false alarms of the two rules and of the changes that they find: simulated, the same at each run
    (dashboard.statistics.rule_rates)."""
    del view  # the same for everybody
    rows = [
        (
            text_cell(ROWS[one.series]),
            Cell(french.number(one.months_flagged, 2), one.months_flagged),
            Cell("—")
            if one.detected_1 is None
            else Cell(french.percent(100 * one.detected_1), one.detected_1),
            Cell("—")
            if one.detected_2 is None
            else Cell(french.percent(100 * one.detected_2), one.detected_2),
        )
        for one in simulated()
    ]
    columns = (
        ("Série", ""),
        ("Mois signalés par an", ""),
        ("Changement d'un écart type vu en 8 mois", ""),
        ("de deux écarts types", ""),
    )
    return Panel(
        "taux",
        "Ce que la règle signale à tort, et ce qu'elle trouve",
        table=make_table(columns, rows),
    )


@cached
def decisions(view: View, question: Question) -> Panel:
    """A panel of the decisions on what may be seen, the newest first, with the outcome of each."""
    places = sites(view, question)
    scopes = {p.code: p.name for p in places}
    if not question.site:
        scopes |= {p.department: p.department for p in places}
    if not (question.departments or question.site):
        scopes["nation"] = "Le réseau"
    taken = [d for d in reversed(control_charts.decisions(view)) if d[2] in scopes]
    if not taken:
        return Panel(
            "decisions",
            "Décisions",
            Message(f"Aucune n'est notée. {DECIDED_LATER}"),
        )
    known = control_charts.control_charts(view)
    rows = [
        (
            day_cell(on),
            text_cell(scopes[scope]),
            text_cell(BY_CODE[i].short),
            text_cell(what),
            text_cell(who),
            day_cell(due),
            text_cell(decision_outcome(known.get(scope, {}).get(i), on)),
            text_cell(by or "—"),
        )
        for _, i, scope, on, who, what, due, by in taken
    ]
    columns = (
        ("Décidé le", "day"),
        ("Sur", ""),
        ("Indicateur", ""),
        ("Quoi", ""),
        ("Qui", ""),
        ("Pour le", "day"),
        ("Depuis", ""),
        ("Noté par", ""),
    )
    return Panel(
        "decisions",
        "Décisions",
        table=make_table(columns, rows),
        caption="« Depuis » : ce que disent les mois commencés"
        f" après la décision ; trop tôt avant {SEEN_AFTER} points.",
    )


def decision_outcome(chart: ControlChart | None, on: date) -> str:
    """What the points since a decision show: a signal, no signal, or too early to tell. on: the day of the decision."""
    if chart is None or not chart.is_judged:
        return "trop tôt"
    after = [i for i, m in enumerate(chart.months) if m > on and chart.level_start[i] >= 0]
    if len(after) < SEEN_AFTER:
        return "trop tôt"
    return "signal" if any(chart.side[i] for i in after) else "pas de signal"
