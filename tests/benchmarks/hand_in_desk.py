"""Somebody who hands files in by « Remonter », without a browser, and the server on which he does: for measures."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from html import unescape
from pathlib import Path

import psutil
import requests
from sqlalchemy import text

from dashboard.accounts import sign_in_request, sign_ins
from dashboard.accounts.rights import Role
from dashboard.period import add_months, today
from db import accounts_and_sessions, schema
from db.engine import make_engine
from db.working_days import SATURDAY
from db.write_lock import write_transaction
from tests.benchmarks import load
from tests.browser import served
from tests.builders import EVERY_SITE, csv_text, waited

SMALL, LARGE = 200, 20_000  # rows
READERS = 100
QUIET = 10.0  # seconds without work after which a server has answered what it answers by itself
MONTH = add_months(today().replace(day=1), -1)


class Desk:
    """Somebody on the page « Remonter », without a browser."""

    def __init__(self, app: str, token: str) -> None:
        self.app, self.asked = app, requests.Session()
        self.asked.trust_env = False
        self.asked.headers["Origin"] = app
        self.asked.cookies.set("ccsp-session", token)

    @property
    def token(self) -> str:
        """The token of this session's forms."""
        page = self.asked.get(f"{self.app}/remonter", timeout=load.GIVE_UP)
        return re.search(r'name="jeton" value="(\w+)"', page.text)[1]

    def verdict(self, content: bytes, name: str) -> tuple[float, str, str]:
        """Send a file: the seconds until its verdict is shown, the verdict's heading, and the address where it waits."""
        fields = {"jeton": self.token, "centre": "", "mois": f"{MONTH:%Y-%m}"}
        start = time.perf_counter()
        page = self.asked.post(
            f"{self.app}/remonter", fields, files={"fichier": (name, content)}, timeout=300
        )
        shown = re.search(r'name="version" value="([^"]+)"', page.text)
        self.version = shown[1] if shown else ""
        return time.perf_counter() - start, _heading(page), page.url

    def confirm(self, address: str) -> tuple[float, str]:
        """Confirm a file that waits: the seconds until its receipt is shown, and its heading."""
        fields = {"jeton": self.token, "faire": "confirmer", "version": self.version}
        start = time.perf_counter()
        page = self.asked.post(address, fields, timeout=300)
        return time.perf_counter() - start, _heading(page)

    def keep(self, content: bytes) -> tuple[float, float]:
        """Hand a register in: the seconds of its verdict, and those of its receipt. RuntimeError where it is not kept."""
        judged, heading, address = self.verdict(content, "registre.csv")
        if not heading.startswith("Bon à garder"):
            raise RuntimeError(heading)
        kept, heading = self.confirm(address)
        if not heading.startswith("C'est fait"):
            raise RuntimeError(heading)
        return judged, kept

    def close_day(self, back: int, visits: int) -> float:
        """Close the `back`-th last day that is to be closed, as its page offers it: the seconds from the press to the receipt.
        RuntimeError where it is not kept, or not seen at once."""
        address = f"{self.app}/remonter/cloture"
        page = self.asked.get(address, timeout=load.GIVE_UP).text
        days = re.findall(r'jour=(\d{4}-\d{2}-\d{2})"', page)
        fields = dict(re.findall(r'name="(jeton|centre|cle)" value="([^"]*)"', page))
        start = time.perf_counter()
        receipt = self.asked.post(
            address,
            {**fields, "jour": days[back], "visites": str(visits)},
            timeout=load.GIVE_UP,
        )
        taken = time.perf_counter() - start
        if f"{visits} visites" not in _heading(receipt).replace("\u202f", " "):
            raise RuntimeError(_heading(receipt))
        again = self.asked.get(f"{address}?jour={days[back]}", timeout=load.GIVE_UP).text
        if days[back] in re.findall(r'jour=(\d{4}-\d{2}-\d{2})"', again):
            raise RuntimeError(f"{days[back]} is still to be closed")
        return taken


def _heading(page: requests.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)
    said = found[1] if found else f"{page.status_code} {page.text[:200]}"
    return unescape(said).replace("\xa0", " ").strip()


