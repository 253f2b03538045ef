"""What chance alone does is kept in the database once it was drawn, so that no start and no command draws it again.

Before: `dashboard.answers.expected_false_alarms`, which draws; `db.simulated_chances`, which writes. After:
`dashboard.ui.cache_warming`, which looks every second.
"""

import logging

from dashboard.answers.context import engine
from dashboard.answers.expected_false_alarms import DRAWN
from dashboard.period import today
from db import error_messages
from db import simulated_chances as stored

LOG = logging.getLogger("ccsp")


def keep_drawn() -> int:
    """Keep what was drawn since it was last called; returns how many series. What cannot be kept is said in the log, and is drawn
    again at the next start."""
    drawn = []
    while DRAWN:
        drawn.append(DRAWN.popleft())
    if drawn:
        try:
            stored.keep_chances(engine(), today(), drawn)
        except error_messages.failure_types() as error:
            LOG.warning("chances that were drawn could not be kept: %s", type(error).__name__)
            return 0
    return len(drawn)
