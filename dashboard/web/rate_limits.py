"""Rate limits: so many a second after a burst of so many at once. What exceeds them waits.

Before: `dashboard.web.fair_queue`. After: `dashboard.web.connection_limits` (connections of an address),
`dashboard.web.request_limits` (requests), `dashboard.web.page_limits` (what open pages send).
"""

from dashboard import clock
from dashboard.web.fair_queue import FairQueue

SENT_AWAY = 10.0  # seconds: a longer wait is refused


class RateLimit:
    """A rate limit (token bucket). rate: a second; at_once: the burst."""

    def __init__(self, rate: float, at_once: int) -> None:
        self._step, self._ahead, self._next = 1 / rate, at_once / rate, 0.0

    def wait(self) -> float:
        """Count an event and return how many seconds it has to wait."""
        now = clock.monotonic()
        self._next = max(self._next, now) + self._step
        return max(0.0, self._next - self._ahead - now)

    def before(self) -> float:
        """How many seconds an event would have to wait now; nothing is counted."""
        return max(0.0, self._next + self._step - self._ahead - clock.monotonic())


class AdmissionLimit:
    """A rate limit with a fair queue of browsers; waits longer than SENT_AWAY are refused."""

    def __init__(self, rate: float, at_once: int) -> None:
        self.most, self.rate, self.queue = SENT_AWAY * rate, RateLimit(rate, at_once), FairQueue()

    async def admit(self, browser: str = "") -> bool:
        """Wait to be admitted; False where that takes too long."""
        if self.queue.waiting(browser) >= self.most:
            return False
        async with self.queue.place(browser):
            if self.rate.before() > SENT_AWAY:
                return False
            await clock.sleep(self.rate.wait())
        return True
