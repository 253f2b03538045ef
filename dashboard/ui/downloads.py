"""Files to take away, each made when it is asked for: rights are checked again then, and the file is noted in the access
journal."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from secrets import token_hex
from threading import Lock
from typing import Any

import streamlit as st
from streamlit.runtime import backend_operation_handler as maker

from dashboard import french, memory
from dashboard.accounts.rights import ROLES, Person, Role, may
from dashboard.accounts.session_cache import OPEN
from dashboard.actions import access_journal
from dashboard.answers.context import Moved, page_run, show_as_they_are, view
from dashboard.exports import ExportFailed
from dashboard.log import REFUSED
from dashboard.one_run_at_a_time import RUN_QUEUE
from dashboard.period import now
from dashboard.ui import session
from dashboard.ui.markdown_escaping import escape_markdown

TO, LONGEST = "file_to", 80  # session key: the recipient of files, as typed; its greatest length
TO_WHOM: ContextVar[str] = ContextVar("to_whom", default="")  # the recipient of the file being made
WRITTEN = "pour_qui"  # the field
TRIES = 3  # to make a file of one version of the data, while files come in
SHORT = 14  # letters of the recipient on a button
MOST = 4  # files of an account that are being made or queued, even if abandoned
MARK = "file_mark"  # makes file names unique to the session: Streamlit shares files with equal name and contents


class DownloadRefused(Exception):
    """The file may not be made: the person's rights have changed, too many are being made, or the page it should contain was
    interrupted."""


def made_by(person: Person) -> str:
    """« Fait le 26/11/2026 à 14:05 par awa, directeur · Pour : le conseil »: who took the file, when and for whom. Written when
    the file is made, never part of a cached answer."""
    who = f" par {person.name}, {ROLES[person.role]}" if person.id else ""
    if person.role == Role.GUEST:
        who = " par un invité"  # the account of a guest link has no meaningful name
    to = f" · Pour{french.SPACE}: {TO_WHOM.get()}" if TO_WHOM.get() else ""
    return f"Fait le {now():%d/%m/%Y à %H:%M}{who}{to}"


def ask_recipient() -> None:
    """Draw the field for the recipient of this session's files; its label shows the present one."""
    held = st.session_state.get(TO, "")
    short = held if len(held) <= SHORT else f"{held[:SHORT].rstrip()}…"
    label = f"Pour{french.SPACE}: {escape_markdown(short)}" if held else "Pour…"
    with st.popover(
        label, type="tertiary", help="Pour qui sont les fichiers que l'on emporte.", width="content"
    ):
        st.text_input(
            "Pour qui sont ces fichiers",
            held,
            max_chars=LONGEST,
            placeholder="facultatif : la préfecture…",
            help="Écrit dans chaque fichier et au journal, jamais dans le nom du fichier.",
            key=WRITTEN,
            on_change=_keep_recipient,
        )


def _keep_recipient() -> None:
    """Callback: keep the recipient in the session."""
    # Under a key of its own: Streamlit drops the field's when another page is opened.
    st.session_state[TO] = " ".join(str(st.session_state.get(WRITTEN) or "").split())[:LONGEST]


def is_real_failure(record: logging.LogRecord) -> bool:
    """Whether a log record of Streamlit about a file is of a fault, and not of a refusal. A record of a known failure loses its
    traceback."""
    error = record.exc_info[1] if record.exc_info else None
    why = getattr(error, "__cause__", None)
    if isinstance(why, ExportFailed):
        record.msg, record.args = "no file: %s (%s)", (why, why.cause)
        record.exc_info = record.exc_text = None
    return not isinstance(why, DownloadRefused)


logging.getLogger(maker.__name__).addFilter(is_real_failure)


def button(
    label: str,
    make: Callable[[Person], bytes],
    *,
    name: str,
    extension: str,
    right: str = "aggregates",
    addressed: bool = True,
    **looks: Any,
) -> None:
    """Draw a button that hands over a file. make: writes it for the person who asks; called later in another thread, without
    the session. right: what the person needs. addressed: whether it has a recipient. looks: arguments of `st.download_button`."""
    mark = st.session_state.setdefault(MARK, token_hex(3))
    st.download_button(
        label,
        data=checked_maker(
            make, f"{name}.{extension}", right, st.session_state.get(TO, "") if addressed else ""
        ),
        file_name=f"{name}-{mark}.{extension}",
        on_click="ignore",
        **looks,
    )


def _of_one_version(make: Callable[[Person], bytes], person: Person) -> bytes:
    """The file, all of it of one version of the data: of the newest one, where they change meanwhile."""
    for _ in range(TRIES):
        try:
            with page_run():
                return make(person)
        except Moved:
            show_as_they_are(person)
    with page_run():
        return make(person)


def checked_maker(
    make: Callable[[Person], bytes], name: str, right: str = "aggregates", recipient: str = ""
) -> Callable[[], bytes]:
    """A function that makes the file with the rights that the account has when it is called. It raises DownloadRefused where
    the person may no longer see what was on the page. recipient: for whom the file is."""
    asker, seen, account = session.person_lookup(), view(session.person()).access, session.account()

    def make_checked() -> bytes:
        person = asker()
        if not may(person, right) or view(person).access != seen:
            REFUSED.warning("the file %r to %r", name, person.name)
            raise DownloadRefused(name)
        addressed = TO_WHOM.set(recipient)
        try:
            with _making_one_of(account), RUN_QUEUE.exclusive_run(account):
                file = _of_one_version(make, person)
        finally:
            TO_WHOM.reset(addressed)
            memory.give_back()
        access_journal.note(
            person, "exported", {"file": name, **({"for": recipient} if recipient else {})}
        )
        return file

    return make_checked


_making: Counter[str] = Counter()
_counting = Lock()


@contextmanager
def _making_one_of(account: str) -> Iterator[None]:
    """While a file of this account is made. Raises DownloadRefused where too many are, also for pages that have been closed
    since."""
    with _counting:
        if account != OPEN and _making[account] >= MOST:
            raise DownloadRefused("too many")
        _making[account] += 1
    try:
        yield
    finally:
        with _counting:
            _making[account] -= 1
            if not _making[account]:
                del _making[account]
