"""Nouveau: what is new since a day, subject by subject."""

from dashboard.ui import filter_state, news, session

person, question = session.person(), filter_state.question(("departement", "type"))
news.page(person, question)
