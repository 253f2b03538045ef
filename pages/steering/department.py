"""Département: a director's sites side by side, when people come, waits, complaints, who has not reported."""

import streamlit as st

from dashboard.answers import complaints, completeness, months, sites, waits
from dashboard.ui import cards, filters, sections, session, show

person, question = session.person(), filters.question()
if not question.department:
    st.info("Choisir un département ci-dessus. En attendant, voici tout le réseau.")
cards.headline(person, question)

st.header("Les centres côte à côte", anchor=False)
code = sections.choose_indicator("department", "comparer_departement")
sections.compare(person, question, "site", code, "cote_a_cote")
show.panel(sites.side_by_side(person, question), height=460)

st.header("Mois par mois", anchor=False)
code = sections.choose_series("departement_mois_choix", "visits_per_day")
show.panel(months.by_month(person, question, code, "departement_mois"))

left, right = st.columns(2, gap="large")
with left:
    st.header("Quand viennent les usagers", anchor=False)
    show.panel(waits.heat(person, question, "affluence"))
with right:
    st.header("Combien ils attendent", anchor=False)
    show.panel(waits.distribution(person, question, "attentes"))

left, right = st.columns(2, gap="large")
with left:
    st.header("Plaintes en cours, par âge", anchor=False)
    show.panel(complaints.ages(person, question, "plaintes_age"))
with right:
    st.header("Qui n'a pas remonté ses journées", anchor=False)
    show.panel(completeness.not_reported(person, question, "remontees"))
