"""Headline figures as cards: value, what its control chart says, and plainly beside it a year before. A difference of
two periods is not a trend: only a signal has a colour, and always a word."""
from collections.abc import Sequence

import streamlit as st

from dashboard import french
from dashboard.access import Person
from dashboard.indicators import BY_CODE, Figure
from dashboard.signals import Signal, verdict
from dashboard.statistics.variation import Variation
from dashboard.ui import filters, follow, store, trust
from dashboard.wording import against_last_year, base, reason, shown, who_reported

CARD = 104  # height of a card, in pixels: three rows of them stand beside the map without scrolling
HEADLINE = ("visits", "wait_p50", "wait_within_30", "left", "satisfaction", "complaints_30d_due")


def explanation(code: str, figure: Figure | None = None, followed: Signal | None = None) -> str:
    """What an indicator means, for the question mark beside it."""
    i = BY_CODE[code]
    text = [f"**{i.label}.** {i.definition}"]
    if i.denominator != "—":
        text.append(f"Calcul : {i.numerator} / {i.denominator}.")
    if figure is not None and base(figure):
        text.append(f"Ici : {base(figure)}." + (f" {reason(figure)}." if reason(figure) else ""))
    if i.limits:
        text.append(i.limits)
    if followed is not None:
        text.append(verdict(followed))
    return "\n\n".join(text)


STATES = {Variation.IMPROVEMENT: ("signal d'amélioration", "blue"), Variation.CONCERN: ("signal d'alerte", "orange"),
          Variation.NEUTRAL: ("signal de changement", "violet"), Variation.NO_SIGNAL: ("pas de signal", "off"),
          Variation.TOO_FEW: ("trop peu de points", "off")}


def card(code: str, figure: Figure, trend: Sequence[float | None] = (), compared: store.Comparison | None = None,
         height: int = CARD, followed: Signal | None = None) -> None:
    """One card: the value; what its control chart says of it; plainly beside it, a year before."""
    before = against_last_year(code, compared.now, compared.before) if compared else ""
    word, colour = STATES[followed.variation] if followed else ("", "off")
    if word and before and code != "visits":
        before = f"un an avant : {shown(compared.before[code])}"
    if figure.value is None:
        word, colour, before = figure.note, "off", ""
    line = [v for v in trend if v is not None]
    st.metric(BY_CODE[code].short, shown(figure), word or before or None, delta_color=colour, delta_arrow="off",
              delta_description=before if word and before else None, border=True,
              help=explanation(code, figure, followed), chart_data=line if len(line) > 2 else None, chart_type="line",
              height=height)


def scope_of(question: store.Question) -> str | None:
    """The scope whose control charts speak of the question; None where a filter makes it another series."""
    if question.service or question.kind:
        return None
    return question.site or question.department or "nation"


def headline(question: store.Question, person: Person, codes: Sequence[str] = HEADLINE, columns: int = 3,
             height: int = CARD, slide: bool = False) -> None:
    """The cards of the question's whole. slide: figures alone, without trend lines and sources."""
    figures = store.figures(person, question, "nation")["nation"]
    months = {} if slide else store.trend(person, question)
    compared = store.comparison(person, question)
    scope = scope_of(question)
    followed = follow.signals(person, [scope]).get(scope, {}) if scope else {}
    for start in range(0, len(codes), columns):
        for place, code in zip(st.columns(columns), codes[start:start + columns], strict=False):
            with place:
                card(code, figures[code], [months[m][code].value for m in sorted(months)], compared, height,
                     followed.get(code))
    if not slide:
        st.caption(sources(figures["visits"], compared))
        trust.table(question, person, codes)


def sources(figure: Figure, compared: store.Comparison | None) -> str:
    """Who reported, how far the data go, what the comparison rests on."""
    parts = [f"Période : {filters.period().label}", who_reported(figure)]
    fresh = store.freshness()
    if fresh.as_of:
        parts.append(f"données au {french.date_short(fresh.as_of)}")
    if compared is None:
        parts.append("pas de comparaison : aucun centre n'a remonté les deux périodes")
    elif not compared.same_sites:
        parts.append(f"« un an avant » et les écarts : sur les {french.plural(compared.sites, 'centre')} qui ont remonté les"
                     " deux périodes")
    return " · ".join(parts) + ". Petites courbes : les 13 derniers mois entiers."
