"""The page Signaux: the chart of any series, what a signal is worth, the form of a decision."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import french
from dashboard.accounts.rights import Person, may
from dashboard.actions import steering
from dashboard.answers import alerts
from dashboard.answers.bulletin import in_words
from dashboard.answers.months import by_month
from dashboard.answers.network import names
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.signals import CHARTED
from dashboard.period import today
from dashboard.statistics import sentences
from dashboard.ui import errors, filters, outcome, session, show


def chance(person: Person, question: Question) -> None:
    """What the rule finds and what it misses, for the series at hand."""
    row = alerts.power(person, question)
    if row is None:
        return
    with st.expander("Ce que vaut un signal"):
        st.markdown(f"""
- {sentences.power(row)}
- Un signal dit que le mois sort de ce que ce centre fait d'habitude. Il ne dit pas pourquoi, ni que c'est grave.
- Sans signal, il n'y a rien à expliquer : chercher la cause d'une variation ordinaire fait perdre du temps.
- Les limites sont provisoires et recalculées jusqu'à 24 points, puis fixées ; elles ne repartent que pour une raison datée.
- Les attentes sont des minutes entières : les limites ne descendent pas sous cette précision.
- Simulation de cette règle exacte, répétée {french.number(row.draws)} fois : `python -m dashboard.statistics.alarms`.
""")


def chart(person: Person, question: Question) -> None:
    """The control chart of one series: of a site, or of the question's whole. The choice is in the address, so that a
    line of the bulletin can link to it."""
    st.header("Mois par mois", anchor=False)
    whole = in_words(question.department, question.kind)
    scopes = {"": french.capital(whole), **names(person, question)}
    left, right = st.columns(2)
    site = _choice(left, "centre", scopes)
    code = _choice(right, "indicateur", {c: BY_CODE[c].label for c in CHARTED})
    asked = Question(question.first, question.last, site=site) if site else question
    show.panel(by_month(person, asked, code, "serie"))


def _choice(where: DeltaGenerator, name: str, options: dict[str, str]) -> str:
    """A filter of the address, chosen here among some of its values."""
    key = f"serie_{name}"
    held = filters.value(name)
    st.session_state[key] = held if held in options else next(iter(options))
    chosen: str = where.selectbox(
        filters.NAMES[name],
        list(options),
        format_func=lambda one: options.get(one, ""),
        key=key,
        label_visibility="collapsed",
        on_change=lambda: filters.choose(name, st.session_state[key]),
    )
    return chosen


def decide(person: Person, question: Question) -> None:
    """Answer an alert with a decision."""
    flagged = alerts.listing(person, question)
    if not flagged or not may(person, "decide"):
        return
    series = {
        (s.scope, s.indicator): f"{name} : {BY_CODE[s.indicator].label}" for name, s in flagged
    }
    with st.expander("Noter une décision"), st.form("decision", border=False):
        st.selectbox(
            "Sur quel signal",
            list(series),
            format_func=lambda one: series.get(one, ""),
            key="decision_sur",
        )
        st.text_input("Ce qui est décidé", max_chars=500, key="decision_quoi")
        left, right = st.columns(2)
        left.text_input("Qui (une fonction, pas un nom)", max_chars=120, key="decision_qui")
        right.date_input(
            "Pour le", value=None, format="DD/MM/YYYY", min_value=today(), key="decision_pour"
        )
        st.form_submit_button("Noter", on_click=_keep)
    outcome.said("decision")


@errors.said_plainly()  # called between two runs, where nothing else catches
def _keep() -> None:
    """Write the decision before the page runs, so that table and chart have it; what was typed stays if refused."""
    typed = st.session_state
    scope, code = typed["decision_sur"]
    with outcome.telling(
        "decision", "La décision est notée ; elle figure sur la carte de contrôle de la série."
    ):
        steering.decide(
            session.person(),
            code,
            scope,
            typed["decision_qui"],
            typed["decision_quoi"],
            typed["decision_pour"],
            today(),
        )
        typed["decision_qui"] = typed["decision_quoi"] = ""
        typed["decision_pour"] = None
        filters.choose("centre", scope)
        filters.choose("indicateur", code)
