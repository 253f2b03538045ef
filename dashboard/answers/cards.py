"""Headline figures: value, what its control chart says, and plainly beside it a year before. A difference of two periods is
not a trend: only a signal has a colour, and always a word.

Before: `figures.whole_figures`, `figures.comparison`. After: `dashboard.ui.cards` on pages, `slides` in stories.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import french
from dashboard.answers import control_charts
from dashboard.answers.context import View, cached, uncached
from dashboard.answers.figures import Comparison, comparison, trend, whole_figures
from dashboard.answers.network import site_names
from dashboard.answers.question import Question
from dashboard.answers.trust import scope_signals, signal_if_in_period
from dashboard.indicators import BY_CODE, TIMED, Figure
from dashboard.indicators.measures import NOT_REPORTED
from dashboard.judgement import trust_sentences
from dashboard.judgement.change_dates import since_at_least
from dashboard.judgement.signal_sentences import card_state, gap_origin, verdict
from dashboard.judgement.signals import Signal
from dashboard.panel import Card, Cards, Panel, count_cell, figure_cell, make_table, text_cell
from dashboard.statistics import sentences
from dashboard.statistics.variation import Variation
from dashboard.wording import (
    UNITS,
    against_last_year,
    basis_in_words,
    missing_reason,
    shown_value,
    value_with_unit,
    who_reported,
)

S = french.SPACE
TONES = {
    Variation.IMPROVEMENT: "improvement",
    Variation.ALERT: "alert",
    Variation.NEUTRAL: "neutral",
}


@cached
def cards(
    view: View,
    question: Question,
    codes: Sequence[str],
    key: str = "chiffres",
    title: str = "Les chiffres de la période",
) -> Panel:
    """Headline figures of the question's whole, each with what its control chart says, and the strips as a table."""
    figures = whole_figures(view, question)
    signals, ground = scope_signals(view, question), control_charts.trust_context(view, question)
    known = site_names(view)
    tiles = [
        card(code, figures[code], signal_if_in_period(signals.get(code), question), known)
        for code in codes
    ]
    rows = [
        (
            text_cell(BY_CODE[c].label),
            figure_cell(figures[c]),
            text_cell(UNITS[BY_CODE[c].unit]),
            count_cell(figures[c].n),
            text_cell(one.state),
            text_cell(trust_sentences.trust_line(c, figures, ground)),
        )
        for c, one in zip(codes, tiles, strict=True)
    ]
    return Panel(
        key,
        title,
        Cards(tuple(tiles)),
        alt=f"{title}.",
        table=make_table(
            (
                ("Indicateur", ""),
                ("Valeur", "mixed"),
                ("Unité", ""),
                ("n", "count"),
                ("Dernier mois entier", ""),
                ("Puis-je m'y fier ?", ""),
            ),
            rows,
        ),
    )


def card(code: str, figure: Figure, signal: Signal | None, names: Mapping[str, str]) -> Card:
    """One headline figure. names: of sites, by code, for where a gap comes from."""
    state, tone = (
        ("", "")
        if signal is None
        else (
            card_state(signal),
            TONES.get(signal.variation, ""),
        )
    )
    of_its_own_time = BY_CODE[code].register == "complaints" and figure.note  # as guests are told
    if figure.value is None or BY_CODE[code].now or of_its_own_time:
        state, tone = figure.note, ""
    if state == shown_value(figure) or figure.note == NOT_REPORTED:  # said once
        state = ""
    return Card(
        code,
        BY_CODE[code].short,
        shown_value(figure),
        figure.value,
        BY_CODE[code].unit,
        ""
        if figure.value == figure.n or not figure.n
        else basis_in_words(figure),  # a count is its own n
        state,
        tone,
        french.lower_first(gap_origin(signal, names).removesuffix("."))
        if signal is not None and tone
        else "",
    )


@dataclass(frozen=True)
class Metric:
    """A card as a screen draws it. beside: its second line, the signal of the last whole month, else a year before; "" for
    none. line: the values of the last months, missing ones left out. help: what the indicator means, in paragraphs."""

    card: Card
    beside: str
    line: tuple[float, ...]
    help: tuple[str, ...]


@cached
def metrics(view: View, question: Question, codes: Sequence[str]) -> tuple[Metric, ...]:
    """The headline figures of the question's whole, a year before beside them."""
    figures, months, compared = (
        whole_figures(view, question),
        trend(view, question),
        comparison(view, question),
    )
    signals, known = scope_signals(view, question), site_names(view)
    return tuple(
        _metric(
            code,
            figures[code],
            [months[m][code].value for m in sorted(months)],
            compared,
            signal_if_in_period(signals.get(code), question),
            known,
        )
        for code in codes
    )


