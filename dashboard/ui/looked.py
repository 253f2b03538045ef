"""That somebody looked at complaints one by one: noted once for each place and page that is open."""

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.actions import accesses
from dashboard.answers import register
from dashboard.answers.question import Question

NOTED = "looked_at"  # the places of which it is noted already


def at_complaints(person: Person, question: Question) -> None:
    """Note it, where the person is given any."""
    place = question.site or ", ".join(question.departments) or "tout le réseau"
    noted = st.session_state.setdefault(NOTED, set())
    if place not in noted and len(register.open_rows(person, question)):
        noted.add(place)
        accesses.note_beside(person, "looked at complaints", {"scope": place})
