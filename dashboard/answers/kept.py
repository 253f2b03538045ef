"""The one cache of answers: bounded, safe for threads, and each answer computed once however many ask at once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Any


class Kept:
    """Answers by key, whose weights add up to `most` at most; the one that was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = Lock()
        self._found: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._weight = 0
        self._computing: dict[Hashable, Future] = {}

    def __len__(self) -> int:
        return len(self._found)

    def get(self, key: Hashable, compute: Callable[[], Any], weight: int = 1) -> Any:
        """The answer kept under the key, else what `compute` gives. weight: for how many answers it counts.

        Who asks while another computes it waits for that one. A failure reaches all who wait and is not kept.
        """
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key][0]
            awaited = self._computing.get(key)
            if awaited is None:
                promise = self._computing[key] = Future()
        return (
            awaited.result()
            if awaited is not None
            else self._compute(key, compute, promise, weight)
        )

    def _compute(
        self, key: Hashable, compute: Callable[[], Any], promise: Future, weight: int
    ) -> Any:
        try:
            answer = compute()
        except BaseException as failure:
            with self._lock:
                self._drop(key, promise)
            promise.set_exception(failure)
            raise
        with self._lock:
            if self._drop(
                key, promise
            ):  # else the cache was emptied meanwhile, and this is of before
                self._found[key] = answer, weight
                self._weight += weight
                while self._weight > self.most:
                    self._weight -= self._found.popitem(last=False)[1][1]
        promise.set_result(answer)
        return answer

    def _drop(self, key: Hashable, promise: Future) -> bool:
        if self._computing.get(key) is not promise:
            return False
        del self._computing[key]
        return True

    def clear(self) -> None:
        """Forget everything; what is being computed is given to who waits for it, and not kept."""
        with self._lock:
            self._found.clear()
            self._weight = 0
            self._computing.clear()
