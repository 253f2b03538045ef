"""A connection with limits: how long its client may keep the server waiting, and how much it may send. They hold for everybody,
before anything is parsed.

A connection is pending while the server waits for its client: nothing has come yet, half a request, an answer that is not read,
or nothing more since the last answer. It is not while the server works on an answer, nor once it is a websocket, whose limits
are those of `websocket_connection`, `open_pages` and server.py. Where too many are pending, new ones are not refused (that
would shut out everybody): the one pending longest is closed, of the address that has most. An address that opens hundreds a
second waits: its new connections are held and then closed, except those of people there who are signed in, who are recognised
by their first request. Requests have rate limits of their own.

Before: `dashboard.web.connection_limits`, `dashboard.web.request_limits`. After: uvicorn, whose protocol this is; server.py
hands it over.
"""

import asyncio
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dashboard import clock
from dashboard.accounts.sign_in_request import address_block
from dashboard.web import connection_limits, request_limits, uploads
from dashboard.web.connection_limits import CONNECTIONS, WAITING
from dashboard.web.routes import find_route
from dashboard.web.websocket_connection import Socket

# Seconds. A browser opens connections ahead of need: closing unused ones does no harm, it opens others.
UNTIL_A_REQUEST, OF_ITS_HEAD, OF_ITS_BODY = 20.0, 15.0, 60.0
# Seconds without progress in sending: the system's own send buffer takes minutes on a slow line.
OF_READING = 300.0
HEAD_BYTES, BODY_BYTES = 32 * 2**10, 2**20  # a form of ours has 4 kB at most
SLOWEST_LINE = 6_000  # bytes a second by which files may come in: half of 100 kbit/s
PIPELINED = 4  # requests that wait for the answer to one before them, on one connection
END = b"\r\n\r\n"  # of a head


