"""Signing in and out: who may, after how long a wait, and what is noted. The token that a browser is given is kept by it
alone; the database has its SHA-256.

Before: `db.accounts_and_sessions`. After: the gate (`dashboard.web.authentication`), which calls these in threads of their own.
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
# Names that nobody has are counted too, or a wait would tell which are somebody's; but they are often passwords typed into the
# wrong field: what is kept of them means nothing outside this process.
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
    """Nobody is let in, or nothing is changed; why, in a sentence."""

    counted = True  # against the address that asks: many are slowed down


class TooSoon(Refusal):
    """No password was looked at: the last wrong one was too short a time ago."""

    counted = False


def new_token() -> str:
    """256 bits of chance."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Browser:
    """Where somebody signs in from. token, known_by: what the browser keeps of an earlier time, or ""; mark: what it is known by
    once somebody signed in, another each time, or "" where it is not to be: who had, or gave it, the one before has nothing."""

    token: str
    known_by: str
    address: str
    mark: str = field(default_factory=new_token)


def digest(token: str) -> str:
    """What the database keeps of what a browser keeps."""
    return sha256(token.encode()).hexdigest()


def wait_seconds(failures: int) -> int:
    """Seconds to wait after so many wrong passwords in a row."""
    return 0 if failures <= FREE else min(LONGEST_WAIT, 2 ** (failures - FREE))


def sign_in(engine: Engine, name: str, password: str, browser: Browser) -> str:
    """Let somebody in; gives the token of a new sign-in. Raises Refusal, the same for a wrong name and a wrong password."""
    with engine.connect() as connection:
        kept = account_changes.stored_name(name)
        holder = accounts_and_sessions.account_named(connection, kept) if kept else None
        who = _counted_as(connection, holder, name, browser)
        kept_of_it = holder.password if holder else None
        once = passwords.is_one_time(password, kept_of_it)
        if not once:
            _let_wait(connection, who)
        way = passwords.decoy_hash_settings(
            accounts_and_sessions.password_hashes(connection), _draw(connection, name)
        )
        at = accounts_and_sessions.database_time(connection)
    right = once or passwords.verify_password(password, kept_of_it, way)
    if holder is None or not right or holder.disabled:
        _wrong(engine, who, holder, browser)
        raise Refusal(WRONG)
    if holder.must_change and (holder.works_until is None or at > holder.works_until):
        raise Refusal(TOO_LATE)
    token, otherwise = new_token(), passwords.needs_rehash(kept_of_it)
    anew = passwords.hash_password(password) if otherwise else ""
    with write_transaction(engine, queue=False) as connection:
        _still(connection, holder)
        accounts_and_sessions.clear_failures(connection, who.who)
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
    """Let in who brings a first password by its link: once, and whatever others got wrong. What it was is gone; the account's
    other sign-ins end. Gives the token of a new sign-in. Raises Refusal."""
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
    """Take the password again of somebody who is signed in, whose pages go on; gives the token of a new sign-in. Raises
    Refusal."""
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
    entry = _had(connection, browser, accounts_and_sessions.database_time(connection))
    return None if entry is None or entry.ended_at else entry.account_id


def known_account(engine: Engine, known_by: str) -> str:
    """The account (id) that signed in from this browser of late; "" where none did. known_by: what it keeps of that, or ""."""
    if not known_by:
        return ""
    with engine.connect() as connection:
        since = accounts_and_sessions.database_time(connection) - KNOWN_FOR
        return accounts_and_sessions.account_of_browser(connection, digest(known_by), since) or ""


def note_activity(engine: Engine, number: int) -> None:
    """Somebody is at work under this sign-in."""
    with write_transaction(engine, queue=False) as connection:
        accounts_and_sessions.note_activity(
            connection, number, accounts_and_sessions.database_time(connection)
        )


