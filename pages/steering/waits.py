"""Attentes: how long people wait, by site, service, hour and month."""

import streamlit as st

from dashboard.answers import months, waits
from dashboard.ui import cards, filters, sections, session, show

person, question = session.person(), filters.question()
cards.headline(person, question, "waits", columns=4)

left, right = st.columns(2, gap="large")
with left:
    st.header("Répartition des attentes", anchor=False)
    show.panel(waits.distribution(person, question, "repartition"))
with right:
    st.header("Par mois", anchor=False)
    code = sections.choose_indicator("waits", "attentes_mois_choix")
    show.panel(months.by_month(person, question, code, "attentes_mois"))

st.header("Par centre, par prestation, par heure d'arrivée", anchor=False)
code = sections.choose_indicator("waits", "attentes_choix")
left, middle, right = st.columns(3, gap="large")
with left:
    sections.compare(person, question, "site", code, "attentes_centres")
with middle:
    sections.compare(person, question, "service", code, "attentes_prestations")
with right:
    sections.compare(person, question, "hour", code, "attentes_heures")

st.header("Attente médiane de chaque centre, mois par mois", anchor=False)
show.panel(months.multiples(person, question, "attentes_multiples"))
