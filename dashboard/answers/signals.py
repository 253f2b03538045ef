"""The signals of the question's sites, and proposed levels. The number expected by chance alone:
`dashboard.answers.expected_false_alarms`."""

from collections.abc import Mapping, Sequence
from datetime import date

from dashboard import french
from dashboard.answers import control_charts
from dashboard.answers.context import View, cached
from dashboard.answers.network import data_date_in_words, silences, site_names, sites
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.change_dates import since_at_least
from dashboard.judgement.control_charts import FOLLOWED, Level
from dashboard.judgement.signal_reasons import reason
from dashboard.judgement.signal_sentences import state, value_beside_usual
from dashboard.judgement.signals import SIGNALLED, Signal, gravest_first, rank
from dashboard.judgement.silence import Silence
from dashboard.judgement.usual_ranges import usual_before_level, usual_of_level
from dashboard.panel import (
    Cell,
    Link,
    Message,
    Panel,
    make_table,
    month_cell,
    site_cell,
    text_cell,
)
from dashboard.statistics import sentences
from dashboard.statistics.control_chart_levels import Origin
from dashboard.statistics.rule_rates import ROWS
from dashboard.statistics.rule_rates import rule_rates as simulated
from dashboard.wording import distinct_values, value_with_unit
from db.known_forms import ever_known

S = french.SPACE
ALREADY_IN_FORCE = "Un niveau proposé vaut déjà : les mois se jugent d'après lui. Refusé, l'habitude d'avant compte de nouveau."


@cached
def site_signals(
    view: View, question: Question, codes: Sequence[str] = FOLLOWED
) -> Sequence[tuple[str, Signal]]:
    """(site name, signal) of every followed series of the question's sites, at the last whole month of its period. Of sites that
    never handed in a visit or a closing only complaints are followed, where they handed these in: the rest is silence."""
    network, known = view.network, site_names(view, question)
    forms = ever_known(network)
    of_register = {"visits": forms.heard[0], "complaints": forms.heard[0] | forms.complaints[0]}
    row = {p.code: network.row[p.id] for p in network.places}
    signals = control_charts.signals(view, known, question.last)
    return [
        (known[scope], signals[scope][code])
        for scope in signals
        for code in codes
        if of_register[BY_CODE[code].register][row[scope]]
    ]


@cached
def ordered_signals(view: View, question: Question) -> Sequence[tuple[str, Signal]]:
    """(site name, signal) of the question's sites, sorted by `gravest_first`."""
    return gravest_first(pair for pair in site_signals(view, question) if pair[1].is_signal)


@cached
def signals_by_site(view: View, question: Question) -> Mapping[str, tuple[Signal, ...]]:
    """The signals of the question's sites in the last whole month of its period, by site code, the gravest first: what the map
    frames, and what the lines beside it tell. Empty where the filters leave no followed series, or the period no whole month."""
    month = control_charts.judged_month(view, question.last)
    if question.service or month < question.first.replace(day=1):
        return {}
    found: dict[str, list[Signal]] = {}
    for _, one in site_signals(view, question):
        if one.is_signal and one.is_within(question.first, question.last):
            found.setdefault(one.scope, []).append(one)
    return {
        site: tuple(sorted(of, key=lambda one: (SIGNALLED.index(one.variation), rank(one))))
        for site, of in found.items()
    }


@cached
def signals(view: View, question: Question) -> Panel:
    """A panel of the signals of the question's sites, as a table."""
    title, flagged = "Centres qui ont un signal", ordered_signals(view, question)
    if not flagged:
        # Names are listed with semicolons, for some have commas of their own.
        what = f"{french.SPACE}; ".join(
            french.lower_first(BY_CODE[code].short) for code in FOLLOWED
        )
        judged = any(s.is_judged for _, s in site_signals(view, question))
        none = Message(f"Sont suivis chaque mois, centre par centre{S}: {what}.", is_known=judged)
        return Panel("signaux", title, none)
    month, silences_by_code, at = (
        control_charts.judged_month(view, question.last),
        silences(view, question),
        data_date_in_words(view),
    )
    aimed = any(
        s.target is not None for _, s in flagged
    )  # without any target the column is left out
    rows = [
        (
            site_cell(name, s.scope),
            Cell(BY_CODE[s.indicator].short, link=_chart_link(s)),
            text_cell(_value_in_short(s, month)),
            text_cell(f"{state(s)}, {reason(s)}"),
            text_cell(_since(s, silences_by_code.get(s.scope), at)),
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


def _since(one: Signal, silence: Silence | None, at: str) -> str:
    """« juin 2026 », « en hausse depuis juin 2026 ». Of missing closings of a site that said why it is silent, « juin 2026 (au
    24/11/2026, muet, pas de réseau depuis le 4) ». at: the date of the data, in words."""
    since = since_at_least(one).removeprefix("depuis ")
    if one.indicator == "completeness" and silence and silence.why:
        return f"{since} ({at}, {silence.in_words})"
    return since


def _chart_link(one: Signal) -> Link:
    """The link to the control chart of a site's series."""
    return Link("signaux", (("centre", one.scope), ("indicateur", one.indicator)))


@cached
def proposed_levels(view: View, question: Question) -> tuple[tuple[str, Signal, Level], ...]:
    """(name, signal, level) of every proposed level that nobody has accepted or refused yet: of the question's sites and
    aggregates, in alphabetical order; the nation is « Le réseau »."""
    scopes = {**site_names(view, question), **aggregate_names(view, question)}
    judged = [s for s in scopes if not control_charts.is_judged_as_its_site(view, s)]
    found = [
        (scopes[scope], one, level)
        for scope, signals in control_charts.signals(view, judged, question.last).items()
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
        return Panel(
            "niveaux", title, Message("Aucun nouveau niveau n'attend d'être accepté ou refusé.")
        )
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
    return Panel("niveaux", title, table=make_table(columns, rows), caption=ALREADY_IN_FORCE)


def _level_in_words(one: Signal, level: Level) -> str:
    """« 24 min, au lieu de 18 min »: a proposed level beside the one before it."""
    now, before = usual_of_level(one, level), usual_before_level(one, level)
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
