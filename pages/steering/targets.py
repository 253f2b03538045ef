"""Cibles: what the ministry aims at, since when, and who says so."""

from dashboard.ui import session, targets

targets.show(session.person())
