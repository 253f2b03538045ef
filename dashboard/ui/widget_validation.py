"""Validation of widget values: a value from a browser is accepted only if it is of the widget's own kind and can be parsed.
Streamlit accepts any: a number for a text field would raise wherever the page first uses it.

After: `server`, which installs this at its start; the frame, which shows that a value was rejected.
"""

import logging
from typing import Any

import streamlit as st
from streamlit.runtime.state.common import (
    GENERATED_ELEMENT_ID_PREFIX,
    unpack_widget_state_value,
)
from streamlit.runtime.state.session_state import (
    STREAMLIT_INTERNAL_KEY_PREFIX,
    Serialized,
    SessionState,
)

NAMES = (GENERATED_ELEMENT_ID_PREFIX, STREAMLIT_INTERNAL_KEY_PREFIX)  # prefixes of widget ids
LEFT = "value_left"  # session key: a value was rejected
SENTENCE = (
    "Ce que le navigateur a envoyé n'est pas ce que cette page demande : cela n'est pas pris."
)
LOG = logging.getLogger("ccsp")


def check_widget_values() -> None:
    """From now on let each widget accept values of its own kind only."""
    if getattr(SessionState, "takes_its_own", False):
        return
    register, rerun = SessionState.register_widget, SessionState.on_script_will_rerun

    def register_widget(state: SessionState, metadata: Any, user_key: str | None) -> Any:
        held = state._new_widget_state.states.get(metadata.id)
        if isinstance(held, Serialized) and not _fits(metadata, held.value):
            del state._new_widget_state[metadata.id]
            _log_rejection(state, metadata.id)
        return register(state, metadata, user_key)

    def rerun_with(state: SessionState, fresh: Any, **more: Any) -> None:
        rerun(state, _fitting(state, fresh), **more)

    for name, ours in (("register_widget", register_widget), ("on_script_will_rerun", rerun_with)):
        setattr(SessionState, name, ours)
    SessionState.takes_its_own = True  # type: ignore[attr-defined]  # Streamlit's class


def show_rejection() -> None:
    """Show, once, that a value was rejected."""
    if st.session_state.pop(LEFT, False):
        st.warning(SENTENCE)


def _fitting(state: SessionState, fresh: Any) -> Any:
    """The message's values; empty where a known widget cannot take its own, since a form's button is pressed for all its
    fields. Unknown widgets are checked when they are drawn."""
    known = state._new_widget_state.widget_metadata
    for one in fresh.widgets if fresh else ():
        if not one.id.startswith(NAMES):  # no widget has such an id
            _log_rejection(state, one.id)
            return None
        if one.id in known and not _fits(known[one.id], one):
            _log_rejection(state, one.id)
            return None
    return fresh


def _fits(metadata: Any, sent: Any) -> bool:
    """Whether a widget can take a value: none, or one of its kind that can be parsed."""
    if sent.WhichOneof("value") not in (None, metadata.value_type):
        return False
    if any("\0" in words for words in (sent.string_value, *sent.string_array_value.data)):
        return False  # nobody types NUL, and PostgreSQL cannot store it
    try:
        metadata.deserializer(unpack_widget_state_value(sent))
    except Exception:  # each kind of widget raises an exception of its own
        return False
    return True


def note_rejection(state: SessionState, name: str) -> None:
    """Note that a message was rejected, since a field that it needs is not on the page. name: of the field."""
    _log_rejection(state, name, "a button was pressed without a field that it is pressed for: %r")


def _log_rejection(
    state: SessionState, name: str, what: str = "a field was sent what it cannot take: %r"
) -> None:
    """Log a rejection, once for each message, and note that it has to be shown."""
    if not state._new_session_state.get(LEFT):  # one line, whatever was sent
        LOG.warning(what, name[:120])
    state._new_session_state[LEFT] = True
