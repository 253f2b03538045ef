"""Pages and files are made one at a time, and accounts take turns: whoever asks for a hundred waits, and nobody else does.

Before: the frame of pages and `dashboard.ui.downloads`, who take a turn; what writes files, which gives it up between its parts.
"""

import time
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Event, Lock, get_ident

PATIENCE = 3.0  # seconds for which one keeps its turn while it waits for something else: a database that does not answer
SOON = 0.1  # of them, where another one waits for it already
IDLE = 0.05  # of the time: whoever computes less waits for something else
IMPATIENT = 4  # of one account that go on though their turn is over
FORGOTTEN = 30.0  # seconds after which half of what an account took is forgotten
LEAST = 0.005  # seconds that a turn counts for


@dataclass(eq=False)
class _Turn:
    """One page or file."""

    who: str
    come: Event = field(default_factory=Event)
    began: float = 0.0
    looked: float = (
        0.0  # when it was looked at last, and the seconds of processor of its thread then
    )
    computed: float = 0.0
    late: bool = False  # its turn is over, and it goes on
    thread: int = field(default_factory=get_ident)

    def cpu(self) -> float:
        """Seconds of processor of its thread; 0 where the machine does not say."""
        try:
            return time.clock_gettime(time.pthread_getcpuclockid(self.thread))
        except (AttributeError, OSError):
            return 0.0


class RunQueue:
    """Who makes a page or a file now, and who waits: by account, each in the order in which he asked."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now: _Turn | None = None
        self._waiting: OrderedDict[str, deque[_Turn]] = OrderedDict()
        self._late: Counter[str] = Counter()
        self._took: dict[str, tuple[float, float]] = {}  # seconds, and when they were counted

    @contextmanager
    def turn(self, who: str) -> Iterator[None]:
        """Wait until no other is being made, and those who took less have had their turn.

        They are made by threads of one interpreter, which computes for one thread at a time. Twenty that are made at once all
        end late, and taking turns costs them a quarter more; one after the other, each ends as early as it can.
        """
        mine = _Turn(who)
        self._come(mine)
        held = CURRENT_RUN.set((self, mine))
        try:
            yield
        finally:
            CURRENT_RUN.reset(held)
            self._go(mine)

    def waiting(self, who: str) -> int:
        """How many of an account wait for their turn."""
        return len(self._waiting.get(who, ()))

    def _come(self, mine: _Turn) -> None:
        mine.come.clear()
        mine.late = False
        with self._lock:
            self._waiting.setdefault(mine.who, deque()).append(mine)
            if self._now is None:
                self._next()
        while not mine.come.wait(self._patience()):
            with self._lock:
                if self._now and self._now.looked + self._bears() <= time.monotonic():
                    self._pass_by(self._now)

    def _go(self, mine: _Turn) -> None:
        with self._lock:
            if mine.late:
                self._late[mine.who] -= 1
                if not self._late[mine.who]:
                    del self._late[mine.who]
            else:
                self._count(mine)
                self._now = None
            if self._now is None:
                self._next()

    def _gives_way(self, mine: _Turn, even: bool) -> bool:
        """Whether somebody waits who took less. even: or as much."""
        with self._lock:
            if mine.late or not self._waiting:
                return False
            own = self._class(mine.who, time.monotonic() - mine.began)
            return any(self._class(who) < own + even for who in self._waiting)

    def _patience(self) -> float:
        """Seconds until it is looked whether the one whose turn it is waits for something else."""
        patience = self._bears()
        now = self._now
        left = now.looked + patience - time.monotonic() if now else patience
        return max(left, patience * SOON)

    def _bears(self) -> float:
        return PATIENCE * (SOON if self._late else 1)

    def _pass_by(self, now: _Turn) -> None:
        """Where the one whose turn it is waits for something else, it goes on without, and the next one begins."""
        since, now.looked = now.looked, time.monotonic()
        before, now.computed = now.computed, now.cpu()
        if now.computed - before >= (now.looked - since) * IDLE:
            return
        now.late, self._now = True, None
        self._count(now)
        self._late[now.who] += 1
        self._next()

    def _next(self) -> None:
        """To the account that took least; of those that took about as much, to the one that has waited longest for a turn, which
        is the last of all from then on."""
        able = [who for who in self._waiting if self._late[who] < IMPATIENT]
        if not able:
            return
        who = min(able, key=self._class)
        turns = self._waiting.pop(who)
        self._now = now = turns.popleft()
        if turns:
            self._waiting[who] = turns
        now.began = now.looked = time.monotonic()
        now.computed = now.cpu()
        now.come.set()

    def _class(self, who: str, more: float = 0.0) -> int:
        """How much an account took of late, in doublings of a second. more: seconds that it takes just now."""
        return int(1 + self._seconds(who) + more).bit_length()

    def _seconds(self, who: str) -> float:
        seconds, at = self._took.get(who, (0.0, 0.0))
        return seconds * float(0.5 ** ((time.monotonic() - at) / FORGOTTEN))

    def _count(self, mine: _Turn) -> None:
        if len(self._took) > 10_000:
            self._took.clear()
        now = time.monotonic()
        self._took[mine.who] = self._seconds(mine.who) + max(LEAST, now - mine.began), now


RUN_QUEUE = RunQueue()
# The turn that is had by what runs here.
CURRENT_RUN: ContextVar[tuple[RunQueue, _Turn] | None] = ContextVar("turn", default=None)


def yield_to_others(*, even: bool = True) -> None:
    """Between two parts of what takes long: let those go first who took less. even: or as much, where nobody looks at it yet."""
    if (held := CURRENT_RUN.get()) and held[0]._gives_way(held[1], even):
        with release_while_waiting():
            pass


@contextmanager
def release_while_waiting() -> Iterator[None]:
    """While something else is waited for, another has the turn."""
    held = CURRENT_RUN.get()
    if held is None or held[1].late:
        yield
        return
    turns, mine = held
    turns._go(mine)
    try:
        yield
    finally:
        turns._come(mine)
