"""The bulletin of a period: the sentences that its data allow, each with the number of cases behind it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dashboard import french
from dashboard.answers import complaint_register as registers
from dashboard.answers import control_charts, expected_false_alarms, signals
from dashboard.answers.context import View, cached
from dashboard.answers.figures import figures, overall_figures
from dashboard.answers.network import data_date_in_words, silences, site_names, sites
from dashboard.answers.question import Question
from dashboard.answers.trust import followed_scope, scope_signals
from dashboard.indicators import BY_CODE
from dashboard.judgement import bulletin
from dashboard.judgement.signal_sentences import gap_origin, value_beside_usual
from dashboard.judgement.signals import Signal
from dashboard.judgement.silence import NOTHING, NOTHING_OF_MANY, silent_sentence
from dashboard.period import ClippedPeriod, day_number, month_end
from dashboard.statistics import sentences
from dashboard.statistics.variation import ChartKind
from db.known_forms import known_forms

S = french.SPACE
ARTICLES = {"Collines": "les", "Donga": "la"}  # the others are masculine
KINDS = {"CCSP": "les CCSP", "GSRU": "les guichets GSRU"}


@cached
def lines(view: View, question: Question, period: ClippedPeriod) -> tuple[bulletin.Line, ...]:
    """The lines of the bulletin, in the order in which they are printed."""
    known = site_names(view, question)
    scope = followed_scope(question)
    site = known.get(question.site or "")
    words = f"le {site}" if site else scope_in_words(question.departments, question.kind)
    by_site = figures(view, question, "site")
    judged = control_charts.signals(view, [*([scope] if scope else []), *known], question.last)
    return tuple(
        bulletin.write(
            bulletin.Situation(
                period,
                words,
                overall_figures(view, question),
                judged.get(scope, {}) if scope else None,
                {} if question.site else {known[c]: judged[c] for c in known if c in judged},
                control_charts.trust_context(view, question),
                expected_false_alarms.false_alarm_budget(view, question),
                tuple(
                    sorted(
                        (
                            known[c]
                            for c, f in by_site.items()
                            if f["visits"].n and not f["wait_p50"].n
                        ),
                        key=french.alphabetical,
                    )
                ),
                site_names(view),
                _silent(view, question),
                _unheard(view, question),
                french.month_label(control_charts.judged_month(view, question.last)),
                knows_complaints=not view.access.guest,
            )
        )
    )


def _unheard(view: View, question: Question) -> tuple[str, ...]:
    """The names of the question's sites that handed in no form of the month that is judged."""
    month, network = control_charts.judged_month(view, question.last), view.network
    forms = known_forms(network, np.array([[day_number(month), day_number(month_end(month))]]))
    heard = (forms.heard | forms.complaints)[0]
    return tuple(p.name for p in sites(view, question) if not heard[network.row[p.id]])


def _silent(view: View, question: Question) -> tuple[str, int]:
    """Which of the question's sites are silent at the date of the data, as a sentence, and how many."""
    found = silences(view, question).values()
    sentence = silent_sentence(found, data_date_in_words(view), bulletin.NAMED)
    return sentence, sum(one.is_silent for one in found)


@cached
def findings(view: View, question: Question) -> tuple[str, ...]:
    """Two sentences on the last whole month: the signals of the question's own series, and how many signals chance alone would
    give. The page's headline is `headlines.signals`."""
    when = f"en {french.month_label(control_charts.judged_month(view, question.last))}"
    return (_scope_signals(view, question, when), _expected_by_chance(view, question))


def _scope_signals(view: View, question: Question, when: str) -> str:
    """« Le réseau, en octobre 2026 : attente médiane, 24 min, contre 18 min d'habitude. 2 autres signaux. »: the gravest signal
    of the question's own series, or why there is none. when: the month, in words."""
    known = site_names(view, question)
    own = known.get(question.site or "", "")
    scope = own or french.upper_first(scope_in_words(question.departments, question.kind))
    if followed_scope(question) is None:
        return f"{scope}{S}: pas de jugement d'ensemble{S}; chaque centre est comparé à lui-même."
    judged = [s for s in scope_signals(view, question).values() if s.is_judged]
    flagged = [s for s in judged if s.is_signal]
    if not judged and all(one.days is None for one in silences(view, question).values()):
        return f"{scope} {NOTHING_OF_MANY if scope.startswith('Les ') else NOTHING}."
    if not judged:
        if len(_unheard(view, question)) == len(known):
            month = when.removeprefix("en ")
            nothing = "ni registre des visites ni fiche" if view.access.guest else "rien"
            return f"{scope}{S}: rien à juger, {nothing} remis pour {month}."
        return f"{scope}{S}: trop tôt pour juger."
    if not flagged:
        return f"{scope}{S}: rien d'inhabituel {when}."
    first = flagged[0]
    label = french.lower_first(BY_CODE[first.indicator].short)
    others = [french.lower_first(BY_CODE[one.indicator].short) for one in flagged[1:]]
    also = (
        f" {'Autre signal' if len(others) == 1 else 'Autres signaux'}{S}: {french.join_first(others)}."
        if others
        else ""
    )
    origin = f" {gap_origin(first, known)}" if gap_origin(first, known) else ""
    there = _known_at_month_end(view, question, first)
    return f"{scope}, {first.month_in_words}{S}: {label}, {value_beside_usual(first)}.{there}{origin}{also}"


def _known_at_month_end(view: View, question: Question, one: Signal) -> str:
    """« Registre des plaintes à jour dans 12 centres sur 24. », of what is left at a month's end at several sites: only theirs is
    in it, and other pages count what is known of the others too; "" where all are."""
    if one.kind != ChartKind.STOCK or question.site or one.latest is None:
        return ""
    at_end = replace(question, last=month_end(one.latest))
    missing = registers.coverage(view, at_end).missing
    return f" {french.upper_first(missing)}." if missing else ""


def _expected_by_chance(view: View, question: Question) -> str:
    """How many of the sites' series have a signal, beside how many chance alone would give."""
    judged = [s for _, s in signals.site_signals(view, question) if s.is_judged]
    return sentences.signal_budget(
        sum(s.is_signal for s in judged), expected_false_alarms.false_alarm_budget(view, question)
    )


def scope_in_words(departments: Sequence[str], kind: str | None = None) -> str:
    """The scope of filters, with its article: « le réseau », « les Collines », « les CCSP du Zou »."""
    if not departments:
        return KINDS[kind] if kind else "le réseau"
    if len(departments) > 1:
        named = french.join_words(departments)
        return f"{KINDS[kind]} ({named})" if kind else f"les départements {named}"
    department = departments[0]
    bare = french.elide(ARTICLES.get(department, "le"), department)
    if kind is None:
        return bare
    of = {"le": f"du {department}", "les": f"des {department}"}.get(bare.split()[0], f"de {bare}")
    return f"{KINDS[kind]} {of}"
