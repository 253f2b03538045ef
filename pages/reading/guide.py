"""Guide: the user guide, as it stands in docs/."""

from dashboard.ui import guide

guide.show()
