"""What keeps the server waiting is ended, what sends too much too, and where many wait the one that waited longest makes room;
who asks and reads as browsers do notices nothing."""

import asyncio
import select
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from dashboard import clock
from dashboard.accounts.session_cache import CachedSession, SessionSnapshot, State
from dashboard.accounts.sign_in_request import address_block, digest
from dashboard.log import REFUSED
from dashboard.web import connection, connection_limits, request_limits
from dashboard.web.connection import Connection
from dashboard.web.connection_limits import ConnectionRateLimits, PendingConnections
from dashboard.web.message_limits import TOO_MUCH
from dashboard.web.request_limits import RequestRateLimits
from dashboard.web.websocket_connection import FRAMES, Socket
from tests.accounts.asgi import run
from tests.moved_time import LONG, MovedTime

try:
    import uvloop
except ImportError:  # Windows
    uvloop = None

HOST = "127.0.0.1"
ASKED = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
SOON = 0.3  # seconds: what a limit is here
LARGE = 30_000_000  # bytes: more than a machine holds for a client that does not read


async def app(scope, receive, send) -> None:
    """Answers with how many bytes it was sent, or with many; a websocket says what it hears."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        if scope["path"] == "/deaf":
            await asyncio.Event().wait()
        while (heard := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": heard["text"]})
        return
    count, more = 0, scope["path"] != "/at-once"
    while more:
        message = await receive()
        more = message.get("more_body", False)
        count += len(message.get("body", b""))
    if scope["path"] == "/pieces":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(200):
            await asyncio.sleep(0)
            await send({"type": "http.response.body", "body": b"x" * 20_000, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        return
    body = b"x" * LARGE if scope["path"] == "/large" else str(count).encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def limits(monkeypatch) -> Callable[..., None]:
    """Set limits to what can be tried."""

    def set_(**values: float) -> None:
        for name, value in values.items():
            place = next(
                one for one in (connection, connection_limits, request_limits) if hasattr(one, name)
            )
            monkeypatch.setattr(place, name, value)

    set_(UNTIL_A_REQUEST=LONG, OF_ITS_HEAD=LONG, OF_ITS_BODY=LONG, OF_READING=LONG)
    return set_


@pytest.fixture
def waiting(monkeypatch) -> PendingConnections:
    """Those that wait, of which four may."""
    monkeypatch.setattr(Connection, "waiting", found := PendingConnections(4))
    monkeypatch.setattr(Connection, "opened", ConnectionRateLimits())
    monkeypatch.setattr(Connection, "requests", requests := RequestRateLimits())
    monkeypatch.setattr(Socket, "requests", requests)
    return found


# The loop that people get (uvicorn's choice: it may not be had on every machine), and Python's own.
LOOPS = [asyncio.new_event_loop, *([uvloop.new_event_loop] if uvloop else [])]


@dataclass
class Server:
    """It has our connections, and tells of them."""

    port: int
    state: ServerState
    loop: asyncio.AbstractEventLoop

    def has_its_turn(self) -> None:
        """Let it send what it can by now."""
        done: Future[None] = Future()
        self.loop.call_soon_threadsafe(
            lambda: self.loop.call_soon(self.loop.call_soon, done.set_result, None)
        )
        done.result(LONG)

    def of(self, client: socket.socket) -> Connection | None:
        """Its side of a client's connection; None before it is there and once it is gone."""
        _, port = client.getsockname()
        sides = (one for one in list(self.state.connections) if one.client)
        return next((one for one in sides if one.client[1] == port), None)

    def holds(self, client: socket.socket, *, least: int = 0) -> bool:
        """Whether it does not read this client yet, of whom so many bytes are there."""
        return soon(
            lambda: (
                (side := self.of(client)) is not None
                and side._held is not None
                and len(side._held) >= least
            )
        )


