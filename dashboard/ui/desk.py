"""The desk of the gate: what a browser brings there, and how many are looked at at once.

After: `dashboard.ui.sign_in_forms`, `dashboard.ui.by_provider`.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from starlette.responses import Response

from dashboard.accounts.sign_in_request import Refusal, address_block
from dashboard.ui.line import FairQueue, QueueFull

# Passwords looked at, of browsers that are not known and of those that are; who waits in each line; for one address.
AT_ONCE, KNOWN_AT_ONCE, WAITING, OF_ONE_ADDRESS = 2, 1, 80, 40
PAUSED_AFTER, WITHIN, LONGEST_PAUSE = 30, 600.0, 5.0  # wrong ones of an address, in seconds
# The gate's cookies, and the most signs that are read of each.
KEPT_BY_BROWSERS = {"session": 100, "navigateur": 100, "formulaire": 100, "identite": 3_000}
Result = TypeVar("Result")


@dataclass(frozen=True)
class Visitor:
    """What a browser keeps of the gate's, and where it is: the token of its sign-in, what it is known by, the form's token, its
    way to the provider of identities."""

    token: str
    known_by: str
    form: str
    way: str
    secure: bool
    address: str

    @staticmethod
    def cookie(name: str, secure: bool) -> str:
        """The name of a cookie: by https, one that no other machine of the domain can set."""
        return f"{'__Host-' if secure else ''}ccsp-{name}"

    @classmethod
    def of(cls, cookies: Mapping[str, str], secure: bool, address: str) -> "Visitor":
        """The visitor that sends these cookies."""
        token, known_by, form, way = (
            cookies.get(cls.cookie(name, secure), "")[:length]
            for name, length in KEPT_BY_BROWSERS.items()
        )
        return cls(token, known_by, form, way, secure, address)

    def give(self, answer: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Have the browser keep a cookie, for so long or until it is closed; an empty one is forgotten."""
        answer.set_cookie(
            self.cookie(name, self.secure),
            value,
            max_age=seconds if value else 0,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )


class SignInQueue:
    """How many passwords are looked at: so many at once, so many in wait, and of them from one address; addresses take turns, and
    where all places are taken the one that has most gives one up. Who gets many wrong from one address is slowed down, never shut
    out."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.line = FairQueue(at_once)
        self.limit: anyio.CapacityLimiter | None = None
        self.there: Counter[str] = Counter()  # who waits, or is looked at, by address
        self.wrong: dict[str, deque[float]] = {}

    async def take(
        self,
        address: str,
        work: Callable[[], Result],
        gone: "asyncio.Future[Any] | None" = None,
    ) -> Result:
        """Do the work when its turn comes. gone: is done once nobody waits for the answer. Raises Full, Refusal."""
        address = address_block(address)
        self.limit = self.limit or anyio.CapacityLimiter(self.line.at_once)
        await asyncio.sleep(self.pause(address))  # before there is a place to take
        if self.there[address] >= OF_ONE_ADDRESS:
            raise QueueFull
        self.there[address] += 1
        try:
            if self.line.all_waiting() >= WAITING:
                self.line.make_room(address)
            async with self.line.turn(address, gone):
                try:
                    return await anyio.to_thread.run_sync(work, limiter=self.limit)
                except Refusal as reason:
                    if reason.counted:
                        self._count(address)
                    raise
        finally:
            self.there[address] -= 1
            if not self.there[address]:
                del self.there[address]

    def pause(self, address: str) -> float:
        """Seconds that this address waits first."""
        wrong = self.wrong.get(address, deque())
        while wrong and wrong[0] < time.monotonic() - WITHIN:
            wrong.popleft()
        return min(LONGEST_PAUSE, max(0, len(wrong) - PAUSED_AFTER) * 0.1)

    def _count(self, address: str) -> None:
        if len(self.wrong) > 10_000:
            self.wrong.clear()
        self.wrong.setdefault(address, deque(maxlen=200)).append(time.monotonic())
