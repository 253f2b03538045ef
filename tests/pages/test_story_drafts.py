"""What is changed in a story is lost by nothing but a choice: not by going elsewhere, nor by what others keep or remove."""

import pytest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.actions import targets_and_decisions
from dashboard.answers import saved_stories as known
from dashboard.stories import Step, Story
from dashboard.ui import session, story_editor
from tests.pages.app import go, sound, visit_page, words

MINE, THEIRS = "Notre titre à nous", "Leur titre à eux"
REVIEW = Story("revue", "Revue", (Step("ouverture"), Step("chiffres"), Step("bulletin")))
OTHER = Person("kofi", Role.READER, id="kofi")


def opened(**wanted: str):
    """The page with what changes its story, the first slide unfolded."""
    at = visit_page("presenter", **wanted)
    at.toggle(key=story_editor.OWN).set_value(True).run()
    button(at, "Modifier").click()
    return at.run()


def button(at, label: str):
    """The first button that says so."""
    return next(b for b in at.button if b.label == label)


def labels(at) -> list[str]:
    return [b.label for b in at.button]


def entitle(at, words: str):
    """Type another title of the slide that is unfolded."""
    next(t for t in at.text_input if t.label.startswith("Titre (vide")).set_value(words)
    return at.run()


def keep(at, title: str = ""):
    """Keep the story, under this title."""
    if title:
        next(t for t in at.text_input if t.label == "Titre de la présentation").set_value(title)
    return button(at, "Garder sous ce titre").click().run()


def press(at, label: str):
    return button(at, label).click().run()


def said(at) -> str:
    """All the words of the page, as they are read."""
    return " ".join(" ".join(words(at)).replace("\\", "").split())


def headline(name: str) -> str:
    """That of the first slide of a kept story."""
    return known.story(LOCAL_READER, name).steps[0].headline


def theirs(over=None) -> None:
    """Another person keeps a version of it."""
    first, *rest = REVIEW.steps
    changed = Story("revue", "Revue", (Step(first.kind, headline=THEIRS), *rest))
    targets_and_decisions.keep_story(
        OTHER, changed, over or known.keepers(LOCAL_READER)["revue"].kept_at
    )


def test_what_is_typed_holds_as_soon_as_the_field_is_left_and_is_kept(demo):
    at = entitle(opened(), MINE)
    assert f"1. **Titre** : {MINE}" in said(sound(at))
    keep(at, "Revue du lundi")
    assert headline("revue-du-lundi") == MINE and "Abandonner mes changements" not in labels(at)


def test_a_story_that_is_left_for_another_keeps_its_changes_and_says_so(demo):
    at = entitle(opened(histoire="departement", departement="Zou"), MINE)
    at.selectbox(key="filtre_departement").set_value("Mono").run()
    assert MINE not in said(sound(at)).partition("Les diapositives")[2]
    assert "Vos changements de « Revue du département : Zou » ne sont pas gardés." in said(at)
    at.selectbox(key="choix_histoire").set_value("plaintes").run()
    assert "Vos changements de « Revue du département : Zou »" in said(sound(at))
    go(go(at, "carte"), "presenter")
    press(at, "Y revenir")
    assert f"**Titre** : {MINE}" in said(sound(at)) and "Y revenir" not in labels(at)
    assert at.selectbox(key="filtre_departement").value == "Zou"


def test_changes_are_given_up_only_where_that_is_asked_for(demo):
    at = entitle(opened(histoire="site", centre="ccsp-allada"), MINE)
    at.selectbox(key="choix_histoire").set_value("national").run()
    assert "Vos changements de « Revue du centre : CCSP d'Allada »" in said(at)
    press(at, "Abandonner ces changements")
    assert "Vos changements" not in said(sound(at))
    at = press(entitle(opened(), MINE), "Abandonner mes changements")
    assert MINE not in said(sound(at))
    at.selectbox(key="choix_histoire").set_value("plaintes").run()
    assert "Vos changements" not in said(at)


def test_a_story_that_somebody_removed_meanwhile_can_be_kept_again(demo):
    targets_and_decisions.keep_story(LOCAL_READER, REVIEW)
    at = entitle(opened(histoire="revue"), MINE)
    targets_and_decisions.forget_story(OTHER, "revue")
    at.run()
    assert "« Revue » a été supprimée depuis que vous l'avez ouverte." in said(sound(at))
    assert f"**Titre** : {MINE}" in said(at)
    press(at, "Garder la mienne")
    assert headline("revue") == MINE and "supprimée" not in said(sound(at))


