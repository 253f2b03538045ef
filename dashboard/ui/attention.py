"""« Ce qui mérite attention », as a short list."""

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers import attention
from dashboard.answers.question import Question
from dashboard.ui.escape import escaped


def show(person: Person, question: Question) -> None:
    """The facts."""
    st.subheader("Ce qui mérite attention", anchor=False)
    facts = attention.facts(person, question)
    if not facts:
        st.text("Rien à signaler sur cette période.")
        return
    st.markdown("\n".join(f"- **{fact}** : {escaped(sites)}." for fact, sites in facts))
