"""The desk of the gate: what a browser brings there, and how many are looked at at once.

After: `dashboard.ui.sign_in_forms`, `dashboard.ui.by_provider`.
"""

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from starlette.responses import Response

from dashboard.accounts.sign_ins import Refusal, place

# Passwords looked at, of browsers that are not known and of those that are; who waits in each line; for one address.
AT_ONCE, KNOWN_AT_ONCE, WAITING, OF_ONE_ADDRESS = 2, 1, 80, 40
PAUSED_AFTER, WITHIN, LONGEST_PAUSE = 30, 600.0, 5.0  # wrong ones of an address, in seconds
# The gate's cookies, and the most signs that are read of each.
KEPT_BY_BROWSERS = {"session": 100, "navigateur": 100, "formulaire": 100, "identite": 3_000}
Result = TypeVar("Result")


class Full(Exception):
    """Too many wait already."""


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


class Desk:
    """How many passwords are looked at: so many at once, so many in wait, and of them from one address; addresses take turns, and
    where all places are taken the one that has most gives one up. Who gets many wrong from one address is slowed down, never shut
    out."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.at_once, self.busy = at_once, 0
        self.limit: anyio.CapacityLimiter | None = None
        self.queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self.there: Counter[str] = Counter()  # who waits, or is looked at, by address
        self.wrong: dict[str, deque[float]] = {}

    async def take(
        self,
        address: str,
        work: Callable[[], Result],
        gone: "asyncio.Future[Any] | None" = None,
    ) -> Result:
        """Do the work when its turn comes. gone: is done once nobody waits for the answer. Raises Full, Refusal."""
        address = place(address)
        self.limit = self.limit or anyio.CapacityLimiter(self.at_once)
        await asyncio.sleep(self.pause(address))  # before there is a place to take
        if self.there[address] >= OF_ONE_ADDRESS:
            raise Full
        self.there[address] += 1
        try:
            await self._turn(address, gone)
            try:
                return await anyio.to_thread.run_sync(work, limiter=self.limit)
            except Refusal as reason:
                if reason.counted:
                    self._count(address)
                raise
            finally:
                self._hand_over()
        finally:
            self.there[address] -= 1
            if not self.there[address]:
                del self.there[address]

    async def _turn(self, address: str, gone: "asyncio.Future[Any] | None") -> None:
        """Wait until it has come. Raises Full where there is no place to wait, or it is given up for another's."""
        if self.busy < self.at_once:
            self.busy += 1
            return
        if sum(map(len, self.queues.values())) >= WAITING:
            self._make_room(address)
        mine = asyncio.get_running_loop().create_future()
        self.queues.setdefault(address, deque()).append(mine)
        try:
            await asyncio.wait(
                {mine, *([gone] if gone else [])}, return_when=asyncio.FIRST_COMPLETED
            )
            if not mine.done():
                raise Full  # nobody is there to be told
            mine.result()
        except BaseException:
            if mine.done() and not mine.cancelled() and mine.exception() is None:
                self._hand_over()  # it had come
            else:
                self._leave(address, mine)
            raise

    def _make_room(self, address: str) -> None:
        """The last of the address that has most gives his place up. Raises Full where that is the one that asks."""
        most = max(self.queues, key=lambda a: len(self.queues[a]))
        if len(self.queues[most]) <= len(self.queues.get(address, ())) + 1:
            raise Full
        last = self.queues[most].pop()
        last.set_exception(Full())

    def _leave(self, address: str, mine: "asyncio.Future[None]") -> None:
        queue = self.queues.get(address, deque())
        if mine in queue:
            queue.remove(mine)
        if not queue:
            self.queues.pop(address, None)

    def _hand_over(self) -> None:
        """To the first of the address whose turn it is, which is the last of all from then on."""
        while self.queues:
            address, queue = self.queues.popitem(last=False)
            mine = queue.popleft()
            if queue:
                self.queues[address] = queue
            if not mine.done():
                mine.set_result(None)
                return
        self.busy -= 1

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