@pytest.fixture(params=LOOPS, ids=lambda new: new.__module__)
def server(request, limits, waiting) -> Iterator[Server]:
    """A server of our connections."""
    config = Config(app, ws=Socket, log_config=None, lifespan="off")
    config.load()
    state, loop, there = ServerState(), request.param(), Future()

    async def serve() -> None:
        def made() -> Connection:
            return Connection(config=config, server_state=state, app_state={})

        server = await loop.create_server(made, HOST, 0)
        there.set_result(server.sockets[0].getsockname()[1])
        await over.wait()
        server.close()
        for one in list(state.connections):
            one.transport.abort()
        tasks = list(state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    over = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    yield Server(there.result(LONG), state, loop)
    loop.call_soon_threadsafe(over.set)
    thread.join(LONG)
    assert not thread.is_alive()
    loop.close()


@pytest.fixture
def port(server) -> int:
    """Where it answers."""
    return server.port


@pytest.fixture
def passed(monkeypatch) -> MovedTime:
    """The clock of the limits, which stands still until it is moved."""
    return MovedTime(monkeypatch)


@contextmanager
def connected(
    port: int, sent: bytes = b"", *, little: bool = False, own: str = HOST
) -> Iterator[socket.socket]:
    """A client. little: the machine takes little ahead for it; own: its address."""
    with socket.socket() as client:
        client.bind((own, 0))
        if little:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.settimeout(LONG)
        client.connect((HOST, port))
        client.sendall(sent)
        yield client


def ended(client: socket.socket) -> bool:
    """Whether the server ends it, without a word."""
    with suppress(ConnectionResetError):
        return client.recv(100) == b""
    return True


def soon(true: Callable[[], bool]) -> bool:
    """Whether it becomes true."""
    until = time.monotonic() + LONG
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return true()


def piece(client: socket.socket, most: int = 1_000) -> bytes:
    """What comes next. An end is a failure: at an end nothing comes for ever."""
    assert (more := client.recv(most)), "the server ended the connection"
    return more


def answered(client: socket.socket) -> bytes:
    """What comes, to the end of a short answer."""
    found = b""
    while b"\r\n\r\n" not in found or not found.split(b"\r\n\r\n", 1)[1]:
        found += piece(client)
    return found.split(b"\r\n\r\n", 1)[1]


@pytest.mark.parametrize(
    "limit, sent",
    [
        ("UNTIL_A_REQUEST", b""),
        ("OF_ITS_HEAD", b"G"),
        ("OF_ITS_HEAD", b"GET / HTTP/1.1\r\nHost: a\r\nX: "),
        ("OF_ITS_BODY", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"),
        (
            "OF_ITS_BODY",
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
        ),
    ],
)
def test_what_does_not_come_in_time_is_not_waited_for(port, limits, limit, sent):
    limits(**{limit: SOON})
    with connected(port, sent) as client:
        assert ended(client)


def answer(port: int, own: str = HOST) -> bytes:
    """What comes to who connects and asks."""
    with connected(port, ASKED, own=own) as client:
        return answered(client)


def heard_nothing(client: socket.socket) -> bool:
    """Whether nothing has come so far, the end neither."""
    return not select.select([client], [], [], 0)[0]


# Where the clock of the limits stands still, what is answered has not waited, and what is held waits for ever.
def test_connections_that_come_one_after_the_other_wait_and_those_of_others_do_not(
    passed, server, limits
):
    limits(OPENED_AT_ONCE=3, OPENED_A_SECOND=1)
    assert [answer(server.port) for _ in range(3)] == [b"0"] * 3
    with connected(server.port, ASKED) as fourth:
        assert server.holds(fourth)
        assert answer(server.port, own="127.0.0.2") == b"0"
        passed.advance(0.9)
        assert server.holds(fourth) and heard_nothing(fourth)
        passed.advance(0.2)
        assert answered(fourth) == b"0"


def test_a_connection_that_would_wait_long_is_sent_away_at_once(passed, server, limits):
    limits(OPENED_AT_ONCE=1, OPENED_A_SECOND=1, SENT_AWAY=SOON)
    assert answer(server.port) == b"0"
    with connected(server.port) as client:
        assert server.holds(client)
        passed.advance(SOON)
        assert ended(client)
    assert answer(server.port, own="127.0.0.2") == b"0"
    passed.advance(1)  # who was sent away has not made it longer
    assert answer(server.port) == b"0"


def test_behind_a_proxy_all_come_from_its_address_and_none_waits(passed, port, limits, monkeypatch):
    limits(OPENED_AT_ONCE=1, OPENED_A_SECOND=1)
    behind = SimpleNamespace(public_url="https://tableau.example.bj")
    monkeypatch.setattr(connection_limits, "load_settings", lambda: behind)
    assert [answer(port) for _ in range(5)] == [b"0"] * 5


@pytest.fixture
def signed_in(monkeypatch) -> bytes:
    """A request of who is signed in, which is known without asking the database."""
    seen = CachedSession(State.OPEN, holder=SimpleNamespace(id="ada", epoch=1))
    known = SimpleNamespace(
        last_session=lambda token: seen if token == digest("right") else CachedSession(State.ENDED),
        last_snapshot=lambda _: SessionSnapshot(False, {}),
    )
    monkeypatch.setattr(
        Connection, "who", staticmethod(lambda scope: request_limits.requester(scope, known))
    )
    return ASKED.replace(b"\r\n\r\n", b"\r\nCookie: a=b; ccsp-session=right\r\n\r\n")


def test_who_is_signed_in_is_heard_where_connections_of_his_address_wait(
    passed, server, limits, signed_in
):
    limits(OPENED_AT_ONCE=1, OPENED_A_SECOND=0.01, SENT_AWAY=LONG)
    port = server.port
    assert answer(port) == b"0"
    with connected(port, ASKED) as stranger, connected(port) as parts:
        parts.sendall(signed_in[:30])
        assert server.holds(parts, least=30)
        parts.sendall(signed_in[30:])
        assert answered(parts) == b"0"
        wrong = signed_in.replace(b"right", b"wrong")
        with connected(port, wrong) as other:
            for one, sent in ((stranger, ASKED), (other, wrong)):
                assert server.holds(one, least=len(sent)) and heard_nothing(one)
    with connected(port, signed_in) as again:  # nor do those of an account come any faster
        assert server.holds(again, least=len(signed_in)) and heard_nothing(again)


def test_connections_that_are_given_up_take_no_turn_from_those_that_wait(passed, server, limits):
    limits(OPENED_AT_ONCE=1, OPENED_A_SECOND=2, SENT_AWAY=LONG)
    assert answer(server.port) == b"0"
    for _ in range(200):  # a minute and a half of turns
        with connected(server.port):
            pass
    assert soon(lambda: not server.state.connections)
    with connected(server.port, ASKED) as client:
        assert server.holds(client)
        passed.advance(1.1)  # of the first look, which finds nobody, and of the second
        assert answered(client) == b"0"


def test_what_waits_for_its_turn_is_kept_no_longer_than_a_head(passed, port, limits):
    limits(OPENED_AT_ONCE=1, OPENED_A_SECOND=0.01, SENT_AWAY=LONG)
    assert answer(port) == b"0"
    with connected(port, b"GET / HTTP/1.1\r\n") as client:
        until_ended(client, b"X: " + b"y" * 1_000 + b"\r\n")


def until_ended(client: socket.socket, more: bytes) -> None:
    """Send on and on, until the server ends it: where it does not, it reads no more some day, and sending takes LONG."""
    with pytest.raises(ConnectionError):
        while True:
            client.sendall(more)


def test_requests_on_connections_that_stay_open_have_a_pace_by_address(
    passed, port, limits, signed_in
):
    """It kept forty readers waiting for 13 s: as fast as it was answered, by forty connections."""
    limits(ADDRESS_AT_ONCE=3, OF_AN_ADDRESS=1)
    with connected(port) as stranger:
        for _ in range(3):
            stranger.sendall(ASKED)
            assert answered(stranger) == b"0"
        before = passed.timers
        stranger.sendall(ASKED)
        assert soon(lambda: passed.timers > before), "it waits"
        for one in (connected(port, ASKED, own="127.0.0.2"), connected(port, signed_in)):
            with one as client:
                assert answered(client) == b"0"
        assert heard_nothing(stranger)
        passed.advance(1.1)
        assert answered(stranger) == b"0"


def test_of_those_that_wait_for_their_turn_to_ask_the_longest_makes_room(passed, server, limits):
    """Four may wait here: they count as those that say nothing, or who asks would hold all files of the machine."""
    limits(ADDRESS_AT_ONCE=1, OF_AN_ADDRESS=1)
    with ExitStack() as stack:
        many = []
        for _ in range(8):
            many.append(stack.enter_context(connected(server.port, ASKED)))
            assert soon(lambda: server.of(many[-1]))
            assert soon(lambda: len(server.state.connections) == min(len(many), 4))
        gone = [one for one in many if server.of(one) is None]
        assert len(gone) == 4


def test_an_account_asks_no_faster_by_many_sign_ins_and_they_take_turns(monkeypatch):
    now, order = [0.0], []

    async def sleep(seconds: float) -> None:
        now[0] += seconds
        await _turned()

    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(clock, "sleep", sleep)
    monkeypatch.setattr(request_limits, "ACCOUNT_AT_ONCE", 10)

    async def ask(requests: RequestRateLimits, browser: str, count: int) -> None:
        for _ in range(count):
            assert await requests.may_ask(("link", browser))
            order.append(browser)

    async def all_of_them() -> None:
        requests = RequestRateLimits()
        await asyncio.gather(
            *(ask(requests, "greedy", 5) for _ in range(40)), ask(requests, "calm", 5)
        )

    run(all_of_them())
    assert now[0] >= (205 - 10) / request_limits.OF_AN_ACCOUNT * 0.9
    assert len(order) == 205 and order.index("calm") < 50
    assert len(order) - 1 - order[::-1].index("calm") < 100


async def _turned() -> None:
    turned = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(turned.set_result, None)
    await turned


def test_where_nobody_signs_in_who_sits_at_the_machine_waits_for_nothing(monkeypatch):
    open_ = SimpleNamespace(
        last_snapshot=lambda _: SessionSnapshot(True, {}), last_session=lambda _: None
    )
    scope = {
        "type": "http", "scheme": "http", "path": "/", "client": (HOST, 1), "server": (HOST, 2),
        "headers": [(b"host", b"localhost:2")],
    }  # fmt: skip
    assert request_limits.requester(scope, open_) == request_limits.LOCAL
    assert request_limits.requester({**scope, "client": ("10.0.0.7", 1)}, open_) == (
        "at 10.0.0.7",
        "",
    )
    shut = SimpleNamespace(last_snapshot=lambda _: SessionSnapshot(False, {}))
    assert request_limits.requester(scope, shut) == (f"at {HOST}", "")


def test_who_hangs_up_during_an_answer_leaves_no_line(server, caplog):
    """Each left a traceback of 78 lines."""
    asked = b"GET /pieces HTTP/1.1\r\nHost: a\r\n\r\n"
    for _ in range(30):
        with connected(server.port, asked * 4) as client:
            client.recv(1_000)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0] + [0] * 4))
    assert answer(server.port) == b"0"
    assert soon(lambda: not server.state.connections and not server.state.tasks)
    assert [one.getMessage() for one in caplog.records] == []