class Connection(HttpToolsProtocol):
    """uvicorn's HTTP connection, with limits."""

    waiting = WAITING
    opened = CONNECTIONS
    requests = request_limits.REQUESTS
    who = staticmethod(request_limits.requester)
    address = ""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._reading: clock.Timer | None = None  # deadline of the next data
        self._writing: clock.Timer | None = None  # deadline of progress in sending
        self._in_head, self._unread, self._body = True, 0, 0  # bytes of the head, of the body
        self._body_bytes = BODY_BYTES
        self._is_http = True
        self._held: bytes | None = None  # data that came while the connection is held

    # --- what happens ------------------------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client connected: read from it, or hold it until its address may open another connection."""
        super().connection_made(transport)
        self.address = address_block(self.client[0] if self.client else "")
        self.waiting.add(self)
        if self.opened.admit(self):
            self._expect_within(UNTIL_A_REQUEST)
        else:
            self._held = b""
            self._expect_within(connection_limits.SENT_AWAY)

    def start_reading(self) -> None:
        """Process what came while the connection was held, and read on."""
        held, self._held = self._held, None
        if not self.transport.is_closing():
            self._expect_within(UNTIL_A_REQUEST)
            self.flow.resume_reading()
            if held:
                self.data_received(held)

    def _hold(self, data: bytes) -> None:
        """Keep data until the connection may be read; that is at once where the request is of somebody who is signed in."""
        self._held = (self._held or b"") + data
        if len(self._held) > HEAD_BYTES:
            self.transport.abort()
        elif END in self._held:
            self.flow.pause_reading()
            account, browser = self.who(self._scope_of_head(self._held))
            if browser and self.opened.admit_account(account):
                self.opened.give_up(self)
                self.start_reading()

    def _scope_of_head(self, head: bytes) -> Scope:
        """The scope of a request's head, as far as it is needed to find who asks."""
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
        """Answer the request, once the rate limits of requests allow it."""

        async def within_limits(scope: Any, receive: Any, send: Any) -> None:
            self.waiting.add(self)  # so it can be closed where too many are pending
            admitted = await self.requests.may_ask(self.who(scope))
            if not cycle.more_body:
                self.waiting.remove(self)
            if not admitted:
                self.transport.abort()

            async def send_if_open(message: Any) -> None:
                # Both event loops raise on sending to a closed connection, before uvicorn learns that it is closed.
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
                await app(scope, receive, send_if_open)

        super()._start_asgi_task(cycle, within_limits)

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless it exceeds the limits."""
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
                and self._is_answered()
                and not (self._reading or self.timeout_keep_alive_task)
            ):
                # Data after an answer that was no request: the rest of an unread body, or garbage.
                self._expect_within(UNTIL_A_REQUEST)
            # After the head, bytes that are no body are chunk sizes and trailers.
            if self._unread > HEAD_BYTES or self._body > self._body_bytes:
                self.transport.abort()

    def on_message_begin(self) -> None:
        """A request begins. Close the connection where too many are pipelined: no browser does that."""
        if len(self.pipeline) >= PIPELINED:
            raise ValueError("too many requests at once")
        super().on_message_begin()
        self._in_head, self._body, self._body_bytes = True, 0, BODY_BYTES
        self._expect_within(OF_ITS_HEAD)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header of the request came; one after the body (a trailer) is ignored."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head of the request is complete."""
        super().on_headers_complete()
        self._in_head, self._unread = False, 0
        files = self._bytes_of_files()
        self._body_bytes = max(BODY_BYTES, files)
        self._expect_within(OF_ITS_BODY + files / SLOWEST_LINE)

    def _bytes_of_files(self) -> int:
        """How many bytes of files the request says that it brings to a page that takes them, of somebody who is signed in; 0 for
        any other."""
        scope: Scope = dict(self.scope)
        route = find_route(scope["path"]) if scope["method"] == "POST" else None
        if route is None or not route.takes_forms or self.who(scope)[0].startswith("at "):
            return 0
        length = Headers(scope=scope).get("content-length", "")
        return int(length) if length.isdecimal() and int(length) <= uploads.largest() else 0

    def on_body(self, body: bytes) -> None:
        """A part of the body came."""
        self._body += len(body)
        self._unread = max(0, self._unread - len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete: the server waits for its client no longer."""
        super().on_message_complete()
        self._unread = 0
        self._expect_within(None)
        if not self._is_answered():
            self.waiting.remove(self)

    def on_response_complete(self) -> None:
        """The answer was sent: the server waits for the client again."""
        super().on_response_complete()
        if self._is_http and self._is_answered() and not self.transport.is_closing():
            self.waiting.add(self)

    def pause_writing(self) -> None:
        """The send buffer is full."""
        super().pause_writing()
        self._expect_progress(self.transport.get_write_buffer_size())
        self.waiting.add(self)

    def resume_writing(self) -> None:
        """The send buffer has room again."""
        super().resume_writing()
        self._stop_expecting_progress()
        if not self._is_answered():
            self.waiting.remove(self)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Close the connection. A malformed or ambiguous request gets no answer, since no answer goes out without our headers.
        Earlier answers are not waited for: a client that does not read them would keep the connection open."""
        self.transport.abort()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over to the websocket protocol."""
        self._release()
        self._is_http = False
        super().handle_websocket_upgrade()
        socket = self.transport.get_protocol()
        if isinstance(socket, Socket) and not socket.handshake_initiated:
            # The handshake was refused (too many headers, a line too long, another method), and nothing else would close it.
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed."""
        super().connection_lost(exc)
        self._release()

    # --- what is waited for ----------------------------------------------------------------------------------------------
    def _is_answered(self) -> bool:
        """Whether every request so far has been answered."""
        return self.cycle is not None and self.cycle.response_complete

    def _expect_within(self, seconds: float | None) -> None:
        """Close the connection unless data come within so many seconds; None: no limit."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = (
            None if seconds is None else clock.call_later(self.loop, seconds, self.transport.abort)
        )

    def _expect_progress(self, left: int) -> None:
        """Close the connection if none of these bytes is sent in time. left: bytes in the send buffer."""

        def look() -> None:
            now = self.transport.get_write_buffer_size()
            if now < left:
                self._expect_progress(now)
            else:
                self.transport.abort()

        self._stop_expecting_progress()
        self._writing = clock.call_later(self.loop, OF_READING, look)

    def _stop_expecting_progress(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def _release(self) -> None:
        self._expect_within(None)
        self._stop_expecting_progress()
        self.waiting.remove(self)
        self.opened.give_up(self)
