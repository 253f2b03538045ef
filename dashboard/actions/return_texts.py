"""The words of monthly returns: erased one return at a time, by who keeps the data, for a reason; its numbers stay.

Before: `db.retention`. After: `dashboard.ui.return_texts`. Reading them is an answer's: `dashboard.answers.return_texts`.
"""

from dashboard.accounts import reauthentication, rights
from dashboard.accounts.rights import NotAllowed, Person, may
from dashboard.answers.context import engine, engine_to_write, view
from db import retention
from db.write import Refused

__all__ = ["RIGHT", "Refused", "erase", "may_erase"]

RIGHT = "erase_texts"


def may_erase(person: Person) -> bool:
    """Whether the person may erase words."""
    return may(person, RIGHT)


def erase(person: Person, site: str, month: str, reason: str) -> None:
    """Erase the words of a site's monthly return; the password has to be given again. month: « 2026-10 ». Raises NotAllowed,
    Refused."""
    if site not in rights.scopes(person, RIGHT, view(person).network.departments_of_sites):
        raise NotAllowed(f"{person.name} : {RIGHT}, {site}")
    if not reason.strip():
        raise Refused("Dire pourquoi : le journal le garde.")
    reauthentication.require_recent_proof(engine(), person)
    retention.erase_return_words(engine_to_write(person), site, month, person.name, reason.strip())
