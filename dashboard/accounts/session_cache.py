"""The session cache: what the database says of sessions and accounts, read at most once a second however many pages
ask.

Before: `db.accounts_and_sessions`. After: `dashboard.web.authentication`, which asks for each request and each open page;
`dashboard.request_identity`, by which each run of a page asks.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from dashboard.accounts import people
from dashboard.accounts.rights import LOCAL_READER, NOBODY, Person, Role
from dashboard.settings import load_settings
from db import accounts_and_sessions, error_messages
from db.accounts_and_sessions import Holder, SignInSession

FRESH = 1.0  # seconds for which a cached value holds
AHEAD = timedelta(
    minutes=5
)  # a session that began later than that after now was dated by a wrong clock
OPEN = "open"  # the identity header of who need not sign in
KEPT_AT_MOST, KEPT_FOR = (
    10_000,
    60.0,
)  # tokens, and seconds for which those beyond that number are kept
NEXT_AT_MOST = 20  # a page that lapsed more often in one life is opened anew


class State(Enum):
    """The state of a session, as pages get it."""

    OPEN = "open"
    LAPSED = "lapsed"  # without activity for too long: the page is covered, and goes on after another sign-in
    ENDED = "ended"  # signed out, closed, disabled, unknown: the page has to go


BY_PROVIDER = timedelta(hours=4)  # the provider does not notify us of accounts that it closes


@dataclass(frozen=True)
class Limits:
    """How long a session lasts: without activity, and in all; and which providers may have opened it (None: a
    password of ours)."""

    idle: timedelta
    total: timedelta
    issuers: frozenset[str | None] = frozenset({None})

    def lapses_at(self, session: SignInSession) -> datetime:
        """When the session lapses."""
        whole = self.total if session.issuer is None else min(self.total, BY_PROVIDER)
        return min(session.seen_at + self.idle, session.began_at + whole)


def limits() -> Limits:
    """The limits of the settings."""
    settings = load_settings()
    return Limits(
        timedelta(minutes=settings.session_idle_minutes),
        timedelta(hours=settings.session_hours),
        settings.identity_sources,
    )


class CachedSession(NamedTuple):
    """A session as it was last read."""

    state: State
    session: SignInSession | None = None
    holder: Holder | None = None
    pages_state: State = State.ENDED  # of its pages, which may go on with a later session
    latest_number: int = 0  # the number of that later session
    just_replaced: bool = (
        False  # a moment ago, by that session: the browser may not have its token yet
    )

    @property
    def is_replaced(self) -> bool:
        """Whether another session took the place of this one."""
        return self.session is not None and self.session.id != self.latest_number

    def takes_over_from(self, before: "CachedSession") -> bool:
        """Whether this is the open session, with unchanged rights, that took the place of the one read before."""
        same = self.session is not None and self.session.id == before.latest_number
        return same and self.identity_header == before.identity_header and self.state == State.OPEN

    @property
    def identity_header(self) -> str:
        """The value of the header that the gate sets for pages: account id and epoch of its rights, "" for none. No
        name, no role."""
        return f"{self.holder.id}.{self.holder.epoch}" if self.holder else ""


UNKNOWN = CachedSession(State.ENDED)


class SessionSnapshot(NamedTuple):
    """Sessions read at one moment, and whether the base was open; later reads do not change it."""

    is_open: bool
    sessions: Mapping[str, CachedSession]

    def session(self, token: str | None) -> CachedSession:
        """The session of one of the tokens; UNKNOWN for None."""
        return self.sessions[token] if token else UNKNOWN


class SessionCache:
    """A cache of sessions and accounts that holds for a second. engine: called when the database is needed; limits:
    of sessions."""

    def __init__(self, engine: Callable[[], Engine], limits: Callable[[], Limits]) -> None:
        self.engine, self.limits = engine, limits
        self._callbacks: set[Callable[[], None]] = set()
        self.forget()

    def forget(self) -> None:
        """Empty the cache."""
        self._open: tuple[float, bool] = (float("-inf"), False)
        self._accounts: dict[str, tuple[float, Holder | None]] = {}
        self._tokens: dict[str, tuple[float, CachedSession]] = {}

    def forget_account_of(self, token: str) -> None:
        """Drop the account that signed in with this token from the cache, since it was changed here; nothing where
        there is none."""
        if holder := self.last_session(token).holder:
            self._forget(holder)

    def forget_account(self, name: str) -> None:
        """Drop the account of that name from the cache, and all guests, whose links may end with it; from any thread."""
        for _, holder in list(self._accounts.values()):
            if holder and holder.name == name:
                self._forget(holder)
        self.forget_guests()

    def forget_guests(self) -> None:
        """Drop all guests from the cache."""
        for _, holder in list(self._accounts.values()):
            if holder and holder.role == Role.GUEST:
                self._forget(holder)

    def _forget(self, holder: Holder) -> None:
        """Drop an account and its sessions, and call the callbacks."""
        self._accounts.pop(holder.id, None)
        for other, (_, seen) in list(self._tokens.items()):
            if seen.holder and seen.holder.id == holder.id:
                self._tokens.pop(other, None)
        for watcher in list(self._callbacks):
            watcher()

    @contextmanager
    def subscribe(self, callback: Callable[[], None]) -> Iterator[None]:
        """Within the block, call the callback, from any thread, when an account was dropped from the cache."""
        self._callbacks.add(callback)
        try:
            yield
        finally:
            self._callbacks.discard(callback)

    def fresh_snapshot(self, token: str | None, max_age: float = FRESH) -> SessionSnapshot | None:
        """The cached session of this token, and whether the base is open, if both were read within `max_age` seconds;
        else None."""
        since = time.monotonic() - max_age
        at, is_open = self._open
        if token is None:
            return SessionSnapshot(is_open, {}) if at > since else None
        token_at, seen = self._tokens.get(token, (float("-inf"), UNKNOWN))
        return SessionSnapshot(is_open, {token: seen}) if min(at, token_at) > since else None

    def last_snapshot(self, token: str | None) -> SessionSnapshot | None:
        """The cached session of this token, and whether the base is open, however old; None where they were never
        read."""
        return self.fresh_snapshot(token, max_age=float("inf"))

    def read(self, tokens: Iterable[str] = ()) -> SessionSnapshot:
        """Read the sessions of these tokens (their SHA-256), and whether the base is open, from the database in one
        transaction."""
        with self.engine().connect() as connection:
            at, clock = time.monotonic(), accounts_and_sessions.database_time(connection)
            is_open = accounts_and_sessions.is_open(connection)
            wanted = set(tokens)
            held = accounts_and_sessions.sessions_by_tokens(connection, wanted) if wanted else {}
            found = dict.fromkeys(wanted, UNKNOWN) | {
                token: self._cached_session(connection, *one, clock) for token, one in held.items()
            }
        self._open = (at, is_open)
        if len(self._tokens) > KEPT_AT_MOST:  # tokens that were made up go first
            self._tokens = {
                token: kept
                for token, kept in list(self._tokens.items())
                if kept[1].holder and kept[0] > at - KEPT_FOR
            }
        for token, seen in found.items():
            self._tokens[token] = (at, seen)
            if seen.holder:
                self._accounts[seen.holder.id] = (at, seen.holder)
        return SessionSnapshot(is_open, found)

    def last_session(self, token: str) -> CachedSession:
        """The session of this token as last read; UNKNOWN where it never was."""
        return self._tokens.get(token, (0.0, UNKNOWN))[1]

    def person_from_header(self, header: str | None) -> Person:
        """The person of the identity header with which the page was opened; NOBODY where the account's rights changed
        since."""
        if not header:
            return NOBODY
        if header == OPEN:
            reading = self.fresh_snapshot(None)
            if reading is None:
                reading = self.last_snapshot(None)
                with self._tolerate_outage(reading is not None):
                    reading = self.read()
            return LOCAL_READER if reading and reading.is_open else NOBODY
        account_id, _, epoch = header.partition(".")
        holder = self._account(account_id)
        if holder is None or holder.disabled or holder.must_change or str(holder.epoch) != epoch:
            return NOBODY
        return people.person_of_account(holder)

    def _account(self, account_id: str) -> Holder | None:
        """The account, read anew where the cached one is older than a second; None where there is none."""
        at, holder = self._accounts.get(account_id, (float("-inf"), None))
        if time.monotonic() - at >= FRESH:
            with self._tolerate_outage(holder is not None), self.engine().connect() as connection:
                holder = accounts_and_sessions.account(connection, account_id)
                self._accounts[account_id] = (time.monotonic(), holder)
        return holder

    @contextmanager
    def _tolerate_outage(self, remembered: bool) -> Iterator[None]:
        """Ignore a failure of the database in the block where a cached value is at hand: a page has nothing to show
        then, but keeps its person."""
        try:
            yield
        except error_messages.failure_types():
            if not remembered:
                raise

    def _cached_session(
        self, connection: Connection, session: SignInSession, holder: Holder, clock: datetime
    ) -> CachedSession:
        """The session with its state and that of the latest session that took its place."""
        latest = session
        for _ in range(NEXT_AT_MOST):
            if latest.next_id is None:
                break
            if (
                further := accounts_and_sessions.session_by_number(connection, latest.next_id)
            ) is None:
                break
            latest = further
        state, pages = (self._state(one, holder, clock) for one in (session, latest))
        return CachedSession(
            state, session, holder, pages, latest.id, session.was_just_replaced(clock)
        )

    def _state(self, session: SignInSession, holder: Holder, clock: datetime) -> State:
        """The state of a session now."""
        if session.ended_at or holder.disabled or session.began_at > clock + AHEAD:
            return State.ENDED
        if holder.role == Role.GUEST and (
            holder.works_until is None or clock >= holder.works_until
        ):
            return State.ENDED  # with the link
        limits = self.limits()
        if holder.role != Role.GUEST and session.issuer not in limits.issuers:
            return (
                State.ENDED
            )  # opened by a provider, or a password, that the settings allow no more
        if clock >= limits.lapses_at(session):
            return State.LAPSED
        return State.OPEN
