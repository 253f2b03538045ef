"""What the gate costs: `make load` calls this at its end. A sign-in beside twenty viewers who are signed in, and the same page
with the gate before it and without.

By itself: python -m tests.benchmarks.gate, on the database that `make load` built.
"""

import asyncio
import random
import re
import sqlite3
import sys
import tempfile
import urllib.error
import urllib.request
from contextlib import ExitStack, closing
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from urllib.parse import urlencode

from dashboard.accounts import account_changes
from dashboard.accounts.account_rules import AccountChanges
from dashboard.accounts.rights import Role
from db.engine import make_engine
from tests.benchmarks.viewer import Run, Viewer
from tests.browser import served

VIEWERS, THINK = 20, 5.0  # signed in, and seconds between two acts of each
SIGN_INS, EVERY = 20, 1.0  # measured, and seconds between two
PAIRS = 60  # acts with and without the gate, by turns
PASSWORD = "trois lampes sous la pluie"
# The application without the gate: whoever asks is said to sit at the machine.
BARE = """
import sys
import server
from starlette.middleware import Middleware
from dashboard.web import gate

class Told:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] in ("http", "websocket"):
            scope = {**scope, "headers": [*scope["headers"], (b"ccsp-account", b"open")]}
        await self.app(scope, receive, send)

server.MIDDLEWARE[:] = [Middleware(Told), *[one for one in gate.MIDDLEWARE if one.cls is gate.Compression]]
server.serve(server.listen(int(sys.argv[1])))
"""


class Office:
    """A browser without pages: keeps cookies, fills in forms."""

    def __init__(self, app: str) -> None:
        self.app, self.jar = app, CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )

    def form(self, path: str, **fields: str) -> float:
        """Fill in a form; gives the seconds from sending it to the answer that lets in. RuntimeError where it does not."""
        page = self.opener.open(f"{self.app}{path}").read().decode()
        (token,) = re.findall(r'name="jeton" value="(\w+)"', page)
        asked = urllib.request.Request(
            f"{self.app}{path}",
            urlencode({"jeton": token, **fields}).encode(),
            {"Origin": self.app},
        )
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.jar),
            _Stay(),
        )
        start = perf_counter()
        try:
            opener.open(asked)
        except urllib.error.HTTPError as answer:
            if answer.code == 303:
                return perf_counter() - start
            raise RuntimeError(f"{path}: {answer.code}") from answer
        raise RuntimeError(f"{path}: it does not let in")

    @property
    def cookies(self) -> str:
        """As a header has them."""
        return "; ".join(f"{one.name}={one.value}" for one in self.jar)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Goes nowhere by itself: what the form answers is what is timed."""

    def redirect_request(self, *_) -> None:
        return None


def measure(url: str) -> None:
    """Print both; url: an SQLite database of fictitious data, which is left as it is."""
    with tempfile.TemporaryDirectory() as folder:
        beside_viewers(url, Path(folder))
        with_and_without(url, Path(folder))


# --- signing in -------------------------------------------------------------------------------------------------------
def beside_viewers(url: str, folder: Path) -> None:
    """A line: how long a sign-in takes while twenty look."""
    copy = folder / "accounts.db"
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as held:
        held.execute("VACUUM INTO ?", (str(copy),))
    names = [f"viewer.{n}" for n in range(VIEWERS)] + ["office"]
    engine = make_engine(f"sqlite:///{copy}")
    received = {
        name: account_changes.add(engine, name, AccountChanges(Role.CABINET), "measure")
        for name in names
    }
    engine.dispose()
    with served.serve(f"sqlite:///{copy}", folder / "accounts.log") as app:
        inside = {name: Office(app) for name in names}
        for name, office in inside.items():
            office.form("/connexion", nom=name, mot_de_passe=received[name])
            once = received[name]
            office.form("/mot-de-passe", mot_de_passe=once, nouveau=PASSWORD, encore=PASSWORD)
        alone = [_sign_in(app) for _ in range(SIGN_INS)]
        beside, acts = asyncio.run(_crowd(app, [inside[n].cookies for n in names[:VIEWERS]]))
    print(
        f"\nSigning in, {SIGN_INS} times, ms from the form to the page: alone p50 {1000 * median(alone):.0f}, longest"
        f" {1000 * max(alone):.0f}; beside {VIEWERS} viewers ({acts} acts) p50 {1000 * median(beside):.0f}, longest"
        f" {1000 * max(beside):.0f}",
        flush=True,
    )


def _sign_in(app: str) -> float:
    return Office(app).form("/connexion", nom="office", mot_de_passe=PASSWORD)


async def _crowd(app: str, cookies: list[str]) -> tuple[list[float], int]:
    """Twenty viewers act; meanwhile somebody signs in again and again."""
    acts: list[float] = []
    viewers = [asyncio.create_task(_look(app, one, n, acts)) for n, one in enumerate(cookies)]
    await asyncio.sleep(2 * THINK)
    acts.clear()

    def all_of_them() -> list[float]:
        found = []
        for _ in range(SIGN_INS):
            found.append(_sign_in(app))
            sleep(EVERY)
        return found

    found = await asyncio.to_thread(all_of_them)
    for viewer in viewers:
        viewer.cancel()
    for ended in await asyncio.gather(*viewers, return_exceptions=True):
        if not isinstance(ended, asyncio.CancelledError):
            raise RuntimeError("a viewer was lost") from ended
    return found, len(acts)


async def _look(app: str, cookies: str, number: int, acts: list[float]) -> None:
    chance = random.Random(number)
    await asyncio.sleep(THINK * chance.random())
    async with Viewer(app, chance, cookies=cookies) as viewer:
        run: Run = await viewer.open("attentes")
        while not run.error:
            await asyncio.sleep(min(chance.expovariate(1 / THINK), 4 * THINK))
            _, run = await viewer.act()
            acts.append(run.seconds)
        raise RuntimeError(run.error)


# --- with and without -------------------------------------------------------------------------------------------------
def with_and_without(url: str, folder: Path) -> None:
    """A line: an act on « Attentes » whose answer is known, with the gate before it and without."""
    with ExitStack() as stack:
        servers = []
        for name, code in (("gate", ""), ("bare", BARE)):
            process, app = served.start(url, folder / f"{name}.log", code=code)
            stack.callback(served.end, process)
            servers.append(app)
        found = asyncio.run(_pairs(*servers))
    (a, b), (with_gate, without) = found, (median(one) for one in found)
    apart = sorted(1000 * (x - y) for x, y in zip(a, b, strict=True))
    print(
        f"An act, known, {PAIRS} by turns, ms: with the gate {1000 * with_gate:.1f}, without {1000 * without:.1f}; apart"
        f" {median(apart):+.1f}, half of the pairs between {apart[PAIRS // 4]:+.1f} and {apart[3 * PAIRS // 4]:+.1f}",
        flush=True,
    )


async def _pairs(*servers: str) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in servers]
    async with Viewer(servers[0]) as one, Viewer(servers[1]) as other:
        for viewer in (one, other):
            await viewer.open("attentes")
        options = one.lists["filtre_departement"].options[1:3]
        for n in range(PAIRS + 4):
            turn = list(enumerate((one, other)))
            for i, viewer in turn if n % 2 else turn[::-1]:
                run = await viewer.choose({"filtre_departement": options[n // 2 % 2]})
                if run.error:
                    raise RuntimeError(run.error)
                if n >= 4:  # both answers are known now
                    times[i].append(run.seconds)
    return times


if __name__ == "__main__":
    from tests.benchmarks.load import database

    measure(database())
    sys.exit(0)
