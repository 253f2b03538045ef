"""Évolution: two periods compared; what comes from the sites, what from the mix of sites and services."""

from dashboard.ui import changes, filters, session

changes.page(session.person(), filters.question())
