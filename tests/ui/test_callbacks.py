"""What a button or a field does is done to its end, whatever the page asks meanwhile."""

import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from dashboard.ui import callbacks


@pytest.fixture
def as_served(monkeypatch):
    """Callbacks are called as they are where `server` starts."""
    for owner, name in (
        (SessionState, "_call_callbacks"),
        (ScriptRunner, "_maybe_handle_execution_control_request"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(SessionState, "runs_callbacks_whole", False, raising=False)
    callbacks.run_to_their_end()


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


def test_after_a_callback_that_fails_pages_are_broken_off_again(as_served):
    at = AppTest.from_function(page).run()
    at = at.button[1].click().run()
    assert at.text[0].value.startswith("yes, ")
    assert not callbacks.BUSY.__dict__.get("now")
