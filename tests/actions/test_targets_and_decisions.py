"""What a person enters is read again as it was entered, on both databases, once; and can be taken back."""

from contextlib import suppress
from datetime import date

import pytest

from dashboard.accounts.rights import LOCAL_READER, NotAllowed, Person, Role
from dashboard.actions import targets_and_decisions as record
from dashboard.answers import context, control_charts, saved_stories
from dashboard.period import add_months, today
from dashboard.settings import load_settings
from dashboard.stories import Step, Story
from db.codes import ACCEPTED, REFUSED, SET
from tests.builders import KANDI, waited

WAITS = "wait_p50", KANDI


@pytest.fixture(autouse=True)
def in_use(office, database_url, monkeypatch):
    """A database with a line of the register, asked by the answers."""
    office.hand_in("registre", waited(12, day="2025-03-03"))
    monkeypatch.setenv("DATABASE_URL", database_url)
    load_settings.cache_clear()
    yield
    context.close_databases()
    load_settings.cache_clear()


def test_a_target_is_set_once_a_day_and_taken_back():
    record.set_target(LOCAL_READER, *WAITS, 20.5, today(), " plan ")
    with pytest.raises(record.Refused, match="déjà fixée"):
        record.set_target(LOCAL_READER, *WAITS, 25, today(), "autre plan")
    assert [tuple(t) for t in control_charts.targets(LOCAL_READER)] == [
        (*WAITS, 20.5, today(), "plan", LOCAL_READER.name)
    ]
    record.remove_target(LOCAL_READER, *WAITS, today())
    assert not control_charts.targets(LOCAL_READER)
    with pytest.raises(record.Refused, match="pas de cible à retirer"):
        record.remove_target(LOCAL_READER, *WAITS, today())


def test_a_target_without_a_day_is_refused_in_a_sentence():
    with pytest.raises(record.Refused, match="quel jour"):
        record.set_target(LOCAL_READER, *WAITS, 20.5, None, "plan")


def test_a_decision_is_read_as_it_was_taken():
    due = add_months(today(), 1)
    record.decide(LOCAL_READER, *WAITS, "le directeur", "ouvrir un guichet", due, today())
    (decision,) = control_charts.decisions(LOCAL_READER)
    assert tuple(decision[1:]) == (
        *WAITS,
        today(),
        "le directeur",
        "ouvrir un guichet",
        due,
        LOCAL_READER.name,
        "",
        None,
    )


def test_a_decision_is_done_or_not_and_taken_back():
    number = record.decide(LOCAL_READER, *WAITS, "le directeur", "agir", None, today(), " 15 min ")
    record.carry_out(LOCAL_READER, number, today())
    (decision,) = control_charts.decisions(LOCAL_READER)
    assert (decision.aim, decision.done_on) == ("15 min", today())
    record.carry_out(LOCAL_READER, number, None)
    assert control_charts.decisions(LOCAL_READER)[0].done_on is None
    record.take_back(LOCAL_READER, number)
    assert not control_charts.decisions(LOCAL_READER)
    for change in (record.take_back, lambda who, one: record.carry_out(who, one, today())):
        with pytest.raises(record.Refused, match="plus notée"):
            change(LOCAL_READER, number)


