"""Headline figures: the value, what its control chart says, and the value a year before. A difference of two periods is not a
trend: only a signal has a colour, always with a word.

Before: `figures.overall_figures`, `figures.comparison`. After: `dashboard.ui.cards` on pages, `slides` in stories.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import french
from dashboard.answers import control_charts, quality_checks
from dashboard.answers.change_dates import since_at_least
from dashboard.answers.complaint_register import coverage
from dashboard.answers.context import View, cached, uncached
from dashboard.answers.figures import Comparison, comparison, overall_figures, trend
from dashboard.answers.network import data_date_in_words, silences, site_names, until_data_date
from dashboard.answers.question import Question
from dashboard.answers.trust import scope_signals, signal_if_in_period
from dashboard.indicators import BY_CODE, TIMED, Figure
from dashboard.indicators.measures import NO_VISITS, NOT_HANDED_IN, NOT_REPORTED
from dashboard.judgement import trust_sentences
from dashboard.judgement.signal_sentences import card_state, gap_origin, verdict
from dashboard.judgement.signals import Signal
from dashboard.panel import Card, Cards, Panel, count_cell, figure_cell, make_table, text_cell
from dashboard.statistics import sentences
from dashboard.statistics.control_limits import OUTSIDE
from dashboard.statistics.variation import Variation
from dashboard.wording import (
    UNITS,
    against_last_year,
    basis_in_words,
    basis_with_nouns,
    declared_alone,
    missing_reason,
    of_whom_left,
    shown_value,
    value_with_unit,
    who_measures,
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
    *,
    month_ends: bool = False,
) -> Panel:
    """The panel of headline figures over all sites of the question: a card for each of `codes`, with what its control chart
    says, and a table with the trust line of each. month_ends: as `card` has it."""
    figures = overall_figures(view, question)
    signals, trust_context = (
        scope_signals(view, question),
        control_charts.trust_context(view, question),
    )
    known = site_names(view)
    tiles = [
        card(
            code,
            figures[code],
            signal_if_in_period(signals.get(code), question),
            known,
            month_ends=month_ends,
            doubt=quality_checks.doubt(view, question, code),
        )
        for code in codes
    ]
    rows = [
        (
            text_cell(BY_CODE[c].label),
            figure_cell(figures[c]),
            text_cell(UNITS[BY_CODE[c].unit]),
            count_cell(figures[c].n),
            text_cell(one.state),
            text_cell(
                trust_sentences.with_checks(
                    trust_sentences.trust_line(c, figures, trust_context),
                    quality_checks.trust_words(view, question, c),
                )
            ),
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


def card(
    code: str,
    figure: Figure,
    signal: Signal | None,
    names: Mapping[str, str],
    *,
    month_ends: bool = False,
    doubt: str = "",
) -> Card:
    """One headline figure as a card. names: of sites by code, for the sites that a signal comes from. month_ends: with the
    signal of what was left at the last month's end, beside what is left now. doubt: why it says nothing, said first."""
    state, tone = (
        ("", "")
        if signal is None
        else (
            card_state(signal),
            TONES.get(signal.variation, ""),
        )
    )
    of_its_own_time = (
        BY_CODE[code].register == "complaints" and figure.note
    )  # guests': a period of its own
    if figure.value is None or (of_its_own_time and not BY_CODE[code].is_current):
        state, tone = figure.note, ""
    elif BY_CODE[code].is_current:
        told = month_ends and bool(tone)
        state = f"{figure.note}{S}; {state}" if told else figure.note
        tone = tone if told else ""
    # What the card shows already: a card of complaints names them.
    if state == shown_value(figure) or figure.note in (NOT_REPORTED, NOT_HANDED_IN):
        state = ""
    if figure.value is not None:
        state = f"{S}; ".join(filter(None, (doubt, state)))
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
    """A card as a screen draws it. second_line: the signal of the last whole month, else the value a year before; "" for none.
    trend: the values of the last months, without missing ones. help: what the indicator means, in paragraphs."""

    card: Card
    second_line: str
    trend: tuple[float, ...]
    help: tuple[str, ...]


