"""Identities of a provider, in SQL: which account each opens, and since when.

After: `dashboard.accounts.provider_identities`, which decides what it means.
"""

from datetime import datetime
from string import ascii_lowercase, ascii_uppercase

from sqlalchemy import Connection, delete, insert, select

from db import accounts_and_sessions
from db.models import Account, Identity

# Whoever owns a domain may give « ſ » or the Kelvin sign to somebody: these are folded to s and k, and are other addresses.
IN_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


def account_of(connection: Connection, issuer: str, subject: str) -> str | None:
    """The id of the account bound to a provider's subject; None where there is none."""
    asked = select(Identity.account_id).where(
        Identity.issuer == issuer, Identity.subject == subject
    )
    return connection.execute(asked).scalar_one_or_none()


def bound_accounts(connection: Connection) -> dict[str, datetime]:
    """The accounts (ids) that are bound to an identity, and since when (UTC)."""
    rows = connection.execute(select(Identity.account_id, Identity.bound_at))
    return {account: at for account, at in rows}  # noqa: C416 (rows, whose types dict() does not know)


def accounts_with_address(connection: Connection, address: str) -> list[str]:
    """The ids of the accounts that have this address. Only A to Z are compared without case; any other character must
    be the same."""
    rows = connection.execute(select(Account.id, Account.email))
    wanted = address.translate(IN_SMALL)
    return [one for one, email in rows if email and email.translate(IN_SMALL) == wanted]


def bind(connection: Connection, issuer: str, subject: str, account_id: str) -> None:
    """Bind the account to the subject."""
    connection.execute(
        insert(Identity).values(
            issuer=issuer,
            subject=subject,
            account_id=account_id,
            bound_at=accounts_and_sessions.database_time(connection),
        )
    )


def unbind(connection: Connection, account_id: str) -> bool:
    """Unbind the account; returns whether it was bound."""
    gone = delete(Identity).where(Identity.account_id == account_id)
    return connection.execute(gone).rowcount > 0
