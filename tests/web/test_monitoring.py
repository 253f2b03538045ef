"""What a monitor is told: alive, ready or why not, and figures of the process and of the data; on this machine alone."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import date

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from dashboard import error_messages, metrics, one_run_at_a_time
from dashboard.answers import monitoring as monitored
from dashboard.answers.monitoring import Monitor
from dashboard.log import REFUSED
from dashboard.period import today
from dashboard.settings import ROOT, load_settings
from dashboard.web import monitoring
from db import schema
from tests.browser import served
from tests.builders import COVE, KANDI, visit
from tests.moved_time import LONG, MovedTime


@pytest.fixture
def watched(database_url, monkeypatch, tmp_path):
    """The monitor of a fresh database, ready, and how it is asked: a path gives (status, text)."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("COPIES", str(tmp_path))
    load_settings.cache_clear()
    monitor = Monitor(lambda: 7)
    port = monitoring.start(0, monitor)

    def ask(path: str, method: str = "GET", host: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONG)
        connection.request(method, path, headers={"host": host or f"127.0.0.1:{port}"})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    monitor.prepared.set()
    yield monitor, ask
    metrics.REGISTRY.unregister(monitor)
    load_settings.cache_clear()


def samples(said: str) -> dict[tuple[str, str], float]:
    """The figures of an answer, by (name, the only label's value)."""
    return {
        (one.name, *one.labels.values())[0:2]: one.value
        for family in text_string_to_metric_families(said)
        for one in family.samples
    }


def value(said: str, name: str, label: str = "") -> float | None:
    """One figure of an answer; None where it is not told."""
    return samples(said).get((name, label) if label else (name,))


def test_it_is_ready_once_the_first_answers_are_there(watched):
    monitor, ask = watched
    assert ask("/livez") == (200, "en marche\n")
    assert ask("/readyz") == (200, "prêt\n")
    monitor.prepared.clear()
    status, said = ask("/readyz")
    assert status == 503 and said == f"{monitored.PREPARING}\n"
    assert ask("/livez")[0] == 200
    assert value(ask("/metrics")[1], "ccsp_ready") == 0


def test_a_database_of_another_version_is_said_with_what_to_do(watched, engine):
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE alembic_version SET version_num = :old"), {"old": schema.revisions()[-2]}
        )
    status, said = watched[1]("/readyz")
    assert status == 503 and "python -m db init" in said and said.count("\n") == 1
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "version plus récente" in watched[1]("/readyz")[1]


def test_a_missing_or_broken_database_is_said(watched, monkeypatch, tmp_path):
    _, ask = watched
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    load_settings.cache_clear()
    assert ask("/readyz") == (503, "La base n'existe pas encore : python -m db init\n")
    (tmp_path / "none.db").write_bytes(b"no database at all" * 1_000)
    status, said = ask("/readyz")
    assert status == 503 and "base" in said
    told = ask("/metrics")[1]
    assert (value(told, "ccsp_ready"), value(told, "ccsp_database_up")) == (0, 0)
    assert "ccsp_site_data_age_days{" not in told and "ccsp_rows_received{" not in told


def test_a_database_that_does_not_answer_is_said(watched, monkeypatch):
    """A server that takes connections and says nothing, as behind a cut line; and one where nobody listens."""
    _, ask = watched
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        port = mute.getsockname()[1]
        monkeypatch.setenv("DATABASE_URL", f"postgresql://a:very-secret@127.0.0.1:{port}/b")
        load_settings.cache_clear()
        status, said = ask("/readyz")
        assert (status, said) == (503, "La base de données ne répond pas.\n")
        assert ask("/livez") == (200, "en marche\n")
        assert ask("/readyz")[0] == 503
    status, said = ask("/readyz")
    assert status == 503 and "secret" not in said


@pytest.mark.seconds
def test_a_database_that_does_not_answer_is_said_within_three_seconds(watched, monkeypatch):
    _, ask = watched
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        port = mute.getsockname()[1]
        monkeypatch.setenv("DATABASE_URL", f"postgresql://a:secret@127.0.0.1:{port}/b")
        load_settings.cache_clear()
        for _ in range(2):
            begun = time.monotonic()
            assert ask("/readyz")[0] == 503 and time.monotonic() - begun < 3


def test_a_disk_that_is_nearly_full_is_said(watched, monkeypatch):
    monkeypatch.setattr(monitored, "LEAST_FREE", 10**18)
    status, said = watched[1]("/readyz")
    assert status == 503 and "presque plein" in said
    assert value(watched[1]("/metrics")[1], "ccsp_ready") == 0


