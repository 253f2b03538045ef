"""Headlines: the sentence that a page, or a comparison, finds in its figures."""

from collections import Counter
from collections.abc import Sequence

from dashboard import french
from dashboard.answers import complaint_register as registers
from dashboard.answers import control_charts, site_alerts
from dashboard.answers import signals as signals_of
from dashboard.answers.complaint_register import register_now
from dashboard.answers.complaints import LATE_DAYS
from dashboard.answers.context import View, cached
from dashboard.answers.figures import overall_figures
from dashboard.answers.network import (
    handed_in_part,
    never_begun,
    short_name,
    silences,
    sites,
    time_of_visits,
)
from dashboard.answers.opening_answers import LARGE_FALL
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.indicators.measures import NO_VISITS
from dashboard.judgement.change_dates import signals_in_a_line, since_at_least
from dashboard.judgement.signal_sentences import months_in_words, none_worse, volume_gap
from dashboard.judgement.signals import Signal, gravest_first
from dashboard.judgement.silence import NOTHING, NOTHING_OF_MANY, explained_in_words
from dashboard.statistics import sentences
from dashboard.statistics.variation import Variation
from dashboard.wording import at_least, declared_alone, who_reported

S = french.SPACE
NAMED = 2  # sites where something gets worse


@cached
def department(view: View, question: Question) -> str:
    """« 19 230 usagers reçus sur 12 mois ; aucune dégradation relevée ; 5 plaintes attendent depuis plus de 30 jours » over the
    question's sites, the silent ones and a large fall of visits after their number; where nothing was handed in, that nothing
    was; "" of no site."""
    silent = "" if question.site else silent_sites(view, question)
    if found := f"{S}; ".join(_found(view, question, late_complaints(view, question), silent)):
        return found
    asked = sites(view, question)
    if not asked:
        return ""
    if not never_begun(view, question):
        return who_reported(overall_figures(view, question)["visits"])
    if len(asked) == 1:
        return f"le {asked[0].name} {NOTHING}"
    return f"ses {french.number(len(asked))} centres {NOTHING_OF_MANY}"


def _found(view: View, question: Question, waiting: str, silent: str = "") -> list[str]:
    """The parts of a headline: visits, a large fall, alerts, complaints that wait. Without a register of visits what else came is
    told all the same: visits that closings declare, complaints that wait; nothing where there is neither. waiting: of
    complaints; silent: sites."""
    visits, late = visits_received(view, question), late_complaint_count(view, question)
    known_late = late and not view.access.guest
    if not visits:
        declared = declared_alone(control_charts.trust_context(view, question).declared_alone)
        if not declared and not known_late:
            return []
        visits = declared or _no_register(view, question)
    fallen = large_falls(view, question)
    parts = [visits, silent, fallen, alerts(view, question), waiting]
    return [part for part in parts if part]


def _no_register(view: View, question: Question) -> str:
    """« registre des visites non remonté », where that is so; "" where it came, and is empty or late."""
    visits = overall_figures(view, question)["visits"]
    return "" if visits.sites_reporting else NO_VISITS


@cached
def large_falls(view: View, question: Question) -> str:
    """« bien moins d'usagers que d'habitude à Kandi et Nikki, en octobre 2026 », the largest fall first; of one site « bien moins
    d'usagers que d'habitude en octobre 2026 (changement) »; "" without a large fall."""
    short = {p.code: short_name(p) for p in sites(view, question)}
    falls = [
        (gap, code, one)
        for code, of in signals_of.signals_by_site(view, question).items()
        for one in of
        if (gap := volume_gap(one) or 0) <= -LARGE_FALL
    ]
    if not falls:
        return ""
    falls.sort(key=lambda fall: fall[:2])
    less, month = "bien moins d'usagers que d'habitude", falls[0][2].month_in_words
    if question.site:
        return f"{less} {month} (changement)"
    return f"{less} à {french.join_first([short[code] for _, code, _ in falls], NAMED)}, {month}"


@cached
def visits_received(view: View, question: Question) -> str:
    """« 19 230 usagers reçus sur 12 mois », « au moins » before it where a site did not report; "" without visits."""
    visits = overall_figures(view, handed_in_part(view, question))["visits"]
    if visits.value is None:
        return ""
    many = french.plural(visits.value, "usager reçu", "usagers reçus")
    return f"{at_least(visits)}{many} {time_of_visits(view, question)}"


