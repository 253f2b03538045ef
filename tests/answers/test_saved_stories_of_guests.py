"""Which kept presentations guests are told, and what of them: neither the speaker's notes nor the name of any account."""

import html
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import context, deck, network, saved_stories
from dashboard.answers.question import Question
from dashboard.exports import EXPORTS
from dashboard.period import ONE_DAY, add_months, clip_period, resolve_period, today
from dashboard.settings import load_settings
from dashboard.stories import Step, Story, ready_story, to_json
from dashboard.ui import downloads
from db import targets_and_decisions
from db.engine import make_engine
from tests.answers.held import words
from tests.answers.test_small_counts_for_guests import text_in
from tests.answers.test_who_asks import answers, ask
from tests.builders import COVE, KANDI

GUEST = Person("invites.1", Role.GUEST, id="g")
OF_ZOU = Person("invites.2", Role.GUEST, frozenset({"Zou"}), id="z")
CABINET = Person("cabinet", Role.CABINET, id="c")
NAME, NOTE, HIDDEN = "prenom.nomducompte", "motdelorateur", "titremasque"


def kept(name: str, department: str | None = None, site: str | None = None) -> Story:
    """A presentation with all that a speaker may write."""
    steps = (
        Step("ouverture", headline=f"dit de {name}", note=f"{NOTE} {name}"),
        Step("chiffres", headline=f"{HIDDEN} {name}", note=f"{NOTE} {name}", hidden=True),
        Step("mois", "wait_p50", note=f"{NOTE} {name}"),
        Step("decisions"),
    )
    return Story(name, f"Titre {name}", steps, department, site)


TOLD = {
    story.name: story
    for story in (
        kept("du-zou", "Zou"),
        kept("de-cove", site=COVE),
        kept("du-borgou", "Borgou"),
        kept("de-kandi", site=KANDI),
        kept("du-pays"),
        kept("de-nulle-part", "Ailleurs"),
    )
}
OF_THE_ZOU = {"du-zou", "de-cove"}


def note(url: str) -> None:
    """What somebody who signed in notes of the data there."""
    engine, start = make_engine(url), add_months(today().replace(day=1), -6)
    for story in TOLD.values():
        targets_and_decisions.keep_story(
            engine, story.name, story.title, to_json(story), NAME, account="c"
        )
    for scope in ("nation", "Zou", COVE):
        targets_and_decisions.set_target(engine, "wait_p50", scope, 20, today(), "plan", NAME)
        targets_and_decisions.rebase(engine, "wait_p50", scope, start, "travaux", NAME)
        targets_and_decisions.decide(
            engine, "wait_p50", scope, today(), "le chef", "agir", None, NAME
        )
    engine.dispose()


@pytest.fixture(scope="module")
def demo(databases) -> Iterator[str]:
    """Fictitious data, with what somebody noted of them."""
    with databases.fresh(visits=6_000) as url, pytest.MonkeyPatch.context() as patch:
        note(url)
        patch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        context.close_databases()
        yield url
        context.close_databases()
    load_settings.cache_clear()


def question() -> Question:
    last = network.freshness(LOCAL_READER).as_of
    return Question(add_months(last, -12) + ONE_DAY, last)


def test_guests_are_told_the_stories_of_their_own_places_alone(demo):
    assert set(saved_stories.kept_stories(OF_ZOU)) == OF_THE_ZOU
    assert (
        set(saved_stories.kept_stories(GUEST))
        == set(saved_stories.kept_stories(CABINET))
        == set(TOLD)
    )
    for name, story in TOLD.items():
        for who in (GUEST, OF_ZOU):
            found = saved_stories.story(who, name)
            assert (found is not None) == (who is GUEST or name in OF_THE_ZOU), (who, name)
        assert saved_stories.story(CABINET, name) == story
    assert saved_stories.keepers(GUEST) == saved_stories.keepers(OF_ZOU) == {}
    assert {of.name for of in saved_stories.keepers(CABINET).values()} == {NAME}


@pytest.mark.parametrize("name", ["national", "own"])
def test_who_may_not_open_completeness_is_told_nothing_of_it_by_a_story_either(demo, name):
    """How well sites report is the network's own affair: neither guests nor points focaux of other sites have the slide."""
    calendar = ("completude", "ecarts")
    own = Story("own", "Récit", (Step("ouverture"), *(Step(code) for code in calendar)))
    story = own if name == "own" else ready_story("national")
    focal = Person("point focal", Role.FOCAL_POINT, sites=frozenset({COVE}), id="f")
    period = clip_period(resolve_period("12m", today()), today())
    for who, expected in ((CABINET, True), (GUEST, False), (OF_ZOU, False), (focal, False)):
        slides = deck.build(who, question(), story, period).slides
        assert any(slide.code.startswith(calendar) for slide in slides) == expected, who
        assert len(slides) >= 1


def test_a_spoilt_story_keeps_no_guest_from_the_others(demo):
    engine = make_engine(demo)
    targets_and_decisions.keep_story(engine, "abimee", "Abîmée", "{}", NAME)
    try:
        assert set(saved_stories.kept_stories(OF_ZOU)) == OF_THE_ZOU
    finally:
        targets_and_decisions.forget_story(engine, "abimee", NAME)
        engine.dispose()


@pytest.mark.parametrize("kind", EXPORTS)
def test_no_file_of_a_guest_has_notes_or_names_of_accounts(demo, kind):
    last = network.freshness(LOCAL_READER).as_of
    period = clip_period(resolve_period("12m", last), last)
    noted = {}
    for who in (CABINET, GUEST, OF_ZOU):
        told = deck.build(who, question(), saved_stories.story(who, "du-zou"), period)
        made = replace(told, made_by=downloads.made_by(who))
        noted[who.name] = html.unescape(text_in(kind, EXPORTS[kind].file(made)))
        slides = repr(deck.slides(who, question(), saved_stories.story(who, "du-zou"), period))
        assert (NOTE in slides) == (who is CABINET) and HIDDEN not in slides
        assert (NAME in slides) == (who is CABINET)
    for who in (GUEST, OF_ZOU):
        said = noted[who.name]
        assert not [w for w in (NOTE, HIDDEN, NAME, who.name, "cabinet") if w in said], kind
    if kind == "pptx":
        assert NOTE in noted["cabinet"]


def test_no_answer_to_a_guest_names_an_account(demo):
    named = {n for n in answers() if NAME in words(ask(n, CABINET, question()))}
    assert len(named) > 4, "what noted them is there to be told"
    for who in (GUEST, OF_ZOU):
        for name in answers():
            assert NAME not in words(ask(name, who, question())), (who, name)
        assert NAME not in words(context.view(who).network)
