"""What a heading says of waits: how long people wait, where it is in alert, where one waits longest."""

from dashboard import french
from dashboard.answers import control_charts, quality_checks
from dashboard.answers import signals as signals_of
from dashboard.answers.context import View, cached
from dashboard.answers.figures import figures, overall_figures
from dashboard.answers.network import never_begun, short_name, sites
from dashboard.answers.question import Question
from dashboard.answers.row_verdicts import verdicts_of
from dashboard.answers.uncertainty import intervals
from dashboard.indicators import codes_placed_in
from dashboard.indicators.measures import NO_VISITS
from dashboard.judgement.standing_apart import Verdict
from dashboard.statistics.variation import Variation
from dashboard.wording import shown_value

S = french.SPACE
SMALL = 5  # sites: of so few it is said whenever one is missing
WAITING = codes_placed_in("waits")
NAMED = 2  # sites in alert


@cached
def waits(view: View, question: Question) -> str:
    """« un usager sur deux a attendu 15 min ou plus, un sur dix 51 min ou plus », « alerte à Djougou en octobre 2026 » before it,
    « l'attente n'est pas mesurée », « registre des visites non remonté »; "" without visits, or with too few."""
    if never_begun(view, question):
        return NO_VISITS
    figures = overall_figures(view, question)
    half, tenth = figures["wait_p50"], figures["wait_p90"]
    if half.value is None:
        return "l'attente n'est pas mesurée" if figures["visits"].n and not half.n else ""
    more = f", un sur dix {shown_value(tenth)} ou plus" if tenth.value is not None else ""
    said = f"un usager sur deux a attendu {shown_value(half)} ou plus{more}{_measured_sites(view, question)}"
    worse = _longer_waits(view, question)
    doubt = quality_checks.doubt(view, question, "wait_p50")
    return f"{S}; ".join(filter(None, (worse, said, doubt)))


def _longer_waits(view: View, question: Question) -> str:
    """« alerte à Djougou en octobre 2026 », of the sites whose waits are in alert in the last whole month; "" without one."""
    month = control_charts.judged_month(view, question.last)
    if question.site or question.service or month < question.first.replace(day=1):
        return ""
    short = {p.code: short_name(p) for p in sites(view, question)}
    bad = [
        short[code]
        for code, of in signals_of.signals_by_site(view, question).items()
        if any(s.variation == Variation.ALERT and s.indicator in WAITING for s in of)
    ]
    many = "alertes" if len(bad) > 1 else "alerte"
    when = f"en {french.month_label(month)}"
    return f"{many} à {french.join_first(bad, NAMED)} {when}" if bad else ""


def _measured_sites(view: View, question: Question) -> str:
    """« (mesuré dans 3 centres sur 24) », where fewer than half of the sites measure waits, or of a few sites not all; of one
    site « (mesuré à Covè, seul centre sur 24) »; else ""."""
    by_site = figures(view, question, "site")
    names = [short_name(p) for p in sites(view, question) if by_site[p.code]["wait_p50"].n]
    measuring = len(names)
    if measuring == len(by_site) or (2 * measuring >= len(by_site) > SMALL):
        return ""
    if measuring == 1:
        return f" (mesuré à {names[0]}, seul centre sur {french.number(len(by_site))})"
    return f" (mesuré dans {french.plural(measuring, 'centre')} sur {french.number(len(by_site))})"


@cached
def longest_wait(view: View, question: Question) -> str:
    """« On attend plus à Djougou qu'ailleurs : 22 min, pour 15 min dans l'ensemble »; "" where no site's median wait is
    surely above all others'."""
    likely = intervals(view, question, "site", "wait_p50")
    found = {code: f["wait_p50"] for code, f in figures(view, question, "site").items()}
    first, *others = sorted(likely, key=lambda code: -(found[code].value or 0)) or [""]
    low = likely[first][0] if others else None
    if low is None or any((high := likely[o][1]) is None or high >= low for o in others):
        return ""
    place = next(p for p in sites(view, question) if p.code == first)
    everybody = shown_value(overall_figures(view, question)["wait_p50"])
    among = " dans le département" if question.department else ""
    longest = shown_value(found[first])
    of_all = "" if longest == everybody else f", pour {everybody} dans l'ensemble"
    usual = ""
    if verdicts_of(view, question, "site", "wait_p50")[first] != Verdict.MORE:
        usual = ", sans sortir des différences habituelles entre centres"
    return f"On attend plus à {short_name(place)} qu'ailleurs{among}{S}: {longest}{of_all}{usual}"
