"""The application on a port of its own, and Chromium with the network cut: for tests, measures and pictures."""

import base64
import hashlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urljoin, urlparse

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    sync_playwright,
)

from dashboard.settings import ROOT
from dashboard.ui.cache_warming import AWAY
from db import schema
from db.demo_load import load_demo
from db.engine import make_engine
from db.seed import seed
from scripts.prepare import BROWSERS

HOST = "127.0.0.1"
ELSEWHERE = "127.0.0.2"  # this machine by an address that is not its own: it asks as others do
SCREEN, TELEPHONE = {"width": 1280, "height": 720}, {"width": 360, "height": 740}
EMPTY, SMALL = "about:blank", "/livez"
ICON = (
    "/favicon.ico"  # a Chromium with windows looks for it by itself where what it shows is no page
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name leads anywhere, nor any other address: the network is cut for the browser.
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}, EXCLUDE {ELSEWHERE}",
)
ENOUGH = 120.0  # seconds for a server to answer
# A page of another script, by the same function: python -c OTHER PORT SCRIPT.
OTHER = (
    "import sys; from pathlib import Path; from server import listen, serve;"
    " serve(listen(int(sys.argv[1])), Path(sys.argv[2]), prepare=lambda: None)"
)


class NoChromium(RuntimeError):
    """There is no browser to test with."""


def chromium() -> str:
    """The path of Chromium. Raises NoChromium with the line that installs it."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise NoChromium(
        f"Chromium manque, la suite navigateur ne peut pas être jouée : apt install {BROWSERS[0]}"
    )


def make_demo(path: Path, visits: int) -> str:
    """A database of fictitious data at `path`; gives its address."""
    url = f"sqlite:///{path}"
    engine = make_engine(url)
    schema.upgrade(engine)
    seed(engine)
    load_demo(engine, visits, 20211221, by="test", progress=False)
    engine.dispose()
    return url


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        return trial.getsockname()[1]


@contextmanager
def serve(
    url: str, log: Path, script: Path | None = None, port: int = 0, **settings: str
) -> Iterator[str]:
    """Run the application on the database at `url`; gives its address once it answers, and ends its process at the end.

    It is started as `make run` does. log: the file that receives what the server writes. script: another page than the
    application's, served by the same function. port: any free one, unless one is named. settings: others of the application's.
    RuntimeError, with the end of the log, where it does not start.
    """
    process, address = start(url, log, script, port, **settings)
    try:
        yield address
    finally:
        end(process)


def start(
    url: str,
    log: Path,
    script: Path | None = None,
    port: int = 0,
    *,
    code: str = "",
    **settings: str,
) -> tuple[subprocess.Popen, str]:
    """The process of a server that answers, and its address: for tests that end it themselves. code: what starts it, of a port,
    in another way than people do."""
    port = port or free_port()
    nowhere = f"http://{HOST}:9"  # the server may not go out either
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "PORT": str(port),
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "NO_PROXY": HOST,
        **settings,
    }
    scheme = "https" if settings.get("TLS_CERT") else "http"
    address = f"{scheme}://{settings.get('HOST', HOST)}:{port}"
    command = ["-c", OTHER, str(port), str(script)] if script else ["-m", "scripts.start"]
    command = ["-c", code, str(port)] if code else command
    with log.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, address, log)
    except BaseException:
        end(process)
        raise
    return process, address


def wait_for_line(log: Path, words: str, after: int = 0) -> None:
    """Wait until a server has written these words in its log. after: how many characters of it are of before."""
    until = time.monotonic() + ENOUGH
    while words not in log.read_text(encoding="utf-8")[after:]:
        assert time.monotonic() < until, log.read_text(encoding="utf-8")[-2_000:]
        time.sleep(0.05)


@contextmanager
def noticed_away(log: Path) -> Iterator[None]:
    """When the block, which takes the database away, is over, the server has noticed: until then it answers from memory."""
    before = len(log.read_text(encoding="utf-8"))
    yield
    wait_for_line(log, AWAY, before)


def end(process: subprocess.Popen) -> None:
    """End a server that `start` gave."""
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Mortal:
    """A server that tests stop or end, and that comes back on the same port, for them and for the next."""

    def __init__(self, url: str, log: Path):
        self.url, self.log = url, log
        self.process, self.address = start(url, log)
        self.struck: signal.Signals | None = None
        self.lent = 0  # to how many tests

    def strike(self, way: signal.Signals) -> None:
        """Stop it or end it."""
        self.struck = way
        self.process.send_signal(way)

    def come_back(self) -> None:
        """Go on where it was only stopped, as after a cut of the network; start anew where it was ended."""
        if self.struck == signal.SIGSTOP:
            self.process.send_signal(signal.SIGCONT)
        elif self.struck:
            self.process.wait(30)
            self.process, _ = start(self.url, self.log, port=urlparse(self.address).port)
        self.struck = None


def _wait(process: subprocess.Popen, address: str, log: Path) -> None:
    # The certificate is one of the test's own: here it is asked only whether anybody answers.
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=ssl._create_unverified_context()),
    )
    until = time.monotonic() + ENOUGH
    while time.monotonic() < until and process.poll() is None:
        try:
            with opener.open(f"{address}/livez", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"The server did not start: {log.read_text()[-2_000:]}")


class Certificate:
    """A certificate for `ELSEWHERE` and its key in a folder, of an authority that lives as long as the test."""

    def __init__(self, folder: Path):
        issued = trustme.CA().issue_cert(ELSEWHERE)
        issued.private_key_pem.write_to_path(folder / "key.pem")
        chain = issued.cert_chain_pems[0]
        chain.write_to_path(folder / "cert.pem")
        self.settings = {
            "TLS_CERT": str(folder / "cert.pem"),
            "TLS_KEY": str(folder / "key.pem"),
        }
        key = x509.load_pem_x509_certificate(chain.bytes()).public_key()
        kept = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        digest = base64.b64encode(hashlib.sha256(kept).digest()).decode()
        # A browser that only overlooks its errors asks again for what a busy server answers late, and gives up in the end.
        self.trusted = f"--ignore-certificate-errors-spki-list={digest}"


@contextmanager
def browsing(*flags: str) -> Iterator[Browser]:
    """Chromium, started and ended."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *flags])
        yield browser
        browser.close()


