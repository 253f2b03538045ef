"""The log of rows viewed: complaints one by one, the words of canevas; one line for each place and open page."""

import streamlit as st

from dashboard.accounts.rights import Person, Reach, reach_of_right
from dashboard.actions import access_journal
from dashboard.answers import complaint_register, return_texts
from dashboard.answers.question import Question

NOTED = "looked_at"  # session key: the places noted already


def note_complaint_views(person: Person, question: Question) -> None:
    """Write to the access journal that the person views complaints of the question one by one, once; nothing where no rows are
    shown."""
    if len(complaint_register.open_rows(person, question)):
        _note_once(person, "looked at complaints", _where(person, question, "complaint_list"))


def note_complaint_view(person: Person, question: Question) -> None:
    """Write to the access journal that the person views a complaint of the question's site, once for each site."""
    _note_once(person, "looked at complaints", _where(person, question, "complaint_list"))


def note_return_views(person: Person, question: Question) -> None:
    """Write to the access journal that the person reads the words of canevas, once for each place."""
    _note_once(person, "looked at returns", _where(person, question, return_texts.RIGHT))


def _note_once(person: Person, did: str, place: str) -> None:
    noted = st.session_state.setdefault(NOTED, set())
    if (did, place) not in noted:
        noted.add((did, place))
        access_journal.note_in_background(person, did, {"scope": place})


def _where(person: Person, question: Question, right: str) -> str:
    """The places of the question as far as the person's right goes, in words."""
    far, places = reach_of_right(person, right), frozenset(question.departments)
    if question.site:
        return question.site
    if far == Reach.SITES:
        places = person.sites or frozenset()
    elif far == Reach.DEPARTMENTS and person.departments:
        places = places & person.departments or person.departments
    return ", ".join(sorted(places)) or "tout le réseau"
