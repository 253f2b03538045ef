"""How long the opening page takes on a slow line: python -m tests.benchmarks.slow_line.

A line of 100 kbit/s each way and 600 ms there and back, between Chromium and the application, which is started as people do.
Chromium's own emulation leaves websockets as fast as they are, and knows nothing of what a new connection costs: the line is a
proxy on the loopback address instead, and everything that the browser asks and is sent goes through it, headers too. What it does
not have is TCP's slow start, lost packets and TLS.

A first visit finds the browser's cache empty; the second, of the same browser, finds what the first one left there. DATABASE_URL
names a database to measure on; without it one of 300,000 invented visits is built in data/bench and kept.
"""

import asyncio
import math
import os
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from urllib.parse import urlparse

from playwright.sync_api import BrowserContext

from dashboard.settings import ROOT
from tests.browser import served

BITS, ROUND_TRIP = 100_000, 0.6  # a second, each way; seconds
PACKET, MOST = 1_460, 64  # bytes; packets of one connection that travel
PATIENCE = 300_000  # milliseconds
QUIET = 5_000  # milliseconds for which a page is left once its map is drawn
READY = 5  # seconds in which a server that has just begun compresses what a first visit fetches
VISITS = 300_000
# Whole seconds and KB that the issue of growth asks for.
AIMS = {
    ("first", "something"): 5,
    ("first", "words"): 60,
    ("first", "kilobytes"): 800,
    ("second", "map"): 10,
}
# In the page: when its first words and the first site of its map were there.
WATCH = """(() => {
  const map = () => document.querySelector('iframe[title^=Carte]')?.contentDocument?.querySelector('path.site');
  const shown = { words: () => document.querySelector('h1')?.innerText, map };
  if (top === self) setInterval(() => {
    window.noted ??= {};
    for (const [name, found] of Object.entries(shown)) if (!noted[name] && found()) noted[name] = performance.now();
  }, 20);
})();"""
# When the browser first painted a text or a picture.
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# Milliseconds since the page was asked for.
TIMES = f"() => ({{ something: {PAINTED}, ...noted }})"


Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter


@dataclass
class Way:
    """One direction of a line, which all connections share packet by packet."""

    bits: float
    latency: float
    most: float = math.inf  # bytes after which nothing more arrives
    carried: int = 0  # bytes
    _free: float = 0.0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def carry(self, count: int) -> float:
        """Wait until so many bytes are on their way; the time at which they arrive."""
        now = asyncio.get_running_loop().time
        async with self._turn:  # who came first is first: each connection one packet
            while self.carried + count > self.most:
                await asyncio.sleep(0.05)
            self._free = max(self._free, now()) + 8 * count / self.bits
            await asyncio.sleep(self._free - now())
            self.carried += count
        return self._free + self.latency


class Line:
    """A slow line to an address: what connects to it is led there, and no more is read of it than the line carries."""

    def __init__(self, app: str, bits: float = BITS, round_trip: float = ROUND_TRIP) -> None:
        place = urlparse(app)
        self.host, self.port = place.hostname or served.HOST, place.port
        self.round_trip = round_trip
        self.loop = asyncio.new_event_loop()
        self._open: set[Writer] = set()
        self.up, self.down = Way(bits, round_trip / 2), Way(bits, round_trip / 2)

    async def accept(self, from_browser: Reader, to_browser: Writer) -> None:
        """Lead a connection there and back until an end closes it."""
        self._open.add(to_browser)
        await asyncio.sleep(self.round_trip)  # until it is open, for both
        with suppress(OSError):
            from_app, to_app = await asyncio.open_connection(self.host, self.port, limit=PACKET)
            self._open.add(to_app)
            there, back = (from_browser, to_app, self.up), (from_app, to_browser, self.down)
            await asyncio.gather(_lead(*there), _lead(*back))
            self._open.discard(to_app)
        to_browser.close()
        self._open.discard(to_browser)

    def cut(self) -> None:
        """End all connections; what was on its way is lost. Then the line is whole again."""
        asyncio.run_coroutine_threadsafe(self._cut(), self.loop).result()

    async def finish(self) -> None:
        """End what is still on its way, so that nothing of it is left when the loop closes."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for end in self._open:
            end.transport.abort()
        await asyncio.sleep(0)  # in which the sockets are closed

    async def _cut(self) -> None:
        for end in self._open:
            end.transport.abort()
        slow = [(way, way.bits) for way in (self.up, self.down)]
        for way, _ in slow:
            way.bits = way.most = math.inf
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others, timeout=5)
        for way, bits in slow:
            way.bits = bits


async def _lead(source: Reader, sink: Writer, way: Way) -> None:
    """Lead one direction of a connection."""
    now = asyncio.get_running_loop().time
    travelling: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(MOST)

    async def arrive() -> None:
        data = b"-"
        while data:
            at, data = await travelling.get()
            await asyncio.sleep(at - now())
            if not sink.is_closing():
                sink.write(data)
                with suppress(OSError):
                    await sink.drain()
        sink.close()

    async def leave() -> None:
        data = b"-"
        while data:
            try:
                data = await source.read(PACKET)
            except OSError:
                data = b""
            await travelling.put((await way.carry(len(data)), data))

    await asyncio.gather(arrive(), leave())


@contextmanager
def slow_line(
    app: str, bits: float = BITS, round_trip: float = ROUND_TRIP
) -> Iterator[tuple[str, Line]]:
    """The application's address by a slow line, and the line, which counts what it carried."""
    line = Line(app, bits, round_trip)
    # Playwright has a loop of its own in the thread of whoever calls.
    thread = Thread(target=line.loop.run_forever, daemon=True)
    thread.start()
    with socket.create_server((served.HOST, 0)) as listening:
        starting = asyncio.start_server(line.accept, sock=listening, limit=PACKET)
        server = asyncio.run_coroutine_threadsafe(starting, line.loop).result()
        try:
            yield f"http://{served.HOST}:{listening.getsockname()[1]}", line
        finally:
            line.loop.call_soon_threadsafe(server.close)
            line.cut()
            asyncio.run_coroutine_threadsafe(line.finish(), line.loop).result()
            line.loop.call_soon_threadsafe(line.loop.stop)
            thread.join()
            line.loop.close()


