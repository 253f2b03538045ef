"""The one cache of answers: bounded, safe for threads, and each answer computed once however many ask at once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from threading import Lock, local
from typing import Generic, TypeVar

from dashboard.one_run_at_a_time import release_while_waiting, yield_to_others

Answer = TypeVar("Answer")
WITHIN = local()  # how many answers this thread is computing, one for another


class AnswerCache(Generic[Answer]):
    """Answers by key, whose weights add up to `most` at most; the one that was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, tuple[Answer, int]] = OrderedDict()
        self._weight = 0
        self._computing: dict[Hashable, Future[Answer]] = {}

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: Hashable, compute: Callable[[], Answer], weight: int = 1) -> Answer:
        """The answer kept under the key, else what `compute` gives. weight: for how many answers it counts.

        Who asks while another computes it waits for that one. A failure reaches all who wait and is not kept. Before it is
        computed, those have their turn who took less: not within another answer, for which they may be waiting.
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
        self, key: Hashable, compute: Callable[[], Answer], promise: Future[Answer], weight: int
    ) -> Answer:
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
            # Else the cache was emptied meanwhile, and this is of before.
            if self._drop(key, promise):
                self._answers[key] = answer, weight
                self._weight += weight
                while self._weight > self.most:
                    self._weight -= self._answers.popitem(last=False)[1][1]
        promise.set_result(answer)
        return answer

    def _drop(self, key: Hashable, promise: Future[Answer]) -> bool:
        if self._computing.get(key) is not promise:
            return False
        del self._computing[key]
        return True

    def clear(self) -> None:
        """Forget everything; what is being computed is given to who waits for it, and not kept."""
        with self._lock:
            self._answers.clear()
            self._weight = 0
            self._computing.clear()
