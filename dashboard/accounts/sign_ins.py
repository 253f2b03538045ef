"""Signing in and out with a password: who may, after what wait, and what the journal notes. The browser alone has its
token; the database stores the SHA-256.

Before: `db.accounts_and_sessions`. After: the gate (`dashboard.ui.sign_in`), which calls these in threads of their
own.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from dashboard.accounts import access_journal, account_changes, passwords
from dashboard.settings import load_settings
from db import accounts_and_sessions
from db.accounts_and_sessions import Holder, SignInSession
from db.engine import write_transaction

FREE = 3  # wrong passwords in a row that cost no wait
LONGEST_WAIT = 60  # seconds
CAP = 100  # wrong ones of an account, in an hour, by browsers that it does not know
FORGOTTEN = timedelta(hours=2)  # wrong passwords of so long ago count no more
KNOWN_FOR = timedelta(days=90)  # a browser that signed in does not wait for what others got wrong
# Unknown names are counted too, or a wait would tell which names exist; but they are often passwords typed into the
# wrong field: their keys mean nothing outside this process.
PEPPER = secrets.token_bytes(32)
WRONG = "Nom ou mot de passe inconnu."
WRONG_AGAIN = "Ce n'est pas le mot de passe de ce compte."
CHANGED = "Le compte vient de changer : se connecter de nouveau."
ENDED = "La session est finie : se connecter de nouveau."
CAPPED = (
    "Trop d'essais manqués sous ce nom : se connecter depuis un navigateur où c'est déjà arrivé, demander un lien de"
    " première connexion à {}, ou attendre une heure."
)
SPENT = "Ce lien n'ouvre plus : il a servi, ou date de plus de 72 heures. En demander un autre à l'administrateur."
TOO_LATE = "Ce premier mot de passe n'est plus valable : en demander un autre à l'administrateur."


class Refusal(Exception):
    """A sign-in or a change was refused; the message says why, in a French sentence."""

    counted = True  # against the client's address: many refusals slow it down


class TooSoon(Refusal):
    """The password was not checked: the last wrong one was too short a time ago."""

    counted = False


def new_token() -> str:
    """A random token of 256 bits."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Browser:
    """The browser of a sign-in. token, old_mark: the session's token and the browser's mark that it sent, or "";
    new_mark: the one that it gets when the sign-in succeeds, "" for none; address: of the client.

    A mark changes with each sign-in, so that a copied one is worth nothing.
    """

    token: str
    old_mark: str
    address: str
    new_mark: str = field(default_factory=new_token)


def digest(token: str) -> str:
    """The SHA-256 under which the database stores a token or a mark."""
    return sha256(token.encode()).hexdigest()


def wait_seconds(failures: int) -> int:
    """The seconds to wait after so many wrong passwords in a row."""
    return 0 if failures <= FREE else min(LONGEST_WAIT, 2 ** (failures - FREE))


def sign_in(engine: Engine, name: str, password: str, browser: Browser) -> str:
    """Sign in by name and password; returns the token of the new session. Raises Refusal, the same for a wrong name
    and a wrong password."""
    with engine.connect() as connection:
        kept = account_changes.stored_name(name)
        holder = accounts_and_sessions.account_named(connection, kept) if kept else None
        who = _failure_counters(connection, holder, name, browser)
        kept_of_it = holder.password if holder else None
        once = passwords.is_one_time(password, kept_of_it)
        if not once:
            _refuse_too_soon(connection, who)
        way = passwords.decoy_hash_settings(
            accounts_and_sessions.password_hashes(connection), _stable_fraction(connection, name)
        )
        at = accounts_and_sessions.database_time(connection)
    right = once or passwords.verify_password(password, kept_of_it, way)
    if holder is None or not right or holder.disabled:
        _note_failure(engine, who, holder, browser)
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
        who = _failure_counters(connection, holder, holder.name, browser)
        # Who came by the link of a first password has none: the link was it.
        once = passwords.is_one_time(old, holder.password) or (
            holder.must_change and holder.password is None
        )
        if not once:
            _refuse_too_soon(connection, who)
    if not (once or passwords.verify_password(old, holder.password)):
        _note_failure(engine, who, holder, browser)
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


class FailureCounters(NamedTuple):
    """The keys under which wrong passwords are counted. counter: the one whose next attempt has to wait;
    account_counter: the account's, over all browsers that it does not know, "" for a known one."""

    counter: str
    account_counter: str