def test_a_director_changes_the_decisions_of_his_own_departments_alone():
    number = record.decide(LOCAL_READER, *WAITS, "le directeur", "agir", None, today())
    for home, may in (("Zou", False), ("Alibori", True)):
        director = Person("directeur", Role.DIRECTOR, frozenset({home}))
        for change in (
            lambda who: record.carry_out(who, number, today()),
            lambda who: record.take_back(who, number),
        ):
            if may:
                change(director)
            else:
                with pytest.raises(NotAllowed):
                    change(director)
    assert not control_charts.decisions(LOCAL_READER)
    guest = Person("invité", Role.GUEST)
    with pytest.raises((record.Refused, NotAllowed)):
        record.take_back(guest, number)


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date(2101, 1, 1), date.max])
def test_a_day_of_which_no_page_could_tell_the_months_around_is_refused(day):
    for enter in (
        lambda: record.set_target(LOCAL_READER, *WAITS, 20, day, "plan"),
        lambda: record.decide(LOCAL_READER, *WAITS, "le directeur", "agir", None, day),
        lambda: record.decide(LOCAL_READER, *WAITS, "le directeur", "agir", day, today()),
        lambda: record.rebase(LOCAL_READER, *WAITS, day, "travaux"),
    ):
        with pytest.raises(record.Refused, match="de 2000 à 2100"):
            enter()
    assert not (control_charts.decisions(LOCAL_READER) or control_charts.targets(LOCAL_READER))
    assert not control_charts.level_changes(LOCAL_READER, *WAITS)


def test_a_new_start_replaces_the_one_of_the_same_month():
    month = today().replace(day=1)
    for why in ("travaux", "déménagement"):
        record.rebase(LOCAL_READER, *WAITS, today(), why)
    assert control_charts.level_changes(LOCAL_READER, *WAITS) == (
        (month, "déménagement", LOCAL_READER.name, SET),
    )


def test_a_proposed_level_is_refused_or_accepted_with_a_reason_and_in_the_journal(office):
    month = today().replace(day=1)
    record.refuse_level(LOCAL_READER, *WAITS, today(), "panne d'un an")
    assert control_charts.level_changes(LOCAL_READER, *WAITS) == (
        (month, "panne d'un an", LOCAL_READER.name, REFUSED),
    )
    record.accept_level(LOCAL_READER, *WAITS, month, "nouveau guichet")
    assert control_charts.level_changes(LOCAL_READER, *WAITS) == (
        (month, "nouveau guichet", LOCAL_READER.name, ACCEPTED),
    )
    actions = [a for (a,) in office.rows("SELECT did FROM journal ORDER BY id")]
    assert actions[-2:] == ["refused level", "accepted level"]
    for answer in (record.refuse_level, record.accept_level):
        with pytest.raises(record.Refused, match="la raison"):
            answer(LOCAL_READER, *WAITS, month, " ")
        with pytest.raises(NotAllowed):
            answer(Person("inconnu", "rôle inconnu"), *WAITS, month, "raison")
        with pytest.raises(NotAllowed):
            answer(Person("d", Role.DIRECTOR, frozenset({"Zou"})), *WAITS, month, "raison")


def test_a_presentation_is_kept_replaced_and_removed():
    at = None
    for title in ("Revue", "Revue d'été"):
        at = record.keep_story(LOCAL_READER, Story("revue", title, (Step("chiffres"),)), at)
    assert dict(saved_stories.kept_stories(LOCAL_READER)) == {"revue": "Revue d'été"}
    assert saved_stories.story(LOCAL_READER, "revue").title == "Revue d'été"
    record.forget_story(LOCAL_READER, "revue")
    assert not saved_stories.kept_stories(LOCAL_READER)
    with pytest.raises(record.Refused, match="Aucune présentation"):
        record.forget_story(LOCAL_READER, "revue")


def test_a_version_that_was_not_meant_is_neither_replaced_nor_removed():
    here, there = (Story("revue", "Revue", (Step(kind),)) for kind in ("chiffres", "bulletin"))
    first = record.keep_story(LOCAL_READER, here)
    with pytest.raises(record.StoryConflict):
        record.keep_story(LOCAL_READER, there)  # who takes the title for free
    second = record.keep_story(LOCAL_READER, there, first)
    with pytest.raises(record.StoryConflict):
        record.keep_story(LOCAL_READER, here, first)
    with pytest.raises(record.Refused, match="Une autre version"):
        record.forget_story(LOCAL_READER, "revue", first)
    assert saved_stories.story(LOCAL_READER, "revue") == there
    assert saved_stories.keepers(LOCAL_READER)["revue"].kept_at == second
    record.forget_story(LOCAL_READER, "revue", second)
    with pytest.raises(record.StoryConflict):
        record.keep_story(LOCAL_READER, here, second)  # it was removed meanwhile
    assert not saved_stories.kept_stories(LOCAL_READER)


