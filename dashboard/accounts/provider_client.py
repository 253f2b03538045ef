"""HTTP requests to the identity provider, limited in time and size.

Before: `requests`. After: `dashboard.accounts.identity_provider`, all of whose requests go through it.
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
    """A timer that closes the sockets given to it when its time is over."""

    def __init__(self, seconds: float) -> None:
        self.is_over, self._lock = False, Lock()
        self._open: list[socket.socket] = []
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> "_Watch":
        self._timer.start()
        return self

    def __exit__(self, *_which: object) -> None:
        self._timer.cancel()

    def watch(self, sock: socket.socket) -> None:
        """Close this socket too when the time is over."""
        with self._lock:
            self._open.append(sock)
            if self.is_over:
                _shut(sock)

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            for one in self._open:
                _shut(one)


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):  # it is shut already
        sock.shutdown(socket.SHUT_RDWR)


class _Limited(HTTPAdapter):
    """An HTTP adapter that reads whole answers. Raises requests.ConnectionError for one that is too long or too slow."""

    def __init__(self) -> None:
        super().__init__()
        self._watch = _Watch(LONGEST)  # of the present request: a client sends one at a time

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool of connections to the provider, or to the proxy in front of it; each new connection is watched."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        made, hold = pool.ConnectionCls, self._watch_socket
        if not hasattr(made, "is_watched"):

            def connect(connection: Any) -> None:
                made.connect(connection)
                hold(connection.sock)

            pool.ConnectionCls = type("Watched", (made,), {"connect": connect, "is_watched": True})
        return pool

    def _watch_socket(self, sock: socket.socket) -> None:
        self._watch.watch(sock)

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request and return its whole answer."""
        with _Watch(LONGEST) as self._watch:
            answer = super().send(*args, **{**kwargs, "stream": True, "timeout": (REACHED, PIECE)})
            try:
                # As it comes: what is packed small may be anything once unpacked.
                body = answer.raw.read(LARGEST + 1, decode_content=False)
            except Exception as error:  # each library on the way has words of its own
                raise requests.ConnectionError(str(error)) from error
            finally:
                answer.close()
            if self._watch.is_over or len(body) > LARGEST:
                raise requests.ConnectionError("too slow, or too long")
        read: Any = answer
        read._content, read._content_consumed = body, True  # as `requests` itself leaves it
        return answer


def limit_answers(client: requests.Session) -> requests.Session:
    """Limit the answers of a client, and its redirects to none; returns the same client."""
    for scheme in ("https://", "http://"):
        client.mount(scheme, _Limited())
    client.headers.update({"Accept-Encoding": "identity", "Connection": "close"})
    return client
