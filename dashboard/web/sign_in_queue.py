"""The queue of password checks: how many run at once, how many wait, and how long an address with many wrong ones is delayed.

Before: `dashboard.web.fair_queue`. After: `dashboard.web.sign_in_forms`, `dashboard.web.sign_in_by_provider`.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from dashboard import clock
from dashboard.accounts.sign_in_request import Refusal, address_block
from dashboard.web.fair_queue import FairQueue, QueueFull

# Passwords checked at once, of unknown and of known browsers; the most that wait in a queue; the most of one address.
AT_ONCE, KNOWN_AT_ONCE, WAITING, OF_ONE_ADDRESS = 2, 1, 80, 40
# Wrong passwords of an address after which it is delayed; within so many seconds; the longest delay, in seconds.
PAUSED_AFTER, WITHIN, LONGEST_PAUSE = 30, 600.0, 5.0
Result = TypeVar("Result")


class SignInQueue:
    """The queue of password checks: so many at once, so many waiting, so many of one address. Addresses are served in rotation;
    where the queue is full, the address with most gives up one place. An address with many wrong passwords is delayed, never
    shut out."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.queue = FairQueue(at_once)
        self.limit: anyio.CapacityLimiter | None = None
        self.present: Counter[str] = Counter()  # checks waiting or running, by address
        self.wrong: dict[str, deque[float]] = {}

    async def run(
        self,
        address: str,
        work: Callable[[], Result],
        abandoned: "asyncio.Future[Any] | None" = None,
    ) -> Result:
        """Run `work` in a thread, once there is a place, and return its result. abandoned: a future that is done once nobody
        waits for it. Raises QueueFull, Refusal."""
        address = address_block(address)
        self.limit = self.limit or anyio.CapacityLimiter(self.queue.at_once)
        await clock.sleep(self.pause(address))  # before a place is taken
        if self.present[address] >= OF_ONE_ADDRESS:
            raise QueueFull
        self.present[address] += 1
        try:
            if self.queue.all_waiting() >= WAITING:
                self.queue.make_room(address)
            async with self.queue.place(address, abandoned):
                try:
                    return await anyio.to_thread.run_sync(work, limiter=self.limit)
                except Refusal as reason:
                    if reason.counted:
                        self._count_wrong(address)
                    raise
        finally:
            self.present[address] -= 1
            if not self.present[address]:
                del self.present[address]

    def pause(self, address: str) -> float:
        """How many seconds this address has to wait first."""
        wrong = self.wrong.get(address, deque())
        while wrong and wrong[0] < clock.monotonic() - WITHIN:
            wrong.popleft()
        return min(LONGEST_PAUSE, max(0, len(wrong) - PAUSED_AFTER) * 0.1)

    def _count_wrong(self, address: str) -> None:
        if len(self.wrong) > 10_000:
            self.wrong.clear()
        self.wrong.setdefault(address, deque(maxlen=200)).append(clock.monotonic())
