"""Several imports at once, and imports that are killed: nothing is lost, nothing is half there.

KILLS says how many imports of each kind of database are killed (12 by default).
"""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from db.engine import writing
from tests.builders import COVE, KANDI, NIKKI, Office, visit, waited

KILLS = int(os.environ.get("KILLS", 12))
WRITERS = 8
ROWS = 6_000
SITES = (KANDI, NIKKI, COVE)

# Children come from a small process that has only read our modules: no thread or connection is shared with pytest.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["db.intake"])


def hand_in(url: str, path: Path, ready, go) -> None:
    """What each child does: get ready, wait for the signal, import a file."""
    from db.engine import make_engine
    from db.intake import Options, take

    ready.release()
    go.wait()
    take(make_engine(url), path, Options(), by="child")


def start(url: str, path: Path, go) -> multiprocessing.Process:
    """A child that is ready to import `path` as soon as `go` is set."""
    ready = processes.Semaphore(0)
    child = processes.Process(target=hand_in, args=(url, path, ready, go))
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
    paths = [office.path("registre", *rows(number, 1_500)) for number in range(WRITERS)]
    go = processes.Event()
    children = [start(database_url, path, go) for path in paths]
    go.set()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0] * WRITERS
    assert whole_batches(office) == WRITERS
    assert office.differences() == []
    references = {(row[0], row[-1]) for number in range(WRITERS) for row in rows(number, 1_500)}
    assert office.figure("visits").value == len(references)


def test_the_same_file_handed_in_by_many_at_once_is_kept_once(office, database_url):
    path = office.path("registre", *rows(0, 1_500))
    go = processes.Event()
    children = [start(database_url, path, go) for _ in range(4)]
    go.set()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0] * 4
    assert whole_batches(office) == 1
    assert office.figure("visits").value == 1_500


def timed(url: str, path: Path) -> float:
    """Seconds that an import takes when nobody disturbs it."""
    go = processes.Event()
    child = start(url, path, go)
    began = time.monotonic()
    go.set()
    child.join(120)
    assert child.exitcode == 0
    return time.monotonic() - began


@pytest.mark.parametrize("kills", [KILLS])
def test_an_import_killed_at_any_moment_leaves_nothing_or_all(office, database_url, kills):
    office.hand_in("registre", *rows(0, ROWS), visit(day="2025-03-31"))
    path = office.path("registre", *rows(1, ROWS))  # corrects half of what is there
    duration = timed(database_url, path)
    office.withdraw(2)
    kept = killed = 0
    for kill in range(kills):
        before = whole_batches(office)
        go = processes.Event()
        child = start(database_url, path, go)
        go.set()
        time.sleep(1.2 * duration * (kill + 0.5) / kills)  # from the first moment to past the commit
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
            killed += 1
        child.join(60)
        with writing(office.engine):
            pass  # the lock of the dead is free again
        added = whole_batches(office) - before
        assert added in (0, 1)
        assert office.differences() == []
        visits = office.figure("visits").value
        if added:
            kept += 1
            assert visits == ROWS + 1 + ROWS // 2
            office.withdraw(office.rows("SELECT max(id) FROM import_batch")[0][0])
        else:
            assert visits == ROWS + 1
    print(f"{kills} imports of about {duration:.2f} s: {killed} killed, {kept} had been kept whole")
    assert killed >= kills / 2  # otherwise this test would prove nothing
