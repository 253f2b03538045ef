"""Attentes: which service, site and hour make people wait longest, month by month, and how waits are spread."""

import streamlit as st

from dashboard.answers import months, waits
from dashboard.ui import cards, changes, filters, sections, session, show

person, question = session.person(), filters.question()
code = sections.choose_indicator("waits", "attentes_choix")
left, right = st.columns(2, gap="large")
with left:
    sections.compare(person, question, "service", code, "attentes_prestations", order="value")
with right:
    sections.compare(person, question, "site", code, "attentes_centres")

st.header("Les chiffres de la période", anchor=False)
cards.headline(person, question, "waits", columns=4)
changes.section(person, question)

left, right = st.columns(2, gap="large")
with left:
    sections.compare(person, question, "hour", code, "attentes_heures")
with right:
    sections.headed(months.by_month(person, question, code, "attentes_mois"))
    sections.headed(waits.distribution(person, question, "repartition"))

st.header("Attente médiane de chaque centre, mois par mois", anchor=False)
show.panel(months.multiples(person, question, "attentes_multiples"))
