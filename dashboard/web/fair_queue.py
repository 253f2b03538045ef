"""A fair queue: browsers, or addresses, are served in rotation, so that whoever brings many waits behind his own.

After: `dashboard.web.rate_limits`, `dashboard.web.page_limits` (pages and requests); `dashboard.web.sign_in_queue` (passwords).
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class QueueFull(Exception):
    """Too many wait already."""


class FairQueue:
    """So many go on at once; of those that wait, owners are served in rotation, and what one owner brings in the order in which
    it came."""

    def __init__(self, at_once: int = 1) -> None:
        self.at_once, self.busy = at_once, 0
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    def waiting(self, owner: str) -> int:
        """How many of one owner wait."""
        return len(self._waiting.get(owner, ()))

    def all_waiting(self) -> int:
        """How many wait in all."""
        return sum(map(len, self._waiting.values()))

    async def enter(self, owner: str, abandoned: "asyncio.Future[Any] | None" = None) -> None:
        """Wait for a place; whoever has one calls `leave` in the end. gone: is done once nobody waits for it any more.
        Raises QueueFull where that is so, or where its place is given up for another's."""
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
        """Give the place to the next: of the owner that was served longest ago, which is the last of all from then on."""
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
        """Wait for a place, and give it back. Raises QueueFull, as `enter`."""
        await self.enter(owner, abandoned)
        try:
            yield
        finally:
            self.leave()

    def make_room(self, owner: str) -> None:
        """Have the last of the owner that has most give its place up. Raises QueueFull where that is the one that asks."""
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
