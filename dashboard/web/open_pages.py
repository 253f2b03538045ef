"""Open pages: every half second the database is asked, once for all of them, whether their sessions are still open; and at once
after a change in this process.

A page whose session has lapsed is held: its messages are kept until somebody signs in again for the same account, in another
window. So is a page whose session was replaced by a later one, until its browser shows that it has the new one: a page opened
with a copied cookie never does. A page whose session has ended is closed, and so is one too many of an account.

Before: `dashboard.accounts.session_cache`, which is asked; `dashboard.web.message_limits`. After:
`dashboard.web.authentication`.
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
from streamlit.proto.BackMsg_pb2 import BackMsg

from dashboard.accounts.session_cache import OPEN, SessionCache, SessionSnapshot, State
from dashboard.web import message_limits
from dashboard.web.message_limits import LARGEST

EVERY = 0.5  # seconds from one look to the next; two are promised, and a look takes as long on a busy machine
LEAST = 0.1  # and to the next one after a look that took as long
ASKED_AT_MOST = 200  # tokens that are looked at beside those of open pages
# What is kept of a page that is held: messages, and bytes in all.
HELD_AT_MOST, HELD_BYTES = 50, LARGEST
ENDED, CROWDED = 1008, 4008  # close codes of the websocket; the page's script knows the second
# Pages that may be open at once: of an account, and of a link, by which forty guests come in: with three for each of these, who
# comes in by it many times takes nobody's third.
MOST_OF_ACCOUNT, MOST_OF_LINK = 30, 120
NAME = re.compile(r"[0-9a-f]{32}")  # of a page, by its own script (static/ccsp-shell.js)
LOG = logging.getLogger("ccsp")
KEPT = "ccsp.page_message"  # key in an ASGI message: its parsed PageMessage


@dataclass(frozen=True)
class PageMessage:
    """A message that a page sends. kind: its type; operation: a request beside a page run, or ""; is_automatic: sent without a
    person's action."""

    kind: str
    operation: str = ""
    is_automatic: bool = False

    @property
    def is_by_a_person(self) -> bool:
        """Whether a person's action caused the message."""
        asked = self.kind == "rerun_script" and not self.is_automatic
        return asked or self.kind == "backend_operation_request"

    @property
    def asks_for_a_file(self) -> bool:
        """Whether the message is sent by a button that makes a file."""
        return self.operation == "deferred_file"


NOTHING = PageMessage("")


def is_within_limits(data: bytes) -> bool:
    """Whether a message is no larger than a page may send."""
    return message_limits.is_within_limits(data, BackMsg.DESCRIPTOR)


def parse_page_message(message: Message) -> PageMessage:
    """The parsed message of a page, which is kept with it and parsed once. NOTHING where it is not one of Streamlit's, or
    exceeds the limits."""
    if KEPT not in message:
        data = message.get("bytes") or b""  # None for connect and disconnect
        message[KEPT] = _parse(data) if data and is_within_limits(data) else NOTHING
    found: PageMessage = message[KEPT]
    return found


def _parse(data: bytes) -> PageMessage:
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except Exception:  # the library has one of its own for each of its makes
        return NOTHING
    operation = message.backend_operation_request.WhichOneof("payload")
    by_itself = message.rerun_script.is_auto_rerun
    return PageMessage(message.WhichOneof("type") or "", operation or "", by_itself)


def page_state(reading: SessionSnapshot, page: "OpenPage", shown: str) -> State:
    """The state of a page's session. shown: the token that its browser last showed, or "". Where that is the token of the
    session that replaced the page's own, the page belongs to the new one from now on."""
    if page.identity == OPEN:
        return State.OPEN if reading.is_open else State.ENDED
    seen = reading.session(page.token)
    # Another account, role or places: the page has to be loaded anew.
    if seen.identity_header != page.identity:
        return State.ENDED
    if not seen.is_replaced:
        return seen.pages_state
    if shown and reading.session(shown).takes_over_from(seen):
        page.token = shown
        return seen.pages_state
    # A copied cookie has the token of the earlier sign-in, and not the new one.
    return State.ENDED if seen.pages_state == State.ENDED else State.LAPSED


