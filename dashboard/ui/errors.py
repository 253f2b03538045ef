"""What a person reads when something fails: a plain sentence, never a traceback."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlalchemy.exc import DBAPIError

from dashboard.answers import view

LOG = logging.getLogger("ccsp")
AGAIN = 2  # seconds between two looks whether the database is back


@contextmanager
def said_plainly(*, again: bool = False) -> Iterator[None]:
    """Turn a failure into a sentence; its details go to the log under a number that the screen shows.

    again: where the database is away, the page runs anew by itself once it answers.
    """
    try:
        yield
    except DBAPIError as error:
        number = _log(error)
        # By its code: PostgreSQL says it in the server's language.
        if getattr(error.orig, "sqlstate", "") == "42P01" or "no such table" in str(error.orig):
            st.error(
                "La base de données n'est pas encore prête. Sur le serveur : python -m db init"
            )
        else:
            st.error(
                f"La base de données ne répond pas. Réessayer dans un instant. (incident {number})"
            )
        # Not where it answers and one question of ours fails: that would fail again and again.
        if again and not view.reachable():
            _wait()
    except (
        Exception
    ) as error:  # Streamlit's own way of stopping a page is no Exception and passes by
        st.error(
            f"Cette page n'a pas pu être préparée. Signaler l'incident {_log(error)} au service informatique."
        )


@st.fragment(run_every=AGAIN)
def _wait() -> None:
    if view.reachable():
        st.rerun()


def _log(error: Exception) -> str:
    number = secrets.token_hex(3)
    LOG.error("incident %s", number, exc_info=error)
    return number
