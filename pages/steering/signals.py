"""Signaux: the bulletin beside its charts, which sites have a signal, how many chance alone would give, what was decided."""

import streamlit as st

from dashboard.answers import alerts
from dashboard.ui import alerts as drawn
from dashboard.ui import bulletin, filters, session, show, targets

person, question = session.person(), filters.question(("departement", "type"))
left, right = st.columns([11, 9], gap="large")
with left:
    bulletin.show(person, question)
with right, st.container(key="serie_zone"):
    drawn.chart(person, question)

st.header("Centres qui ont un signal", anchor=False)
st.markdown(f"**{alerts.budget_line(person, question)}**")
show.panel(alerts.signals(person, question))
drawn.chance(person)
drawn.levels(person, question)

st.header("Décisions", anchor=False)
show.panel(alerts.decisions(person, question))
drawn.decide(person, question)

targets.show(person)
