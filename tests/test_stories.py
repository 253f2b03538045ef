"""Stories as data: ready-made ones, kept ones, and what is no story."""

from dataclasses import replace

import pytest

from dashboard.answers.slides import KINDS
from dashboard.indicators import BY_CODE
from dashboard.stories import (
    READY,
    NotAStory,
    Step,
    Story,
    check_story,
    from_json,
    ready_story,
    slug,
    to_json,
)

ONE = Story(
    "la-mienne",
    "La mienne",
    (Step("chiffres"), Step("mois", "wait_p50", headline="Nos attentes", hidden=True)),
)


@pytest.mark.parametrize("name", READY)
def test_a_ready_made_story_can_be_told(name):
    found = ready_story(f"{name}:Zou" if READY[name].place else name)
    check_story(found, KINDS)
    assert found.steps[0].kind == "ouverture" and found.steps[-1].kind == "bulletin"
    assert len({s.code for s in found.steps}) == len(found.steps) >= 12


def test_the_national_review_has_twelve_slides_and_one_for_the_decisions():
    kinds = [step.kind for step in ready_story("national").visible_steps]
    assert len(kinds) == 13 and "decisions" in kinds


@pytest.mark.parametrize("name", ["departement", "site:", "national:Zou", "zou", ""])
def test_a_name_that_is_no_ready_made_story(name):
    assert ready_story(name) is None


def test_a_story_of_a_place_is_about_it():
    assert (ready_story("departement:Zou").department, ready_story("site:ccsp-allada").site) == (
        "Zou",
        "ccsp-allada",
    )


def test_a_kept_story_comes_back_as_it_was():
    assert from_json(ONE.name, to_json(ONE), KINDS) == ONE


def test_hidden_slides_are_not_told():
    assert [s.kind for s in ONE.visible_steps] == ["chiffres"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"title": " "}, "Il faut un titre."),
        ({"title": "x" * 161}, "160 caractères au plus"),
        ({"steps": ()}, "Il faut au moins une diapositive."),
        ({"steps": (Step("chiffres", hidden=True),)}, "Il faut au moins une diapositive."),
        ({"steps": (Step("camembert"),)}, "La diapositive « camembert » n'existe pas."),
        ({"steps": (Step("mois", "visits"),)}, "ne peut pas montrer « visits »"),
        ({"steps": (Step("mois"),)}, "ne peut pas montrer « »"),
        ({"steps": (Step("chiffres", headline="x" * 161),)}, "160 caractères au plus"),
        ({"steps": (Step("chiffres"),) * 41}, "40 diapositives au plus"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_reason(changed, why):
    with pytest.raises(NotAStory) as refused:
        check_story(replace(ONE, **changed), KINDS)
    assert why in str(refused.value).replace("«  »", "« »")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"title": "x", "steps": [{"sort": 1}]}', '{"title": "x", "steps": 3}']
)
def test_a_spoilt_story_is_said_to_be(text):
    with pytest.raises(NotAStory):
        from_json("x", text, KINDS)


def test_names_for_links():
    assert slug("Revue d'Été : Zou & Collines !") == "revue-d-ete-zou-collines"
    assert slug("<script>") == "script" and slug("!?") == ""


def test_each_kind_shows_indicators_that_exist():
    assert {code for kind in KINDS.values() for code in kind.indicators} <= set(BY_CODE)
    assert all(kind.label for kind in KINDS.values())
    assert all(kind.question for name, kind in KINDS.items() if name != "ouverture")
    assert KINDS["mois"].label_with_indicator("wait_p50").endswith("Attente médiane")