def test_it_says_what_came_in_and_how_old_it_is(watched, office):
    monitor, ask = watched
    before = ask("/metrics")[1]
    assert value(before, "ccsp_site_data_age_days", KANDI) is None, "not known is not 0"
    all_sites = value(before, "ccsp_sites_without_data")
    office.hand_in("registre", visit(day="2025-03-03"), visit(day="2025-03-04"))
    office.hand_in("registre", visit(site=COVE, day="2025-03-05"))
    told = ask("/metrics")[1]
    assert value(told, "ccsp_rows_received", "registre") == 3
    assert value(told, "ccsp_sites_without_data") == all_sites - 2
    assert value(told, "ccsp_site_data_age_days", KANDI) == (today() - date(2025, 3, 4)).days
    assert value(told, "ccsp_site_data_age_days", COVE) == (today() - date(2025, 3, 5)).days
    assert value(told, "ccsp_readers") == 7
    assert 0 < value(told, "ccsp_database_seconds") < 3
    assert value(told, "ccsp_disk_free_bytes", "copies") > 10**6
    assert value(told, "process_resident_memory_bytes") > 10**7
    assert "registre" in told and "2025" not in told, "no row, no day of anybody"


def test_runs_incidents_and_refusals_are_counted(watched, monkeypatch):
    _, ask = watched
    before = ask("/metrics")[1]
    moved = MovedTime(monkeypatch)
    with one_run_at_a_time.RunQueue().exclusive_run("awa"):
        moved.now += 0.12
    number = error_messages.log_incident(ValueError("x"))
    for _ in range(100):
        REFUSED.warning("no")  # of which 60 leave a line
    told = ask("/metrics")[1]

    def more(name: str) -> float:
        return value(told, name) - value(before, name)

    assert more("ccsp_run_seconds_count") == 1 and more("ccsp_run_seconds_sum") == pytest.approx(
        0.12
    )
    assert more("ccsp_incidents_total") == 1 and more("ccsp_refused_requests_total") == 100
    assert number not in told and "awa" not in told


def test_it_answers_this_machine_alone_and_nothing_else(watched):
    _, ask = watched
    assert ask("/")[0] == ask("/metrics/")[0] == ask("/donnees")[0] == 404
    assert ask("/metrics", "POST")[0] == 405
    assert ask("/metrics", host="ailleurs.example")[0] == 403
    assert ask("/livez", host="localhost:9501")[0] == 200
    assert ask("/readyz", "HEAD") == (200, "")


@pytest.mark.seconds
def test_a_scrape_costs_readers_little(watched):
    _, ask = watched
    ask("/metrics")
    begun = time.thread_time(), time.process_time()
    for _ in range(10):
        ask("/metrics")
    assert time.process_time() - begun[1] < 2.0  # of ten


def test_its_port_is_not_the_readers(monkeypatch):
    monkeypatch.setenv("METRICS_PORT", "8501")
    load_settings.cache_clear()
    with pytest.raises(ValueError, match="METRICS_PORT=8501 est déjà le port des lecteurs"):
        load_settings()
    monkeypatch.delenv("METRICS_PORT")
    load_settings.cache_clear()


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
def test_the_application_answers_on_a_port_of_its_own_and_logs_objects(sqlite, tmp_path):
    """As it runs: off by default; where it is on, the readers' port has nothing of it; the log has one object a line."""
    port = served.free_port()
    log = tmp_path / "log"
    with (
        sqlite.fresh(visits=6_000) as url,
        served.serve(url, log, METRICS_PORT=str(port), LOG_JSON="1") as app,
    ):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=LONG) as answer:
            assert answer.read().decode() == "prêt\n"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=LONG) as answer:
            told = answer.read().decode()
        assert value(told, "ccsp_ready") == 1 and value(told, "ccsp_readers") == 0
        assert value(told, "ccsp_answers_kept") > 5
        for method, path, status in (
            ("GET", "/metrics", 404),
            ("GET", "/readyz", 404),
            ("DELETE", "/metrics", 403),
        ):
            reader = http.client.HTTPConnection(app.removeprefix("http://"), timeout=LONG)
            reader.request(method, path)
            answer = reader.getresponse()
            assert answer.status == status and b"ccsp_" not in answer.read()
            reader.close()
    events = [json.loads(one) for one in log.read_text().splitlines() if one.startswith("{")]
    assert any("/metrics" in one["message"] and one["logger"] == "ccsp.refused" for one in events)


OBJECTS = """
from dashboard import error_messages, log
log.configure_logging(objects=True)
from streamlit.logger import get_logger
try:
    raise ValueError("a\\nb")
except ValueError as error:
    print(error_messages.log_incident(error), flush=True)
get_logger("later").warning("said %s", "x\\ny")
"""


def test_each_event_is_one_object_with_the_incident_that_the_screen_shows():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", OBJECTS], cwd=ROOT, capture_output=True, text=True
    )
    lines = [json.loads(one) for one in done.stderr.splitlines()]
    assert [one["logger"] for one in lines] == ["ccsp", "later"]
    assert lines[0]["incident"] == done.stdout.strip() and len(lines[0]["incident"]) == 6
    assert "ValueError: a" in lines[0]["traceback"] and lines[1]["message"] == "said x\\x0ay"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", lines[0]["at"])
    assert "incident" not in lines[1]
