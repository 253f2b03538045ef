"""Accounts, sessions, failed sign-ins, guest links, the access journal, and whether the base is open: all SQL about
them.

All of it lies outside the version of the data, so that no sign-in invalidates the cached answers.

After: `dashboard.accounts`, which decides what it means.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Text,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from dashboard.period import clock_offset
from db import journal
from db.engine import is_sqlite
from db.models import (
    AccessJournal,
    Account,
    Commune,
    DatabaseIdentity,
    FailedSignIn,
    GuestLink,
    ImportBatch,
    Journal,
    OpenBase,
    SignIn,
    Site,
)
from db.write_lock import ACCOUNTS_LOCK

MARK_LENGTH = 40  # characters of a browser's mark by which its wrong passwords are counted
# Lines of the journal after which a base is never open again.
CLOSED_BY = ("purged", "restored", "went back")


class Holder(NamedTuple):
    """An account. departments, sites: those that it is limited to; None: not limited."""

    id: str
    name: str
    email: str | None
    role: str
    departments: frozenset[str] | None
    sites: frozenset[str] | None
    password: str | None
    must_change: bool
    works_until: datetime | None
    disabled: bool
    epoch: int


class Link(NamedTuple):
    """A guest link. until: when its account ends; departments: what guests see, None: the country."""

    id: int
    account_id: str
    what: str
    uses: int
    made_by: str
    made_at: datetime
    until: datetime
    departments: frozenset[str] | None
    closed: bool


JUST_REPLACED = timedelta(minutes=5)


class SignInSession(NamedTuple):
    """A session: a browser that signed in."""

    id: int
    token: str
    account_id: str
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    next_id: int | None
    issuer: str | None
    proved_at: datetime | None

    def was_just_replaced(self, at: datetime) -> bool:
        """Whether another session of the same account took its place a moment ago: requests with its token may still
        arrive."""
        return bool(self.next_id and self.ended_at and at - self.ended_at < JUST_REPLACED)


HOLDER_COLUMNS = [getattr(Account, name) for name in Holder._fields]
SESSION_COLUMNS = [getattr(SignIn, name) for name in SignInSession._fields]


def database_time(connection: Connection) -> datetime:
    """The time by the database's clock, UTC without zone: several servers may not agree on theirs."""
    if is_sqlite(connection):
        return journal.utc_now()
    at: datetime = connection.execute(
        text("SELECT clock_timestamp() AT TIME ZONE 'utc'")
    ).scalar_one()
    return at + clock_offset()


# --- whether the base is open -----------------------------------------------------------------------------------------
def is_open(connection: Connection) -> bool:
    """Whether the base holds fictitious data alone, as they were made, and nobody has an account."""
    return connection.execute(select(OpenBase.id)).first() is not None


def open_if_new(connection: Connection) -> bool:
    """Open a base that never held anything real, nor an account, nor came from a copy; returns whether it is open
    now."""
    held = (
        select(literal(1)).where(or_(*(select(t).exists() for t in (Account.id, OpenBase.id)))),
        select(ImportBatch.id).where(ImportBatch.demo.is_(False)),
        select(Journal.id).where(Journal.did.in_(CLOSED_BY)),
    )
    if not any(connection.execute(one.limit(1)).first() for one in held):
        connection.execute(insert(OpenBase).values(id=1, since=database_time(connection)))
    return is_open(connection)


def close_open_base(connection: Connection) -> None:
    """Close the open base: from now on everybody signs in."""
    connection.execute(delete(OpenBase))


# --- accounts -----------------------------------------------------------------------------------------------------------
def account(connection: Connection, account_id: str) -> Holder | None:
    """The account of this id; None where there is none."""
    return _holder(
        connection.execute(select(*HOLDER_COLUMNS).where(Account.id == account_id)).first()
    )


def account_named(connection: Connection, name: str) -> Holder | None:
    """The account of this name, in lower case; None where there is none."""
    return _holder(connection.execute(select(*HOLDER_COLUMNS).where(Account.name == name)).first())


def password_hashes(connection: Connection) -> list[str]:
    """The stored hashes of all accounts that have a password."""
    return [kept for kept in connection.execute(select(Account.password)).scalars() if kept]


def database_name(connection: Connection) -> str:
    """The random name of this database, a secret of its own; "" where it has none."""
    return connection.execute(select(DatabaseIdentity.own)).scalar() or ""


def account_unchanged(connection: Connection, holder: Holder) -> bool:
    """Whether an account is as it was read; locks it until this transaction ends."""
    asked = select(Account.epoch).where(Account.id == holder.id).with_for_update()
    return connection.execute(asked).scalar_one_or_none() == holder.epoch


