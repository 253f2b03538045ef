"""Définitions: every indicator, its formula, source and limits, from the registry."""

from dashboard.ui import definitions

definitions.show()
