"""What « Remonter » costs, by its door: python -m tests.benchmarks.hand_in (HAND_IN=verdicts,memory,readers,closings for some).

How long the verdict on a file takes and how long keeping it does; what memory the server holds after large workbooks and after
forms that are refused by their length; what a hundred readers notice while a file of 20,000 rows comes in, and while thirty
points focaux close their day in the same minute.
Each is measured on a server of its own, started as people start it, on a copy of the load's base (tests.benchmarks.load), with
accounts. Loopback only; it ends by itself, with 1 where an aim is missed.
"""

import asyncio
import http.client
import os
import random
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlparse

import psutil

from tests.benchmarks import load
from tests.benchmarks.hand_in_desk import (
    LARGE,
    MONTH,
    READERS,
    SMALL,
    Desk,
    focal_points,
    quiet,
    register,
    server,
)
from tests.benchmarks.large_workbook import large_workbook
from tests.builders import EVERY_SITE

WORKBOOKS, MEGABYTES, REFUSED = 20, 10, 200
TOO_LONG = 50_000_000  # bytes that a form says it has: more than any may
SECONDS = 30.0
CLOSERS, MINUTE = 30, 60.0
BESIDE_TAPS = "beside days that are closed"
ONE_FILE = "beside one file"
ROUNDS = {"alone": 0, ONE_FILE: 1, "one file after the other": 1_000}  # the most files that come in
# Seconds of a verdict by rows; MB more than at the start; the readers' 95th percentile in seconds, and beside it alone.
AIMS = {SMALL: 1.0, LARGE: 10.0}
MOST_MORE, SLOWEST, TIMES = 50, 0.5, 3.0


# --- the three --------------------------------------------------------------------------------------------------------
def verdicts(folder: Path) -> list[str]:
    """Lines of the seconds of a verdict and of keeping, first and again with other waits; what is missed."""
    missed = []
    print(f"\n{'seconds':<28}{'verdict':>9}{'kept':>9}   {load.load()}")
    with server(folder) as (_, desk, _):
        for rows in (SMALL, LARGE):
            for wait, which in ((10, "first"), (11, "again, all corrected")):
                judged, kept = desk.keep(register(rows, f"essai {rows}", wait))
                print(f"{f'{rows} rows, {which}':<28}{judged:>9.2f}{kept:>9.2f}", flush=True)
                if judged >= AIMS[rows]:
                    missed.append(f"the verdict on {rows} rows takes {judged:.2f} s")
    return missed


def memory(folder: Path) -> list[str]:
    """Lines of the server's memory before, at its most, and after large workbooks and refused forms; what is missed."""
    with server(folder) as (process, desk, _):
        start = held(process)
        desk.verdict(register(SMALL, "premier"), "registre.csv")
        print(f"\n{'MB of memory':<28}{'before':>9}{'peak':>9}{'after':>9}   {start:.0f} at the start")  # fmt: skip
        times, said = [], set()

        def send() -> None:
            for number in range(WORKBOOKS):
                content = large_workbook(number, MEGABYTES * 1_000_000, MONTH, EVERY_SITE[0])
                seconds, heading, _ = desk.verdict(content, f"classeur-{number}.xlsx")
                times.append(seconds)
                said.add(re.sub(r"[\d\u202f ]+ lignes", "N lignes", heading))

        def refuse() -> None:
            statuses = {refused(desk) for _ in range(REFUSED)}
            said.add(f"refused with {statuses}")

        _memory_line(f"{WORKBOOKS} workbooks of {MEGABYTES} MB", process, send)
        print(f"{'':<28}a verdict in {median(times):.1f} s, at most {max(times):.1f}")
        last = _memory_line(f"{REFUSED} too long by their length", process, refuse)
        for text in sorted(said):
            print(f"{'':<28}{text[:100]}")
    more = last - start
    return [f"{more:.0f} MB more than at the start"] if more >= MOST_MORE else []


def _memory_line(name: str, process: psutil.Process, work: Callable[[], None]) -> float:
    """Do something and print a line; the MB that are held once it is over."""
    before, over, peak = held(process), threading.Event(), [0.0]

    def watch() -> None:
        while not over.wait(0.1):
            peak.append(held(process))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        work()
    finally:
        over.set()
        watching.join()
    quiet(process)
    after = held(process)
    print(f"{name:<28}{before:>9.0f}{max(peak):>9.0f}{after:>9.0f}", flush=True)
    return after


def held(process: psutil.Process) -> float:
    """MB of memory of the server itself."""
    return process.memory_info().rss / 1e6


def refused(desk: Desk) -> int:
    """The status of the answer to a form that says it is longer than any may be, of which nothing is sent."""
    place = urlparse(desk.app)
    with closing(http.client.HTTPConnection(place.hostname, place.port, timeout=30)) as asked:
        asked.putrequest("POST", "/remonter")
        cookies = "; ".join(f"{name}={value}" for name, value in desk.asked.cookies.items())
        for name, value in {
            "Cookie": cookies,
            "Origin": desk.app,
            "Content-Type": "multipart/form-data; boundary=x",
            "Content-Length": str(TOO_LONG),
        }.items():
            asked.putheader(name, value)
        asked.endheaders()
        return asked.getresponse().status


