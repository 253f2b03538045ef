"""Users per open day are of the days that were handed in: those of which nobody knows dilute no one's mean."""

from datetime import date, timedelta

import holidays
import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers.figures import figures
from dashboard.answers.question import Question
from tests.builders import COVE, KANDI, visit

DJIDJA = "ccsp-djidja"
FIRST, LAST = date(2025, 9, 1), date(2025, 10, 31)


def per_day(by: str) -> dict[str, float | None]:
    """Users per open day of September and October 2025."""
    found = figures(LOCAL_READER, Question(FIRST, LAST), by)
    return {key: of["visits_per_day"].value for key, of in found.items()}


@pytest.fixture
def stopped(asked):
    """Djidja hands in both months, six users a day; Covè, of the same department, four a day of September alone."""
    off = holidays.country_holidays("BJ", years=FIRST.year)
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    working = [d for d in days if d.weekday() < 5 and d not in off]
    for site, last, each in ((DJIDJA, LAST, 6), (COVE, date(2025, 9, 30), 4)):
        lines = [visit(site, d.isoformat()) for d in working if d <= last for _ in range(each)]
        asked.hand_in("registre", *lines, covers=(FIRST, last))
    return asked


def test_a_site_that_stopped_keeps_the_mean_of_its_known_days(stopped):
    found = per_day("site")
    assert found[DJIDJA] == pytest.approx(6.0)
    assert found[COVE] == pytest.approx(4.0)


def test_it_dilutes_neither_its_department_nor_the_nation(stopped):
    between = per_day("department")["Zou"]
    assert 5.2 < between < 5.5  # 44 days of six and 21 of four
    assert per_day("nation")["nation"] == pytest.approx(between)


def test_a_day_that_a_file_covers_without_a_line_counts(asked):
    day = date(2025, 10, 6)
    asked.hand_in("registre", *[visit(KANDI, day.isoformat())] * 4, covers=(day, date(2025, 10, 7)))
    assert per_day("site")[KANDI] == pytest.approx(2.0)