def test_who_changed_nothing_is_shown_what_another_kept(demo):
    targets_and_decisions.keep_story(LOCAL_READER, REVIEW)
    at = opened(histoire="revue")
    theirs()
    assert f"**Titre** : {THEIRS}" in said(sound(at.run()))
    button(at, "Modifier").click().run()
    keep(entitle(at, MINE))
    assert headline("revue") == MINE


@pytest.mark.parametrize("first", ["the page is drawn", "it is kept"])
def test_of_two_versions_neither_is_lost_before_somebody_chose(demo, first):
    targets_and_decisions.keep_story(LOCAL_READER, REVIEW)
    mine, other = (entitle(opened(histoire="revue"), MINE) for _ in range(2))
    theirs()
    for at in (mine, other):
        at.run() if first == "the page is drawn" else keep(at)
        assert "Une autre version de « Revue » a été gardée depuis que vous l'avez ouverte" in said(
            sound(at)
        )
        assert "par kofi" in said(at) and headline("revue") == THEIRS
    press(other, "Reprendre l'autre")
    assert f"**Titre** : {THEIRS}" in said(sound(other)) and "Une autre version" not in said(other)
    press(mine, "Garder la mienne")
    assert headline("revue") == MINE and "Une autre version" not in said(sound(mine))
    # A third one is asked about again.
    theirs()
    keep(entitle(mine, f"{MINE}, encore"))
    assert "Une autre version" in said(mine) and headline("revue") == THEIRS


def test_a_title_under_which_something_is_kept_is_taken_only_where_that_is_asked_for(demo):
    targets_and_decisions.keep_story(LOCAL_READER, REVIEW)
    theirs()
    at = keep(entitle(opened(), MINE), "Revue")
    assert "Une présentation est déjà gardée sous le titre « Revue », par kofi" in said(sound(at))
    assert headline("revue") == THEIRS
    keep(at, "Revue du mois")
    assert headline("revue-du-mois") == MINE and headline("revue") == THEIRS
    at = press(keep(entitle(opened(), MINE), "Revue"), "Garder la mienne")
    assert headline("revue") == MINE and "déjà gardée" not in said(sound(at))


def test_who_may_not_replace_another_s_version_keeps_his_own_under_another_title(demo, monkeypatch):
    awa = Person("awa", Role.CABINET, id="awa")
    monkeypatch.setattr(session, "person", lambda: awa)
    targets_and_decisions.keep_story(awa, REVIEW)
    at = entitle(opened(histoire="revue"), MINE)
    theirs()
    at.run()
    assert "Une autre version de « Revue »" in said(sound(at))
    assert "Garder la mienne" not in labels(at)
    keep(at)
    assert "Quelqu'un d'autre" in at.error[0].value and headline("revue") == THEIRS
    keep(at, "La revue d'Awa")
    assert headline("la-revue-d-awa") == MINE and headline("revue") == THEIRS


def test_a_version_that_was_not_seen_is_not_removed(demo):
    targets_and_decisions.keep_story(LOCAL_READER, REVIEW)
    at = opened(histoire="revue")
    theirs()
    press(at, "Supprimer cette présentation gardée")
    assert "Une autre version" in at.error[0].value and headline("revue") == THEIRS
    press(at, "Supprimer cette présentation gardée")
    assert known.kept_stories(LOCAL_READER) == {}


def test_removing_a_story_leaves_what_was_changed_in_it(demo):
    targets_and_decisions.keep_story(LOCAL_READER, REVIEW)
    at = press(entitle(opened(histoire="revue"), MINE), "Supprimer cette présentation gardée")
    assert known.kept_stories(LOCAL_READER) == {} and "Vos changements de « Revue »" in said(
        sound(at)
    )
    press(press(at, "Y revenir"), "Garder la mienne")
    assert headline("revue") == MINE


def test_the_last_slide_that_is_shown_is_not_hidden(demo):
    targets_and_decisions.keep_story(LOCAL_READER, Story("revue", "Revue", (Step("chiffres"),)))
    at = opened(histoire="revue")
    at.checkbox[-1].check().run()
    assert "Il faut au moins une diapositive." in at.error[0].value
    assert at.checkbox[-1].value is False
