"""Site: one site, its finding, figures, months, hours, services, complaints, days not closed; without one, all of them."""

import streamlit as st

from dashboard.answers import completeness, forecast, monthly_series, site_directory, waits
from dashboard.ui import cards, filter_state, page_sections, panel_display, session, site_header

person, code = session.person(), filter_state.value("centre")
if not code:
    panel_display.panel(
        site_directory.of_sites(person, filter_state.question(("prestation",)), "centres"),
        height=900,
    )
    st.stop()
question = filter_state.question(("prestation",), site=code)
site_header.show(person, code)
site_header.worsening(person, question)
cards.headline(person, question, "site_page")

left, right = st.columns(2, gap="large")
with left:
    page_sections.panel_with_finding(waits.heat(person, question, "site_heures"))
with right:
    page_sections.series(person, question, "site_mois")

left, right = st.columns(2, gap="large")
with left:
    page_sections.open_complaints(person, question, "site_plaintes")
with right:
    page_sections.panel_with_finding(
        completeness.unclosed_days_listed(person, question, "site_jours"), height=300
    )

left, right = st.columns(2, gap="large")
with left:
    page_sections.compare(person, question, "service", "visits", "site_prestations")
with right:
    page_sections.panel_with_finding(
        monthly_series.by_month(person, question, "visits_per_day", "site_affluence")
    )
    page_sections.panel_with_finding(waits.distribution(person, question, "site_repartition"))

left, right = st.columns(2, gap="large")
with left:
    page_sections.panel_with_finding(forecast.panel(person, question, "site_prevision"))
with right:
    page_sections.panel_with_finding(
        completeness.declared_closures(person, question, "site_fermetures")
    )
