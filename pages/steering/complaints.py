"""Plaintes: which wait and for how long, why people complain, how fast they are answered, where."""

import streamlit as st

from dashboard.answers import complaints, delays, months
from dashboard.ui import cards, changes, filters, sections, session

person, question = session.person(), filters.question()
sections.told_to_guests(person, question)

left, right = st.columns([17, 8], gap="medium")
with left:
    sections.waiting(person, question, "en_cours", height=620, finding=False)
with right:
    sections.drawn(complaints.by_place(person, question, "retards"))
    sections.drawn(complaints.ages(person, question, "ages"))

st.header("Les chiffres de la période", anchor=False)
cards.headline(person, question, "complaints")
changes.section(person, question, "complaints_per_1000")

left, right = st.columns(2, gap="large")
with left:
    sections.headed(complaints.reasons(person, question, "motifs"))
    sections.headed(delays.flow(person, question, "flux"))
with right:
    sections.survival(person, question, "survie")
    sections.headed(months.by_month(person, question, "complaints_30d_due", "plaintes_mois"))

left, right = st.columns(2, gap="large")
with left:
    sections.compare_chosen(
        person, question, "complaints_by_site", "plaintes_centres", "complaints_30d_due"
    )
with right:
    sections.compare(person, question, "service", "complaints_per_1000", "plaintes_prestations")
