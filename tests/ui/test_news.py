"""Since when all is new by default."""

from datetime import date, timedelta

import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.period import today
from dashboard.ui import news

WORKED = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("days_ago", "since"),
    [
        (None, WORKED),
        (0, WORKED),
        (1, today() - timedelta(days=1)),
        (9, today() - timedelta(days=9)),
    ],
)
def test_a_second_look_on_the_same_day_is_told_the_same_again(monkeypatch, days_ago, since):
    visited = None if days_ago is None else today() - timedelta(days=days_ago)
    monkeypatch.setattr(news.st, "session_state", {})
    monkeypatch.setattr(news.accounts, "last_visit", lambda _: visited)
    monkeypatch.setattr(news.news, "last_working_day", lambda _: WORKED)
    assert news.usual_day(LOCAL_READER) == since