def register(rows: int, name: str, wait: int = 10) -> bytes:
    """A register of last month: of one site where it is short, else of all. name: begins its references, by which rows are known;
    wait: of who waited least."""
    sites = EVERY_SITE if rows > SMALL else EVERY_SITE[:1]
    days = [MONTH + timedelta(n) for n in range(28)]
    open_days = [day.isoformat() for day in days if day.weekday() < SATURDAY]
    lines = (
        waited(
            wait + n % 50,
            site=sites[n % len(sites)],
            day=open_days[n // len(sites) % len(open_days)],
            ref=f"{name} {n}",
        )
        for n in range(rows)
    )
    return csv_text("registre", *lines).encode()


# --- a server ---------------------------------------------------------------------------------------------------------
def people(url: str) -> tuple[str, list[str]]:
    """Sign in who hands in, and the readers, under new accounts: the token of his session, and the cookies of theirs."""
    names = {"hands.in": Role.DATA_MANAGER}
    names.update({f"reader.{n}": Role.CABINET for n in range(READERS)})
    tokens = {name: sign_in_request.new_token() for name in names}
    engine = make_engine(url)
    schema.upgrade(engine)  # what is measured on is kept, and may be of an older version
    with write_transaction(engine, queue=False) as connection:
        for name, role in names.items():
            account = accounts_and_sessions.add_account(
                connection, name, role=role, departments=None, sites=None, email=None
            )
            browser = sign_in_request.Browser("", "", served.HOST)
            sign_ins.begin_session(connection, account, tokens[name], browser)
    engine.dispose()
    manager = tokens.pop("hands.in")
    return manager, [f"ccsp-session={token}" for token in tokens.values()]


def focal_points(url: str, app: str, count: int) -> list[Desk]:
    """So many points focaux, signed in: each of one site, several of a site where there are more than sites."""
    engine, desks = make_engine(url), []
    with write_transaction(engine, queue=False) as connection:
        for n in range(count):
            account = accounts_and_sessions.add_account(
                connection,
                f"focal.{n}",
                role=Role.FOCAL_POINT,
                departments=None,
                sites=[EVERY_SITE[n % len(EVERY_SITE)]],
                email=None,
            )
            token = sign_in_request.new_token()
            sign_ins.begin_session(
                connection, account, token, sign_in_request.Browser("", "", served.HOST)
            )
            desks.append(Desk(app, token))
    engine.dispose()
    return desks


def open_days_again(url: str) -> None:
    """Take the closings of the last month out of the base, so that there are days to close."""
    engine = make_engine(url)
    with write_transaction(engine) as connection:
        since = (today() - timedelta(days=31)).isoformat()
        connection.execute(text("DELETE FROM daily_closing WHERE day >= :since"), {"since": since})
    engine.dispose()


@contextmanager
def server(folder: Path) -> Iterator[tuple[psutil.Process, Desk, list[str]]]:
    """A server on a copy of the base, once it is quiet; who hands in there, and the readers' cookies."""
    copy = folder / "copy.db"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(load.database().removeprefix("sqlite:///"))) as held:
        held.execute("VACUUM INTO ?", (str(copy),))
    manager, cookies = people(f"sqlite:///{copy}")
    open_days_again(f"sqlite:///{copy}")
    process, app = served.start(f"sqlite:///{copy}", folder / "app.log")
    try:
        found = psutil.Process(process.pid)
        quiet(found)
        yield found, Desk(app, manager), cookies
        log = (folder / "app.log").read_text(encoding="utf-8", errors="replace")
        if " ERROR " in log:
            print(f"the server wrote: {log[-1_500:]}")
    finally:
        served.end(process)


def quiet(process: psutil.Process) -> None:
    """Wait until the server has nothing to do, at most six times QUIET."""
    until, since = time.monotonic() + 6 * QUIET, time.monotonic()
    while time.monotonic() < until and time.monotonic() - since < QUIET:
        if process.cpu_percent(1) > 20:
            since = time.monotonic()
