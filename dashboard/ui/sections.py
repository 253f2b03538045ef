"""Parts of pages: a panel with the choices that stand above it."""

from collections.abc import Sequence

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers import complaints, sites
from dashboard.answers.dated import since
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE, Placement, choices, codes
from dashboard.judgement.signals import FOLLOWED
from dashboard.ui import show
from dashboard.ui.escape import escaped

VOLUMES = codes(lambda i: i.chart == "volume")
ORDERS: dict[sites.Order, str] = {
    "name": "Par nom",
    "value": "Par valeur",
    "size": "Par effectif",
}
DETAILS = {"Toutes": None, "Par catégorie": "category", "Par centre": "name"}


def choose_indicator(place: Placement, key: str, first: str | None = None) -> str:
    """A small choice of a place's indicators above a chart. first: what it opens with, by default the first of them."""
    return _choice(choices(lambda i: place in i.places), key, first)


def choose_series(key: str, first: str | None = None) -> str:
    """The same of what is followed month by month."""
    return _choice(FOLLOWED, key, first)


def _choice(options: Sequence[str], key: str, first: str | None = None) -> str:
    return st.segmented_control(
        "Indicateur",
        options,
        default=first or options[0],
        format_func=lambda c: BY_CODE[c].short,
        key=key,
        label_visibility="collapsed",
        required=True,
    )


def compare(person: Person, question: Question, by: str, code: str, key: str) -> None:
    """One indicator by site, service or hour, in the order chosen; of sites, the funnel and the rank on demand."""
    order: sites.Order = "name"
    ranked = funnel = False
    with st.container(horizontal=True, vertical_alignment="center"):
        if by != "hour":
            order = st.segmented_control(
                "Ordre",
                list(ORDERS),
                default=order,
                format_func=lambda order: ORDERS.get(order, ""),
                key=f"{key}_ordre",
                label_visibility="collapsed",
                required=True,
            )
        if sites.has_funnel(person, question, by, code):
            funnel = st.toggle(
                "Entonnoir",
                key=f"{key}_entonnoir",
                help="Chaque centre selon sa taille : plus il est petit, plus son chiffre peut s'écarter par hasard.",
            )
        if sites.has_ranks(person, question, by, code):
            ranked = st.toggle(
                "Rang",
                key=f"{key}_rang",
                help="Un rang n'est connu qu'à quelques places près : il est donné avec son intervalle.",
            )
    panel = sites.compare(
        person, question, by, code, key, order=order, ranked=ranked, funnel=funnel
    )
    if by == "site" and panel.finding:
        st.markdown(f"**{escaped(panel.finding)}.**")
    show.panel(panel, open_=ranked)


def dated(person: Person, question: Question, code: str) -> None:
    """Since when the question's own series has changed, where it has and where that can be said."""
    if sentence := since(person, question, code):
        st.markdown(f"**{escaped(sentence)}**")


def survival(person: Person, question: Question, key: str) -> None:
    """How long complaints stay without an answer; by category or site on demand."""
    detail = st.segmented_control(
        "Détail",
        list(DETAILS),
        default="Toutes",
        key=f"{key}_detail",
        label_visibility="collapsed",
        required=True,
    )
    panel = complaints.survival(person, question, key, DETAILS[detail])
    if DETAILS[detail] and panel.table.columns:
        names = [row[0].text for row in panel.table.rows]
        chosen = st.selectbox(
            "Courbe", names, key=f"{key}_courbe_{DETAILS[detail]}", label_visibility="collapsed"
        )
        panel = complaints.survival(person, question, key, DETAILS[detail], chosen)
    show.panel(panel, open_=bool(DETAILS[detail]))
