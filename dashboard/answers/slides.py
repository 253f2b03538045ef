"""The kinds of slides: each a function of the story's subject, registered with its words under `@slide`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dashboard import french
from dashboard.answers import (
    bulletin,
    cards,
    closures,
    complaint_delays,
    complaints,
    completeness,
    completeness_panels,
    control_charts,
    decisions,
    declared_entered_panels,
    expected_false_alarms,
    forecast,
    headlines,
    lost_time_panels,
    map,
    monthly_series,
    quality_checks,
    side_by_side,
    side_by_side_panels,
    signals,
    sites,
    waits,
)
from dashboard.answers.context import View
from dashboard.answers.figures import overall_figures
from dashboard.answers.network import freshness, silences
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE, Figure, choices, codes_placed_in
from dashboard.judgement.control_charts import CHARTED
from dashboard.map_classes import CLASSES
from dashboard.panel import Lines, Listing, Message, Opening, Panel
from dashboard.period import ClippedPeriod
from dashboard.settings import load_settings
from dashboard.statistics.variation import Variation
from dashboard.stories import Kind
from dashboard.wording import DEMO, at_least, known_alone, shown_value, who_reported

S = french.SPACE
ROWS = 10  # of a table on a slide; the others are in its workbook
DUE = ("décision à échéance", "décisions à échéance")
BARS = 12  # on a slide, with words that are read from the back of the room


@dataclass(frozen=True)
class Subject:
    """What a story is about: the view, the question and its period, the story's title, its scope in words."""

    view: View
    question: Question
    period: ClippedPeriod
    title: str
    scope: str


HeadlineAndPanel = tuple[str, Panel]  # a headline and the panel under it
Builder = Callable[[Subject, str], HeadlineAndPanel]  # the text: the indicator, "" for none


@dataclass(frozen=True)
class SlideKind(Kind):
    """A kind of slide, the function that builds it, and the right without which it is in no deck, "" for none."""

    build: Builder = field(kw_only=True)
    right: str = ""

    def is_for(self, view: View) -> bool:
        """Whether a deck of this view has it."""
        return not self.right or self.right in view.access.rights


KINDS: dict[str, SlideKind] = {}  # in the order of the list


def slide(
    code: str, label: str, indicators: tuple[str, ...] = (), question: str = "", right: str = ""
) -> Callable[[Builder], Builder]:
    """Register a builder as a kind of slide under this code, which stories use; the other arguments as `SlideKind` has them."""

    def register(build: Builder) -> Builder:
        KINDS[code] = SlideKind(label, indicators, question, build=build, right=right)
        return build

    return register


@slide("ouverture", "Titre")
def _opening(about: Subject, _: str) -> HeadlineAndPanel:
    figures = overall_figures(about.view, about.question)
    fresh = freshness(about.view)
    alone = figures["visits"].sites_expected == figures["visits"].heard == 1
    lines = [
        load_settings().issuer_name,
        *([] if about.title.endswith(about.scope) else [about.scope]),
        f"Période{S}: {about.period.label}",
        *([] if alone else [f"{french.upper_first(who_reported(figures['visits']))}."]),
    ]
    if fresh.known_to:
        lines.append(f"Données au {french.date_long(fresh.known_to)}.")
    if fresh.warning:
        lines.append(f"Données anciennes{S}: {fresh.warning}.")
    if fresh.demo:
        lines.append(DEMO)
    return about.title, Panel("ouverture", about.scope, Opening(tuple(lines)))


def _cards(
    about: Subject,
    codes: Sequence[str],
    title: str,
    headline: Callable[[Mapping[str, Figure]], str],
) -> HeadlineAndPanel:
    sentence = headline(overall_figures(about.view, about.question))
    panel = cards.cards(about.view, about.question, codes, f"chiffres_{codes[0]}", title)
    alerts = sum(card.tone == "alert" for card in panel.cards)
    more = french.plural(alerts, "de ces chiffres est en alerte", "de ces chiffres sont en alerte")
    return f"{sentence}{S}; {more}" if alerts else sentence, panel