@pytest.mark.parametrize(
    "asked, more",
    [
        (b"POST /at-once HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", b"abc"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: none\r\n\r\n", b"x"),
        (ASKED, b"\r\n"),
    ],
    ids=["rest of a body", "after another upgrade", "a blank line"],
)
def test_what_comes_after_an_answer_and_is_no_request_is_not_waited_for(port, limits, asked, more):
    limits(UNTIL_A_REQUEST=SOON)
    with connected(port, asked) as client:
        assert answered(client) == b"0"
        client.sendall(more)
        client.settimeout(LONG)
        assert ended(client)


UPGRADE = (
    b"Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n" + UPGRADE + b"X: y\r\n" * 300,
        b"GET / HTTP/1.1\r\n" + UPGRADE + b"X: " + b"y" * 20_000 + b"\r\n",
        b"GET /?" + b"y" * 20_000 + b" HTTP/1.1\r\n" + UPGRADE,
        b"POST / HTTP/1.1\r\n" + UPGRADE,
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\n" + UPGRADE,
    ],
    ids=["many headers", "a long header", "a long address", "another method", "a body"],
)
def test_what_can_become_no_websocket_is_ended_at_once(port, sent):
    """It was neither answered nor ended, by no limit: as many as anybody liked, until nobody else came in."""
    with connected(port, sent + b"\r\n") as client:
        client.settimeout(LONG)
        found = b"none"
        with suppress(ConnectionResetError):
            while found:
                found = client.recv(1_000)


