"""Site: one site, its figures, trends, waits, services, complaints, days without data, closures."""

import streamlit as st

from dashboard.answers import ahead, complaints, completeness, months, waits
from dashboard.ui import cards, filters, sections, session, show, site_head

person = session.person()
code = filters.value("centre")
if not code:
    st.info("Choisir un centre dans la liste ci-dessus, ou sur la carte.")
    st.stop()
question = filters.question(("prestation",), site=code)
site_head.show(person, code)
cards.headline(person, question, "site_page")

left, right = st.columns(2, gap="large")
with left:
    st.header("Usagers par jour ouvert, par mois", anchor=False)
    show.panel(months.by_month(person, question, "visits_per_day", "site_affluence"))
with right:
    st.header("Mois par mois", anchor=False)
    code = sections.choose_series("site_mois_choix")
    sections.dated(person, question, code)
    show.panel(months.by_month(person, question, code, "site_mois"))

left, right = st.columns(2, gap="large")
with left:
    st.header("Répartition des attentes", anchor=False)
    show.panel(waits.distribution(person, question, "site_repartition"))
with right:
    st.header("Quand viennent les usagers", anchor=False)
    show.panel(waits.heat(person, question, "site_heures"))

left, right = st.columns(2, gap="large")
with left:
    st.header("Prestations demandées", anchor=False)
    sections.compare(person, question, "service", "visits", "site_prestations")
with right:
    st.header("Plaintes en cours, par âge", anchor=False)
    show.panel(complaints.ages(person, question, "site_plaintes"))
    st.header("Jours non clôturés", anchor=False)
    show.panel(completeness.not_reported(person, question, "site_jours"))
    st.header("Fermetures déclarées", anchor=False)
    show.panel(completeness.closed(person, question, "site_fermetures"))

st.header("Visites des prochains mois", anchor=False)
show.panel(ahead.panel(person, question, "site_prevision"))
