"""Several imports at once, and writes that are killed: nothing is lost, nothing is half there.

KILLS says how many writes are to be killed on each kind of database (6 by default): imports that bring new rows and correct
others, and withdrawals; it goes on until half of them were. SENDERS says how many hand in the same file at once (8 by default).
"""

import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import Engine, event

from db import write
from db.engine import make_engine
from db.intake import Options, import_file
from db.write_lock import write_transaction
from tests.builders import COVE, KANDI, NIKKI, Office, visit, waited

pytestmark = pytest.mark.both_databases

KILLS = int(os.environ.get("KILLS", "6"))
MOST = max(60, KILLS)  # tries, until half of KILLS were still at it when they were killed
WRITERS = 6
SENDERS = int(os.environ.get("SENDERS", "8"))
ROWS, FEW = 6_000, 600  # multiples of 6: half of them are of the same sites
SITES = (KANDI, NIKKI, COVE)

# Children come from a small process that has only read our modules, this one too: no thread or connection is shared with
# pytest.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["db.intake", __name__])


@pytest.fixture(autouse=True)
def no_page_is_the_main_module(monkeypatch):
    """A page that a test before this one has opened stays where the main module was, and every child would run it."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


def hand_in(url: str, path: Path) -> None:
    """A child imports a file."""
    import_file(make_engine(url), path, Options(), by="child")


def withdraw(url: str, batch: int) -> None:
    """A child withdraws a batch."""
    write.withdraw(make_engine(url), batch, by="child")


def act(ready, go, action, *arguments) -> None:
    """What each child does: get ready, wait for the signal, act."""
    ready.release()
    go.wait()
    action(*arguments)


def start(go, action, *arguments) -> multiprocessing.Process:
    """A child that is ready to act as soon as `go` is set."""
    ready = processes.Semaphore(0)
    child = processes.Process(target=act, args=(ready, go, action, *arguments))
    child.start()
    assert ready.acquire(timeout=60)
    return child


def rows(number: int, count: int) -> list:
    """Visits of all sites; those of two numbers have half of their references in common."""
    return [
        waited(
            (i + number) % 90,
            site=SITES[i % 3],
            day=f"2025-03-{1 + i % 28:02}",
            ref=str(i + number * count // 2),
        )
        for i in range(count)
    ]


def whole_batches(office: Office) -> int:
    """The number of batches; each must have all of its rows, and no row may stand without its batch."""
    found = office.rows(
        "SELECT b.rows, (SELECT count(*) FROM visit v WHERE v.batch_id = b.id) FROM import_batch b"
    )
    assert all(said == there for said, there in found)
    assert office.rows("SELECT count(*) FROM visit") == [(sum(n for n, _ in found),)]
    return len(found)


def test_files_imported_at_once_are_all_there_and_counted_once(office, database_url):
    paths = [office.path("registre", *rows(number, FEW)) for number in range(WRITERS)]
    go = processes.Event()
    children = [start(go, hand_in, database_url, path) for path in paths]
    go.set()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0] * WRITERS
    assert whole_batches(office) == WRITERS
    assert office.differences() == []
    references = {(row[0], row[-1]) for number in range(WRITERS) for row in rows(number, FEW)}
    assert office.figure("visits").value == len(references)


def test_the_same_file_handed_in_by_many_at_once_is_kept_once(office, database_url):
    path = office.path("registre", *rows(0, FEW))
    go = processes.Event()
    children = [start(go, hand_in, database_url, path) for _ in range(SENDERS)]
    go.set()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0] * SENDERS
    assert whole_batches(office) == 1
    assert office.figure("visits").value == FEW


def timed(action, *arguments) -> float:
    """Seconds that an action takes when nobody disturbs it."""
    go = processes.Event()
    child = start(go, action, *arguments)
    began = time.monotonic()
    go.set()
    child.join(120)
    assert child.exitcode == 0
    return time.monotonic() - began


def killed_after(seconds: float, action, *arguments) -> bool:
    """Let a child act and kill it after so many seconds; whether it was still at it."""
    go = processes.Event()
    child = start(go, action, *arguments)
    go.set()
    time.sleep(seconds)
    alive = child.is_alive()
    if alive:
        os.kill(child.pid, signal.SIGKILL)
    child.join(60)
    return alive


@pytest.mark.chance
@pytest.mark.never_unstable
def test_a_write_killed_at_any_moment_leaves_nothing_or_all(office, database_url):
    office.hand_in("registre", *rows(0, ROWS), visit(day="2025-03-31"))
    path = office.path("registre", *rows(1, ROWS))  # corrects half of what is there
    visits = {False: ROWS + 1, True: ROWS + 1 + ROWS // 2}  # without and with the second file
    actions = [(hand_in, path), (withdraw, None)]  # turn about: each undoes the other
    durations = []
    for action, argument in actions:
        durations.append(timed(action, database_url, argument or last_batch(office)))
    killed, done, present = 0, 0, False
    tries = 0
    while tries < KILLS or (killed < KILLS / 2 and tries < MOST):
        action, argument = actions[present]
        parts = min(KILLS, 20)
        # From the first moment to past the commit.
        seconds = 1.2 * durations[present] * (tries % parts + 0.5) / parts
        alive = killed_after(seconds, action, database_url, argument or last_batch(office))
        killed += alive
        if tries >= KILLS and not alive:  # it took longer when it was timed, beside other work
            durations[present] *= 0.8
        tries += 1
        with write_transaction(office.engine):
            pass  # the lock of the dead is free again
        whole_batches(office)
        now = office.figure("visits").value
        assert now in visits.values()
        assert alive or now == visits[not present]  # what was acknowledged is there
        assert office.differences() == []
        done += (now == visits[True]) != present
        present = now == visits[True]
    print(
        f"{tries} writes of about {durations[0]:.2f} and {durations[1]:.2f} s: {killed} killed, {done} done whole"
    )
    assert killed >= KILLS / 2  # otherwise this test would prove nothing


# --- killed at each statement -------------------------------------------------------------------------------------------
def die_at(url: str, at: int, points) -> Engine:
    """An engine whose process ends, as by a power cut, at its n-th point: before a statement, before a commit, or after one.
    at: 0 for never. points: the number of those that were passed."""
    engine = make_engine(url)
    commit = engine.dialect.do_commit

    def point(*_what) -> None:
        points.value += 1
        if points.value == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def do_commit(connection) -> None:
        point()
        commit(connection)
        point()

    event.listen(engine, "before_cursor_execute", point)
    engine.dialect.do_commit = do_commit
    return engine


def hand_in_and_die(url: str, at: int, points, path: Path) -> None:
    """A child imports a file, up to a point."""
    import_file(die_at(url, at, points), path, Options(), by="child")


def withdraw_and_die(url: str, at: int, points, batch: int) -> None:
    """A child withdraws a batch, up to a point."""
    write.withdraw(die_at(url, at, points), batch, by="child")


def ended_at(at: int, action, url: str, argument) -> tuple[bool, int]:
    """Let a child act until its n-th point: whether it came to its end, and how many points it passed."""
    points = processes.Value("i", 0)
    child = processes.Process(target=action, args=(url, at, points, argument))
    child.start()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode == 0, points.value


@pytest.mark.never_unstable
def test_a_write_killed_at_each_of_its_statements_leaves_nothing_or_all(office, database_url):
    few = 12
    office.hand_in("registre", *rows(0, few), visit(day="2025-03-31"))
    path = office.path("registre", *rows(1, few))  # corrects half of what is there
    visits = {False: few + 1, True: few + 1 + few // 2}  # without and with the second file
    present = False
    for action, undo in ((hand_in_and_die, withdraw), (withdraw_and_die, hand_in)):
        given = last_batch(office) if present else path
        done, at, kept = False, 0, 0
        while not done:
            at += 1
            done, _ = ended_at(at, action, database_url, given)
            with write_transaction(office.engine):
                pass  # the lock of the dead is free again
            whole_batches(office)
            now = office.figure("visits").value
            assert now in visits.values(), at
            assert office.differences() == [], at
            assert not done or now == visits[not present]  # what was acknowledged is there
            if now == visits[not present] and not done:
                kept += 1
                undo(database_url, path if present else last_batch(office))
                given = last_batch(office) if present else path
        assert at > 10, "each statement was a point"
        assert kept, "and what comes after the commit"
        present = not present


def last_batch(office: Office) -> int:
    """The number of the newest batch."""
    return office.rows("SELECT max(id) FROM import_batch")[0][0]
