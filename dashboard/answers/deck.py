"""A story told: each step becomes a slide with its figures. What presents, prints and exports takes this."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dashboard import french
from dashboard.answers import (
    alerts,
    bulletin,
    cards,
    complaints,
    completeness,
    follow,
    map,
    months,
    sites,
    waits,
)
from dashboard.answers.figures import whole
from dashboard.answers.network import freshness, names, services
from dashboard.answers.network import sites as places_of
from dashboard.answers.question import Question
from dashboard.answers.view import View, answer, weighing
from dashboard.exports import html
from dashboard.indicators import BY_CODE, placed
from dashboard.panel import Deck, Panel, Slide
from dashboard.period import Clipped
from dashboard.settings import load
from dashboard.statistics.variation import Variation
from dashboard.stories import KINDS, Step, Story
from dashboard.wording import shown, who_reported

S = french.SPACE
WHOLE = "Tout le réseau"
BARS = 12  # on a slide, with words that are read from the back of the room
Found = tuple[str, Panel]  # the headline found, and what it is about


@answer
def build(view: View, question: Question, story: Story, period: Clipped) -> Deck:
    """The story over a question and its period. The story's own department or site go before the question's."""
    if story.site:  # a department or a type that is not the site's would leave nothing
        question = replace(question, department=None, kind=None, site=story.site)
    elif story.department:
        question = replace(question, department=story.department)
    scope = scope_words(view, question)
    figures = whole(view, question)
    fresh = freshness(view)
    slides = tuple(_slide(view, question, period, story, step, scope) for step in story.shown)
    known = load()
    who = who_reported(figures["visits"])
    return Deck(
        _title(story, scope),
        scope,
        period.label,
        _filters(view, question, period),
        who,
        fresh.as_of,
        fresh.demo,
        slides,
        known.issuer_name,
        Path(known.logo).read_bytes() if known.logo else b"",
    )


@weighing(75)  # their pictures are text, in memory as many answers
def slides(view: View, question: Question, story: Story, period: Clipped) -> tuple[dict, ...]:
    """The slides as the browser that presents them takes them."""
    told = build(view, question, story, period)
    return tuple(
        {
            "html": html.slide_html(slide, number, len(told.slides)),
            "code": slide.code,
            "headline": slide.headline,
            "question": slide.question,
            "note": list(slide.note),
        }
        for number, slide in enumerate(told.slides, 1)
    )


def _title(story: Story, scope: str) -> str:
    """A ready-made story of a place says which; a kept one has the title that its author gave."""
    return f"{story.title}{S}: {scope}" if ":" in story.name else story.title


def _filters(view: View, question: Question, period: Clipped) -> str:
    """What every figure of the deck is about, in words: « 12 derniers mois entiers · Zou · CCSP »."""
    service = services(view).get(question.service, "") if question.service else ""
    site = names(view, question).get(question.site, "") if question.site else ""
    return " · ".join(
        w for w in (site, period.label, question.department, question.kind, service) if w
    )


@answer
def scope_words(view: View, question: Question) -> str:
    """« Tout le réseau », « Zou », « CCSP d'Allada »."""
    if question.site:
        return names(view, question).get(question.site, question.site)
    return question.department or WHOLE


def _slide(
    view: View, question: Question, period: Clipped, story: Story, step: Step, scope: str
) -> Slide:
    if step.kind == "ouverture":
        headline, panel = _title(story, scope), _opening(view, question, period, scope)
    elif step.kind == "bulletin":
        headline, panel = _bulletin(view, question, period)
    else:
        headline, panel = BUILDERS[step.kind](view, question, step.indicator)
    note = [step.note] if step.note else []
    if step.indicator:
        i = BY_CODE[step.indicator]
        note.append(f"{i.label}{S}: {i.definition}")
        note += [i.limits] if i.limits else []
    note += [
        text
        for text in (panel.caption, panel.strip and f"Puis-je m'y fier ? {panel.strip}.")
        if text
    ]
    if panel.cards:
        note += [f"{BY_CODE[c.code].label}{S}: {BY_CODE[c.code].definition}" for c in panel.cards]
    asked = "" if panel.message else KINDS[step.kind].question  # nothing to show, nothing to ask
    return Slide(step.code, step.headline or headline, panel, step.question or asked, tuple(note))


