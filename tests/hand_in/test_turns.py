"""Whom a short page waits for: not for the page of a reader that is being computed."""

from threading import Event, Thread

from dashboard import one_run_at_a_time
from dashboard.one_run_at_a_time import RUN_QUEUE
from tests.builders import csv_text, visit
from tests.hand_in.conftest import COVE, Desk, heading
from tests.moved_time import LONG, wait_until


def test_a_short_page_does_not_wait_for_a_reader_s_page_and_a_file_does(desk: Desk, monkeypatch):
    monkeypatch.setattr(one_run_at_a_time, "PATIENCE", 10 * LONG)  # nobody is passed by
    began, enough, ended = Event(), Event(), Event()

    def reader() -> None:
        with RUN_QUEUE.exclusive_run("a reader"):
            began.set()
            enough.wait()
        ended.set()

    thread = Thread(target=reader)
    thread.start()
    handed_in, verdicts = Event(), []

    def hand_in() -> None:
        content = csv_text("registre", visit(COVE, "2025-10-06", ref="1")).encode()
        verdicts.append(desk.send(content))
        handed_in.set()

    sender = Thread(target=hand_in)
    try:
        assert began.wait(LONG)
        page = desk.page()
        assert page.status == 200 and not ended.is_set(), "answered while the reader's page goes on"
        sender.start()
        wait_until(lambda: RUN_QUEUE._waiting)  # its turn is among the readers'
        assert not handed_in.is_set()
    finally:
        enough.set()
        thread.join()
    sender.join()
    assert verdicts and heading(verdicts[0])