def _metric(
    code: str,
    figure: Figure,
    line: Sequence[float | None],
    compared: Comparison | None,
    signal: Signal | None,
    known: Mapping[str, str],
) -> Metric:
    before = ""
    by_visits = BY_CODE[code].register == "visits"
    if compared and figure.value is not None and (by_visits or compared.complaints):
        before = against_last_year(figure, compared.now, compared.before)
    tile, help_ = card(code, figure, signal, known), explanation(code, figure, signal, known)
    if tile.state and before:
        help_ += (f"{french.upper_first(before)}.",)
    line_ = tuple(v for v in line if v is not None)
    since = since_at_least(signal) if signal and tile.tone else ""
    return Metric(tile, ", ".join(filter(None, (tile.state, since))) or before, line_, help_)


def explanation(
    code: str, figure: Figure, signal: Signal | None, names: Mapping[str, str]
) -> tuple[str, ...]:
    """What an indicator means, in paragraphs, for who asks. names: of sites, by code, for where a gap comes from."""
    i = BY_CODE[code]
    parts = [f"{i.label}. {i.definition}"]
    if i.denominator != "—":
        parts.append(f"Calcul : {i.numerator} / {i.denominator}.")
    if basis_in_words(figure):
        parts.append(
            f"Ici : {basis_in_words(figure)}."
            + (f" {missing_reason(figure)}." if missing_reason(figure) else "")
        )
    if i.limits:
        parts.append(i.limits)
    if signal is not None:
        aim = "" if signal.target is None else value_with_unit(i, signal.target)
        said = [verdict(signal), gap_origin(signal, names), sentences.target(aim, signal.assurance)]
        parts.append(" ".join(part for part in said if part))
    return tuple(parts)


@uncached
def caption(view: View, question: Question, period: str, codes: Sequence[str]) -> str:
    """Under the cards, in one line: the period, who reported, how long nine in ten waited, where the median alone would hide
    it, and under those of complaints the official rate, which counts what is not yet due. period: in words."""
    figures = whole_figures(view, question)
    parts = [french.upper_first(period)]
    measuring, expected = (
        control_charts.trust_context(view, question).measuring,
        figures["visits"].sites_expected,
    )
    if "wait_p90" in codes and measuring is not None:  # all the cards are of waits
        parts.append(f"attente mesurée dans {french.plural(measuring, 'centre')} sur {expected}")
    elif expected > 1 or not figures["visits"].sites_reporting:
        parts.append(who_reported(figures["visits"]))
    nine = figures["wait_p90"] if "wait_p50" in codes and "wait_p90" not in codes else None
    if nine and nine.value is not None:
        parts.append(f"9 usagers sur 10 ont attendu {shown_value(nine)} ou moins")
    if "complaint_delay" in codes and figures["complaints_30d"].value is not None:
        official = shown_value(figures["complaints_30d"])
        parts.append(f"GT1PKI10, sur toutes les plaintes reçues, même récentes{S}: {official}")
    return f"{' · '.join(parts)} · petites courbes{S}: 13 mois, chacune de son plus bas à son plus haut."


@uncached
def trust_lines(view: View, question: Question, codes: Sequence[str]) -> tuple[str, ...]:
    """What the comparisons of the cards rest on, and how many sites measure waits, for who asks whether to trust them."""
    figures, compared, parts = whole_figures(view, question), comparison(view, question), []
    if compared is None:
        parts.append(
            "Pas de comparaison avec un an avant : aucun centre n'a remonté les deux périodes."
        )
    elif not compared.same_sites:
        parts.append(
            f"« Un an avant » et les écarts : sur les {french.plural(compared.sites, 'centre')} qui ont remonté les"
            " deux périodes."
        )
    ground = control_charts.trust_context(view, question)
    if any(BY_CODE[code].known == TIMED for code in codes) and ground.measuring is not None:
        have = "mesure" if ground.measuring < 2 else "mesurent"
        parts.append(
            f"{french.plural(ground.measuring, 'centre')} sur {figures['visits'].sites_expected} {have} l'attente."
        )
    return tuple(parts)


@uncached
def site_caption(view: View, question: Question, period: str) -> str:
    """Under the cards of one site: whether it reported, what was closed and measured."""
    figures = whole_figures(view, question)
    if figures["visits"].sites_reporting == 0:
        return "Ce centre n'a remonté ni visites ni clôtures sur la période."
    return (
        f"Période : {period}. Fiches de clôture remises : {shown_value(figures['completeness'])}. "
        f"Attente mesurée pour {french.number(figures['wait_p50'].n)} visites sur"
        f" {french.number(figures['visits'].n)}."
    )
