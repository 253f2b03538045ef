"""RULES: what of a register is to be checked, one entry a rule. A rule accuses nobody and takes no row out of any figure.

How often each is wrong about honest sites, and how often it finds what was planted: `python -m tests.benchmarks.quality_rules`,
which prints the numbers that stand in its entry.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from dashboard import french
from dashboard.indicators import BY_CODE, TIMED
from dashboard.judgement import quality_finders as finders
from dashboard.judgement.quality_evidence import EvidenceRow, Finding, SiteEvidence, VisitRows

S = french.SPACE


class About(StrEnum):
    """What a rule puts in question, and with it the figures that rest on it."""

    VISITS = "visits"
    WAITS = "waits"
    SATISFACTION = "satisfaction"
    CLOSINGS = "closings"


@dataclass(frozen=True, kw_only=True)
class QualityRule:
    """An entry of RULES.

    key: its name. title: on screen. one, many: words after its number. about: what it puts in question. method: how it judges,
    a sentence. to_do: what to do about it. columns: headings of its rows after the day. find: what is to be checked at a site.
    which: of rows of the register, those that are meant; None where `rows` gives others: days, months, numbers. empties: whether
    the figures that rest on it then say nothing, so that it is said beside them.
    false_alarms: findings in a hundred years of an honest site; planted: the fault that was tried, found: the share of years
    in which it was seen (simulated).
    """

    key: str
    title: str
    one: str
    many: str
    about: frozenset[About]
    method: str
    to_do: str
    columns: tuple[str, ...]
    find: Callable[[SiteEvidence], Iterator[Finding]]
    which: Callable[[SiteEvidence, VisitRows], np.ndarray] | None = None
    rows: Callable[[SiteEvidence, Finding], list[EvidenceRow]] | None = None
    empties: bool = False
    planted: str
    false_alarms: float
    found: float

    @property
    def has_days(self) -> bool:
        """Whether each of its rows is of one day: a sum of a month or a quarter is of no day."""
        return self.rows in (None, finders.day_rows)

    def count_in_words(self, count: int) -> str:
        """« 3 jours où la clôture et le registre diffèrent »."""
        return french.plural(count, self.one, self.many)


VISIT_COLUMNS = ("Arrivée", "Appel", "Attente", "Référence")
DAY_COLUMNS = ("Usagers au registre", "Déclarés à la clôture")

RULES = (
    QualityRule(
        key="long_waits",
        title="Attentes de 4 heures ou plus",
        one="attente de 4 heures ou plus",
        many="attentes de 4 heures ou plus",
        about=frozenset({About.WAITS}),
        method="Des usagers appelés 4 heures ou plus après leur arrivée, plus que les autres attentes du centre ne le laissent"
        " attendre (moins de 5 chances sur 100).",
        to_do="Relire au registre papier l'heure d'arrivée et l'heure d'appel ; si elles sont justes, le dire.",
        columns=VISIT_COLUMNS,
        find=finders.find_long_waits,
        which=finders.are_long,
        planted="une heure d'appel notée 5 heures trop tard",
        false_alarms=9.8,
        found=0.435,
    ),
    QualityRule(
        key="zero_waits",
        title="Attentes nulles à la suite",
        one="attente nulle à la suite d'autres",
        many="attentes nulles à la suite",
        about=frozenset({About.WAITS}),
        method=f"{finders.ZERO_RUN} usagers de suite ou plus appelés à la minute de leur arrivée, un mois où c'est plus fréquent"
        f" que d'habitude, ou la moitié des attentes d'un centre qui en note {finders.CROWD} par jour ou plus ; là où les minutes"
        " sont arrondies, l'habitude seule compte.",
        to_do="Demander si l'heure d'appel a été recopiée de l'heure d'arrivée.",
        columns=VISIT_COLUMNS,
        find=finders.find_zero_waits,
        which=finders.are_zeros_in_a_row,
        planted="une semaine où l'heure d'appel recopie l'heure d'arrivée",
        false_alarms=0.0,
        found=0.948,
    ),
    QualityRule(
        key="digits",
        title="Minutes arrondies",
        one="attente d'un trimestre aux minutes arrondies",
        many="attentes d'un trimestre aux minutes arrondies",
        about=frozenset({About.WAITS}),
        method=f"Le dernier chiffre des minutes d'attente d'un trimestre, sur {finders.DIGITS_FROM} attentes au moins : une note"
        f" de préférence (OMS, MONICA) de plus de {finders.PREFERENCE:.0f}.",
        to_do="Rappeler que l'heure se note à la minute ; une médiane de minutes arrondies se lit à l'arrondi près.",
        columns=("Dernier chiffre", "Attentes", "Sans préférence"),
        find=finders.find_digit_preference,
        rows=finders.digit_rows,
        planted="un trimestre où la moitié des attentes sont arrondies à 5 minutes",
        false_alarms=0.0,
        found=0.884,
    ),
    QualityRule(
        key="same_minute",
        title="Arrivées à une même minute",
        one="arrivée à la même minute que d'autres",
        many="arrivées à une même minute",
        about=frozenset({About.WAITS}),
        method=f"Un mois de {finders.SAME_FROM} arrivées ou plus dont l'heure est notée,"
        f" {french.percent(100 * finders.SAME_SHARE)} d'entre elles ou plus à une même minute, comme un formulaire l'écrit tant"
        " que personne ne la change.",
        to_do="Demander comment l'heure d'arrivée est notée ; écrite d'office, ni les attentes ni l'affluence n'en disent rien.",
        columns=VISIT_COLUMNS,
        find=finders.find_same_minute,
        which=finders.are_at_one_minute,
        empties=True,
        planted="un mois où l'heure d'arrivée est notée à l'ouverture",
        false_alarms=0.0,
        found=1.0,
    ),
    QualityRule(
        key="copies",
        title="Même contenu sous d'autres références",
        one="ligne qui en répète une autre",
        many="lignes qui en répètent d'autres",
        about=frozenset({About.VISITS}),
        method=f"Un jour plus chargé que d'habitude, ou l'un des premiers, {finders.COPIES} lignes ou plus qui disent la même"
        " chose qu'une autre, heures comprises, sous une autre référence ou sans, et plus que le hasard n'en fait là où elles"
        " disent peu.",
        to_do="Voir si le registre du jour a été remis deux fois ; si oui, retirer le lot en trop.",
        columns=VISIT_COLUMNS,
        find=finders.find_copies,
        which=finders.are_copies,
        planted="une semaine remise deux fois, sous d'autres références",
        false_alarms=0.0,
        found=0.939,
    ),
    QualityRule(
        key="outside_hours",
        title="Arrivées hors des heures d'ouverture",
        one="arrivée hors des heures d'ouverture",
        many="arrivées hors des heures d'ouverture",
        about=frozenset({About.VISITS}),
        method="Une arrivée plus d'une heure avant l'ouverture ou après la fermeture ; là où les heures ne sont pas renseignées,"
        " avant 6 h ou après 20 h. Compté par heures entières : 18 h 59 est encore l'heure de 18 h.",
        to_do="Relire l'heure au registre papier, ou corriger les heures du centre au Référentiel.",
        columns=VISIT_COLUMNS,
        find=finders.find_outside_hours,
        which=finders.are_outside,
        planted="une après-midi notée sur douze heures (2 h pour 14 h)",
        false_alarms=0.0,
        found=1.0,
    ),
    QualityRule(
        key="sudden_zero",
        title="Plus personne, soudain",
        one="jour ouvert sans personne",
        many="jours ouverts sans personne",
        about=frozenset({About.VISITS}),
        method="Des jours ouverts de suite dont le registre est remis et vide, là où le hasard le fait moins d'une fois"
        " sur 10 000.",
        to_do="Demander si le centre était fermé : une fermeture déclarée retire ces jours des moyennes.",
        columns=DAY_COLUMNS,
        find=finders.find_sudden_zero,
        rows=finders.day_rows,
        planted="une semaine remise vide",
        false_alarms=0.4,
        found=0.999,
    ),
    QualityRule(
        key="evenness",
        title="Jours trop semblables",
        one="jour d'un mois aux nombres trop semblables",
        many="jours d'un mois aux nombres trop semblables",
        about=frozenset({About.VISITS}),
        method=f"Le nombre d'usagers de {finders.EVEN_DAYS} jours ouverts ou plus d'un mois varie moins que le hasard ne le"
        " ferait une fois sur 1 000.",
        to_do="Demander comment le nombre du jour est compté, et comparer quelques jours au registre papier.",
        columns=DAY_COLUMNS,
        find=finders.find_evenness,
        rows=finders.day_rows,
        planted="un mois où chaque jour reçoit de 10 à 14 usagers",
        false_alarms=0.2,
        found=0.991,
    ),
    QualityRule(
        key="all_satisfied",
        title="Tous satisfaits",
        one="réponse, toutes « satisfait »",
        many="réponses, toutes « satisfait »",
        about=frozenset({About.SATISFACTION}),
        method=f"Un trimestre de {finders.SATISFIED} réponses ou plus, sans un seul usager insatisfait.",
        to_do="Demander comment la question est posée ; un « oui » noté d'office ne dit rien.",
        columns=("Satisfaits", "Insatisfaits"),
        find=finders.find_all_satisfied,
        rows=finders.satisfied_rows,
        planted="un trimestre où « oui » est noté d'office",
        false_alarms=0.3,
        found=1.0,
    ),
    QualityRule(
        key="declared",
        title="Clôture et registre diffèrent nettement",
        one="jour où clôture et registre diffèrent nettement",
        many="jours où clôture et registre diffèrent nettement",
        about=frozenset({About.VISITS, About.CLOSINGS}),
        method=f"Un jour remis et clos où l'écart dépasse {finders.GAP} usagers et"
        f" {french.percent(100 * finders.GAP_SHARE)} du registre.",
        to_do="Recompter le jour au registre papier, puis corriger la clôture ou remettre les lignes qui manquent.",
        columns=DAY_COLUMNS,
        find=finders.find_declared,
        rows=finders.day_rows,
        planted="un jour dont un tiers des lignes n'a pas été saisi",
        false_alarms=21.3,
        found=0.718,
    ),
    QualityRule(
        key="repeated_month",
        title="Un mois qui en répète un autre",
        one="jour d'un mois qui en répète un autre",
        many="jours d'un mois qui en répète un autre",
        about=frozenset({About.VISITS}),
        method=f"{finders.REPEATED} jours ouverts ou plus avec les mêmes nombres d'usagers, dans le même ordre, qu'un des douze"
        " mois d'avant.",
        to_do="Comparer les deux mois au registre papier ; remettre celui qui a été recopié.",
        columns=DAY_COLUMNS,
        find=finders.find_repeated_months,
        rows=finders.day_rows,
        planted="un mois dont les jours recopient ceux d'un autre",
        false_alarms=0.0,
        found=1.0,
    ),
    QualityRule(
        key="vanished_service",
        title="Une prestation qui disparaît",
        one="mois sans une prestation habituelle",
        many="mois sans une prestation habituelle",
        about=frozenset({About.VISITS}),
        method=f"Un mois entier sans une prestation présente {finders.PRESENT} des 12 mois d'avant, quand"
        f" {finders.VANISHED:.0f} demandes au moins étaient à attendre.",
        to_do="Demander si la prestation n'est plus rendue, ou si elle est notée sous un autre nom.",
        columns=("Usagers du mois", "Demandes à attendre"),
        find=finders.find_vanished_services,
        rows=finders.service_rows,
        planted="la prestation la plus demandée notée sous une autre, un mois",
        false_alarms=0.0,
        found=0.996,
    ),
)
BY_KEY = {rule.key: rule for rule in RULES}


def rules_for(code: str) -> tuple[QualityRule, ...]:
    """The rules that put an indicator's figures in question: those about what it rests on."""
    entry = BY_CODE[code]
    if entry.register != "visits":
        return ()
    about = {About.CLOSINGS if entry.closings else About.VISITS}
    if entry.required == TIMED:
        about.add(About.WAITS)
    elif entry.required is not None:
        about.add(About.SATISFACTION)
    return tuple(rule for rule in RULES if rule.about & about)