def measure(database_url: str) -> dict[str, dict[str, float]]:
    """What a first and a second visit of the opening page take: `first` and `second`, each with seconds until there is something
    to read (`something`), the first words of the page (`words`) and the map (`map`); kilobytes that came down the line in all
    (`kilobytes`), and of them those of each type (`kilobytes of script`, …); requests (`requests`)."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served.browsing() as browser,
        served.serve(database_url, Path(folder) / "log") as app,
        slow_line(app) as (address, line),
    ):
        # Its own context: where requests are looked at, as in tests, the browser keeps nothing.
        context = browser.new_context(
            locale="fr-FR", timezone_id="Africa/Porto-Novo", viewport=served.SCREEN
        )
        context.add_init_script(WATCH)
        time.sleep(READY)
        return {name: _visit(context, address, line) for name in ("first", "second")}


def _visit(context: BrowserContext, address: str, line: Line) -> dict[str, float]:
    """Open the page; what it took."""
    page = context.new_page()
    wire, types, bytes_of = context.new_cdp_session(page), {}, Counter[str]()
    wire.on("Network.responseReceived", lambda e: types.update({e["requestId"]: e["type"]}))
    wire.on(
        "Network.loadingFinished",
        lambda e: bytes_of.update({types.get(e["requestId"], "Other"): e["encodedDataLength"]}),
    )
    wire.send("Network.enable")
    before = line.down.carried
    page.goto(address, wait_until="commit", timeout=PATIENCE)
    page.wait_for_function("() => window.noted?.words && noted.map", timeout=PATIENCE)
    page.wait_for_timeout(QUIET)
    seconds = {name: at / 1_000 for name, at in page.evaluate(TIMES).items()}
    page.close()
    line.cut()  # who comes back another day has no connection left
    return {
        **seconds,
        "kilobytes": (line.down.carried - before) / 1_000,
        **{f"kilobytes of {kind.lower()}": n / 1_000 for kind, n in bytes_of.most_common() if n},
        "requests": len(types),
    }


def main() -> int:
    """Measure and print; 1 where an aim is missed."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        file = ROOT / "data" / "bench" / f"latency-{VISITS}.db"
        url = f"sqlite:///{file}" if file.exists() else served.make_demo(file, VISITS)
    found = measure(url)
    names = list(dict.fromkeys(name for visit in found.values() for name in visit))
    print(f"{BITS / 1_000:.0f} kbit/s, {1_000 * ROUND_TRIP:.0f} ms".ljust(30), "first     second")
    for name in names:
        print(name.ljust(26), *(f"{visit.get(name, 0):10.1f}" for visit in found.values()))
    missed = [
        f"{visit} visit, {name}: {found[visit][name]:.1f}, at most {most} is the aim"
        for (visit, name), most in AIMS.items()
        if found[visit][name] > most
    ]
    for line in missed:
        print(line)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
