"""Journal: who signed in, looked at complaints, took files away, handed in, changed something."""

from dashboard.ui import access_journal

access_journal.show()
