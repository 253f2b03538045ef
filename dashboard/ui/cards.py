"""Headline figures as cards, and what they rest on.

Before: `dashboard.answers.cards`. After: the browser.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers import cards
from dashboard.answers.network import sites
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE, Placement, placed
from dashboard.palette import CHANGE, CONCERN, IMPROVEMENT, NONE
from dashboard.ui import filters, show
from dashboard.ui.escape import escaped

CARD = 104  # height of a card, in pixels: three rows of them stand beside the map without scrolling
COLOURS = {
    "improvement": IMPROVEMENT.streamlit,
    "concern": CONCERN.streamlit,
    "neutral": CHANGE.streamlit,
    "": NONE.streamlit,
}


def card(one: cards.Metric) -> None:
    """One card: the value of the period; the signal of its last whole month, with that month's own value."""
    st.metric(
        one.card.label,
        one.card.text,
        one.beside or None,
        delta_color=COLOURS[one.card.tone],  # type: ignore[arg-type]  # Streamlit lists its shades one by one
        delta_arrow="off",
        border=True,
        help=one.help,
        chart_data=one.line if len(one.line) > 2 else None,
        chart_type="line",
        height=CARD,
    )


def grid(metrics: Sequence[cards.Metric], columns: int) -> None:
    """Cards in rows of so many."""
    for start in range(0, len(metrics), columns):
        for place, one in zip(st.columns(columns), metrics[start : start + columns], strict=False):
            with place:
                card(one)


def headline(
    person: Person, question: Question, place: Placement = "period", columns: int = 3
) -> None:
    """The cards of a place, of the question's whole, then what they rest on."""
    if not sites(person, question):
        st.info("Aucun centre ne correspond à ces filtres.")
        return
    codes = placed(place)
    grid(cards.metrics(person, question, codes), columns)
    st.caption(cards.sources(person, question, filters.period().label, codes))
    panel = cards.cards(person, question, codes)
    show.collect(panel)
    with st.expander("Puis-je m'y fier ?"):
        st.markdown(
            "\n".join(
                f"- **{BY_CODE[code].short}** : {escaped(row[-1].text)}"
                for code, row in zip(codes, panel.table.rows, strict=True)
            )
        )
