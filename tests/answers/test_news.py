"""What is new since a day: what is said now and was not said then; a file that says the same again is none."""

from datetime import date

import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import news
from dashboard.answers.question import Question
from dashboard.period import today
from tests import clock
from tests.builders import COVE, KANDI, NIKKI, Office, closing, complaint, visit

EVERY = Question(date.min, date.max)
BEFORE, MONDAY = "2026-11-19T12:00", date(2026, 11, 23)
PLAIN = str.maketrans("\xa0\u202f", "  ")


def said(since: date = MONDAY, question: Question = EVERY) -> dict[str, list[str]]:
    """The sentences by subject, those of subjects without any left out."""
    return {
        reply.label: [
            f"{one.join_names([n.text for n in one.names])} {one.words}".translate(PLAIN)
            for one in reply.statements
        ]
        for reply in news.news(LOCAL_READER, question, since)
        if reply.statements
    }


@pytest.fixture
def asked(asked) -> Office:
    """Kandi handed in its register, and last its closings, before Monday."""
    with clock.as_of(BEFORE):
        asked.hand_in("registre", visit(KANDI, "2026-11-17", ref="1"), visit(KANDI, "2026-11-18"))
        asked.hand_in("registre", visit(COVE, "2026-11-06"), visit(NIKKI, "2026-11-12"))
        asked.hand_in(
            "plaintes",
            complaint("a", KANDI, "2026-10-20"),
            covers=(date(2026, 10, 1), date(2026, 11, 18)),
        )
    return asked


def test_nothing_is_new_where_nothing_came(asked):
    assert said() == {} and news.count(LOCAL_READER, EVERY, MONDAY) == 0


def nothing_new(question: Question = EVERY) -> dict[str, str]:
    """What is said of each subject of which nothing is new."""
    return {
        reply.label: news.or_nothing(reply).text.translate(PLAIN)
        for reply in news.news(LOCAL_READER, question, MONDAY)
    }


def test_of_complaints_and_months_that_nobody_knows_it_is_not_said_that_nothing_is_new(asked):
    known = nothing_new()
    assert known["Plaintes en retard"] == known["Fichiers remis"] == "rien de nouveau"
    assert known["Signaux nouveaux"] == known["Signaux finis"] == "trop tôt pour juger"
    zou = nothing_new(Question(date.min, date.max, ("Zou",)))
    assert zou["Plaintes en retard"] == "registre des plaintes non remonté"
    assert zou["Centres muets ou revenus"] == "rien de nouveau"


def test_where_nothing_ever_came_it_is_not_said_that_nothing_is_new(asked):
    mono = Question(date.min, date.max, ("Mono",))
    never = "rien n'est encore venu"
    assert news.in_words(LOCAL_READER, mono, MONDAY) == never
    assert (
        nothing_new(mono)["Fichiers remis"]
        == nothing_new(mono)["Centres muets ou revenus"]
        == never
    )
    assert news.in_words(LOCAL_READER, EVERY, MONDAY).startswith("rien de nouveau depuis")


def test_what_stands_since_before_is_to_be_settled_where_nothing_is_new(asked):
    asked.hand_in(
        "plaintes", complaint("b", NIKKI, "2026-09-01"), covers=(date(2026, 8, 1), MONDAY)
    )
    asked.hand_in("registre", visit(KANDI, "2026-11-23", ref="2"))
    tomorrow = date(2026, 11, 25)
    first = news.first_things(LOCAL_READER, EVERY, tomorrow)
    told = [f"{one.names[0].text} {one.words}".translate(PLAIN) for one in first]
    assert said(tomorrow) == {}
    assert len(told) == news.FIRST
    assert told[0].startswith("Covè muet depuis") and told[1].startswith("Nikki muet depuis")
    assert told[2].endswith("a 1 plainte qui a passé 30 jours sans réponse")


def test_a_file_that_came_is_told_by_the_days_that_it_brought(asked):
    asked.hand_in("registre", visit(KANDI, "2026-11-19"), visit(KANDI, "2026-11-20"))
    asked.hand_in("cloture", closing(NIKKI, "2026-11-20"))
    assert said()["Fichiers remis"] == [
        "Kandi a remis 2 jours de registre des visites, du 19/11/2026 au 20/11/2026",
        "Nikki a remis 1 jour de clôture, le 20/11/2026",
    ]
    assert said(today().replace(day=25)) == {} or today() < date(2026, 11, 25)


def test_of_closings_only_the_days_with_a_line_have_come(asked):
    """A file's days go from its first to its last: between them a day without a line is not closed."""
    asked.hand_in(
        "cloture",
        closing(NIKKI, "2026-11-18"),
        closing(NIKKI, "2026-11-20"),
        closing(KANDI, "2026-11-19"),
    )
    asked.hand_in(
        "cloture", closing(COVE, "2026-11-19"), covers=(date(2026, 11, 16), date(2026, 11, 20))
    )
    assert said()["Fichiers remis"] == [
        "Covè, Kandi et Nikki ont remis 4 jours de clôture, du 18/11/2026 au 20/11/2026"
    ]


def test_the_same_rows_in_another_file_are_no_news(asked):
    asked.hand_in(
        "registre",
        visit(KANDI, "2026-11-18"),
        visit(KANDI, "2026-11-17", ref="1"),
        name="autre.csv",
    )
    assert said() == {}


def test_what_a_file_corrects_is_told_and_what_is_withdrawn(asked):
    asked.hand_in("registre", visit(KANDI, "2026-11-17", ref="1", sex="femme"))
    assert said() == {"Fichiers remis": ["Kandi a corrigé des jours déjà remis"]}
    asked.withdraw_all()
    assert said()["Fichiers remis"] == [
        "Covè, Kandi et Nikki n'ont plus 4 jours de registre des visites, du 06/11/2026 au 18/11/2026 (fichier retiré)",
        "Kandi n'a plus 35 jours de registre des plaintes, du 01/10/2026 au 18/11/2026 (fichier retiré)",
    ]


def test_sites_that_fell_silent_and_are_back(asked):
    asked.hand_in("registre", visit(KANDI, "2026-11-23"), visit(COVE, "2026-11-20"))
    assert said()["Centres muets ou revenus"] == [
        "Covè remet de nouveau ses données (jusqu'au 20/11/2026)",
        "Nikki muet depuis 11 jours",
    ]


def test_a_complaint_that_passed_its_delay_is_told_once(asked):
    assert "Plaintes en retard" not in said()
    asked.hand_in(
        "plaintes",
        complaint("a", KANDI, "2026-10-20"),
        covers=(date(2026, 10, 1), date(2026, 11, 23)),
    )
    asked.hand_in("registre", visit(KANDI, "2026-11-23"))
    assert said()["Plaintes en retard"] == ["Kandi a 1 plainte qui a passé 30 jours sans réponse"]
    with clock.as_of("2026-11-30T12:00"):
        assert "Plaintes en retard" not in said(date(2026, 11, 25))


def test_since_when_is_said_as_people_say_it():
    at = date(2026, 11, 24)
    days = (at, date(2026, 11, 23), date(2026, 11, 19), date(2026, 11, 2))
    assert [news.since_in_words(day, at) for day in days] == [
        "depuis ce matin",
        "depuis hier",
        "depuis jeudi",
        "depuis le 02/11/2026",
    ]


def test_the_last_working_day_is_before_the_week_s_end(asked):
    with clock.as_of("2026-11-30T12:00"):  # a Monday
        assert news.last_working_day(LOCAL_READER) == date(2026, 11, 27)
