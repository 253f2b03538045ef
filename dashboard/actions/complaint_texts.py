"""What people wrote when they complained: read one complaint at a time, each reading noted before it is shown; erased one by
one. Nothing of it is kept by answers.

Before: `db.complaint_texts`, `db.retention`. After: `dashboard.ui.complaint_texts`.
"""

from dashboard.accounts import reauthentication, rights
from dashboard.accounts.rights import NotAllowed, Person, may, require_right
from dashboard.actions import access_journal
from dashboard.answers.context import engine, view
from dashboard.answers.network import sites_with_words
from dashboard.answers.question import Question
from db import complaint_texts, retention
from db.codes import ALL
from db.complaint_texts import ComplaintWithText
from db.write import Refused

__all__ = [
    "ComplaintWithText",
    "Refused",
    "has_texts",
    "erase",
    "find",
    "may_erase",
    "open_with_texts",
    "read",
]


def has_texts(person: Person, question: Question) -> bool:
    """Whether there were words that the person may read, in the places of the question, when the data last moved."""
    if not may(person, "complaint_texts"):
        return False
    there, own = sites_with_words(person), _sites(person, question)
    return bool(there if own == ALL else there & frozenset(own))


def open_with_texts(person: Person, question: Question) -> list[ComplaintWithText]:
    """The complaints that wait and have words that the person may read, in the places of the question."""
    with engine().connect() as connection:
        return complaint_texts.open_with_texts(connection, _sites(person, question))


def find(person: Person, reference: str) -> list[ComplaintWithText]:
    """Those of this reference, answered or not, wherever the person may read words."""
    with engine().connect() as connection:
        return complaint_texts.by_reference(connection, _sites(person), reference.strip())


def read(person: Person, site: str, reference: str) -> list[str]:
    """The words of one complaint, once it is noted who read them. Raises NotAllowed."""
    require_right(person, "complaint_texts")
    with engine().connect() as connection:
        found = complaint_texts.words(connection, _sites(person), site, reference)
    if found:
        access_journal.note(person, "read words", {"site": site, "reference": reference})
    return found


def may_erase(person: Person) -> bool:
    """Whether the person may erase words."""
    return may(person, "erase_texts")


def erase(person: Person, site: str, reference: str, why: str) -> None:
    """Erase the words of one complaint, which stays counted; the password is asked again. Raises NotAllowed, Refused."""
    if site not in rights.scopes(person, "erase_texts", view(person).book.homes):
        raise NotAllowed(f"{person.name} : erase_texts, {site}")
    if not why.strip():
        raise Refused("Dire pourquoi : le journal le garde.")
    reauthentication.require_recent_proof(engine(), person)
    retention.erase_text(engine(), site, reference, person.name, why.strip())


def _sites(person: Person, question: Question | None = None) -> frozenset[str] | str:
    """The sites whose words the person may read, or ALL; of the question, if there is one."""
    seen = view(person)
    own = rights.sites(person, "complaint_texts", seen.book.homes)
    if question is None:
        return own
    asked = seen.sites_of_rows(question)
    if ALL in (own, asked):
        return asked if own == ALL else own
    return frozenset(own) & frozenset(asked)
