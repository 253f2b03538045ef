"""What quality rules find, in French: « à vérifier », never more than that."""

from collections.abc import Sequence
from datetime import date

from dashboard import french
from dashboard.judgement.quality_evidence import Finding
from dashboard.judgement.quality_rules import BY_KEY, QualityRule
from dashboard.period import day_from_number, day_number

S = french.SPACE
MOST = 3  # rules in a line
NAMED = 2  # sites in a doubt
YEARS = f"1{S}000"  # of honest sites, and as many with each fault
ON_TRIAL = (
    f"Fausses alertes et fautes vues sont comptées sur {YEARS} années de centres inventés, d'abord sans faute, puis avec celle"
    " qui est nommée. Un centre réel peut avoir d'autres raisons."
)


def when_in_words(finding: Finding) -> str:
    """« octobre 2026 », « de juillet à septembre 2026 », « du 04/11/2026 au 09/11/2026 »: when a finding is of."""
    first, last = day_from_number(finding.first), day_from_number(finding.last)
    if finding.rule == "sudden_zero":
        same = first == last
        return (
            f"le {french.date_short(first)}"
            if same
            else f"du {french.date_short(first)} au {french.date_short(last)}"
        )
    if (first.year, first.month) == (last.year, last.month):
        return french.month_label(first)
    begins = (
        french.MONTHS[first.month - 1] if first.year == last.year else french.month_label(first)
    )
    return f"{french.elide('de', begins)} à {french.month_label(last)}"


def what_in_words(finding: Finding) -> str:
    """« 2 mois sans une prestation habituelle (Acte de naissance) »."""
    words = BY_KEY[finding.rule].count_in_words(finding.count)
    detail = finding.detail
    return f"{words} ({detail})" if detail else words


def check_in_words(name: str, rule: str, first: date, last: date, at: date, reason: str) -> str:
    """« 12/11/2026 : CCSP de Kandi, Attentes de 4 heures ou plus, octobre 2026 (heures relues) »: what was checked of a site, in
    a list. name: the site's; rule: its key; at: the day of the check."""
    when = when_in_words(Finding(rule, day_number(first), day_number(last), 0))
    return f"{french.date_short(at)}{S}: {name}, {BY_KEY[rule].title}, {when} ({reason})"


def trust_words(findings: Sequence[Finding], sites: int, period: tuple[int, int]) -> str:
    """« à vérifier : 12 attentes de 4 heures ou plus, 3 jours où … (2 centres) », the most first; "" without any. sites: how many
    the findings are of; period: first and last day of the figure, since 1970. Of a finding that is wider: « (de juillet à
    septembre 2026) »."""
    if not findings:
        return ""
    totals: dict[tuple[str, str], int] = {}
    for finding in findings:
        is_wider = not BY_KEY[finding.rule].has_days and not (
            period[0] <= finding.first and finding.last <= period[1]
        )
        key = finding.rule, f" ({when_in_words(finding)})" if is_wider else ""
        totals[key] = totals.get(key, 0) + finding.count
    ordered = sorted(totals, key=lambda key: -totals[key])
    words = [BY_KEY[rule].count_in_words(totals[rule, of]) + of for rule, of in ordered[:MOST]]
    more = len(ordered) - MOST
    if more > 0:
        words.append(french.plural(more, "autre constat", "autres constats"))
    where = f" ({french.plural(sites, 'centre')})" if sites > 1 else ""
    return f"à vérifier{S}: {', '.join(words)}{where}"


def doubt(findings: Sequence[Finding], places: Sequence[str], when: str) -> str:
    """« presque toutes les arrivées notées à 8 h à Covè : à vérifier »: that times were written by a form; "" without findings.
    places: the short names of the sites that they are of, none of a page of one site; when: « en octobre 2026 », or ""."""
    if not findings:
        return ""
    times = sorted({finding.detail for finding in findings})
    at = times[0] if len(times) == 1 else "une même minute"
    where = ""
    if places:
        named = len(places) <= NAMED
        where = (
            f" à {french.join_words(places)}"
            if named
            else f" dans {french.plural(len(places), 'centre')}"
        )
    return f"presque toutes les arrivées notées à {at}{where}{f' {when}' if when else ''}{S}: à vérifier"


def method_in_words(rule: QualityRule) -> str:
    """« Des usagers appelés… Fausses alertes : 9,8 en 100 ans d'un centre. À l'essai : 44 % vues (une heure d'appel notée…). »"""
    rate = french.number(rule.false_alarms, 1)
    alarms = f"{rate} en 100 ans d'un centre" if rule.false_alarms else f"aucune en {YEARS} ans"
    found = f"{french.percent(100 * rule.found, 1)} vues ({rule.planted})"
    return f"{rule.method} Fausses alertes{S}: {alarms}. À l'essai{S}: {found}."