def find_all(evidence: SiteEvidence) -> tuple[Finding, ...]:
    """All that is to be checked at a site, by rule, the oldest first."""
    return tuple(finding for rule in RULES for finding in rule.find(evidence))


def evidence_rows(evidence: SiteEvidence, finding: Finding) -> list[EvidenceRow]:
    """The rows that a finding means, in the order of their days."""
    rule = BY_KEY[finding.rule]
    if rule.rows is not None:
        return rule.rows(evidence, finding)
    days = np.array(finding.days or range(finding.first, finding.last + 1), dtype=np.int64)
    visits = evidence.read(days)
    meant = rule.which(evidence, visits) if rule.which else np.ones(len(visits.day), dtype=bool)
    return [_visit_row(visits, i) for i in np.flatnonzero(meant).tolist()]


def _visit_row(visits: VisitRows, i: int) -> EvidenceRow:
    arrived, called, wait = (int(v[i]) for v in (visits.arrived, visits.called, visits.wait))
    cells = (
        french.clock_time(arrived) if arrived >= 0 else "—",
        french.clock_time(called) if called >= 0 else "—",
        f"{wait}{S}min" if wait >= 0 else "—",
        visits.reference[i] or "—",
    )
    return EvidenceRow(int(visits.day[i]), cells)