def test_a_websocket_on_a_connection_that_was_used_before_stays(passed, port, limits, waiting):
    limits(UNTIL_A_REQUEST=SOON)
    with connected(port, ASKED) as client:
        assert answered(client) == b"0"
        opened(client)
        passed.advance(3 * SOON)
        assert not waiting._count
        client.sendall(frame(1, b"a"))
        assert client.recv(100)


def compressed(size: int) -> bytes:
    """A message of so many bytes, in one frame of a thousandth of them."""
    packer = zlib.compressobj(wbits=-12)
    data = (packer.compress(b"x" * size) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]
    return bytes([0xC1, 0x80 | 126]) + len(data).to_bytes(2) + bytes(4) + data


def test_compressed_messages_that_nobody_hears_take_no_memory(port):
    """A kilobyte on the line is a megabyte in memory: thirty pages of one account took gigabytes."""
    with connected(port) as client:
        opened(client, "/deaf", b"Sec-WebSocket-Extensions: permessage-deflate\r\n")
        client.settimeout(LONG)
        client.sendall(compressed(900_000) * 8)
        assert ended(client)


def test_a_message_larger_than_any_page_s_is_ended_unread_with_a_line_of_the_log(port, caplog):
    with connected(port) as client:
        opened(client, "/", b"Sec-WebSocket-Extensions: permessage-deflate\r\n")
        client.sendall(compressed(20 * 2**20))
        said = client.recv(100)
        assert said[0] == 0x88 and int.from_bytes(said[2:4]) == TOO_MUCH
        assert ended(client)
    told = [one.getMessage() for one in caplog.records if one.name == REFUSED.name]
    assert told == [f"a message larger than any page's, from {HOST!r}"]


