"""How fast connections come from an address, how long each may keep the server waiting, how much it may send before it has asked
for anything, and which one makes room where too many wait: before anything is parsed, whoever it is.

A connection waits while the other side has the word: nothing has come yet, half a request, an answer that is not read, or
nothing more since the last answer. While the server works on an answer it does not, nor once it is a websocket, whose limits are
`Socket`'s, server.py's and open_pages.py's. No limit of all shuts new ones out, for everybody else would stand before the door
too: the one that has waited longest goes, of the address that has most. Of one address that opens hundreds a second new ones
wait, then are sent away, those of others who sit there too, unless they are signed in: these are known by the first that they
ask. What is asked waits its turn too, and who would wait long is sent away.

After: uvicorn, whose protocol this is; server.py hands it over.
"""

import asyncio
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from dashboard.accounts.sign_in_request import address_block
from dashboard.log import REFUSED
from dashboard.ui import arrivals, asking
from dashboard.ui.arrivals import ARRIVALS, WAITING
from dashboard.ui.origin import client_address as address_of
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
END = b"\r\n\r\n"  # of a head


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with limits."""

    waiting = WAITING
    arrivals = ARRIVALS
    requests = asking.REQUESTS
    who = staticmethod(asking.requester)
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
        self.address = address_block(self.client[0] if self.client else "")
        self.waiting.add(self)
        if self.arrivals.come(self):
            self._hear_within(UNTIL_A_REQUEST)
        else:
            self._held = b""
            self._hear_within(arrivals.SENT_AWAY)

    def hear(self) -> None:
        """It has waited."""
        held, self._held = self._held, None
        if not self.transport.is_closing():
            self._hear_within(UNTIL_A_REQUEST)
            self.flow.resume_reading()
            if held:
                self.data_received(held)

    def _hold(self, data: bytes) -> None:
        """Keep what comes until it is its turn, which it is as soon as somebody asks who is signed in."""
        self._held = (self._held or b"") + data
        if len(self._held) > HEAD_BYTES:
            self.transport.abort()
        elif END in self._held:
            self.flow.pause_reading()
            account, browser = self.who(self._asked_in(self._held))
            if browser and self.arrivals.may_pass(account):
                self.arrivals.leave(self)
                self.hear()

    def _asked_in(self, head: bytes) -> Scope:
        """A request of which nothing is known but its head, as far as who asks is concerned."""
        lines = [line.partition(b":") for line in head.partition(END)[0].split(b"\r\n")[1:]]
        headers = [(name.lower(), text.strip()) for name, _, text in lines]
        return {
            "type": "http",
            "scheme": self.scheme,
            "headers": headers,
            "client": self.client,
            "server": self.server,
        }

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """Answer, when it is its turn."""

        async def in_turn(scope: Any, receive: Any, send: Any) -> None:
            self.waiting.add(self)  # for its turn: it goes where too many do
            admitted = await self.requests.may_ask(self.who(scope))
            if not cycle.more_body:
                self.waiting.remove(self)
            if not admitted:
                self.transport.abort()

            async def said(message: Any) -> None:
                # Both loops complain of what is sent to nobody, before uvicorn hears that nobody is there any more.
                cycle.disconnected = cycle.disconnected or self.transport.is_closing()
                try:
                    await send(message)
                except RuntimeError:
                    if not self.transport.is_closing():
                        raise
                    cycle.disconnected = True

            if self.transport.is_closing():
                cycle.disconnected = True
            else:
                await app(scope, receive, said)

        super()._start_asgi_task(cycle, in_turn)

    def data_received(self, data: bytes) -> None:
        """Read on, unless it is too much."""
        if self._held is not None:
            self._hold(data)
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
        self.arrivals.leave(self)


class Socket(WebSocketsSansIOProtocol):
    """uvicorn's websocket, with limits: frames that cost nothing to send cost the server as much as messages."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._left, self._at = float(FRAMES), self.loop.time()
        self._unheard = 0  # bytes of messages that wait to be heard
        self.app = self._in_turn(self.app)

    def _in_turn(self, app: Any) -> Any:
        """What answers, when it is its turn."""

        async def in_turn(scope: Scope, receive: Receive, send: Send) -> None:
            if await Connection.requests.may_ask(Connection.who(scope)):
                await app(scope, receive, send)
            else:
                self.transport.abort()

        return in_turn

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
