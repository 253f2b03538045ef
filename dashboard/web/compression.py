"""Files that anybody may have, sent from memory: each is asked of Streamlit and packed once, and never where others wait for it.

Streamlit packs a file of some megabytes anew for each who asks, in a fifth of a second in which nobody else is heard.

Before: `dashboard.web.authentication`, which says what is public. After: `dashboard.web.gate`.
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

SMALLEST, LEVEL = 1_000, 6  # bytes that are packed, and how hard
KEPT = (
    64 * 2**20
)  # bytes: all that Streamlit and the application have are half of it, packed and plain
PIECE = 2**18  # bytes that are handed over at once to a line that may be slow
# What a browser may ask of a file beside the whole of it: it is given the whole, or told that it has it.
TOLD = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"if-range", b"range")


@dataclass(frozen=True)
class File:
    """A file as it is sent; packed is None where that makes it no smaller."""

    headers: tuple[tuple[bytes, bytes], ...]
    plain: bytes
    packed: bytes | None

    @property
    def size(self) -> int:
        """Bytes of memory."""
        return len(self.plain) + len(self.packed or b"")


class Files:
    """Those that were asked for, the last ones."""

    def __init__(self, app: ASGIApp, most: int = KEPT) -> None:
        self.app, self.most, self.size = app, most, 0
        self._of: OrderedDict[str, File] = OrderedDict()
        self._coming: dict[str, asyncio.Task[File | Answer]] = {}
        self._limit: anyio.CapacityLimiter | None = None

    async def get(self, scope: Scope) -> "File | Answer":
        """The file, or what is answered where there is none; those who ask for the same at once wait for one another."""
        key = normcase(posixpath.normpath(scope["path"]))
        if key in self._of:
            self._of.move_to_end(key)
            return self._of[key]
        if key not in self._coming:
            self._coming[key] = task = asyncio.ensure_future(self._fetch(key, scope))
            task.add_done_callback(lambda _: self._coming.pop(key, None))
        return await asyncio.shield(self._coming[key])

    async def _fetch(self, key: str, scope: Scope) -> "File | Answer":
        answer = await asked(self.app, scope)
        if answer.status != 200:
            return answer
        headers = Headers(raw=answer.headers)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        packed = None
        if not ({kind, f"{kind.partition('/')[0]}/*"} & set(DEFAULT_EXCLUDED_CONTENT_TYPES)):
            self._limit = self._limit or anyio.CapacityLimiter(1)
            packed = await anyio.to_thread.run_sync(pack, answer.body, limiter=self._limit)
        file = File(
            tuple(
                one for one in answer.headers if one[0] not in (b"content-length", b"set-cookie")
            ),
            answer.body,
            packed,
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
    """What is answered in place of a file."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


async def asked(app: ASGIApp, scope: Scope) -> Answer:
    """What the application answers who asks for all of it, plain."""
    status, headers, body = 500, [], []
    came = [{"type": "http.request", "body": b"", "more_body": False}]
    over = asyncio.Event()

    async def receive() -> Message:
        if came:
            return came.pop()
        await over.wait()  # who asks stays to the end: others may wait for the same
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            body.append(message.get("body", b""))

    kept = [(name, text) for name, text in scope["headers"] if name not in TOLD]
    await app({**scope, "method": "GET", "headers": kept}, receive, send)
    return Answer(status, headers, b"".join(body))


def pack(plain: bytes) -> bytes | None:
    """The bytes packed; None where that is not worth it."""
    if len(plain) < SMALLEST:
        return None
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    packed = packer.compress(plain) + packer.flush()
    return packed if len(packed) < len(plain) else None


class Packing:
    """Answers packed where a browser takes them so: public files once, what is made for who signed in each time."""

    def __init__(self, app: ASGIApp) -> None:
        self.each = GZipMiddleware(app, minimum_size=SMALLEST, compresslevel=LEVEL)
        self.files = Files(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer from memory."""
        public = scope["type"] == "http" and is_public(scope["path"])
        if not public or scope["method"] not in ("GET", "HEAD"):
            await self.each(scope, receive, send)
            return
        found = await self.files.get(scope)
        if isinstance(found, File):
            await _hand_over(found, Headers(scope=scope), send)
        else:
            start = {"status": found.status, "headers": found.headers}
            await send({"type": "http.response.start", **start})
            await send({"type": "http.response.body", "body": found.body})


async def _hand_over(file: File, asks: Headers, send: Send) -> None:
    """Send a file as who asks for it can take it, or say that he has it."""
    headers = MutableHeaders(raw=list(file.headers))
    body, status = file.plain, 200
    if file.packed is not None:
        headers.add_vary_header("Accept-Encoding")
        if "gzip" in asks.get("accept-encoding", ""):
            body, headers["content-encoding"] = file.packed, "gzip"
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
