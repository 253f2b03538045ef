"""`python -m dashboard accounts …`: accounts on the command line, for who has the database's address."""

import argparse
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, date, datetime

from dashboard.accounts.account_rules import ASSIGNABLE_ROLES, normalise_name
from dashboard.accounts.rights import Person
from dashboard.actions import accounts, guest_links
from dashboard.actions.accounts import AccountChanges
from dashboard.french import plural_phrase
from dashboard.period import last_local_day


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    top = commands.add_parser("accounts", help="les comptes de ceux qui se connectent")
    actions = top.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="ajoute un compte et dit son premier mot de passe")
    change = actions.add_parser("set", help="change le rôle ou les lieux d'un compte")
    for one in (add, change):
        one.add_argument("name", metavar="NOM")
        one.add_argument("--role", choices=ASSIGNABLE_ROLES, required=one is add)
        one.add_argument("--department", action="append", help="d'un directeur (répétable)")
        one.add_argument("--site", action="append", help="d'un point focal : un code (répétable)")
        one.add_argument("--email", help="adresse électronique")
    actions.add_parser("list", help="tous les comptes")
    for name, words in (
        ("disable", "ferme un compte, tout de suite"),
        (
            "reset",
            "donne un nouveau mot de passe, qui sert une fois, et délie de l'identité du ministère",
        ),
        ("unbind", "délie un compte de l'identité du ministère qui l'ouvre"),
        ("close", "met fin aux sessions d'un compte"),
    ):
        actions.add_parser(name, help=words).add_argument("name", metavar="NOM")
    guest = actions.add_parser("guest", help="fait un lien pour les invités d'un atelier")
    guest.add_argument("what", metavar="ATELIER", help="pour quoi, en quelques mots")
    guest.add_argument("--until", type=date.fromisoformat, required=True, metavar="AAAA-MM-JJ")
    guest.add_argument("--department", action="append", help="ce qu'ils voient (répétable)")
    actions.add_parser("guests", help="les liens d'invités")
    actions.add_parser("revoke", help="ferme un lien d'invités, tout de suite").add_argument(
        "number", metavar="NUMÉRO", type=int
    )
    sessions = actions.add_parser("sessions", help="qui est connecté")
    sessions.add_argument("name", metavar="NOM", nargs="?")


def run(arguments: Namespace, by: str) -> None:
    """Run the command and print the result. by: the person's name for the journal. Raises Refused."""
    COMMANDS[arguments.action](accounts.command_line_person(by), arguments)


def _account_changes(arguments: Namespace) -> AccountChanges:
    """The changes that the options ask for."""
    return AccountChanges(arguments.role, arguments.department, arguments.site, arguments.email)


def _add(person: Person, arguments: Namespace) -> None:
    _print_first_sign_in(
        arguments.name, accounts.add(person, arguments.name, _account_changes(arguments))
    )


def _reset(person: Person, arguments: Namespace) -> None:
    _print_first_sign_in(arguments.name, accounts.reset_password(person, arguments.name))


def _print_first_sign_in(name: str, password: str) -> None:
    """Print how the account signs in first: its link and one-time password, or that the identity provider opens it."""
    if not password:
        print(f"Compte « {normalise_name(name)} » : le compte du ministère l'ouvre.")
        return
    print(
        f"Compte « {normalise_name(name)} ». Lien de première connexion, qui sert une fois, dans les 72 heures :"
    )
    print(accounts.first_sign_in_link(password))
    print("Ou, si le lien ne peut être ouvert, le mot de passe qu'il contient :")
    print(password)


def _set(person: Person, arguments: Namespace) -> None:
    accounts.change(person, arguments.name, _account_changes(arguments))
    print("C'est changé ; ses pages ouvertes reprennent avec ces droits.")


def _list(person: Person, _arguments: Namespace) -> None:
    held, bound = accounts.all_accounts(person), accounts.bound_accounts(person)
    for one in held:
        places = ", ".join(sorted((one.departments or frozenset()) | (one.sites or frozenset())))
        state = "fermé" if one.disabled else "premier mot de passe" if one.must_change else "actif"
        by = "identité du ministère" if one.id in bound else ""
        print(" · ".join(filter(None, (one.name, one.role, places, one.email or "", state, by))))
    for pair in accounts.similar_accounts(person):
        print(pair)
    if not held:
        print("Aucun compte : python -m dashboard accounts add NOM --role administrator")


def _disable(person: Person, arguments: Namespace) -> None:
    accounts.disable(person, arguments.name)
    print("Le compte est fermé ; ses pages ouvertes se ferment.")


def _unbind(person: Person, arguments: Namespace) -> None:
    accounts.unbind_identity(person, arguments.name)
    print("Le compte est délié ; ses pages ouvertes se ferment.")


def _close(person: Person, arguments: Namespace) -> None:
    print(f"{plural_phrase(accounts.end_sessions(person, arguments.name), 'session fermée')}.")


def _sessions(person: Person, arguments: Namespace) -> None:
    for name, entry in accounts.sessions(person, arguments.name):
        print(f"{name} · depuis le {_local(entry.began_at)} · vu le {_local(entry.seen_at)}")


def _guest(person: Person, arguments: Namespace) -> None:
    link, address = guest_links.make_link(
        person, arguments.what, arguments.until, arguments.department
    )
    print(f"Lien {link.id}, {guest_links.MOST_USES} entrées au plus. Il n'est dit qu'ici :")
    print(address)


def _guests(person: Person, _arguments: Namespace) -> None:
    open_ = {one.id for one in guest_links.valid_links(person)}
    for one in guest_links.links(person):
        places = ", ".join(sorted(one.departments or ())) or "tout le réseau"
        state = f"jusqu'au {last_local_day(one.until):%d/%m/%Y}" if one.id in open_ else "fini"
        print(
            f"{one.id} · {one.what} · {places} · {state} · {plural_phrase(one.uses, 'entrée')} · {one.made_by}"
        )


def _revoke(person: Person, arguments: Namespace) -> None:
    guest_links.close_link(person, arguments.number)
    print("Le lien est fermé ; ceux qui sont entrés par lui sont déconnectés.")


def _local(at: datetime) -> str:
    """A time of the database by this machine's clock, in words."""
    return f"{at.replace(tzinfo=UTC).astimezone():%d/%m/%Y à %H:%M}"


COMMANDS: dict[str, Callable[[Person, Namespace], None]] = {
    "add": _add,
    "set": _set,
    "list": _list,
    "disable": _disable,
    "reset": _reset,
    "unbind": _unbind,
    "close": _close,
    "sessions": _sessions,
    "guest": _guest,
    "guests": _guests,
    "revoke": _revoke,
}