def accounts(connection: Connection) -> list[Holder]:
    """Every account, by name."""
    rows = connection.execute(select(*HOLDER_COLUMNS).order_by(Account.name)).all()
    return [holder for row in rows if (holder := _holder(row))]


def _holder(row: Sequence[Any] | None) -> Holder | None:
    """The account of a row of HOLDER_COLUMNS; None for None."""
    if row is None:
        return None
    held = Holder(*row)
    departments, sites = (
        None if of is None else frozenset(of) for of in (held.departments, held.sites)
    )
    return held._replace(departments=departments, sites=sites)


def add_account(connection: Connection, name: str, **values: Any) -> str:
    """Add an account that no password opens yet; returns its id."""
    account_id = secrets.token_hex(8)
    unset = {"password": None, "must_change": False, "works_until": None, "disabled": False}
    connection.execute(
        insert(Account).values(
            **{**unset, **_sorted_sets(values)},
            id=account_id,
            name=name,
            epoch=1,
            created_at=database_time(connection),
        )
    )
    return account_id


def change_account(connection: Connection, account_id: str, **values: Any) -> None:
    """Change columns of an account and raise its epoch, so that its open pages reload."""
    connection.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(**_sorted_sets(values), epoch=Account.epoch + 1)
    )


def replace_password_hash(connection: Connection, holder: Holder, password: str) -> None:
    """Replace the hash of an unchanged password; the account's pages go on, and a hash that was changed meanwhile
    stays."""
    same = Account.id == holder.id, Account.password == holder.password
    connection.execute(update(Account).where(*same).values(password=password))


def lock_account_names(connection: Connection) -> None:
    """Lock the names and addresses of accounts until this transaction ends, so that nobody else makes or changes one."""
    if not is_sqlite(connection):  # there one transaction at a time writes
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ACCOUNTS_LOCK})


def is_first_password(connection: Connection, password: str) -> bool:
    """Whether an account has this hash of a one-time password."""
    asked = select(Account.id).where(*_first_password_condition(connection, password))
    return connection.execute(asked).first() is not None


def use_first_password(connection: Connection, password: str) -> str | None:
    """Erase the one-time password of this hash and return its account's id; None where no account has it any more."""
    used = (
        update(Account)
        .where(*_first_password_condition(connection, password))
        .values(password=None)
    )
    return connection.execute(used.returning(Account.id)).scalar_one_or_none()


def _first_password_condition(connection: Connection, password: str) -> tuple[Any, ...]:
    """The SQL condition for the account that has this hash of a valid one-time password."""
    return (
        Account.password == password,
        Account.must_change,
        Account.disabled.is_(False),
        Account.works_until >= database_time(connection),
    )


def end_first_passwords(connection: Connection) -> None:
    """Erase all one-time passwords."""
    connection.execute(update(Account).where(Account.must_change).values(works_until=None))


def close_accounts(connection: Connection, ids: Collection[str]) -> None:
    """Disable those of these accounts that are enabled."""
    of = Account.id.in_(ids) & Account.disabled.is_(False)
    ended = {"password": None, "must_change": False, "works_until": None, "disabled": True}
    connection.execute(update(Account).where(of).values(**ended, epoch=Account.epoch + 1))


def _sorted_sets(values: dict[str, Any]) -> dict[str, Any]:
    """The values with sets as sorted lists, for JSON."""
    return {
        name: sorted(value) if isinstance(value, (set, frozenset)) else value
        for name, value in values.items()
    }


# --- browsers that signed in ------------------------------------------------------------------------------------------
def add_session(
    connection: Connection,
    account_id: str,
    token: str,
    browser: str,
    at: datetime,
    issuer: str | None = None,
    proved_at: datetime | None = None,
) -> int:
    """Add a session; returns its number. issuer: the provider that said who it is; proved_at: when a password was
    last given."""
    return connection.execute(
        insert(SignIn)
        .values(
            account_id=account_id,
            token=token,
            browser=browser,
            began_at=at,
            seen_at=at,
            issuer=issuer,
            proved_at=proved_at,
        )
        .returning(SignIn.id)
    ).scalar_one()


def session_by_token(connection: Connection, token: str) -> SignInSession | None:
    """The session of this token (its SHA-256); None where there is none."""
    row = connection.execute(select(*SESSION_COLUMNS).where(SignIn.token == token)).first()
    return SignInSession(*row) if row else None


