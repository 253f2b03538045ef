"""Headline figures as cards: value, what its control chart says, and plainly beside it a year before. A difference of
two periods is not a trend: only a signal has a colour, and always a word."""
from collections.abc import Sequence

import streamlit as st

from dashboard import french
from dashboard.access import Person
from dashboard.indicators import BY_CODE, Figure
from dashboard.palette import CHANGE, CONCERN, IMPROVEMENT, NONE
from dashboard.signals import Signal, verdict
from dashboard.statistics import sentences
from dashboard.ui import filters, panels, show, store
from dashboard.ui.escape import escaped
from dashboard.wording import against_last_year, amount, base, reason, shown, who_reported

CARD = 104  # height of a card, in pixels: three rows of them stand beside the map without scrolling


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
        aim = "" if followed.target is None else amount(i, followed.target)
        text.append(f"{verdict(followed)} {sentences.target(aim, followed.assurance)}")
    return "\n\n".join(text)


COLOURS = {"improvement": IMPROVEMENT.streamlit, "concern": CONCERN.streamlit, "neutral": CHANGE.streamlit, "": NONE.streamlit}


def card(code: str, figure: Figure, trend: Sequence[float | None] = (), compared: store.Comparison | None = None,
         followed: Signal | None = None) -> None:
    """One card: the value; what its control chart says of it; plainly beside it, a year before."""
    before = against_last_year(code, compared.now, compared.before) if compared else ""
    made = panels.card(code, figure, followed)
    word = made.state
    if figure.value is None:
        before = ""
    elif word and before and code != "visits":
        before = f"un an avant : {shown(compared.before[code])}"
    line = [v for v in trend if v is not None]
    st.metric(BY_CODE[code].short, shown(figure), word or before or None, delta_color=COLOURS[made.tone], delta_arrow="off",
              delta_description=before if word and before else None, border=True,
              help=explanation(code, figure, followed), chart_data=line if len(line) > 2 else None, chart_type="line",
              height=CARD)


def headline(question: store.Question, person: Person, codes: Sequence[str] = panels.HEADLINE, columns: int = 3
             ) -> None:
    """The cards of the question's whole, then what they rest on."""
    if store.sites(person, question).empty:
        st.info("Aucun centre ne correspond à ces filtres.")
        return
    figures = store.figures(person, question, "nation")["nation"]
    months, compared = store.trend(person, question), store.comparison(person, question)
    made, found = panels.cards(person, question, codes), panels.followed(person, question)
    for start in range(0, len(codes), columns):
        for place, code in zip(st.columns(columns), codes[start:start + columns], strict=False):
            with place:
                card(code, figures[code], [months[m][code].value for m in sorted(months)], compared,
                     panels.in_period(found.get(code), question))
    # The median alone would hide the long waits.
    nine = figures["wait_p90"] if "wait_p50" in codes and "wait_p90" not in codes else None
    said = f"9 usagers sur 10 ont attendu {shown(nine)} ou moins. " if nine and nine.value is not None else ""
    st.caption(said + sources(figures["visits"], compared))
    show.collect(made)
    with st.expander("Puis-je m'y fier ?"):
        st.markdown("\n".join(f"- **{BY_CODE[code].short}** : {escaped(row[-1].text)}"
                              for code, row in zip(codes, made.table.rows, strict=True)))


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
