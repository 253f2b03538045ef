"""What a person enters in the dashboard: targets, decisions, new starts of control charts. Rights are checked here."""
from datetime import date

from dashboard.access import NotAllowed, Person, may
from dashboard.indicators import BY_CODE
from dashboard.ui import follow, store
from db import steer
from db.write import Refused

__all__ = ["Refused", "decide", "rebase", "remove_target", "set_target"]


def _check(person: Person, action: str, indicator: str, scope: str) -> None:
    """Raises NotAllowed where the person may not do this, or not for that scope; Refused for an unknown indicator."""
    if not may(person, action) or not follow.signals(person, [scope]):
        raise NotAllowed(f"{person.name} : {action}, {scope}")
    if indicator not in BY_CODE:
        raise Refused(f"« {indicator} » n'est pas un indicateur.")


def set_target(person: Person, indicator: str, scope: str, value: float, valid_from: date, source: str) -> None:
    """Keep a target. Raises Refused or NotAllowed."""
    _check(person, "set_targets", indicator, scope)
    steer.set_target(store.engine(), indicator, scope, value, valid_from, source, person.name)


def remove_target(person: Person, indicator: str, scope: str, valid_from: date) -> None:
    """Take a target back. Raises Refused or NotAllowed."""
    _check(person, "set_targets", indicator, scope)
    steer.remove_target(store.engine(), indicator, scope, valid_from, person.name)


def decide(person: Person, indicator: str, scope: str, who: str, what: str, due_on: date | None, today: date) -> None:
    """Keep a decision on an alert. Raises Refused or NotAllowed."""
    _check(person, "decide", indicator, scope)
    steer.decide(store.engine(), indicator, scope, today, who, what, due_on, person.name)


def rebase(person: Person, indicator: str, scope: str, month: date, reason: str) -> None:
    """Start a control chart anew from a month on. Raises Refused or NotAllowed."""
    _check(person, "rebase", indicator, scope)
    steer.rebase(store.engine(), indicator, scope, month, reason, person.name)
