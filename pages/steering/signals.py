"""Signaux: the finding, two sentences, the signals beside their chart, decisions, targets."""

import streamlit as st

from dashboard.answers import decisions, signals
from dashboard.ui import bulletin, filter_state, news, panel_display, session, targets
from dashboard.ui import decisions as follow_up
from dashboard.ui import signals as drawn

person, question = session.person(), filter_state.question(("departement", "type"))
bulletin.findings(person, question)
news.line(person, question)
left, right = st.columns([19, 9], gap="medium")
with left:
    panel_display.panel(signals.signals(person, question), height=620)
    drawn.reliability(person)
    bulletin.bulletin_section(person, question)
with right, st.container(key="serie_zone"):
    drawn.chart(person, question)

st.header("Décisions", anchor=False)
panel_display.panel(decisions.panel(person, question))
follow_up.section(person, question)
drawn.decide(person, question)
drawn.levels(person, question)
targets.show(person)
