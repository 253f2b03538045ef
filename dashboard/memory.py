"""The heap of the C library (glibc): threads share freed memory, and large free blocks go back to the system. On other systems
nothing is done."""

import ctypes
import gc
from collections.abc import Callable
from contextlib import suppress
from threading import Event

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of malloc.h
HEAPS, LARGE = 2, 256 * 2**10
NOT_GLIBC = (OSError, AttributeError, TypeError)
MANY_OBJECTS = (
    Event()
)  # set by whoever made some hundred thousand objects, until memory is given back


def share() -> None:
    """Let threads share freed memory, and return large arrays to the system at once.

    Each reader's page runs in threads of its own, for each of which glibc would keep a heap: with a hundred readers some 60 MB
    of free memory, and 15 MB of pieces of the largest arrays.
    """
    with suppress(*NOT_GLIBC):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_ARENA_MAX, HEAPS)
        libc.mallopt(M_MMAP_THRESHOLD, LARGE)


def give_back(drop_small: Callable[[], None] | None = None) -> None:
    """Return free memory to the system: after the start, and after each file, whose many small objects would leave holes. What
    the server holds for good is not looked through (`cache_warming.exempt_from_collection`). drop_small: lets go of what was
    made meanwhile and can be made again; called after MANY_OBJECTS alone: each object that is left between theirs keeps a
    megabyte of Python's."""
    if MANY_OBJECTS.is_set() and drop_small is not None:
        MANY_OBJECTS.clear()
        drop_small()
    gc.collect()
    with suppress(*NOT_GLIBC):
        ctypes.CDLL(None).malloc_trim(0)
