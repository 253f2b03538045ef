"""Présenter: choose a story, order and word its slides, present it, take it away."""

from dashboard.ui import session, stories

stories.page(session.person())
