"""The cache of answers: bounded, one computation however many ask at once, no failure kept, nobody left waiting."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread

import pytest

from dashboard import clock, one_run_at_a_time
from dashboard.answers.cache import AnswerCache
from dashboard.one_run_at_a_time import RunQueue
from tests.moved_time import LONG, wait_until


def test_an_answer_is_computed_once_and_then_kept():
    kept, asked = AnswerCache(3), []
    assert [kept.get("a", lambda: asked.append(1) or "answer") for _ in range(3)] == ["answer"] * 3
    assert len(asked) == 1


def test_nothing_is_an_answer_too():
    kept, asked = AnswerCache(3), []
    assert kept.get("a", lambda: asked.append(1)) is kept.get("a", lambda: asked.append(1)) is None
    assert len(asked) == 1


def test_it_holds_so_many_and_forgets_what_was_asked_for_longest_ago():
    kept = AnswerCache(3)
    for key in "abc":
        kept.get(key, key.upper)
    kept.get("a", lambda: "not asked")
    kept.get("d", lambda: "D")
    assert len(kept) == 3
    assert [kept.get(key, lambda: "anew") for key in "acd"] == ["A", "C", "D"]
    assert kept.get("b", lambda: "anew") == "anew"


def test_a_heavy_answer_counts_for_many():
    kept = AnswerCache(10)
    for key in "abcde":
        kept.get(key, key.upper)
    kept.get("deck", lambda: "slides", weight=8)
    assert len(kept) == 3 and [kept.get(key, lambda: "anew") for key in ("deck", "e", "d")] == [
        "slides",
        "E",
        "D",
    ]
    kept.get("larger than all", lambda: "given all the same", weight=11)
    assert len(kept) == 0


def test_two_who_ask_at_once_wait_for_one_computation():
    kept, computed, begun, go = AnswerCache(3), [], Event(), Event()

    def slow():
        computed.append(1)
        begun.set()
        assert go.wait(LONG)
        return object()

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(kept.get, "a", slow)
        assert begun.wait(LONG)
        others = [pool.submit(kept.get, "a", slow) for _ in range(7)]
        go.set()
        assert {id(f.result(LONG)) for f in (first, *others)} == {id(first.result())}
    assert len(computed) == 1


def test_a_slow_answer_holds_up_no_other():
    kept, begun, go = AnswerCache(3), Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(kept.get, "slow", lambda: begun.set() or go.wait(LONG))
        assert begun.wait(LONG)
        assert kept.get("quick", lambda: "at once") == "at once"
        go.set()
        assert slow.result(LONG)


def test_a_failure_reaches_all_who_wait_and_is_not_kept():
    kept, begun, go = AnswerCache(3), Event(), Event()

    def failing():
        begun.set()
        assert go.wait(LONG)
        raise ValueError("no database")

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(kept.get, "a", failing)]
        assert begun.wait(LONG)
        asking += [pool.submit(kept.get, "a", failing) for _ in range(2)]
        go.set()
        for one in asking:
            with pytest.raises(ValueError, match="no database"):
                one.result(LONG)
    assert len(kept) == 0 and kept.get("a", lambda: "now") == "now"


def test_what_was_computed_before_it_was_emptied_is_not_kept():
    kept, begun, go = AnswerCache(3), Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        old = pool.submit(kept.get, "a", lambda: begun.set() or go.wait(LONG) and "old")
        assert begun.wait(LONG)
        kept.clear()
        assert kept.get("a", lambda: "new") == "new"
        go.set()
        assert old.result(LONG) == "old"
    assert kept.get("a", lambda: "third") == "new"


def test_many_threads_and_keys_give_each_its_own_and_never_too_many():
    kept, start = AnswerCache(20), Barrier(8)

    def ask(turn: int) -> bool:
        start.wait(LONG)
        return all(
            kept.get(key, lambda k=key: ("answer", k)) == ("answer", key)
            for n in range(400)
            for key in [(n * (turn + 1)) % 50]
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(8)))
    assert len(kept) <= 20


def beside(monkeypatch, ask) -> list[str]:
    """What happens in which order where an account that took much asks, and a page of another waits for its turn."""
    monkeypatch.setattr(one_run_at_a_time, "PATIENCE", 10 * LONG)
    taking, order = RunQueue(), []
    taking._took = {"much": (10.0, clock.monotonic())}

    def page() -> None:
        with taking.exclusive_run("little"):
            order.append("page")

    with taking.exclusive_run("much"):
        other = Thread(target=page)
        other.start()
        wait_until(lambda: taking._waiting)
        ask(order)
    other.join()
    return order


def test_before_a_new_answer_is_computed_those_go_first_who_took_less(monkeypatch):
    kept = AnswerCache(3)
    assert beside(monkeypatch, lambda order: kept.get("a", lambda: order.append("answer"))) == [
        "page",
        "answer",
    ]
    known = beside(monkeypatch, lambda order: kept.get("a", list) or order.append("known"))
    assert known == ["known", "page"], "what is known is given at once"


def test_within_an_answer_nobody_goes_first_for_others_may_wait_for_it(monkeypatch):
    kept = AnswerCache(3)

    def outer(order: list[str]) -> None:
        order.append("outer begins")
        kept.get("inner", lambda: order.append("inner"))
        order.append("outer ends")

    found = beside(monkeypatch, lambda order: kept.get("outer", lambda: outer(order)))
    assert found == ["page", "outer begins", "inner", "outer ends"]


def test_who_waits_for_the_answer_of_another_lets_others_have_the_turn(monkeypatch):
    kept, begun, go = AnswerCache(3), Event(), Event()
    computing = Thread(target=lambda: kept.get("a", lambda: begun.set() or go.wait(LONG)))
    computing.start()
    assert begun.wait(LONG)

    def ask(order: list[str]) -> None:
        with ThreadPoolExecutor(1) as later:
            later.submit(lambda: wait_until(lambda: order) or go.set())
            kept.get("a", lambda: "not asked")
        order.append("answered")

    assert beside(monkeypatch, ask) == ["page", "answered"]
    computing.join()
