"""Présenter: choose a story, order and word its slides, present it, take it away."""

from dashboard.ui import session, story_editor

story_editor.page(session.person())
