"""The page's address: what it asks, and what is written there. Nothing else reads or writes it."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

HELD = "address"  # session key: the page, and its parameters when last read or written


def read() -> dict[str, str]:
    """What the address asks, by name.

    A browser sends its address with everything that it asks. What it sent before it heard of our last change tells of an
    address that is no more: ours stands then, and is said again. Another address is where the reader went: by the
    browser's history, by a link, or to another page.
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
    """Put that into the address in place of what it asks."""
    # Only if different: each change adds a step to the browser's history.
    if read() != wanted:
        st.query_params.from_dict(wanted)
        st.session_state[HELD] = _request()[0], wanted


def put(name: str, wanted: str) -> None:
    """Let the address ask that, beside what it asks."""
    write({**read(), name: wanted})


def drop(name: str) -> None:
    """Let the address no longer ask that."""
    write({other: value for other, value in read().items() if other != name})


def _request() -> tuple[str, bool]:
    """The page asked for, and whether the browser's history led there."""
    context = get_script_run_ctx()
    return (context.page_script_hash, context.is_history_navigation) if context else ("", False)
