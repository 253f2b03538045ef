"""How fast connections come from an address, how long each may keep the server waiting, how much it may send before it has asked
for anything, and which one makes room where too many wait: before anything is parsed, whoever it is.

A connection waits while the other side has the word: nothing has come yet, half a request, an answer that is not read, or
nothing more since the last answer. While the server works on an answer it does not, nor once it is a websocket, whose limits are
`Socket`'s, server.py's and open_pages.py's. No limit of all shuts new ones out, for everybody else would stand before the door
too: the one that has waited longest goes, of the address that has most. Of one address that opens hundreds a second new ones
wait, then are sent away, those of others who sit there too.

After: uvicorn, whose protocol this is; server.py hands it over.
"""

import asyncio
from collections import defaultdict
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from dashboard.settings import load
from dashboard.ui.log import REFUSED
from dashboard.ui.origin import address as address_of
from dashboard.ui.pace import Pace
from dashboard.ui.said import LARGEST, TOO_MUCH

# Seconds. A browser opens connections ahead and asks nothing by them: they are closed without harm, and opened again.
UNTIL_A_REQUEST, OF_ITS_HEAD, OF_ITS_BODY = 20.0, 15.0, 60.0
# Of an answer, while the line takes nothing of it: what the machine itself holds for a slow line takes minutes to go.
OF_READING = 300.0
HEAD_BYTES, BODY_BYTES = 32 * 2**10, 2**20  # a form of ours has 4 kB at most
PIPELINED = 4  # requests that wait for the answer to one before them, on one connection
# Of a websocket: frames that are no message (pings, answers to ours, parts of one) at once and a second; messages that wait to be
# heard, and their bytes, of which a compressed frame has a thousand for each of its own; bytes that are taken apart before it is
# looked how many frames they were.
FRAMES, FRAMES_A_SECOND, UNHEARD, UNHEARD_BYTES, PIECE = 200, 20.0, 100, LARGEST, 4_096
# Connections from one address: at once (a hundred browsers that come back after a restart), and a second from then on. The next
# ones wait to be heard, and who would wait long is sent away.
COME_AT_ONCE, COME_A_SECOND, SENT_AWAY = 600, 20.0, 10.0
AT_MOST = 2_000  # that wait at once: a hundred readers' browsers keep some six hundred


class Waiting:
    """Connections that wait, by address, the longest first."""

    def __init__(self, at_most: int = AT_MOST) -> None:
        self.at_most, self._count = at_most, 0
        self._of: defaultdict[str, dict[Connection, None]] = defaultdict(dict)

    def add(self, one: "Connection") -> None:
        """It waits from now on; where they are too many, one is closed."""
        self.remove(one)
        self._of[one.address][one] = None
        self._count += 1
        if self._count > self.at_most:
            address = max(self._of, key=lambda a: len(self._of[a]))
            oldest = next(iter(self._of[address]))
            self.remove(oldest)
            oldest.transport.abort()

    def remove(self, one: "Connection") -> None:
        """It waits no longer."""
        if one in self._of[one.address]:
            del self._of[one.address][one]
            self._count -= 1
        if not self._of[one.address]:
            del self._of[one.address]


WAITING = Waiting()


class Arrivals:
    """How fast connections come, by address."""

    def __init__(self, at_most: int = 10_000) -> None:
        self.at_most = at_most
        self._of: dict[str, Pace] = {}

    def wait(self, address: str) -> float:
        """Seconds until one that has come now is heard; not counted where it would be long. Behind a proxy, where everybody comes
        from its address, 0."""
        if load().public_url:
            return 0.0
        if len(self._of) >= self.at_most:
            self._of.clear()
        pace = self._of.setdefault(address, Pace(COME_A_SECOND, COME_AT_ONCE))
        before = pace.before()
        return before if before > SENT_AWAY else pace.wait()


