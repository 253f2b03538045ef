"""How fast pages are heard: what one page, and all pages of an account or of a link of guests, say faster than people do waits
where it was sent from. Of files that are made for an account, a few at a time. Browsers of one account take turns, so that of
forty guests of one link the one who floods waits, and not the others.

Before: `dashboard.web.authentication`, which hears pages by it.
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

# Messages a second, and how many at once before that counts. A person says some in a second, while a list is moved along; forty
# guests of one link hardly more together than one page may.
OF_A_PAGE, PAGE_AT_ONCE = 5.0, 30
OF_AN_ACCOUNT, ACCOUNT_AT_ONCE = 10.0, 60
# Pages that are opened, or come back: forty guests with two each, and some; then one a second. Who would wait long is sent away.
OPENED, OPENED_AT_ONCE = 1.0, 100
MOST = 10_000  # accounts of which is known how fast they were
WAITING, AGAIN = (
    3,
    0.05,
)  # pages of an account that wait for their turn; seconds until it is looked again whether fewer do
FILES = 2  # of an account that are made, or wait for their turn, at once


class Account:
    """The pages of one account, or of one link of guests."""

    def __init__(self) -> None:
        self.pace, self.opening = (
            RateLimit(OF_AN_ACCOUNT, ACCOUNT_AT_ONCE),
            AdmissionLimit(OPENED, OPENED_AT_ONCE),
        )
        self.heard, self.files = FairQueue(), FairQueue(FILES)


class PageRateLimits:
    """Of all pages that are open."""

    def __init__(self, turns: RunQueue = RUN_QUEUE) -> None:
        self.turns = turns
        self._of: dict[str, Account] = {}
        self._pages: Counter[str] = Counter()

    @asynccontextmanager
    async def page(
        self, told: str, receive: Receive, send: Send, browser: str = ""
    ) -> AsyncIterator[tuple[Receive, Send]]:
        """What a page says and is told, while it is open. told: what the gate says of who asks; browser: in which of his."""
        who = told.partition(".")[0]
        page = _Page(self._account(who), browser, lambda: self.turns.waiting(who), receive, send)
        self._pages[who] += 1
        try:
            yield page.heard, page.said
        finally:
            page.close()
            self._pages[who] -= 1
            if not self._pages[who]:
                del self._pages[who]

    async def may_open(self, told: str, browser: str = "") -> bool:
        """Wait until another page of an account may be opened; False where that is too long."""
        account = self._account(told.partition(".")[0])
        return account is None or await account.opening.admit(browser)

    def _account(self, who: str) -> Account | None:
        """Kept when its pages are shut: who opens one after the other is known as the same. None where nobody signs in: that is
        everybody at the machine."""
        if who == OPEN:
            return None
        if len(self._of) > MOST:
            self._of = {one: self._of[one] for one in self._pages}
        return self._of.setdefault(who, Account())


class _Page:
    def __init__(
        self,
        account: Account | None,
        browser: str,
        waiting: Callable[[], int],
        receive: Receive,
        send: Send,
    ) -> None:
        self.account, self.browser, self.waiting = account, browser, waiting
        self.receive, self.send = receive, send
        self.pace, self.files = RateLimit(OF_A_PAGE, PAGE_AT_ONCE), 0

    async def heard(self) -> Message:
        """What the page says next, in its time: meanwhile nothing more is read of it."""
        message = await self.receive()
        if message["type"] == "websocket.receive":
            await asyncio.sleep(self.pace.wait())
            if self.account:
                await self._among_others(self.account, parse_page_message(message).asks_for_a_file)
        return message

    async def _among_others(self, account: Account, a_file: bool) -> None:
        """Wait until the account may say more, and few of its pages wait for their turn: each takes a thread, and a part of the
        server's time beforehand."""
        async with account.heard.place(self.browser):
            await asyncio.sleep(account.pace.wait())
            while self.waiting() >= WAITING:
                await asyncio.sleep(AGAIN)
        if a_file:
            await account.files.enter(self.browser)
            self.files += 1

    async def said(self, message: Message) -> None:
        """What the page is told; with the answer to its question for a file, another may be asked for."""
        if self.files and is_file_answer(message):
            self._let_go()
        await self.send(message)

    def close(self) -> None:
        """Nobody waits for its files any more."""
        while self.files:
            self._let_go()

    def _let_go(self) -> None:
        self.files -= 1
        if self.account:
            self.account.files.leave()
