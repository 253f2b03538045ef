"""Rate limits of open pages: what one page, and all pages of an account or of a link of guests, send faster than people do waits
where it was sent from. Of files that are made for an account, a few at a time. Browsers of one account share a fair queue, so
that of forty guests of one link the one who floods waits, and not the others.

Before: `dashboard.web.rate_limits`, `dashboard.web.open_pages`. After: `dashboard.web.authentication`.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.types import Message, Receive, Send

from dashboard.accounts.session_cache import OPEN
from dashboard.one_run_at_a_time import RUN_QUEUE, RunQueue
from dashboard.web.fair_queue import FairQueue
from dashboard.web.file_grants import is_file_answer
from dashboard.web.open_pages import parse_page_message
from dashboard.web.rate_limits import AdmissionLimit, RateLimit

# Messages a second, and the burst before that. A person sends a few in a second while moving through a list; forty
# guests of one link hardly more together than one page may.
OF_A_PAGE, PAGE_AT_ONCE = 5.0, 30
OF_AN_ACCOUNT, ACCOUNT_AT_ONCE = 10.0, 60
# Pages opened or reconnected: a burst of forty guests with two each, then one a second. Longer waits are refused.
OPENED, OPENED_AT_ONCE = 1.0, 100
MOST = 10_000  # accounts whose limits are kept
# Pages of an account that may wait for a run; seconds between two checks.
WAITING, AGAIN = 3, 0.05
FILES = 2  # of an account, made or waiting at once


class AccountLimits:
    """The limits that the pages of one account, or of one link of guests, have together."""

    def __init__(self) -> None:
        self.messages = RateLimit(OF_AN_ACCOUNT, ACCOUNT_AT_ONCE)
        self.opening = AdmissionLimit(OPENED, OPENED_AT_ONCE)
        self.queue, self.files = FairQueue(), FairQueue(FILES)


class PageRateLimits:
    """The limits of all open pages."""

    def __init__(self, runs: RunQueue = RUN_QUEUE) -> None:
        self.runs = runs
        self._accounts: dict[str, AccountLimits] = {}
        self._pages: Counter[str] = Counter()

    @asynccontextmanager
    async def limit_page(
        self, identity: str, receive: Receive, send: Send, browser: str = ""
    ) -> AsyncIterator[tuple[Receive, Send]]:
        """Give `receive` and `send` of a page within its limits, while it is open. identity: what the gate says of who asks;
        browser: in which of his."""
        account = identity.partition(".")[0]
        page = _Page(
            self._limits_of(account), browser, lambda: self.runs.waiting(account), receive, send
        )
        self._pages[account] += 1
        try:
            yield page.receive_within_limits, page.send_and_release
        finally:
            page.close()
            self._pages[account] -= 1
            if not self._pages[account]:
                del self._pages[account]

    async def may_open(self, identity: str, browser: str = "") -> bool:
        """Wait until another page of an account may be opened; False where that takes too long."""
        limits = self._limits_of(identity.partition(".")[0])
        return limits is None or await limits.opening.admit(browser)

    def _limits_of(self, account: str) -> AccountLimits | None:
        """Kept when its pages are shut: who opens one after the other is known as the same. None where nobody signs in: that is
        everybody at the machine."""
        if account == OPEN:
            return None
        if len(self._accounts) > MOST:
            self._accounts = {one: self._accounts[one] for one in self._pages}
        return self._accounts.setdefault(account, AccountLimits())


class _Page:
    def __init__(
        self,
        account: AccountLimits | None,
        browser: str,
        waiting: Callable[[], int],
        receive: Receive,
        send: Send,
    ) -> None:
        self.account, self.browser, self.waiting = account, browser, waiting
        self.receive, self.send = receive, send
        self.messages, self.files = RateLimit(OF_A_PAGE, PAGE_AT_ONCE), 0

    async def receive_within_limits(self) -> Message:
        """Receive what the page sends next, once its limits allow it: meanwhile nothing more is read of it."""
        message = await self.receive()
        if message["type"] == "websocket.receive":
            await asyncio.sleep(self.messages.wait())
            if self.account:
                await self._wait_for_account(
                    self.account, parse_page_message(message).asks_for_a_file
                )
        return message

    async def _wait_for_account(self, account: AccountLimits, a_file: bool) -> None:
        """Wait until the account may send more, and few of its pages wait for a run: each takes a thread, and a part of the
        server's time beforehand."""
        async with account.queue.place(self.browser):
            await asyncio.sleep(account.messages.wait())
            while self.waiting() >= WAITING:
                await asyncio.sleep(AGAIN)
        if a_file:
            await account.files.enter(self.browser)
            self.files += 1

    async def send_and_release(self, message: Message) -> None:
        """Send to the page; with the answer to its request for a file, another may be asked for."""
        if self.files and is_file_answer(message):
            self._release_file()
        await self.send(message)

    def close(self) -> None:
        """Nobody waits for its files any more."""
        while self.files:
            self._release_file()

    def _release_file(self) -> None:
        self.files -= 1
        if self.account:
            self.account.files.leave()
