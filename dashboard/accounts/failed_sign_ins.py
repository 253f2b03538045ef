"""Failed sign-ins: counted by browser and by account, and how long the next attempt has to wait.

Before: `db.accounts_and_sessions`. After: `dashboard.accounts.sign_ins`.
"""

import hmac
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from dashboard.accounts import access_journal, account_rules, shared_keys
from dashboard.accounts.sign_in_request import (
    KNOWN_FOR,
    Browser,
    Refusal,
    address_block,
    digest,
    journal_details,
)
from dashboard.settings import load_settings
from db import accounts_and_sessions
from db.accounts_and_sessions import Holder
from db.write_lock import write_transaction

FREE = 3  # wrong passwords in a row that cost no wait
LONGEST_WAIT = 60  # seconds
CAP = 100  # wrong ones of an account, in an hour, by browsers that it does not know
FORGOTTEN = timedelta(hours=2)  # wrong passwords of so long ago count no more
# Unknown names are counted too, or a wait would tell which names exist; but they are often passwords typed into the
# wrong field: their keys mean nothing outside this machine, nor here once it was started anew. Its processes share them, or who
# asks one after the other would be told which names exist.
PEPPER = "unknown names"
CAPPED = (
    "Trop d'essais manqués sous ce nom : se connecter depuis un navigateur où c'est déjà arrivé, demander un lien de"
    " première connexion à {}, ou attendre une heure."
)


class TooSoon(Refusal):
    """The password was not checked: the last wrong one was too short a time ago."""

    counted = False


def wait_seconds(failures: int) -> int:
    """The seconds to wait after so many wrong passwords in a row."""
    return 0 if failures <= FREE else min(LONGEST_WAIT, 2 ** (failures - FREE))


class FailureCounters(NamedTuple):
    """The keys under which wrong passwords are counted. counter: the one whose next attempt has to wait;
    account_counter: the account's, over all browsers that it does not know, "" for a known one."""

    counter: str
    account_counter: str


def failure_counters(
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
        typed = account_rules.normalise_name(name).encode(errors="replace")
        pepper = shared_keys.key_of_machine(PEPPER)
        of = f"?{hmac.new(pepper, typed, 'sha256').hexdigest()[:15]}"
    else:
        of = holder.id
    if known:
        return FailureCounters(f"{of}/{known_by[: accounts_and_sessions.MARK_LENGTH]}", "")
    return FailureCounters(f"{of}@{digest(address_block(browser.address))[:40]}", of)


def stable_fraction(connection: Connection, name: str) -> float:
    """A number from 0 to 1, without 1, always the same for a name in this database: it chooses the decoy settings, so
    that the time of an answer tells no account from an unknown name."""
    mark = accounts_and_sessions.database_name(connection).encode()
    key = mark or shared_keys.key_of_machine(PEPPER)
    typed = account_rules.normalise_name(name).encode(errors="replace")
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


def refuse_too_soon(connection: Connection, counters: FailureCounters) -> None:
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


def note_failure(
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
