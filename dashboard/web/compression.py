"""Compression: public files are fetched from Streamlit and compressed once, by brotli and by gzip, then sent from memory;
private answers are compressed each time.

Streamlit compresses a file of some megabytes anew for each request, which takes a fifth of a second in which no other request
is answered. What the first page needs is fetched and compressed at the start; what brotli made of it, some six seconds of a
processor, is kept on the disk for the next start.

A file whose name or whose query is a digest of its contents is kept by browsers for good; of others, they ask whether they have
changed.

Before: `dashboard.web.request_kinds`, which knows what is public. After: `dashboard.web.gate`.
"""

import asyncio
import logging
import posixpath
import re
import zlib
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from os.path import normcase
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import public_files
from dashboard.web.request_kinds import is_public

SMALLEST, LEVEL = 1_000, 6  # bytes from which an answer is compressed; gzip level
# Quality of brotli up to so many bytes, and of what is larger (no page needs it), which would take seconds.
BROTLI, LARGE, BROTLI_OF_LARGE = 11, 2**20, 5
KEPT = 64 * 2**20  # bytes of memory: twice what all public files take, compressed and plain
PIECE = 2**18  # bytes sent at once, since the network may be slow
# Headers of partial or conditional requests. The answer is the entire file, or 304.
CONDITIONS = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"if-range", b"range")
# Headers of a file that are not passed on: those of its transfer, and those that are ours to say.
OWN = (b"content-length", b"set-cookie", b"accept-ranges", b"last-modified", b"etag", b"vary")
# A digest in a name, as those who build scripts write it: main.521860b0.js, communes-521860b0a1b2.js.
WITH_DIGEST = re.compile(r"[.-][0-9a-f]{8,64}\.\w+$")
FOR_GOOD, ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"
LOG = logging.getLogger("ccsp")


@dataclass(frozen=True)
class File:
    """A file in memory. headers: without those of caches and encodings; is_text: whether it is worth compressing; compressed: by
    encoding."""

    headers: tuple[tuple[bytes, bytes], ...]
    plain: bytes
    is_text: bool
    cache_control: str
    digest: str
    compressed: dict[str, bytes | None] = field(default_factory=dict)  # None: no smaller

    def has(self, encoding: str) -> bool:
        """Whether it need not be compressed for who takes this encoding."""
        return not self.is_text or encoding in self.compressed

    @property
    def size(self) -> int:
        """Bytes of memory."""
        return len(self.plain) + sum(len(one or b"") for one in self.compressed.values())


class FileCache:
    """A cache of public files, least recently used first out. most: bytes of memory. folder: keeps what the slow encoding made
    for the next start; without one each start makes it anew."""

    def __init__(self, app: ASGIApp, most: int = KEPT, folder: Path | None = None) -> None:
        self.app, self.most, self.size, self.folder = app, most, 0, folder
        self._of: OrderedDict[str, File] = OrderedDict()
        self._coming: dict[tuple[str, str], asyncio.Task[Any]] = {}
        self._limits: dict[str, anyio.CapacityLimiter] = {}

    async def get(self, scope: Scope, encodings: Sequence[str] = ()) -> "File | Answer":
        """The file of a request, compressed in one of these encodings at least, or the application's answer where it is not a
        file (an error, a redirect). encodings: of ENCODINGS, the slow one first: who comes before a file is compressed in it is
        given the next, and the one is made meanwhile. Concurrent requests for one file wait for the same fetch."""
        key = normcase(posixpath.normpath(scope["path"]))
        if key not in self._of:
            fetching = self._once((key, ""), partial(self._fetch, key, scope))
            file: File | Answer = await asyncio.shield(fetching)
        else:
            file = self._of[key]
        if not isinstance(file, File):
            return file
        if key in self._of:
            self._of.move_to_end(key)
        for encoding in encodings:
            if file.has(encoding):
                break
            packing = self._once((key, encoding), partial(self._compress, key, file, encoding))
            if encoding == encodings[-1]:
                await asyncio.shield(packing)
        return file

    async def ready(self, paths: Callable[[], Iterable[str]], scope: Scope) -> None:
        """Fetch and compress files before anybody asks. scope: of the application's start."""
        asked = {key: scope[key] for key in ("app", "state") if key in scope}
        asked |= {"type": "http", "method": "GET", "headers": []}
        asked |= {"root_path": "", "query_string": b""}
        try:
            for path in paths():
                await self.get({**asked, "path": path}, ["br"])
        except Exception:
            LOG.exception("the first page's files are not ready: its first reader will wait")

    def _once(
        self, what: tuple[str, str], act: Callable[[], Coroutine[Any, Any, Any]]
    ) -> asyncio.Task[Any]:
        """An act that is under way once at a time, whoever waits for it and whether anybody does."""
        if what not in self._coming:
            self._coming[what] = task = asyncio.create_task(act())
            task.add_done_callback(lambda _: self._coming.pop(what, None))
        return self._coming[what]

    async def _fetch(self, key: str, scope: Scope) -> "File | Answer":
        answer = await ask_for_all(self.app, scope)
        if answer.status != 200:
            return answer
        headers = Headers(raw=answer.headers)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        file = File(
            tuple(one for one in answer.headers if one[0] not in (*OWN, b"cache-control")),
            answer.body,
            not ({kind, f"{kind.partition('/')[0]}/*"} & set(DEFAULT_EXCLUDED_CONTENT_TYPES)),
            FOR_GOOD if WITH_DIGEST.search(key) else _with_age(headers.get("cache-control", "")),
            public_files.digest(answer.body),
        )
        self._keep(key, file)
        return file

    async def _compress(self, key: str, file: File, encoding: str) -> None:
        # One at a time, beside the loop; the quick one does not wait for the slow one.
        limit = self._limits.setdefault(encoding, anyio.CapacityLimiter(1))
        compress = ENCODINGS[encoding]
        if encoding == SLOW and self.folder:
            compress = partial(_once_for_all, self.folder, compress)
        found = await anyio.to_thread.run_sync(compress, file.plain, limiter=limit)
        self._forget(key)  # as large as it was
        file.compressed[encoding] = found
        self._keep(key, file)

    def _keep(self, key: str, file: File) -> None:
        self._forget(key)
        self._of[key] = file
        self.size += file.size
        while self.size > self.most:
            self._forget(next(iter(self._of)))

    def _forget(self, key: str) -> None:
        if file := self._of.pop(key, None):
            self.size -= file.size