def address_block(address: str) -> str:
    """The address, of IPv6 its /64 network, since one household has all the addresses of one."""
    try:
        one = ip_address(address)
    except ValueError:
        return address
    if isinstance(one, IPv6Address):
        return str(one.ipv4_mapped or ip_network((one, 64), strict=False))
    return str(one)


def _failure_counters(
    connection: Connection, holder: Holder | None, name: str, browser: Browser
) -> FailureCounters:
    """The keys under which this browser's wrong passwords are counted.

    A browser that signed in to the account before is counted by itself, others by account and address, so that a
    stranger makes nobody wait who is elsewhere. An unknown name is counted in the same way.
    """
    known_by = digest(browser.old_mark)
    since = accounts_and_sessions.database_time(connection) - KNOWN_FOR
    known = accounts_and_sessions.is_known_browser(
        connection, holder.id if holder else "", known_by, since
    )
    if holder is None:
        # As the name of an account is read, or the waits of two ways to write it would tell which are somebody's.
        typed = account_changes.normalise_name(name).encode(errors="replace")
        of = f"?{hmac.new(PEPPER, typed, 'sha256').hexdigest()[:15]}"
    else:
        of = holder.id
    if known:
        return FailureCounters(f"{of}/{known_by[: accounts_and_sessions.MARK_LENGTH]}", "")
    return FailureCounters(f"{of}@{digest(address_block(browser.address))[:40]}", of)


def _stable_fraction(connection: Connection, name: str) -> float:
    """A number from 0 to 1, without 1, always the same for a name in this database: it chooses the decoy settings, so
    that the time of an answer tells no account from an unknown name."""
    key = accounts_and_sessions.database_name(connection).encode() or PEPPER
    typed = account_changes.normalise_name(name).encode(errors="replace")
    return int.from_bytes(hmac.new(key, typed, "sha256").digest()[:6], "big") / 2**48


def _hourly_counter(counter: str, at: datetime, hours_ago: int = 0) -> str:
    """The key under which the wrong passwords of an account are counted in one hour. hours_ago: 0 for the present
    one."""
    return f"{counter}#{int(at.replace(tzinfo=UTC).timestamp()) // 3_600 - hours_ago}"


def failures_within_an_hour(connection: Connection, counter: str, at: datetime) -> float:
    """The wrong passwords of an account in the last sixty minutes: those of this hour, and of the hour before the
    part that is left of the sixty."""
    now, before = (
        accounts_and_sessions.failures(connection, _hourly_counter(counter, at, n)) for n in (0, 1)
    )
    left = 1 - (at.minute * 60 + at.second) / 3_600
    return (now[0] if now else 0) + left * (before[0] if before else 0)


def _refuse_changed_account(connection: Connection, holder: Holder) -> None:
    """Raises Refusal where the account changed while its password was checked, which takes a while."""
    if not accounts_and_sessions.account_unchanged(connection, holder):
        raise Refusal(CHANGED)


def _refuse_too_soon(connection: Connection, counters: FailureCounters) -> None:
    """Raises TooSoon where the last wrong password was too short a time ago, or there were too many."""
    at = accounts_and_sessions.database_time(connection)
    if (
        counters.account_counter
        and failures_within_an_hour(connection, counters.account_counter, at) >= CAP
    ):
        raise TooSoon(CAPPED.format(load_settings().account_contact))
    failed = accounts_and_sessions.failures(connection, counters.counter)
    if failed is None:
        return
    number, last_at = failed
    left = last_at + timedelta(seconds=wait_seconds(number)) - at
    if left > timedelta(0):
        seconds = left.seconds + 1
        raise TooSoon(f"Trop d'essais manqués : attendre {seconds} s, puis recommencer.")


def _note_failure(
    engine: Engine, counters: FailureCounters, holder: Holder | None, browser: Browser
) -> None:
    """Count a wrong password, and note it in the journal where the account exists."""
    with write_transaction(engine, queue=False) as connection:
        at = accounts_and_sessions.database_time(connection)
        of_all = [_hourly_counter(counters.account_counter, at)] if counters.account_counter else []
        accounts_and_sessions.add_failure(
            connection, [counters.counter, *of_all], at, at - FORGOTTEN
        )
        if holder:
            access_journal.note(
                connection, holder.name, "sign-in failed", journal_details(browser, "password")
            )


def journal_details(browser: Browser, how: str) -> dict[str, str]:
    """The details that the journal keeps of a sign-in: from where, and how (BY of
    `dashboard.actions.access_journal`)."""
    return {"from": browser.address, "by": how}


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
