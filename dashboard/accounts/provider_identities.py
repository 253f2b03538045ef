"""Who comes in by the provider of identities: the account that stands for whom it means. The first time, the account whose
address it has verified; from then on the provider's mark of the person alone, and no password any more.

Before: `db.provider_identities`. After: `dashboard.web.sign_in_by_provider`, which calls these in threads of their own.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from dashboard.accounts import access_journal, sign_ins
from dashboard.accounts.identity_provider import IdentityClaims
from dashboard.accounts.rights import Role
from dashboard.accounts.sign_ins import Browser, Refusal, new_token
from dashboard.settings import load_settings
from db import accounts_and_sessions, provider_identities
from db.accounts_and_sessions import Holder
from db.engine import write_transaction

UNKNOWN = "Ce compte du ministère n'ouvre pas le tableau de bord : demander un accès à {}."
UNVERIFIED = "Le ministère n'a pas vérifié l'adresse électronique de ce compte : s'adresser à {}."
TAKEN = "L'accès de cette adresse est lié à une autre identité du ministère : s'adresser à {}."
ANOTHER = "C'est le compte de quelqu'un d'autre : rien n'est confirmé."
CLOSED = "L'accès au tableau de bord est fermé pour ce compte : s'adresser à {}."


def is_known(engine: Engine, issuer: str, subject: str) -> bool:
    """Whether the provider's mark of a person stands for an account already."""
    with engine.connect() as connection:
        return provider_identities.account_of(connection, issuer, subject) is not None


def bound_accounts(engine: Engine) -> dict[str, datetime]:
    """The accounts (ids) that the provider opens, and since when (UTC)."""
    with engine.connect() as connection:
        return provider_identities.bound_accounts(connection)


def sign_in_by_identity(
    engine: Engine, told: IdentityClaims, browser: Browser, *, again: bool = False
) -> str:
    """Let in whom the provider means; gives the token of a new sign-in. again: nobody but who is signed in in this browser.
    Raises Refusal."""
    token = new_token()
    with write_transaction(engine, queue=False) as connection:
        holder = _holder(connection, told)
        if holder and not accounts_and_sessions.account_unchanged(connection, holder):
            raise Refusal(sign_ins.CHANGED)
        why = ""
        if holder is None:
            why = UNKNOWN if told.address else UNVERIFIED
        elif holder.disabled:
            why = CLOSED
        elif again and holder.id != sign_ins.account_of(connection, browser):
            why = ANOTHER
        elif provider_identities.account_of(connection, told.issuer, told.subject) is None:
            if holder.id in provider_identities.bound_accounts(connection):
                why = TAKEN
            else:
                _bind(connection, told, holder)
        if holder and not why:
            proved_at = None
            if told.age is not None:  # by their clocks its time would be another
                proved_at = accounts_and_sessions.database_time(connection) - timedelta(
                    seconds=told.age
                )
            sign_ins.begin_session(connection, holder.id, token, browser, told.issuer, proved_at)
        if holder:
            did = "sign-in failed" if why else "signed in"
            access_journal.note(
                connection, holder.name, did, sign_ins.journal_details(browser, "provider")
            )
    if why:
        raise Refusal(why.format(load_settings().account_contact))
    return token


def _holder(connection: Connection, told: IdentityClaims) -> Holder | None:
    """The account that the mark stands for, or else the only one that has the address."""
    found = provider_identities.account_of(connection, told.issuer, told.subject)
    if found is None and told.address:
        same = provider_identities.accounts_with_address(connection, told.address)
        found = same[0] if len(same) == 1 else None
    holder = accounts_and_sessions.account(connection, found) if found else None
    return None if holder is None or holder.role == Role.GUEST else holder


def _bind(connection: Connection, told: IdentityClaims, holder: Holder) -> None:
    """From now on the account is opened by the provider, and by no password: there is one door to it."""
    provider_identities.bind(connection, told.issuer, told.subject, holder.id)
    accounts_and_sessions.change_account(
        connection, holder.id, password=None, must_change=False, works_until=None
    )
    accounts_and_sessions.end_sessions(
        connection, accounts_and_sessions.database_time(connection), account_id=holder.id
    )
    access_journal.note(connection, holder.name, "identity bound", {"account": holder.name})
