"""What hostile clients do, all at once: `make hostile` starts this in a process of its own and tells it when to begin and to end.

On its standard input come lines of JSON, the first of which says where the server is, and with which cookies a guest and an
account come in; then « go » and « stop » by turns. On its standard output go the address of its lying provider, and after each
« stop » what was counted: by kind of attack, what was served and what was refused. It asks of that one server alone.
"""

import asyncio
import json
import os
import random
import re
import socket
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode, urlparse

import streamlit
from joserfc import jwt
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from dashboard.web.message_limits import LONGEST, MOST
from tests.accounts.lying import LEAVE, Lying, key, lying
from tests.benchmarks.viewer import Viewer

MARK = "mallory"  # in all that would be written to the log
NOBODY, GUEST, ACCOUNT = "nobody", "guest", "account"
SLOW, UNREAD, FILES, PAGES, SILENT = (
    20,
    10,
    50,
    20,
    250,
)  # connections, or questions, of one client at once
ASKING, AHEAD = 40, 2  # connections that ask on and on; requests ahead on each
LARGE = 9_000_000  # bytes of a message
PAUSE = 0.02  # seconds between two of a flood: the other viewers' clients are on this processor too
DRIP = 1.0  # seconds between two of those that are slow
# What a line could begin with, or end by, for whoever reads the log; and one that is longer than any.
FORGED = "2026-01-01T00:00:00.000Z CRITICAL ccsp: mallory"
ENDS = (
    "\r\n",
    "\n",
    "\r",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
    "\x1b[2K\x1b[31m",
    "\0",
)
WORDS = [f"x{end}{FORGED}" for end in ENDS] + ["m" * 6_000, "mallory%s%n%(asctime)s{0}"]


