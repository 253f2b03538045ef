"""Site: one site, its figures, trends, waits, services, complaints, days without data, closures."""
import streamlit as st

from dashboard.ui import cards, filters, sections, session, site_head

person = session.person()
code = filters.value("centre")
if not code:
    st.info("Choisir un centre dans la liste ci-dessus, ou sur la carte.")
    st.stop()
question = filters.question(("prestation",), site=code)
site_head.show(person, code)
cards.headline(question, person, ("visits", "visits_per_day", "wait_p50", "wait_within_30", "satisfaction",
                                  "complaints_30d_due"))

left, right = st.columns(2, gap="large")
with left:
    st.header("Usagers par jour ouvert, par mois", anchor=False)
    sections.by_month(person, question, "visits_per_day", "site_affluence")
with right:
    st.header("Attente médiane, par mois", anchor=False)
    sections.by_month(person, question, "wait_p50", "site_attente")

left, right = st.columns(2, gap="large")
with left:
    st.header("Répartition des attentes", anchor=False)
    sections.waits(person, question, "site_repartition")
with right:
    st.header("Quand viennent les usagers", anchor=False)
    sections.heat(person, question, "site_heures")

left, right = st.columns(2, gap="large")
with left:
    st.header("Prestations demandées", anchor=False)
    sections.compare(person, question, "service", "visits", sections.service_names(), "site_prestations")
with right:
    st.header("Plaintes en cours, par âge", anchor=False)
    sections.complaint_ages(person, question, "site_plaintes")
    st.header("Jours non clôturés", anchor=False)
    sections.not_reported(person, question, "site_jours")
    st.header("Fermetures déclarées", anchor=False)
    sections.closures(person, question, "site_fermetures")
