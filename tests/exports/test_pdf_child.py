"""A PDF is set in a process of its own: the same bytes, nothing of it left in ours, and no harm where it fails."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from threading import Event, Lock

import psutil
import pytest

from dashboard import limited_process
from dashboard.exports import EXPORTS, ExportFailed, pdf, pdf_child
from tests.benchmarks.viewer import Viewer
from tests.browser import served
from tests.exports import decks
from tests.moved_time import LONG, wait_until

LINUX = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="limits of a process: Linux only"
)
# More than any limit: Typst counts the turns of a loop, but not of loops in loops.
ENDLESS = "#for a in range(9999) { for b in range(9999) { for c in range(9999) { let d = a } } }"


@pytest.fixture
def children(monkeypatch) -> Iterator[list[subprocess.Popen]]:
    """The processes that a test starts; at its end none of them is there, and no turn is taken."""
    started: list[subprocess.Popen] = []

    def start(*given, **more) -> subprocess.Popen:
        started.append(begin(*given, **more))
        return started[-1]

    begin = limited_process.start_process
    monkeypatch.setattr(limited_process, "start_process", start)
    yield started
    assert [p.pid for p in started if psutil.pid_exists(p.pid)] == []
    assert [pdf.SLOTS.acquire(blocking=False) for _ in range(3)] == [True, True, False]
    pdf.SLOTS.release(2)


@pytest.fixture
def template(tmp_path, monkeypatch):
    """Put another template in the place of ours."""

    def put(code: str) -> None:
        monkeypatch.setattr(pdf, "TEMPLATE", tmp_path / "other.typ")
        pdf.TEMPLATE.write_text(code, encoding="utf-8")

    return put


@pytest.fixture
def child(tmp_path, monkeypatch):
    """Put another process in the place of ours."""

    def put(code: str) -> None:
        monkeypatch.setattr(pdf, "CHILD", tmp_path / "other.py")
        pdf.CHILD.write_text(code, encoding="utf-8")

    return put


def refusal(deck=None) -> ExportFailed:
    """Why there is no PDF."""
    with pytest.raises(ExportFailed) as why:
        pdf.pdf(deck or decks.bare())
    assert str(why.value).endswith(".")
    return why.value


@pytest.mark.parametrize("name", decks.DECKS)
def test_the_bytes_are_those_that_typst_gives_in_this_process(name, monkeypatch, children):
    deck = decks.DECKS[name]()
    elsewhere = EXPORTS["pdf"].file(deck)
    assert len(children) == 1
    monkeypatch.setattr(pdf, "_compile_in_child", lambda asked: pdf_child.compile_pdf(**asked))
    assert EXPORTS["pdf"].file(deck) == elsewhere and len(children) == 1


@pytest.mark.seconds
def test_nothing_of_fifteen_that_differ_stays_in_this_process(children):
    """Set here, each would leave some five megabytes, and sixty where its charts differ too."""
    deck, me = decks.whole(), psutil.Process()
    numbers = count()

    def another() -> bytes:
        here = f"{next(numbers)} "
        return pdf.pdf(
            replace(deck, slides=tuple(replace(s, headline=here + s.headline) for s in deck.slides))
        )

    different = {another() for _ in range(3)}
    before = me.memory_info().rss
    different |= {another() for _ in range(15)}
    assert len(different) == 18
    assert me.memory_info().rss - before < 40e6


def test_two_are_set_at_once_and_the_others_wait_their_turn(child, tmp_path, monkeypatch):
    go = tmp_path / "go"
    child(
        "import os, sys, time\nsys.stdin.readline()\n"
        f"while not os.path.exists({str(go)!r}): time.sleep(0.01)\nprint('made', end='')"
    )
    running, most, lock, both = 0, [0], Lock(), Event()
    answer = pdf._answer

    def counted(process, asked) -> bytes:
        nonlocal running
        with lock:
            running += 1
            most.append(running)
        if running == 2:
            both.set()
        try:
            return answer(process, asked)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(pdf, "_answer", counted)
    with ThreadPoolExecutor(6) as six:
        asked = [six.submit(pdf.pdf, decks.bare()) for _ in range(6)]
        assert both.wait(60), "two at once"
        go.touch()
        made = [one.result() for one in asked]
    assert made == [b"made"] * 6 and max(most) == 2


def test_who_waits_too_long_for_his_turn_is_told_so(monkeypatch, children):
    monkeypatch.setattr(pdf, "PATIENCE", 0.1)
    with pdf.SLOTS, pdf.SLOTS:
        assert "à la fois" in str(refusal())
    assert not children


@LINUX
def test_one_that_computes_too_long_is_ended_and_the_next_is_set(template, monkeypatch, children):
    monkeypatch.setattr(pdf, "CPU_SECONDS", 1)
    template(ENDLESS)
    assert "trop de temps" in str(refusal())
    monkeypatch.undo()
    assert pdf.pdf(decks.bare()).startswith(b"%PDF")


@LINUX
def test_one_that_takes_too_much_memory_is_no_pdf_and_nothing_else(template, monkeypatch, children):
    monkeypatch.setattr(pdf, "MEMORY_BYTES", 250_000_000)
    template('#let a = ("x",) * 1000\n' + "#let a = a + a\n" * 20 + "#a.len()")
    assert "n'a pas pu être fait" in str(refusal())


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.abort()",
        "import sys; sys.stdin.readline(); sys.exit(1)",
        "print('%PDF half'); import os; os.abort()",
        "import time; time.sleep(60)",
        "import sys; sys.stdin.close(); import time; time.sleep(60)",
    ],
    ids=["crash", "refusal", "half a file", "reads nothing", "will read nothing"],
)
def test_a_process_that_fails_is_a_sentence(child, code, monkeypatch, children):
    monkeypatch.setattr(pdf, "SECONDS", 0.5)
    child(code)
    refusal(decks.whole())


def test_what_typst_says_goes_to_the_log_and_not_to_the_reader(template, children):
    template('#panic("a fault of the template")')
    why = refusal()
    assert "a fault of the template" in why.cause and "template" not in str(why)


def test_a_machine_that_starts_no_process_is_a_sentence(monkeypatch):
    def none(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(limited_process.subprocess, "Popen", none)
    assert "La machine" in str(refusal())


# --- with the server --------------------------------------------------------------------------------------------------
STARTED = """
import sys
from pathlib import Path
from dashboard.exports import pdf
pdf.TEMPLATE = Path({template!r})
from server import listen, serve
serve(listen(int(sys.argv[1])), prepare=lambda: None)
"""


def ask(address: str) -> None:
    """The dossier of the page « Présenter », by its button; nobody answers a server that is gone."""

    async def visit() -> None:
        async with Viewer(address) as viewer:
            await viewer.open("presenter")
            await viewer.press("emporter_pdf")

    asyncio.run(visit())


def first_child(process: subprocess.Popen) -> psutil.Process:
    """The process that the server starts, once it computes."""
    found: list[psutil.Process] = []

    def computes() -> bool:
        children = psutil.Process(process.pid).children()
        found.extend(one for one in children if one.cpu_times().user > 0.5)
        return bool(found)

    wait_until(computes)
    return found[0]


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
@pytest.mark.parametrize("way", ["SIGKILL", "SIGINT"])
def test_a_server_that_is_ended_leaves_no_process(sqlite, tmp_path, way):
    slow = tmp_path / "slow.typ"
    slow.write_text(ENDLESS)
    with sqlite.fresh(visits=6_000) as url, ThreadPoolExecutor(1) as other:
        process, address = served.start(
            url, tmp_path / "log", code=STARTED.format(template=str(slow))
        )
        try:
            asked = other.submit(ask, address)
            child = first_child(process)
            process.send_signal(getattr(signal, way))
            assert process.wait(LONG) is not None
            assert psutil.wait_procs([child], timeout=LONG)[1] == []
            with pytest.raises(Exception, match=r"."):
                asked.result()
        finally:
            served.end(process)


def test_a_process_is_told_what_to_set_and_nothing_else(child, monkeypatch):
    child(
        "import json, os, sys\n"
        "asked = json.loads(sys.stdin.readline())\n"
        "print(sorted(asked), sorted(os.environ.keys() - {'LC_CTYPE', 'SYSTEMROOT'}), end='')"
    )
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    assert pdf.pdf(decks.bare()) == b"['faces', 'files', 'made_on'] ['RAYON_NUM_THREADS']"
