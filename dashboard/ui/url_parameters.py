"""The page's URL parameters; read and written here alone."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

HELD = "address"  # session key: the page, and its parameters when last read or written


def read() -> dict[str, str]:
    """The URL parameters, by name.

    A browser sends its URL with every message. A message sent before it received our last change carries the old URL: then ours
    holds, and is sent again. Any other URL is where the reader went: by the browser's history, a link, or to another page.
    """
    page, went = _request()
    sent: dict[str, str] = st.query_params.to_dict()
    held: tuple[str, dict[str, str]] | None = st.session_state.get(HELD)
    if held is None or held[0] != page or went:
        st.session_state[HELD] = page, sent
        return sent
    if sent != held[1]:
        st.query_params.from_dict(held[1])
    return dict(held[1])


def write(wanted: dict[str, str]) -> None:
    """Replace the URL parameters."""
    # Only if different: each change adds a step to the browser's history.
    if read() != wanted:
        st.query_params.from_dict(wanted)
        st.session_state[HELD] = _request()[0], wanted


def put(name: str, wanted: str) -> None:
    """Set one URL parameter."""
    write({**read(), name: wanted})


def drop(name: str) -> None:
    """Remove one URL parameter."""
    write({other: value for other, value in read().items() if other != name})


def _request() -> tuple[str, bool]:
    """The page requested, and whether the browser's history led there."""
    context = get_script_run_ctx()
    return (context.page_script_hash, context.is_history_navigation) if context else ("", False)
