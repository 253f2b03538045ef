"""Pages that are open: each half second the database is asked, once for all of them, whether who opened them may still look; and
at once where something was changed in this process.

A page whose sign-in has lapsed is held: nothing that is said on it goes on until somebody signs in again for the same account,
in another window. So is one whose sign-in was replaced by a later one, until its browser shows that it has that one: a page that
was opened by a copied cookie never does. One that is at an end is shut, and so is one too many of an account.
"""

import asyncio
import logging
import re
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import anyio
import anyio.to_thread
from starlette.types import Message, Receive, Send

from dashboard.accounts.session_cache import OPEN, SessionCache, SessionSnapshot, State
from dashboard.ui.said import LARGEST, parse_page_message

EVERY = 0.5  # seconds from one look to the next: looking takes as long where the machine is busy, and two are promised
LEAST = 0.1  # and to the next one after a look that took as long
ASKED_AT_MOST = 200  # tokens that are looked at beside those of open pages
HELD_AT_MOST, HELD_BYTES = (
    50,
    LARGEST,
)  # what is said on a page that is covered: messages, and all of them together
ENDED, CROWDED = 1008, 4008  # how a connection is closed; the page's script knows the second
# Pages that may be open at once: of an account, and of a link, by which forty guests come in: with three for each of these, who
# comes in by it many times takes nobody's third.
MOST_OF_ACCOUNT, MOST_OF_LINK = 30, 120
NAME = re.compile(r"[0-9a-f]{32}")  # of a page, by its own script (static/ccsp-shell.js)
LOG = logging.getLogger("ccsp")


def page_state(reading: SessionSnapshot, page: "OpenPage", shown: str) -> State:
    """How it stands with a page that was opened under what the gate said then. shown: the token that its browser showed since, or
    "": where that is of the sign-in that took the place of the page's own, the page is of that one from now on."""
    if page.told == OPEN:
        return State.OPEN if reading.is_open else State.ENDED
    seen = reading.session(page.token)
    # Another account, another role or other places: the page begins anew.
    if seen.identity_header != page.told:
        return State.ENDED
    if not seen.is_replaced:
        return seen.pages_state
    if shown and reading.session(shown).takes_over_from(seen):
        page.token = shown
        return seen.pages_state
    # Who copied the cookie had the sign-in of before, and has not this one.
    return State.ENDED if seen.pages_state == State.ENDED else State.LAPSED


