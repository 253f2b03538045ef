"""Pages are made one at a time, by turns of accounts, and none waits for ever for another."""

import threading
import time
from collections import Counter
from contextlib import suppress

import pytest

from dashboard.settings import ROOT
from dashboard.ui import turn as turns
from dashboard.ui.turn import IMPATIENT, Turns

LONG = 20  # seconds: nothing takes so long


def at_once(monkeypatch, patience: float, *accounts: str) -> int:
    """How many pages were being made together, at most, where each that is made waits for all the others."""
    monkeypatch.setattr(turns, "PATIENCE", patience)
    taking, together, most, lock = Turns(), 0, 0, threading.Lock()
    all_there = threading.Barrier(len(accounts), timeout=0.5)

    def page(who: str) -> None:
        nonlocal together, most
        with taking.turn(who):
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
    assert not taking._taken and not taking._waiting and not +taking._late
    return most


@pytest.mark.parametrize("accounts", ["aaaa", "abcd", "aabb"])
def test_pages_are_made_one_at_a_time(monkeypatch, accounts):
    assert at_once(monkeypatch, LONG, *accounts) == 1


def test_who_has_waited_long_enough_goes_on(monkeypatch):
    """So that a database that one page waits for does not keep all the others from saying that it is away."""
    assert at_once(monkeypatch, 0.01, *"aaaa") == 4


def test_of_one_account_a_few_go_on_and_no_more(monkeypatch):
    """Or a hundred pages of one account would be made at once, and everybody's would take a hundred times as long."""
    assert at_once(monkeypatch, 0.01, *"a" * 30) <= IMPATIENT + 1


def made_in_order(monkeypatch, *accounts: str) -> list[str]:
    """Whose pages are made, where all are asked for while one is being made, in this order."""
    monkeypatch.setattr(turns, "PATIENCE", LONG)
    taking, made, threads = Turns(), [], []

    def page(who: str) -> None:
        with taking.turn(who):
            made.append(who)

    with taking.turn("first"):
        for n, who in enumerate(accounts, 1):
            threads.append(threading.Thread(target=page, args=(who,)))
            threads[-1].start()
            until = time.monotonic() + LONG
            while sum(map(len, taking._waiting.values())) < n and time.monotonic() < until:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    return made


def test_whoever_asks_for_a_hundred_pages_keeps_nobody_else_waiting(monkeypatch):
    made = made_in_order(monkeypatch, *"a" * 100, "b", "c", "b")
    assert Counter(made) == {"a": 100, "b": 2, "c": 1}
    assert made[:5] == ["a", "b", "c", "a", "b"]


def test_a_page_that_fails_gives_its_turn_back(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", LONG)
    taking = Turns()
    for _ in range(2):
        with pytest.raises(KeyError), taking.turn("a"):
            raise KeyError
    with taking.turn("a"):
        assert taking._taken
    assert not taking._taken


def test_the_frame_of_every_page_takes_its_turn():
    frame = (ROOT / "streamlit_app.py").read_text(encoding="utf-8")
    assert "TURNS.turn(session.account()), run():" in frame
