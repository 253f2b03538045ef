"""Attentes: how long people wait; which service, site and hour make them wait longest, month by month, how waits are spread."""

import streamlit as st

from dashboard.answers import monthly_series, network, waits
from dashboard.ui import cards, filter_state, page_sections, period_comparison, session

person, question = session.person(), filter_state.question()
cards.headline(person, question, "waits")
period_comparison.section(person, question)
if network.never_begun(person, question):  # the rest would say the heading again, chart by chart
    st.stop()
first = page_sections.first_known(person, question, "waits")
code = page_sections.choose_indicator("waits", "attentes_choix", first)
left, right = st.columns(2, gap="large")
with left:
    page_sections.compare(person, question, "service", code, "attentes_prestations")
with right:
    page_sections.compare(person, question, "site", code, "attentes_centres")

left, right = st.columns(2, gap="large")
with left:
    page_sections.compare(person, question, "hour", code, "attentes_heures")
with right:
    page_sections.panel_with_finding(
        monthly_series.by_month(person, question, code, "attentes_mois")
    )
    page_sections.panel_with_finding(waits.distribution(person, question, "repartition"))

page_sections.panel_with_finding(monthly_series.multiples(person, question, "attentes_multiples"))
