"""Parts of pages: a panel with the choices that stand above it."""

from collections.abc import Sequence

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers import complaints, sites
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE, Placement, choices, codes
from dashboard.judgement.signals import FOLLOWED
from dashboard.ui import show

VOLUMES = codes(lambda i: i.chart == "volume")
DETAILS = {"Toutes": None, "Par catégorie": "category", "Par centre": "name"}


def choose_indicator(place: Placement, key: str, first: str | None = None) -> str:
    """A small choice of a place's indicators above a chart. first: what it opens with, by default the first of them."""
    return _choice(choices(lambda i: place in i.places), key, first)


def choose_series(key: str, *, volumes: bool = False) -> str:
    """The same of what is followed month by month; `volumes`: and, before, of what says how many come."""
    return _choice((*VOLUMES, *FOLLOWED) if volumes else FOLLOWED, key)


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
    """One indicator by site, service or hour; the rank of sites on demand, with its interval."""
    ranked = sites.is_funnel(person, question, by, code) and st.toggle(
        "Donner le rang",
        key=f"{key}_rang",
        help="Un rang n'est connu qu'à quelques places près : il est donné avec son intervalle.",
    )
    show.panel(sites.compare(person, question, by, code, key, ranked=ranked), open_=ranked)


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