def sign_out(engine: Engine, token: str) -> None:
    """End a sign-in; whoever has its token has nothing. Where there is none, nothing waits for a writer."""
    with engine.connect() as connection:
        if accounts_and_sessions.session_by_token(connection, digest(token)) is None:
            return
    with write_transaction(engine, queue=False) as connection:
        at = accounts_and_sessions.database_time(connection)
        entry = _now(
            connection, accounts_and_sessions.session_by_token(connection, digest(token)), at
        )
        if entry and not entry.ended_at:
            accounts_and_sessions.end_sessions(connection, at, number=entry.id)
            holder = accounts_and_sessions.account(connection, entry.account_id)
            access_journal.note(connection, holder.name if holder else "", "signed out")


def change_password(engine: Engine, old: str, new: str, browser: Browser) -> str:
    """Take a new password from somebody who signed in; the account's other sign-ins end, and this one gets another token, which
    is given. Raises Refusal."""
    with engine.connect() as connection:
        entry = accounts_and_sessions.session_by_token(connection, digest(browser.token))
        holder = accounts_and_sessions.account(connection, entry.account_id) if entry else None
        if entry is None or entry.ended_at or holder is None or holder.disabled:
            raise Refusal(ENDED)
        who = _counted_as(connection, holder, holder.name, browser)
        # Who came by the link of a first password has none: the link was it.
        once = passwords.is_one_time(old, holder.password) or (
            holder.must_change and holder.password is None
        )
        if not once:
            _let_wait(connection, who)
    if not (once or passwords.verify_password(old, holder.password)):
        _wrong(engine, who, holder, browser)
        raise Refusal("L'ancien mot de passe n'est pas le bon.")
    if why := passwords.password_problem(new, holder.name):
        raise Refusal(why)
    if new == old or passwords.is_one_time(new, holder.password):
        raise Refusal("Le nouveau mot de passe est l'ancien : en choisir un autre.")
    token, kept = new_token(), passwords.hash_password(new)
    with write_transaction(engine, queue=False) as connection:
        _still(connection, holder)
        now = accounts_and_sessions.session_by_token(connection, entry.token)
        if now is None or now.ended_at:
            raise Refusal(ENDED)
        accounts_and_sessions.clear_failures(connection, who.who)
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
            but=number,
        )
        access_journal.note(connection, holder.name, "password changed")
    return token


class FailureCounters(NamedTuple):
    """Under what wrong passwords are counted: who has to wait for the next; of_all: the account, of which browsers that it does
    not know may try so many an hour, all together; "" for one that it knows."""

    who: str
    of_all: str


def address_block(address: str) -> str:
    """Where an address is: of IPv6 its network, of which one household has all the addresses."""
    try:
        one = ip_address(address)
    except ValueError:
        return address
    if isinstance(one, IPv6Address):
        return str(one.ipv4_mapped or ip_network((one, 64), strict=False))
    return str(one)


def _counted_as(
    connection: Connection, holder: Holder | None, name: str, browser: Browser
) -> FailureCounters:
    """A browser that signed in to the account is counted by itself; others by account and place, so that a stranger makes nobody
    wait who is elsewhere. A name that nobody has is counted in the same way."""
    known_by = digest(browser.known_by)
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
        return FailureCounters(f"{of}/{known_by[: accounts_and_sessions.KEPT_OF_MARKS]}", "")
    return FailureCounters(f"{of}@{digest(address_block(browser.address))[:40]}", of)


def _draw(connection: Connection, name: str) -> float:
    """A number from 0 to 1 that a name has in this database, always the same: so that passwords kept in another way, which
    take another time, tell no name of an account from one that nobody has."""
    key = accounts_and_sessions.own_name(connection).encode() or PEPPER
    typed = account_changes.normalise_name(name).encode(errors="replace")
    return int.from_bytes(hmac.new(key, typed, "sha256").digest()[:6], "big") / 2**48