def _visits_headline(figures: Mapping[str, Figure]) -> str:
    f = figures["visits"]
    if f.value is None:
        return french.upper_first(f.note or "aucune donnée remontée sur la période")
    received = french.upper_first(
        at_least(f) + french.plural(f.value, "usager reçu", "usagers reçus")
    )
    if f.sites_expected <= 1:
        return received
    if at_least(f):
        return f"{received} ({who_reported(f)})"
    return f"{received}, dans {french.plural(f.sites_reporting, 'centre')}"


@slide(
    "chiffres",
    "Chiffres de la période",
    question="Lequel de ces chiffres nous surprend, et que voulons-nous comprendre d'abord ?",
)
def _period_cards(about: Subject, _: str) -> HeadlineAndPanel:
    found, panel = _cards(
        about, codes_placed_in("period"), "Les chiffres de la période", _visits_headline
    )
    silences_by_code = silences(about.view, about.question)
    silence = silences_by_code.get(about.question.site or "")
    said = silence.in_words if silence else ""
    if not about.question.site:
        said = headlines.silent_sites(about.view, about.question)
    return f"{found}{S}; {said}" if said else found, panel


def _waits_headline(figures: Mapping[str, Figure]) -> str:
    if figures["wait_p50"].value is None:
        return "L'attente n'est pas mesurée"
    return (
        f"Un usager sur deux attend {shown_value(figures['wait_p50'])} ou moins{S}; 9 sur 10, {shown_value(figures['wait_p90'])}"
        " ou moins"
    )


@slide(
    "chiffres_attentes",
    "Chiffres des attentes",
    question="Ces attentes sont-elles acceptables pour un usager ?",
)
def _waits_cards(about: Subject, _: str) -> HeadlineAndPanel:
    codes = codes_placed_in("waits")
    found, panel = _cards(about, codes, "Les chiffres des attentes", _waits_headline)
    doubt = quality_checks.doubt(about.view, about.question, "wait_p50")
    return f"{found}{S}; {doubt}" if doubt else found, panel


def _complaints_headline(figures: Mapping[str, Figure]) -> str:
    f = figures["complaints_open"]
    if f.value is None:
        return french.upper_first(f.note)
    some = f"{french.plural(f.value, 'plainte')}{known_alone(f)} en cours"
    return some if f.value else "Aucune plainte en cours"


@slide(
    "chiffres_plaintes",
    "Chiffres des plaintes",
    question="Que dirions-nous à un usager qui attend une réponse ?",
)
def _complaints_cards(about: Subject, _: str) -> HeadlineAndPanel:
    return _cards(
        about, codes_placed_in("complaints"), "Les chiffres des plaintes", _complaints_headline
    )


@slide(
    "carte_signaux",
    "Carte des signaux",
    CHARTED,
    question="Que s'est-il passé là où il y a un signal ?",
)
def _signal_map(about: Subject, code: str) -> HeadlineAndPanel:
    # Signals are over all services.
    question = replace(about.question, service=None)
    panel = map.panel(about.view, question, code, f"signaux_{code}")
    marks = map.plot(about.view, question, code).marks
    sites = [m["id"] for m in marks]
    judged = [s[code] for s in control_charts.signals(about.view, sites, question.last).values()]
    states = [signal.variation for signal in judged]
    counts = [
        f"{french.plural(states.count(v), one, many)}"
        for v, one, many in (
            (Variation.ALERT, "centre en alerte", "centres en alerte"),
            (Variation.IMPROVEMENT, "centre en amélioration", "centres en amélioration"),
            (Variation.NEUTRAL, "centre qui change", "centres qui changent"),
        )
        if states.count(v)
    ]
    charted = sum(signal.is_judged for signal in judged)
    when = f", {french.month_label(control_charts.judged_month(about.view, question.last))}"
    if not charted:
        return f"{BY_CODE[code].label}{when}{S}: trop tôt pour juger", panel
    return (
        f"{BY_CODE[code].label}{when}{S}: {french.join_words(counts) or 'aucun signal'}, sur"
        f" {french.plural(charted, 'suivi')}"
    ), panel


