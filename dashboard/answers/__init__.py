"""Answers: a question in, panels and figures out. The data behind every page, slide and file; nothing is drawn here."""
