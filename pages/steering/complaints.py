"""Plaintes: which wait and for how long, why people complain, how fast they are answered, where."""

import streamlit as st

from dashboard.answers import complaint_delays, complaint_register, complaints, monthly_series
from dashboard.ui import cards, filter_state, page_sections, period_comparison, session

person, question = session.person(), filter_state.question()
page_sections.guest_complaints(person, question)

left, right = st.columns([17, 8], gap="medium")
with left:
    page_sections.open_complaints(person, question, "en_cours", height=620, finding=False)
with right:
    page_sections.panel_if_chart(complaints.by_place(person, question, "retards"))
    page_sections.panel_if_chart(complaints.ages(person, question, "ages"))

st.header("Les chiffres de la période", anchor=False)
cards.headline(person, question, "complaints")
period_comparison.section(person, question, "complaints_per_1000")
if not complaint_register.coverage(
    person, question
).known:  # the rest would say the heading again, box by box
    st.stop()

left, right = st.columns(2, gap="large")
with left:
    page_sections.panel_with_finding(complaints.reasons(person, question, "motifs"))
    page_sections.panel_with_finding(complaint_delays.flow(person, question, "flux"))
with right:
    page_sections.survival(person, question, "survie")
    page_sections.panel_with_finding(
        monthly_series.by_month(person, question, "complaints_30d_due", "plaintes_mois")
    )

left, right = st.columns(2, gap="large")
with left:
    page_sections.compare_chosen(
        person, question, "complaints_by_site", "plaintes_centres", "complaints_30d_due"
    )
with right:
    page_sections.compare(
        person, question, "service", "complaints_per_1000", "plaintes_prestations"
    )