AWA, KOFI = (Person(name, Role.CABINET, id=name) for name in ("awa", "kofi"))


def test_one_s_own_presentation_is_replaced_and_removed_and_nobody_else_s():
    at = record.keep_story(AWA, Story("revue", "Revue", (Step("chiffres"),)))
    with pytest.raises(record.Refused, match="Quelqu'un d'autre"):
        record.keep_story(KOFI, Story("revue", "Revue", (Step("bulletin"),)))
    with pytest.raises(record.Refused, match="Aucune présentation à vous"):
        record.forget_story(KOFI, "revue")
    assert saved_stories.story(KOFI, "revue").steps == (Step("chiffres"),)
    assert record.may_change(AWA, "revue") and not record.may_change(KOFI, "revue")
    record.keep_story(AWA, Story("revue", "Revue du mois", (Step("bulletin"),)), at)
    assert saved_stories.keepers(KOFI)["revue"][:2] == ("awa", "awa")
    record.forget_story(AWA, "revue")
    assert not saved_stories.kept_stories(LOCAL_READER) and not record.may_change(AWA, "revue")


def test_who_answers_for_all_data_removes_anybody_s_presentation():
    manager = Person("données", Role.DATA_MANAGER, id="m")
    record.keep_story(AWA, Story("revue", "Revue", (Step("chiffres"),)))
    assert record.may_change(manager, "revue")
    record.forget_story(manager, "revue")
    assert not saved_stories.kept_stories(LOCAL_READER)


def test_a_presentation_of_who_had_no_account_is_nobody_s_own():
    record.keep_story(LOCAL_READER, Story("revue", "Revue", (Step("chiffres"),)))
    assert not record.may_change(AWA, "revue")
    with pytest.raises(record.Refused):
        record.forget_story(AWA, "revue")


FOCAL = Person("point focal", Role.FOCAL_POINT, sites=frozenset({KANDI}), id="f")
ALIBORI = Person("directeur", Role.DIRECTOR, frozenset({"Alibori"}), id="d")
MANAGER = Person("données", Role.DATA_MANAGER, id="m")
MONTH = today().replace(day=1)
EVERYWHERE = {"nation", "Alibori", KANDI, "Zou"}
# What is done for a scope, and for which of these each may do it.
DONE = {
    "set_targets": lambda who, to: record.set_target(who, "wait_p50", to, 20, today(), "plan"),
    "decide": lambda who, to: record.decide(who, "wait_p50", to, "x", "y", None, today()),
    "rebase": lambda who, to: record.rebase(who, "wait_p50", to, MONTH, "travaux"),
}
ALLOWED = {
    "set_targets": {AWA: {"nation"}, ALIBORI: {"Alibori", KANDI}, MANAGER: EVERYWHERE},
    "decide": {AWA: EVERYWHERE, ALIBORI: {"Alibori", KANDI}, MANAGER: EVERYWHERE},
    "rebase": {MANAGER: EVERYWHERE},
}
NOTHING_OF_THIS = (
    FOCAL,
    Person("comptes", Role.ADMINISTRATOR, id="x"),
    Person("invité", Role.GUEST),
    Person("inconnu", "rôle inconnu"),
)


@pytest.mark.parametrize("right", DONE)
def test_each_does_it_for_what_is_his_and_for_nothing_else(right):
    for who in (AWA, ALIBORI, MANAGER, *NOTHING_OF_THIS):
        done = set()
        for scope in (*EVERYWHERE, "nulle part"):
            with suppress(NotAllowed):
                DONE[right](who, scope)
                done.add(scope)
                if right == "set_targets":
                    record.remove_target(who, "wait_p50", scope, today())
        assert done == ALLOWED[right].get(who, set()), who.role
