"""The cache of answers: bounded, safe for threads; each answer is computed once, however many threads ask for it at once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from threading import Lock, local
from typing import Any, Generic, TypeVar

from dashboard.one_run_at_a_time import release_while_waiting, yield_to_others

Answer = TypeVar("Answer")
WITHIN = local()  # .depth: how many nested answers this thread is computing


class AnswerCache(Generic[Answer]):
    """A cache of answers by key, least recently used first out. most: the greatest sum of their weights."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, tuple[Answer, int]] = OrderedDict()
        self._weight = 0
        self._computing: dict[Hashable, Future[Answer]] = {}

    def __len__(self) -> int:
        return len(self._answers)

    def get(
        self,
        key: Hashable,
        compute: Callable[[], Answer],
        weight: int | Callable[[Answer], int] = 1,
    ) -> Answer:
        """Return the answer kept under the key, or compute, keep and return it. weight: what it counts for in the cache's size,
        or what says so of the answer.

        A thread that asks for an answer that another one computes waits for it. An exception is raised in every waiting thread
        and is not kept. Before a new answer is computed, accounts that used less of the server go first
        (`one_run_at_a_time.yield_to_others`); not within another answer, for which they may be waiting.
        """
        if key not in self._answers and not getattr(WITHIN, "depth", 0):
            yield_to_others(even=False)
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key][0]
            awaited = self._computing.get(key)
            if awaited is None:
                promise = self._computing[key] = Future()
        if awaited is not None:
            with release_while_waiting():
                return awaited.result()
        return self._compute(key, compute, promise, weight)

    def get_many(
        self, keys: Sequence[Hashable], compute: Callable[[Sequence[int]], Sequence[Answer]]
    ) -> list[Answer]:
        """The answers kept under the keys; those that are not are computed together. compute: positions of keys, whose answers it
        gives. More answers than the cache holds are given, and not all kept."""
        with self._lock:
            found = {key: self._answers[key][0] for key in keys if key in self._answers}
            for key in found:
                self._answers.move_to_end(key)
        missing = [i for i, key in enumerate(keys) if key not in found]
        if missing:
            for i, answer in zip(missing, compute(missing), strict=True):
                found[keys[i]] = self.get(keys[i], lambda one=answer: one)  # type: ignore[misc]
        return [found[key] for key in keys]

    def _compute(
        self,
        key: Hashable,
        compute: Callable[[], Answer],
        promise: Future[Answer],
        weight: int | Callable[[Answer], int],
    ) -> Answer:
        """Compute the answer for which `promise` stands, keep it under the key and return it. Whatever `compute` raises is
        raised."""
        depth = getattr(WITHIN, "depth", 0)
        WITHIN.depth = depth + 1
        try:
            answer = compute()
        except BaseException as failure:
            with self._lock:
                self._drop(key, promise)
            promise.set_exception(failure)
            raise
        finally:
            WITHIN.depth = depth
        with self._lock:
            # Where the cache was emptied meanwhile, the answer is out of date and is not kept.
            if self._drop(key, promise):
                counts_for = weight if isinstance(weight, int) else weight(answer)
                self._answers[key] = answer, counts_for
                self._weight += counts_for
                while self._weight > self.most:
                    self._weight -= self._answers.popitem(last=False)[1][1]
        promise.set_result(answer)
        return answer

    def _drop(self, key: Hashable, promise: Future[Answer]) -> bool:
        """Forget that the promise is being computed; False where it was forgotten already, by `clear`."""
        if self._computing.get(key) is not promise:
            return False
        del self._computing[key]
        return True

    def forget(self, is_stale: Callable[[Any], bool]) -> None:
        """Let go of the answers of which the function says by their keys that nobody asks for them any more."""
        with self._lock:
            for key in [key for key in self._answers if is_stale(key)]:
                self._weight -= self._answers.pop(key)[1]

    def clear(self) -> None:
        """Empty the cache. An answer that is being computed still goes to the threads that wait for it, and is not kept."""
        with self._lock:
            self._answers.clear()
            self._weight = 0
            self._computing.clear()
