"""Failures on a page: a plain sentence, never a traceback.

Before: `dashboard.error_messages`, which has the sentences.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.answers import context
from dashboard.error_messages import failure_sentence, log_incident, report_sentence
from dashboard.ui import session
from dashboard.ui.callbacks import MissingField

AGAIN = 2  # seconds between two checks whether the database is back


@contextmanager
def show_failures(*, again: bool = False) -> Iterator[None]:
    """Show a failure as a sentence; its details go to the log under the number shown.

    again: where the database is unavailable, run the page again once it answers.
    """
    try:
        yield
    except MissingField:
        raise  # handled by `callbacks`
    except context.Moved:
        # A file came in while this page was drawn of the state before it: all of it is drawn of the newest one.
        context.show_as_they_are(session.person())
        st.rerun()
    except Exception as error:  # Streamlit's StopException is no Exception and passes
        if not (why := context.outage_reason(error)):
            st.error(f"{failure_sentence(error)} {report_sentence(log_incident(error))}")
            return
        # The message says whether the page comes back by itself.
        what = "Cette page revient d'elle-même" if again else "Recommencer"
        st.error(f"{why} {what} dès qu'elle répond. (incident {log_incident(error)})")
        if again:
            _wait()


@st.fragment(run_every=AGAIN)
def _wait() -> None:
    """Run the page again once the database answers."""
    if context.is_database_reachable():
        st.rerun()