def _opening(view: View, question: Question, period: Clipped, scope: str) -> Panel:
    figures = whole(view, question)
    fresh = freshness(view)
    lines = [
        load().issuer_name,
        scope,
        f"Période{S}: {period.label}",
        f"{who_reported(figures['visits'])}.",
    ]
    if fresh.as_of:
        lines.append(f"Données au {french.date_long(fresh.as_of)}.")
    if fresh.demo:
        lines.append("Données fictives, pour la démonstration.")
    return Panel("ouverture", scope, lines=tuple(lines))


def _cards(
    codes: tuple[str, ...], title: str, headline: Callable[[dict], str]
) -> Callable[..., Found]:
    def build_cards(view: View, question: Question, _: str) -> Found:
        figures = whole(view, question)
        panel = cards.cards(view, question, codes, f"chiffres_{codes[0]}", title)
        found = sum(c.tone == "concern" for c in panel.cards)
        more = french.plural(found, "signal d'alerte", "signaux d'alerte")
        return f"{headline(figures)}{S}; {more}" if found else headline(figures), panel

    return build_cards


def _visits_headline(figures: dict) -> str:
    f = figures["visits"]
    if f.value is None:
        return "Aucune donnée remontée sur la période"
    return f"{french.plural(f.value, 'usager reçu', 'usagers reçus')}, dans {french.plural(f.sites_reporting, 'centre')}"


def _waits_headline(figures: dict) -> str:
    if figures["wait_p50"].value is None:
        return "L'attente n'est pas mesurée"
    return (
        f"Un usager sur deux attend {shown(figures['wait_p50'])} ou moins{S}; 9 sur 10, {shown(figures['wait_p90'])}"
        " ou moins"
    )


def _complaints_headline(figures: dict) -> str:
    f = figures["complaints_open"]
    return (
        "Le registre des plaintes n'est pas remonté"
        if f.value is None
        else f"{french.plural(f.value, 'plainte')} en cours"
    )


def _map(view: View, question: Question, code: str) -> Found:
    everybody = whole(view, question)[code]
    panel = map.panel(view, question, code, f"carte_{code}")
    known = sum(not m["missing"] for m in panel.plot.marks)
    return (
        f"{BY_CODE[code].label}{S}: {shown(everybody)} pour l'ensemble{S}; un chiffre pour"
        f" {french.plural(known, 'centre')} sur {len(panel.plot.marks)}"
    ), panel


def _signal_map(view: View, question: Question, code: str) -> Found:
    question = replace(question, service=None)  # what is followed is followed over all services
    panel = map.panel(view, question, code, f"signaux_{code}", signs=True)
    found = follow.signals(view, [m["id"] for m in panel.plot.marks])
    states = [s[code].variation for s in found.values()]
    said = [
        f"{french.plural(states.count(v), one, many)}"
        for v, one, many in (
            (Variation.CONCERN, "signal d'alerte", "signaux d'alerte"),
            (Variation.IMPROVEMENT, "signal d'amélioration", "signaux d'amélioration"),
            (Variation.NEUTRAL, "signal de changement", "signaux de changement"),
        )
        if states.count(v)
    ]
    charted = sum(v != Variation.TOO_FEW for v in states)
    months = {f[code].latest for f in found.values() if f[code].latest}
    when = f", {french.month_label(max(months))}" if months else ""
    return (
        f"{BY_CODE[code].label}{when}{S}: {french.join_words(said) or 'aucun signal'}, sur"
        f" {french.plural(charted, 'centre suivi', 'centres suivis')}"
    ), panel


def _month(view: View, question: Question, code: str) -> Found:
    panel = months.by_month(view, question, code, f"mois_{code}")
    return (
        panel.finding
        or f"{BY_CODE[code].label}, mois par mois{S}: rien n'est conclu sous ces filtres",
        panel,
    )


def _compared(view: View, question: Question, code: str) -> Found:
    panel = sites.compare(view, question, "site", code, f"centres_{code}")
    return (
        panel.finding or f"{BY_CODE[code].label}{S}: trop peu de données pour comparer les centres",
        panel,
    )


def _services(view: View, question: Question, code: str) -> Found:
    panel = sites.compare(view, question, "service", code, f"prestations_{code}", most=BARS)
    return panel.finding or "Aucune donnée par prestation", panel


