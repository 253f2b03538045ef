"""Receipts of what was handed in by the page, for who answers for the sites; and taking one's own file out again."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from dashboard import french
from dashboard.accounts import rights
from dashboard.accounts.rights import NotAllowed, Person, Reach, require_right
from dashboard.answers.context import engine, engine_to_write, show_as_they_are, view
from dashboard.answers.reference_changes import view_in
from dashboard.answers.signal_changes import signal_changes
from db import site_complaints, upload_previews, write
from db.batch_effects import Effect
from db.site_complaints import SiteComplaint
from db.upload_previews import KeptReceipt
from db.write import Refused

__all__ = [
    "KeptReceipt",
    "Refused",
    "Replacement",
    "complaint",
    "days_in_words",
    "effect_of_withdrawal",
    "is_of_complaint",
    "is_said",
    "may_withdraw",
    "receipt",
    "receipts",
    "replacement",
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
    """Whether the person may take this file out, or what was said without one: his own, or any for the data manager; one that
    counts still, of sites for which he has the right. What was said of a complaint ends with what replaced it."""
    right = _right_to_withdraw(one)
    own = one.by == person.name or rights.reach_of_right(person, right) == Reach.COUNTRY
    if one.withdrawn_at is not None or not own or not rights.may(person, right):
        return False
    if _why_not(person, one):
        return False
    with engine().connect() as connection:
        return bool(upload_previews.receipts(connection, _sites(person, right), one.number))


def _why_not(person: Person, one: KeptReceipt) -> str:
    """Why what was said without a file is no longer taken back by who said it; "" where it is."""
    if is_of_complaint(one) and replacement(one).replaced:
        return (
            "Ce qui a été noté de cette plainte est remplacé depuis : il n'y a plus rien à annuler."
        )
    confirmed = is_said(one) and one.form == "fermetures" and not one.declared
    if confirmed and rights.reach_of_right(person, "explain") != Reach.COUNTRY:
        return "Cette fermeture est confirmée : demander au ministère de l'annuler."
    return ""


def _right_to_withdraw(one: KeptReceipt) -> str:
    if is_of_complaint(one):
        return "note_complaints"
    return "explain" if is_said(one) else "hand_in"


def is_said(one: KeptReceipt) -> bool:
    """Whether it is of what somebody said of days or of a complaint, without a file."""
    return "said" in one.detail


def is_of_complaint(one: KeptReceipt) -> bool:
    """Whether it is of a complaint that somebody noted, or of its answer."""
    return is_said(one) and one.form == "plaintes"


class Replacement(NamedTuple):
    """What came later in place of rows of a receipt: of how many of how many rows, and the numbers of what says them
    otherwise."""

    replaced: int
    rows: int
    by: list[int]

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it counts any longer."""
        return 0 < self.rows == self.replaced


def replacement(one: KeptReceipt) -> Replacement:
    """What came later in place of rows of a receipt that was not taken out."""
    if one.withdrawn_at is not None:
        return Replacement(0, 0, [])
    with engine().connect() as connection:
        rows, replaced, by = write.replacement(connection, one.form, one.number)
    return Replacement(replaced, rows, by)


def complaint(one: KeptReceipt) -> SiteComplaint | None:
    """The complaint as somebody said it, without a file; None of another receipt, and once its reference is erased: it stands in
    the complaint alone, and ends with its term."""
    if not is_of_complaint(one):
        return None
    with engine().connect() as connection:
        return site_complaints.of_batch(connection, one.number)


def effect_of_withdrawal(person: Person, number: int) -> str:
    """The sentence that says what taking a file out would change. Raises NotAllowed, Refused."""
    _check(person, number)
    show_as_they_are(person)  # not as readers are shown them, some seconds ago
    then, after = view(person), []

    def note(connection: Connection) -> None:
        concerned = write.sites_of(connection, number)
        after.append((view_in(person, connection), concerned))

    effect = write.withdraw(engine(), number, person.name, keep=False, look=note)
    # Judged once others may write again.
    signals = [signal_changes(then, now, concerned, "Le retirer") for now, concerned in after]
    return " ".join(filter(None, (_rows_after_withdrawal(effect), *signals)))


def _rows_after_withdrawal(effect: Effect) -> str:
    """What taking a file out would change of the rows that count, in a sentence."""
    gone, again = effect.rows_ended, sum(effect.restored_by_file.values())
    told = f"Si vous le retirez, {french.plural(gone, 'ligne ne comptera', 'lignes ne compteront')} plus"
    if not again:
        return f"{told}, et rien ne les remplacera."
    files = french.join_first([name.partition(" (lot")[0] for name in effect.restored_by_file])
    back = french.plural(again, "ligne d'avant comptera", "lignes d'avant compteront")
    return f"{told} ; {back} de nouveau, de {files}."


def withdraw(person: Person, number: int, reason: str, told: str = "") -> None:
    """Take a file out, for a reason: its rows count no more, those that it had replaced do again. told: what the person was told
    that this changes, "" for nothing. Raises NotAllowed, Refused."""
    found = receipt(person, number)
    if found is not None and found.withdrawn_at is not None:
        return  # a second press
    _check(person, number)
    if not reason.strip():
        raise Refused("Dire pourquoi ce fichier est retiré.")
    # By words: a page holds punctuation to its word by spaces of another kind.
    if told and told.split() != effect_of_withdrawal(person, number).split():
        raise Refused(
            "Ce qui est remis a changé depuis que cette page l'a montré : relire ce que cela fera."
        )
    write.withdraw(engine_to_write(person), number, person.name, reason.strip()[:500])


def _check(person: Person, number: int) -> None:
    found = receipt(person, number)
    if found is not None and found.withdrawn_at is None and (why := _why_not(person, found)):
        raise Refused(why)
    if found is None or not may_withdraw(person, found):
        raise NotAllowed(f"{person.name} : withdraw {number}")


def _sites(person: Person, right: str) -> frozenset[str] | str:
    require_right(person, right)
    return rights.sites(person, right, view(person).network.departments_of_sites)


def days_in_words(first: date | None, last: date | None) -> str:
    """« du 1er au 31 octobre 2026 »; "" without days."""
    if first is None or last is None:
        return ""
    if (first.year, first.month) == (last.year, last.month):
        begins = "1er" if first.day == 1 else first.day
        return (
            f"du {begins} au {french.date_long(last)}"
            if first < last
            else f"le {french.date_long(first)}"
        )
    return f"du {french.date_short(first)} au {french.date_short(last)}"
