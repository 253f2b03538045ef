"""Which connections wait, how fast they come from an address, and which one makes room where too many wait.

Before: `dashboard.web.page_limits`. After: `dashboard.web.connection`, whose these are.
"""

import asyncio
from collections import defaultdict
from typing import Protocol

from dashboard.settings import load_settings
from dashboard.web.rate_limits import RateLimit

# Connections from one address: at once (a hundred browsers that come back after a restart), and a second from then on. The next
# ones wait to be heard, and who would wait long is sent away.
COME_AT_ONCE, COME_A_SECOND, SENT_AWAY = 600, 20.0, 10.0
AT_MOST = 2_000  # that wait at once: a hundred readers' browsers keep some six hundred


class PendingConnection(Protocol):
    """A connection, as far as it matters here."""

    address: str
    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop

    def hear(self) -> None:
        """It has waited."""


class PendingConnections:
    """Connections that wait, by address, the longest first."""

    def __init__(self, at_most: int = AT_MOST) -> None:
        self.at_most, self._count = at_most, 0
        self._of: defaultdict[str, dict[PendingConnection, None]] = defaultdict(dict)

    def add(self, one: PendingConnection) -> None:
        """It waits from now on; where they are too many, one is closed."""
        self.remove(one)
        self._of[one.address][one] = None
        self._count += 1
        if self._count > self.at_most:
            address = max(self._of, key=lambda a: len(self._of[a]))
            oldest = next(iter(self._of[address]))
            self.remove(oldest)
            oldest.transport.abort()

    def remove(self, one: PendingConnection) -> None:
        """It waits no longer."""
        if one in self._of[one.address]:
            del self._of[one.address][one]
            self._count -= 1
        if not self._of[one.address]:
            del self._of[one.address]


WAITING = PendingConnections()


class Arrivals:
    """How fast connections come, by address."""

    def __init__(self, at_most: int = 10_000) -> None:
        self.at_most = at_most
        self._of: dict[str, RateLimit] = {}
        self._held: dict[
            str, dict[PendingConnection, None]
        ] = {}  # that wait for their turn, by address

    def come(self, one: PendingConnection) -> bool:
        """Whether one that has come is heard at once; if not, it is told when it is its turn. Behind a proxy, where everybody
        comes from its address, always."""
        if load_settings().public_url:
            return True
        line = self._held.get(one.address)
        if line is None:
            if self._has_place(one.address):
                return True
            line = self._held[one.address] = {}
            self._look_again(one.loop, one.address)
        line[one] = None
        return False

    def leave(self, one: PendingConnection) -> None:
        """It waits for its turn no longer."""
        self._held.get(one.address, {}).pop(one, None)

    def may_pass(self, account: str) -> bool:
        """Whether one that waits is heard at once, since an account has asked by it: they come no faster either."""
        return self._has_place(account)

    def _has_place(self, name: str) -> bool:
        if self._pace(name).before():
            return False
        self._pace(name).wait()
        return True

    def _pace(self, name: str) -> RateLimit:
        if len(self._of) >= self.at_most:
            self._of.clear()
        return self._of.setdefault(name, RateLimit(COME_A_SECOND, COME_AT_ONCE))

    def _look_again(self, loop: asyncio.AbstractEventLoop, address: str) -> None:
        loop.call_later(self._pace(address).before(), self._next, loop, address)

    def _next(self, loop: asyncio.AbstractEventLoop, address: str) -> None:
        """The one that has waited longest, if there is one."""
        if not (line := self._held[address]):
            del self._held[address]
            return
        if self._has_place(address):
            one = next(iter(line))
            del line[one]
            one.hear()
        self._look_again(loop, address)


ARRIVALS = Arrivals()
