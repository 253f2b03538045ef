"""Attentes: how long people wait, by site, service, hour and month."""
import streamlit as st

from dashboard.ui import cards, filters, sections, session

person, question = session.person(), filters.question()
cards.headline(question, person, sections.WAITS, columns=4)

left, right = st.columns(2, gap="large")
with left:
    st.header("Répartition des attentes", anchor=False)
    sections.waits(person, question, "repartition")
with right:
    st.header("Par mois", anchor=False)
    code = sections.choose_indicator(sections.WAITS, "attentes_mois_choix")
    sections.by_month(person, question, code, "attentes_mois")

st.header("Par centre, par prestation, par heure d'arrivée", anchor=False)
code = sections.choose_indicator(sections.WAITS, "attentes_choix")
left, middle, right = st.columns(3, gap="large")
with left:
    sections.compare(person, question, "site", code, sections.names(person, question), "attentes_centres")
with middle:
    sections.compare(person, question, "service", code, sections.service_names(), "attentes_prestations")
with right:
    sections.compare(person, question, "hour", code, sections.hour_names(), "attentes_heures")

st.header("Attente médiane de chaque centre, mois par mois", anchor=False)
sections.multiples(person, question, "attentes_multiples")
