"""Signing in and out with a password: who may, after what wait, and what the journal notes. The browser alone has its
token; the database stores the SHA-256.

Before: `db.accounts_and_sessions`. After: the gate (`dashboard.web.authentication`), which calls these in threads of their own.
"""

from datetime import date, datetime

from sqlalchemy import Connection, Engine

from dashboard.accounts import access_journal, account_rules, passwords
from dashboard.accounts.failed_sign_ins import (
    failure_counters,
    note_failure,
    refuse_too_soon,
    stable_fraction,
)
from dashboard.accounts.sign_in_request import (
    KNOWN_FOR,
    Browser,
    Refusal,
    digest,
    journal_details,
    new_token,
)
from dashboard.period import to_local_time, today
from db import accounts_and_sessions
from db.accounts_and_sessions import Holder, SignInSession
from db.write_lock import write_transaction

WRONG = "Nom ou mot de passe inconnu."
WRONG_AGAIN = "Ce n'est pas le mot de passe de ce compte."
CHANGED = "Le compte vient de changer : se connecter de nouveau."
ENDED = "La session est finie : se connecter de nouveau."
SPENT = "Ce lien n'ouvre plus : il a servi, ou date de plus de 72 heures. En demander un autre à l'administrateur."
TOO_LATE = "Ce premier mot de passe n'est plus valable : en demander un autre à l'administrateur."


def sign_in(engine: Engine, name: str, password: str, browser: Browser) -> str:
    """Sign in by name and password; returns the token of the new session. Raises Refusal, the same for a wrong name
    and a wrong password."""
    with engine.connect() as connection:
        kept = account_rules.stored_name(name)
        holder = accounts_and_sessions.account_named(connection, kept) if kept else None
        who = failure_counters(connection, holder, name, browser)
        kept_of_it = holder.password if holder else None
        once = passwords.is_one_time(password, kept_of_it)
        if not once:
            refuse_too_soon(connection, who)
        way = passwords.decoy_hash_settings(
            accounts_and_sessions.password_hashes(connection), stable_fraction(connection, name)
        )
        at = accounts_and_sessions.database_time(connection)
    right = once or passwords.verify_password(password, kept_of_it, way)
    if holder is None or not right or holder.disabled:
        note_failure(engine, who, holder, browser)
        raise Refusal(WRONG)
    if holder.must_change and (holder.works_until is None or at > holder.works_until):
        raise Refusal(TOO_LATE)
    token, otherwise = new_token(), passwords.needs_rehash(kept_of_it)
    anew = passwords.hash_password(password) if otherwise else ""
    with write_transaction(engine, queue=False) as connection:
        _refuse_changed_account(connection, holder)
        accounts_and_sessions.clear_failures(connection, who.counter)
        if anew:
            accounts_and_sessions.replace_password_hash(connection, holder, anew)
        begin_session(
            connection,
            holder.id,
            token,
            browser,
            proved_at=accounts_and_sessions.database_time(connection),
        )
        access_journal.note(
            connection, holder.name, "signed in", journal_details(browser, "password")
        )
    return token


def sign_in_by_first_link(engine: Engine, password: str, browser: Browser) -> str:
    """Sign in by the link of a first password, which works once; returns the token of the new session. The password
    is erased, the account's other sessions end, failed attempts do not count. Raises Refusal."""
    kept, token = passwords.hash_one_time(password), new_token()
    with engine.connect() as connection:  # who has none keeps no writer waiting
        if not accounts_and_sessions.is_first_password(connection, kept):
            raise Refusal(SPENT)
    with write_transaction(engine, queue=False) as connection:
        account = accounts_and_sessions.use_first_password(connection, kept)
        if account is None:
            raise Refusal(SPENT)
        now = accounts_and_sessions.database_time(connection)
        accounts_and_sessions.end_sessions(connection, now, account_id=account)
        begin_session(connection, account, token, browser, proved_at=now)
        holder = accounts_and_sessions.account(connection, account)
        access_journal.note(
            connection,
            holder.name if holder else "",
            "signed in",
            journal_details(browser, "first"),
        )
    return token


def confirm_password(engine: Engine, password: str, browser: Browser) -> str:
    """Check the password of the person who is signed in once more; returns the token of the session that takes over.
    Raises Refusal."""
    with engine.connect() as connection:
        account = account_of(connection, browser)
        holder = accounts_and_sessions.account(connection, account) if account else None
    if holder is None:
        raise Refusal(ENDED)
    try:
        return sign_in(engine, holder.name, password, browser)
    except Refusal as reason:
        if str(reason) == WRONG:
            raise Refusal(WRONG_AGAIN) from None
        raise


def last_visit(engine: Engine, account: str, number: int) -> date | None:
    """The day, in Benin, on which an account was last seen in a session before this one; None where there is none, or this one
    has gone on since another day, for nobody knows when it was used. number: of this session."""
    if not account or not number:
        return None
    with engine.connect() as connection:
        this = accounts_and_sessions.session_by_number(connection, number)
        seen = accounts_and_sessions.last_seen_before(connection, account, number)
    if this is None or seen is None or to_local_time(this.began_at).date() < today():
        return None
    return to_local_time(seen).date()


def account_of(connection: Connection, browser: Browser) -> str | None:
    """The account (id) that is signed in in this browser; None where none is."""
    entry = _session_of_browser(
        connection, browser, accounts_and_sessions.database_time(connection)
    )
    return None if entry is None or entry.ended_at else entry.account_id