def _with_age(said: str) -> str:
    """What an application says of how long a file may be kept; where it says no age, that a browser is to ask."""
    return said if "max-age" in said or "no-" in said else ASK_AGAIN


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


def compress_by_gzip(plain: bytes) -> bytes | None:
    """The bytes compressed by gzip; None where that is not worth it."""
    if len(plain) < SMALLEST:
        return None
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    found = compressor.compress(plain) + compressor.flush()
    return found if len(found) < len(plain) else None


def compress_by_brotli(plain: bytes) -> bytes | None:
    """The bytes compressed by brotli; None where that is not worth it."""
    quality = BROTLI if len(plain) <= LARGE else BROTLI_OF_LARGE
    found: bytes = brotli.compress(plain, quality=quality)
    return found if len(found) + len("content-encoding: br") < len(plain) else None


# In the order in which they are preferred, the slow one first.
ENCODINGS: dict[str, Callable[[bytes], bytes | None]] = {
    "br": compress_by_brotli,
    "gzip": compress_by_gzip,
}


SLOW = "br"


def _once_for_all(
    folder: Path, compress: Callable[[bytes], bytes | None], plain: bytes
) -> bytes | None:
    """What is kept of these bytes in the folder, or what is made of them and kept there. What cannot be read there, is not of
    these bytes or cannot be written is made anew."""
    path = folder / f"{sha256(plain).hexdigest()}.{SLOW}"
    with suppress(OSError, brotli.error):
        if brotli.decompress(kept := path.read_bytes()) == plain:
            return kept
    found = compress(plain)
    if found:
        with suppress(OSError):
            public_files.write(path, found)
    return found


class Compression:
    """ASGI middleware that compresses answers for browsers that accept it: public files once, private answers each time. first:
    returns the paths of the files that are readied at the start. folder: keeps them compressed until the next start."""

    def __init__(
        self,
        app: ASGIApp,
        first: Callable[[], Iterable[str]] = tuple,
        folder: Path | None = None,
    ) -> None:
        self.each = GZipMiddleware(app, minimum_size=SMALLEST, compresslevel=LEVEL)
        self.files, self.first = FileCache(app, folder=folder), first
        self._readying: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on."""
        if scope["type"] == "lifespan":
            await self.each(scope, receive, self._ready_after(send, scope))
            return
        public = scope["type"] == "http" and is_public(scope["path"])
        if not public or scope["method"] not in ("GET", "HEAD"):
            await self.each(scope, receive, send)
            return
        asks = Headers(scope=scope)
        encodings = accepted_encodings(asks.get("accept-encoding", ""))
        found = await self.files.get(scope, encodings)
        if isinstance(found, File):
            query = scope["query_string"].decode("latin-1")
            await _send_file(found, encodings, asks, query, send)
        else:
            start = {"status": found.status, "headers": found.headers}
            await send({"type": "http.response.start", **start})
            await send({"type": "http.response.body", "body": found.body})

    def _ready_after(self, send: Send, scope: Scope) -> Send:
        """`send` of the application's start, after which files are readied beside whoever comes."""

        async def send_and_ready(message: Message) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self._readying = asyncio.ensure_future(self.files.ready(self.first, scope))

        return send_and_ready


def accepted_encodings(accepted: str) -> list[str]:
    """The encodings of ENCODINGS that a client takes by its Accept-Encoding, in the order of ENCODINGS."""
    parts = (one.replace(" ", "").lower().partition(";q=") for one in accepted.split(","))
    taken = {name for name, _, quality in parts if quality.strip("0.") or not quality}
    return [name for name in ENCODINGS if name in taken]


async def _send_file(
    file: File, encodings: list[str], asks: Headers, query: str, send: Send
) -> None:
    """Send a file, compressed where the browser accepts that; or 304 where it has it."""
    headers = MutableHeaders(raw=list(file.headers))
    headers["cache-control"] = FOR_GOOD if query == file.digest else file.cache_control
    headers["etag"] = f'"{file.digest}"'
    body, status = file.plain, 200
    if file.is_text:
        headers["vary"] = "Accept-Encoding"
    for encoding in encodings:
        if packed := file.compressed.get(encoding):
            body, headers["content-encoding"] = packed, encoding
            break
    had = [one.strip().removeprefix("W/") for one in asks.get("if-none-match", "").split(",")]
    if "*" in had or headers["etag"] in had:
        body, status = b"", 304
    else:
        headers["content-length"] = str(len(body))
    await send({"type": "http.response.start", "status": status, "headers": headers.raw})
    for start in range(0, len(body), PIECE):
        piece = body[start : start + PIECE]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
