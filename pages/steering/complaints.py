"""Plaintes: what is open and how old, why people complain, how fast they are answered."""

import streamlit as st

from dashboard.answers import complaints, months
from dashboard.ui import cards, filters, sections, session, show

person, question = session.person(), filters.question()
cards.headline(person, question, "complaints")

left, right = st.columns(2, gap="large")
with left:
    st.header("Plaintes en cours, par âge", anchor=False)
    show.panel(complaints.ages(person, question, "ages"))
with right:
    st.header("Pourquoi les usagers se plaignent", anchor=False)
    show.panel(complaints.reasons(person, question, "motifs"))

left, right = st.columns(2, gap="large")
with left:
    st.header("Combien de temps sans réponse", anchor=False)
    sections.survival(person, question, "survie")
    st.header("Reçues et répondues, par mois", anchor=False)
    show.panel(complaints.flow(person, question, "flux"))
with right:
    st.header("Plaintes échues traitées en 30 jours, par mois", anchor=False)
    show.panel(months.by_month(person, question, "complaints_30d_due", "plaintes_mois"))
    st.header("Par prestation", anchor=False)
    sections.compare(person, question, "service", "complaints_per_1000", "plaintes_prestations")

st.header("Par centre", anchor=False)
code = sections.choose_indicator("complaints_by_site", "plaintes_choix", "complaints_30d_due")
sections.compare(person, question, "site", code, "plaintes_centres")
