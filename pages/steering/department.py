"""Département: the finding, a director's sites side by side, what is to be done, then who comes when and how long they wait."""

import streamlit as st

from dashboard.answers import completeness, site_directory, sites, waits
from dashboard.ui import cards, filter_state, page_sections, panel_display, session

person, question = session.person(), filter_state.question()
if not question.departments:
    panel_display.panel(site_directory.of_departments(person, question, "departements"), height=460)

left, right = st.columns(2, gap="large")
with left:
    page_sections.compare_chosen(person, question, "department", "cote_a_cote")
with right:
    page_sections.series(person, question, "departement_mois", "visits_per_day")

page_sections.open_complaints(person, question, "plaintes_en_cours")
left, right = st.columns(2, gap="large")
with left:
    page_sections.unclosed_days(person, question, "remontees")
with right:
    page_sections.panel_with_finding(completeness.silent(person, question, "muets"))

st.header("Les chiffres de la période", anchor=False)
cards.headline(person, question)
panel_display.panel(sites.side_by_side(person, question), height=460)

left, right = st.columns(2, gap="large")
with left:
    page_sections.panel_with_finding(waits.heat(person, question, "affluence"))
with right:
    page_sections.panel_with_finding(waits.distribution(person, question, "attentes"))