def readers(folder: Path) -> list[str]:
    """Lines of what a hundred readers notice alone, beside one large file, and beside one after the other; what is missed."""
    load.SECONDS = SECONDS
    found: dict[str, load.Tally] = {}
    title = f"{READERS} readers for {SECONDS:.0f} s"
    print(f"\n{title:<28}{'acts/s':>9}{'p50 ms':>9}{'p95 ms':>9}{'errors':>9}")
    with server(folder) as (process, desk, cookies):
        for name, most in ROUNDS.items():
            tally = found[name] = load.Tally()
            with _files_coming(desk, tally, most) as kept:
                asyncio.run(load.crowd(desk.app, process, READERS, tally, cookies))
            print(
                f"{name:<28}{tally.rate:>9.1f}{1000 * median(tally.times):>9.0f}{1000 * tally.p95:>9.0f}"
                f"{len(tally.errors):>9}   {load.load()}",
                flush=True,
            )
            if kept:
                times = ", ".join(f"{a:.1f} + {b:.1f}" for a, b in kept)
                print(f"{'':<28}{LARGE} rows, verdict + kept: {times} s")
            for text in sorted(set(tally.errors))[:3]:
                print(f"{'':<28}{text[:120]}")
    alone, one = found["alone"], found[ONE_FILE]
    ratio = one.p95 / alone.p95
    print(f"p95 beside one file {ratio:.2f} × that alone", flush=True)
    checks = {
        f"the readers' p95 is {one.p95:.2f} s": one.p95 < SLOWEST,
        f"the readers' p95 is {ratio:.1f} × that alone": ratio < TIMES,
        "errors were met": not any(tally.errors for tally in found.values()),
    }
    return [what for what, right in checks.items() if not right]


@contextmanager
def _files_coming(desk: Desk, tally: load.Tally, most: int) -> Iterator[list[tuple[float, float]]]:
    """Meanwhile so many files of LARGE rows at most come in, one after the other; the seconds of each."""
    over, kept = threading.Event(), list[tuple[float, float]]()

    def send() -> None:
        for number in range(most):
            if over.is_set():
                return
            try:
                kept.append(desk.keep(register(LARGE, f"lecteurs {most} {number}")))
            except Exception as reason:  # whatever keeps it out
                tally.errors.append(f"a file: {type(reason).__name__}: {reason}")

    sending = threading.Timer(2 + load.ENTRY * READERS, send)  # once all have come in
    sending.start()
    try:
        yield kept
    finally:
        over.set()
        sending.join()


def closings(folder: Path) -> list[str]:
    """Lines of what a hundred readers notice alone, and while thirty points focaux close their day in one minute; what is
    missed."""
    load.SECONDS, found = MINUTE, dict[str, load.Tally]()
    taps: list[float] = []
    title = f"{READERS} readers for {MINUTE:.0f} s"
    print(f"\n{title:<28}{'acts/s':>9}{'p50 ms':>9}{'p95 ms':>9}{'errors':>9}")
    with server(folder) as (process, desk, cookies):
        desks = focal_points(f"sqlite:///{folder / 'copy.db'}", desk.app, CLOSERS)
        for name, who in (("alone", []), (BESIDE_TAPS, desks)):
            tally = found[name] = load.Tally()
            with _days_closing(who, tally, taps):
                asyncio.run(load.crowd(desk.app, process, READERS, tally, cookies))
            print(
                f"{name:<28}{tally.rate:>9.1f}{1000 * median(tally.times):>9.0f}{1000 * tally.p95:>9.0f}"
                f"{len(tally.errors):>9}   {load.load()}",
                flush=True,
            )
            for text in sorted(set(tally.errors))[:3]:
                print(f"{'':<28}{text[:160]}")
    late = sorted(taps)[int(0.95 * len(taps))] if taps else float("inf")
    print(
        f"{len(taps)} days closed, each seen at once by who closed it: p50 {1000 * median(taps):.0f},"
        f" p95 {1000 * late:.0f} ms from the press to the receipt"
    )
    checks = {
        f"only {len(taps)} days were closed": len(taps) == CLOSERS,
        f"the readers' p95 is {found[BESIDE_TAPS].p95:.2f} s": found[BESIDE_TAPS].p95 < SLOWEST,
        f"a receipt takes {late:.2f} s": late < SLOWEST,
        "errors were met": not any(tally.errors for tally in found.values()),
    }
    return [what for what, right in checks.items() if not right]


@contextmanager
def _days_closing(desks: list[Desk], tally: load.Tally, taps: list[float]) -> Iterator[None]:
    """Meanwhile each of them closes a day once, at some moment of the minute."""

    def close(number: int, one: Desk) -> None:
        try:
            taps.append(one.close_day(number // len(EVERY_SITE), 10 + number))
        except Exception as reason:  # whatever keeps it out
            tally.errors.append(f"a closing: {type(reason).__name__}: {reason}")

    begin = 2 + load.ENTRY * READERS  # once all have come in
    pending = [
        threading.Timer(begin + random.uniform(0, MINUTE - 2), close, (n, one))
        for n, one in enumerate(desks)
    ]
    for timer in pending:
        timer.start()
    try:
        yield
    finally:
        for timer in pending:
            timer.join()


def main() -> int:
    """Measure what is asked for, and print what is missed."""
    random.seed(1)
    parts = (os.environ.get("HAND_IN") or "verdicts,memory,readers,closings").split(",")
    missed = []
    for one in (verdicts, memory, readers, closings):
        if one.__name__ in parts:
            with tempfile.TemporaryDirectory() as folder:
                missed += one(Path(folder))
    print("\n" + ("\n".join(f"missed: {what}" for what in missed) or "as it should be"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
