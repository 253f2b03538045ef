"""Limits of connections: how fast an address may open them, and which one is closed where too many are pending.

Before: `dashboard.web.rate_limits`. After: `dashboard.web.connection`.
"""

import asyncio
from collections import defaultdict
from typing import Protocol

from dashboard import clock
from dashboard.settings import load_settings
from dashboard.web.rate_limits import RateLimit

# Connections from one address: a burst (a hundred browsers after a restart), then so many a second. The next
# ones wait to be read, and who would wait long is sent away.
OPENED_AT_ONCE, OPENED_A_SECOND, SENT_AWAY = 600, 20.0, 10.0
AT_MOST = 2_000  # pending at once: the browsers of a hundred readers keep some six hundred


class PendingConnection(Protocol):
    """A connection, as far as these limits use it."""

    address: str
    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop

    def start_reading(self) -> None:
        """Read from it from now on."""


class PendingConnections:
    """The connections that wait for their client, by address, the longest first."""

    def __init__(self, at_most: int = AT_MOST) -> None:
        self.at_most, self._count = at_most, 0
        self._of: defaultdict[str, dict[PendingConnection, None]] = defaultdict(dict)

    def add(self, one: PendingConnection) -> None:
        """Note that a connection is pending. Where there are too many, close the one pending longest, of the address that has
        most."""
        self.remove(one)
        self._of[one.address][one] = None
        self._count += 1
        if self._count > self.at_most:
            address = max(self._of, key=lambda a: len(self._of[a]))
            oldest = next(iter(self._of[address]))
            self.remove(oldest)
            oldest.transport.abort()

    def remove(self, one: PendingConnection) -> None:
        """Note that a connection is no longer pending."""
        if one in self._of[one.address]:
            del self._of[one.address][one]
            self._count -= 1
        if not self._of[one.address]:
            del self._of[one.address]


WAITING = PendingConnections()


class ConnectionRateLimits:
    """The rate limits of new connections, by address and by account."""

    def __init__(self, at_most: int = 10_000) -> None:
        self.at_most = at_most
        self._of: dict[str, RateLimit] = {}
        # By address, the connections that are held.
        self._held: dict[str, dict[PendingConnection, None]] = {}

    def admit(self, one: PendingConnection) -> bool:
        """Whether a new connection may be read at once; if not, its `start_reading` is called later. Always true behind a
        proxy, where all connections have the proxy's address."""
        if load_settings().public_url:
            return True
        held = self._held.get(one.address)
        if held is None:
            if self._take_place(one.address):
                return True
            held = self._held[one.address] = {}
            self._look_again(one.loop, one.address)
        held[one] = None
        return False

    def give_up(self, one: PendingConnection) -> None:
        """Note that a held connection is closed or read."""
        self._held.get(one.address, {}).pop(one, None)

    def admit_account(self, account: str) -> bool:
        """Whether a held connection of this account may be read at once; accounts have the same rate limit as addresses."""
        return self._take_place(account)

    def _take_place(self, name: str) -> bool:
        """Count a connection; False where it exceeds the rate limit. name: address or account."""
        if self._limit_of(name).before():
            return False
        self._limit_of(name).wait()
        return True

    def _limit_of(self, name: str) -> RateLimit:
        if len(self._of) >= self.at_most:
            self._of.clear()
        return self._of.setdefault(name, RateLimit(OPENED_A_SECOND, OPENED_AT_ONCE))

    def _look_again(self, loop: asyncio.AbstractEventLoop, address: str) -> None:
        clock.call_later(loop, self._limit_of(address).before(), self._admit_next, loop, address)

    def _admit_next(self, loop: asyncio.AbstractEventLoop, address: str) -> None:
        """Read the connection of this address that was held longest, if there is one, and look again later."""
        if not (held := self._held[address]):
            del self._held[address]
            return
        if self._take_place(address):
            one = next(iter(held))
            del held[one]
            one.start_reading()
        self._look_again(loop, address)


CONNECTIONS = ConnectionRateLimits()
