"""Decisions on « Présenter »: those of the last time, read out again, and the form that notes one while people sit together."""

from collections.abc import Mapping

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.actions import targets_and_decisions
from dashboard.answers import decisions
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import FOLLOWED
from dashboard.period import today
from dashboard.ui import error_messages, form_messages, panel_display, session
from dashboard.ui.markdown_escaping import escape_markdown

FORM = "atelier"
NO_NAMES = "Aucun nom de personne : une fonction suffit, et chacun peut lire ce qui est noté ici."


def section(person: Person, question: Question) -> None:
    """Draw what was decided the last time, and the form of a decision, in a fold."""
    if found := decisions.last_time_in_words(person, question):
        head, *lines = found
        words = "\n".join(f"- {escape_markdown(french.bind_numbers(line))}" for line in lines)
        st.markdown(f"**{escape_markdown(head)}**\n{words}")
    within = targets_and_decisions.scopes(person, "decide")
    places = {
        scope: name for scope, name in decisions.scopes(person, question).items() if scope in within
    }
    if not places:
        return
    with panel_display.lazy_expander("Noter une décision", FORM) as fold:
        if fold.open:
            _form(places)
    form_messages.show_outcome(FORM)


def _form(places: Mapping[str, str]) -> None:
    """The form. places: the names of the scopes that may be chosen."""
    with st.form(FORM, border=False):
        left, right = st.columns(2)
        left.selectbox(
            "Où", list(places), format_func=lambda one: places.get(one, ""), key="atelier_ou"
        )
        right.selectbox(
            "Sur quel indicateur",
            list(FOLLOWED),
            format_func=lambda code: BY_CODE[code].label if code in BY_CODE else "",
            key="atelier_sur",
        )
        st.text_input("Ce qui est décidé", max_chars=500, key="atelier_quoi")
        st.text_input("Ce qu'on en attend", max_chars=500, key="atelier_but")
        left, right = st.columns(2)
        left.text_input("Qui (une fonction, pas un nom)", max_chars=120, key="atelier_qui")
        right.date_input(
            "Pour le", value=None, format="DD/MM/YYYY", min_value=today(), key="atelier_pour"
        )
        st.caption(NO_NAMES)
        st.form_submit_button("Noter", on_click=_keep)


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _keep() -> None:
    """Callback: note the decision; what was typed stays if it is refused."""
    typed = st.session_state
    with form_messages.record_outcome(
        FORM, "La décision est notée ; elle se relit ici à la prochaine réunion, et sur Signaux."
    ):
        targets_and_decisions.decide(
            session.person(),
            typed["atelier_sur"],
            typed["atelier_ou"],
            typed["atelier_qui"],
            typed["atelier_quoi"],
            typed["atelier_pour"],
            today(),
            typed["atelier_but"],
        )
        for name in ("qui", "quoi", "but"):
            typed[f"atelier_{name}"] = ""
        typed["atelier_pour"] = None
