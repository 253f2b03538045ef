"""Présenter: the national map, the headline figures, waits and complaints, one per screen."""
from dashboard.ui import slides

slides.show()
