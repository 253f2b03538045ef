"""What a page has shown is taken away whole: once it is drawn, and never of one that was broken off."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from streamlit.runtime.scriptrunner import RerunData, RerunException, StopException

from dashboard import one_run_at_a_time
from dashboard.panel import Panel
from dashboard.ui import panel_display
from dashboard.ui.downloads import DownloadRefused
from tests.moved_time import LONG


@pytest.fixture
def held(monkeypatch) -> dict:
    """What a session holds."""
    monkeypatch.setattr(panel_display.st, "session_state", found := {})
    return found


def test_a_file_waits_for_its_page_and_leaves_it_the_turn_meanwhile(held, monkeypatch):
    monkeypatch.setattr(one_run_at_a_time, "PATIENCE", 10 * LONG)  # nobody is passed by
    monkeypatch.setattr(panel_display, "PATIENCE", LONG / 2)
    turns, panel, begun = one_run_at_a_time.RunQueue(), Panel("waits", "Attentes"), Event()

    def made() -> tuple[Panel, ...]:
        with turns.exclusive_run("account"):
            begun.set()
            return held[panel_display.SHOWN].panels()

    with ThreadPoolExecutor(1) as thread:
        with panel_display.collecting_panels():
            file = thread.submit(made)
            assert begun.wait(LONG)
            with turns.exclusive_run("account"):
                panel_display.collect_later(panel.key, lambda: panel)
                assert not file.done()
        assert file.result(LONG) == (panel,)


@pytest.mark.parametrize(
    "end", [RerunException(RerunData()), ValueError("a fault")], ids=["asked anew", "a fault"]
)
def test_nothing_is_taken_away_of_a_page_that_was_broken_off(held, end):
    with pytest.raises(type(end)), panel_display.collecting_panels():
        raise end
    with pytest.raises(DownloadRefused):
        held[panel_display.SHOWN].panels()


def test_a_page_that_says_that_it_ends_here_is_whole(held):
    with pytest.raises(StopException), panel_display.collecting_panels():
        raise StopException
    assert held[panel_display.SHOWN].panels() == ()


def test_a_file_does_not_wait_for_ever(held, monkeypatch):
    monkeypatch.setattr(panel_display, "PATIENCE", 0.1)
    with panel_display.collecting_panels(), pytest.raises(DownloadRefused):
        held[panel_display.SHOWN].panels()