@cached
def metrics(
    view: View, question: Question, codes: Sequence[str], *, month_ends: bool = False
) -> tuple[Metric, ...]:
    """The headline figures of `codes` over all sites of the question, each with its second line, its months and its
    explanation. month_ends: as `card` has it."""
    figures, months, compared = (
        overall_figures(view, question),
        trend(view, question),
        comparison(view, question),
    )
    signals, known = scope_signals(view, question), site_names(view)
    found = {code: signal_if_in_period(signals.get(code), question) for code in codes}
    return tuple(
        _metric(
            code,
            figures[code],
            [months[m][code].value for m in sorted(months)],
            compared,
            signal,
            "" if signal is None else since_at_least(view, signal),
            known,
            month_ends=month_ends,
            among=of_whom_left(figures["visits"], figures["left"]) if code == "visits" else "",
            doubt=quality_checks.doubt(view, question, code),
        )
        for code, signal in found.items()
    )


def _metric(
    code: str,
    figure: Figure,
    line: Sequence[float | None],
    compared: Comparison | None,
    signal: Signal | None,
    since: str,
    known: Mapping[str, str],
    *,
    month_ends: bool,
    among: str,
    doubt: str,
) -> Metric:
    """One headline figure as a screen draws it. line: its months, None where missing; compared: the figures a year before;
    since: when its signal began, in words; known: names of sites by code; among: what is counted in it, in words; doubt: as
    `card` has it."""
    before = ""
    by_visits = BY_CODE[code].register == "visits"
    if compared and figure.value is not None and (by_visits or compared.complaints):
        before = against_last_year(figure, compared.now, compared.before)
    tile = card(code, figure, signal, known, month_ends=month_ends, doubt=doubt)
    help_ = explanation(code, figure, signal, known)
    if tile.state and before:
        help_ += (f"{french.upper_first(before)}.",)
    line_ = tuple(v for v in line if v is not None)
    said = tile.state
    # A run says since when by its own number of months.
    if tile.tone and signal is not None and signal.rule == OUTSIDE:
        said = card_state(signal, since)
        if BY_CODE[code].is_current:
            said = f"{figure.note}{S}; {said}"
        said = f"{S}; ".join(filter(None, (doubt, said)))
    return Metric(tile, f"{S}; ".join(filter(None, (among, said or before))), line_, help_)


def explanation(
    code: str, figure: Figure, signal: Signal | None, names: Mapping[str, str]
) -> tuple[str, ...]:
    """What an indicator means, the basis of its value, and its signal, in paragraphs. names: of sites by code, for the sites
    that a signal comes from."""
    i = BY_CODE[code]
    parts = [f"{i.label}. {i.definition}"]
    if i.denominator != "—":
        parts.append(f"Calcul : {i.numerator} / {i.denominator}.")
    # A count is its own n: « 109 en cours, ici 109 cas » says it twice.
    basis = "" if figure.value == figure.n else basis_with_nouns(figure)
    if here := ". ".join(
        filter(
            None, (basis and f"Ici : {basis}", basis_in_words(figure) and missing_reason(figure))
        )
    ):
        parts.append(f"{here}.")
    if i.limits:
        parts.append(i.limits)
    if signal is not None and not (figure.value is None and not signal.is_judged):
        aim = "" if signal.target is None else value_with_unit(i, signal.target)
        paragraphs = [
            verdict(signal),
            gap_origin(signal, names),
            sentences.target(aim, signal.assurance),
        ]
        parts.append(" ".join(part for part in paragraphs if part))
    return tuple(parts)


