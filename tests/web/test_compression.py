"""Public files are asked for and packed once, beside the loop, and then sent from memory as each browser takes them; those whose
address changes with them it keeps for good."""

import asyncio
import gzip
import re
import threading
from pathlib import Path
from types import SimpleNamespace

import brotli
import pytest
import streamlit_folium
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from streamlit.web.server.starlette.starlette_routes import create_component_routes
from streamlit.web.server.starlette.starlette_static_routes import (
    create_streamlit_static_assets_routes,
)

from dashboard import public_files
from dashboard.web import compression, gate, security_headers
from dashboard.web.compression import Compression
from tests.accounts.asgi import Browser, run
from tests.accounts.conftest import settled
from tests.moved_time import LONG

SCRIPT = b"let attente = 12;\n" * 20_000


class Sender:
    """A browser that keeps the bytes of what it is sent. patient: it comes again once all is packed as well as may be."""

    def __init__(self, app: Compression, patient: bool = True) -> None:
        self.app, self.patient = app, patient

    async def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[dict, bytes]:
        scope = {**Browser().scope("http", path, **headers), "method": method}
        sent = []

        async def receive() -> dict:
            return {"type": "http.request", "body": b""}

        async def send(message: dict) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        if self.patient and self.app.files._coming:
            await asyncio.gather(*self.app.files._coming.values())
            sent.clear()
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
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.fixture
def packed(monkeypatch) -> list[int]:
    """By which threads something was packed."""
    found, pack = [], compression.compress_by_brotli

    def noted(plain: bytes) -> bytes | None:
        found.append(threading.get_ident())
        return pack(plain)

    monkeypatch.setitem(compression.ENCODINGS, "br", noted)
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

    for accepted, encoding in {
        "gzip, deflate, br, zstd": "br",
        "br;q=1.0, gzip;q=0.8": "br",
        "GZIP": "gzip",
        "gzip, br;q=0": "gzip",
        "br;q=0.0, gzip;q=0": "",
        "deflate": "",
        "": "",
    }.items():
        head, body = run(ask("/static/a.js", **{"accept-encoding": accepted}))
        assert head.get("content-encoding", "") == encoding, accepted
        assert UNPACK[encoding](body) == SCRIPT and head["content-length"] == str(len(body))
        assert not encoding or len(body) < len(SCRIPT) / 10
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


def test_who_asks_first_for_what_takes_long_to_pack_well_has_it_packed_quickly(
    sender, asked, monkeypatch
):
    sender.patient = False
    go, pack = threading.Event(), compression.compress_by_brotli
    monkeypatch.setitem(compression.ENCODINGS, "br", lambda plain: go.wait(LONG) and pack(plain))

    async def said(**headers: str) -> str:
        head, body = await sender.ask("/static/a.js", **headers)
        assert UNPACK[head.get("content-encoding", "")](body) == SCRIPT
        return head.get("content-encoding", "")

    async def one_after_the_other() -> None:
        assert [await said(**PACKED) for _ in range(2)] == ["gzip"] * 2
        alone = asyncio.create_task(said(**{"accept-encoding": "br"}))
        await settled()
        assert not alone.done()  # who takes nothing else waits
        go.set()
        assert await alone == await said(**PACKED) == "br"
        assert await said(**{"accept-encoding": "gzip"}) == "gzip" and await said() == ""

    run(one_after_the_other())
    assert asked == ["/static/a.js"] and not sender.app.files._coming


def test_what_was_packed_before_is_read_by_the_next_start_unless_it_is_of_other_bytes(
    sender, tmp_path, packed
):
    folder = tmp_path / "kept"
    app = sender.app.files.app

    def next_start(folder=folder) -> int:
        before = len(packed)
        head, body = run(Sender(Compression(app, folder=folder)).ask("/static/a.js", **PACKED))
        assert head["content-encoding"] == "br" and brotli.decompress(body) == SCRIPT
        return len(packed) - before

    assert [next_start() for _ in range(3)] == [1, 0, 0]
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    for damaged in (b"", whole[:-1], b"x" * 100, brotli.compress(b"another script")):
        file.write_bytes(damaged)
        assert [next_start() for _ in range(2)] == [1, 0]
        assert file.read_bytes() == whole
    nowhere = tmp_path / "a.js" / "below a file"
    assert [next_start(nowhere) for _ in range(2)] == [1, 1]


def test_what_is_not_there_and_what_is_made_for_somebody_is_not_kept(sender, asked):
    for _ in range(2):
        assert run(sender.ask("/static/none.js", **PACKED))[0]["status"] == 404
        head, body = run(sender.ask("/made", **PACKED))
        assert gzip.decompress(body) == SCRIPT  # made each time, and so packed the quicker way
        assert run(sender.ask("/static/a.js", "POST"))[0]["status"] == 405
    assert asked == ["/static/none.js", "/made", "/static/a.js"] * 2
    assert not sender.app.files._of


def test_of_more_than_may_be_kept_the_last_ones_are(sender, asked):
    sender.app.files.most = len(SCRIPT) * 2 - 1
    for path in ("/static/a.js", "/static/b.js", "/static/b.js", "/static/a.js"):
        assert run(sender.ask(path))[1] == SCRIPT
    assert asked == ["/static/a.js", "/static/b.js", "/static/a.js"]
    assert sender.app.files.size < len(SCRIPT) * 2
    run(sender.ask("/static/b.js", **PACKED))
    (kept,) = sender.app.files._of.values()
    packed = {name: len(pack(SCRIPT)) for name, pack in compression.ENCODINGS.items()}
    assert {name: len(one) for name, one in kept.compressed.items()} == packed
    assert sender.app.files.size == len(SCRIPT) + sum(packed.values())


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