@dataclass
class Client:
    """One of them. who: as whom it comes; address: its own, of this machine; counts: what became of what it tried."""

    app: str
    number: int
    who: str
    cookies: str
    counts: Counter[str]
    provider: Lying
    kind: str = ""
    chance: random.Random = field(default_factory=random.Random)

    @property
    def address(self) -> str:
        """Each has one: what is counted by address is not counted for all of them."""
        return f"127.0.1.{1 + self.number}"

    def count(self, what: str, times: int = 1) -> None:
        """Something became of it."""
        self.counts[f"{self.kind}: {what}"] += times

    @property
    def headers(self) -> dict[str, str]:
        """By which it comes in."""
        return {"Cookie": self.cookies} if self.cookies else {}

    async def open(
        self, ahead: int | None = 4_096
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection. ahead: bytes that it reads ahead; None: as many as the machine does."""
        place, sock = urlparse(self.app), socket.socket()
        if ahead:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ahead)
        sock.setblocking(False)
        sock.bind((self.address, 0))
        await asyncio.get_running_loop().sock_connect(sock, (place.hostname, place.port))
        return await asyncio.open_connection(sock=sock, limit=2_048 if ahead else 2**18)

    def asking(self, path: str, method: str = "GET", body: bytes = b"", **more: str) -> bytes:
        """A request, as it is sent."""
        told = {"Host": urlparse(self.app).netloc, "Accept": "text/html", **self.headers, **more}
        if body:
            told |= {"Content-Length": str(len(body)), "Origin": self.app}
            told["Content-Type"] = "application/x-www-form-urlencoded"
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in told.items())]
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass") + body

    async def ask(self, path: str, method: str = "GET", body: bytes = b"", **more: str) -> str:
        """The head of an answer, and the first of what it says; "" where the connection ends without one."""
        reader, writer = await self.open()
        try:
            writer.write(self.asking(path, method, body, **{"Connection": "close", **more}))
            with suppress(OSError, TimeoutError):
                return (await asyncio.wait_for(_all(reader), 30)).decode("latin-1")
            return ""
        finally:
            writer.transport.abort()

    async def page(self, *, queue: int | None = 16) -> ClientConnection:
        """A page's connection."""
        return await connect(
            self.app.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit"],
            origin=self.app,
            additional_headers=self.headers,
            proxy=None,
            max_size=None,
            max_queue=queue,
            open_timeout=60,
            close_timeout=1,
            local_addr=(self.address, 0),
        )


async def _all(reader: asyncio.StreamReader, most: int = 100_000) -> bytes:
    held = b""
    while len(held) < most and (piece := await reader.read(2_048)):
        held += piece
    return held


def rerun(page: str, query: str = "", **more: str) -> bytes:
    """What a page says to be made anew."""
    message = BackMsg()
    message.rerun_script.page_name, message.rerun_script.query_string = page, query
    for name, text in more.items():
        setattr(message.rerun_script, name, text)
    return message.SerializeToString()


def largest_script() -> str:
    """The address of the largest file that a page loads."""
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    return f"/static/js/{max(folder.glob('*.js'), key=lambda one: one.stat().st_size).name}"


# --- what each does, until it is ended --------------------------------------------------------------------------------
async def slow_answers(client: Client) -> None:
    """Large answers, of which some bytes a second are read."""
    path = largest_script()

    async def one() -> None:
        while True:
            reader, writer = await client.open()
            try:
                writer.write(client.asking(path))
                client.count("asked")
                while await reader.read(8):
                    await asyncio.sleep(DRIP)
                client.count("ended by the server")
            except OSError:
                client.count("ended by the server")
            finally:
                writer.transport.abort()

    await _many(one, SLOW)


async def unread(client: Client) -> None:
    """Pages that never read what they are told, and ask for more."""

    async def one() -> None:
        while True:
            link = await client.page(queue=1)
            try:
                client.count("pages")
                while True:
                    await link.send(
                        rerun(client.chance.choice(("attentes", "plaintes", "centres")))
                    )
                    client.count("asked")
                    await asyncio.sleep(DRIP)
            except ConnectionClosed:
                client.count("pages ended by the server")
            finally:
                link.transport.abort()

    await _many(one, UNREAD)


async def files(client: Client) -> None:
    """Fifty PPTX asked for at once, of a page as people have it."""
    async with Viewer(client.app, client.chance, cookies=client.cookies) as viewer:
        await viewer.open("presenter")
        while True:
            for n in range(FILES):
                message = BackMsg()
                asked = message.backend_operation_request
                asked.request_id, asked.session_id = f"{MARK}-{n}", viewer.session
                asked.deferred_file.file_id = viewer.files["emporter_pptx"]
                await viewer.link.send(message.SerializeToString())
            client.count("asked", FILES)
            left = FILES
            while left:
                one = ForwardMsg.FromString(await viewer.link.recv())
                if one.WhichOneof("type") == "backend_operation_response":
                    left -= 1
                    refused = one.backend_operation_response.error_msg
                    client.count("refused" if refused else "made")
            await asyncio.sleep(PAUSE)


async def large(client: Client) -> None:
    """Messages of nine megabytes, as they are and of zeros that the line packs; some as large as may be; and fields that say
    nothing, half a million, as many as are as large as may be, and as many as are heard, again and again."""
    sizes = [(LARGE, b"x"), (LARGE, b"\0"), (1_000_000, b"\0")]
    empty = [rerun("attentes") + _empty(many) for many in (510_000, 130_000, MOST - 10)]
    while True:
        for data in (*(sign * size for size, sign in sizes), *empty, *[empty[-1]] * 10):
            try:
                link = await client.page()
            except InvalidHandshake:
                client.count("nobody: not let in")
                await asyncio.sleep(PAUSE)
                continue
            try:
                await link.send(data)
                client.count(f"sent {len(data) / 1e6:.1f} MB")
                await asyncio.wait_for(_ended(link), 1 if len(data) < LONGEST else 30)
            except TimeoutError:
                client.count("heard")
            except ConnectionClosed as reason:
                client.count(f"ended {reason.rcvd.code if reason.rcvd else 'without a word'}")
            finally:
                link.transport.abort()
            await asyncio.sleep(PAUSE)


def _empty(many: int) -> bytes:
    message = BackMsg()
    for _ in range(many):
        message.rerun_script.widget_states.widgets.add()
    return message.SerializeToString()


async def _ended(link: ClientConnection) -> None:
    while True:
        await link.recv()


async def reruns(client: Client) -> None:
    """One page that asks to be made anew without end."""
    await _asking_without_end(client, PAUSE)


async def pages(client: Client) -> None:
    """Many pages that do."""
    await _many(lambda: _asking_without_end(client, PAUSE * PAGES), PAGES)


async def _asking_without_end(client: Client, pause: float) -> None:
    while True:
        link = await client.page()
        reading = asyncio.create_task(_finished(client, link))
        client.count("pages")
        try:
            while True:
                page = client.chance.choice(("attentes", "plaintes", "centres", "presenter"))
                year, month = client.chance.randrange(2022, 2026), client.chance.randrange(1, 13)
                await link.send(rerun(page, f"periode={year}-{month:02}"))
                client.count("asked")
                await asyncio.sleep(pause)
        except ConnectionClosed:
            client.count("pages ended by the server")
        finally:
            reading.cancel()
            link.transport.abort()


async def _finished(client: Client, link: ClientConnection) -> None:
    with suppress(ConnectionClosed):
        while True:
            if b"\x30" in (said := await link.recv())[-4:] and (
                ForwardMsg.FromString(said).WhichOneof("type") == "script_finished"
            ):
                client.count("made")


async def silent(client: Client) -> None:
    """Connections that say nothing, or half of what they ask."""

    async def one() -> None:
        while True:
            reader, writer = await client.open()
            client.count("connections")
            if client.chance.random() < 0.5:
                writer.write(b"GET / HTTP/1.1\r\nHost: ")
            with suppress(OSError):
                await reader.read(1)
            client.count("ended by the server")
            writer.transport.abort()

    await _many(one, SILENT)


async def headers(client: Client) -> None:
    """Headers without end: as fast as they are taken, and one a second."""

    async def one(pause: float) -> None:
        while True:
            reader, writer = await client.open()
            sent = 0
            try:
                writer.write(client.asking("/attentes")[:-2])
                while not reader.at_eof():
                    writer.write(b"X-%d: %s\r\n" % (sent, b"y" * 1_000))
                    await writer.drain()
                    sent += 1
                    await asyncio.sleep(pause)
            except OSError:
                pass
            client.count("ended by the server")
            client.count("kilobytes that were sent", sent)
            writer.transport.abort()
            await asyncio.sleep(PAUSE)

    await asyncio.gather(*(_many(lambda: one(0), 1), _many(lambda: one(DRIP), SLOW)))


async def log(client: Client) -> None:
    """Words that would be lines of the log: in paths, questions, headers, and in what pages say."""
    while True:
        for word in WORDS:
            plain, quoted = word[:3_000], quote(word[:3_000])
            for path, more in _asked_with(client, plain, quoted):
                answer = await client.ask(path, **more)
                status = answer.split(" ", 2)[1] if answer.startswith("HTTP/") else "none"
                client.count(f"answered {status}")
            if client.who != NOBODY:
                await _said(client, word)
            await asyncio.sleep(PAUSE)


def _asked_with(client: Client, plain: str, quoted: str) -> list[tuple[str, dict[str, str]]]:
    """Paths and headers that hold a word."""
    protocols = {"Sec-WebSocket-Protocol": f"streamlit, {plain}, {plain}"}
    return [
        (f"/{quoted}", {}),
        (f"/{plain}", {}),
        (f"/attentes?periode={quoted}&{quoted}={quoted[:500]}", {}),
        ("/attentes", {"User-Agent": plain, "Referer": plain, "X-Forwarded-For": plain}),
        ("/", {"Cookie": f"ccsp-session={plain}; {client.cookies}"}),
        (f"/media/{quoted}", {}),
        ("/", {"Host": plain}),
        ("/_stcore/stream", _handshake(client, Origin=plain)),
        ("/_stcore/stream", _handshake(client, **protocols)),
        (f"/connexion/retour?code={quoted}&state={quoted}&error={quoted}", {}),
    ]


def _handshake(client: Client, **more: str) -> dict[str, str]:
    return {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "bWFsbG9yeSBtYWxsb3J5IQ==", "Origin": client.app, **more,
    }  # fmt: skip


async def _said(client: Client, word: str) -> None:
    """The same by a page's connection, in each field that may hold words."""
    word = word.replace("\0", "0")
    messages = [rerun(word), rerun("attentes", word), rerun("attentes", f"periode={quote(word)}")]
    messages.append(rerun("attentes", page_script_hash=word))
    messages.append(rerun("attentes", fragment_id=word))
    state = BackMsg()
    state.rerun_script.page_name = "attentes"
    widget = state.rerun_script.widget_states.widgets.add()
    widget.id, widget.int_value = f"$$ID-{word}-filtre_periode", 3
    for name in ("deferred_file", "dataframe_chunk"):
        operation = BackMsg()
        asked = operation.backend_operation_request
        asked.request_id = asked.session_id = word
        getattr(asked, name).SetInParent()
        for field_ in getattr(asked, name).DESCRIPTOR.fields:
            if field_.type == field_.TYPE_STRING:
                setattr(getattr(asked, name), field_.name, word)
        messages.append(operation.SerializeToString())
    link = await client.page()
    try:
        for message in (*messages, state.SerializeToString(), word.encode()):
            await link.send(message)
            await asyncio.sleep(PAUSE)
        client.count("said by pages", len(messages) + 2)
        await asyncio.wait_for(_ended(link), 2)
    except (ConnectionClosed, TimeoutError):
        pass
    finally:
        link.transport.abort()


async def names(client: Client) -> None:
    """Names at the sign-in that would be lines of the log, and passwords."""
    while True:
        for word in WORDS:
            shown = await client.ask("/connexion")
            token = re.search(r'name="jeton" value="(\w+)"', shown)
            kept = re.search(r"ccsp-formulaire=([\w-]+)", shown)
            if not (token and kept):
                client.count("no form")
                await asyncio.sleep(1)
                continue
            name = f"{client.number}.{client.chance.random()}.{word}"[:3_000]
            body = urlencode({"jeton": token[1], "nom": name, "mot_de_passe": word[:200]})
            answer = await client.ask(
                "/connexion", "POST", body.encode()[:8_000], Cookie=f"ccsp-formulaire={kept[1]}"
            )
            status = answer.split(" ", 2)[1] if answer.startswith("HTTP/") else "none"
            client.count(f"answered {status}")
            await asyncio.sleep(PAUSE)


async def provider(client: Client) -> None:
    """Sign-ins by a provider whose keys and tokens are huge, or never come."""

    async def one() -> None:
        jar = ""
        led = await client.ask(LEAVE)
        if " 303 " in led[:20]:
            where = re.search(r"\nlocation: (\S+)", led, re.I)
            cookie = re.search(r"ccsp-identite=([^;]+)", led)
            jar = f"ccsp-identite={cookie[1] if cookie else ''}"
            with suppress(AssertionError, TypeError):
                back = await client.ask(client.provider.authorize(where[1]), Cookie=jar)
                client.count(f"came back: {back.split(' ', 2)[1] if back else 'none'}")
        else:
            client.count(f"not led: {led.split(' ', 2)[1] if led else 'none'}")
        await asyncio.sleep(PAUSE)

    async def again() -> None:
        while True:
            await one()

    await _many(again, SLOW)


async def lie(ministry: Lying) -> None:
    """The provider's answers, one lie after the other: each some seconds."""
    from threading import Event

    own, keys = ministry.sign, ministry.keys
    n = 0
    while True:
        for way in ("slow token", "huge token", "unknown keys, huge", "unknown keys, slow"):
            ministry.sign, ministry.keys = own, keys
            slow = {"slow token": "/token", "unknown keys, slow": "/keys"}.get(way)
            held = Event()
            if slow:
                ministry.dripping[slow] = held
            if way == "huge token":
                ministry.sign = lambda claims: "x" * 5_000_000
            if "unknown" in way:
                n += 1
                ministry.sign = lambda claims, n=n: jwt.encode(
                    {"alg": "RS256", "kid": f"{MARK}-{n}"}, claims, key()
                )
            if way == "unknown keys, huge":
                ministry.keys = keys * 20_000
            try:
                await asyncio.sleep(6)
            finally:
                held.set()
                ministry.dripping.clear()
                ministry.sign, ministry.keys = own, keys


async def scripts(client: Client) -> None:
    """The largest of the pages' scripts, again and again by connections that stay open: packed, plain and in parts."""
    ways = ({"Accept-Encoding": "gzip"}, {}, {"Range": "bytes=0-"}, {"If-None-Match": '"x"'})
    asked = [client.asking(largest_script(), **{"Accept": "*/*"}, **more) for more in ways]
    await _many(lambda: _asking_on(client, lambda: client.chance.choice(asked)), ASKING)


async def requests(client: Client) -> None:
    """Small answers, again and again by connections that stay open: forms, refusals, what is not there, made-up sign-ins."""

    def asked() -> bytes:
        made_up = f"{client.chance.getrandbits(128):032x}"
        cookie = {"Cookie": f"ccsp-session={made_up}", "Sec-Fetch-Site": "same-origin"}
        path, more = client.chance.choice(
            [
                ("/connexion", {}),
                ("/carte", cookie),
                (f"/media/{made_up}.xlsx", cookie),
                ("/livez", {**cookie, "ccsp-page": made_up}),
                (f"/static/js/{made_up}.js", {}),
                ("/favicon.png", {}),
                ("/_stcore/none", {}),
                ("/", {"Host": "elsewhere.example"}),
            ]
        )
        return client.asking(path, **more)

    await _many(lambda: _asking_on(client, asked), ASKING)


async def _asking_on(client: Client, asked: Callable[[], bytes]) -> None:
    """One connection after the other, each asking as fast as it is answered."""
    while True:
        reader, writer = await client.open(None)
        try:
            writer.write(asked() * AHEAD)
            while held := await reader.read(2**18):
                answers = held.count(b"HTTP/1.1 ")
                client.count("answered", answers)
                for _ in range(answers):
                    writer.write(asked())
        except OSError:
            pass
        finally:
            client.count("ended by the server")
            writer.transport.abort()
        await asyncio.sleep(PAUSE)


BARE = 450  # connections a second: as many as kept everybody else at an address out


async def bare(client: Client) -> None:
    """Connections that are given up at once, hundreds a second, and by turns answers that are given up half-way."""

    async def one() -> None:
        while True:
            reader, writer = await client.open(None)
            client.count("connections")
            if client.chance.random() < 0.1:
                writer.write(client.asking(largest_script()))
                with suppress(OSError):
                    await reader.read(1_000)
            writer.transport.abort()
            await asyncio.sleep(max(PAUSE, SLOW / BARE))

    await _many(one, SLOW)


async def _many(one: Callable[[], Awaitable[None]], count: int) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(one())


# In this order, and from its beginning again where more are asked for.
KINDS: tuple[tuple[Callable[[Client], Awaitable[None]], str], ...] = (
    (slow_answers, NOBODY), (slow_answers, GUEST), (slow_answers, ACCOUNT),
    (unread, GUEST), (unread, ACCOUNT),
    (files, GUEST), (files, ACCOUNT),
    (large, NOBODY), (large, GUEST), (large, ACCOUNT),
    (reruns, GUEST), (reruns, ACCOUNT),
    (pages, GUEST), (pages, ACCOUNT),
    *[(silent, NOBODY)] * 3,
    *[(headers, NOBODY)] * 2,
    (log, NOBODY), (log, GUEST),
    *[(names, NOBODY)] * 2,
    (provider, NOBODY),
    (scripts, NOBODY), (requests, NOBODY), (requests, GUEST), (bare, NOBODY),
)  # fmt: skip


# --- the process ------------------------------------------------------------------------------------------------------
async def attack(where: dict, ministry: Lying, counts: Counter[str]) -> None:
    """All of them, until it is ended. Whatever ends one ends that try alone: it begins again."""
    only = os.environ.get("HOSTILE_KINDS", "").split(",")
    kinds = [(act, who) for act, who in KINDS if only == [""] or act.__name__ in only]

    async def one(number: int) -> None:
        act, who = kinds[number % len(kinds)]
        client = Client(where["app"], number, who, where["cookies"].get(who, ""), counts, ministry)
        client.kind, client.chance = f"{act.__name__} ({who})", random.Random(number)
        while True:
            try:
                await act(client)
            except (Exception, BaseExceptionGroup) as reason:
                inner = reason.exceptions[0] if isinstance(reason, BaseExceptionGroup) else reason
                client.count(f"begun again: {type(inner).__name__} {str(inner)[:60]}")
                await asyncio.sleep(1)

    await asyncio.gather(lie(ministry), *(one(n) for n in range(where["clients"])))


async def _commanded(ministry: Lying) -> None:
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    where, running, counts = {}, None, Counter()
    while line := await reader.readline():
        said = json.loads(line)
        if isinstance(said, dict):
            where = said
        elif said == "go":
            counts = Counter()
            running = asyncio.create_task(attack(where, ministry, counts))
        elif running:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            print(json.dumps(counts), flush=True)


def main() -> None:
    """Say where the provider is, and do what is said."""
    with suppress(ImportError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(20_000, most), most))
    with lying() as ministry:
        print(json.dumps(ministry.issuer), flush=True)
        asyncio.run(_commanded(ministry))


if __name__ == "__main__":
    main()
