"""The C library's heap: threads share what is freed, and what nothing holds any more goes back. Elsewhere than on glibc there
is nothing to do.
"""

import ctypes
from contextlib import suppress

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of malloc.h
HEAPS, LARGE = 2, 256 * 2**10
NOT_GLIBC = (OSError, AttributeError, TypeError)


def share() -> None:
    """Let threads share what is freed, and give large arrays back at once.

    Each reader's page runs in threads of its own, for each of which glibc would keep its own heap: with a hundred readers
    some 60 MB that are free and held. It would also keep the room of the largest arrays, in pieces: some 15 MB.
    """
    with suppress(*NOT_GLIBC):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_ARENA_MAX, HEAPS)
        libc.mallopt(M_MMAP_THRESHOLD, LARGE)


def give_back() -> None:
    """Give back what was freed and is held: after the start, and after each file, whose many small parts would leave holes."""
    with suppress(*NOT_GLIBC):
        ctypes.CDLL(None).malloc_trim(0)
