"""The clock of limits, queues and timeouts: how much time has passed, and waiting for more of it.

Those modules ask this one by its name, so that a test can put a clock that it moves itself in its place. Days and hours of the
calendar are `dashboard.period`.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol


class Timer(Protocol):
    """A call that is to come."""

    def cancel(self) -> None:
        """Make it not come."""


def monotonic() -> float:
    """Returns seconds since some moment; never less than before."""
    return time.monotonic()


async def sleep(seconds: float) -> None:
    """Wait for so many seconds."""
    await asyncio.sleep(seconds)


def call_later(
    loop: asyncio.AbstractEventLoop, seconds: float, call: Callable[..., object], *arguments: Any
) -> Timer:
    """Call in so many seconds, in the loop, unless the timer that is returned is cancelled before."""
    return loop.call_later(seconds, call, *arguments)
