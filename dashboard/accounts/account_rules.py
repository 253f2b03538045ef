"""The rules of accounts: valid names and addresses, roles with their places, the last administrator.

Before: `db.accounts_and_sessions`. After: `dashboard.accounts.account_changes`, which makes the changes.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from dashboard.accounts import lookalike_names
from dashboard.accounts.rights import Role
from db import accounts_and_sessions
from db.accounts_and_sessions import Holder
from db.write import Refused

NAME = re.compile(r"[\w.@-]{2,80}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
ASSIGNABLE_ROLES = tuple(r for r in Role if r not in (Role.READER, Role.GUEST))  # roles of accounts
WITH_DEPARTMENTS, WITH_SITES = (Role.DIRECTOR,), (Role.FOCAL_POINT,)


@dataclass(frozen=True)
class AccountChanges:
    """The values to give an account; None leaves a value as it is."""

    role: str | None = None
    departments: Collection[str] | None = None
    sites: Collection[str] | None = None
    email: str | None = None


def normalise_name(name: str) -> str:
    """The typed account name in lower case and NFC, whether or not it is valid."""
    return unicodedata.normalize("NFC", name).strip().casefold()


def stored_name(name: str) -> str | None:
    """The typed account name as it is stored (lower case, NFC); None where it is not valid."""
    kept = normalise_name(name)
    return kept if NAME.fullmatch(kept) else None


def valid_name(name: str) -> str:
    """The typed account name as it is stored. Raises Refused where it is not valid."""
    kept = stored_name(name)
    if not name.strip():
        raise Refused("Écrire le nom du compte : prenom.nom, par exemple.")
    if kept is None:
        raise Refused(
            f"« {name} » n'est pas un nom de compte : de 2 à 80 lettres, chiffres, points, tirets ou @, sans espace."
        )
    return kept


def changed_columns(
    connection: Connection, changes: AccountChanges, holder: Holder | None
) -> dict[str, Any]:
    """The columns of the account after the changes: role, address and places. Raises Refused where they do not go
    together."""
    role = changes.role if changes.role is not None else (holder.role if holder else "")
    if not role:
        raise Refused("Choisir le rôle du compte.")
    if role not in ASSIGNABLE_ROLES:
        raise Refused(f"« {role} » n'est pas un rôle : {', '.join(ASSIGNABLE_ROLES)}.")
    departments, sites = accounts_and_sessions.places(connection)
    email = changes.email if changes.email is not None else (holder.email if holder else None)
    if email and not EMAIL.fullmatch(email):
        raise Refused(
            f"« {email} » n'est pas une adresse électronique : l'écrire comme prenom.nom@exemple.bj."
        )
    if email and not (holder and holder.email == email):
        _refuse_taken_address(connection, email, holder)
    return {
        "role": role,
        "email": email or None,
        "departments": _places(
            role in WITH_DEPARTMENTS,
            changes.departments,
            holder.departments if holder else None,
            departments,
            "département",
            "--department",
        ),
        "sites": _places(
            role in WITH_SITES,
            changes.sites,
            holder.sites if holder else None,
            sites,
            "centre",
            "--site",
        ),
    }


def refuse_foreign_letters(text: str) -> None:
    """Raises Refused where a letter is of another alphabet and looks like one of ours."""
    if sign := lookalike_names.foreign_letter(text):
        raise Refused(
            f"« {text} » a une lettre d'un autre alphabet, « {sign} », qui se lit comme une des nôtres : l'écrire avec les"
            " lettres du français ou des langues du Bénin."
        )


def _refuse_taken_address(connection: Connection, email: str, holder: Holder | None) -> None:
    """Raises Refused where another account has this address, or one that could be mistaken for it."""
    others = [
        one
        for one in accounts_and_sessions.accounts(connection)
        if not (holder and one.id == holder.id)
    ]
    if other := lookalike_names.account_like_address(others, email):
        raise Refused(
            f"« {email} » est, ou se lit comme, l'adresse du compte « {other.name} » : en donner une autre."
        )
    refuse_foreign_letters(email)


def _places(
    limited: bool,
    chosen_places: Collection[str] | None,
    current: frozenset[str] | None,
    existing: frozenset[str],
    word: str,
    option: str,
) -> frozenset[str] | None:
    """The places to which the role limits the account, None where it is not limited. Raises Refused for a wrong
    choice.

    chosen_places: those asked for, None to keep the current ones; existing: all there are; word, option: for the
    sentence.
    """
    if not limited:
        if chosen_places:
            raise Refused(f"Ce rôle n'est pas limité à un {word} : ne pas donner {option}.")
        return None
    chosen = (current if chosen_places is None else frozenset(chosen_places)) or frozenset()
    if not chosen:
        raise Refused(f"Ce rôle répond d'un {word} au moins : choisir lequel.")
    if unknown := sorted(chosen - existing):
        raise Refused(f"{word} inconnu : {', '.join(unknown)}.")
    return chosen


def keep_an_administrator(connection: Connection, holder: Holder, role: str) -> None:
    """Raises Refused where the change would leave no account that can add accounts."""
    if holder.role != Role.ADMINISTRATOR or role == Role.ADMINISTRATOR:
        return
    others = [
        one
        for one in accounts_and_sessions.accounts(connection)
        if one.role == Role.ADMINISTRATOR and not one.disabled and one.id != holder.id
    ]
    if not others:
        raise Refused("C'est le dernier compte d'administrateur : en ajouter un autre d'abord.")