@dataclass(eq=False)
class OpenPage:
    """The connection of an open page. token: SHA-256 of the session's token; identity: as the gate gives it; on_activity:
    called when a person does something on it; most: how many pages of the account may be open, None for any; name: given by its
    script, or ""; shown_token: that its browser had when the script last asked; last_used: when a person last did something on
    it."""

    token: str
    identity: str
    receive: Receive
    send: Send
    on_activity: Callable[[], None]
    most: int | None = None
    name: str = ""
    shown_token: str = ""
    last_used: float = field(default_factory=time.monotonic)
    code: int = ENDED
    state: State = State.OPEN
    state_changed: asyncio.Event = field(default_factory=asyncio.Event)
    held_messages: deque[Message] = field(default_factory=deque)
    receiving: asyncio.Task[Message] | None = None

    def set_state(self, state: State) -> None:
        """Let the page go on, hold it or end it; an ended page stays ended."""
        if State.ENDED != self.state != state:
            self.state = state
            self.state_changed.set()

    @property
    def account(self) -> str:
        """The account of the page, without the state of its rights."""
        return self.identity.partition(".")[0]

    def crowd_out(self) -> None:
        """Close the page since others of the account are used instead. The page says so, and does not reconnect by itself."""
        self.code = CROWDED
        self.set_state(State.ENDED)

    async def receive_when_open(self) -> Message:
        """The page's next message, once its session is open."""
        while True:
            if self.state == State.ENDED:
                await self._close()
                return {"type": "websocket.disconnect", "code": self.code}
            if self.held_messages and self.state == State.OPEN:
                return self._pass_on(self.held_messages.popleft())
            message = await self._receive_or_change()
            if message is None:
                continue
            if message["type"] == "websocket.disconnect":
                return message
            if self.state == State.OPEN:
                return self._pass_on(message)
            self._hold(message)

    async def send_when_open(self, message: Message) -> None:
        """Send a message to the page; while it is held, wait."""
        while self.state == State.LAPSED and message["type"] == "websocket.send":
            self.state_changed.clear()
            await self.state_changed.wait()
        if self.state != State.ENDED or message["type"] != "websocket.send":
            await self.send(message)

    async def _receive_or_change(self) -> Message | None:
        """The page's next message; None where its state changes first."""
        self.receiving = self.receiving or asyncio.ensure_future(self._receive())
        self.state_changed.clear()
        changed = asyncio.ensure_future(self.state_changed.wait())
        try:
            await asyncio.wait({self.receiving, changed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
        if not self.receiving.done():
            return None
        message = self.receiving.result()
        self.receiving = None
        return message

    async def _receive(self) -> Message:
        return await self.receive()

    def _hold(self, message: Message) -> None:
        """Keep a message of a held page until it goes on; beyond what a page sends by itself, nothing is kept."""
        held = sum(len(one.get("bytes") or b"") for one in (*self.held_messages, message))
        if len(self.held_messages) < HELD_AT_MOST and held <= HELD_BYTES:
            self.held_messages.append(message)

    def _pass_on(self, message: Message) -> Message:
        if parse_page_message(message).is_by_a_person:
            self.last_used = time.monotonic()
            self.on_activity()
        return message

    async def _close(self) -> None:
        if self.receiving:
            self.receiving.cancel()
        try:
            await self.send({"type": "websocket.close", "code": self.code})
        except Exception as error:  # closed already: each server raises an exception of its own
            LOG.debug("a page was gone before it was closed: %s", error)


class OpenPages:
    """All open pages, and the tokens that are asked about each second without one."""

    def __init__(self, cache: SessionCache) -> None:
        self.cache = cache
        self.pages: set[OpenPage] = set()
        self.named: dict[str, OpenPage] = {}
        self.asked: dict[str, float] = {}
        self.watching: asyncio.Task[None] | None = None
        self.limit: anyio.CapacityLimiter | None = None
        self.blind = False  # whether the last look failed: logged once, not twice a second

    def add(self, page: OpenPage) -> None:
        """Watch a page. Where its account has too many, close another one: of the browser that has most, the least recently
        used."""
        self.pages.add(page)
        if page.name:
            self.named[page.name] = page
        same = [p for p in self.pages if p.account == page.account and p.state != State.ENDED]
        if page.most is not None and len(same) > page.most:
            of_each = Counter(p.token for p in same)
            others = (p for p in same if p is not page)
            min(others, key=lambda p: (-of_each[p.token], p.last_used)).crowd_out()
        self.start_watching()

    def remove(self, page: OpenPage) -> None:
        """Stop watching a page."""
        self.pages.discard(page)
        if self.named.get(page.name) is page:
            del self.named[page.name]

    def note_token(self, name: str, token: str) -> None:
        """Note the token that the browser of the page of this name has now; it is checked at the next look."""
        if page := self.named.get(name):
            page.shown_token = token

    def watch_token(self, token: str) -> None:
        """Look at this token too, for some seconds, since it is asked about and will be again. Tokens without a known session
        are ignored."""
        known = not token or self.cache.last_session(token).holder is not None
        if known and (token in self.asked or len(self.asked) < ASKED_AT_MOST):
            self.asked[token] = asyncio.get_running_loop().time()
        self.start_watching()

    def start_watching(self) -> None:
        """Start to look every half second, for as long as there is anything to look at."""
        if self.watching is None or self.watching.done():
            self.watching = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def notice() -> None:
            loop.call_soon_threadsafe(changed.set)

        with self.cache.subscribe(notice):
            while True:
                started = loop.time()
                self.asked = {t: at for t, at in self.asked.items() if at > started - 10 * EVERY}
                if not self.pages and not self.asked:
                    return
                changed.clear()  # before the look, so that a change during it causes another one
                await self.look()
                # A look itself takes a while on a busy machine.
                left = EVERY - (loop.time() - started)
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), max(LEAST, left))

    async def look(self) -> None:
        """Ask the database once, and set the state of each page. While it does not answer, pages keep their state: they show
        nothing new without it."""
        pages = {page: page.shown_token for page in self.pages}
        tokens = {token for page, shown in pages.items() for token in (page.token, shown) if token}
        tokens |= set(self.asked)
        try:
            # In a thread of its own, not the pool's: it must not wait behind other requests.
            self.limit = self.limit or anyio.CapacityLimiter(1)
            reading = await anyio.to_thread.run_sync(self.cache.read, tokens, limiter=self.limit)
        except Exception as error:  # whatever fails, the watch goes on
            if not self.blind:
                LOG.warning("who may look cannot be read: %s", type(error).__name__)
            self.blind = True
            return
        if self.blind:
            LOG.warning("who may look can be read again")
        self.blind = False
        for (
            page,
            shown,
        ) in pages.items():  # only those that were looked at: newer ones have no reading
            page.set_state(page_state(reading, page, shown))