@dataclass
class Visit:
    """A browser session, and everything in it that should not have been."""

    context: BrowserContext
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """Requests that left the server's address, errors of the console or of scripts, dialogs."""
        return [
            *(f"outside: {u}" for u in self.outside),
            *self.errors,
            *(f"dialog: {d}" for d in self.dialogs),
        ]

    def leave(self, viewport: ViewportSize) -> Page:
        """One empty page, as in a session that has just begun, but for files of the server that never change.

        A new session costs more than what is then shown in it: its process compiles all of Streamlit's scripts again. So
        does one that was left for a page of no server: what is small on the same one stays in the process.
        """
        page, *others = self.context.pages or [self.context.new_page()]
        for other in others:
            other.close()
        page.unroute_all()
        if page.url.startswith("http"):
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        if not page.url.endswith(SMALL):
            page.goto(urljoin(page.url, SMALL) if page.url.startswith("http") else EMPTY)
        page.emulate_media(media="null")
        page.set_viewport_size(viewport)
        self.context.clear_cookies()
        return page

    def forget(self) -> list[str]:
        """The faults up to now, which are then forgotten."""
        faults = self.faults()
        for found in (self.outside, self.errors, self.dialogs):
            found.clear()
        return faults


def visit(browser: Browser, **settings) -> Visit:
    """A session as in Benin, whose requests and errors are recorded."""
    context = browser.new_context(
        **{
            "locale": "fr-FR",
            "timezone_id": "Africa/Porto-Novo",
            "viewport": SCREEN,
            **settings,
        }
    )
    found = Visit(context)
    # In every page and frame: what the policy of the server forbids is an error, seen or not.
    context.add_init_script("""document.addEventListener('securitypolicyviolation', (e) =>
      console.error(`policy: ${e.effectiveDirective} ${e.blockedURI} in ${location.pathname}`))""")
    context.on("request", lambda request: _note(found, request.url))
    context.on("console", lambda message: _hear(found, message))
    context.on("weberror", lambda error: found.errors.append(f"script: {error.error}"))
    context.on("page", lambda page: _watch(found, page))
    return found


def _watch(found: Visit, page) -> None:
    page.on("websocket", lambda socket_: _note(found, socket_.url))
    page.on("dialog", lambda dialog: (found.dialogs.append(dialog.message), dialog.dismiss()))


def _note(found: Visit, url: str) -> None:
    if not url.startswith(("data:", "blob:")) and urlparse(url).hostname not in (HOST, ELSEWHERE):
        found.outside.append(url)


def _hear(found: Visit, message: ConsoleMessage) -> None:
    if message.type != "error":
        return
    address = urlparse(message.location.get("url", "")).path
    if address == ICON:
        return
    found.errors.append(f"console: {message.text} ({address})")
