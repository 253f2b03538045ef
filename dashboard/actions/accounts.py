"""What an administrator does with accounts, and everybody with one's own: the right is checked here, for pages and
commands alike.

Every change demands an account of one's own and a password given of late (`dashboard.accounts.reauthentication`).
"""

from datetime import date, datetime

from dashboard.accounts import (
    account_changes,
    provider_identities,
    reauthentication,
    sign_ins,
)
from dashboard.accounts.account_rules import AccountChanges
from dashboard.accounts.rights import NotAllowed, Person, Role, require_right
from dashboard.answers.context import engine
from dashboard.settings import load_settings
from db.accounts_and_sessions import Holder, SignInSession
from db.write import Refused

__all__ = [
    "Holder",
    "Refused",
    "AccountChanges",
    "add",
    "bound_accounts",
    "change",
    "end_sessions",
    "end_own_sessions",
    "disable",
    "all_accounts",
    "first_sign_in_link",
    "last_visit",
    "own_binding",
    "own_sessions",
    "similar_accounts",
    "reset_password",
    "sessions",
    "unbind_identity",
    "command_line_person",
]


def command_line_person(name: str) -> Person:
    """The person of a command: who has the database's address has the accounts too. name: of the system's user, for
    the journal."""
    return Person(name, Role.ADMINISTRATOR)


def last_visit(person: Person) -> date | None:
    """The day, in Benin, on which the person was here last before this session; None where nobody knows, as without accounts."""
    return sign_ins.last_visit(engine(), person.id, person.session_number)


def add(person: Person, name: str, changes: AccountChanges) -> str:
    """Add an account; returns its first password, to be shown once, "" where passwords are not in use. Raises Refused
    or NotAllowed."""
    _require_right_and_proof(person)
    return account_changes.add(engine(), name, changes, person.name)


def first_sign_in_link(password: str) -> str:
    """The address that signs in once with this first password; it stands behind the #, which browsers send to no
    server."""
    return f"{load_settings().address}/premiere-connexion#{password}"


def change(person: Person, name: str, changes: AccountChanges) -> None:
    """Change the role, places or address of an account. Raises Refused or NotAllowed."""
    _require_right_and_proof(person)
    account_changes.change(engine(), name, changes, person.name)


def disable(person: Person, name: str) -> None:
    """Disable an account. Raises Refused or NotAllowed."""
    _require_right_and_proof(person)
    account_changes.disable(engine(), name, person.name)


def unbind_identity(person: Person, name: str) -> None:
    """Unbind an account from its identity at the provider. Raises Refused or NotAllowed."""
    _require_right_and_proof(person)
    account_changes.unbind_identity(engine(), name, person.name)


def bound_accounts(person: Person) -> dict[str, datetime]:
    """The accounts (ids) that are bound to an identity of the provider, and since when (UTC). Raises NotAllowed."""
    require_right(person, "accounts")
    return provider_identities.bound_accounts(engine())


def reset_password(person: Person, name: str) -> str:
    """Enable an account and return its new one-time password, to be shown once, "" where passwords are not in use.
    Raises Refused or NotAllowed."""
    require_right(person, "accounts")
    if person.id and name == person.name:  # his pages would end before they told him the new one
        raise Refused("Son propre mot de passe se change sous « Mon compte ».")
    _require_right_and_proof(person)
    return account_changes.reset_password(engine(), name, person.name)


def end_sessions(person: Person, name: str, number: int | None = None) -> int:
    """End all sessions of an account, or the one of this number; returns how many. Raises Refused or NotAllowed."""
    _require_right_and_proof(person)
    return account_changes.end_sessions(engine(), name, person.name, number)


def all_accounts(person: Person) -> list[Holder]:
    """Every account, by name. Raises NotAllowed."""
    require_right(person, "accounts")
    return account_changes.all_accounts(engine())


def similar_accounts(person: Person) -> list[str]:
    """The pairs of accounts that could be mistaken for one another, a sentence each. Raises NotAllowed."""
    require_right(person, "accounts")
    return [
        f"Les comptes {_account_in_words(one)} et {_account_in_words(other)} se lisent de même :"
        " changer l'adresse de l'un, ou le fermer."
        for one, other in account_changes.similar_accounts(engine())
    ]


def _account_in_words(one: Holder) -> str:
    """An account in words: its name, and its address where it has one."""
    return f"« {one.name} »" + (f" ({one.email})" if one.email else "")


def sessions(person: Person, name: str | None = None) -> list[tuple[str, SignInSession]]:
    """The open sessions, each with its account's name, latest first. Raises Refused or NotAllowed."""
    require_right(person, "accounts")
    return account_changes.sessions(engine(), name)


def own_sessions(person: Person) -> list[SignInSession]:
    """The open sessions of one's own account. Raises NotAllowed for a person without an account."""
    return [entry for _, entry in account_changes.sessions(engine(), _own_account_id(person))]


def own_binding(person: Person) -> datetime | None:
    """Since when one's own account is bound to an identity of the provider; None where it is not. Raises NotAllowed
    for a person without an account."""
    _own_account_id(person)
    return provider_identities.bound_accounts(engine()).get(person.id)


def end_own_sessions(person: Person, number: int | None = None) -> int:
    """End all sessions of one's own account, or the one of this number; returns how many. Raises NotAllowed for a
    person without an account."""
    return account_changes.end_sessions(engine(), _own_account_id(person), person.name, number)


def _require_right_and_proof(person: Person) -> None:
    """Raises NotAllowed, or TooLongAgo where the password has to be given again."""
    require_right(person, "accounts")
    reauthentication.require_recent_proof(engine(), person)


def _own_account_id(person: Person) -> str:
    """The id of one's own account. Raises NotAllowed for a person without one."""
    if not person.id:
        raise NotAllowed(f"{person.name} : own account")
    return person.name
