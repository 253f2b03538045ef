"""That somebody looked at complaints one by one: noted once for each place and page that is open."""

import streamlit as st

from dashboard.accounts.rights import Person, Reach, reach_of_right
from dashboard.actions import access_journal
from dashboard.answers import complaint_register
from dashboard.answers.question import Question

NOTED = "looked_at"  # session key: the places noted already


def note_complaint_views(person: Person, question: Question) -> None:
    """Note it, where the person is given any."""
    place = _where(person, question)
    noted = st.session_state.setdefault(NOTED, set())
    if place not in noted and len(complaint_register.open_rows(person, question)):
        noted.add(place)
        access_journal.note_in_background(person, "looked at complaints", {"scope": place})


def _where(person: Person, question: Question) -> str:
    """Of where the complaints were: what was asked for, as far as the person's right goes."""
    far, places = reach_of_right(person, "complaint_list"), frozenset(question.departments)
    if question.site:
        return question.site
    if far == Reach.SITES:
        places = person.sites or frozenset()
    elif far == Reach.DEPARTMENTS and person.departments:
        places = places & person.departments or person.departments
    return ", ".join(sorted(places)) or "tout le réseau"
