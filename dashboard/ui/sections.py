"""Parts of pages: a panel with the choices that stand above it."""

from collections.abc import Sequence

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers import complaints, sites
from dashboard.answers.figures import figures
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.signals import FOLLOWED
from dashboard.ui import show

MONTHLY = FOLLOWED  # what a page offers month by month
DETAILS = {"Toutes": None, "Par catégorie": "category", "Par centre": "name"}


def choose_indicator(codes: Sequence[str], key: str) -> str:
    """A small choice of indicators above a chart."""
    return st.segmented_control(
        "Indicateur",
        codes,
        default=codes[0],
        format_func=lambda c: BY_CODE[c].short,
        key=key,
        label_visibility="collapsed",
        required=True,
    )


def compare(person: Person, question: Question, by: str, code: str, key: str) -> None:
    """One indicator by site, service or hour; the rank of sites on demand, with its interval."""
    ranked = sites.is_funnel(by, code, figures(person, question, by)) and st.toggle(
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
    made = complaints.survival(person, question, key, DETAILS[detail])
    if DETAILS[detail] and made.table.columns:
        names = [row[0].text for row in made.table.rows]
        chosen = st.selectbox(
            "Courbe", names, key=f"{key}_courbe_{DETAILS[detail]}", label_visibility="collapsed"
        )
        made = complaints.survival(person, question, key, DETAILS[detail], chosen)
    show.panel(made, open_=bool(DETAILS[detail]))
