"""What was sought in vain is counted: words of the index alone, without who sought it.

Before: `db.unanswered_searches`, which writes. After: `dashboard.web.search_pages`.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore

from dashboard.accounts.rights import Person, require_right
from dashboard.answers import search_index
from dashboard.answers.context import engine
from dashboard.period import today
from dashboard.search.unanswered import Sought, reduce, vocabulary
from db import unanswered_searches as stored

LOG = logging.getLogger("ccsp")
# One thread counts: a page does not wait for a database that is busy. What comes while so many wait is not counted.
BACKGROUND, WAITING = ThreadPoolExecutor(1, "searches"), BoundedSemaphore(50)


def note(person: Person, words: str, others: str) -> Future[None] | None:
    """Count that the person sought something in vain; nothing of the person is kept, and of the words only those of the person's
    own index. words, others: as a browser sends them. None where there is nothing to count, or too much is to be counted. Raises
    NotAllowed."""
    require_right(person, "understand")
    sought = reduce(words, others, vocabulary(search_index.index(person)))
    if sought == Sought((), 0) or not WAITING.acquire(blocking=False):
        return None
    done = BACKGROUND.submit(stored.count_search, engine(), today(), *sought)
    done.add_done_callback(_end)
    return done


def _end(future: Future[None]) -> None:
    """Let the next one wait, and log a failure: not the words."""
    WAITING.release()
    if error := future.exception():
        LOG.error("a search could not be counted: %s", type(error).__name__)
