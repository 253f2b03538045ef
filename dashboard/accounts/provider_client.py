"""How a provider of identities is asked: whatever it answers, an answer ends in time, and is no larger than one can be.

Before: `requests`. After: `dashboard.accounts.identity_provider`, all of whose questions go through a client of here.
"""

import socket
from contextlib import suppress
from threading import Lock, Timer
from typing import Any

import requests
from requests.adapters import HTTPAdapter

REACHED, PIECE = 3.05, 5.0  # seconds to reach the provider, and between two pieces of its answer
LONGEST = 10.0  # seconds of a whole answer: one that comes drop by drop ends there
LARGEST = 2**20  # bytes


class _Watch:
    """Ends a connection once its time is over, whatever it waits for."""

    def __init__(self, seconds: float) -> None:
        self.over, self._lock = False, Lock()
        self._open: list[socket.socket] = []
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> "_Watch":
        self._timer.start()
        return self

    def __exit__(self, *_which: object) -> None:
        self._timer.cancel()

    def hold(self, sock: socket.socket) -> None:
        """Watch over this one too."""
        with self._lock:
            self._open.append(sock)
            if self.over:
                _shut(sock)

    def _end(self) -> None:
        with self._lock:
            self.over = True
            for one in self._open:
                _shut(one)


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):  # it is shut already
        sock.shutdown(socket.SHUT_RDWR)


class _Limited(HTTPAdapter):
    """Gives answers that are there whole. Raises requests.ConnectionError for what is too long or too slow."""

    def __init__(self) -> None:
        super().__init__()
        self._watch = _Watch(LONGEST)  # of the question that is asked: a client asks one at a time

    def get_connection_with_tls_context(self, *which: Any, **more: Any) -> Any:
        """The connections to it, or to the proxy in front of it, which are watched once they are made."""
        pool: Any = super().get_connection_with_tls_context(*which, **more)
        made, hold = pool.ConnectionCls, self._hold
        if not hasattr(made, "is_watched"):

            def connect(connection: Any) -> None:
                made.connect(connection)
                hold(connection.sock)

            pool.ConnectionCls = type("Watched", (made,), {"connect": connect, "is_watched": True})
        return pool

    def _hold(self, sock: socket.socket) -> None:
        self._watch.hold(sock)

    def send(self, *which: Any, **more: Any) -> requests.Response:
        """Ask, and read what is answered."""
        with _Watch(LONGEST) as self._watch:
            answer = super().send(*which, **{**more, "stream": True, "timeout": (REACHED, PIECE)})
            try:
                # As it comes: what is packed small may be anything once unpacked.
                body = answer.raw.read(LARGEST + 1, decode_content=False)
            except Exception as error:  # each library on the way has words of its own
                raise requests.ConnectionError(str(error)) from error
            finally:
                answer.close()
            if self._watch.over or len(body) > LARGEST:
                raise requests.ConnectionError("too slow, or too long")
        read: Any = answer
        read._content, read._content_consumed = body, True  # as `requests` itself leaves it
        return answer


def limit_answers(client: requests.Session) -> requests.Session:
    """The same client, whose answers are limited; it follows nothing elsewhere by itself."""
    for scheme in ("https://", "http://"):
        client.mount(scheme, _Limited())
    client.headers.update({"Accept-Encoding": "identity", "Connection": "close"})
    return client
