"""Callbacks that are never interrupted. Streamlit stops a callback where the same page sends another message meanwhile, and
loses what was not done: of two quick actions the first would be lost. And a callback stops where a field that it reads is
missing: our pages always send a form with its button, but a forged message may not.

After: `server`, which installs this at its start.
"""

from threading import RLock, local
from typing import Any

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.state.session_state import SessionState

from dashboard.ui import widget_validation

# A session's next message is processed in another thread, which would not wait for a callback, and would draw a page on which
# half of it is done. A lock for each session, by its address in memory modulo 64: Streamlit's sessions have no place for one.
ONE_BY_ONE = tuple(RLock() for _ in range(64))
BUSY = local()  # .now: whether this thread is in a callback


class MissingField(KeyError):
    """A button was pressed whose callback needs a field that is not on the page."""


def make_uninterruptible() -> None:
    """From now on let every callback run to its end before the page's next message is processed."""
    if getattr(SessionState, "runs_callbacks_whole", False):
        return
    call, heed = SessionState._call_callbacks, ScriptRunner._maybe_handle_execution_control_request
    look_up = SessionState.__getitem__

    def call_callbacks(state: SessionState, **more: Any) -> None:
        with ONE_BY_ONE[id(state) // 16 % len(ONE_BY_ONE)]:
            BUSY.now = True
            try:
                call(state, **more)
            except MissingField as missing:
                widget_validation.note_rejection(state, missing.args[0])
            finally:
                BUSY.now = False

    def yield_when_idle(runner: ScriptRunner) -> None:
        if not getattr(BUSY, "now", False):
            heed(runner)

    def get_item(state: SessionState, key: str) -> Any:
        try:
            return look_up(state, key)
        except KeyError:
            if getattr(BUSY, "now", False):
                raise MissingField(key) from None
            raise

    for owner, name, ours in (
        (SessionState, "__getitem__", get_item),
        (SessionState, "_call_callbacks", call_callbacks),
        (ScriptRunner, "_maybe_handle_execution_control_request", yield_when_idle),
    ):
        setattr(owner, name, ours)
    SessionState.runs_callbacks_whole = True  # type: ignore[attr-defined]  # Streamlit's class
