"""What a button or a field does is done to its end, whatever the page asks meanwhile."""

import logging
from threading import Event, Thread

import pytest
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from dashboard.ui import callbacks, widget_validation
from tests.moved_time import LONG
from tests.served_callbacks import call_as_served


@pytest.fixture
def as_served(monkeypatch):
    """Callbacks are called as they are where `server` starts."""
    call_as_served(monkeypatch)


def page():
    """A button; at its press the page asks for something else before the button's work is begun."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    def work(broken: bool) -> None:
        context = get_script_run_ctx()
        context.script_requests.request_rerun(
            RerunData(query_string="x=1", page_script_hash=context.page_script_hash)
        )
        st.query_params["done"] = "yes"
        st.session_state["done"] = "yes"
        if broken:
            raise ValueError

    st.button("Work", on_click=work, args=(False,))
    st.button("Break", on_click=work, args=(True,))
    runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    st.text(f"{st.session_state.get('done')}, {runs} runs, asked {dict(st.query_params)}")


def test_a_callback_is_done_though_the_page_asks_for_more_and_so_is_that(as_served):
    at = AppTest.from_function(page).run()
    assert at.text[0].value == "None, 1 runs, asked {}"
    at = at.button[0].click().run()
    assert at.text[0].value == "yes, 2 runs, asked {'x': '1'}"  # the page's new request came last


def test_what_a_session_asks_next_waits_for_its_callbacks(monkeypatch):
    told, entered, go_on = [], Event(), Event()

    def slowly(state: SessionState) -> None:
        told.append("begun")
        entered.set()
        assert go_on.wait(LONG)
        told.append("ended")

    monkeypatch.setattr(SessionState, "_call_callbacks", slowly)
    call_as_served(monkeypatch)
    state = SessionState()
    runs = [Thread(target=state._call_callbacks) for _ in range(2)]
    runs[0].start()
    assert entered.wait(LONG)
    runs[1].start()
    runs[1].join(0.2)
    assert told == ["begun"], "the other run came in between"
    go_on.set()
    for run in runs:
        run.join()
    assert told == ["begun", "ended"] * 2


def test_after_a_callback_that_fails_pages_are_broken_off_again(as_served):
    at = AppTest.from_function(page).run()
    at = at.button[1].click().run()
    assert at.text[0].value.startswith("yes, ")
    assert not callbacks.BUSY.__dict__.get("now")


def page_of_a_form():
    """A button, whose field is there no more; what it does, another does too."""
    import streamlit as st

    from dashboard.ui import error_messages, widget_validation

    @error_messages.show_failures()
    def work(key: str) -> None:
        typed = st.session_state
        typed["done"] = typed.get("none", "") + typed[key]

    st.button("Work", on_click=work, args=("word",))
    st.button("Ask", on_click=work, args=("asked",))
    st.session_state.setdefault("asked", "yes")
    widget_validation.show_rejection()
    st.text(st.session_state.get("done"))


def test_a_callback_without_its_field_does_nothing_says_so_and_leaves_one_line(as_served, caplog):
    at = AppTest.from_function(page_of_a_form).run()
    at = at.button[0].click().run()
    assert not at.exception and not at.error and at.text[0].value == "None"
    assert [w.value for w in at.warning] == [widget_validation.SENTENCE]
    lines = [r for r in caplog.records if r.levelno >= logging.WARNING and r.name == "ccsp"]
    assert [(r.levelname, bool(r.exc_info)) for r in lines] == [("WARNING", False)]
    assert "word" in lines[0].getMessage()
    at = at.button[1].click().run()
    assert at.text[0].value == "yes" and not at.warning


def test_outside_callbacks_what_is_not_there_is_a_fault_as_ever(as_served):
    def page() -> None:
        import streamlit as st

        st.text(st.session_state["word"])

    assert len(AppTest.from_function(page).run().exception) == 1
