"""Rate limits of open pages: messages of one page, and of all pages of an account or guest link, beyond what people send are
delayed. Of the files made for an account, a few at a time. Browsers of one account share a fair queue, so that among forty
guests of one link the one who floods waits.

Before: `dashboard.web.rate_limits`, `dashboard.web.open_pages`. After: `dashboard.web.authentication`.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.types import Message, Receive, Send

from dashboard import clock
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
    """The limits that all pages of one account or guest link share."""

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
        """A context manager that gives `receive` and `send` of a page within its limits. identity: as the gate gives it;
        browser: which of the account's."""
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
        """Wait until the account may open another page; False where that takes too long."""
        limits = self._limits_of(identity.partition(".")[0])
        return limits is None or await limits.opening.admit(browser)

    def _limits_of(self, account: str) -> AccountLimits | None:
        """The limits of an account; kept after its pages are closed, so that reopening does not reset them. None where nobody
        signs in."""
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
        """The page's next message, once its limits allow it; until then nothing more is read from it."""
        message = await self.receive()
        if message["type"] == "websocket.receive":
            await clock.sleep(self.messages.wait())
            if self.account:
                await self._wait_for_account(
                    self.account, parse_page_message(message).asks_for_a_file
                )
        return message

    async def _wait_for_account(self, account: AccountLimits, a_file: bool) -> None:
        """Wait until the account may send another message, and few of its pages wait for a run, since each takes a thread and
        some of the server's time."""
        async with account.queue.place(self.browser):
            await clock.sleep(account.messages.wait())
            while self.waiting() >= WAITING:
                await clock.sleep(AGAIN)
        if a_file:
            await account.files.enter(self.browser)
            self.files += 1

    async def send_and_release(self, message: Message) -> None:
        """Send a message to the page; where it answers a request for a file, the next file may be requested."""
        if self.files and is_file_answer(message):
            self._release_file()
        await self.send(message)

    def close(self) -> None:
        """Release the page's requests for files."""
        while self.files:
            self._release_file()

    def _release_file(self) -> None:
        self.files -= 1
        if self.account:
            self.account.files.leave()
