"""Pages are made one at a time, by turns of accounts, and none waits for ever for another."""

import threading
from collections import Counter

import pytest

from dashboard import clock
from dashboard import one_run_at_a_time as turns
from dashboard.exports import EXPORTS
from dashboard.one_run_at_a_time import IMPATIENT, RunQueue
from dashboard.settings import ROOT
from tests.exports import decks
from tests.moved_time import LONG, wait_until


def at_once(monkeypatch, patience: float, *accounts: str, enough: int = 1, late: int = 0) -> int:
    """How many pages were being made together, at most, where none is done before all were asked for, so many were made
    together and so many passed by. patience: seconds after which one that only waits is passed by."""
    monkeypatch.setattr(turns, "PATIENCE", patience)
    taking, together, most, done, passed, lock = RunQueue(), 0, 0, 0, 0, threading.Lock()

    def all_came() -> bool:
        nonlocal passed
        with (
            taking._lock,
            lock,
        ):  # who is passed by lets the next one in, in the same moment, if another may come in
            passed = max(passed, taking._late.total())
            waiting = sum(map(len, taking._waiting.values()))
            there = waiting + together + done == len(accounts)
            return there and most >= enough and passed >= late

    def page(who: str) -> None:
        nonlocal together, most, done
        with taking.exclusive_run(who):
            with lock:
                together += 1
                most = max(most, together)
            wait_until(all_came)
            with lock:
                together -= 1
                done += 1

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
    assert at_once(monkeypatch, 0.01, *"aaaa", enough=4) == 4


def test_of_one_account_a_few_go_on_and_no_more(monkeypatch):
    """Or a hundred pages of one account would be made at once, and everybody's would take a hundred times as long."""
    most = IMPATIENT
    assert at_once(monkeypatch, 0.01, *"a" * 30, enough=most, late=most) == most


def made_in_order(
    monkeypatch, *accounts: str, took: dict[str, float] | None = None, later: float = 0
) -> list[str]:
    """Whose pages are made, where all are asked for while one is being made, in this order. took: seconds, before; later: seconds
    after that."""
    monkeypatch.setattr(turns, "PATIENCE", LONG)
    taking, made, threads = RunQueue(), [], []
    then = clock.monotonic() - later
    taking._took = {who: (seconds, then) for who, seconds in (took or {}).items()}

    def page(who: str) -> None:
        with taking.exclusive_run(who):
            made.append(who)

    with taking.exclusive_run("first"):
        for n, who in enumerate(accounts, 1):
            threads.append(threading.Thread(target=page, args=(who,)))
            threads[-1].start()
            wait_until(lambda n=n: sum(map(len, taking._waiting.values())) >= n)
    for thread in threads:
        thread.join()
    return made


def test_whoever_asks_for_a_hundred_pages_keeps_nobody_else_waiting(monkeypatch):
    made = made_in_order(monkeypatch, *"a" * 100, "b", "c", "b")
    assert Counter(made) == {"a": 100, "b": 2, "c": 1}
    assert made[:5] == ["a", "b", "c", "a", "b"]


def test_who_computes_keeps_its_turn_however_long(monkeypatch):
    """Or a server that is slow would make everything at once, and be slower still."""
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    taking, order, looks = RunQueue(), [], []

    def computed(_run) -> float:  # whenever it is looked at, a minute more
        looks.append(1)
        return 60.0 * len(looks)

    monkeypatch.setattr(turns._Run, "cpu", computed)

    def page(who: str) -> None:
        with taking.exclusive_run(who):
            order.append(f"{who} begins")
            if len(order) == 1:
                wait_until(lambda: len(looks) > 3)  # it was to be passed by three times
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
        wait_until(lambda: taking._waiting)
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
        wait_until(lambda: taking._waiting)
        EXPORTS[kind].file(decks.whole())
        assert made.is_set()
    other.join()


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