def sessions_by_tokens(
    connection: Connection, tokens: Collection[str]
) -> dict[str, tuple[SignInSession, Holder]]:
    """The sessions of these tokens (their SHA-256), with their accounts, in one query; unknown tokens are left out."""
    asked = (
        select(*SESSION_COLUMNS, *HOLDER_COLUMNS)
        .join(Account, Account.id == SignIn.account_id)
        .where(SignIn.token.in_(tokens))
    )
    return {
        one.token: (one, holder)
        for row in connection.execute(asked)
        if (one := SignInSession(*row[: len(SESSION_COLUMNS)]))
        and (holder := _holder(row[len(SESSION_COLUMNS) :]))
    }


def session_by_number(connection: Connection, number: int) -> SignInSession | None:
    """The session of this number; None where there is none."""
    row = connection.execute(select(*SESSION_COLUMNS).where(SignIn.id == number)).first()
    return SignInSession(*row) if row else None


def last_seen_before(connection: Connection, account_id: str, number: int) -> datetime | None:
    """When an account was last seen in a session that began before another one; None where there is none. number: of
    the other."""
    began = select(SignIn.began_at).where(SignIn.id == number).scalar_subquery()
    asked = select(func.max(SignIn.seen_at)).where(
        SignIn.account_id == account_id, SignIn.id != number, SignIn.began_at < began
    )
    return connection.execute(asked).scalar_one()


def open_sessions(connection: Connection, account_id: str | None = None) -> list[SignInSession]:
    """The sessions that have not ended, of one account or of all, latest first."""
    asked = select(*SESSION_COLUMNS).where(SignIn.ended_at.is_(None)).order_by(SignIn.id.desc())
    if account_id is not None:
        asked = asked.where(SignIn.account_id == account_id)
    return [SignInSession(*row) for row in connection.execute(asked)]


def note_activity(connection: Connection, number: int, at: datetime) -> None:
    """Note that a session is in use."""
    connection.execute(update(SignIn).where(SignIn.id == number).values(seen_at=at))


def set_next_session(connection: Connection, number: int, following: int) -> None:
    """Set the session that takes the place of another, and of all that this other had replaced: however many, one
    step leads to it."""
    before = or_(SignIn.id == number, SignIn.next_id == number)
    connection.execute(update(SignIn).where(before).values(next_id=following))


def end_sessions(
    connection: Connection,
    at: datetime,
    *,
    account_id: str | None = None,
    number: int | None = None,
    except_number: int | None = None,
) -> int:
    """End the open sessions of an account, of one number, or all; but one. Returns how many."""
    asked = update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=at)
    for column, value in ((SignIn.account_id, account_id), (SignIn.id, number)):
        if value is not None:
            asked = asked.where(column == value)
    if except_number is not None:
        asked = asked.where(SignIn.id != except_number)
    return connection.execute(asked).rowcount


def is_known_browser(
    connection: Connection, account_id: str, browser: str, since: datetime
) -> bool:
    """Whether this browser signed in to the account since then; browser: the SHA-256 of its mark."""
    return (
        connection.execute(
            select(SignIn.id)
            .where(
                SignIn.account_id == account_id,
                SignIn.browser == browser,
                SignIn.began_at >= since,
            )
            .limit(1)
        ).first()
        is not None
    )


def replace_browser_mark(connection: Connection, before: str, mark: str) -> None:
    """Replace a browser's mark by another (both as SHA-256); the old one is worth nothing from now on."""
    connection.execute(update(SignIn).where(SignIn.browser == before).values(browser=mark))
    failed = FailedSignIn.who
    of_it = failed.like(f"%/{before[:MARK_LENGTH]}")
    another = func.replace(failed, before[:MARK_LENGTH], mark[:MARK_LENGTH])
    connection.execute(update(FailedSignIn).where(of_it).values(who=another))


def account_of_browser(connection: Connection, browser: str, since: datetime) -> str | None:
    """The account to which this browser signed in last, since then; None where there is none."""
    asked = select(SignIn.account_id).where(SignIn.browser == browser, SignIn.began_at >= since)
    found: str | None = connection.execute(asked.order_by(SignIn.id.desc()).limit(1)).scalar()
    return found


# --- links of guests --------------------------------------------------------------------------------------------------
def add_link(connection: Connection, account_id: str, token: str, workshop: str, by: str) -> int:
    """Add a guest link; token: its SHA-256. Returns the number."""
    made = insert(GuestLink).values(
        account_id=account_id,
        token=token,
        what=workshop,
        uses=0,
        made_by=by,
        made_at=database_time(connection),
    )
    return connection.execute(made.returning(GuestLink.id)).scalar_one()


def links(connection: Connection) -> list[Link]:
    """Every link, the latest first."""
    asked = (
        select(
            *(getattr(GuestLink, name) for name in Link._fields[:6]),
            Account.works_until,
            Account.departments,
            Account.disabled,
        )
        .join(Account, Account.id == GuestLink.account_id)
        .order_by(GuestLink.id.desc())
    )
    return [
        Link(*row[:7], None if row[7] is None else frozenset(row[7]), row[8])
        for row in connection.execute(asked)
    ]


