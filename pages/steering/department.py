"""Département: the finding, a director's sites side by side, what is to be done, then who comes when and how long they wait."""

import streamlit as st

from dashboard.answers import completeness, decisions, network, site_directory, targets, waits
from dashboard.ui import (
    cards,
    filter_state,
    indicator_table,
    page_sections,
    panel_display,
    session,
    side_by_side,
)

person, question = session.person(), filter_state.question()
panel_display.note(site_directory.directed_by(person, question))
panel_display.note(decisions.of_department_in_words(person, question))
panel_display.note(targets.of_department_in_words(person, question))
if network.never_begun(person, question):  # the rest would say the heading again, figure by figure
    page_sections.panel_with_finding(
        site_directory.of_sites(person, question, "centres"), height=460
    )
    st.stop()
indicator_table.section(
    person, question, "site" if question.departments else "department", "tableau"
)

side_by_side.offer(person, "department")

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
    page_sections.panel_with_finding(completeness.silent_sites(person, question, "muets"))

st.header("Les chiffres de la période", anchor=False)
cards.headline(person, question)

left, right = st.columns(2, gap="large")
with left:
    page_sections.panel_with_finding(waits.heat(person, question, "affluence"))
with right:
    page_sections.panel_with_finding(waits.distribution(person, question, "attentes"))

page_sections.panel_with_finding(site_directory.of_sites(person, question, "centres"), height=460)
