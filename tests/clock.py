"""The day on which all tests stand, and the days as of which `make days` plays them again.

What tests ask of today, and the fictitious data that they make, would else be different each morning. So the clock of the
application (`dashboard.period.now`) begins, with each run, at ten in the morning of one day, and goes on from there; the
servers, commands and databases that tests start hear of it by an environment variable, and all of them show the same time.
Seconds that pass are of the true clock, and so is what other programs say the time of: files, certificates, the provider of
identities, the browser.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from dashboard import period

DAY = "2026-11-24"  # a Tuesday
# Why each: what the calendar does there, of which some sentence, sum or chart might make something else.
DAYS = {
    "2026-11-27": "a Friday on which the last complaint of a department that was old had been answered",
    "2026-11-29": "a Sunday: the last day known is a Saturday",
    "2026-12-01": "the first of a month: all of the month before is known, and nothing of this one",
    "2026-12-31": "the last of a year",
    "2027-01-01T00:30": "a holiday, the first of a year, where Greenwich has the last of the year before",
    "2027-01-02": "a Saturday after a holiday, when this year has no open day yet",
    "2027-02-06": "the day after the last event of the demonstration, a silence, would begin with a year",
    "2027-03-29": "Easter Monday",
    "2027-03-31": "the last of a month, longer than the month before",
    "2028-01-31": "a Monday, the last of a month, in a leap year, when three years earlier lie outside of nothing",
    "2028-02-29": "a day that the year before has not",
    "2028-03-01": "the first of a month after such a day",
}
CLOCK = "CCSP_TESTS_AHEAD"  # seconds that the application's clock is ahead of the true one
AT = "CCSP_TESTS_DAY"  # another day for the whole run: `make days` says which
IN_THE_MORNING = "10:00"


def stand(at: str) -> timedelta:
    """How far ahead a clock is that shows that day, at ten in the morning, or that moment, in Benin."""
    moment = at if "T" in at else f"{at}T{IN_THE_MORNING}"
    return datetime.fromisoformat(moment).replace(tzinfo=period.BENIN) - datetime.now(period.BENIN)


def begin() -> None:
    """Stand on the day of the run. The processes of one run keep what the first of them has worked out."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ[CLOCK] = str(stand(os.environ.get(AT, DAY)).total_seconds())


@contextmanager
def as_of(at: str) -> Iterator[None]:
    """Stand on another day, or at another moment of one, for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CLOCK, str(stand(at).total_seconds()))
        yield
