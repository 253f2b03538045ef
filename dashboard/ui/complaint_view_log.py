"""The log of complaints viewed one by one: one line for each place and open page."""

import streamlit as st

from dashboard.accounts.rights import Person, Reach, reach_of_right
from dashboard.actions import access_journal
from dashboard.answers import complaint_register
from dashboard.answers.question import Question

NOTED = "looked_at"  # session key: the places noted already


def note_complaint_views(person: Person, question: Question) -> None:
    """Write to the access journal that the person views complaints of the question one by one, once; nothing where no rows are
    shown."""
    place = _where(person, question)
    noted = st.session_state.setdefault(NOTED, set())
    if place not in noted and len(complaint_register.open_rows(person, question)):
        noted.add(place)
        access_journal.note_in_background(person, "looked at complaints", {"scope": place})


def _where(person: Person, question: Question) -> str:
    """The places of the question as far as the person's right to rows goes, in words."""
    far, places = reach_of_right(person, "complaint_list"), frozenset(question.departments)
    if question.site:
        return question.site
    if far == Reach.SITES:
        places = person.sites or frozenset()
    elif far == Reach.DEPARTMENTS and person.departments:
        places = places & person.departments or person.departments
    return ", ".join(sorted(places)) or "tout le réseau"
