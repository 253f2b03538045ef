"""Compression: public files are fetched from Streamlit and compressed once, then sent from memory; private answers are
compressed each time.

Streamlit compresses a file of some megabytes anew for each request, which takes a fifth of a second in which no other request
is answered.

Before: `dashboard.web.request_kinds`, which knows what is public. After: `dashboard.web.gate`.
"""

import asyncio
import posixpath
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from os.path import normcase

import anyio
import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.web.request_kinds import is_public

SMALLEST, LEVEL = 1_000, 6  # bytes from which an answer is compressed; gzip level
KEPT = 64 * 2**20  # bytes of memory: twice what all public files take, compressed and plain
PIECE = 2**18  # bytes sent at once, since the network may be slow
# Headers of partial or conditional requests. The answer is the entire file, or 304.
CONDITIONS = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"if-range", b"range")


@dataclass(frozen=True)
class File:
    """A file in memory; compressed is None where compression makes it no smaller."""

    headers: tuple[tuple[bytes, bytes], ...]
    plain: bytes
    compressed: bytes | None

    @property
    def size(self) -> int:
        """Bytes of memory."""
        return len(self.plain) + len(self.compressed or b"")


class FileCache:
    """A cache of public files, least recently used first out. most: bytes of memory."""

    def __init__(self, app: ASGIApp, most: int = KEPT) -> None:
        self.app, self.most, self.size = app, most, 0
        self._of: OrderedDict[str, File] = OrderedDict()
        self._coming: dict[str, asyncio.Task[File | Answer]] = {}
        self._limit: anyio.CapacityLimiter | None = None

    async def get(self, scope: Scope) -> "File | Answer":
        """The file of a request, or the application's answer where it is not a file (an error, a redirect). Concurrent requests
        for one file wait for the same fetch."""
        key = normcase(posixpath.normpath(scope["path"]))
        if key in self._of:
            self._of.move_to_end(key)
            return self._of[key]
        if key not in self._coming:
            self._coming[key] = task = asyncio.ensure_future(self._fetch(key, scope))
            task.add_done_callback(lambda _: self._coming.pop(key, None))
        return await asyncio.shield(self._coming[key])

    async def _fetch(self, key: str, scope: Scope) -> "File | Answer":
        answer = await ask_for_all(self.app, scope)
        if answer.status != 200:
            return answer
        headers = Headers(raw=answer.headers)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        compressed = None
        if not ({kind, f"{kind.partition('/')[0]}/*"} & set(DEFAULT_EXCLUDED_CONTENT_TYPES)):
            self._limit = self._limit or anyio.CapacityLimiter(1)
            compressed = await anyio.to_thread.run_sync(compress, answer.body, limiter=self._limit)
        file = File(
            tuple(
                one for one in answer.headers if one[0] not in (b"content-length", b"set-cookie")
            ),
            answer.body,
            compressed,
        )
        self._keep(key, file)
        return file

    def _keep(self, key: str, file: File) -> None:
        self._of[key] = file
        self.size += file.size
        while self.size > self.most:
            self.size -= self._of.popitem(last=False)[1].size


@dataclass(frozen=True)
class Answer:
    """An answer that is not a file."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


async def ask_for_all(app: ASGIApp, scope: Scope) -> Answer:
    """The application's answer to a request for the entire file, uncompressed."""
    status, headers, body = 500, [], []
    came = [{"type": "http.request", "body": b"", "more_body": False}]
    over = asyncio.Event()

    async def receive() -> Message:
        if came:
            return came.pop()
        await over.wait()  # never reports a disconnect: others may wait for the same file
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            body.append(message.get("body", b""))

    kept = [(name, text) for name, text in scope["headers"] if name not in CONDITIONS]
    await app({**scope, "method": "GET", "headers": kept}, receive, send)
    return Answer(status, headers, b"".join(body))


def compress(plain: bytes) -> bytes | None:
    """The bytes compressed by gzip; None where that is not worth it."""
    if len(plain) < SMALLEST:
        return None
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    found = compressor.compress(plain) + compressor.flush()
    return found if len(found) < len(plain) else None


class Compression:
    """ASGI middleware that compresses answers for browsers that accept it: public files once, private answers each time."""

    def __init__(self, app: ASGIApp) -> None:
        self.each = GZipMiddleware(app, minimum_size=SMALLEST, compresslevel=LEVEL)
        self.files = FileCache(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on."""
        public = scope["type"] == "http" and is_public(scope["path"])
        if not public or scope["method"] not in ("GET", "HEAD"):
            await self.each(scope, receive, send)
            return
        found = await self.files.get(scope)
        if isinstance(found, File):
            await _send_file(found, Headers(scope=scope), send)
        else:
            start = {"status": found.status, "headers": found.headers}
            await send({"type": "http.response.start", **start})
            await send({"type": "http.response.body", "body": found.body})


async def _send_file(file: File, asks: Headers, send: Send) -> None:
    """Send a file, compressed where the browser accepts that; or 304 where it has it."""
    headers = MutableHeaders(raw=list(file.headers))
    body, status = file.plain, 200
    if file.compressed is not None:
        headers.add_vary_header("Accept-Encoding")
        if "gzip" in asks.get("accept-encoding", ""):
            body, headers["content-encoding"] = file.compressed, "gzip"
    had = [one.strip().removeprefix("W/") for one in asks.get("if-none-match", "").split(",")]
    if "*" in had or headers.get("etag", "-").removeprefix("W/") in had:
        body, status = b"", 304
    else:
        headers["content-length"] = str(len(body))
    await send({"type": "http.response.start", "status": status, "headers": headers.raw})
    for start in range(0, len(body), PIECE):
        piece = body[start : start + PIECE]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
