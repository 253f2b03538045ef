"""Files to take away, each made when it is asked for: who asks is looked up again then, and what was taken is noted."""

import logging
from collections.abc import Callable
from secrets import token_hex
from typing import Any

import streamlit as st
from streamlit.runtime import backend_operation_handler as maker

from dashboard.accounts.rights import ROLES, Person, may
from dashboard.actions import accesses
from dashboard.answers.view import view
from dashboard.period import now
from dashboard.ui import session

MARK = "file_mark"  # in the names of this session's files: Streamlit hands one file to all whose name and contents are alike


class Gone(Exception):
    """Who asked for a file may not have it any more, or may see something else by now."""


def made_by(person: Person) -> str:
    """« Fait le 26/11/2026 à 14:05 par awa, directeur »: what a file that leaves says of who took it. Stamped when it is made:
    nothing that is kept for others holds it."""
    who = f" par {person.name}, {ROLES[person.role]}" if person.id else ""
    return f"Fait le {now():%d/%m/%Y à %H:%M}{who}"


def is_news(record: logging.LogRecord) -> bool:
    """Whether a line of Streamlit's on a file that was not made is of a fault: that it was refused is none."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(getattr(error, "__cause__", None), Gone)


logging.getLogger(maker.__name__).addFilter(is_news)


def button(
    label: str,
    make: Callable[[Person], bytes],
    *,
    name: str,
    extension: str,
    right: str = "aggregates",
    **looks: Any,
) -> None:
    """A button that hands a file over. make: what writes it, for whoever asks then; called later and in another thread, so it
    takes nothing of the session. right: without which there is no such file. looks: as `st.download_button` has them."""
    mark = st.session_state.setdefault(MARK, token_hex(3))
    st.download_button(
        label,
        data=checked(make, f"{name}.{extension}", right),
        file_name=f"{name}-{mark}.{extension}",
        on_click="ignore",
        **looks,
    )


def checked(
    make: Callable[[Person], bytes], name: str, right: str = "aggregates"
) -> Callable[[], bytes]:
    """What makes the file for whoever asked for the page, as the account stands when it is called. Raises Gone, then, where
    it may not see what was on the page."""
    asker, seen = session.asker(), view(session.person()).access

    def made() -> bytes:
        person = asker()
        if not may(person, right) or view(person).access != seen:
            raise Gone(name)
        file = make(person)
        accesses.note(person, "exported", {"file": name})
        return file

    return made
