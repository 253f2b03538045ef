"""Signaux: the bulletin, which sites have a signal, how many chance alone would give, and what was decided."""
import streamlit as st

from dashboard.ui import alerts, bulletin, filters, session, store

person, question = session.person(), filters.question(("departement", "type"))
table = store.sites(person, question)
bulletin.show(person, question, table)

st.header("Centres qui ont un signal", anchor=False)
st.markdown(f"**{alerts.budget_line(person, table)}**")
found = alerts.listing(person, table)
alerts.show_listing(found)
alerts.chance(person, table)
alerts.decisions(person, table, found)