@slide(
    "carte",
    "Carte des niveaux",
    tuple(CLASSES),
    question="Qu'ont en commun les centres d'une même couleur ?",
)
def _map(about: Subject, code: str) -> HeadlineAndPanel:
    everybody = overall_figures(about.view, about.question)[code]
    panel = map.panel(about.view, about.question, code, f"carte_{code}")
    marks = map.plot(about.view, about.question, code).marks
    known = sum(not m["missing"] for m in marks)
    if not known:
        return f"{BY_CODE[code].label}{S}: {everybody.note or shown_value(everybody)}", panel
    return (
        f"{BY_CODE[code].label}{S}: {shown_value(everybody)} pour l'ensemble{S}; un chiffre pour"
        f" {french.plural(known, 'centre')} sur {len(marks)}"
    ), panel


@slide(
    "mois",
    "Mois par mois, courbe de suivi",
    CHARTED,
    question="S'il y a un signal, quelle en est la cause ; sinon, que faudrait-il changer pour faire mieux ?",
)
def _month(about: Subject, code: str) -> HeadlineAndPanel:
    panel = monthly_series.by_month(about.view, about.question, code, f"mois_{code}")
    return (
        panel.finding
        or f"{BY_CODE[code].label}, mois par mois{S}: rien n'est conclu sous ces filtres",
        panel,
    )


@slide(
    "prevision",
    "Visites des prochains mois",
    question="Que préparons-nous pour ces mois-là ?",
)
def _ahead(about: Subject, _: str) -> HeadlineAndPanel:
    panel = forecast.panel(about.view, about.question, "prevision")
    return panel.finding or "Trop tôt pour prévoir les prochains mois", panel


@slide(
    "comparaison",
    "Centres comparés",
    choices(lambda i: "comparison" in i.places),
    question="Qu'est-ce qui distingue les centres du haut de ceux du bas ?",
)
def _compared(about: Subject, code: str) -> HeadlineAndPanel:
    panel = sites.compare(
        about.view, about.question, "site", code, f"centres_{code}", order="value", most=BARS
    )
    return (
        panel.finding or f"{BY_CODE[code].label}{S}: trop peu de données pour comparer les centres",
        panel,
    )


@slide(
    "entonnoir",
    "Centres comparés, selon leur taille",
    choices(lambda i: "comparison" in i.places and i.chart in ("share", "rate")),
    question="Qu'ont de particulier les centres qui sont à part ?",
)
def _by_size(about: Subject, code: str) -> HeadlineAndPanel:
    panel = sites.compare(
        about.view, about.question, "site", code, f"entonnoir_{code}", funnel=True
    )
    return (
        panel.finding or f"{BY_CODE[code].label}{S}: trop peu de données pour comparer les centres",
        panel,
    )


@slide(
    "attentes",
    "Répartition des attentes",
    question="Qui sont ceux qui attendent le plus longtemps, et quand ?",
)
def _waits(about: Subject, _: str) -> HeadlineAndPanel:
    figures = overall_figures(about.view, about.question)
    return _waits_headline(figures), waits.distribution(about.view, about.question, "attentes")


@slide(
    "affluence",
    "Affluence par jour et heure",
    question="Les agents sont-ils là quand viennent les usagers ?",
)
def _heat(about: Subject, _: str) -> HeadlineAndPanel:
    panel = waits.heat(about.view, about.question, "affluence")
    return panel.finding or _none(panel), panel


@slide(
    "prestations",
    "Prestations comparées",
    codes_placed_in("services"),
    question="Quelle prestation pourrait se faire sans venir au guichet ?",
)
def _services(about: Subject, code: str) -> HeadlineAndPanel:
    panel = sites.compare(
        about.view, about.question, "service", code, f"prestations_{code}", order="value", most=BARS
    )
    return panel.finding or "Aucune donnée par prestation", panel


@slide(
    "cote_a_cote",
    "Lieux côte à côte, chiffre par chiffre",
    question="Lequel de ces écarts veut-on réduire, et que fait-on mieux là où c'est mieux ?",
)
def _side_by_side(about: Subject, _: str) -> HeadlineAndPanel:
    kind, places = side_by_side_panels.of_scope(about.view, about.question)
    panel = side_by_side.table(
        about.view, about.question, kind, places, "cote_a_cote", followed=True
    )
    return panel.finding or f"Côte à côte{S}: deux à quatre lieux sont à choisir", panel


