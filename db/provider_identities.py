"""Whom a provider of identities means, in SQL: which account, since when.

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
    """The id of the account that a provider's mark of a person stands for."""
    asked = select(Identity.account_id).where(
        Identity.issuer == issuer, Identity.subject == subject
    )
    return connection.execute(asked).scalar_one_or_none()


def bound_accounts(connection: Connection) -> dict[str, datetime]:
    """The accounts (ids) that stand for somebody whom a provider knows, and since when (UTC)."""
    rows = connection.execute(select(Identity.account_id, Identity.bound_at))
    return {account: at for account, at in rows}  # noqa: C416 (rows, whose types dict() does not know)


def accounts_with_address(connection: Connection, address: str) -> list[str]:
    """The ids of the accounts that have this address. A to Z may be small or capital letters; any other sign is itself alone."""
    rows = connection.execute(select(Account.id, Account.email))
    wanted = address.translate(IN_SMALL)
    return [one for one, email in rows if email and email.translate(IN_SMALL) == wanted]


def bind(connection: Connection, issuer: str, subject: str, account_id: str) -> None:
    """From now on this mark of a person stands for the account."""
    connection.execute(
        insert(Identity).values(
            issuer=issuer,
            subject=subject,
            account_id=account_id,
            bound_at=accounts_and_sessions.database_time(connection),
        )
    )


def unbind(connection: Connection, account_id: str) -> bool:
    """No mark stands for the account any more; whether one did."""
    gone = delete(Identity).where(Identity.account_id == account_id)
    return connection.execute(gone).rowcount > 0
