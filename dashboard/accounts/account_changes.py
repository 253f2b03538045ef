"""Accounts: add, change, disable, give a one-time password. Each change is one transaction with its line in the
access journal; the pages open under the account reload, or end.

Before: `db.accounts_and_sessions`. After: `dashboard.actions.accounts`, which checks the right to do so.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from dashboard.accounts import access_journal, guest_link_rights, lookalike_names, passwords
from dashboard.accounts.account_rules import (
    AccountChanges,
    changed_columns,
    keep_an_administrator,
    normalise_name,
    refuse_foreign_letters,
    valid_name,
)
from dashboard.accounts.rights import Role
from dashboard.accounts.session_cache import limits
from dashboard.settings import load_settings
from db import accounts_and_sessions, erasures, provider_identities
from db.accounts_and_sessions import Holder, SignInSession
from db.write import Refused
from db.write_lock import write_transaction

FIRST_PASSWORD_LIFETIME = timedelta(hours=72)  # a password that works once


def add(engine: Engine, name: str, changes: AccountChanges, by: str) -> str:
    """Add an account and return its first password, which works once, within 72 hours; "" where accounts open by the
    identity provider alone. Raises Refused."""
    kept, password = valid_name(name), _new_first_password()
    if not (password or changes.email):
        raise Refused(
            "Ce compte ne s'ouvrira que par l'adresse électronique que le ministère a vérifiée : la donner."
        )
    digest = passwords.hash_one_time(password) if password else None
    with write_transaction(engine, queue=False) as connection:
        accounts_and_sessions.lock_account_names(connection)
        if accounts_and_sessions.account_named(connection, kept):
            raise Refused(f"Il y a déjà un compte « {kept} ».")
        if other := lookalike_names.account_like_name(
            accounts_and_sessions.accounts(connection), kept
        ):
            raise Refused(f"« {kept} » se lit comme « {other.name} », qui a déjà un compte.")
        refuse_foreign_letters(kept)
        values = changed_columns(connection, changes, None)
        values |= _first_password_columns(connection, digest)
        accounts_and_sessions.add_account(connection, kept, **values)
        access_journal.note(
            connection, by, "account added", {"account": kept, **_journal_details(values)}
        )
    return password


def change(engine: Engine, name: str, changes: AccountChanges, by: str) -> None:
    """Change the role, places or address of an account. Raises Refused."""
    with write_transaction(engine, queue=False) as connection:
        accounts_and_sessions.lock_account_names(connection)
        holder = _existing_account(connection, name)
        values = changed_columns(connection, changes, holder)
        keep_an_administrator(connection, holder, values["role"])
        accounts_and_sessions.change_account(connection, holder.id, **values)
        access_journal.note(
            connection, by, "account changed", {"account": holder.name, **_journal_details(values)}
        )
        guest_link_rights.close_links_beyond(connection, holder.id, by)


def disable(engine: Engine, name: str, by: str) -> None:
    """Disable an account and end its sessions at once; `reset_password` enables it again. Raises Refused."""
    with write_transaction(engine, queue=False) as connection:
        accounts_and_sessions.lock_account_names(connection)
        holder = _existing_account(connection, name)
        keep_an_administrator(connection, holder, "")
        accounts_and_sessions.change_account(
            connection, holder.id, disabled=True, password=None, must_change=False, works_until=None
        )
        accounts_and_sessions.end_sessions(
            connection, accounts_and_sessions.database_time(connection), account_id=holder.id
        )
        access_journal.note(connection, by, "account disabled", {"account": holder.name})
        guest_link_rights.close_links_beyond(connection, holder.id, by)
        erasures.update_list_if_possible(
            engine, connection
        )  # a copy that is put back must not open it again


def unbind_identity(engine: Engine, name: str, by: str) -> None:
    """Unbind an account from its identity at the provider, and end its sessions; the next identity with its verified
    address is bound to it. Raises Refused."""
    with write_transaction(engine, queue=False) as connection:
        holder = _existing_account(connection, name)
        if not provider_identities.unbind(connection, holder.id):
            raise Refused(f"Le compte « {holder.name} » n'est lié à aucune identité du ministère.")
        accounts_and_sessions.change_account(connection, holder.id)
        accounts_and_sessions.end_sessions(
            connection, accounts_and_sessions.database_time(connection), account_id=holder.id
        )
        access_journal.note(connection, by, "identity unbound", {"account": holder.name})


def reset_password(engine: Engine, name: str, by: str) -> str:
    """Enable an account and return its new one-time password, "" where passwords are not in use; its sessions end.
    Raises Refused.

    The account is unbound from the identity provider: an account is opened by a password or by the provider, never by
    both.
    """
    password = _new_first_password()
    digest = passwords.hash_one_time(password) if password else None
    with write_transaction(engine, queue=False) as connection:
        holder = _existing_account(connection, name)
        if provider_identities.unbind(connection, holder.id):
            access_journal.note(connection, by, "identity unbound", {"account": holder.name})
        accounts_and_sessions.change_account(
            connection, holder.id, disabled=False, **_first_password_columns(connection, digest)
        )
        accounts_and_sessions.end_sessions(
            connection, accounts_and_sessions.database_time(connection), account_id=holder.id
        )
        accounts_and_sessions.clear_account_failures(connection, holder.id)
        access_journal.note(connection, by, "password reset", {"account": holder.name})
        erasures.update_list_if_possible(engine, connection)
    return password


def end_sessions(engine: Engine, name: str, by: str, number: int | None = None) -> int:
    """End all sessions of an account, or the one of this number; returns how many. Raises Refused."""
    with write_transaction(engine, queue=False) as connection:
        holder = _existing_account(connection, name)
        if number is None:  # who is signing in at this moment is let in no more
            accounts_and_sessions.change_account(connection, holder.id)
        at = accounts_and_sessions.database_time(connection)
        ended = accounts_and_sessions.end_sessions(
            connection, at, account_id=holder.id, number=number
        )
        access_journal.note(
            connection, by, "sessions closed", {"account": holder.name, "number": ended}
        )
    return ended


def all_accounts(engine: Engine) -> list[Holder]:
    """Every account, by name, without those of guest links."""
    with engine.connect() as connection:
        return [one for one in accounts_and_sessions.accounts(connection) if one.role != Role.GUEST]


def similar_accounts(engine: Engine) -> list[tuple[Holder, Holder]]:
    """The pairs of accounts whose names or addresses could be mistaken for one another, made before that was refused."""
    return list(
        lookalike_names.lookalike_pairs(one for one in all_accounts(engine) if not one.disabled)
    )


def sessions(engine: Engine, name: str | None = None) -> list[tuple[str, SignInSession]]:
    """The open sessions, each with its account's name, latest first; of one account where `name` is given. Raises
    Refused for an unknown name."""
    with engine.connect() as connection:
        names = {holder.id: holder.name for holder in accounts_and_sessions.accounts(connection)}
        of = _existing_account(connection, name).id if name is not None else None
        at, last = accounts_and_sessions.database_time(connection), limits()
        return [
            (names[one.account_id], one)
            for one in accounts_and_sessions.open_sessions(connection, of)
            if last.lapses_at(one) > at  # what lapsed opens nothing any more
        ]


def _existing_account(connection: Connection, name: str) -> Holder:
    """The account of this name. Raises Refused where there is none."""
    holder = accounts_and_sessions.account_named(connection, normalise_name(name))
    if holder is None or holder.role == Role.GUEST:  # a link is closed, and never has a password
        raise Refused(f"Il n'y a pas de compte « {name} » : python -m dashboard accounts list")
    return holder


def _new_first_password() -> str:
    """A new one-time password; "" where passwords are not in use."""
    return passwords.new_one_time_password() if load_settings().local_accounts else ""


def _first_password_columns(connection: Connection, digest: str | None) -> dict[str, Any]:
    """The columns of an account that take a one-time password of this digest; None: the account has no password."""
    if digest is None:
        return {"password": None, "must_change": False, "works_until": None}
    until = accounts_and_sessions.database_time(connection) + FIRST_PASSWORD_LIFETIME
    return {"password": digest, "must_change": True, "works_until": until}


def _journal_details(values: dict[str, Any]) -> dict[str, Any]:
    """The details that the journal keeps of an account."""
    return {
        "role": values["role"],
        "departments": sorted(values["departments"] or ()),
        "sites": sorted(values["sites"] or ()),
    }