@slide(
    "cote_mois",
    "Lieux côte à côte, mois par mois",
    side_by_side_panels.FOLLOWED,
    question="Depuis quand ces courbes s'écartent-elles, et que s'est-il passé ?",
)
def _months_side_by_side(about: Subject, code: str) -> HeadlineAndPanel:
    kind, places = side_by_side_panels.of_scope(about.view, about.question)
    key = f"cote_mois_{code}"
    panel = side_by_side_panels.months(about.view, about.question, kind, places, code, key)
    return panel.finding or panel.title, panel


@slide(
    "cote_prestations",
    "Lieux côte à côte, prestations demandées",
    question="Pourquoi ne vient-on pas pour les mêmes prestations ?",
)
def _services_side_by_side(about: Subject, _: str) -> HeadlineAndPanel:
    kind, places = side_by_side_panels.of_scope(about.view, about.question)
    panel = side_by_side_panels.services(
        about.view, about.question, kind, places, "cote_prestations"
    )
    return panel.finding or panel.title, panel


def _none(panel: Panel) -> str:
    """Why a slide has nothing to show, in its panel's words."""
    return panel.content.text.rstrip(".") if isinstance(panel.content, Message) else panel.title


@slide(
    "plaintes_age",
    "Plaintes en cours, par âge",
    question="Qui répond aux plus anciennes, et pour quand ?",
)
def _ages(about: Subject, _: str) -> HeadlineAndPanel:
    panel = complaints.ages(about.view, about.question, "plaintes_age")
    return panel.finding or _none(panel), panel


@slide(
    "plaintes_en_cours",
    "Plaintes en cours, les plus anciennes d'abord",
    question="Qui répond aux plus anciennes, et pour quand ?",
)
def _waiting(about: Subject, _: str) -> HeadlineAndPanel:
    panel = complaints.open_complaints(about.view, about.question, "plaintes_en_cours")
    if isinstance(panel.content, Listing) and panel.table.is_empty:
        panel = replace(panel, content=complaints.ALL_ANSWERED)
    return panel.finding or _none(panel), panel


@slide(
    "plaintes_motifs",
    "Motifs des plaintes",
    question="Lequel de ces motifs pouvons-nous supprimer ?",
)
def _reasons(about: Subject, _: str) -> HeadlineAndPanel:
    panel = complaints.reasons(about.view, about.question, "plaintes_motifs")
    return panel.finding or _none(panel), panel


@slide(
    "plaintes_flux",
    "Plaintes reçues et réponses",
    question="Répondons-nous aussi vite que les plaintes arrivent ?",
)
def _flow(about: Subject, _: str) -> HeadlineAndPanel:
    panel = complaint_delays.flow(about.view, about.question, "plaintes_flux")
    return panel.finding or _none(panel), panel


@slide("plaintes_delai", "Délai de réponse", question="Quel délai voulons-nous promettre ?")
def _delay(about: Subject, _: str) -> HeadlineAndPanel:
    panel = complaint_delays.survival(about.view, about.question, "plaintes_delai", "category")
    return panel.finding or _none(panel), panel


@slide(
    "remontees",
    "Fiches de clôture qui manquent",
    question="Qu'est-ce qui empêche de clôturer ces journées ?",
)
def _missing(about: Subject, _: str) -> HeadlineAndPanel:
    if about.question.site:
        panel = completeness.unclosed_days_listed(about.view, about.question, "remontees")
        return panel.finding, panel
    panel = completeness.missing_closings(about.view, about.question, "remontees")
    rows = tuple(row for row in panel.table.rows if row[1].value)
    return panel.finding, replace(panel, table=replace(panel.table, rows=rows))


def _lost_time(panel: Panel) -> HeadlineAndPanel:
    """A slide of lost time: its finding, or in a word why it has none."""
    return panel.finding or _none(panel), panel


@slide(
    "coupures",
    "Coupures et fermetures, par motif",
    question="Lesquelles de ces heures pouvions-nous garder ?",
)
def _lost_by_reason(about: Subject, _: str) -> HeadlineAndPanel:
    return _lost_time(lost_time_panels.by_reason(about.view, about.question, "coupures"))