def known_account(engine: Engine, mark: str) -> str:
    """The account (id) that last signed in from the browser of this mark, within KNOWN_FOR; "" where none did."""
    if not mark:
        return ""
    with engine.connect() as connection:
        since = accounts_and_sessions.database_time(connection) - KNOWN_FOR
        return accounts_and_sessions.account_of_browser(connection, digest(mark), since) or ""


def note_activity(engine: Engine, number: int) -> None:
    """Note that the session of this number is in use."""
    with write_transaction(engine, queue=False) as connection:
        accounts_and_sessions.note_activity(
            connection, number, accounts_and_sessions.database_time(connection)
        )


def sign_out(engine: Engine, token: str) -> None:
    """End the session of this token; where there is none, no write transaction is opened."""
    with engine.connect() as connection:
        if accounts_and_sessions.session_by_token(connection, digest(token)) is None:
            return
    with write_transaction(engine, queue=False) as connection:
        at = accounts_and_sessions.database_time(connection)
        entry = _latest_session(
            connection, accounts_and_sessions.session_by_token(connection, digest(token)), at
        )
        if entry and not entry.ended_at:
            accounts_and_sessions.end_sessions(connection, at, number=entry.id)
            holder = accounts_and_sessions.account(connection, entry.account_id)
            access_journal.note(connection, holder.name if holder else "", "signed out")


def change_password(engine: Engine, old: str, new: str, browser: Browser) -> str:
    """Change the password of the person who is signed in; returns the token of the session that takes over. The
    account's other sessions end. Raises Refusal."""
    with engine.connect() as connection:
        entry = accounts_and_sessions.session_by_token(connection, digest(browser.token))
        holder = accounts_and_sessions.account(connection, entry.account_id) if entry else None
        if entry is None or entry.ended_at or holder is None or holder.disabled:
            raise Refusal(ENDED)
        who = failure_counters(connection, holder, holder.name, browser)
        # Who came by the link of a first password has none: the link was it.
        once = passwords.is_one_time(old, holder.password) or (
            holder.must_change and holder.password is None
        )
        if not once:
            refuse_too_soon(connection, who)
    if not (once or passwords.verify_password(old, holder.password)):
        note_failure(engine, who, holder, browser)
        raise Refusal("L'ancien mot de passe n'est pas le bon.")
    if why := passwords.password_problem(new, holder.name):
        raise Refusal(why)
    if new == old or passwords.is_one_time(new, holder.password):
        raise Refusal("Le nouveau mot de passe est l'ancien : en choisir un autre.")
    token, kept = new_token(), passwords.hash_password(new)
    with write_transaction(engine, queue=False) as connection:
        _refuse_changed_account(connection, holder)
        now = accounts_and_sessions.session_by_token(connection, entry.token)
        if now is None or now.ended_at:
            raise Refusal(ENDED)
        accounts_and_sessions.clear_failures(connection, who.counter)
        accounts_and_sessions.change_account(
            connection, holder.id, password=kept, must_change=False, works_until=None
        )
        number = begin_session(
            connection,
            holder.id,
            token,
            browser,
            proved_at=accounts_and_sessions.database_time(connection),
        )
        accounts_and_sessions.end_sessions(
            connection,
            accounts_and_sessions.database_time(connection),
            account_id=holder.id,
            except_number=number,
        )
        access_journal.note(connection, holder.name, "password changed")
    return token


def _refuse_changed_account(connection: Connection, holder: Holder) -> None:
    """Raises Refusal where the account changed while its password was checked, which takes a while."""
    if not accounts_and_sessions.account_unchanged(connection, holder):
        raise Refusal(CHANGED)


def begin_session(
    connection: Connection,
    account_id: str,
    token: str,
    browser: Browser,
    issuer: str | None = None,
    proved_at: datetime | None = None,
) -> int:
    """Add a new session; the one that the browser had ends, and its pages go on with the new one where the account is
    the same. Returns the number.

    issuer: the provider that said who it is; proved_at: when a password was last given, by the database's clock.
    """
    at: datetime = accounts_and_sessions.database_time(connection)
    if browser.old_mark and browser.new_mark:
        accounts_and_sessions.replace_browser_mark(
            connection, digest(browser.old_mark), digest(browser.new_mark)
        )
    number = accounts_and_sessions.add_session(
        connection, account_id, digest(token), digest(browser.new_mark), at, issuer, proved_at
    )
    before = _session_of_browser(connection, browser, at)
    if before and not before.ended_at:
        accounts_and_sessions.end_sessions(connection, at, number=before.id)
        if before.account_id == account_id:
            accounts_and_sessions.set_next_session(connection, before.id, number)
    return number


def _session_of_browser(
    connection: Connection, browser: Browser, at: datetime
) -> SignInSession | None:
    """The session of the browser's token; where it was replaced a moment ago, the one that took its place: a button
    pressed twice sends the old token twice."""
    return _latest_session(
        connection, accounts_and_sessions.session_by_token(connection, digest(browser.token)), at
    )


def _latest_session(
    connection: Connection, session: SignInSession | None, at: datetime
) -> SignInSession | None:
    """The session that took the place of this one a moment ago, else this one."""
    if session and session.was_just_replaced(at) and session.next_id:
        return accounts_and_sessions.session_by_number(connection, session.next_id)
    return session
