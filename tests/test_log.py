"""How the log is written: one line for one thing, in UTC, whatever a client said; a flood of refusals is told in few lines."""

import io
import logging
import re
import time
import tomllib

import pytest

from dashboard import log
from dashboard.accounts.rights import Person, Role, require_right
from dashboard.settings import ROOT
from dashboard.ui import form_messages

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (WARNING|ERROR) ccsp: ")
FORGED = "2026-11-27T10:00:00.000Z WARNING ccsp: the administrator signed in"
HOSTILE = f"a\r\n{FORGED}\x1b[2J\u2028{FORGED}\x85{FORGED}\x00"


@pytest.fixture
def written(monkeypatch) -> io.StringIO:
    """What is written to the log, as the server writes it."""
    for name in ("converter", "default_time_format", "default_msec_format"):
        monkeypatch.setattr(logging.Formatter, name, getattr(logging.Formatter, name))
    monkeypatch.setattr(logging, "basicConfig", lambda **_how: None)
    before = logging.getLogRecordFactory()
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    log.configure_logging()
    to = io.StringIO()
    handler = logging.StreamHandler(to)
    handler.setFormatter(logging.Formatter(log.FORMAT))
    logger = logging.getLogger("ccsp")
    logger.addHandler(handler)
    yield to
    logger.removeHandler(handler)
    logging.setLogRecordFactory(before)
    monkeypatch.delenv("TZ")
    time.tzset()


def test_nothing_that_a_client_said_begins_a_line(written):
    logger = logging.getLogger("ccsp")
    logger.warning("a name: %s", HOSTILE)
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logger.exception("incident %s", HOSTILE)
    lines = re.split(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", written.getvalue().rstrip("\n"))
    assert [bool(LINE.match(line)) for line in lines[:2]] == [True, True]
    assert lines[2:] and all(line.startswith(log.BEHIND) for line in lines[2:])
    assert written.getvalue().count(FORGED) == 9, "nothing is lost"
    assert "\x1b" not in written.getvalue()


def test_every_line_says_when_it_was_in_utc(written, monkeypatch):
    monkeypatch.setattr(
        logging.LogRecord, "created", property(lambda _: 0.0, lambda *_: None), raising=False
    )
    logging.getLogger("ccsp").warning("x")
    assert written.getvalue().startswith("1970-01-01T00:00:00.")
    assert LINE.match(written.getvalue())
    told = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert told["logger"]["messageFormat"] == log.FORMAT


def test_a_flood_of_refusals_is_told_in_few_lines_and_how_many(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    sparing = log.RateLimitFilter()

    def told() -> str:
        record = logging.LogRecord("x", logging.WARNING, "", 0, "no %d", (7,), None)
        return record.getMessage() if sparing.filter(record) else ""

    assert [bool(told()) for _ in range(1_000)] == [True] * log.MOST + [False] * (1_000 - log.MOST)
    now[0] = log.WITHIN + 1
    assert told() == f"no 7 ({1_000 - log.MOST} more were not told before)"
    assert told() == "no 7"


def test_what_somebody_may_not_do_leaves_a_line(monkeypatch, caplog):
    log.SPARING.begin()
    monkeypatch.setattr(form_messages.st, "session_state", {})
    with form_messages.record_outcome("cible", "C'est fait."):
        require_right(Person("awa", Role.DIRECTOR, id="a"), "accounts")
    assert [(one.name, one.getMessage()) for one in caplog.records] == [
        ("ccsp.refused", "awa : accounts")
    ]
    assert form_messages.st.session_state[form_messages.SAID][1] is False


def test_what_is_longer_than_any_line_is_cut(written):
    logger = logging.getLogger("ccsp")
    logger.warning("a name: %s", "x" * 10**6)
    try:
        raise ValueError("\n".join(["y" * 10**5] * 1_000))
    except ValueError:
        logger.exception("incident")
    lines = written.getvalue().split("\n")
    assert max(map(len, lines)) < log.LONGEST + 100 and "(1000008)" in lines[0]
    assert len(lines) < log.DEEPEST + 10


def test_of_one_place_in_the_code_so_many_lines_are_written_a_minute(written, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    logger = logging.getLogger("ccsp")
    monkeypatch.setattr(logger, "filters", [*logger.filters, log.PerCallerRateLimit()])
    for n in range(1_001):
        now[0] = log.WITHIN + 1 if n == 1_000 else 0.0
        logger.warning("no request: %s", n)
        if n == 999:
            logger.error("something else")
    lines = written.getvalue().rstrip("\n").split("\n")
    assert len(lines) == log.OF_A_KIND + 2 and "something else" in lines[-2]
    assert lines[-1].endswith(f"({1_000 - log.OF_A_KIND} more were not told before)")


def test_the_server_keeps_them_few_once_all_that_writes_is_there(monkeypatch):
    logger = logging.getLogger("streamlit.somewhere")
    before = {one: list(one.filters) for one in _loggers()}
    try:
        log.limit_log_lines()
        assert any(isinstance(one, log.PerCallerRateLimit) for one in logger.filters)
    finally:
        for one, filters in before.items():
            one.filters = filters
    assert "log.limit_log_lines()" in (ROOT / "server.py").read_text(encoding="utf-8")


def _loggers() -> list[logging.Logger]:
    known = logging.root.manager.loggerDict.values()
    return [logging.root, *(one for one in known if isinstance(one, logging.Logger))]
