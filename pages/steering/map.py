"""Carte: where it is busy, where people wait, where they complain; the table behind the map."""

import streamlit as st

from dashboard.answers import sites
from dashboard.ui import changes, filters, session, show, steering_map

steering_map.zone()
changes.section(session.person(), filters.question())
st.header("Les centres, par ordre alphabétique", anchor=False)
show.panel(sites.side_by_side(session.person(), filters.question()), height=460)
