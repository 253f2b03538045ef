"""What a page says is of one version of the data: where a file comes in while it is drawn, all of it is drawn anew."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import context
from dashboard.answers.complaint_register import open_rows
from dashboard.answers.context import Moved, latest_snapshot, page_run, publish, show_as_they_are
from dashboard.answers.figures import figures
from dashboard.answers.question import Question
from dashboard.answers.report import _of_one_version
from tests.builders import COVE, Office, complaint, visit

MONTH = Question(date(2025, 9, 1), date(2025, 9, 30))
PART = replace(MONTH, last=date(2025, 9, 20))  # its visits of days are read one by one


@pytest.fixture
def shown(asked) -> Iterator[Office]:
    """A database with a register and complaints, whose state readers are shown."""
    asked.hand_in(
        "registre", *(visit(COVE, f"{d:02}/09/2025", "9:00", ref=f"{d}") for d in range(1, 31))
    )
    asked.hand_in("plaintes", complaint("P1", COVE, "02/09/2025"))
    publish(latest_snapshot())
    yield asked
    publish(None)
    context.close_databases()


def a_file(office: Office) -> None:
    office.hand_in("registre", *(visit(COVE, "14/09/2025", "10:00", ref=f"n{n}") for n in range(5)))
    office.hand_in("plaintes", complaint("P2", COVE, "03/09/2025"))


def visits(question: Question, by: str) -> int:
    """The visits that a reader is told, summed over the keys."""
    return sum(int(of["visits"].value or 0) for of in figures(LOCAL_READER, question, by).values())


ASKED = {
    "hours": lambda: visits(MONTH, "hour"),
    "days at the edges": lambda: visits(PART, "nation"),
    "complaints": lambda: len(open_rows(LOCAL_READER, MONTH).name),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_no_answer_mixes_what_came_in_since_with_what_was_there(shown, ask):
    with page_run():
        assert visits(MONTH, "nation") == 30
        a_file(shown)
        with pytest.raises(Moved):
            ask()
        assert visits(MONTH, "nation") == 30
    show_as_they_are(LOCAL_READER)
    with page_run():
        assert visits(MONTH, "nation") == visits(MONTH, "hour") == 35
        assert visits(PART, "nation") == 25 and len(open_rows(LOCAL_READER, MONTH).name) == 2


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_an_answer_that_was_given_holds_as_long_as_its_version_is_shown(shown, ask):
    with page_run():
        before = ask()
    a_file(shown)
    with page_run():
        assert ask() == before


def test_a_story_is_told_again_where_a_file_comes_in(shown, monkeypatch):
    told = []

    def deck(_asked):
        told.append(visits(PART, "nation"))
        if len(told) == 1:
            a_file(shown)
            context.ANSWER_CACHE.clear()
        return visits(PART, "nation"), visits(MONTH, "hour")

    monkeypatch.setattr("dashboard.answers.report.build_deck", deck)
    monkeypatch.setattr("dashboard.answers.report._name", lambda _asked: "")
    publish(None)
    assert _of_one_version(None) == ((25, 35), "")
    assert told == [20, 25]