@cached
def site(view: View, question: Question) -> str:
    """The headline of one site: whether it is silent, and its alerts: « attente de 29 min, pour 18 min d'habitude, depuis juin
    2026 ; 3 autres alertes ; 3 plaintes attendent depuis plus de 30 jours »; else as `department`. Without a site, how many
    sites there are and which are silent."""
    if not question.site:
        return _all_sites(view)
    silence, bad = (
        silences(view, question).get(question.site),
        site_alerts.site_alerts(view, question),
    )
    silent = silence.in_words if silence else ""
    # A silent site's complaints may have been answered since.
    late = late_complaint_count(view, question)
    waits = "" if silent and not late else late_complaints(view, question)
    if bad:
        others = french.plural(len(bad) - 1, "autre alerte", "autres alertes")
        first = signals_in_a_line(bad[:1], since_at_least(bad[0]))
        told = (
            bad[0].indicator == "complaints_late"
        )  # of the month's end: the same, of today, is another number
        found = [first, others if len(bad) > 1 else "", "" if told else waits]
    else:
        nothing_else = silence is not None and silence.days is None
        found = [waits] if nothing_else else _found(view, question, waits)
    return f"{S}; ".join(part for part in (silent, *found) if part)


@cached
def silent_sites(view: View, question: Question) -> str:
    """« 3 centres muets (Djougou, Kandi et Nikki) »; where some said why, how many; "" for none."""
    short = {p.code: short_name(p) for p in sites(view, question)}
    every = silences(view, question).values()
    found = sorted((s for s in every if s.is_silent), key=lambda s: s.order)
    if not found:
        return ""
    names, why = french.join_first([short[s.code] for s in found]), explained_in_words(found)
    many = french.plural(len(found), "centre muet", "centres muets")
    return f"{many} ({names}{f'{S}; {why}' if why else ''})"


def _all_sites(view: View) -> str:
    """How many sites may be seen, and which of them are silent, those that did not say why first."""
    short = {p.code: short_name(p) for p in sites(view)}
    silences_by_code = silences(view)
    found = sorted((s for s in silences_by_code.values() if s.is_silent), key=lambda s: s.order)
    silent, why = [short[s.code] for s in found], explained_in_words(found)
    never = sum(one.days is None for one in silences_by_code.values())
    begun = f"{S}; {never} {NOTHING if never == 1 else NOTHING_OF_MANY}" if never else ""
    mute = (
        f", dont {french.plural(len(silent), 'muet')} ({french.join_first(silent)}{f'{S}; {why}' if why else ''})"
        if silent
        else ""
    )
    return f"{french.number(len(short))}{mute}{begun}" if short else ""


@cached
def complaints(view: View, question: Question) -> str:
    """« 46 attendent depuis plus de 30 jours, dont 9 à Parakou (GSRU) et 7 à Djougou »; what is not known where no register
    came; "" for guests."""
    known = register_now(view, question)
    if not len(known):
        nothing = registers.waiting_count(view, question, 0)
        return "" if view.access.guest or nothing.is_complete else nothing.some_or_none("", "")
    late = known.where(known.age > LATE_DAYS)
    names, oldest = Counter(late.name.tolist()), Counter[str]()
    for name, age in zip(late.name.tolist(), late.age.tolist(), strict=True):
        oldest[name] = max(age, oldest[name])
    many = registers.waiting_count(view, question, names.total())
    if not names:
        older = f"depuis plus de {LATE_DAYS} jours"
        if known.is_open.any():
            return many.some_or_none("", f"aucune n'attend {older}")
        return many.some_or_none("", "aucune en cours", "plainte connue en cours")
    short = {p.name: short_name(p) for p in sites(view, question)}
    wait = "attend" if names.total() == 1 else "attendent"
    start = f"{french.number(names.total())}{many.known} {wait} depuis plus de {LATE_DAYS} jours"
    # Of sites with as many, the one whose complaint has waited longest comes first.
    most = sorted(
        names.items(), key=lambda pair: (-pair[1], -oldest[pair[0]], french.alphabetical(pair[0]))
    )
    if len(most) == 1:
        return f"{start}, à {short[most[0][0]]}"
    shown = most if len(most) <= 4 else most[:3]  # to leave out one alone saves nothing
    where = french.join_words([f"{french.number(n)} à {short[name]}" for name, n in shown])
    return f"{start}{', dont' if len(most) > len(shown) else f'{S}:'} {where}"


