"""Sign-in by the identity provider: which account the claims open. The first time, the account with the verified
address; from then on only the provider's subject, and no password any more.

Before: `db.provider_identities`. After: `dashboard.web.sign_in_by_provider`, which calls these in threads of their own.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from dashboard.accounts import access_journal, sign_in_request, sign_ins
from dashboard.accounts.identity_provider import IdentityClaims
from dashboard.accounts.rights import Role
from dashboard.accounts.sign_in_request import Browser, Refusal, new_token
from dashboard.settings import load_settings
from db import accounts_and_sessions, provider_identities
from db.accounts_and_sessions import Holder
from db.write_lock import write_transaction

UNKNOWN = "Ce compte du ministère n'ouvre pas le tableau de bord : demander un accès à {}."
UNVERIFIED = "Le ministère n'a pas vérifié l'adresse électronique de ce compte : s'adresser à {}."
TAKEN = "L'accès de cette adresse est lié à une autre identité du ministère : s'adresser à {}."
ANOTHER = "C'est le compte de quelqu'un d'autre : rien n'est confirmé."
CLOSED = "L'accès au tableau de bord est fermé pour ce compte : s'adresser à {}."


def is_known(engine: Engine, issuer: str, subject: str) -> bool:
    """Whether an account is bound to this subject of the provider already."""
    with engine.connect() as connection:
        return provider_identities.account_of(connection, issuer, subject) is not None


def bound_accounts(engine: Engine) -> dict[str, datetime]:
    """The accounts (ids) that are bound to an identity of the provider, and since when (UTC)."""
    with engine.connect() as connection:
        return provider_identities.bound_accounts(connection)


def sign_in_by_identity(
    engine: Engine, claims: IdentityClaims, browser: Browser, *, same_account: bool = False
) -> str:
    """Sign in the account that the claims open; returns the token of the new session. same_account: only the account
    that is signed in in this browser already. Raises Refusal."""
    token = new_token()
    with write_transaction(engine, queue=False) as connection:
        holder = _holder_for_claims(connection, claims)
        if holder and not accounts_and_sessions.account_unchanged(connection, holder):
            raise Refusal(sign_ins.CHANGED)
        why = ""
        if holder is None:
            why = UNKNOWN if claims.address else UNVERIFIED
        elif holder.disabled:
            why = CLOSED
        elif same_account and holder.id != sign_ins.account_of(connection, browser):
            why = ANOTHER
        elif provider_identities.account_of(connection, claims.issuer, claims.subject) is None:
            if holder.id in provider_identities.bound_accounts(connection):
                why = TAKEN
            else:
                _bind(connection, claims, holder)
        if holder and not why:
            proved_at = None
            if claims.auth_age is not None:  # by their clocks its time would be another
                proved_at = accounts_and_sessions.database_time(connection) - timedelta(
                    seconds=claims.auth_age
                )
            sign_ins.begin_session(connection, holder.id, token, browser, claims.issuer, proved_at)
        if holder:
            did = "sign-in failed" if why else "signed in"
            access_journal.note(
                connection, holder.name, did, sign_in_request.journal_details(browser, "provider")
            )
    if why:
        raise Refusal(why.format(load_settings().account_contact))
    return token


def _holder_for_claims(connection: Connection, claims: IdentityClaims) -> Holder | None:
    """The account bound to the subject, else the only one that has the verified address; None where there is none."""
    found = provider_identities.account_of(connection, claims.issuer, claims.subject)
    if found is None and claims.address:
        same = provider_identities.accounts_with_address(connection, claims.address)
        found = same[0] if len(same) == 1 else None
    holder = accounts_and_sessions.account(connection, found) if found else None
    return None if holder is None or holder.role == Role.GUEST else holder


def _bind(connection: Connection, claims: IdentityClaims, holder: Holder) -> None:
    """Bind the account to the subject; no password opens it from now on."""
    provider_identities.bind(connection, claims.issuer, claims.subject, holder.id)
    accounts_and_sessions.change_account(
        connection, holder.id, password=None, must_change=False, works_until=None
    )
    accounts_and_sessions.end_sessions(
        connection, accounts_and_sessions.database_time(connection), account_id=holder.id
    )
    access_journal.note(connection, holder.name, "identity bound", {"account": holder.name})
