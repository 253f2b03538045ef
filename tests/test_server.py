"""The one door: how the server listens, starts and stops, without a browser."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard.settings import ROOT, load_settings
from scripts import start
from tests.browser import served

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")


@pytest.fixture(scope="module")
def demo(sqlite) -> Iterator[str]:
    """The address of a small database of fictitious data."""
    with sqlite.fresh(visits=6_000) as url:
        yield url


@contextmanager
def with_a_reader(demo: str, log: Path) -> Iterator[subprocess.Popen]:
    """A server to which a reader is connected."""
    process, address = served.start(demo, log)
    try:
        reader = http.client.HTTPConnection(address.removeprefix("http://"))
        reader.request("GET", "/livez")
        assert reader.getresponse().read().startswith(b"en marche")
        yield process
        reader.close()
    finally:
        served.end(process)


def test_ctrl_c_stops_it_in_order_though_a_reader_is_connected(demo, tmp_path):
    with with_a_reader(demo, tmp_path / "log") as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.seconds
def test_ctrl_c_stops_it_within_five_seconds_though_a_reader_is_connected(demo, tmp_path):
    """What is still under way has three of them (server.py)."""
    with with_a_reader(demo, tmp_path / "log") as process:
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert time.monotonic() - begun < 5


def test_a_port_in_use_is_said_in_a_sentence(demo, monkeypatch):
    with socket.socket() as other:
        other.bind((served.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        assert f"Le port {port} est déjà pris" in refused(monkeypatch, demo)


def test_a_port_that_is_none_is_said_in_a_sentence(demo, monkeypatch):
    for port in ("0", "70000"):
        monkeypatch.setenv("PORT", port)
        load_settings.cache_clear()
        with pytest.raises(ValueError, match=f"de 1 à 65535 est attendu, lu « {port} »"):
            load_settings()
    monkeypatch.setenv("PORT", "abc")
    said = refused(monkeypatch, demo)
    assert "un nombre entier de 1 à 65535 est attendu, lu « abc »" in said


def refused(monkeypatch, url: str) -> str:
    """The one sentence with which the application does not start. That Python prints it and ends with 1 is seen where a process
    of its own is started: tests/test_settings.py, tests/db/test_error_messages.py."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.chdir(ROOT)
    load_settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        start.main()
    load_settings.cache_clear()
    assert isinstance(ended.value.code, str)
    return ended.value.code


def test_the_server_says_how_streamlit_and_its_sockets_are_set(demo):
    """What it accepts sends at once, nothing small waits for the answer to what went before: asked of the very sockets that
    asyncio makes. A browser keeps what runs that follow closely refer to. No run ends with a walk through the whole memory. No
    page takes files (the gate), and Streamlit would take none above the setting. The server asks for the open files that it may
    need."""
    asked = """
import asyncio, os, resource, signal, socket
import streamlit.config as c
from server import OPEN_FILES, listen, serve
async def main():
    found = asyncio.get_running_loop().create_future()
    door = listen(0)
    server = await asyncio.start_server(lambda r, w: found.set_result(w), sock=door)
    reader, writer = await asyncio.open_connection(*door.getsockname())
    there = await found
    print(bool(there.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
    writer.close(); there.close(); server.close()
asyncio.run(main())
print(c.get_option("global.maxCachedMessageAge"))
print(c.get_option("runner.postScriptGC"))
def prepare():  # Streamlit has started by then
    print(c.get_option("server.maxUploadSize"))
    print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(OPEN_FILES, most), flush=True)
    os.kill(os.getpid(), signal.SIGINT)
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, most))
most = OPEN_FILES if most == resource.RLIM_INFINITY else most
serve(listen(0), prepare=prepare)
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "DATABASE_URL": demo, "UPLOAD_MAX_MB": "3"},
    )
    said = done.stdout.split() or ["", "0", "", done.stderr[-500:], ""]
    at_once, kept_for, walks, most, files = said
    assert at_once == "True"
    assert int(kept_for) >= 10
    assert walks == "False"
    assert most == "3"
    assert files == "True"
