"""Carte: where it is busy, where people wait, where they complain; the table behind the map."""

from dashboard.answers import network
from dashboard.ui import filter_state, indicator_table, map_page, period_comparison, session

person, question = session.person(), filter_state.question()
map_page.map_and_panel()
period_comparison.section(person, question)
if not network.never_begun(person, question):  # the table would say so again, cell by cell
    indicator_table.section(person, question, "site", "tableau")
