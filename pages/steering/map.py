"""Carte: where it is busy, where people wait, where they complain; the table behind the map."""
import streamlit as st

from dashboard.ui import filters, panels, session, show, steering_map

steering_map.zone()
st.header("Les centres, par ordre alphabétique", anchor=False)
show.panel(panels.sites(session.person(), filters.question()), height=460)
