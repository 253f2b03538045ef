"""The texts of complaints: read one at a time, each reading noted in the journal first; erased one at a time. Answers
never hold any of them.

Before: `db.complaint_texts`, `db.retention`. After: `dashboard.ui.complaint_texts`.
"""

from dashboard.accounts import reauthentication, rights
from dashboard.accounts.rights import NotAllowed, Person, may, require_right
from dashboard.actions import access_journal
from dashboard.answers.context import engine, engine_to_write, view
from dashboard.answers.network import sites_with_words
from dashboard.answers.question import Question
from db import complaint_texts, retention
from db.codes import ALL
from db.complaint_texts import MOST_LISTED, ComplaintWithText
from db.write import Refused

__all__ = [
    "MOST_LISTED",
    "ComplaintWithText",
    "Refused",
    "has_texts",
    "erase",
    "find",
    "may_erase",
    "may_read",
    "open_with_texts",
    "read",
]


def has_texts(person: Person, question: Question) -> bool:
    """Whether some complaint of the question's sites has a text that the person may read, at the last change of the
    data."""
    if not may(person, "complaint_texts"):
        return False
    there, own = sites_with_words(person), _sites(person, question)
    return bool(there if own == ALL else there & frozenset(own))


def open_with_texts(person: Person, question: Question) -> list[ComplaintWithText]:
    """The open complaints of the question's sites that have a text that the person may read: the oldest MOST_LISTED."""
    with engine().connect() as connection:
        return complaint_texts.open_with_texts(connection, _sites(person, question))


def find(person: Person, reference: str) -> list[ComplaintWithText]:
    """The complaints of this reference, answered or not, at the sites whose texts the person may read."""
    with engine().connect() as connection:
        return complaint_texts.by_reference(connection, _sites(person), reference.strip())


def read(person: Person, site: str, reference: str) -> list[str]:
    """The texts of one complaint, after noting who reads them. Raises NotAllowed."""
    require_right(person, "complaint_texts")
    with engine().connect() as connection:
        found = complaint_texts.words(connection, _sites(person), site, reference)
    if found:
        access_journal.note(person, "read words", {"site": site, "reference": reference})
    return found


def may_read(person: Person) -> bool:
    """Whether the person may read texts, of some site."""
    return may(person, "complaint_texts")


def may_erase(person: Person) -> bool:
    """Whether the person may erase texts."""
    return may(person, "erase_texts")


def erase(person: Person, site: str, reference: str, reason: str) -> None:
    """Erase the texts of one complaint, which stays counted; the password has to be given again. Raises NotAllowed,
    Refused."""
    if site not in rights.scopes(person, "erase_texts", view(person).network.departments_of_sites):
        raise NotAllowed(f"{person.name} : erase_texts, {site}")
    if not reason.strip():
        raise Refused("Dire pourquoi : le journal le garde.")
    reauthentication.require_recent_proof(engine(), person)
    retention.erase_text(engine_to_write(person), site, reference, person.name, reason.strip())


def _sites(person: Person, question: Question | None = None) -> frozenset[str] | str:
    """The sites whose texts the person may read, or ALL; of the question's sites, if there is a question."""
    seen = view(person)
    own = rights.sites(person, "complaint_texts", seen.network.departments_of_sites)
    if question is None:
        return own
    asked = seen.sites_of_rows(question)
    if ALL in (own, asked):
        return asked if own == ALL else own
    return frozenset(own) & frozenset(asked)
