"""What the database says of who may come in, asked at most once a second however many look.

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

FRESH = 1.0  # seconds for which what was read holds
AHEAD = timedelta(
    minutes=5
)  # what began later than that after now was dated by a clock that is wrong
OPEN = "open"  # what the gate says of who need not sign in
KEPT_AT_MOST, KEPT_FOR = (
    10_000,
    60.0,
)  # tokens, and seconds for which those past that number are kept
NEXT_AT_MOST = 20  # a page that lapsed more often in one life is opened anew


class State(Enum):
    """How it stands with a browser that signed in, as pages are told."""

    OPEN = "open"
    LAPSED = "lapsed"  # nobody was at work for too long: the page is covered, and goes on after another sign-in
    ENDED = "ended"  # signed out, closed, disabled, unknown: the page has to go


BY_PROVIDER = timedelta(hours=4)  # whoever is shut out there is told to nobody here


@dataclass(frozen=True)
class Limits:
    """How long a sign-in lasts: without anybody at work, and in all; which providers say who somebody is (None: a password of
    ours does)."""

    idle: timedelta
    whole: timedelta
    issuers: frozenset[str | None] = frozenset({None})

    def lapses(self, entry: SignInSession) -> datetime:
        """When it does."""
        whole = self.whole if entry.issuer is None else min(self.whole, BY_PROVIDER)
        return min(entry.seen_at + self.idle, entry.began_at + whole)


def limits() -> Limits:
    """Those of the settings."""
    settings = load_settings()
    return Limits(
        timedelta(minutes=settings.session_idle_minutes),
        timedelta(hours=settings.session_hours),
        settings.doors,
    )


class CachedSession(NamedTuple):
    """A browser that signed in, as it was when it was last looked at."""

    state: State
    entry: SignInSession | None = None
    holder: Holder | None = None
    pages: State = State.ENDED  # how it stands with its pages: they may go on with a later sign-in
    latest: int = 0  # the number of that one
    replaced: bool = False  # a moment ago, by that one: the browser may not have heard of it yet

    @property
    def is_replaced(self) -> bool:
        """Whether another sign-in took the place of this one."""
        return self.entry is not None and self.entry.id != self.latest

    def is_now(self, before: "CachedSession") -> bool:
        """Whether this is the sign-in that took the place of that one, and opens."""
        same = self.entry is not None and self.entry.id == before.latest
        return same and self.identity == before.identity and self.state == State.OPEN

    @property
    def identity(self) -> str:
        """What the gate says of who asks: the account, and the state of its rights. No name, no role."""
        return f"{self.holder.id}.{self.holder.epoch}" if self.holder else ""


UNKNOWN = CachedSession(State.ENDED)


class SessionSnapshot(NamedTuple):
    """What was read at one time of the base and of some tokens: what was read of others since does not touch it."""

    is_open: bool
    seen: Mapping[str, CachedSession]

    def of(self, token: str | None) -> CachedSession:
        """How it stands with one of these tokens, or with who has none."""
        return self.seen[token] if token else UNKNOWN


class SessionCache:
    """Answers from memory for a second. engine: called when the database is needed; limits: how long a sign-in lasts."""

    def __init__(self, engine: Callable[[], Engine], limits: Callable[[], Limits]) -> None:
        self.engine, self.limits = engine, limits
        self._watchers: set[Callable[[], None]] = set()
        self.forget()

    def forget(self) -> None:
        """Know nothing any more."""
        self._open: tuple[float, bool] = (float("-inf"), False)
        self._accounts: dict[str, tuple[float, Holder | None]] = {}
        self._tokens: dict[str, tuple[float, CachedSession]] = {}

    def forget_account_of(self, token: str) -> None:
        """Ask anew of the account that signed in with this token: something was changed here. Nothing where nobody did."""
        if holder := self.token(token).holder:
            self._forget(holder)

    def forget_account(self, name: str) -> None:
        """The same of the account of that name, and of guests, whose links may end with it; from any thread."""
        for _, holder in list(self._accounts.values()):
            if holder and holder.name == name:
                self._forget(holder)
        self.forget_guests()

    def forget_guests(self) -> None:
        """Ask anew of whoever came in by a link."""
        for _, holder in list(self._accounts.values()):
            if holder and holder.role == Role.GUEST:
                self._forget(holder)

    def _forget(self, holder: Holder) -> None:
        self._accounts.pop(holder.id, None)
        for other, (_, seen) in list(self._tokens.items()):
            if seen.holder and seen.holder.id == holder.id:
                self._tokens.pop(other, None)
        for watcher in list(self._watchers):
            watcher()

    @contextmanager
    def telling(self, watcher: Callable[[], None]) -> Iterator[None]:
        """Call this, from any thread, when something was changed here and need not wait for the next look."""
        self._watchers.add(watcher)
        try:
            yield
        finally:
            self._watchers.discard(watcher)

    def known(self, token: str | None, within: float = FRESH) -> SessionSnapshot | None:
        """What was read in the last seconds of the base and of this token; None where it was not."""
        since = time.monotonic() - within
        at, is_open = self._open
        if token is None:
            return SessionSnapshot(is_open, {}) if at > since else None
        token_at, seen = self._tokens.get(token, (float("-inf"), UNKNOWN))
        return SessionSnapshot(is_open, {token: seen}) if min(at, token_at) > since else None

    def remembers(self, token: str | None) -> SessionSnapshot | None:
        """What was last read of the base and of this token, however long ago; None where it never was."""
        return self.known(token, within=float("inf"))

    def look(self, tokens: Iterable[str] = ()) -> SessionSnapshot:
        """Read what is true now of the base and of these tokens (their SHA-256), in one transaction."""
        with self.engine().connect() as connection:
            at, clock = time.monotonic(), accounts_and_sessions.database_time(connection)
            is_open = accounts_and_sessions.is_open(connection)
            wanted = set(tokens)
            held = accounts_and_sessions.sessions_by_tokens(connection, wanted) if wanted else {}
            found = dict.fromkeys(wanted, UNKNOWN) | {
                token: self._seen(connection, *one, clock) for token, one in held.items()
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

    def token(self, token: str) -> CachedSession:
        """How it stands with this token, as last read."""
        return self._tokens.get(token, (0.0, UNKNOWN))[1]

    def asks(self, told: str | None) -> Person:
        """Who asks, from what the gate said when the page was opened; whose rights changed since is nobody."""
        if not told:
            return NOBODY
        if told == OPEN:
            reading = self.known(None)
            if reading is None:
                reading = self.remembers(None)
                with self._or_as_before(reading is not None):
                    reading = self.look()
            return LOCAL_READER if reading and reading.is_open else NOBODY
        account_id, _, epoch = told.partition(".")
        holder = self._account(account_id)
        if holder is None or holder.disabled or holder.must_change or str(holder.epoch) != epoch:
            return NOBODY
        return people.person_of_account(holder)

    def _account(self, account_id: str) -> Holder | None:
        at, holder = self._accounts.get(account_id, (float("-inf"), None))
        if time.monotonic() - at >= FRESH:
            with self._or_as_before(holder is not None), self.engine().connect() as connection:
                holder = accounts_and_sessions.account(connection, account_id)
                self._accounts[account_id] = (time.monotonic(), holder)
        return holder

    @contextmanager
    def _or_as_before(self, remembered: bool) -> Iterator[None]:
        """While the database is away, what was read last holds: a page has nothing to show then, but knows whose it is."""
        try:
            yield
        except error_messages.failure_types():
            if not remembered:
                raise

    def _seen(
        self, connection: Connection, entry: SignInSession, holder: Holder, clock: datetime
    ) -> CachedSession:
        latest = entry
        for _ in range(NEXT_AT_MOST):
            if latest.next_id is None:
                break
            if (
                further := accounts_and_sessions.session_by_number(connection, latest.next_id)
            ) is None:
                break
            latest = further
        state, pages = (self._state(one, holder, clock) for one in (entry, latest))
        return CachedSession(state, entry, holder, pages, latest.id, entry.replaced(clock))

    def _state(self, entry: SignInSession, holder: Holder, clock: datetime) -> State:
        if entry.ended_at or holder.disabled or entry.began_at > clock + AHEAD:
            return State.ENDED
        if holder.role == Role.GUEST and (
            holder.works_until is None or clock >= holder.works_until
        ):
            return State.ENDED  # with the link
        limits = self.limits()
        if holder.role != Role.GUEST and entry.issuer not in limits.issuers:
            return State.ENDED  # by a door that the settings have shut since
        if clock >= limits.lapses(entry):
            return State.LAPSED
        return State.OPEN
