"""Carte: where it is busy, where people wait, where they complain; the table behind the map."""
import streamlit as st

from dashboard.ui import filters, session, steering_map, tables

steering_map.zone()
st.header("Les centres, par ordre alphabétique", anchor=False)
tables.sites(filters.question(), session.person())