def _of_hour(of: str, at: datetime, before: int = 0) -> str:
    """Under what the wrong ones of an account in one hour are counted, or in one before."""
    return f"{of}#{int(at.replace(tzinfo=UTC).timestamp()) // 3_600 - before}"


def within_an_hour(connection: Connection, of: str, at: datetime) -> float:
    """How many wrong ones of an account in the last sixty minutes: those of this hour, and of the one before as large a part as
    is left of the sixty."""
    now, before = (accounts_and_sessions.failures(connection, _of_hour(of, at, n)) for n in (0, 1))
    left = 1 - (at.minute * 60 + at.second) / 3_600
    return (now[0] if now else 0) + left * (before[0] if before else 0)


def _still(connection: Connection, holder: Holder) -> None:
    """Raises Refusal where the account changed while its password was looked at, which takes a while."""
    if not accounts_and_sessions.account_unchanged(connection, holder):
        raise Refusal(CHANGED)


def _let_wait(connection: Connection, counted: FailureCounters) -> None:
    """Raises Refusal where the last wrong password was too short a time ago, or there were too many."""
    at = accounts_and_sessions.database_time(connection)
    if counted.of_all and within_an_hour(connection, counted.of_all, at) >= CAP:
        raise TooSoon(CAPPED.format(load_settings().account_contact))
    failed = accounts_and_sessions.failures(connection, counted.who)
    if failed is None:
        return
    number, last_at = failed
    left = last_at + timedelta(seconds=wait_seconds(number)) - at
    if left > timedelta(0):
        seconds = left.seconds + 1
        raise TooSoon(f"Trop d'essais manqués : attendre {seconds} s, puis recommencer.")


def _wrong(
    engine: Engine, counted: FailureCounters, holder: Holder | None, browser: Browser
) -> None:
    with write_transaction(engine, queue=False) as connection:
        at = accounts_and_sessions.database_time(connection)
        of_all = [_of_hour(counted.of_all, at)] if counted.of_all else []
        accounts_and_sessions.add_failure(connection, [counted.who, *of_all], at, at - FORGOTTEN)
        if holder:
            access_journal.note(
                connection, holder.name, "sign-in failed", journal_details(browser, "password")
            )


def journal_details(browser: Browser, how: str) -> dict[str, str]:
    """What the journal keeps of somebody who signs in: from where, and how (BY of `dashboard.actions.access_journal`)."""
    return {"from": browser.address, "by": how}


def begin_session(
    connection: Connection,
    account_id: str,
    token: str,
    browser: Browser,
    issuer: str | None = None,
    proved_at: datetime | None = None,
) -> int:
    """Note the new sign-in; the one that the browser had is at an end, and its pages go on where the account is the same.
    issuer: the provider that said who it is; proved_at: when a password was last given, by the database's clock."""
    at: datetime = accounts_and_sessions.database_time(connection)
    if browser.known_by and browser.mark:
        accounts_and_sessions.replace_browser_mark(
            connection, digest(browser.known_by), digest(browser.mark)
        )
    number = accounts_and_sessions.add_session(
        connection, account_id, digest(token), digest(browser.mark), at, issuer, proved_at
    )
    before = _had(connection, browser, at)
    if before and not before.ended_at:
        accounts_and_sessions.end_sessions(connection, at, number=before.id)
        if before.account_id == account_id:
            accounts_and_sessions.set_next_session(connection, before.id, number)
    return number


def _had(connection: Connection, browser: Browser, at: datetime) -> SignInSession | None:
    """The sign-in that the browser has; where its token was replaced a moment ago, the one that took its place: a button that is
    pressed twice sends the old token twice."""
    return _now(
        connection, accounts_and_sessions.session_by_token(connection, digest(browser.token)), at
    )


def _now(connection: Connection, entry: SignInSession | None, at: datetime) -> SignInSession | None:
    if entry and entry.replaced(at) and entry.next_id:
        return accounts_and_sessions.session_by_number(connection, entry.next_id)
    return entry
