"""One page is made at a time, and accounts take turns: whoever asks for a hundred pages waits for them, and nobody else does."""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

PATIENCE = 3.0  # seconds that a page waits for those before it: one may wait for a database that does not answer
IMPATIENT = 4  # pages of one account that are made though their turn has not come


class Turns:
    """Who makes a page now, and who waits: by account, each in the order in which he asked."""

    def __init__(self) -> None:
        self._lock, self._taken = Lock(), False
        self._waiting: OrderedDict[str, deque[Event]] = OrderedDict()
        self._late: Counter[str] = Counter()

    @contextmanager
    def turn(self, who: str) -> Iterator[None]:
        """Wait until no other page is being made, PATIENCE at most where few of that account do not wait either.

        Pages are made by threads of one interpreter, which computes for one thread at a time. Twenty that are made at once all
        end late, and taking turns costs them a quarter more; one after the other, each ends as early as it can.
        """
        in_turn = self._wait(who)
        try:
            yield
        finally:
            with self._lock:
                if in_turn:
                    self._hand_over()
                else:
                    self._late[who] -= 1

    def _wait(self, who: str) -> bool:
        """True where its turn has come; False where it goes on all the same."""
        mine = Event()
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            self._waiting.setdefault(who, deque()).append(mine)
        while not mine.wait(PATIENCE):
            with self._lock:
                if not mine.is_set() and self._late[who] < IMPATIENT:
                    self._late[who] += 1
                    self._leave(who, mine)
                    return False
        return True

    def _leave(self, who: str, mine: Event) -> None:
        self._waiting[who].remove(mine)
        if not self._waiting[who]:
            del self._waiting[who]

    def _hand_over(self) -> None:
        """To the first page of the account that has waited longest for a turn, which is the last of all from then on."""
        self._taken = bool(self._waiting)
        if self._waiting:
            who, pages = self._waiting.popitem(last=False)
            pages.popleft().set()
            if pages:
                self._waiting[who] = pages


TURNS = Turns()
