"""The finding of a page goes to the browser before the rest of it; that a page says it first: tests/pages/test_every_page.py."""

from streamlit.runtime import runtime

from dashboard.ui import browser_flush


def test_streamlit_reads_how_often_it_hands_over_where_it_is_set(monkeypatch):
    name = "MESSAGE_FLUSH_INTERVAL_SECS"
    monkeypatch.setattr(runtime, name, getattr(runtime, name))  # put back afterwards
    browser_flush.flush_often()
    assert getattr(runtime, name) == browser_flush.EVERY
    read = runtime.Runtime._loop_coroutine
    assert name in read.__code__.co_names
    assert read.__globals__ is vars(runtime)
