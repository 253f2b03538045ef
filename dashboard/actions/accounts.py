"""What an administrator does with accounts, and everybody with his own: the right is checked here, for pages and for the
command alike. Nobody touches accounts without one of his own, nor on a page that was left open: the password is asked again."""

from datetime import datetime

from dashboard.accounts import account_changes, provider_identities, reauthentication
from dashboard.accounts.account_changes import AccountChanges
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
    "own_binding",
    "own_sessions",
    "similar_accounts",
    "reset_password",
    "sessions",
    "unbind_identity",
    "command_line_person",
]


def command_line_person(name: str) -> Person:
    """Who has the database's address has the accounts too: name is that of the system's user, for the journal."""
    return Person(name, Role.ADMINISTRATOR)


def add(person: Person, name: str, wanted: AccountChanges) -> str:
    """Add an account; gives its first password, to be told once; "" where passwords open nothing. Raises Refused or
    NotAllowed."""
    _may_change(person)
    return account_changes.add(engine(), name, wanted, person.name)


def first_sign_in_link(password: str) -> str:
    """The address by which who is given a first password comes in once, without typing it: it stands behind the #, which no
    server and no log is told."""
    return f"{load_settings().address}/premiere-connexion#{password}"


def change(person: Person, name: str, wanted: AccountChanges) -> None:
    """Give an account another role, other places, another address. Raises Refused or NotAllowed."""
    _may_change(person)
    account_changes.change(engine(), name, wanted, person.name)


def disable(person: Person, name: str) -> None:
    """Let nobody in under an account any more. Raises Refused or NotAllowed."""
    _may_change(person)
    account_changes.disable(engine(), name, person.name)


def unbind_identity(person: Person, name: str) -> None:
    """Have the provider of identities open an account no more. Raises Refused or NotAllowed."""
    _may_change(person)
    account_changes.unbind_identity(engine(), name, person.name)


def bound_accounts(person: Person) -> dict[str, datetime]:
    """The accounts (ids) that the provider of identities opens, and since when (UTC). Raises NotAllowed."""
    require_right(person, "accounts")
    return provider_identities.bound_accounts(engine())


def reset_password(person: Person, name: str) -> str:
    """Open an account, with a new password that works once, to be told once; "" where passwords open nothing. Raises Refused or
    NotAllowed."""
    require_right(person, "accounts")
    if person.id and name == person.name:  # his pages would end before they told him the new one
        raise Refused("Son propre mot de passe se change sous « Mon compte ».")
    _may_change(person)
    return account_changes.reset_password(engine(), name, person.name)


def end_sessions(person: Person, name: str, number: int | None = None) -> int:
    """End the sign-ins of an account, or one of them; gives how many. Raises Refused or NotAllowed."""
    _may_change(person)
    return account_changes.end_sessions(engine(), name, person.name, number)


def all_accounts(person: Person) -> list[Holder]:
    """Every account, by name. Raises NotAllowed."""
    require_right(person, "accounts")
    return account_changes.all_accounts(engine())


def similar_accounts(person: Person) -> list[str]:
    """Which accounts could be taken for one another, each two in a sentence. Raises NotAllowed."""
    require_right(person, "accounts")
    return [
        f"Les comptes {_shown(one)} et {_shown(other)} se lisent de même : changer l'adresse de l'un, ou le fermer."
        for one, other in account_changes.similar_accounts(engine())
    ]


def _shown(one: Holder) -> str:
    return f"« {one.name} »" + (f" ({one.email})" if one.email else "")


def sessions(person: Person, name: str | None = None) -> list[tuple[str, SignInSession]]:
    """Who is signed in. Raises Refused or NotAllowed."""
    require_right(person, "accounts")
    return account_changes.sessions(engine(), name)


def own_sessions(person: Person) -> list[SignInSession]:
    """Where somebody is signed in himself. Raises NotAllowed for who has no account."""
    return [entry for _, entry in account_changes.sessions(engine(), _own(person))]


def own_binding(person: Person) -> datetime | None:
    """Since when the provider of identities opens one's own account; None where it does not. Raises NotAllowed for who has no
    account."""
    _own(person)
    return provider_identities.bound_accounts(engine()).get(person.id)


def end_own_sessions(person: Person, number: int | None = None) -> int:
    """End one's own sign-ins, or one of them; gives how many. Raises NotAllowed for who has no account."""
    return account_changes.end_sessions(engine(), _own(person), person.name, number)


def _may_change(person: Person) -> None:
    """Raises NotAllowed, or TooLongAgo: for what is changed the password is asked again."""
    require_right(person, "accounts")
    reauthentication.require_recent_proof(engine(), person)


def _own(person: Person) -> str:
    if not person.id:
        raise NotAllowed(f"{person.name} : own account")
    return person.name
