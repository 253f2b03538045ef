"""Public files are asked for and packed once, beside the loop, and then sent from memory as each browser takes them."""

import asyncio
import gzip
import threading

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dashboard.web import compression
from dashboard.web.compression import Compression
from tests.accounts.asgi import Browser, run

SCRIPT = b"let attente = 12;\n" * 20_000


class Sender:
    """A browser that keeps the bytes of what it is sent."""

    def __init__(self, app: Compression) -> None:
        self.app = app

    async def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[dict, bytes]:
        scope = {**Browser().scope("http", path, **headers), "method": method}
        sent = []

        async def receive() -> dict:
            return {"type": "http.request", "body": b""}

        async def send(message: dict) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start = {n.decode(): v.decode() for n, v in sent[0]["headers"]}
        assert not sent[-1].get("more_body")
        return {**start, "status": sent[0]["status"]}, b"".join(one["body"] for one in sent[1:])


@pytest.fixture
def asked() -> list[str]:
    """What the application behind was asked for."""
    return []


@pytest.fixture
def sender(tmp_path, asked) -> Sender:
    (tmp_path / "a.js").write_bytes(SCRIPT)
    (tmp_path / "b.js").write_bytes(SCRIPT)
    (tmp_path / "small.js").write_bytes(b"1;")
    (tmp_path / "letters.woff2").write_bytes(SCRIPT)
    files = Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=tmp_path)),
            Route("/made", lambda request: Response(SCRIPT, media_type="text/css")),
            Route("/component/{name}", lambda request: PlainTextResponse("mien", headers=COOKIE)),
        ]
    )

    async def app(scope, receive, send) -> None:
        asked.append(scope["path"])
        await files(scope, receive, send)

    return Sender(Compression(app))


COOKIE = {"set-cookie": "_streamlit_xsrf=1"}
PACKED = {"accept-encoding": "gzip, deflate, br"}


@pytest.fixture
def packed(monkeypatch) -> list[int]:
    """By which threads something was packed."""
    found, pack = [], compression.compress

    def noted(plain: bytes) -> bytes | None:
        found.append(threading.get_ident())
        return pack(plain)

    monkeypatch.setattr(compression, "compress", noted)
    return found


def test_a_file_is_asked_for_and_packed_once_and_not_by_the_loop(sender, asked, packed):
    """A script of some megabytes was packed for each who asked, while nobody else was heard."""
    spelled = ("/static/a.js", "/static//a.js", "/static/./a.js", "/static/a.js?v=2")

    async def all_of_them() -> int:
        ways = [PACKED, {}, {"range": "bytes=0-9"}, {"if-none-match": '"x"'}]
        await asyncio.gather(*(sender.ask(path, **way) for path in spelled * 5 for way in ways))
        await asyncio.gather(*(sender.ask(path, "HEAD", **PACKED) for path in spelled))
        return threading.get_ident()

    loop = run(all_of_them())
    assert len(asked) == len(packed) == 1
    assert loop not in packed


def test_each_is_given_the_file_as_he_takes_it(sender):
    async def ask(path: str, method: str = "GET", **headers: str) -> tuple[dict, bytes]:
        return await sender.ask(path, method, **headers)

    head, body = run(ask("/static/a.js", **PACKED))
    assert gzip.decompress(body) == SCRIPT and len(body) < len(SCRIPT) / 10
    assert head["content-encoding"] == "gzip" and head["content-length"] == str(len(body))
    assert "accept-encoding" in head["vary"].lower() and "javascript" in head["content-type"]
    plain, whole = run(ask("/static/a.js", range="bytes=0-9"))
    assert whole == SCRIPT and plain["status"] == 200 and "content-encoding" not in plain
    assert plain["content-length"] == str(len(SCRIPT)) and "vary" in plain
    for tag in (head["etag"], f"W/{head['etag']}", f'"x", {head["etag"]}', "*"):
        known, nothing = run(ask("/static/a.js", **PACKED, **{"if-none-match": tag}))
        assert known["status"] == 304 and nothing == b"" and known["etag"] == head["etag"]
    for path, content in (("/static/small.js", b"1;"), ("/static/letters.woff2", SCRIPT)):
        head, body = run(ask(path, **PACKED))
        assert body == content and "content-encoding" not in head
    head, body = run(ask("/component/x", **PACKED))
    assert body == b"mien" and "set-cookie" not in head


def test_what_is_not_there_and_what_is_made_for_somebody_is_not_kept(sender, asked):
    for _ in range(2):
        assert run(sender.ask("/static/none.js", **PACKED))[0]["status"] == 404
        head, body = run(sender.ask("/made", **PACKED))
        assert gzip.decompress(body) == SCRIPT
        assert run(sender.ask("/static/a.js", "POST"))[0]["status"] == 405
    assert asked == ["/static/none.js", "/made", "/static/a.js"] * 2
    assert not sender.app.files._of


def test_of_more_than_may_be_kept_the_last_ones_are(sender, asked):
    sender.app.files.most = len(SCRIPT) * 2
    for path in ("/static/a.js", "/static/b.js", "/static/b.js", "/static/a.js"):
        assert run(sender.ask(path))[1] == SCRIPT
    assert asked == ["/static/a.js", "/static/b.js", "/static/a.js"]
    assert sender.app.files.size < len(SCRIPT) * 2


def test_what_fails_fails_for_each_who_asks_and_is_asked_for_again():
    count = [0]

    async def app(scope, receive, send) -> None:
        count[0] += 1
        raise OSError

    async def twice() -> None:
        sender = Sender(Compression(app))
        for _ in range(2):
            with pytest.raises(OSError):
                await sender.ask("/static/a.js")
            await asyncio.sleep(0)

    run(twice())
    assert count[0] == 2
