"""Messages of failures for people, in plain sentences; the details are in the log, under an incident number.

Before: `dashboard.answers.context`, which knows the cause. After: `dashboard.ui.error_messages`, which shows them on a page;
`dashboard.web`, for plain pages.
"""

import logging
import secrets

from dashboard import metrics
from dashboard.answers import context

LOG = logging.getLogger("ccsp")
FULL = (
    "Le disque du serveur est plein : ce qui est gardé le reste, mais rien de nouveau ne se garde."
)


def failure_sentence(error: Exception) -> str:
    """The message of a failure that will not pass: a full disk, or a fault of ours."""
    return FULL if context.is_disk_full(error) else "Cette page n'a pas pu être préparée."


def work_failure_sentence(error: Exception) -> str:
    """The message of such a failure for who had sent something."""
    ours = "Cela n'a pas pu se faire, par notre faute."
    return FULL if context.is_disk_full(error) else ours


def report_sentence(number: str) -> str:
    """The sentence that says what to do. number: of the incident, from `log_incident`."""
    return f"Signaler l'incident {number} au service informatique."


def log_incident(error: Exception) -> str:
    """Write the details of a failure to the log, and return the incident number under which they stand."""
    number = secrets.token_hex(3)
    metrics.INCIDENTS.inc()
    LOG.error("incident %s", number, exc_info=error, extra={"incident": number})
    return number
