"""« Faite » and « Retirer » on « Signaux »: who has not the right finds neither, and a press that is sent all the same changes
nothing."""

import pytest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.actions import targets_and_decisions as record
from dashboard.answers import context
from dashboard.period import today
from dashboard.request_identity import SESSION_CACHE
from db.engine import make_engine
from tests.builders import KANDI, Office, waited
from tests.pages.app import unfold, visit_page

OF_ALIBORI = Person("directrice", Role.DIRECTOR, frozenset({"Alibori"}), id="a")
OF_ZOU = Person("directeur", Role.DIRECTOR, frozenset({"Zou"}), id="z")
OF_KANDI = Person("point focal", Role.FOCAL_POINT, sites=frozenset({KANDI}), id="f")
GUEST = Person("invité", Role.GUEST, frozenset({"Alibori"}), id="g")


@pytest.fixture
def noted(databases, tmp_path, using):
    """A decision on Kandi: the office, and its number."""
    with databases.fresh() as url:
        engine = make_engine(url)
        office = Office(engine, tmp_path)
        office.hand_in("registre", waited(12, day="2025-03-03"))
        using(url)
        number = record.decide(
            LOCAL_READER,
            "wait_p50",
            KANDI,
            "la directrice",
            "un guichet de plus",
            None,
            today(),
            "",
        )
        yield office, number
        context.close_databases()
        engine.dispose()


def buttons(monkeypatch, person: Person):
    """« Signaux » as the person sees it, unfolded, and the keys of its buttons."""
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: person)
    at = unfold(visit_page("signaux"))
    return at, {button.key for button in at.button}


def test_only_who_may_decide_there_has_the_buttons(noted, monkeypatch):
    _, number = noted
    both = {f"fait_{number}", f"retirer_decision_{number}"}
    assert both <= buttons(monkeypatch, OF_ALIBORI)[1]
    for person in (OF_ZOU, OF_KANDI, GUEST):
        assert not both & buttons(monkeypatch, person)[1], person.role


@pytest.mark.parametrize("person", [OF_ZOU, OF_KANDI, GUEST], ids=lambda one: one.role)
@pytest.mark.parametrize("key", ["fait", "retirer_decision"])
def test_a_press_that_is_sent_without_the_right_changes_nothing(noted, monkeypatch, person, key):
    office, number = noted
    asked = "SELECT id, done_on FROM decision"
    at, _ = buttons(monkeypatch, OF_ALIBORI)
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: person)
    at.button(key=f"{key}_{number}").click().run()
    assert office.rows(asked) == [(number, None)]
    assert not office.rows(
        "SELECT did FROM journal WHERE did LIKE '%decision%' AND who = :who", who=person.name
    )


def test_the_same_press_with_the_right_is_carried_out(noted, monkeypatch):
    office, number = noted
    at, _ = buttons(monkeypatch, OF_ALIBORI)
    at.button(key=f"fait_{number}").click().run()
    assert office.rows("SELECT done_on FROM decision")[0][0] is not None
