"""Site: one site, its finding, figures, months, hours, services, complaints, days not closed; without one, all of them."""

import streamlit as st

from dashboard.answers import ahead, completeness, directory, months, waits
from dashboard.ui import cards, filters, sections, session, show, site_head

person, code = session.person(), filters.value("centre")
if not code:
    show.panel(directory.of_sites(person, filters.question(("prestation",)), "centres"), height=900)
    st.stop()
question = filters.question(("prestation",), site=code)
site_head.show(person, code)
site_head.worsening(person, question)
cards.headline(person, question, "site_page")

left, right = st.columns(2, gap="large")
with left:
    sections.headed(waits.heat(person, question, "site_heures"))
with right:
    sections.series(person, question, "site_mois")

left, right = st.columns(2, gap="large")
with left:
    sections.waiting(person, question, "site_plaintes")
with right:
    sections.headed(completeness.each_day(person, question, "site_jours"), height=300)

left, right = st.columns(2, gap="large")
with left:
    sections.compare(person, question, "service", "visits", "site_prestations")
with right:
    sections.headed(months.by_month(person, question, "visits_per_day", "site_affluence"))
    sections.headed(waits.distribution(person, question, "site_repartition"))

left, right = st.columns(2, gap="large")
with left:
    sections.headed(ahead.panel(person, question, "site_prevision"))
with right:
    sections.headed(completeness.closed(person, question, "site_fermetures"))
