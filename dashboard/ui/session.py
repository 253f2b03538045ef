"""What a browser session holds: who asks, and the names of the session's keys.

Before: `dashboard.request_identity`, by which the gate says who asks.
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
    """Who asks, looked up at each run and in each fragment; nobody, where the gate did not say who."""
    return replace(
        SESSION_CACHE.person_from_header(_account_header()), session_number=sign_in_number()
    )


def account() -> str:
    """The account that asks, or the link by which guests came in; "" where the gate did not say."""
    return (_account_header() or "").partition(".")[0]


def sign_in_number() -> int:
    """The number of the sign-in by which this page's browser came in; 0 where the gate said none."""
    return int(st.context.headers.get(ENTRY) or 0)


def person_lookup() -> Callable[[], Person]:
    """The same of whoever asks now, to be looked up later and in another thread; nobody, where by then it is asked on a page
    of somebody else, or of other rights."""
    header = _account_header()
    return lambda: (
        SESSION_CACHE.person_from_header(header) if CURRENT_ACCOUNT.get() == header else NOBODY
    )


def _account_header() -> str | None:
    # Not by `st.user`, which reads Streamlit's secrets files each time, a twelfth of a page's run.
    context = get_script_run_ctx()
    header = context.user_info.get(USER_HEADERS[HEADER]) if context else None
    return str(header) if header else None
