"""Pages are heard as fast as people speak: who floods waits, before anything is done of what he says, and nobody else does."""

import asyncio

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard import clock
from dashboard.accounts.session_cache import OPEN
from dashboard.web import page_limits, rate_limits
from dashboard.web.page_limits import FILES, PageRateLimits
from tests.moved_time import LONG


class Time:
    """A clock that goes on where somebody sleeps."""

    def __init__(self, monkeypatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(clock, "monotonic", lambda: self.now)
        monkeypatch.setattr(clock, "sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def rerun() -> dict:
    message = BackMsg()
    message.rerun_script.page_name = "attentes"
    return {"type": "websocket.receive", "bytes": message.SerializeToString()}


def file() -> dict:
    message = BackMsg()
    message.backend_operation_request.deferred_file.file_id = "f"
    return {"type": "websocket.receive", "bytes": message.SerializeToString()}


def handed_over() -> dict:
    message = ForwardMsg()
    message.backend_operation_response.deferred_file.url = "/media/f"
    return {"type": "websocket.send", "bytes": message.SerializeToString()}


async def nothing(_message) -> None:
    pass


async def heard(limits: PageRateLimits, count: int, told: str = "a.1", ask=rerun) -> None:
    """Hear so many messages of one page."""

    async def receive() -> dict:
        return ask()

    async with limits.limit_page(told, receive, nothing) as (hear, _):
        for _ in range(count):
            await hear()


def test_what_a_person_says_waits_for_nothing(monkeypatch):
    time = Time(monkeypatch)
    asyncio.run(heard(PageRateLimits(), page_limits.PAGE_AT_ONCE))
    assert time.now == pytest.approx(0)


def test_a_page_that_floods_is_heard_so_many_times_a_second(monkeypatch):
    time = Time(monkeypatch)
    asyncio.run(heard(PageRateLimits(), 1_000))
    expected = (1_000 - page_limits.PAGE_AT_ONCE) / page_limits.OF_A_PAGE
    assert time.now == pytest.approx(expected, rel=0.01)


def test_many_pages_of_an_account_are_heard_no_oftener_together(monkeypatch):
    time, limits = Time(monkeypatch), PageRateLimits()

    async def receive() -> dict:
        return rerun()

    async def all_of_them() -> None:
        async with limits.limit_page(
            "a.1", receive, nothing
        ):  # the account has one open all the while
            for _ in range(100):
                await heard(limits, 20, "a.1")

    asyncio.run(all_of_them())
    expected = (2_000 - page_limits.ACCOUNT_AT_ONCE) / page_limits.OF_AN_ACCOUNT
    assert time.now == pytest.approx(expected, rel=0.01)
    assert not +limits._pages, "nothing is kept of pages that were shut"


def test_pages_that_are_opened_one_after_the_other_are_no_way_round(monkeypatch):
    time, limits = Time(monkeypatch), PageRateLimits()

    async def opened(count: int, told: str = "a.1") -> list[bool]:
        found = []
        for _ in range(count):
            found.append(await limits.may_open(told))
            if found[-1]:
                await heard(limits, 1, told)
        return found

    assert asyncio.run(opened(page_limits.OPENED_AT_ONCE)) == [True] * page_limits.OPENED_AT_ONCE
    before = time.now
    assert all(asyncio.run(opened(50)))
    assert time.now - before >= 39 / page_limits.OPENED
    before = time.now
    assert asyncio.run(opened(1, "b.1")) == [True] and time.now == before


def test_of_pages_that_are_opened_together_those_that_would_wait_long_are_sent_away(monkeypatch):
    Time(monkeypatch)
    monkeypatch.setattr(clock, "sleep", _nothing)

    async def together() -> list[bool]:
        limits = PageRateLimits()
        return [await limits.may_open("a.1") for _ in range(1_000)]

    found = asyncio.run(together())
    allowed = page_limits.OPENED_AT_ONCE + rate_limits.SENT_AWAY * page_limits.OPENED
    assert found == sorted(found, reverse=True) and abs(sum(found) - allowed) <= 1


def test_where_nobody_signs_in_people_are_no_account(monkeypatch):
    """Everybody at the machine has the same name there: a hundred viewers of `make load` too."""
    time, limits = Time(monkeypatch), PageRateLimits()

    async def opened() -> None:
        for _ in range(200):
            assert await limits.may_open(OPEN)
            await heard(limits, page_limits.PAGE_AT_ONCE, OPEN, ask=file)

    asyncio.run(opened())
    assert time.now == pytest.approx(0)


async def _nothing(_seconds: float) -> None:
    pass


async def _turned(_seconds: float) -> None:
    turned = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(turned.set_result, None)
    await turned


def test_who_floods_keeps_no_other_account_waiting(monkeypatch):
    time, limits = Time(monkeypatch), PageRateLimits()

    async def both() -> None:
        async with limits.limit_page("a.1", receive, nothing) as (hear, _):
            for _ in range(500):
                await hear()
            before = time.now
            await heard(limits, 10, "b.1")
            assert time.now == before

    async def receive() -> dict:
        return rerun()

    asyncio.run(both())


def test_of_the_files_that_an_account_asks_for_a_few_are_made_at_once(monkeypatch):
    Time(monkeypatch)

    async def asking() -> None:
        limits, asked = PageRateLimits(), []

        async def receive() -> dict:
            return file()

        async with (
            limits.limit_page("a.1", receive, nothing) as (hear, said),
            limits.limit_page("a.1", receive, nothing) as (hear_other, _),
        ):

            async def ask(hear) -> None:
                while True:
                    await hear()
                    asked.append(1)

            tasks = [asyncio.ensure_future(ask(one)) for one in (hear, hear_other)]
            await _quiet()
            assert len(asked) == FILES
            await said({"type": "websocket.send", "bytes": b""})
            await _quiet()
            assert len(asked) == FILES, "only a file makes room for another"
            await said(handed_over())
            await _quiet()
            assert len(asked) == FILES + 1
            for task in tasks:
                task.cancel()

    asyncio.run(asking())


def test_while_many_of_an_account_wait_for_their_turn_no_more_are_heard(monkeypatch):
    time = Time(monkeypatch)

    class Queue:
        """Of one account pages wait, up to a moment."""

        def waiting(self, who: str) -> int:
            return page_limits.WAITING if who == "a" and time.now < 10 else page_limits.WAITING - 1

    async def both() -> None:
        limits = PageRateLimits(Queue())
        await heard(limits, 1, "b.1")
        assert time.now == pytest.approx(0)
        await heard(limits, 1, "a.1")
        assert time.now == pytest.approx(10, abs=2 * page_limits.AGAIN)

    asyncio.run(both())


async def asked_by(limits: PageRateLimits, browser: str, done: list, count: int, ask=rerun) -> None:
    """Say so many things on one page of a browser, and note each that is heard."""

    async def receive() -> dict:
        return ask()

    async with limits.limit_page("link.1", receive, nothing, browser) as (hear, said):
        for _ in range(count):
            await hear()
            done.append(browser)
            if ask is file:
                await _quiet()
                await said(handed_over())


@pytest.mark.parametrize("ask", [rerun, file])
def test_a_guest_who_floods_by_many_pages_keeps_no_other_guest_of_the_link_waiting(
    monkeypatch, ask
):
    monkeypatch.setattr(clock, "sleep", _turned)
    done: list[str] = []

    async def all_of_them() -> None:
        limits = PageRateLimits()
        many = [asyncio.ensure_future(asked_by(limits, "greedy", done, 20, ask)) for _ in range(40)]
        await _quiet()
        await asked_by(limits, "calm", done, 5, ask)
        for one in many:
            one.cancel()

    asyncio.run(all_of_them())
    first = done.index("calm")
    last = len(done) - 1 - done[::-1].index("calm")
    assert done.count("calm") == 5 and last - first <= 4 * 5, "one of forty pages at a time"


def test_a_guest_who_opens_page_after_page_keeps_no_other_guest_of_the_link_out(monkeypatch):
    time = Time(monkeypatch)

    async def slept(seconds: float) -> None:
        time.now += seconds
        await _turned(seconds)

    monkeypatch.setattr(clock, "sleep", slept)

    async def all_of_them() -> None:
        limits = PageRateLimits()
        for _ in range(page_limits.OPENED_AT_ONCE):
            await limits.may_open("link.1", "greedy")
        many = [asyncio.ensure_future(limits.may_open("link.1", "greedy")) for _ in range(200)]
        await _turned(0)
        before = time.now
        assert await limits.may_open("link.1", "calm")
        assert time.now - before <= 3 / page_limits.OPENED
        found = await asyncio.gather(*many)
        assert 5 <= sum(found) <= 20, "and few of his own wait"

    asyncio.run(all_of_them())


def test_who_goes_while_he_waits_takes_no_place(monkeypatch):
    async def tried() -> None:
        line = page_limits.FairQueue()
        await line.enter("a")
        gone, given = (asyncio.ensure_future(line.enter("a")) for _ in range(2))
        await _quiet()
        gone.cancel()
        await _quiet()
        line.leave()
        given.cancel()  # in the moment in which it is given the place
        await _quiet()
        await asyncio.wait_for(line.enter("b"), LONG)
        assert not line.waiting("a")

    asyncio.run(tried())


def test_a_page_that_is_shut_gives_its_places_back(monkeypatch):
    Time(monkeypatch)

    async def one_after_the_other() -> None:
        limits = PageRateLimits()

        async def receive() -> dict:
            return rerun()

        async with limits.limit_page("a.1", receive, nothing):
            for _ in range(5):
                await asyncio.wait_for(heard(limits, FILES, ask=file), LONG)

    asyncio.run(one_after_the_other())


async def _quiet() -> None:
    loop = asyncio.get_running_loop()
    for _ in range(50):
        turned = loop.create_future()
        loop.call_soon(turned.set_result, None)
        await turned