def has_link(connection: Connection, token: str) -> bool:
    """Whether there is a guest link of this token (its SHA-256), valid or not."""
    asked = select(GuestLink.id).where(GuestLink.token == token)
    return connection.execute(asked).first() is not None


def use_link(connection: Connection, token: str, most: int) -> str | None:
    """Count one use of the guest link of this token (its SHA-256); returns its account, or None where it has no use
    left, has ended, was closed, or never was."""
    holds = select(Account.id).where(
        Account.disabled.is_(False), Account.works_until > database_time(connection)
    )
    used = (
        update(GuestLink)
        .where(GuestLink.token == token, GuestLink.uses < most, GuestLink.account_id.in_(holds))
        .values(uses=GuestLink.uses + 1)
        .returning(GuestLink.account_id)
    )
    return connection.execute(used).scalar_one_or_none()


def close_links(connection: Connection) -> None:
    """Close all guest links."""
    of = select(GuestLink.account_id)
    connection.execute(
        update(Account).where(Account.id.in_(of)).values(disabled=True, epoch=Account.epoch + 1)
    )


# --- wrong passwords in a row -----------------------------------------------------------------------------------------
def failures(connection: Connection, key: str) -> tuple[int, datetime] | None:
    """The number of failures in a row under this key, and the time of the last; None where there are none."""
    row = connection.execute(
        select(FailedSignIn.failures, FailedSignIn.last_at).where(FailedSignIn.who == key)
    ).first()
    return (row[0], row[1]) if row else None


def add_failure(
    connection: Connection, keys: Collection[str], at: datetime, forget_before: datetime
) -> None:
    """Count one more failure under each of these keys. forget_before: failures of before are deleted, under whatever
    key."""
    connection.execute(delete(FailedSignIn).where(FailedSignIn.last_at < forget_before))
    adding = sqlite.insert if is_sqlite(connection) else postgresql.insert
    for one in keys:  # two at once may be the first
        first = adding(FailedSignIn).values(who=one, failures=1, last_at=at)
        more = {"failures": FailedSignIn.failures + 1, "last_at": at}
        connection.execute(first.on_conflict_do_update(index_elements=["who"], set_=more))


def clear_failures(connection: Connection, key: str) -> None:
    """Delete the failures under this key."""
    connection.execute(delete(FailedSignIn).where(FailedSignIn.who == key))


def clear_account_failures(connection: Connection, account_id: str) -> None:
    """Delete all failures of an account."""
    connection.execute(delete(FailedSignIn).where(FailedSignIn.who.startswith(account_id)))


# --- the journal of accesses ------------------------------------------------------------------------------------------
def note(connection: Connection, who: str, did: str, detail: dict[str, Any]) -> None:
    """Write a line to the access journal in the caller's transaction. did: as a past participle; detail: what JSON
    can hold."""
    connection.execute(
        insert(AccessJournal).values(at=database_time(connection), who=who, did=did, detail=detail)
    )


def lines(
    connection: Connection, most: int = 1_000
) -> list[tuple[datetime, str, str, dict[str, Any]]]:
    """The last lines of the access journal, latest first: when, who, action, details."""
    columns = (AccessJournal.at, AccessJournal.who, AccessJournal.did, AccessJournal.detail)
    asked = select(*columns).order_by(AccessJournal.id.desc()).limit(most)
    return [(at, who, did, detail) for at, who, did, detail in connection.execute(asked)]


def places(connection: Connection) -> tuple[frozenset[str], frozenset[str]]:
    """The departments and the codes of sites that an account may be limited to."""
    departments = connection.execute(select(Commune.department).distinct()).scalars()
    return frozenset(departments), frozenset(connection.execute(select(Site.code)).scalars())


def journals(
    connection: Connection, since: datetime, until: datetime, most: int = 100_000
) -> list[tuple[datetime, str, str, dict[str, Any], str]]:
    """The lines of the access journal and of the data's journal, from a moment until before another, latest first:
    when, who, action, details, reason."""
    both = union_all(
        select(Journal.at, Journal.who, Journal.did, Journal.detail, Journal.why).where(
            Journal.at >= since, Journal.at < until
        ),
        select(
            AccessJournal.at,
            AccessJournal.who,
            AccessJournal.did,
            AccessJournal.detail,
            literal("", Text).label("why"),
        ).where(AccessJournal.at >= since, AccessJournal.at < until),
    ).subquery()
    asked = select(both).order_by(both.c.at.desc()).limit(most)
    return [(at, who, did, detail, why) for at, who, did, detail, why in connection.execute(asked)]
