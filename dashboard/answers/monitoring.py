"""How the server is, for who watches it: whether it is ready, and what only is known when it is asked (`/metrics`). Nothing of
people.

Before: `dashboard.metrics`, `db.server_state`. After: `dashboard.web.monitoring`, which answers.
"""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Event, Lock, Thread

from prometheus_client.core import GaugeMetricFamily, Metric

from dashboard.answers.context import ANSWER_CACHE
from dashboard.period import now, today
from dashboard.settings import load_settings
from db import error_messages, server_state
from db.engine import make_engine
from db.server_state import Observation, ServerState

PATIENCE = 2.5  # seconds for the database: whoever asks waits three at most
LEAST_FREE = 200_000_000  # bytes: with less, a copy or a file may not be kept
PREPARING = "L'application se prépare : les premières réponses ne sont pas encore prêtes."


class Monitor:
    """What is watched of this process. readers: counts the open pages; prepared: set once the first answers are there."""

    def __init__(self, readers: Callable[[], int]) -> None:
        self.readers = readers
        self.prepared = Event()
        self._lock = Lock()
        self._asking: Future[Observation] | None = None
        self._known: ServerState | None = None

    def problem(self) -> str:
        """Why the server is not ready, in one French line; "" where it is."""
        if not self.prepared.is_set():
            return PREPARING
        return self.observe().problem or _full_disk()

    def observe(self) -> Observation:
        """What the database says within PATIENCE seconds. One asks at a time, and others hear the same: a database that does not
        answer holds one thread, however often it is asked."""
        with self._lock:
            if self._asking is None or self._asking.done():
                self._asking = Future()
                # A thread of its own that nobody waits for: the process may end while the database is away.
                Thread(target=self._ask, args=(self._asking,), name="monitor", daemon=True).start()
            asking = self._asking
        try:
            return asking.result(PATIENCE)
        except TimeoutError:
            return Observation(f"{error_messages.NO_ANSWER}.")

    def _ask(self, into: "Future[Observation]") -> None:
        try:
            into.set_result(self._look())
        except BaseException as error:  # or those who wait would learn nothing
            into.set_exception(error)

    def _look(self) -> Observation:
        # Of its own, and closed again: readers' connections are theirs, and a file that was moved is not held open.
        engine = make_engine(load_settings().database_url)
        try:
            seen = server_state.observe(engine, self._known)
            self._known = seen.state or self._known
            return seen
        finally:
            engine.dispose()

    def collect(self) -> Iterator[Metric]:
        """The metrics of this moment, for prometheus-client. What is not known is left out: it is not 0."""
        seen = self.observe()
        ready = self.prepared.is_set() and not seen.problem and not _full_disk()
        yield _gauge("ccsp_ready", "1 where the server can serve", ready)
        yield _gauge("ccsp_database_up", "1 where the database can serve", not seen.problem)
        if seen.seconds is not None:
            yield _gauge("ccsp_database_seconds", "To connect and ask what came in", seen.seconds)
        yield _gauge("ccsp_readers", "Pages that are open", self.readers())
        yield _gauge("ccsp_answers_kept", "Answers in the cache", len(ANSWER_CACHE))
        free = GaugeMetricFamily(
            "ccsp_disk_free_bytes", "Free disk, by what lies there", labels=("holds",)
        )
        for name, left in free_bytes().items():
            free.add_metric((name,), left)
        yield free
        if (age := proof_age()) is not None:
            yield _gauge("ccsp_copy_proved_age_seconds", "Since a copy was last proved", age)
        if seen.state is not None:
            yield from _of_the_data(seen.state)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=float(value))


def _of_the_data(state: ServerState) -> Iterator[Metric]:
    """Rows received, and the age of each site's data."""
    rows = GaugeMetricFamily("ccsp_rows_received", "Rows of all files, by form", labels=("form",))
    for form, number in state.rows.items():
        rows.add_metric((form,), number)
    yield rows
    ages = GaugeMetricFamily(
        "ccsp_site_data_age_days", "Days since the last day handed in", labels=("site",)
    )
    for code, last in state.last_days.items():
        if last is not None:
            ages.add_metric((code,), (today() - last).days)
    yield ages
    never = sum(last is None for last in state.last_days.values())
    yield _gauge("ccsp_sites_without_data", "Sites that never handed in a day", never)


def free_bytes() -> dict[str, int]:
    """The free disk where the copies and the embedded database lie, in bytes. Of a folder that is not there: the one above."""
    engine = make_engine(load_settings().database_url)
    found = {}
    for name, folder in server_state.folders(engine).items():
        there = next(
            (one for one in (folder, *folder.resolve().parents) if one.exists()), Path("/")
        )
        found[name] = shutil.disk_usage(there).free
    return found


def proof_age() -> float | None:
    """Seconds since a copy in the folder of copies was last proved; None where none was."""
    at = server_state.last_proof(make_engine(load_settings().database_url))
    return (now() - at).total_seconds() if at else None


def _full_disk() -> str:
    """The sentence for a disk that is nearly full; "" where none is."""
    words = {"copies": "où sont les copies", "database": "de la base"}
    for name, left in free_bytes().items():
        if left < LEAST_FREE:
            return (
                f"Le disque {words[name]} est presque plein : il reste {left // 10**6} Mo."
                f" Il en faut {LEAST_FREE // 10**6}."
            )
    return ""
