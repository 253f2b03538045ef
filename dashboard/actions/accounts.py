"""What an administrator does with accounts, and everybody with his own: the right is checked here, for pages and for the
command alike. Nobody touches accounts without one of his own, nor on a page that was left open: the password is asked again."""

from datetime import datetime

from dashboard.accounts import account_changes, provider_identities, reauthentication
from dashboard.accounts.account_changes import Wanted
from dashboard.accounts.rights import NotAllowed, Person, Role, require
from dashboard.answers.context import engine
from dashboard.settings import load
from db.accounts_and_sessions import Entry, Holder
from db.write import Refused

__all__ = [
    "Holder",
    "Refused",
    "Wanted",
    "add",
    "bound",
    "change",
    "close",
    "close_own",
    "disable",
    "everyone",
    "first_link",
    "own_binding",
    "own_sessions",
    "read_alike",
    "reset",
    "sessions",
    "unbind",
    "whoever_runs_the_command",
]


def whoever_runs_the_command(name: str) -> Person:
    """Who has the database's address has the accounts too: name is that of the system's user, for the journal."""
    return Person(name, Role.ADMINISTRATOR)


def add(person: Person, name: str, wanted: Wanted) -> str:
    """Add an account; gives its first password, to be told once; "" where passwords open nothing. Raises Refused or
    NotAllowed."""
    _may_change(person)
    return account_changes.add(engine(), name, wanted, person.name)


def first_link(password: str) -> str:
    """The address by which who is given a first password comes in once, without typing it: it stands behind the #, which no
    server and no log is told."""
    return f"{load().address}/premiere-connexion#{password}"


def change(person: Person, name: str, wanted: Wanted) -> None:
    """Give an account another role, other places, another address. Raises Refused or NotAllowed."""
    _may_change(person)
    account_changes.change(engine(), name, wanted, person.name)


def disable(person: Person, name: str) -> None:
    """Let nobody in under an account any more. Raises Refused or NotAllowed."""
    _may_change(person)
    account_changes.disable(engine(), name, person.name)


def unbind(person: Person, name: str) -> None:
    """Have the provider of identities open an account no more. Raises Refused or NotAllowed."""
    _may_change(person)
    account_changes.unbind(engine(), name, person.name)


def bound(person: Person) -> dict[str, datetime]:
    """The accounts (ids) that the provider of identities opens, and since when (UTC). Raises NotAllowed."""
    require(person, "accounts")
    return provider_identities.bound(engine())


def reset(person: Person, name: str) -> str:
    """Open an account, with a new password that works once, to be told once; "" where passwords open nothing. Raises Refused or
    NotAllowed."""
    require(person, "accounts")
    if person.id and name == person.name:  # his pages would end before they told him the new one
        raise Refused("Son propre mot de passe se change sous « Mon compte ».")
    _may_change(person)
    return account_changes.reset(engine(), name, person.name)


def close(person: Person, name: str, number: int | None = None) -> int:
    """End the sign-ins of an account, or one of them; gives how many. Raises Refused or NotAllowed."""
    _may_change(person)
    return account_changes.close(engine(), name, person.name, number)


def everyone(person: Person) -> list[Holder]:
    """Every account, by name. Raises NotAllowed."""
    require(person, "accounts")
    return account_changes.everyone(engine())


def read_alike(person: Person) -> list[str]:
    """Which accounts could be taken for one another, each two in a sentence. Raises NotAllowed."""
    require(person, "accounts")
    return [
        f"Les comptes {_shown(one)} et {_shown(other)} se lisent de même : changer l'adresse de l'un, ou le fermer."
        for one, other in account_changes.read_alike(engine())
    ]


def _shown(one: Holder) -> str:
    return f"« {one.name} »" + (f" ({one.email})" if one.email else "")


def sessions(person: Person, name: str | None = None) -> list[tuple[str, Entry]]:
    """Who is signed in. Raises Refused or NotAllowed."""
    require(person, "accounts")
    return account_changes.sessions(engine(), name)


def own_sessions(person: Person) -> list[Entry]:
    """Where somebody is signed in himself. Raises NotAllowed for who has no account."""
    return [entry for _, entry in account_changes.sessions(engine(), _own(person))]


def own_binding(person: Person) -> datetime | None:
    """Since when the provider of identities opens one's own account; None where it does not. Raises NotAllowed for who has no
    account."""
    _own(person)
    return provider_identities.bound(engine()).get(person.id)


def close_own(person: Person, number: int | None = None) -> int:
    """End one's own sign-ins, or one of them; gives how many. Raises NotAllowed for who has no account."""
    return account_changes.close(engine(), _own(person), person.name, number)


def _may_change(person: Person) -> None:
    """Raises NotAllowed, or TooLongAgo: for what is changed the password is asked again."""
    require(person, "accounts")
    reauthentication.require(engine(), person)


def _own(person: Person) -> str:
    if not person.id:
        raise NotAllowed(f"{person.name} : own account")
    return person.name