def _waits(view: View, question: Question, _: str) -> Found:
    figures = whole(view, question)
    return _waits_headline(figures), waits.distribution(view, question, "attentes")


def _heat(view: View, question: Question, _: str) -> Found:
    panel = waits.heat(view, question, "affluence")
    return panel.finding or "L'affluence par heure n'est pas mesurée", panel


def _ages(view: View, question: Question, _: str) -> Found:
    panel = complaints.ages(view, question, "plaintes_age")
    return panel.finding or "Aucune plainte au registre", panel


def _reasons(view: View, question: Question, _: str) -> Found:
    panel = complaints.reasons(view, question, "plaintes_motifs")
    if panel.message:
        return "Aucune plainte reçue sur la période", panel
    first = panel.table.rows[0]
    tied = [row[0].text for row in panel.table.rows if row[1].value == first[1].value]
    which = "Premier motif de plainte" if len(tied) == 1 else "Premiers motifs de plainte"
    return f"{which}{S}: {french.join_words(tied)} ({first[2].text} des plaintes reçues)", panel


def _flow(view: View, question: Question, _: str) -> Found:
    panel = complaints.flow(view, question, "plaintes_flux")
    return panel.finding, panel


def _delay(view: View, question: Question, _: str) -> Found:
    panel = complaints.survival(view, question, "plaintes_delai", "category")
    return panel.finding or "Trop peu de plaintes reçues pour donner un délai", panel


def _missing(view: View, question: Question, _: str) -> Found:
    panel = completeness.not_reported(view, question, "remontees")
    late = sorted((r for r in panel.table.rows if r[1].value), key=lambda r: -r[1].value)
    closed = whole(view, question)["completeness"]
    return (
        f"Jours clôturés{S}: {shown(closed)}{S}; {french.plural(len(late), 'centre')} avec des jours non clôturés"
    ), replace(panel, table=replace(panel.table, rows=tuple(late)))


def _closures(view: View, question: Question, _: str) -> Found:
    panel = completeness.closed(view, question, "fermetures")
    if panel.message:
        return "Aucune fermeture déclarée sur la période", panel
    return (
        f"{french.plural(len(panel.table.rows), 'fermeture déclarée', 'fermetures déclarées')} sur la période",
        panel,
    )


def _signals(view: View, question: Question, _: str) -> Found:
    panel, among = alerts.signals(view, question), len(places_of(view, question))
    named = {row[0].text for row in panel.table.rows} if panel.table else set()
    who = (
        f"{french.plural(len(named), 'centre')} sur {among} {'ont' if len(named) > 1 else 'a'} un signal"
        if named
        else "Aucun centre n'a de signal"
    )
    return f"{who}{S}; {alerts.against_chance(view, question)}", panel


def _decisions(view: View, question: Question, _: str) -> Found:
    panel = alerts.decisions(view, question)
    n = len(panel.table.rows) if panel.table else 0
    return (
        f"{french.plural(n, 'décision notée', 'décisions notées')}"
        if n
        else "Aucune décision n'est encore notée"
    ), panel


def _bulletin(view: View, question: Question, period: Clipped) -> Found:
    lines = bulletin.lines(view, question, period)
    # What was found stands first: a slide may not hold all.
    order = (*lines[4:6], lines[2], *lines[6:], *lines[:2], lines[3])
    return "Ce que les données permettent de dire", Panel(
        "bulletin", "Bulletin", lines=tuple(line.text for line in order)
    )


BUILDERS: dict[str, Callable[[View, Question, str], Found]] = {
    "chiffres": _cards(placed("period"), "Les chiffres de la période", _visits_headline),
    "chiffres_attentes": _cards(placed("waits"), "Les chiffres des attentes", _waits_headline),
    "chiffres_plaintes": _cards(
        placed("complaints"), "Les chiffres des plaintes", _complaints_headline
    ),
    "carte": _map,
    "carte_signaux": _signal_map,
    "mois": _month,
    "comparaison": _compared,
    "prestations": _services,
    "attentes": _waits,
    "affluence": _heat,
    "plaintes_age": _ages,
    "plaintes_motifs": _reasons,
    "plaintes_flux": _flow,
    "plaintes_delai": _delay,
    "remontees": _missing,
    "fermetures": _closures,
    "signaux": _signals,
    "decisions": _decisions,
}
assert {*BUILDERS, "ouverture", "bulletin"} == set(KINDS)
