"""Carte: where it is busy, where people wait, where they complain; the table behind the map."""

import streamlit as st

from dashboard.answers import sites
from dashboard.ui import filter_state, map_page, panel_display, period_comparison, session

map_page.map_and_panel()
period_comparison.section(session.person(), filter_state.question())
st.header("Les centres, par ordre alphabétique", anchor=False)
panel_display.panel(sites.side_by_side(session.person(), filter_state.question()), height=460)
