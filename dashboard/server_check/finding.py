"""What was found at one thing of a server.

After: `dashboard.server_check`.
"""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How a thing is. UNKNOWN: it could not be looked at, which is not well."""

    FINE = "fine"
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """said: in French; command: what mends it, or looks closer."""

    state: State
    said: str
    command: str = ""


def check(fine: bool, well: str, wrong: str, command: str) -> Finding:
    """A finding of a thing that is well or wrong."""
    return Finding(State.FINE, well) if fine else Finding(State.WRONG, wrong, command)