@dataclass(eq=False)
class OpenPage:
    """One page's connection. token: the SHA-256 of the sign-in's; told: what the gate says of who asks; most: how many of the
    same account may be open, None for any number; name: by which its script speaks of it, or ""; shown: the token that its
    browser had when the script last spoke; used: when somebody last did something on it."""

    token: str
    told: str
    receive: Receive
    send: Send
    active: Callable[[], None]
    most: int | None = None
    name: str = ""
    shown: str = ""
    used: float = field(default_factory=time.monotonic)
    code: int = ENDED
    state: State = State.OPEN
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: deque[Message] = field(default_factory=deque)
    listening: asyncio.Task[Message] | None = None

    def turn(self, state: State) -> None:
        """Go on, hold or end; what has ended stays so."""
        if State.ENDED != self.state != state:
            self.state = state
            self.changed.set()

    @property
    def account(self) -> str:
        """Whose page it is, whatever his rights are."""
        return self.told.partition(".")[0]

    def crowd_out(self) -> None:
        """Close it: others are used instead. The page says so, and does not come back by itself."""
        self.code = CROWDED
        self.turn(State.ENDED)

    async def heard(self) -> Message:
        """What the page says next, once it may be heard."""
        while True:
            if self.state == State.ENDED:
                await self._shut()
                return {"type": "websocket.disconnect", "code": self.code}
            if self.waiting and self.state == State.OPEN:
                return self._passed(self.waiting.popleft())
            message = await self._next()
            if message is None:
                continue
            if message["type"] == "websocket.disconnect":
                return message
            if self.state == State.OPEN:
                return self._passed(message)
            self._hold(message)

    async def said(self, message: Message) -> None:
        """What the application says to the page; what it says to one that is covered waits."""
        while self.state == State.LAPSED and message["type"] == "websocket.send":
            self.changed.clear()
            await self.changed.wait()
        if self.state != State.ENDED or message["type"] != "websocket.send":
            await self.send(message)

    async def _next(self) -> Message | None:
        """What the page says, or None where it began to stand otherwise with it before it said anything."""
        self.listening = self.listening or asyncio.ensure_future(self._receive())
        self.changed.clear()
        turned = asyncio.ensure_future(self.changed.wait())
        try:
            await asyncio.wait({self.listening, turned}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            turned.cancel()
        if not self.listening.done():
            return None
        message = self.listening.result()
        self.listening = None
        return message

    async def _receive(self) -> Message:
        return await self.receive()

    def _hold(self, message: Message) -> None:
        """Keep what is said on a covered page until it goes on; what is more than a page says by itself is not kept."""
        held = sum(len(one.get("bytes") or b"") for one in (*self.waiting, message))
        if len(self.waiting) < HELD_AT_MOST and held <= HELD_BYTES:
            self.waiting.append(message)

    def _passed(self, message: Message) -> Message:
        if parse_page_message(message).of_a_person:
            self.used = time.monotonic()
            self.active()
        return message

    async def _shut(self) -> None:
        if self.listening:
            self.listening.cancel()
        try:
            await self.send({"type": "websocket.close", "code": self.code})
        except Exception as error:  # it is shut already: each server has its own word for that
            LOG.debug("a page was gone before it was shut: %s", error)


class OpenPages:
    """All pages that are open, and the tokens that others ask about each second."""

    def __init__(self, lookout: SessionCache) -> None:
        self.lookout = lookout
        self.pages: set[OpenPage] = set()
        self.named: dict[str, OpenPage] = {}
        self.asked: dict[str, float] = {}
        self.watching: asyncio.Task[None] | None = None
        self.limit: anyio.CapacityLimiter | None = None
        self.blind = False  # since the last look failed: the log says so once, not twice a second

    def open(self, page: OpenPage) -> None:
        """Watch over a page from now on. Where its account has too many, another one goes: of the browser that has most of them,
        the one that was not used for longest."""
        self.pages.add(page)
        if page.name:
            self.named[page.name] = page
        same = [p for p in self.pages if p.account == page.account and p.state != State.ENDED]
        if page.most is not None and len(same) > page.most:
            of_each = Counter(p.token for p in same)
            others = (p for p in same if p is not page)
            min(others, key=lambda p: (-of_each[p.token], p.used)).crowd_out()
        self.watch()

    def gone(self, page: OpenPage) -> None:
        """It is not open any more."""
        self.pages.discard(page)
        if self.named.get(page.name) is page:
            del self.named[page.name]

    def show(self, name: str, token: str) -> None:
        """The script of a page of that name speaks, whose browser has this token; what it is worth is seen at the next look."""
        if page := self.named.get(name):
            page.shown = token

    def ask(self, token: str) -> None:
        """Somebody asks about this token and will again. One that nobody had when its page was opened is not looked at."""
        known = not token or self.lookout.last_session(token).holder is not None
        if known and (token in self.asked or len(self.asked) < ASKED_AT_MOST):
            self.asked[token] = asyncio.get_running_loop().time()
        self.watch()

    def watch(self) -> None:
        """Look again and again, while there is anything to look at."""
        if self.watching is None or self.watching.done():
            self.watching = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def told() -> None:
            loop.call_soon_threadsafe(changed.set)

        with self.lookout.subscribe(told):
            while True:
                started = loop.time()
                self.asked = {t: at for t, at in self.asked.items() if at > started - 10 * EVERY}
                if not self.pages and not self.asked:
                    return
                changed.clear()  # before looking: what is changed meanwhile is looked at next
                await self.look()
                left = EVERY - (
                    loop.time() - started
                )  # looking itself takes a while on a busy machine
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), max(LEAST, left))

    async def look(self) -> None:
        """Ask the database, and tell each page how it stands. While it does not answer, pages stay as they are: they show
        nothing new without it."""
        pages = {page: page.shown for page in self.pages}
        tokens = {token for page, shown in pages.items() for token in (page.token, shown) if token}
        tokens |= set(self.asked)
        try:
            # A thread of its own: whatever is asked of the server at the same time, this does not queue behind it.
            self.limit = self.limit or anyio.CapacityLimiter(1)
            reading = await anyio.to_thread.run_sync(self.lookout.read, tokens, limiter=self.limit)
        except Exception as error:  # whatever it is, looking goes on
            if not self.blind:
                LOG.warning("who may look cannot be read: %s", type(error).__name__)
            self.blind = True
            return
        if self.blind:
            LOG.warning("who may look can be read again")
        self.blind = False
        for page, shown in pages.items():  # not what came since: of that nothing was read
            page.turn(page_state(reading, page, shown))
