"""Callbacks of pages, for the tests of pages that are opened without a browser."""

import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.state.session_state import SessionState

from dashboard.ui import callbacks


def call_as_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have them called as they are where `server` starts, for one test."""
    for owner, name in (
        (SessionState, "__getitem__"),
        (SessionState, "_call_callbacks"),
        (ScriptRunner, "_maybe_handle_execution_control_request"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(SessionState, "runs_callbacks_whole", False, raising=False)
    callbacks.make_uninterruptible()
