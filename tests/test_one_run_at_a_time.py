"""Pages are made one at a time, by turns of accounts, and none waits for ever for another."""

import threading
import time
from collections import Counter
from contextlib import suppress

import pytest

from dashboard import one_run_at_a_time as turns
from dashboard.exports import EXPORTS
from dashboard.one_run_at_a_time import IMPATIENT, RunQueue
from dashboard.settings import ROOT
from tests.exports import decks

LONG = 20  # seconds: nothing takes so long


def at_once(monkeypatch, patience: float, *accounts: str) -> int:
    """How many pages were being made together, at most, where each that is made waits for all the others."""
    monkeypatch.setattr(turns, "PATIENCE", patience)
    taking, together, most, lock = RunQueue(), 0, 0, threading.Lock()
    all_there = threading.Barrier(len(accounts), timeout=0.5)

    def page(who: str) -> None:
        nonlocal together, most
        with taking.exclusive_run(who):
            with lock:
                together += 1
                most = max(most, together)
            with suppress(threading.BrokenBarrierError):
                all_there.wait()
            with lock:
                together -= 1

    threads = [threading.Thread(target=page, args=(who,)) for who in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taking._now is None and not taking._waiting and not +taking._late
    return most


@pytest.mark.parametrize("accounts", ["aaaa", "abcd", "aabb"])
def test_pages_are_made_one_at_a_time(monkeypatch, accounts):
    assert at_once(monkeypatch, LONG, *accounts) == 1


def test_who_waits_for_something_else_keeps_nobody_waiting(monkeypatch):
    """So that a database that one page waits for does not keep all the others from saying that it is away."""
    assert at_once(monkeypatch, 0.01, *"aaaa") == 4


def test_of_one_account_a_few_go_on_and_no_more(monkeypatch):
    """Or a hundred pages of one account would be made at once, and everybody's would take a hundred times as long."""
    assert at_once(monkeypatch, 0.01, *"a" * 30) <= IMPATIENT + 1


def made_in_order(
    monkeypatch, *accounts: str, took: dict[str, float] | None = None, later: float = 0
) -> list[str]:
    """Whose pages are made, where all are asked for while one is being made, in this order. took: seconds, before; later: seconds
    after that."""
    monkeypatch.setattr(turns, "PATIENCE", LONG)
    taking, made, threads = RunQueue(), [], []
    taking._took = {who: (seconds, time.monotonic()) for who, seconds in (took or {}).items()}
    time.sleep(later)

    def page(who: str) -> None:
        with taking.exclusive_run(who):
            made.append(who)

    with taking.exclusive_run("first"):
        for n, who in enumerate(accounts, 1):
            threads.append(threading.Thread(target=page, args=(who,)))
            threads[-1].start()
            _until(lambda n=n: sum(map(len, taking._waiting.values())) >= n)
    for thread in threads:
        thread.join()
    return made


def test_whoever_asks_for_a_hundred_pages_keeps_nobody_else_waiting(monkeypatch):
    made = made_in_order(monkeypatch, *"a" * 100, "b", "c", "b")
    assert Counter(made) == {"a": 100, "b": 2, "c": 1}
    assert made[:5] == ["a", "b", "c", "a", "b"]


def computing(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_who_computes_keeps_its_turn_however_long(monkeypatch):
    """Or a server that is slow would make everything at once, and be slower still."""
    monkeypatch.setattr(turns, "PATIENCE", 0.5)
    taking, order = RunQueue(), []

    def page(who: str) -> None:
        with taking.exclusive_run(who):
            order.append(f"{who} begins")
            computing(0.8)
            order.append(f"{who} ends")

    threads = [threading.Thread(target=page, args=(who,)) for who in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one[-4:] for one in order] == ["gins", "ends"] * 2


def test_who_took_least_is_next(monkeypatch):
    """However few pages of it wait, an account that took seconds waits for those that did not, and no longer than they took."""
    made = made_in_order(monkeypatch, *"abcab", took={"a": 10.0, "c": 3.0})
    assert made == ["b", "b", "c", "a", "a"]


def test_what_an_account_took_is_forgotten(monkeypatch):
    monkeypatch.setattr(turns, "FORGOTTEN", 0.01)
    assert made_in_order(monkeypatch, *"ab", took={"a": 10.0}, later=0.5) == ["a", "b"]


def test_what_takes_long_lets_those_first_who_took_less(monkeypatch):
    """A file between two of its slides."""
    monkeypatch.setattr(turns, "PATIENCE", LONG)
    taking, order = RunQueue(), []

    def page() -> None:
        with taking.exclusive_run("b"):
            order.append("page")

    with taking.exclusive_run("a"):
        other = threading.Thread(target=page)
        other.start()
        _until(lambda: taking._waiting)
        order.append("first slide")
        turns.yield_to_others()
        order.append("second slide")
        other.join()
    turns.yield_to_others()  # without a turn there is nothing to give
    assert order == ["first slide", "page", "second slide"] and taking._now is None


def test_another_has_the_turn_of_who_waits_for_a_process(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", LONG)
    taking, made = RunQueue(), threading.Event()

    def page() -> None:
        with taking.exclusive_run("b"):
            made.set()

    with taking.exclusive_run("a"):
        other = threading.Thread(target=page)
        with turns.release_while_waiting():
            other.start()
            assert made.wait(LONG)
        assert taking._now and taking._now.account == "a"
        other.join()
    assert taking._now is None


@pytest.mark.parametrize("kind", [kind for kind, export in EXPORTS.items() if export.button])
def test_whoever_asks_for_a_page_waits_for_no_whole_file(monkeypatch, kind):
    monkeypatch.setattr(turns, "PATIENCE", LONG)
    taking, made = RunQueue(), threading.Event()

    def page() -> None:
        with taking.exclusive_run("b"):
            made.set()

    with taking.exclusive_run("a"):
        other = threading.Thread(target=page)
        other.start()
        _until(lambda: taking._waiting)
        EXPORTS[kind].file(decks.whole())
        assert made.is_set()
    other.join()


def _until(true) -> None:
    until = time.monotonic() + LONG
    while not true() and time.monotonic() < until:
        time.sleep(0.001)


def test_a_page_that_fails_gives_its_turn_back(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", LONG)
    taking = RunQueue()
    for _ in range(2):
        with pytest.raises(KeyError), taking.exclusive_run("a"):
            raise KeyError
    with taking.exclusive_run("a"):
        assert taking._now
    assert taking._now is None


def test_the_frame_of_every_page_takes_its_turn():
    frame = " ".join((ROOT / "streamlit_app.py").read_text(encoding="utf-8").split())
    assert (
        "RUN_QUEUE.exclusive_run(session.account()), page_run(), panel_display.collecting_panels(), ):"
        in frame
    )
