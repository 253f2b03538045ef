"""Signaux: the finding, two sentences, the signals beside their chart, what was decided, what is aimed at."""

import streamlit as st

from dashboard.answers import signals
from dashboard.ui import bulletin, filter_state, panel_display, session, targets
from dashboard.ui import signals as drawn

person, question = session.person(), filter_state.question(("departement", "type"))
bulletin.findings(person, question)
left, right = st.columns([19, 9], gap="medium")
with left:
    panel_display.panel(signals.signals(person, question), height=620)
    drawn.chance(person)
    bulletin.folded(person, question)
with right, st.container(key="serie_zone"):
    drawn.chart(person, question)

st.header("Décisions", anchor=False)
panel_display.panel(signals.decisions(person, question))
drawn.decide(person, question)
drawn.levels(person, question)
targets.show(person)
