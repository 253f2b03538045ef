"""Pages are made one at a time, and none waits for ever for another."""

import threading
from contextlib import suppress

import pytest

from dashboard.settings import ROOT
from dashboard.ui import turn as turns
from dashboard.ui.turn import turn


def at_once(monkeypatch, patience: float, others: int = 4) -> int:
    """How many pages were being made together, at most, where each that is made waits for all the others."""
    monkeypatch.setattr(turns, "PATIENCE", patience)
    together, most, lock = 0, 0, threading.Lock()
    all_there = threading.Barrier(others, timeout=0.5)

    def page() -> None:
        nonlocal together, most
        with turn():
            with lock:
                together += 1
                most = max(most, together)
            with suppress(threading.BrokenBarrierError):
                all_there.wait()
            with lock:
                together -= 1

    threads = [threading.Thread(target=page) for _ in range(others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return most


def test_pages_are_made_one_at_a_time(monkeypatch):
    assert at_once(monkeypatch, patience=20) == 1


def test_who_has_waited_long_enough_goes_on(monkeypatch):
    """So that a database that one page waits for does not keep all the others from saying that it is away."""
    assert at_once(monkeypatch, patience=0.01) == 4


def test_a_page_that_fails_gives_its_turn_back(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0)
    for _ in range(2):
        with pytest.raises(KeyError), turn():
            raise KeyError
    with turn():
        assert not turns._ONE.acquire(blocking=False)
    assert turns._ONE.acquire(blocking=False)
    turns._ONE.release()


def test_the_frame_of_every_page_takes_its_turn():
    assert "turn(), run():" in (ROOT / "streamlit_app.py").read_text(encoding="utf-8")