@cached
def signals(view: View, question: Question) -> str:
    """« 5 centres ont une alerte en octobre 2026, d'abord Djougou (4 alertes) » ; « aucun centre n'a d'alerte en octobre 2026 ;
    2 ont une amélioration ou un changement »; "" where no site is judged."""
    if not any(s.is_judged for _, s in signals_of.site_signals(view, question)):
        return ""
    when = f"en {french.month_label(control_charts.judged_month(view, question.last))}"
    short = {p.name: short_name(p) for p in sites(view, question)}
    listed = signals_of.ordered_signals(view, question)
    alerts = [(short[name], s) for name, s in listed if s.variation == Variation.ALERT]
    bad = Counter(name for name, _ in alerts)
    if not bad:
        others = len({name for name, _ in listed})
        have = "ont" if others > 1 else "a"
        more = f"{S}; {others} {have} une amélioration ou un changement" if others else ""
        judged = [one for one in signals_of.site_signals(view, question) if one[1].is_judged]
        return f"aucun centre n'a d'alerte {when}{_judged_sites(view, question, judged)}{more}"
    (first, n), *rest = bad.items()
    many = f" ({n} alertes)" if n > 1 else ""
    have = "ont une alerte" if rest else "a une alerte"
    gravest = f"surtout {first}" if rest else first
    when = months_in_words([s for _, s in alerts])
    return f"{french.plural(len(bad), 'centre')} {have} {when}, {gravest}{many}"


@cached
def alerts(view: View, question: Question) -> str:
    """« aucune dégradation relevée », « alertes à Djougou et Covè », the gravest first, over the question's sites in the last
    whole month of its period; "" where its filters leave no followed series, or the period has no whole month, or its only
    alerts are of the closings of sites that are silent, which is told of them."""
    judged = [(name, s) for name, s in signals_of.site_signals(view, question) if s.is_judged]
    month = control_charts.judged_month(view, question.last)
    if question.service or not judged or month < question.first.replace(day=1):
        return ""
    bad = gravest_first([(name, s) for name, s in judged if s.variation == Variation.ALERT])
    if not bad:
        return f"{none_worse(s for _, s in judged)}{_judged_sites(view, question, judged)}"
    short = {p.name: short_name(p) for p in sites(view, question)}
    silent = {one.name for one in silences(view, question).values() if one.is_silent}
    if not question.site:
        bad = [(n, s) for n, s in bad if n not in silent or s.indicator != "completeness"]
    if not bad:
        return ""
    where = list(dict.fromkeys(short[name] for name, _ in bad))
    if len(where) == 1:
        what = french.join_first(
            [french.lower_first(BY_CODE[s.indicator].short) for _, s in bad], NAMED
        )
        return f"alerte à {where[0]} ({what})"
    return f"alertes à {french.join_first(where, NAMED)}"


def _judged_sites(view: View, question: Question, judged: Sequence[tuple[str, Signal]]) -> str:
    """« (20 centres jugés sur 24) », where some sites cannot be judged; else ""."""
    there, n = len(sites(view, question)), len({name for name, _ in judged})
    many = french.plural(n, "centre jugé", "centres jugés")
    return f" ({many} sur {french.number(there)})" if n < there else ""


@cached
def late_complaints(view: View, question: Question) -> str:
    """« 3 plaintes attendent depuis plus de 30 jours »; "" for guests."""
    if view.access.guest:
        return ""
    many = registers.waiting_count(view, question, late_complaint_count(view, question))
    return french.lower_first(sentences.late(many, LATE_DAYS))


@cached
def late_complaint_count(view: View, question: Question) -> int:
    """How many complaints have been open for more than 30 days at the date of the data."""
    return int((register_now(view, question).age > LATE_DAYS).sum())
