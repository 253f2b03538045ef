"""Findings that a whole page, or a comparison, is headed by."""

from dashboard import french
from dashboard.answers import alerts
from dashboard.answers.complaints import LATE_DAYS, register
from dashboard.answers.figures import figures, whole
from dashboard.answers.network import silences, sites, to_date
from dashboard.answers.question import Question
from dashboard.answers.uncertainty import intervals
from dashboard.answers.view import View, answer
from dashboard.indicators import BY_CODE
from dashboard.period import Period
from dashboard.statistics import sentences
from dashboard.statistics.variation import Variation
from dashboard.wording import at_site, short_name, shown

S = french.SPACE
NAMED = 2  # sites where something gets worse


@answer
def department(view: View, question: Question) -> str:
    """« Zou : 19 230 visites en 12 mois ; rien ne se dégrade ; 5 plaintes attendent depuis plus de 30 jours »; "" without
    visits."""
    return _of_place(view, question, question.department or "Tout le réseau")


@answer
def site(view: View, question: Question) -> str:
    """The same of one site, which may be silent."""
    place = next((p for p in sites(view, question) if p.code == question.site), None)
    return _of_place(view, question, place.name) if place else ""


def _of_place(view: View, question: Question, where: str) -> str:
    visits = whole(view, question)["visits"]
    if visits.value is None:
        return ""
    heard = silences(view, question).get(question.site or "")
    parts = [
        heard.words if heard else "",
        f"{french.plural(visits.value, 'visite')} {_during(question)}",
        worse(view, question),
        _lower(sentences.late(late(view, question), LATE_DAYS)),
    ]
    return f"{where}{S}: {f'{S}; '.join(part for part in parts if part)}"


@answer
def worse(view: View, question: Question) -> str:
    """« rien ne se dégrade », « Djougou se dégrade » of the question's sites, in its last whole month; "" where nothing is
    followed under its filters."""
    judged = [(name, s) for name, s in alerts.followed(view, question) if s.charted]
    if question.service or not judged:
        return ""
    bad = [(name, s.indicator) for name, s in judged if s.variation == Variation.CONCERN]
    if not bad:
        return "rien ne se dégrade"
    short = {p.name: short_name(p) for p in sites(view, question)}
    where = sorted({short[name] for name, _ in bad}, key=french.alphabetical)
    # Of one site it is said what gets worse; of several, where.
    what = french.some([_lower(BY_CODE[code].short) for _, code in bad], NAMED)
    if question.site:
        return f"ce qui se dégrade{S}: {what}"
    if len(where) == 1:
        return f"{where[0]} se dégrade ({what})"
    return f"{french.some(where, NAMED)} se dégradent"


@answer
def late(view: View, question: Question) -> int:
    """How many complaints have been open for long at the date of the data."""
    return int((register(view, to_date(view, question)).age > LATE_DAYS).sum())


@answer
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
    everybody = shown(whole(view, question)["wait_p50"])
    among = " dans le département" if question.department else ""
    return f"On attend plus {at_site(place)} qu'ailleurs{among}{S}: {shown(found[first])}, pour {everybody} dans l'ensemble"


def _during(question: Question) -> str:
    """« en 12 mois » of whole months, else « du … au … »."""
    period = Period(question.first, question.last)
    if n := period.whole_months:
        return f"en {n} mois" if n > 1 else f"en {french.month_label(question.first)}"
    return f"du {french.date_short(question.first)} au {french.date_short(question.last)}"


def _lower(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}"
