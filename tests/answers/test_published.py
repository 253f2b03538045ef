"""Readers are shown a state of the data once its answers are ready; who wrote something sees it at once."""

import threading
from datetime import date
from unittest.mock import MagicMock

import pytest
from sqlalchemy.exc import OperationalError

from dashboard import clock
from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import context, known_then, news
from dashboard.answers.figures import overall_figures
from dashboard.answers.question import Question
from dashboard.ui import cache_warming
from db import read, targets_and_decisions
from tests.builders import KANDI, waited
from tests.clock import as_of
from tests.moved_time import LONG

MARCH = Question(date(2025, 3, 1), date(2025, 3, 31))
MANAGER = Person("Awa", Role.DATA_MANAGER)


def visits(who: Person = LOCAL_READER) -> float:
    with context.page_run():
        return overall_figures(who, MARCH)["visits"].value


@pytest.fixture
def shown(asked):
    """One visit, which readers are shown."""
    asked.hand_in("registre", waited(5, day="2025-03-03", ref="1"))
    cache_warming._show_latest()
    return asked


def test_readers_see_a_file_once_its_answers_are_there(shown):
    shown.hand_in("registre", waited(5, day="2025-03-04", ref="2"))
    assert visits() == 1
    cache_warming._show_latest()
    assert visits() == 2


def test_the_opening_page_of_a_new_state_is_answered_before_readers_are_shown_it(shown):
    shown.hand_in("registre", waited(5, day="2025-03-04", ref="2"))
    cache_warming._show_latest()
    with context.page_run():
        kept = len(context.ANSWER_CACHE)
        cache_warming._answer_opening()
        assert len(context.ANSWER_CACHE) == kept


def test_no_reader_waits_for_the_number_of_news(shown, monkeypatch):
    shown.hand_in("registre", waited(5, day="2025-03-04", ref="2"))
    cache_warming._show_latest()
    monkeypatch.setattr(known_then, "state_at", lambda *_: pytest.fail("it was asked"))
    with context.page_run():
        since = news.last_working_day(LOCAL_READER)
        assert news.count(LOCAL_READER, Question(date.min, date.max), since)


def test_who_writes_something_sees_the_data_as_they_are_and_others_do_not(shown):
    shown.hand_in("registre", waited(5, day="2025-03-04", ref="2"))
    context.engine_to_write(MANAGER)
    assert (visits(MANAGER), visits()) == (2, 1)


def test_a_state_that_is_not_shown_again_is_out_of_date(shown, monkeypatch):
    shown.hand_in("registre", waited(5, day="2025-03-04", ref="2"))
    later = clock.monotonic() + context.OUT_OF_DATE
    monkeypatch.setattr(clock, "monotonic", lambda: later)
    assert visits() == 2


def shown_at(come_at: set[int], until: int) -> list[int]:
    """The seconds at which readers are shown a new state, where files come in at these."""
    pace, new, found = cache_warming.Pace(), False, []
    for now in range(until):
        new = new or now in come_at
        look = cache_warming.Look.SAME
        if new:
            soon = pace.is_too_soon(now)
            look = cache_warming.Look.WAITS if soon else cache_warming.Look.SHOWN
        if look == cache_warming.Look.SHOWN:
            new = False
            found.append(now)
        pace.after(look, now)
    return found


def test_what_comes_alone_is_shown_within_ten_seconds_and_what_comes_in_a_row_more_seldom():
    assert shown_at({0, 40, 90}, 120) == [0, 40, 90]
    assert shown_at({0, 3}, 60) == [0, 10]
    assert shown_at({0, 3, 50, 53}, 120) == [0, 10, 50, 60], "a pause, and it is as before"
    storm = shown_at(set(range(120)), 200)
    assert storm == [0, 10, 30, 60, 90, 120], "the last one is shown, half a minute later at most"


class _Over(BaseException):
    """The end of what goes on without end."""


def test_a_state_that_cannot_be_readied_is_left_to_each_page(shown, monkeypatch):
    sleeps = iter([None])

    def sleep(_seconds):
        if next(sleeps, _Over) is _Over:
            raise _Over

    def broken(**_more):
        raise RuntimeError

    monkeypatch.setattr(cache_warming, "_answer_rest", lambda: None)
    monkeypatch.setattr(cache_warming, "_show_latest", broken)
    monkeypatch.setattr(cache_warming.time, "sleep", sleep)
    with pytest.raises(_Over):
        cache_warming._follow()
    assert context.published() is None