def test_who_is_heard_may_say_as_much_as_he_likes(port):
    with connected(port) as client:
        opened(client, "/", b"Sec-WebSocket-Extensions: permessage-deflate\r\n")
        for _ in range(8):
            client.sendall(compressed(900_000))
            assert client.recv(10_000)[0] == 0xC1  # the same, compressed


def test_a_byte_now_and_then_gives_no_more_time(passed, server, limits):
    limits(OF_ITS_HEAD=SOON)
    with connected(server.port, b"GET / HTTP/1.1\r\n") as client:
        for n in range(5):
            client.sendall(b"X: y\r\n")
            there = len(b"GET / HTTP/1.1\r\n") + (n + 1) * len(b"X: y\r\n")
            assert soon(lambda there=there: (s := server.of(client)) and s._unread == there)
            assert heard_nothing(client)
            passed.advance(SOON / 5 + 0.001)
        assert ended(client)


@pytest.mark.parametrize(
    "begin, more",
    [
        (b"GET / HTTP/1.1\r\n", b"X-Some: " + b"y" * 1_000 + b"\r\n"),
        (b"GET /", b"y" * 1_000),
        (b"GET / HTTP/1.1\r\nX: ", b"y" * 1_000),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n", b"y" * 10_000),
        (CHUNKED + b"0\r\n", b"a: b\r\n" * 200),  # what is said after the body
        (CHUNKED + b"0\r\na: ", b"y" * 1_000),
        (CHUNKED + b"1;a=", b"y" * 1_000),  # and beside a part of it
        (CHUNKED, b"1;a=yyyyyyyyyy\r\na\r\n" * 100),
    ],
)
def test_what_is_too_large_is_not_taken(port, begin, more):
    with connected(port, begin) as client:
        until_ended(client, more)


def test_what_is_said_after_a_body_is_no_header(port):
    sent = CHUNKED + b"3\r\nabc\r\n0\r\nX-Own: b\r\n\r\n" + ASKED
    with connected(port, sent) as client:
        assert answered(client).startswith(b"3")


def test_who_asks_on_and_on_without_an_answer_is_let_go(port):
    with connected(port, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n") as client:
        until_ended(client, ASKED * 10)
    with connected(port, ASKED * 4) as client:  # some ahead are answered, each
        found = b""
        while found.count(b"HTTP/1.1 200") < 4:
            found += piece(client)


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 50",
        "Content-Length: +5",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding: chunked, identity",
        "X: y\nTransfer-Encoding: chunked",
    ],
)
def test_a_request_whose_end_could_be_read_in_two_ways_is_none(port, head):
    """A proxy in front may read it in the other way: what follows would be another's request to one of the two."""
    more = b"0\r\n\r\n" + ASKED
    with connected(port, f"POST / HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n".encode() + more) as client:
        assert ended(client)


