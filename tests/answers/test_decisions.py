"""Decisions as they are told: what is due, whether it is done, where, and what is read out again."""

from datetime import date, timedelta

import pytest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.actions import targets_and_decisions as record
from dashboard.answers import decisions, deck, news, targets
from dashboard.answers.question import EVERYTHING, Question
from dashboard.period import Period, clip_period, today
from dashboard.stories import ready_story
from tests.builders import COVE, KANDI, Office, waited

PLAIN = str.maketrans("\xa0\u202f", "  ")


@pytest.fixture
def asked(asked) -> Office:
    """A site with a line of the register."""
    asked.hand_in("registre", waited(12, day="2025-03-03"))
    return asked


def decide(scope: str, due: int | None, taken: int = 0, what: str = "agir", aim: str = "") -> int:
    """A decision of so many days ago, due in so many days."""
    day = None if due is None else today() + timedelta(days=due)
    return record.decide(
        LOCAL_READER,
        "wait_p50",
        scope,
        "le directeur",
        what,
        day,
        today() - timedelta(days=taken),
        aim,
    )


def test_what_is_due_is_told_until_it_is_done(asked):
    late, now, later = decide(KANDI, -9, 30), decide(COVE, 0), decide(KANDI, 5)
    found = decisions.due(LOCAL_READER, EVERYTHING)
    assert [one.decision.id for one in found] == [late, now]
    assert [one.state.translate(PLAIN) for one in found] == [
        "échue depuis 9 jours",
        "à faire pour aujourd'hui",
    ]
    reply = decisions.due_reply(LOCAL_READER, EVERYTHING)
    assert [one.names[0].text for one in reply.statements] == ["Kandi", "Covè"]
    record.carry_out(LOCAL_READER, late, today())
    assert [one.decision.id for one in decisions.due(LOCAL_READER, EVERYTHING)] == [now]
    done = next(one for one in decisions.told(LOCAL_READER, EVERYTHING) if one.decision.id == late)
    assert done.state.startswith("faite le ") and later
    for *_, state, followed, _ in decisions.panel(LOCAL_READER, EVERYTHING).table.rows:
        is_done = state.text.startswith("faite le ")
        assert is_done != (followed.text == "pas encore faite"), "its months are not counted yet"


def test_a_decision_that_is_due_is_the_finding_of_the_slide_of_the_ready_made_review(asked):
    year = clip_period(Period(date(2025, 1, 1), date(2025, 3, 31)), date(2025, 3, 31))
    decide(KANDI, 5), decide(COVE, -9, 30, what="ouvrir un second guichet")
    asked_of = Question(year.period.first, year.period.last)
    told = deck.build(LOCAL_READER, asked_of, ready_story("national"), year).slides
    (headline,) = [one.headline.translate(PLAIN) for one in told if one.code == "decisions"]
    assert headline.startswith("1 décision à échéance : Covè, ouvrir un second guichet (")
    assert headline.endswith("échue depuis 9 jours ; 2 décisions notées en tout")


def test_a_decision_is_told_of_its_own_site_and_of_its_question_alone(asked):
    decide(KANDI, None), decide("nation", None), decide("Zou", None)
    assert [one.place for one in decisions.of_site(LOCAL_READER, KANDI)] == ["Kandi"]
    assert {one.place for one in decisions.told(LOCAL_READER, EVERYTHING)} == {
        "Kandi",
        "Le réseau",
        "Zou",
    }
    of_zou = Question(EVERYTHING.first, EVERYTHING.last, ("Zou",))
    assert [one.place for one in decisions.told(LOCAL_READER, of_zou)] == ["Zou"]
    guest = Person("invité", Role.GUEST)
    assert not decisions.told(guest, EVERYTHING) and not decisions.due(guest, EVERYTHING)


def test_a_department_is_told_what_is_left_to_do_there_and_what_it_aims_at(asked):
    zou = Question(date(2025, 1, 1), date(2025, 3, 31), departments=("Zou",))
    assert not decisions.of_department_in_words(LOCAL_READER, zou)
    assert not targets.of_department_in_words(LOCAL_READER, zou)
    decide("Zou", 5), decide(COVE, -9, 30, what="ouvrir un guichet"), decide(KANDI, 5)
    record.carry_out(LOCAL_READER, decide("Zou", 3, what="écrire"), today())
    said = decisions.of_department_in_words(LOCAL_READER, zou).translate(PLAIN)
    first, second = said.split(" ; ")
    assert first.startswith("À faire : Covè, attente médiane : ouvrir un guichet (le directeur")
    assert first.endswith("échue depuis 9 jours") and second.startswith("Zou, attente médiane")
    record.set_target(LOCAL_READER, "wait_p50", "Zou", 15, today(), "le plan")
    aims = targets.of_department_in_words(LOCAL_READER, zou).translate(PLAIN)
    assert aims == "Cible : attente médiane, 15 min (trop tôt pour juger de la cible)."


def test_the_next_workshop_reads_out_what_the_last_one_decided(asked):
    decide(KANDI, None, 40, "ancienne"), decide(KANDI, None, 7, "ouvrir un guichet", "15 min")
    decide(COVE, None, 0, "celle d'aujourd'hui")
    assert [one.decision.what for one in decisions.last_time(LOCAL_READER, EVERYTHING)] == [
        "ouvrir un guichet"
    ]
    head, line = decisions.last_time_in_words(LOCAL_READER, EVERYTHING)
    assert head.startswith("La dernière fois, le ")
    assert "ouvrir un guichet (le directeur)" in line and line.endswith("à faire")
    assert "15 min" in [
        cell.text for cell in decisions.panel(LOCAL_READER, EVERYTHING).table.rows[1]
    ]


def test_a_decision_whose_day_came_since_is_new_until_it_is_done(asked):
    number = decide(KANDI, -1, 9)
    decide(COVE, -20, 30)

    def due() -> list[str]:
        since = today() - timedelta(days=3)
        replies = {one.label: one for one in news.news(LOCAL_READER, EVERYTHING, since)}
        return [s.names[0].text for s in replies["Décisions à échéance"].statements]

    assert due() == ["Kandi"]
    first = news.first_things(LOCAL_READER, EVERYTHING, today())
    assert [one.names[0].text for one in first] == ["Covè", "Kandi"], (
        "all that are due, the oldest first"
    )
    record.carry_out(LOCAL_READER, number, today())
    assert due() == []


def test_nobody_decided_yet(asked):
    assert "Aucune n'est notée" in decisions.panel(LOCAL_READER, EVERYTHING).content.text
    assert decisions.last_time_in_words(LOCAL_READER, EVERYTHING) == ()
