"""What a person reads when something fails: a plain sentence, never a traceback."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.answers import context
from dashboard.ui.callbacks import MissingField

LOG = logging.getLogger("ccsp")
FULL = (
    "Le disque du serveur est plein : ce qui est gardé le reste, mais rien de nouveau ne se garde."
)
AGAIN = 2  # seconds between two looks whether the database is back


@contextmanager
def show_failures(*, again: bool = False) -> Iterator[None]:
    """Turn a failure into a sentence; its details go to the log under a number that the screen shows.

    again: where the database is away, the page runs anew by itself once it answers.
    """
    try:
        yield
    except MissingField:
        raise  # no failure of ours: `callbacks` says it
    except (
        Exception
    ) as error:  # Streamlit's own way of stopping a page is no Exception and passes by
        if not (why := context.outage_reason(error)):
            st.error(f"{failed(error)} {to_report(incident(error))}")
            return
        # What the page does next is said as it is: it comes back by itself, or somebody has to ask again.
        what = "Cette page revient d'elle-même" if again else "Recommencer"
        st.error(f"{why} {what} dès qu'elle répond. (incident {incident(error)})")
        if again:
            _wait()


def failed(error: Exception) -> str:
    """What is said where no patience helps: the disk is full, or it is a fault of ours."""
    return FULL if context.is_disk_full(error) else "Cette page n'a pas pu être préparée."


def to_report(number: str) -> str:
    """What is to be done about it. number: of the `incident`."""
    return f"Signaler l'incident {number} au service informatique."


@st.fragment(run_every=AGAIN)
def _wait() -> None:
    if context.is_database_reachable():
        st.rerun()


def incident(error: Exception) -> str:
    """The number under which the details of a failure stand in the log."""
    number = secrets.token_hex(3)
    LOG.error("incident %s", number, exc_info=error)
    return number
