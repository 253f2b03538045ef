"""What a person reads where something failed, in plain sentences; its details stand in the log, under a number.

Before: `dashboard.answers.context`, which knows what failed. After: `dashboard.ui.error_messages`, which shows them on a page;
`dashboard.web`, before there is one.
"""

import logging
import secrets

from dashboard.answers import context

LOG = logging.getLogger("ccsp")
FULL = (
    "Le disque du serveur est plein : ce qui est gardé le reste, mais rien de nouveau ne se garde."
)


def failure_sentence(error: Exception) -> str:
    """What is said where no patience helps: the disk is full, or it is a fault of ours."""
    return FULL if context.is_disk_full(error) else "Cette page n'a pas pu être préparée."


def report_sentence(number: str) -> str:
    """What is to be done about it. number: of the incident, as `log_incident` gave it."""
    return f"Signaler l'incident {number} au service informatique."


def log_incident(error: Exception) -> str:
    """Write the details of a failure to the log, and return the number under which they stand there."""
    number = secrets.token_hex(3)
    LOG.error("incident %s", number, exc_info=error)
    return number
