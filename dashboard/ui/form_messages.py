"""The outcome of a form: kept for the next run, and shown once under the form."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import french
from dashboard.accounts.reauthentication import TooLongAgo
from dashboard.accounts.rights import NotAllowed
from dashboard.actions.targets_and_decisions import Refused
from dashboard.log import REFUSED
from dashboard.ui.markdown_escaping import escape_markdown

CONFIRMATION = "/confirmation"  # the gate's form

CONFIRM = "record_confirm"  # session key: whether a form was refused because the last sign-in or confirmation is too old
SAID = "record_said"  # session key: the outcome of each form's last entry, shown once


@contextmanager
def record_outcome(form: str, done: str) -> Iterator[None]:
    """A context manager that keeps, for the next run, whether a form's entry was done or refused. form: its key; done: the
    message of success."""
    try:
        yield
    except Refused as reason:
        st.session_state[SAID] = form, False, str(reason)
        st.session_state[CONFIRM] = isinstance(reason, TooLongAgo)
    except NotAllowed as why:
        REFUSED.warning("%s", why)
        st.session_state[SAID] = (
            form,
            False,
            "Vous n'avez pas le droit de faire cela pour ce périmètre.",
        )
    else:
        st.session_state[SAID] = form, True, done


def repeat_outcome(form: str, done: str) -> None:
    """Keep, for the next run, that a form's entry was done, with this message."""
    st.session_state[SAID] = form, True, done


def show_outcome(form: str) -> None:
    """Show the outcome of a form's last entry under the form, once."""
    if st.session_state.get(SAID, ("",))[0] == form:
        _, done, text = st.session_state.pop(SAID)
        again = st.session_state.pop(CONFIRM, False) and not done
        show = st.success if done else st.warning if again else st.error
        show(escape_markdown(french.bind_punctuation(text)))
        if again:
            st.link_button("Confirmer que c'est vous", CONFIRMATION)
