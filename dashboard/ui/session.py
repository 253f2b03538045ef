"""The session of a browser page: the person, and the names of session keys.

Before: `dashboard.request_identity`, by which the gate passes on the identity.
"""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.accounts.rights import NOBODY, Person
from dashboard.request_identity import CURRENT_ACCOUNT, ENTRY, HEADER, SESSION_CACHE, USER_HEADERS

FILTERS = "filters"  # the filters in force: dict of URL name to value
NOTICES = "notices"  # values of the URL that could not be used, shown once


def person() -> Person:
    """The person, looked up at each call; NOBODY where the gate named none."""
    return replace(
        SESSION_CACHE.person_from_header(_account_header()), session_number=sign_in_number()
    )


def account() -> str:
    """The account of the page, or its guest link; "" where the gate named none."""
    return (_account_header() or "").partition(".")[0]


def sign_in_number() -> int:
    """The number of the sign-in with which this page was opened; 0 without one."""
    return int(st.context.headers.get(ENTRY) or 0)


def person_lookup() -> Callable[[], Person]:
    """A function that looks the present person up later and in another thread; NOBODY where by then the page belongs to another
    account, or other rights."""
    header = _account_header()
    return lambda: (
        SESSION_CACHE.person_from_header(header) if CURRENT_ACCOUNT.get() == header else NOBODY
    )


def _account_header() -> str | None:
    """The account header of the page's connection."""
    # Not by `st.user`, which reads Streamlit's secrets files each time, a twelfth of a page's run.
    context = get_script_run_ctx()
    header = context.user_info.get(USER_HEADERS[HEADER]) if context else None
    return str(header) if header else None
