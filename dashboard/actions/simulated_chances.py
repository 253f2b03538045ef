"""What chance alone does is kept in the database once it was drawn, so that no start and no command draws it again.

Before: `dashboard.answers.expected_false_alarms`, which draws; `db.simulated_chances`, which writes. After:
`dashboard.ui.cache_warming`, which looks every second.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor

from dashboard.answers.context import engine
from dashboard.answers.expected_false_alarms import DRAWN
from dashboard.period import today
from db import simulated_chances as stored

LOG = logging.getLogger("ccsp")
# One thread keeps: readers are shown a new state of the data while a database is busy.
BACKGROUND = ThreadPoolExecutor(1, "chances")


def keep_drawn() -> Future[None] | None:
    """Keep what was drawn since it was last called, in the background; None where nothing was. What cannot be kept is drawn again
    at the next start."""
    drawn = []
    while DRAWN:
        drawn.append(DRAWN.popleft())
    if not drawn:
        return None
    done = BACKGROUND.submit(stored.keep_chances, engine(), today(), drawn)
    done.add_done_callback(_end)
    return done


def _end(future: Future[None]) -> None:
    """Log a failure."""
    if error := future.exception():
        LOG.warning("chances that were drawn could not be kept: %s", type(error).__name__)