def test_what_a_first_page_needs_is_packed_once_the_application_has_begun(sender, asked, packed):
    async def begun() -> None:
        sender.app.first = lambda: ["/static/a.js", "/static/none.js", "/static/b.js"]
        ready = asyncio.Event()

        async def send(message: dict) -> None:
            ready.set()

        async def receive() -> dict:
            await ready.wait()
            return {"type": "lifespan.shutdown"}

        async def app(scope, receive, send) -> None:
            await send({"type": "lifespan.startup.complete"})

        sender.app.each = app
        await sender.app({"type": "lifespan"}, receive, send)
        assert asked == []  # beside whoever comes, not before
        await sender.app._readying
        assert len(packed) == 2 and len(asked) == 3
        assert (await sender.ask("/static/b.js", **PACKED))[0]["content-encoding"] == "br"
        assert len(packed) == 2 and len(asked) == 3

    run(begun())


def test_who_names_a_file_s_digest_keeps_it_for_good_and_who_names_another_asks_again(sender):
    digest = public_files.digest(SCRIPT)
    for query, kept in {digest: True, "": False, "05560c7a": False, f"{digest}&b": False}.items():
        head, _ = run(sender.ask(f"/static/a.js?{query}"))
        assert head["cache-control"] == (compression.FOR_GOOD if kept else compression.ASK_AGAIN)
        known, nothing = run(sender.ask("/static/a.js", **{"if-none-match": head["etag"]}))
        assert known["status"] == 304 and nothing == b""


@pytest.fixture(scope="module")
def public() -> tuple[Sender, list[str]]:
    """All public files of ours, of Streamlit and of the map's component, as they are served; their addresses."""
    component = Path(streamlit_folium.__file__).parent / "frontend" / "build"
    names = SimpleNamespace(get_component_path=lambda name: str(component))
    folders = {
        "/static": gate.STREAMLIT / "static",
        "/app/static": public_files.STATIC,
        security_headers.MAP.rstrip("/"): component,
    }
    app = Starlette(
        routes=[
            *create_component_routes(names, ""),
            Mount("/app/static", StaticFiles(directory=public_files.STATIC)),
            *create_streamlit_static_assets_routes(""),
        ]
    )
    found = [
        f"{address}/{path.relative_to(folder).as_posix()}"
        for address, folder in folders.items()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "/." not in f"/{path.relative_to(folder).as_posix()}"
    ]
    assert len(found) > 350
    return Sender(Compression(app)), found


def test_what_is_readied_is_what_a_first_page_names(public):
    sender, _ = public
    first = gate.first_files()
    assert len(first) == len(set(first)) > 60
    for path in first:
        assert run(sender.ask(path))[0]["status"] == 200, path
    named = {
        f"/static/{a}"
        for a in re.findall(r'"[.]/static/([^"]+[.](?:js|css))"', gate.streamlit_page())
    }
    assert named <= set(first) and [a for a in first if a.startswith(security_headers.MAP)]
    assert {f"/app/static/ccsp{end}" for end in (".css", "-shell.js", "-pages.js")} <= set(first)


# A digest as those who build scripts write it: behind a full stop or a dash, before the last ending.
DIGEST = re.compile(r"[.-](?=[^.]*[0-9_A-Z-])[\w-]{8}[.]\w+$|[.-][0-9a-f]{8,}[.]\w+$")


def test_every_file_with_a_digest_in_its_name_is_kept_by_a_browser_for_good(public):
    sender, paths = public
    named = [path for path in paths if DIGEST.search(path)]
    assert len(named) > 330 and [path for path in named if path.startswith(security_headers.MAP)]
    for path in named:
        said = run(sender.ask(path))[0]["cache-control"]
        assert {"public", "immutable", "max-age=31536000"} == {*said.split(", ")}, path


def test_a_file_without_a_digest_in_its_name_is_asked_for_again(public):
    sender, paths = public
    plain = [p for p in paths if not DIGEST.search(p) and not p.startswith("/static/")]
    assert len(plain) > 10
    for path in plain:
        assert run(sender.ask(path))[0]["cache-control"] == compression.ASK_AGAIN, path


def test_every_public_text_is_given_by_brotli_to_who_takes_it_and_by_gzip_to_others(
    public, monkeypatch
):
    """The same bytes for everybody, and fewer on the way: how good a compression is good for nothing here, and takes half a
    minute."""
    monkeypatch.setattr(compression, "BROTLI", 1)
    monkeypatch.setattr(compression, "BROTLI_OF_LARGE", 1)
    sender, paths = public
    for path in paths:
        plain = run(sender.ask(path))
        for encoding in ("br", "gzip"):
            head, body = run(sender.ask(path, **{"accept-encoding": encoding}))
            said = head.get("content-encoding", "")
            assert UNPACK[said](body) == plain[1], path
            assert head["etag"] == plain[0]["etag"]
            text = (
                head["content-type"]
                .partition(";")[0]
                .endswith(("javascript", "css", "json", "html"))
            )
            assert said == encoding or not text or len(plain[1]) < 1_000, path
            assert said == "" or "accept-encoding" in head["vary"].lower()
    assert sender.app.files.size < compression.KEPT / 1.3  # nothing is packed again and again
