"""Signaux: the bulletin beside its charts, which sites have a signal, how many chance alone would give, what was decided."""
import streamlit as st

from dashboard.ui import alerts, bulletin, filters, session, show, store

person, question = session.person(), filters.question(("departement", "type"))
sites = store.sites(person, question)
left, right = st.columns([11, 9], gap="large")
with left:
    bulletin.show(person, question, sites)
with right, st.container(key="serie_zone"):
    alerts.chart(person, question, sites)

st.header("Centres qui ont un signal", anchor=False)
st.markdown(f"**{alerts.budget_line(person, sites)}**")
show.panel(alerts.signals(person, sites))
alerts.chance(person, sites)

st.header("Décisions", anchor=False)
show.panel(alerts.decisions(person, question, sites))
alerts.decide(person, alerts.listing(person, sites))
