"""The context of an answer: who asks, which state of the data, and the key under which the answer is cached.

A run of a page reads the version of the data once (`page_run`) and uses it for all its answers. A computation is given a View,
which holds access rights and no person, so that an answer cannot depend on who asks beyond these rights.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, wraps
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from sqlalchemy import Connection, Engine
from sqlalchemy.pool import QueuePool

from dashboard import clock
from dashboard.accounts.rights import Access, Person, access_of
from dashboard.answers.cache import AnswerCache
from dashboard.answers.question import Question
from dashboard.period import today
from dashboard.settings import load_settings
from db import error_messages, facts, read
from db.codes import ALL
from db.engine import make_engine, snapshot
from db.network_state import NetworkState, load_network_state, state_for_guests

Which = ParamSpec("Which")
Answer = TypeVar("Answer")
Read = TypeVar("Read")
Moved = read.Moved

ANSWER_CACHE: AnswerCache[Any] = AnswerCache(1_000)  # of some 20 KB each
# Of the snapshot that readers are shown, of the one that follows it, and of the one before for runs that still use it; and the
# same as guests are given them.
NETWORK_CACHE: AnswerCache[NetworkState] = AnswerCache(3)
GUESTS_NETWORK_CACHE: AnswerCache[NetworkState] = AnswerCache(3)
# As it was known at the start of a day (`answers.known_then`): of two days that readers look back to, of the state that is shown
# and of the one before.
STATES_OF_THEN: AnswerCache[NetworkState] = AnswerCache(4)
LAST_STATE: dict[str, NetworkState] = {}  # by address: the next one reads what changed since
# By address: the snapshot that readers are shown, and when it was published.
PUBLISHED: dict[str, "tuple[DataSnapshot, float]"] = {}
WROTE_AT: dict[str, float] = {}  # by person: when he last wrote something
OUT_OF_DATE, OWN_CHANGE = 8, 30  # seconds


@dataclass(frozen=True)
class DataSnapshot:
    """A state of the data: the database's address, its version, the day."""

    url: str
    version: str
    day: date

    @property
    def network(self) -> NetworkState:
        """The network state (sites, days handed in, complaints, decisions) of this snapshot; loaded once."""
        return NETWORK_CACHE.get((self.url, self.version, self.day), self._load)

    @property
    def guests_network(self) -> NetworkState:
        """The network state for guests: without complaints, notes and names of people. The few complaint figures that guests
        may see are added by `answers.small_counts_for_guests`."""
        key = (self.url, self.version, self.day)
        return GUESTS_NETWORK_CACHE.get(key, lambda: state_for_guests(self.network))

    def is_after(self, other: "DataSnapshot") -> bool:
        """Whether the other one is an older state of the same database, one of an earlier day where nothing changed, or rests
        on an older one (`answers.known_then`)."""
        # Of a copy that was put back numbers begin again, lower: what was answered before it stays, until the cache is full.
        number, its_number = (int((s.version or "0").split()[0]) for s in (self, other))
        its_day = (
            other.day if other.version == self.version else self.day
        )  # what rests on a state goes with it
        return self.url == other.url and (its_number, its_day) < (number, self.day)

    def _load(self) -> NetworkState:
        with snapshot(engine()) as connection:
            state = load_network_state(connection, LAST_STATE.get(self.url))
        LAST_STATE[self.url] = state
        return state


@dataclass(frozen=True)
class View:
    """What a person may see of a snapshot; all that a computation is given."""

    snapshot: DataSnapshot
    access: Access
    network: NetworkState

    @cached_property
    def key(self) -> tuple[DataSnapshot, Access]:
        """The part of a cache key that identifies this view."""
        return self.snapshot, self.access

    @cached_property
    def without_rows(self) -> "View":
        """The same view without the right to rows. Every answer about figures is computed with it, and shared by all who may
        see the same figures."""
        access = self.access.without_rows
        return self if access == self.access else replace(self, access=access)

    def sites(self, question: Question) -> frozenset[str] | str:
        """The sites of the question whose aggregates may be seen: codes, or ALL."""
        place = (question.departments, question.kind, question.site)
        if place not in self._sites_by_filters:  # each figure of a page asks for the same sites
            self._sites_by_filters[place] = self._filter_sites(self.access.aggregates, question)
        return self._sites_by_filters[place]

    @cached_property
    def _sites_by_filters(self) -> dict[tuple[object, ...], frozenset[str] | str]:
        """The cache of `sites`, by department, type and site."""
        return {}

    def sites_of_rows(self, question: Question) -> frozenset[str] | str:
        """The sites of the question whose rows may be seen: codes, or ALL."""
        return self._filter_sites(self.access.rows, question)

    def facts(self, question: Question, *, rows: bool = False) -> facts.Scope:
        """The scope of the question for db.facts: its sites, and its period cut at the last known day. rows: only the sites
        whose rows may be seen."""
        return facts.make_scope(
            engine(),
            self.network,
            self.sites_of_rows(question) if rows else self.sites(question),
            question.first,
            question.last,
            question.service,
        )

    def read(self, function: Callable[[Connection], Read]) -> Read:
        """What the function reads of the database, of the version of this view. Raises Moved where it is another one by now."""
        with snapshot(engine()) as connection:
            return read.of_version(connection, self.network.version, function)

    def _filter_sites(
        self, allowed: frozenset[str] | str, question: Question
    ) -> frozenset[str] | str:
        """Those of the allowed sites that the question's filters select: codes, or ALL."""
        if allowed == ALL and not (question.departments or question.kind or question.site):
            return ALL
        wanted = {"kind": question.kind, "code": question.site}
        return frozenset(
            p.code
            for p in self.network.places
            if (allowed == ALL or p.code in allowed)
            and (not question.departments or p.department in question.departments)
            and all(not value or getattr(p, name) == value for name, value in wanted.items())
        )


