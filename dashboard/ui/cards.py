"""Headline figures as cards: value, trend line, and the same days a year before. No arrow, no colour: a difference of
two periods is not a trend."""
from collections.abc import Sequence

import streamlit as st

from dashboard import french
from dashboard.access import Person
from dashboard.indicators import BY_CODE, Figure
from dashboard.ui import filters, store
from dashboard.wording import against_last_year, base, reason, shown, who_reported

CARD = 104  # height of a card, in pixels: three rows of them stand beside the map without scrolling
HEADLINE = ("visits", "wait_p50", "wait_within_30", "left", "satisfaction", "complaints_30d_due")


def explanation(code: str, figure: Figure | None = None) -> str:
    """What an indicator means, for the question mark beside it."""
    i = BY_CODE[code]
    text = [f"**{i.label}.** {i.definition}"]
    if i.denominator != "—":
        text.append(f"Calcul : {i.numerator} / {i.denominator}.")
    if figure is not None and base(figure):
        text.append(f"Ici : {base(figure)}." + (f" {reason(figure)}." if reason(figure) else ""))
    if i.limits:
        text.append(i.limits)
    return "\n\n".join(text)


def card(code: str, figure: Figure, trend: Sequence[float | None] = (), compared: store.Comparison | None = None,
         height: int = CARD) -> None:
    """One card."""
    delta = against_last_year(code, compared.now, compared.before) if compared else ""
    if figure.value is None:
        delta = figure.note
    line = [v for v in trend if v is not None]
    st.metric(BY_CODE[code].short, shown(figure), delta or None, delta_color="off", delta_arrow="off", border=True,
              help=explanation(code, figure), chart_data=line if len(line) > 2 else None, chart_type="line",
              height=height)


def headline(question: store.Question, person: Person, codes: Sequence[str] = HEADLINE, columns: int = 3,
             height: int = CARD, slide: bool = False) -> None:
    """The cards of the question's whole. slide: figures alone, without trend lines and sources."""
    figures = store.figures(person, question, "nation")["nation"]
    months = {} if slide else store.trend(person, question)
    compared = store.comparison(person, question)
    for start in range(0, len(codes), columns):
        for place, code in zip(st.columns(columns), codes[start:start + columns], strict=False):
            with place:
                card(code, figures[code], [months[m][code].value for m in sorted(months)], compared, height)
    if not slide:
        st.caption(sources(figures["visits"], compared))


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