def test_a_database_that_goes_and_comes_back_has_a_line_of_the_log_each(shown, monkeypatch, caplog):
    looks = iter(["away", "away", "there", "there"])

    def look(**_more):
        if next(looks) == "away":
            raise OperationalError("SELECT 1", {}, Exception("connection refused"))
        return cache_warming.Look.SAME

    sleeps = iter(range(4))

    def sleep(_seconds):
        if next(sleeps, None) is None:
            raise _Over

    monkeypatch.setattr(cache_warming, "_answer_rest", lambda: None)
    monkeypatch.setattr(cache_warming, "_show_latest", look)
    monkeypatch.setattr(cache_warming.time, "sleep", sleep)
    with pytest.raises(_Over):
        cache_warming._follow()
    assert [one.getMessage() for one in caplog.records if one.name == "ccsp"] == [
        f"{cache_warming.AWAY}: OperationalError",
        "the database answers again",
    ]


def test_a_file_reads_the_rows_of_its_own_sites_alone(shown, monkeypatch):
    asked_of = []
    for name in ("daily_visits", "closings", "complaints", "handed_in", "visits_by_service"):
        plain = getattr(read, name)
        monkeypatch.setattr(
            read,
            name,
            lambda c, sites, *a, plain=plain: asked_of.append(sites) or plain(c, sites, *a),
        )
    shown.hand_in("registre", waited(5, day="2025-03-04", ref="2"))
    cache_warming._show_latest()
    assert asked_of and all(sites == {KANDI} for sites in asked_of)


def test_a_decision_reads_no_row(shown, monkeypatch):
    asked_of = []
    plain = read.visits_by_service
    monkeypatch.setattr(
        read,
        "visits_by_service",
        lambda c, sites, *a: asked_of.append(sites) or plain(c, sites, *a),
    )
    targets_and_decisions.set_target(
        shown.engine, "wait_p50", "nation", 20, MARCH.first, "plan", "Awa"
    )
    before = context.published()
    cache_warming._show_latest()
    assert context.published() != before and not any(asked_of)


def test_a_file_that_comes_in_while_the_server_starts_does_not_keep_readers_from_what_follows(
    monkeypatch,
):
    """The data are followed from then on all the same."""
    followed = threading.Event()

    def show_latest() -> bool:
        raise context.Moved("1")

    monkeypatch.setattr(cache_warming, "get_instance", MagicMock())
    monkeypatch.setattr(cache_warming, "_show_latest", show_latest)
    monkeypatch.setattr(cache_warming, "_follow", followed.set)
    cache_warming.warm()
    assert followed.wait(LONG)


def test_of_states_that_nobody_is_shown_any_more_nothing_stays_in_memory(shown):
    """However many files come in: of the state that is shown, of the one before it, whose runs may still go on, and of what was
    looked back to from these."""
    held = []
    for n in range(5):
        shown.hand_in("registre", waited(5, day=f"2025-03-{10 + n}", ref=f"more {n}"))
        cache_warming._show_latest()
        with context.page_run():
            assert visits() == 2 + n
            news.news(LOCAL_READER, MARCH, date(2025, 3, 5))
            context.view(Person("x", Role.GUEST)).network  # noqa: B018 (read, and kept)
        versions = {key[1][0].version for key in context.ANSWER_CACHE._answers}
        assert len({version.split(" before ")[0] for version in versions}) <= 2
        assert len(context.NETWORK_CACHE) <= 2 and len(context.GUESTS_NETWORK_CACHE) <= 2
        assert len({snapshot for snapshot, _ in context.STATES_OF_THEN._answers}) <= 2
        held.append((len(context.ANSWER_CACHE), context.ANSWER_CACHE._weight))
    assert len(set(held[1:])) == 1, "as much after each file"


def test_after_midnight_what_was_answered_two_days_ago_stays_no_longer(shown):
    """No file has to come for that. What was looked back to from yesterday's state stays with it."""
    for day in ("2026-12-01", "2026-12-02", "2026-12-03"):
        with as_of(day):
            cache_warming._show_latest()
            with context.page_run():
                visits()
                news.news(LOCAL_READER, MARCH, date(2025, 3, 5))
    kept = {key[1][0] for key in context.ANSWER_CACHE._answers}
    of_version = [one.day for one in kept if " before " not in one.version]
    assert sorted(of_version) == [date(2026, 12, 2), date(2026, 12, 3)]
    looked_back = [one for one in kept if one.version.endswith(f" before {date(2025, 3, 5)}")]
    assert looked_back
