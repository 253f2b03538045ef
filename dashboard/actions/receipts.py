"""Receipts of what was handed in by the page, for who answers for the sites; and taking one's own file out again."""

from datetime import date

from dashboard import french
from dashboard.accounts import rights
from dashboard.accounts.rights import NotAllowed, Person, Reach, require_right
from dashboard.answers.context import engine, engine_to_write, view
from db import upload_previews, write
from db.batch_effects import withdrawal_sentence
from db.upload_previews import KeptReceipt
from db.write import Refused

__all__ = [
    "KeptReceipt",
    "Refused",
    "days_in_words",
    "effect_of_withdrawal",
    "may_withdraw",
    "receipt",
    "receipts",
    "withdraw",
]


def receipts(person: Person) -> list[KeptReceipt]:
    """The receipts of what was handed in for the person's sites, the newest first. Raises NotAllowed."""
    with engine().connect() as connection:
        return upload_previews.receipts(connection, _sites(person, "receipts"))


def receipt(person: Person, number: int) -> KeptReceipt | None:
    """One receipt; None where there is none of the person's sites. Raises NotAllowed."""
    with engine().connect() as connection:
        found = upload_previews.receipts(connection, _sites(person, "receipts"), number)
    return found[0] if found else None


def may_withdraw(person: Person, one: KeptReceipt) -> bool:
    """Whether the person may take this file out: his own, or any for the data manager; one that counts still, of sites for which
    he hands in."""
    own = one.by == person.name or rights.reach_of_right(person, "hand_in") == Reach.COUNTRY
    if one.withdrawn_at is not None or not own or not rights.may(person, "hand_in"):
        return False
    with engine().connect() as connection:
        return bool(upload_previews.receipts(connection, _sites(person, "hand_in"), one.number))


def effect_of_withdrawal(person: Person, number: int) -> str:
    """The sentence that says what taking a file out would change. Raises NotAllowed, Refused."""
    _check(person, number)
    return withdrawal_sentence(write.withdraw(engine(), number, person.name, keep=False))


def withdraw(person: Person, number: int, reason: str) -> None:
    """Take a file out, for a reason: its rows count no more, those that it had replaced do again. Raises NotAllowed, Refused."""
    found = receipt(person, number)
    if found is not None and found.withdrawn_at is not None:
        return  # a second press
    _check(person, number)
    if not reason.strip():
        raise Refused("Dire pourquoi ce fichier est retiré.")
    write.withdraw(engine_to_write(person), number, person.name, reason.strip()[:500])


def _check(person: Person, number: int) -> None:
    found = receipt(person, number)
    if found is None or not may_withdraw(person, found):
        raise NotAllowed(f"{person.name} : withdraw {number}")


def _sites(person: Person, right: str) -> frozenset[str] | str:
    require_right(person, right)
    return rights.sites(person, right, view(person).network.departments_of_sites)


def days_in_words(first: date | None, last: date | None) -> str:
    """« du 1 au 31 octobre 2026 »; "" without days."""
    if first is None or last is None:
        return ""
    if (first.year, first.month) == (last.year, last.month):
        return f"du {first.day} au {last.day} {french.month_label(first)}"
    return f"du {french.date_short(first)} au {french.date_short(last)}"
