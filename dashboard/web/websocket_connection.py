"""The websocket of an open page, with limits: how many frames it may send, and how many messages may wait to be received.

Before: `dashboard.web.request_limits`. After: `dashboard.web.connection`, which becomes one; server.py hands both to uvicorn.
"""

from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from dashboard import clock
from dashboard.log import REFUSED
from dashboard.web import request_limits
from dashboard.web.client_address import client_address
from dashboard.web.message_limits import LARGEST, TOO_MUCH

# Frames that are no message (pings, answers to ours, parts of one) at once and a second; messages that wait to be received by the
# application, and their bytes, of which a compressed frame has a thousand for each of its own; bytes that are taken apart before
# it is looked how many frames they were.
FRAMES, FRAMES_A_SECOND, UNREAD, UNREAD_BYTES, PIECE = 200, 20.0, 100, LARGEST, 4_096


class Socket(WebSocketsSansIOProtocol):
    """uvicorn's websocket with limits: a frame that costs nothing to send costs the server as much as a message."""

    requests = request_limits.REQUESTS
    who = staticmethod(request_limits.requester)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._left, self._at = float(FRAMES), clock.monotonic()
        self._unread = 0  # bytes of messages that wait to be received
        self.app = self._within_limits(self.app)

    def _within_limits(self, app: Any) -> Any:
        """The application, called once the rate limits of requests allow it."""

        async def within_limits(scope: Scope, receive: Receive, send: Send) -> None:
            if await self.requests.may_ask(self.who(scope)):
                await app(scope, receive, send)
            else:
                self.transport.abort()

        return within_limits

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless it has too many frames."""
        for start in range(0, len(data), PIECE):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + PIECE])

    def handle_ping(self) -> None:
        """A ping came."""
        self._count_frame()
        super().handle_ping()

    def handle_pong(self, event: Any) -> None:
        """A pong came."""
        self._count_frame()
        super().handle_pong(event)

    def handle_cont(self, event: Any) -> None:
        """A continuation frame came."""
        self._count_frame()
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """A message is complete: queue it for the application, unless too many are queued."""
        size = sum(len(frame) for frame in self.frames)
        if self.queue.qsize() >= UNREAD or (self._unread and self._unread + size > UNREAD_BYTES):
            self.frames = []
            self.transport.abort()
            return
        self._unread += size
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """An invalid frame, or a message that is too large, came: drop what was read and close."""
        closed = self.conn.close_sent
        if closed is not None and closed.code == TOO_MUCH:
            REFUSED.warning(
                "a message larger than any page's, from %r", client_address(dict(self.scope))
            )
        super().handle_parser_exception()

    async def receive(self) -> Any:
        """The application's next message."""
        message = await super().receive()
        if message["type"] == "websocket.receive":
            self._unread -= len(message.get("bytes") or (message.get("text") or "").encode())
        return message

    def _count_frame(self) -> None:
        now = clock.monotonic()
        self._left = min(FRAMES, self._left + FRAMES_A_SECOND * (now - self._at)) - 1
        self._at = now
        if self._left < 0:
            self.transport.abort()
