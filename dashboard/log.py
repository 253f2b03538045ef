"""The format of the log, for all who write to it: UTC, one line for each event, no text from a client can begin another line; an
object (JSON) on each line where a program reads it; and a rate limit for lines about refused requests.

After: `server`, which sets it up at its start; the gate, which logs what it refuses.
"""

import json
import logging
import re
import time
from traceback import format_exception
from typing import Any

from dashboard import metrics

# [logger] of .streamlit/config.toml has the same for Streamlit and uvicorn.
FORMAT = "%(asctime)sZ %(levelname)s %(name)s: %(message)s"
# Control characters: C0, C1, and Unicode's line separators.
CONTROL = re.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\u2028\\u2029]")
BEHIND = "  | "  # begins further lines of an event; no first line begins so
MOST, WITHIN = 60, 60.0  # lines about refused requests, in so many seconds
OF_A_KIND = 30  # lines from one place in the code, in the same time
LONGEST, DEEPEST = 1_000, 120  # characters of a line; lines of a traceback


class Line(logging.LogRecord):
    """A log record whose text is escaped to one line."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if self.exc_info and self.exc_info[1]:
            traceback = "".join(format_exception(self.exc_info[1])).rstrip("\n").split("\n")
            if len(traceback) > DEEPEST:
                traceback = [*traceback[: DEEPEST // 2], "…", *traceback[-DEEPEST // 2 :]]
            self.exc_text = "\n".join(BEHIND + on_one_line(one) for one in traceback)

    def getMessage(self) -> str:
        """The message on one line."""
        return on_one_line(super().getMessage())


def on_one_line(text: str) -> str:
    """The text with control characters as \\x0a, cut where it is too long."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)})"
    return CONTROL.sub(lambda one: f"\\x{ord(one[0]):02x}", cut)


def as_object(record: logging.LogRecord, at: str) -> str:
    """The record as one line of JSON: when, how grave, whose, what; the incident number that a screen shows; the traceback."""
    said: dict[str, str] = {
        "at": f"{at}Z",
        "level": record.levelname,
        "logger": record.name,
        "message": record.getMessage(),
    }
    if incident := getattr(record, "incident", ""):
        said["incident"] = incident
    if record.exc_text:
        said["traceback"] = record.exc_text
    return json.dumps(said, ensure_ascii=False)


def _format_as_object(self: logging.Formatter, record: logging.LogRecord) -> str:
    """What a formatter makes of a record where the log is of objects."""
    return as_object(record, self.formatTime(record))


def configure_logging(*, objects: bool = False) -> None:
    """Use this format from now on, also for lines of Streamlit and the server. objects: an object (JSON) on each line."""
    if objects:
        # Of all at once: Streamlit makes further formatters whenever it likes.
        logging.Formatter.format = _format_as_object  # type: ignore[method-assign]
    logging.setLogRecordFactory(Line)
    logging.Formatter.converter = time.gmtime
    logging.Formatter.default_time_format = "%Y-%m-%dT%H:%M:%S"
    logging.Formatter.default_msec_format = "%s.%03d"
    logging.basicConfig(level=logging.WARNING, format=FORMAT)


class RateLimitFilter(logging.Filter):
    """Lets so many lines a minute pass, and adds to the next one how many were left out, since a log can fill a disk."""

    def __init__(self, most: int = MOST) -> None:
        super().__init__()
        self.most = most
        self.begin()

    def begin(self) -> None:
        """Begin a new minute."""
        self.begun, self.passed, self.left = time.monotonic(), 0, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        if time.monotonic() - self.begun > WITHIN:
            if self.left:
                record.msg = f"{record.msg} ({self.left} more were not told before)"
            self.begin()
        self.passed += 1
        self.left += self.passed > self.most
        return self.passed <= self.most


REFUSED = logging.getLogger("ccsp.refused")
SPARING = RateLimitFilter()


def _count(_record: logging.LogRecord) -> bool:
    """Count what was refused, also what leaves no line."""
    metrics.REFUSED_REQUESTS.inc()
    return True


REFUSED.addFilter(_count)
REFUSED.addFilter(SPARING)


class PerCallerRateLimit(logging.Filter):
    """The same limit for each place in the code that writes, since requests of strangers can cause lines anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self._of: dict[tuple[str, int], RateLimitFilter] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        place = (record.pathname, record.lineno)
        return self._of.setdefault(place, RateLimitFilter(OF_A_KIND)).filter(record)


def limit_log_lines() -> None:
    """Install the limit for each place in the code on all present loggers."""
    seldom = PerCallerRateLimit()
    for one in (logging.root, *logging.root.manager.loggerDict.values()):
        if isinstance(one, logging.Logger) and one is not REFUSED:
            one.addFilter(seldom)
