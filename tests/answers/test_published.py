"""Readers are shown a state of the data once its answers are ready; who wrote something sees it at once."""

import time
from datetime import date

import pytest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import context
from dashboard.answers.figures import overall_figures
from dashboard.answers.question import Question
from dashboard.ui import cache_warming
from db import read, targets_and_decisions
from tests.builders import KANDI, waited

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


def test_who_writes_something_sees_the_data_as_they_are_and_others_do_not(shown):
    shown.hand_in("registre", waited(5, day="2025-03-04", ref="2"))
    context.engine_to_write(MANAGER)
    assert (visits(MANAGER), visits()) == (2, 1)


def test_a_state_that_is_not_shown_again_is_out_of_date(shown, monkeypatch):
    shown.hand_in("registre", waited(5, day="2025-03-04", ref="2"))
    later = time.monotonic() + context.OUT_OF_DATE
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert visits() == 2


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