@uncached
def caption(
    view: View, question: Question, period: str, codes: Sequence[str], *, curves: bool = False
) -> str:
    """The line under the cards: the period, who reported, of cards of complaints alone their register; the wait of nine in ten,
    where the cards show the median alone; and the official rate of complaints, which also counts those that are not due. period:
    in words. curves: with what the small curves are, which the opening page alone says."""
    figures = overall_figures(view, question)
    parts = [french.upper_first(period)]
    visits = figures["visits"]
    measuring = control_charts.trust_context(view, question).measuring
    if "wait_p90" in codes and measuring is not None:  # all the cards are of waits
        parts.append(who_measures(measuring, visits))
    elif all(BY_CODE[code].register == "complaints" for code in codes):
        known = coverage(view, until_data_date(view, question))
        parts.append(known.missing or "registre des plaintes à jour")
    elif visits.sites_expected > 1 or not visits.sites_reporting:
        parts.append(who_reported(visits))
    nine = figures["wait_p90"] if "wait_p50" in codes and "wait_p90" not in codes else None
    if nine and nine.value is not None:
        parts.append(f"9 usagers sur 10 ont attendu {shown_value(nine)} ou moins")
    if "complaint_delay" in codes and figures["complaints_30d"].value is not None:
        official = shown_value(figures["complaints_30d"])
        parts.append(
            f"chiffre officiel, sur toutes les plaintes reçues, même récentes{S}: {official}"
        )
    if curves:
        parts.append(
            f"petites courbes{S}: 13 mois, chacune à son échelle, où ce qui change peu reste plat"
        )
    if any(figures[code].value is not None for code in codes):  # else nothing is compared with it
        parts.append(f"d'habitude{S}: ce que montraient les mois d'avant")
    return f"{' · '.join(parts)}."


@uncached
def trust_lines(view: View, question: Question, codes: Sequence[str]) -> tuple[str, ...]:
    """What the figures and comparisons of the cards rest on, and how many sites measure waits: a list of sentences."""
    figures, compared, parts = overall_figures(view, question), comparison(view, question), []
    if compared is None:
        parts.append(
            "Pas de comparaison avec un an avant : aucun centre n'a remonté les deux périodes."
        )
    elif not compared.same_sites:
        parts.append(
            f"« Un an avant » et les écarts : sur les {french.plural(compared.sites, 'centre')} qui ont remonté les"
            " deux périodes."
        )
    trust_context = control_charts.trust_context(view, question)
    if (
        any(BY_CODE[code].required == TIMED for code in codes)
        and trust_context.measuring is not None
    ):
        parts.append(
            f"{french.upper_first(who_measures(trust_context.measuring, figures['visits']))}."
        )
    return tuple(parts)


@uncached
def site_caption(view: View, question: Question, period: str) -> str:
    """The line under the cards of one site: the period, its share of closings handed in, and how many of its waits are
    measured; or that it handed in nothing, and why it is silent now where it said so."""
    figures = overall_figures(view, question)
    visits = figures["visits"]
    if not visits.heard:
        nothing = "Ce centre n'a remonté ni registre des visites ni fiche sur la période."
        silence = silences(view, question).get(question.site or "")
        if silence is None or not silence.why:
            return nothing
        at = french.upper_first(data_date_in_words(view))
        return f"{nothing} {at}, il est {silence.in_words_and_who}."
    closings = (
        f"Période : {period}. Fiches de clôture remises : {shown_value(figures['completeness'])}"
    )
    if not visits.sites_reporting:
        declared = declared_alone(control_charts.trust_context(view, question).declared_alone)
        return ". ".join(
            filter(
                None, (closings, french.upper_first(declared), f"{french.upper_first(NO_VISITS)}.")
            )
        )
    of = shown_value(visits) if visits.value is not None else french.number(visits.n)
    return (
        f"{closings}. "
        f"Attente mesurée pour {french.number(figures['wait_p50'].n)} visites sur"
        f" {of}. D'habitude{S}: ce que montraient ses propres mois d'avant."
    )
