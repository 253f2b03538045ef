"""The page « Présenter »: choose, order, word, hide, add, keep, share. Through its widgets, on fictitious data."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.accounts.rights import LOCAL_READER, NotAllowed, Person, Role
from dashboard.actions import targets_and_decisions as record
from dashboard.answers import deck, network
from dashboard.answers import saved_stories as known
from dashboard.answers.context import engine
from dashboard.answers.question import Question
from dashboard.exports import EXPORTS, Export
from dashboard.period import clip_period, resolve_period
from dashboard.stories import Step, ready_story
from dashboard.ui import presentation as telling
from dashboard.ui import session, story_drafts, story_editor
from db import targets_and_decisions as steer
from tests.pages.app import link, sound, visit_page, words


def present(**wanted: str):
    """The page, opened by a link."""
    return visit_page("presenter", **wanted)


def running(at, what: int) -> None:
    """What the browser says when the presentation starts, and when it is closed (0)."""
    at.session_state[telling.KEY] = {"running": what}
    at.run()


def prepare(at) -> None:
    """Ask for what changes the story."""
    at.toggle(key=story_editor.OWN).set_value(True).run()


def unfold(at, number: int) -> None:
    """Ask for the fields of a slide."""
    if not at.toggle(key=story_editor.OWN).value:
        prepare(at)
    at.button(key=f"modifier_{number}").click().run()


def story(at):
    """The story on the page, as it was changed there."""
    held = at.session_state[story_drafts.DRAFTS]
    return held[next(reversed(held))].story


def codes(at) -> list[str]:
    """The slides of the story on the page, in order."""
    return [s.code for s in story(at).steps]


def said(at) -> str:
    """All the words of the page, with plain spaces."""
    return " ".join(" ".join(words(at)).split())


def test_the_national_review_is_there_at_once(demo):
    at = sound(present())
    assert codes(at) == [s.code for s in ready_story("national").steps]
    assert "12 diapositives. Touches" in said(at)
    assert "1. **Titre** : " in said(at)


def test_a_director_is_shown_the_review_of_his_department_and_a_part_of_the_country_is_no_nation(
    demo, monkeypatch
):
    director = Person("zou", Role.DIRECTOR, frozenset({"Zou"}))
    monkeypatch.setattr(session, "person", lambda: director)
    at = sound(present(departement="Zou"))
    assert story(at).department == "Zou"
    assert "1. **Titre** : Revue du département : Zou" in said(at).replace("\\", "")
    at = sound(present(departement="Borgou,Alibori"))
    assert "1. **Titre** : Revue : Borgou et Alibori" in said(at).replace("\\", "")


def sent(at):
    """The slides that go to the browser; None where none do."""
    return json.loads(next(e for e in at.main if e.type == "bidi_component").proto.json)["slides"]


def test_slides_are_made_when_the_presentation_is_started_and_not_before(demo, monkeypatch):
    made, real = [], deck.slides
    monkeypatch.setattr(deck, "slides", lambda *which: made.append(which) or real(*which))
    at = sound(present())
    at.selectbox(key="filtre_departement").set_value("Zou").run()
    assert made == [] and sent(sound(at)) is None
    running(at, 1)
    assert len(made) == 1 and len(sent(sound(at))) == 11, "without what has nothing to show"
    at.selectbox(key="filtre_departement").set_value("Mono").run()
    assert (
        len(made) == 2 and made[1][1].department == "Mono" and "Mono" in json.dumps(sent(sound(at)))
    )
    running(at, 0)
    at.selectbox(key="filtre_departement").set_value("Borgou").run()
    assert len(made) == 2 and sent(sound(at)) is None


def test_the_files_of_a_story_are_made_when_they_are_asked_for(demo, monkeypatch):
    made, real = [], Export.file
    monkeypatch.setattr(Export, "file", lambda kind, told: made.append(kind) or real(kind, told))
    at = sound(present())
    assert (
        made == [EXPORTS["txt"]] and len(at.download_button) == 4
    )  # the text to paste stands on the page


def test_a_slide_moves_and_is_hidden_and_renamed(demo):
    at = present()
    before = codes(at)

    def fields() -> list:
        return [t for t in at.text_input if t.label.startswith("Titre (vide")]

    assert not fields()  # sent once a slide is unfolded
    unfold(at, 0)
    at.button(key="bas_0").click().run()
    assert codes(sound(at)) == [before[1], before[0], *before[2:]]
    assert len(fields()) == 1  # they moved along
    at.button(key="haut_0").click().run()
    assert codes(at) == before
    unfold(at, 0)
    assert not fields()
    unfold(at, 1)
    of_second = next(t for t in at.text_input if t.label.startswith("Titre (vide"))
    of_second.set_value("Nos chiffres d'abord").run()
    assert "** : Nos chiffres d'abord" in said(sound(at))
    unfold(at, 2)
    at.checkbox[-1].check().run()
    assert "11 diapositives. Touches" in said(sound(at))
    assert " (masquée)" in said(at)


def test_a_slide_is_added_and_removed(demo):
    at = present()
    before = codes(at)
    unfold(at, 3)
    at.button(key="retirer_3").click().run()
    assert codes(sound(at)) == before[:3] + before[4:]
    [b for b in at.button if b.label == "Ajouter à la fin"][0].click().run()
    assert codes(sound(at)) == [*before[:3], *before[4:], "ouverture"]


def test_a_story_is_kept_under_its_title_and_found_by_its_link(demo):
    at = present()
    unfold(at, 1)
    at.button(key="retirer_1").click().run()
    next(t for t in at.text_input if t.label == "Titre de la présentation").set_value(
        "Atelier de Zou & Collines"
    )
    next(b for b in at.button if b.label == "Garder sous ce titre").click().run()
    assert link(sound(at))["histoire"] == "atelier-de-zou-collines"
    assert "est gardée" in at.success[0].value
    assert any("histoire=atelier-de-zou-collines" in c.value for c in at.code)
    other = sound(present(histoire="atelier-de-zou-collines"))
    assert len(codes(other)) == 12 and story(other).title == "Atelier de Zou & Collines"
    prepare(other)
    next(b for b in other.button if "Supprimer" in b.label).click().run()
    assert known.kept_stories(LOCAL_READER) == {} and "histoire" not in link(sound(other))


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("", "Il faut un titre."),
        ("National", "est le nom d'une présentation toute prête"),
        ("!?", "sous quel nom garder"),
    ],
)
def test_a_title_that_cannot_be_kept_is_refused_with_its_reason(demo, title, why):
    at = present()
    prepare(at)
    next(t for t in at.text_input if t.label == "Titre de la présentation").set_value(title)
    next(b for b in at.button if b.label == "Garder sous ce titre").click().run()
    assert not at.exception and why in "\n".join(e.value.replace("\\", "") for e in at.error)
    assert known.kept_stories(LOCAL_READER) == {}


def test_an_unknown_story_gives_a_notice_and_the_national_review(demo):
    at = present(histoire="![x](http://evil.example)")
    assert "n'existe pas ou plus" in at.warning[0].value and "](http" not in at.warning[0].value
    assert len(codes(at)) == 13


def test_a_review_of_a_place_asks_for_the_place(demo):
    for several in ({}, {"departement": "Borgou,Zou"}):
        at = sound(present(histoire="departement", **several))
        assert "Choisir un seul département" in at.info[-1].value
    at.selectbox(key="filtre_departement").set_value("Zou").run()
    assert story(at).department == "Zou" and len(codes(sound(at))) == 13
    at = sound(present(histoire="site", centre="ccsp-allada"))
    assert story(at).site == "ccsp-allada"
    elsewhere = sound(
        present(histoire="site", centre="ccsp-allada", departement="Zou", type="GSRU")
    )
    assert re.search(r"\d usagers reçus", said(elsewhere)) and "Aucune donnée remontée" not in said(
        elsewhere
    )


def test_a_kept_story_that_is_spoilt_is_said_to_be_and_can_be_removed(demo):
    steer.keep_story(engine(), "abimee", "Abîmée", "{}", "test")
    at = present(histoire="abimee")
    assert not at.exception and "n'a pas pu être lue" in at.error[0].value
    next(b for b in at.button if "Supprimer" in b.label).click().run()
    assert known.kept_stories(LOCAL_READER) == {}


def test_who_may_not_read_is_told_nothing(demo, monkeypatch):
    nobody = Person("personne", "inconnu")
    monkeypatch.setattr(session, "person", lambda: nobody)
    at = present()
    assert story_drafts.DRAFTS not in at.session_state
    with pytest.raises(NotAllowed):
        record.keep_story(nobody, ready_story("national"))
    with pytest.raises(NotAllowed):
        record.forget_story(nobody, "x")


def test_a_director_tells_the_story_of_the_department_alone(demo, monkeypatch):
    director = Person("directrice", Role.READER, frozenset({"Zou"}))
    monkeypatch.setattr(session, "person", lambda: director)
    hidden = set(network.site_names(LOCAL_READER).values()) - set(
        network.site_names(director).values()
    )
    at = present()
    told = telling.deck.build(director, Question(*_year()), story(at), _period())
    assert told.slides and not [name for name in hidden if name in repr(told)]
    assert Step("chiffres") in ready_story("national").steps


def _period():
    last = network.freshness(LOCAL_READER).as_of
    return clip_period(resolve_period("12m", last), last)


def _year():
    return _period().period.first, _period().period.last


def pressed_twice() -> None:
    """What a page hears of who presses twice before it is drawn anew."""
    import streamlit as st

    from dashboard.accounts.rights import LOCAL_READER
    from dashboard.ui import story_drafts, story_editor

    first, *_, last = story_drafts.on_page(LOCAL_READER, "national").slides
    story_editor._retire("national", first + 2)
    story_editor._retire("national", first + 2)
    story_editor._move("national", first + 2, -1)  # it is no more
    story_editor._move("national", last, 1)  # a button that is not to be pressed
    story_editor._word("national", first, "note", "of another page")
    story_editor._word("no longer there", first, "note", "of another page")
    st.text(" ".join(step.code for step in story_drafts.get("national").story.steps))


def test_who_presses_twice_on_a_slide_s_button_means_one_slide(demo):
    at = sound(AppTest.from_function(pressed_twice).run())
    wanted = [step.code for n, step in enumerate(ready_story("national").steps) if n != 2]
    assert at.text[0].value == " ".join(wanted)