Asker = Person | View


NO_ANSWER = f"{error_messages.NO_ANSWER}."
BUSY = "La base de données est occupée par une autre écriture."
ENGINES: dict[str, Engine] = {}  # by address
# Per connection. Small, for there are many connections, and answers are cached here: the system's page cache suffices.
CACHE_MB = 2


def engine() -> Engine:
    """The engine of the database that the settings name, one for the process."""
    url = load_settings().database_url
    return ENGINES.get(url) or ENGINES.setdefault(url, make_engine(url, CACHE_MB))


def is_database_reachable() -> bool:
    """Whether the database answers now; it is asked over a new connection, whatever a run has read before."""
    engine().dispose()  # one of before has pages of a broken file in memory, and would answer with these
    try:
        with engine().connect() as connection:
            read.version(connection)
    except error_messages.failure_types():
        return False
    return True


def outage_reason(error: Exception) -> str:
    """Why the database did not answer, in French; "" where the error is another one and the database works."""
    if not isinstance(error, error_messages.failure_types()):
        return ""
    known = {error_messages.NO_TABLES: error_messages.NO_TABLES, error_messages.BUSY: BUSY}
    if why := known.get(error_messages.sentence(error)):
        return why
    return NO_ANSWER if error_messages.was_unavailable(error) or not is_database_reachable() else ""


def is_disk_full(error: Exception) -> bool:
    """Whether an error was caused by a full disk."""
    return (
        isinstance(error, error_messages.failure_types())
        and error_messages.sentence(error) == error_messages.FULL
    )


class _Run:
    """A run of a page: its snapshot, once something has asked for it, and the views of the people it asked for."""

    def __init__(self) -> None:
        self.moment: DataSnapshot | None = None
        self.views: dict[Person, View] = {}


RUN: ContextVar[_Run | None] = ContextVar("run", default=None)


@contextmanager
def page_run(snapshot: DataSnapshot | None = None) -> Iterator[None]:
    """Within it the version of the data is read once, at the first question, and used for all others. Runs can be nested: an
    inner one uses the outer one's snapshot. snapshot: the one that an outer run is about, by default that of the moment."""
    if RUN.get() is not None:
        yield
        return
    run = _Run()
    run.moment = snapshot
    token = RUN.set(run)
    try:
        yield
    finally:
        RUN.reset(token)


def current_snapshot(who: Person | None = None) -> DataSnapshot:
    """The snapshot of the current run. Outside a run: the one that readers are shown (`publish`), for who has not just written
    something; else that of this moment."""
    current = RUN.get()
    if current is not None and current.moment is not None:
        return current.moment
    snapshot = published(who) or latest_snapshot()
    if current is not None:
        current.moment = snapshot
    return snapshot


def latest_snapshot() -> DataSnapshot:
    """The snapshot of this moment: the database is asked for its version."""
    with engine().connect() as connection:
        return DataSnapshot(load_settings().database_url, read.version(connection), today())


def publish(snapshot: DataSnapshot | None) -> None:
    """Show readers this snapshot, until another one is published or it was not published again for OUT_OF_DATE seconds. None:
    each reads the version by itself again."""
    url = load_settings().database_url
    if snapshot is None:
        PUBLISHED.pop(url, None)
        return
    shown, _ = PUBLISHED.get(url, (snapshot, 0.0))
    PUBLISHED[url] = snapshot, clock.monotonic()
    if shown != snapshot:
        _forget_before(shown)


def _forget_before(shown: DataSnapshot) -> None:
    """Let go of what was answered of older states than the one that was shown until now, on which runs may still be: with each
    file another state would stay in memory until the caches are full."""
    ANSWER_CACHE.forget(lambda key: shown.is_after(key[1][0]))
    NETWORK_CACHE.forget(lambda key: shown.is_after(DataSnapshot(*key)))
    GUESTS_NETWORK_CACHE.forget(lambda key: shown.is_after(DataSnapshot(*key)))
    STATES_OF_THEN.forget(lambda key: shown.is_after(key[0]))


