"""A fair queue: owners (browsers, addresses, accounts) are served in rotation, so that one who brings many delays only his own.

After: `dashboard.web.rate_limits`, `dashboard.web.page_limits` (pages and requests); `dashboard.web.sign_in_queue` (passwords).
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class QueueFull(Exception):
    """There is no place: too many wait already, or nobody waits for the answer any more."""


class FairQueue:
    """A queue of which so many are served at once. Owners are served in rotation, each one's requests in the order in which
    they came."""

    def __init__(self, at_once: int = 1) -> None:
        self.at_once, self.busy = at_once, 0
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    def waiting(self, owner: str) -> int:
        """How many requests of one owner wait."""
        return len(self._waiting.get(owner, ()))

    def all_waiting(self) -> int:
        """How many requests wait in all."""
        return sum(map(len, self._waiting.values()))

    async def enter(self, owner: str, abandoned: "asyncio.Future[Any] | None" = None) -> None:
        """Wait for a place; the caller must call `leave` afterwards. abandoned: a future that is done once nobody waits for the
        result. Raises QueueFull where that happens, or where the place in the queue goes to another owner."""
        if self.busy < self.at_once:
            self.busy += 1
            return
        mine = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(owner, deque()).append(mine)
        try:
            await asyncio.wait(
                {mine, *([abandoned] if abandoned else [])}, return_when=asyncio.FIRST_COMPLETED
            )
            if not mine.done():
                raise QueueFull  # abandoned
            mine.result()
        except BaseException:
            if mine.done() and mine.exception() is None:
                self.leave()  # a place was given just before
            else:
                self._give_up(owner, mine)
            raise

    def leave(self) -> None:
        """Give the place to the next: of the owner that was served longest ago."""
        while self._waiting:
            owner, waiting = self._waiting.popitem(last=False)
            first = waiting.popleft()
            if waiting:
                self._waiting[owner] = waiting
            if not first.done():
                first.set_result(None)
                return
        self.busy -= 1

    @asynccontextmanager
    async def place(
        self, owner: str, abandoned: "asyncio.Future[Any] | None" = None
    ) -> AsyncIterator[None]:
        """A context manager of `enter` and `leave`. Raises QueueFull, as `enter`."""
        await self.enter(owner, abandoned)
        try:
            yield
        finally:
            self.leave()

    def make_room(self, owner: str) -> None:
        """Remove the last request of the owner that has most waiting. Raises QueueFull where that is `owner` itself."""
        most = max(self._waiting, key=self.waiting)
        if self.waiting(most) <= self.waiting(owner) + 1:
            raise QueueFull
        self._waiting[most].pop().set_exception(QueueFull())

    def _give_up(self, owner: str, mine: "asyncio.Future[None]") -> None:
        waiting = self._waiting.get(owner, deque())
        if mine in waiting:
            waiting.remove(mine)
        if not waiting:
            self._waiting.pop(owner, None)
