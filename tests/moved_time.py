"""A clock that a test moves: limits, queues and timeouts of the application go by it, and nothing waits for a second to pass."""

import asyncio
import heapq
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from typing import Any

import pytest

from dashboard import clock

LONG = 60.0  # seconds: what does not come by then does not come


class MovedTimer:
    """A call that comes when the test has moved the clock so far."""

    def __init__(self, loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
        self.loop, self.call, self.cancelled = loop, call, False

    def cancel(self) -> None:
        """Make it not come."""
        self.cancelled = True

    def run(self, done: Future) -> None:
        """Call, in the loop; what the call begins is on its way when `done` is."""
        if not self.cancelled:
            self.call()
        self.loop.call_soon(lambda: self.loop.call_soon(done.set_result, None))


class MovedTime:
    """It stands still until the test moves it. `timers`: how many calls are to come."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now, self._timers, self._numbers = 1_000.0, [], count()
        self._lock = threading.Lock()
        patch.setattr(clock, "monotonic", lambda: self.now)
        patch.setattr(clock, "sleep", self._sleep)
        patch.setattr(clock, "call_later", self._call_later)

    @property
    def timers(self) -> int:
        """How many calls are to come."""
        with self._lock:
            return sum(not timer.cancelled for _, _, timer in self._timers)

    def advance(self, seconds: float) -> None:
        """Let so much time pass, from another thread than those of the loops; each call comes at its moment, and has been made
        when this returns."""
        until = self.now + seconds
        while (timer := self._next(until)) is not None:
            done: Future[None] = Future()
            timer.loop.call_soon_threadsafe(timer.run, done)
            done.result(LONG)
        self.now = until

    async def pass_by(self, seconds: float) -> None:
        """The same within a loop, for the calls of that loop."""
        until = self.now + seconds
        while (timer := self._next(until)) is not None:
            done: Future[None] = Future()
            timer.run(done)
            await asyncio.wrap_future(done)
        self.now = until

    def _next(self, until: float) -> MovedTimer | None:
        with self._lock:
            if not self._timers or self._timers[0][0] > until:
                return None
            at, _, timer = heapq.heappop(self._timers)
            self.now = max(self.now, at)
            return timer

    def _call_later(
        self,
        loop: asyncio.AbstractEventLoop,
        seconds: float,
        call: Callable[..., object],
        *arguments: Any,
    ) -> MovedTimer:
        timer = MovedTimer(loop, lambda: call(*arguments))
        with self._lock:
            heapq.heappush(self._timers, (self.now + seconds, next(self._numbers), timer))
        return timer

    async def _sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        over = loop.create_future()
        timer = self._call_later(loop, seconds, lambda: over.done() or over.set_result(None))
        try:
            await over
        finally:
            timer.cancel()


async def until(true: Callable[[], object]) -> None:
    """Wait, within a loop, until it is true. What never is, is ended by the limit of the whole run."""
    while not true():
        await asyncio.sleep(0.002)


def wait_until(true: Callable[[], object]) -> None:
    """The same for a thread."""
    while not true():
        time.sleep(0.001)
