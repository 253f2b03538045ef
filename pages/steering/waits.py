"""Attentes: how long people wait; which service, site and hour make them wait longest, month by month, how waits are spread."""

import streamlit as st

from dashboard.answers import months, waits
from dashboard.ui import cards, changes, filters, sections, session

person, question = session.person(), filters.question()
cards.headline(person, question, "waits")
changes.section(person, question)
first = sections.first_known(person, question, "waits")
code = sections.choose_indicator("waits", "attentes_choix", first)
left, right = st.columns(2, gap="large")
with left:
    sections.compare(person, question, "service", code, "attentes_prestations")
with right:
    sections.compare(person, question, "site", code, "attentes_centres")

left, right = st.columns(2, gap="large")
with left:
    sections.compare(person, question, "hour", code, "attentes_heures")
with right:
    sections.headed(months.by_month(person, question, code, "attentes_mois"))
    sections.headed(waits.distribution(person, question, "repartition"))

sections.headed(months.multiples(person, question, "attentes_multiples"))