def published(who: Person | None = None) -> DataSnapshot | None:
    """The published snapshot; None where there is none, or where this person has just written something."""
    now = clock.monotonic()
    if who is not None and now - WROTE_AT.get(who.name, -OWN_CHANGE) < OWN_CHANGE:
        return None
    snapshot, at = PUBLISHED.get(load_settings().database_url, (None, 0.0))
    return snapshot if now - at < OUT_OF_DATE else None


def show_as_they_are(who: Person) -> None:
    """For OWN_CHANGE seconds the person sees the data as they are, and not those that are published for readers."""
    WROTE_AT[who.name] = clock.monotonic()


def engine_to_write(who: Person) -> Engine:
    """The engine, for something that this person changes, and sees at once."""
    show_as_they_are(who)
    return engine()


def view(who: Asker) -> View:
    """The view of a person on the current snapshot; a View is returned as it is."""
    if isinstance(who, View):
        return who
    current = RUN.get()
    if current is not None and who in current.views:
        return current.views[who]
    snapshot = current_snapshot(who)
    allowed = access_of(who, snapshot.network.departments_of_sites)
    network = snapshot.guests_network if allowed.guest else snapshot.network
    new_view = View(snapshot, allowed, network)
    if current is not None:
        current.views[who] = new_view
    return new_view


def cached_by_weight(
    weight: int | Callable[[Any], int], *, rows: bool = False
) -> Callable[
    [Callable[Concatenate[View, Which], Answer]], Callable[Concatenate[Asker, Which], Answer]
]:
    """A decorator like `cached`, for answers that take the memory of `weight` others, or of as many as the function says of an
    answer. rows: the answer may hold rows, as `cached_with_rows`."""

    def decorate(
        compute: Callable[Concatenate[View, Which], Answer],
    ) -> Callable[Concatenate[Asker, Which], Answer]:
        name = f"{compute.__module__}.{compute.__qualname__}"

        @wraps(compute)
        def answer(who: Asker, /, *which: Which.args, **more: Which.kwargs) -> Answer:
            asker_view = view(who) if rows else view(who).without_rows
            key = (name, asker_view.key, which, tuple(sorted(more.items())))
            reply: Answer = ANSWER_CACHE.get(
                key, lambda: freeze(compute(asker_view, *which, **more)), weight
            )
            return reply

        return answer

    return decorate


def cached(
    compute: Callable[Concatenate[View, Which], Answer],
) -> Callable[Concatenate[Asker, Which], Answer]:
    """Make a computation (a View first, then its other arguments) an answer that is cached and may be asked for by a person or
    a View.

    It is given a view without rows, so that all who may see the same figures share the answer.
    """
    return cached_by_weight(1)(compute)


def cached_with_rows(
    compute: Callable[Concatenate[View, Which], Answer],
) -> Callable[Concatenate[Asker, Which], Answer]:
    """The same as `cached`, for answers that hold rows: shared by those who may see the same rows."""
    return cached_by_weight(1, rows=True)(compute)


def uncached(
    compute: Callable[Concatenate[View, Which], Answer],
) -> Callable[Concatenate[Asker, Which], Answer]:
    """The same as `cached`, without the cache: for what is computed faster than it is worth keeping."""

    @wraps(compute)
    def answer(who: Asker, /, *which: Which.args, **more: Which.kwargs) -> Answer:
        reply: Answer = freeze(compute(view(who), *which, **more))
        return reply

    return answer


CHANGES = (dict, list, np.ndarray)  # what `freeze` makes read-only


def freeze(answer: Any) -> Any:
    """The answer made read-only, since it is shared: dicts become mapping proxies, lists tuples, arrays are locked."""
    if isinstance(answer, dict):
        parts = answer.items()
        return MappingProxyType(
            {key: freeze(part) if isinstance(part, CHANGES) else part for key, part in parts}
        )
    if isinstance(answer, np.ndarray):
        answer.setflags(write=False)
    return tuple(answer) if isinstance(answer, list) else answer


def drop_statements() -> None:
    """Let go of the statements that the databases keep ready: they are made again when they are asked for, all in a tenth of a
    second."""
    for one in list(ENGINES.values()):
        one.clear_compiled_cache()


PATIENCE = 5.0  # seconds for which a thread that still reads is waited for


def close_databases() -> None:
    """Close the databases, once no thread reads them any more or after PATIENCE, and empty the caches of answers and network
    states. A pool that is left while one of its connections is out never closes that one."""
    until = clock.monotonic() + PATIENCE
    pools = [one.pool for one in ENGINES.values() if isinstance(one.pool, QueuePool)]
    while any(pool.checkedout() for pool in pools) and clock.monotonic() < until:
        time.sleep(0.01)
    ANSWER_CACHE.clear()
    NETWORK_CACHE.clear()
    GUESTS_NETWORK_CACHE.clear()
    STATES_OF_THEN.clear()
    LAST_STATE.clear()
    PUBLISHED.clear()
    WROTE_AT.clear()
    for one in ENGINES.values():
        one.dispose()
    ENGINES.clear()
