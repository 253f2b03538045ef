"""Whom a short page waits for: not for the page of a reader that is being computed."""

import time
from threading import Event, Thread

from dashboard.one_run_at_a_time import RUN_QUEUE
from tests.builders import csv_text, visit
from tests.hand_in.conftest import COVE, Desk, heading

LONGEST = 20.0  # seconds that the reader's page computes, at most


def test_a_short_page_does_not_wait_for_a_reader_s_page_and_a_file_does(desk: Desk):
    began, enough, ended = Event(), Event(), Event()

    def reader() -> None:
        until = time.monotonic() + LONGEST
        with RUN_QUEUE.exclusive_run("a reader"):
            began.set()
            while not enough.is_set() and time.monotonic() < until:
                sum(range(1_000))  # a run that is idle would lose its turn
        ended.set()

    thread = Thread(target=reader)
    thread.start()
    try:
        assert began.wait(LONGEST)
        page = desk.page()
        assert page.status == 200 and not ended.is_set(), "answered while the reader's page goes on"
        content = csv_text("registre", visit(COVE, "2025-10-06", ref="1")).encode()
        handed_in, verdicts = Event(), []

        def hand_in() -> None:
            verdicts.append(desk.send(content))
            handed_in.set()

        sender = Thread(target=hand_in)
        sender.start()
        assert not handed_in.wait(2), "its turn is among the readers'"
    finally:
        enough.set()
        thread.join(LONGEST)
    sender.join(LONGEST)
    assert verdicts and heading(verdicts[0])
