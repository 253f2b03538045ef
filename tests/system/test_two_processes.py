"""What two processes of one database have to share without a proxy's help: an empty database at the first start, and keys."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from dashboard.settings import ROOT
from db.engine import make_engine
from db.write_lock import one_start_at_a_time
from tests.browser import served

# As `python -m scripts.start` starts it, with fewer fictitious visits.
FEW = (
    "import sys; from scripts import start; from db.__main__ import main;"
    " start.db = lambda words: main([*words, '--visits', '3000'] if words == ['demo'] else words); start.main()"
)


def rows(url: str, asked: str) -> list[tuple]:
    """What a database says."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(asked))]
    engine.dispose()
    return found


def test_two_that_start_at_once_on_an_empty_database_both_serve_one_set_of_fictitious_data(
    databases, tmp_path
):
    with databases.fresh(empty=True) as url, ThreadPoolExecutor(2) as both:
        asked = [
            both.submit(served.start, url, tmp_path / f"log-{n}", code=FEW, port=served.free_port())
            for n in (1, 2)
        ]
        started = []
        try:
            started = [one.result()[0] for one in asked]
            logs = [(tmp_path / f"log-{n}").read_text() for n in (1, 2)]
            assert sorted("FICTIVES chargées" in log for log in logs) == [False, True], logs
            [(visits,)] = rows(url, "SELECT count(*) FROM visit")
            assert 2_500 < visits < 3_500, "one set, whole"
            assert rows(url, "SELECT count(*) FROM journal WHERE did = 'seeded'") == [(1,)]
        finally:
            for process in started:
                served.end(process)


def test_who_waits_for_a_start_that_is_killed_goes_on(databases, tmp_path):
    hold = (
        "import sys, time; from db.engine import make_engine; from db.write_lock import one_start_at_a_time\n"
        "with one_start_at_a_time(make_engine(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    )
    with databases.fresh() as url:
        first = subprocess.Popen(
            [sys.executable, "-c", hold, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert first.stdout and first.stdout.readline() == "held\n"

        def second() -> float:
            engine = make_engine(url)
            with one_start_at_a_time(engine):
                at = time.monotonic()
            engine.dispose()
            return at

        with ThreadPoolExecutor(1) as other:
            waits = other.submit(second)
            time.sleep(1)
            assert not waits.done(), "one at a time"
            killed = time.monotonic()
            os.kill(first.pid, signal.SIGKILL)
            assert waits.result(30) - killed < 3
        first.communicate(timeout=10)
