"""Département: the finding, a director's sites side by side, what is to be done, then who comes when and how long they wait."""

import streamlit as st

from dashboard.answers import completeness, directory, sites, waits
from dashboard.ui import cards, filters, sections, session, show

person, question = session.person(), filters.question()
if not question.departments:
    show.panel(directory.of_departments(person, question, "departements"), height=460)

left, right = st.columns(2, gap="large")
with left:
    sections.compare_chosen(person, question, "department", "cote_a_cote")
with right:
    sections.series(person, question, "departement_mois", "visits_per_day")

sections.waiting(person, question, "plaintes_en_cours")
left, right = st.columns(2, gap="large")
with left:
    sections.unclosed(person, question, "remontees")
with right:
    sections.headed(completeness.silent(person, question, "muets"))

st.header("Les chiffres de la période", anchor=False)
cards.headline(person, question)
show.panel(sites.side_by_side(person, question), height=460)

left, right = st.columns(2, gap="large")
with left:
    sections.headed(waits.heat(person, question, "affluence"))
with right:
    sections.headed(waits.distribution(person, question, "attentes"))
