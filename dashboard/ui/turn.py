"""One page is made at a time, in the order in which they were asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

PATIENCE = 3.0  # seconds that a page waits for those before it: one may wait for a database that does not answer
_ONE = Semaphore(1)


@contextmanager
def turn() -> Iterator[None]:
    """Wait until no other page is being made, PATIENCE at most.

    Pages are made by threads of one interpreter, which computes for one thread at a time. Twenty that are made at once all end
    late, and taking turns costs them a quarter more; one after the other, each ends as early as it can.
    """
    taken = _ONE.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if taken:
            _ONE.release()
