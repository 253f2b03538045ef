"""Carte: where it is busy, where people wait, where they complain; the table behind the map."""

from dashboard.ui import filter_state, indicator_table, map_page, period_comparison, session

map_page.map_and_panel()
period_comparison.section(session.person(), filter_state.question())
indicator_table.section(session.person(), filter_state.question(), "site", "tableau")
