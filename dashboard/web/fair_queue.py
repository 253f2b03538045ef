"""A line in which browsers, or addresses, take turns: whoever brings many waits with his own.

After: `dashboard.web.page_limits` (pages and requests), `dashboard.web.sign_in_queue` (passwords).
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class QueueFull(Exception):
    """Too many wait already."""


class FairQueue:
    """So many go on at once; of those that wait, each has its turn, and its own in the order in which they came."""

    def __init__(self, at_once: int = 1) -> None:
        self.at_once, self.busy = at_once, 0
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    def waiting(self, who: str) -> int:
        """How many of one wait."""
        return len(self._waiting.get(who, ()))

    def all_waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    async def enter(self, who: str, gone: "asyncio.Future[Any] | None" = None) -> None:
        """Wait until it may go on; whoever has come gives the place back. gone: is done once nobody waits for it any more.
        Raises Full where that is so, or its place is given up for another's."""
        if self.busy < self.at_once:
            self.busy += 1
            return
        mine = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append(mine)
        try:
            await asyncio.wait(
                {mine, *([gone] if gone else [])}, return_when=asyncio.FIRST_COMPLETED
            )
            if not mine.done():
                raise QueueFull  # nobody is there to be told
            mine.result()
        except BaseException:
            if mine.done() and mine.exception() is None:
                self.leave()  # it was given a place a moment before
            else:
                self._give_up(who, mine)
            raise

    def leave(self) -> None:
        """Let the next one go on: of the one that has waited longest for a turn, which is the last of all from then on."""
        while self._waiting:
            who, line = self._waiting.popitem(last=False)
            first = line.popleft()
            if line:
                self._waiting[who] = line
            if not first.done():
                first.set_result(None)
                return
        self.busy -= 1

    @asynccontextmanager
    async def place(
        self, who: str, gone: "asyncio.Future[Any] | None" = None
    ) -> AsyncIterator[None]:
        """Wait, and give the place back."""
        await self.enter(who, gone)
        try:
            yield
        finally:
            self.leave()

    def make_room(self, who: str) -> None:
        """The last of the one that has most gives its place up. Raises Full where that is the one that asks."""
        most = max(self._waiting, key=self.waiting)
        if self.waiting(most) <= self.waiting(who) + 1:
            raise QueueFull
        self._waiting[most].pop().set_exception(QueueFull())

    def _give_up(self, who: str, mine: "asyncio.Future[None]") -> None:
        line = self._waiting.get(who, deque())
        if mine in line:
            line.remove(mine)
        if not line:
            self._waiting.pop(who, None)