def test_an_answer_that_is_not_read_is_dropped_and_a_slow_line_is_not(passed, server, limits):
    limits(OF_READING=1.0)
    asked = b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"
    port = server.port
    with connected(port, asked, little=True) as deaf, connected(port, asked) as slow:

        def left(client: socket.socket) -> int:
            """What the server has still to send; 0 once it has let go."""
            side = server.of(client)
            return side.transport.get_write_buffer_size() if side else 0

        assert soon(lambda: left(deaf) and left(slow))
        came = 0
        for _ in range(3):  # times as long as a line may be still
            before = left(slow)
            while left(slow) == before:
                came += len(piece(slow, 100_000))
                server.has_its_turn()
            passed.advance(1.0)
        assert soon(lambda: server.of(deaf) is None) and server.of(slow) is not None
        while came < LARGE:
            came += len(piece(slow, 1_000_000))
        with pytest.raises(ConnectionResetError):
            while deaf.recv(100_000):
                pass
            raise ConnectionResetError  # an end before the whole is one


def test_those_that_wait_shut_nobody_out_and_the_one_that_waited_longest_goes(port):
    with ExitStack() as stack:
        silent = [stack.enter_context(connected(port)) for _ in range(3)]
        half = [stack.enter_context(connected(port, b"GET / HTTP/1.1\r\n")) for _ in range(3)]
        with connected(port, ASKED) as client:
            assert answered(client) == b"0"
        assert ended(silent[0]) and ended(silent[1])
        half[2].sendall(b"Host: a\r\n\r\n")
        assert answered(half[2]) == b"0"


def test_a_connection_is_used_again_and_counts_once(port, waiting):
    with connected(port) as client:
        for _ in range(5):
            client.sendall(ASKED)
            assert answered(client) == b"0"
        assert soon(lambda: waiting._count == 1)
    assert soon(lambda: not waiting._count and not waiting._of)


def test_a_websocket_has_all_the_time_and_is_not_among_those_that_wait(
    passed, port, limits, waiting
):
    from websockets.sync.client import connect

    limits(UNTIL_A_REQUEST=SOON, OF_ITS_HEAD=SOON, OF_ITS_BODY=SOON)
    with connect(f"ws://{HOST}:{port}/") as link:
        passed.advance(3 * SOON)
        assert not waiting._count
        link.send("encore là")
        assert link.recv(LONG) == "encore là"


def frame(opcode: int, data: bytes = b"", *, fin: bool = True) -> bytes:
    """A frame, as a browser sends it: under a mask, here of nothing."""
    assert len(data) < 126
    return bytes([fin * 0x80 | opcode, 0x80 | len(data)]) + bytes(4) + data


def opened(client: socket.socket, path: str = "/", more: bytes = b"") -> None:
    """It becomes a websocket."""
    client.sendall(b"GET " + path.encode() + b" HTTP/1.1\r\n" + UPGRADE + more + b"\r\n")
    head = b""
    while b"\r\n\r\n" not in head:
        head += piece(client)


@pytest.mark.parametrize(
    "flood",
    [
        frame(9),
        frame(9, b"x" * 125),
        frame(10, b"x"),
        frame(0, fin=False),
        frame(0, b"x", fin=False),
        frame(1, b"x"),  # more messages than anybody hears
    ],
    ids=["pings", "long pings", "answers", "empty parts", "parts", "messages"],
)
def test_frames_without_end_are_not_read(port, flood):
    with connected(port) as client:
        opened(client)
        if flood[0] in (0, 0x80):
            client.sendall(frame(1, b"x", fin=False))
        until_ended(client, flood * 500)


def test_a_page_may_ping_and_send_a_message_in_parts(port):
    with connected(port) as client:
        opened(client)
        client.sendall(frame(9) * (FRAMES // 4))
        parts = frame(0, b"a", fin=False) * (FRAMES // 4)
        client.sendall(frame(1, b"a", fin=False) + parts + frame(0, b"!"))
        heard = b""
        while b"!" not in heard:
            heard += piece(client, 4_096)


@pytest.mark.parametrize(
    "client, where",
    [
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("", ""),
    ],
)
def test_a_house_of_ipv6_is_one_place(client, where):
    assert address_block(client) == where


def test_the_address_that_has_most_makes_room():
    class One:
        def __init__(self, address: str) -> None:
            self.address, self.shut = address, False
            self.transport = self

        def abort(self) -> None:
            self.shut = True

    few, many = [One("a") for _ in range(2)], [One("b") for _ in range(20)]
    waiting = PendingConnections(10)
    for one in (*few, *many):
        waiting.add(one)
    assert [one.shut for one in few] == [False, False]
    assert [one.shut for one in many] == [True] * 12 + [False] * 8