@slide(
    "coupures_mois",
    "Coupures et fermetures, mois par mois",
    question="Qu'est-ce qui revient chaque année, et que préparons-nous pour la prochaine fois ?",
)
def _lost_by_month(about: Subject, _: str) -> HeadlineAndPanel:
    return _lost_time(lost_time_panels.by_month(about.view, about.question, "coupures_mois"))


@slide(
    "coupures_centres",
    "Coupures et fermetures, centre par centre",
    question="Quel centre équiper d'abord ?",
)
def _lost_by_site(about: Subject, _: str) -> HeadlineAndPanel:
    key = "coupures_centres"
    return _lost_time(lost_time_panels.by_place(about.view, about.question, "site", key, most=ROWS))


@slide(
    "coupures_usagers",
    "Usagers des jours de coupure",
    question="Que dire aux usagers, un jour de coupure ?",
)
def _visits_on_cut_days(about: Subject, _: str) -> HeadlineAndPanel:
    return _lost_time(lost_time_panels.visits(about.view, about.question, "coupures_usagers"))


@slide(
    "completude",
    "Jours reçus, centre par centre",
    question="Qui devons-nous rappeler, et que leur manque-t-il pour remettre à l'heure ?",
    right="completeness",
)
def _complete(about: Subject, _: str) -> HeadlineAndPanel:
    panel = completeness_panels.slide_panel(about.view, about.question, "completude")
    return panel.finding or "Aucun jour n'est encore attendu", panel


@slide(
    "ecarts",
    "Fiches, registre et canevas qui diffèrent",
    question="Lequel de ces trois nombres était le bon, et qui corrige les autres ?",
    right="completeness",
)
def _gaps(about: Subject, _: str) -> HeadlineAndPanel:
    panel = declared_entered_panels.of_last_month(about.view, about.question, "ecarts")
    return panel.finding or "Rien n'est à comparer", panel


@slide(
    "fermetures",
    "Fermetures et coupures, une par une",
    question="Lesquelles de ces fermetures pouvions-nous éviter ?",
)
def _closures(about: Subject, _: str) -> HeadlineAndPanel:
    return _lost_time(closures.closures_listed(about.view, about.question, "fermetures"))


@slide(
    "signaux",
    "Centres qui ont un signal",
    question="Que décidons-nous, qui s'en charge, pour quand ?",
)
def _signals(about: Subject, _: str) -> HeadlineAndPanel:
    panel = signals.signals(about.view, about.question)
    named = {row[0].text for row in panel.table.rows}
    judged = {name for name, s in signals.site_signals(about.view, about.question) if s.is_judged}
    if not judged:
        return "Trop tôt pour juger les centres", panel
    among = french.plural(len(judged), "suivi")
    who = (
        f"{french.plural(len(named), 'centre')} sur {among} {'ont' if len(named) > 1 else 'a'} un signal"
        if named
        else "Aucun centre n'a de signal"
    )
    return (
        f"{who}{S}; {expected_false_alarms.false_alarms_in_words(about.view, about.question)}",
        panel,
    )


@slide("decisions", "Décisions prises", question="Qu'ont donné les décisions déjà prises ?")
def _decisions(about: Subject, _: str) -> HeadlineAndPanel:
    panel = decisions.panel(about.view, about.question)
    n = len(panel.table.rows)
    if not n:
        return "Aucune décision n'est encore notée", replace(
            panel, content=Message(decisions.DECIDED_LATER)
        )
    many = french.plural(n, "décision notée", "décisions notées")
    if due := decisions.due(about.view, about.question):
        first, late = due[0], french.plural(len(due), *DUE)
        rest = f"{S}; {many} en tout" if n > len(due) else ""
        return f"{late}{S}: {first.place}, {first.what}, {first.state}{rest}", panel
    before = decisions.last_time(about.view, about.question)
    if not before:
        return many, panel
    return f"{many}{S}; la dernière fois{S}: {before[0].decision.what}, {before[0].state}", panel


@slide("bulletin", "Bulletin de la période", question="Que retenons-nous ?")
def _bulletin(about: Subject, _: str) -> HeadlineAndPanel:
    lines = bulletin.lines(about.view, about.question, about.period)
    return "Ce que les données permettent de dire", Panel(
        "bulletin", "Bulletin", Lines(tuple(line.text for line in lines))
    )