ARRIVALS = Arrivals()


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with limits."""

    waiting = WAITING
    arrivals = ARRIVALS
    address = ""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._reading: asyncio.TimerHandle | None = None  # what comes, must by then
        self._writing: asyncio.TimerHandle | None = None  # what is sent, must go on by then
        self._in_head, self._unread, self._body = True, 0, 0  # bytes of the head, of the body
        self._is_http = True
        self._held: bytes | None = None  # what came while it waits to be heard

    # --- what happens ------------------------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there."""
        super().connection_made(transport)
        self.address = place(self.client[0] if self.client else "")
        wait = self.arrivals.wait(self.address)
        if wait > SENT_AWAY:
            transport.abort()
            return
        self._hear_within(wait + UNTIL_A_REQUEST)
        self.waiting.add(self)
        if wait:
            self._held = b""
            self.loop.call_later(wait, self._hear)

    def _hear(self) -> None:
        """It has waited."""
        held, self._held = self._held, None
        if not self.transport.is_closing():
            self.flow.resume_reading()
            if held:
                self.data_received(held)

    def data_received(self, data: bytes) -> None:
        """Read on, unless it is too much."""
        if self._held is not None:  # a loop may read before it can be told not to
            self._held += data
            self.flow.pause_reading()
            return
        for start in range(0, len(data), HEAD_BYTES):
            if self.transport.is_closing():
                return
            piece = data[start : start + HEAD_BYTES]
            self._unread += len(piece)
            super().data_received(piece)
            if (
                self._is_http
                and self._answered()
                and not (self._reading or self.timeout_keep_alive_task)
            ):
                # What came after its answer, and was no request: the rest of one, or something that is not read.
                self._hear_within(UNTIL_A_REQUEST)
            # What comes after the head and is no body is what chunks are wrapped in, and what is said after the last of them.
            if self._unread > HEAD_BYTES or self._body > BODY_BYTES:
                self.transport.abort()

    def on_message_begin(self) -> None:
        """The first byte of a request. No browser asks for more before it has an answer, but for a few."""
        if len(self.pipeline) >= PIPELINED:
            raise ValueError("too many requests at once")
        super().on_message_begin()
        self._in_head, self._body = True, 0
        self._hear_within(OF_ITS_HEAD)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of its head; what is said after a body is nothing that we ask for."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Its head is here."""
        super().on_headers_complete()
        self._in_head, self._unread = False, 0
        self._hear_within(OF_ITS_BODY)

    def on_body(self, body: bytes) -> None:
        """A part of its body."""
        self._body += len(body)
        self._unread = max(0, self._unread - len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """All of it is here: the server has the word."""
        super().on_message_complete()
        self._unread = 0
        self._hear_within(None)
        if not self._answered():
            self.waiting.remove(self)

    def on_response_complete(self) -> None:
        """It is answered: the other side has the word."""
        super().on_response_complete()
        if self._is_http and self._answered() and not self.transport.is_closing():
            self.waiting.add(self)

    def pause_writing(self) -> None:
        """The line takes less than there is to send."""
        super().pause_writing()
        self._send_on(self.transport.get_write_buffer_size())
        self.waiting.add(self)

    def resume_writing(self) -> None:
        """It has taken it."""
        super().resume_writing()
        self._sent()
        if not self._answered():
            self.waiting.remove(self)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """What is no request, or could be read as two, is not answered: nothing that a browser reads goes out undressed. Nor is
        it waited until what was asked before has gone out: who does not read it would keep it."""
        self.transport.abort()

    def handle_websocket_upgrade(self) -> None:
        """It is a websocket from now on."""
        self._let_go()
        self._is_http = False
        super().handle_websocket_upgrade()
        socket = self.transport.get_protocol()
        if isinstance(socket, Socket) and not socket.handshake_initiated:
            # It cannot be one: too many headers, a line that is too long, another method. Nobody would ever answer, nor end it.
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        super().connection_lost(exc)
        self._let_go()

    # --- what is waited for ----------------------------------------------------------------------------------------------
    def _answered(self) -> bool:
        """Whether all that was asked for is answered, as far as the server is concerned."""
        return self.cycle is not None and self.cycle.response_complete

    def _hear_within(self, seconds: float | None) -> None:
        """End it unless it is heard of before; None: as long as it takes."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = (
            None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
        )

    def _send_on(self, left: int) -> None:
        """End it if the line takes nothing of these bytes in time."""

        def look() -> None:
            now = self.transport.get_write_buffer_size()
            if now < left:
                self._send_on(now)
            else:
                self.transport.abort()

        self._sent()
        self._writing = self.loop.call_later(OF_READING, look)

    def _sent(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def _let_go(self) -> None:
        self._hear_within(None)
        self._sent()
        self.waiting.remove(self)


class Socket(WebSocketsSansIOProtocol):
    """uvicorn's websocket, with limits: frames that cost nothing to send cost the server as much as messages."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._left, self._at = float(FRAMES), self.loop.time()
        self._unheard = 0  # bytes of messages that wait to be heard

    def data_received(self, data: bytes) -> None:
        """Read on, unless there are too many frames in it."""
        for start in range(0, len(data), PIECE):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + PIECE])

    def handle_ping(self) -> None:
        """One that asks whether we are there."""
        self._count()
        super().handle_ping()

    def handle_pong(self, event: Any) -> None:
        """One that says that the page is."""
        self._count()
        super().handle_pong(event)

    def handle_cont(self, event: Any) -> None:
        """A further part of a message."""
        self._count()
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """A message, whole."""
        size = sum(len(frame) for frame in self.frames)
        if self.queue.qsize() >= UNHEARD or (
            self._unheard and self._unheard + size > UNHEARD_BYTES
        ):
            self.frames = []
            self.transport.abort()
            return
        self._unheard += size
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """What came is no frame, or one of a message that is larger than any page's: none of it is kept, nor read."""
        closed = self.conn.close_sent
        if closed is not None and closed.code == TOO_MUCH:
            REFUSED.warning(
                "a message larger than any page's, from %r", address_of(dict(self.scope))
            )
        super().handle_parser_exception()

    async def receive(self) -> Any:
        """What the application hears next."""
        message = await super().receive()
        if message["type"] == "websocket.receive":
            self._unheard -= len(message.get("bytes") or (message.get("text") or "").encode())
        return message

    def _count(self) -> None:
        now = self.loop.time()
        self._left = min(FRAMES, self._left + FRAMES_A_SECOND * (now - self._at)) - 1
        self._at = now
        if self._left < 0:
            self.transport.abort()


def place(client: str) -> str:
    """Where a client is, as far as it can be told apart from others: an address, of IPv6 the network that one house has."""
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return client
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return client
