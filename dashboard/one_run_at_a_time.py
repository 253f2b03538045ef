"""Pages and files are computed one at a time, and accounts take turns (fair queueing): an account that asks for a hundred
waits, and others do not.

Before: the frame of pages and `dashboard.ui.downloads`, which take a turn; what writes files, which yields it between parts.
"""

import time
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Event, Lock, get_ident

from dashboard import clock, metrics

PATIENCE = (
    3.0  # seconds for which a run keeps its turn while idle (a database that does not answer)
)
SOON = 0.1  # share of PATIENCE where another run is overdue
IDLE = 0.05  # share of the time: a run that uses less processor is idle
IMPATIENT = 4  # overdue runs of one account, at most
FORGOTTEN = 30.0  # half-life in seconds of an account's usage
LEAST = 0.005  # seconds that a run counts for at least


@dataclass(eq=False)
class _Run:
    """A run of a page or file."""

    account: str
    admitted: Event = field(default_factory=Event)
    started: float = 0.0
    looked: float = (
        0.0  # when it was last checked; `computed`: processor seconds of its thread by then
    )
    computed: float = 0.0
    overdue: bool = False  # it lost its turn while idle, and goes on beside others
    thread: int = field(default_factory=get_ident)

    def cpu(self) -> float:
        """Processor seconds of its thread; 0 where the system does not tell."""
        try:
            return time.clock_gettime(time.pthread_getcpuclockid(self.thread))
        except (AttributeError, OSError):
            return 0.0


class RunQueue:
    """The queue of runs: by account, each in the order in which they came."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now: _Run | None = None
        self._waiting: OrderedDict[str, deque[_Run]] = OrderedDict()
        self._late: Counter[str] = Counter()
        self._took: dict[str, tuple[float, float]] = {}  # usage in seconds, and when it was counted

    @contextmanager
    def exclusive_run(self, who: str) -> Iterator[None]:
        """A context manager that waits until no other run has the turn, and accounts that used less have had theirs.

        Threads of one interpreter compute one at a time. Twenty runs at once all end late, and switching costs a quarter more;
        one after the other, each ends as early as possible.
        """
        mine = _Run(who)
        came = clock.monotonic()
        self._enter(mine)
        began = clock.monotonic()
        held = CURRENT_RUN.set((self, mine))
        try:
            yield
        finally:
            CURRENT_RUN.reset(held)
            self._leave(mine)
            metrics.WAIT_SECONDS.observe(began - came)
            metrics.RUN_SECONDS.observe(clock.monotonic() - began)

    def waiting(self, who: str) -> int:
        """How many runs of an account wait for their turn."""
        return len(self._waiting.get(who, ()))

    def _enter(self, mine: _Run) -> None:
        """Join the queue and wait for the turn."""
        mine.admitted.clear()
        mine.overdue = False
        with self._lock:
            self._waiting.setdefault(mine.account, deque()).append(mine)
            if self._now is None:
                self._admit_next()
        while not mine.admitted.wait(self._patience()):
            with self._lock:
                if self._now and self._now.looked + self._overdue_allowed() <= clock.monotonic():
                    self._pass_over_idle(self._now)

    def _leave(self, mine: _Run) -> None:
        """End a run, and admit the next one."""
        with self._lock:
            if mine.overdue:
                self._late[mine.account] -= 1
                if not self._late[mine.account]:
                    del self._late[mine.account]
            else:
                self._count(mine)
                self._now = None
            if self._now is None:
                self._admit_next()

    def _must_yield(self, mine: _Run, even: bool) -> bool:
        """Whether an account waits that used less. even: or as much."""
        with self._lock:
            if mine.overdue or not self._waiting:
                return False
            own = self._usage_class(mine.account, clock.monotonic() - mine.started)
            return any(self._usage_class(who) < own + even for who in self._waiting)

    def _patience(self) -> float:
        """Seconds until the present run is checked for being idle."""
        patience = self._overdue_allowed()
        now = self._now
        left = now.looked + patience - clock.monotonic() if now else patience
        return max(left, patience * SOON)

    def _overdue_allowed(self) -> float:
        """Seconds for which a run may be idle before it loses its turn."""
        return PATIENCE * (SOON if self._late else 1)

    def _pass_over_idle(self, now: _Run) -> None:
        """Where the present run is idle, let it go on without the turn, and admit the next one."""
        since, now.looked = now.looked, clock.monotonic()
        before, now.computed = now.computed, now.cpu()
        if now.computed - before >= (now.looked - since) * IDLE:
            return
        now.overdue, self._now = True, None
        self._count(now)
        self._late[now.account] += 1
        self._admit_next()

    def _admit_next(self) -> None:
        """Admit a run of the account that used least; of similar ones, that which was served longest ago."""
        able = [who for who in self._waiting if self._late[who] < IMPATIENT]
        if not able:
            return
        who = min(able, key=self._usage_class)
        turns = self._waiting.pop(who)
        self._now = now = turns.popleft()
        if turns:
            self._waiting[who] = turns
        now.started = now.looked = clock.monotonic()
        now.computed = now.cpu()
        now.admitted.set()

    def _usage_class(self, who: str, more: float = 0.0) -> int:
        """An account's recent usage in doublings of a second. more: seconds of a run that is not counted yet."""
        return int(1 + self._seconds(who) + more).bit_length()

    def _seconds(self, who: str) -> float:
        """An account's recent usage in seconds, decayed to now."""
        seconds, at = self._took.get(who, (0.0, 0.0))
        return seconds * float(0.5 ** ((clock.monotonic() - at) / FORGOTTEN))

    def _count(self, mine: _Run) -> None:
        """Add a run to its account's usage."""
        if len(self._took) > 10_000:
            self._took.clear()
        now = clock.monotonic()
        self._took[mine.account] = self._seconds(mine.account) + max(LEAST, now - mine.started), now


RUN_QUEUE = RunQueue()
# The run of the current context.
CURRENT_RUN: ContextVar[tuple[RunQueue, _Run] | None] = ContextVar("turn", default=None)


def yield_to_others(*, even: bool = True) -> None:
    """Between two parts of a long run, let accounts go first that used less. even: or as much, for work that nobody waits for
    yet."""
    if (held := CURRENT_RUN.get()) and held[0]._must_yield(held[1], even):
        with release_while_waiting():
            pass


@contextmanager
def release_while_waiting() -> Iterator[None]:
    """A context manager that gives the turn to others while something else is waited for."""
    held = CURRENT_RUN.get()
    if held is None or held[1].overdue:
        yield
        return
    turns, mine = held
    turns._leave(mine)
    try:
        yield
    finally:
        turns._enter(mine)
