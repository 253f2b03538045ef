"""Côte à côte: two to four centres or departments, figure by figure, with what may be said of each; their months, services."""

import streamlit as st

from dashboard.answers import side_by_side as answers
from dashboard.answers import side_by_side_panels as panels
from dashboard.ui import page_sections, panel_display, session, side_by_side

person = session.person()
side_by_side.choose(person)
which = side_by_side.question(), side_by_side.kind(), side_by_side.asked()
table = answers.table(person, *which, "cote_chiffres")
panel_display.panel(table, height=1200)
if not table.table.is_empty:
    left, right = st.columns(2, gap="large")
    with left:
        side_by_side.months(person, "cote_mois", "visits_per_day")
        page_sections.panel_with_finding(panels.services(person, *which, "cote_prestations"))
    with right:
        side_by_side.months(person, "cote_attente", "wait_p50")
