"""What a guest's pages hold of those who signed in: nothing that a speaker noted, and no name of an account."""

from collections.abc import Iterator

import pytest

from dashboard.accounts.rights import Person, Role
from dashboard.answers import context, saved_stories
from dashboard.navigation import pages_of
from dashboard.request_identity import SESSION_CACHE
from dashboard.ui import presentation, story_drafts
from tests.answers.test_saved_stories_of_guests import HIDDEN, NAME, NOTE, TOLD, note
from tests.builders import COVE
from tests.pages.app import everything, sound, visit_page

pytestmark = pytest.mark.never_unstable

OF_ZOU = Person("invites.2", Role.GUEST, frozenset({"Zou"}), id="z")
CABINET = Person("cabinet", Role.CABINET, id="c")
READY_MADE = {"national", "departement:Zou"}


@pytest.fixture(scope="module")
def noted(databases) -> Iterator[str]:
    """Fictitious data, with what somebody who signed in noted of them."""
    with databases.fresh(visits=6_000) as url:
        note(url)
        yield url
        context.close_databases()


@pytest.fixture
def asked_by(noted, using, monkeypatch):
    """asked_by(person): who asks from now on."""
    using(noted)
    return lambda who: monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: who)


def held(at) -> str:
    """All that is on a page, and all that its session keeps for it."""
    sent = [one.proto for kind in ("bidi_component", "component_instance") for one in at.get(kind)]
    return "\n".join([everything(at), repr(at.session_state), *map(str, sent)])


def test_no_page_of_a_guest_names_an_account(asked_by):
    found = {}
    for who in (CABINET, OF_ZOU):
        asked_by(who)
        pages = {
            spec.url_path: held(visit_page(spec.url_path, centre=COVE, courbe="wait_p50"))
            for spec in pages_of(who)
            if spec.url_path != "mon-compte"
        }
        found[who.name] = {name for name, said in pages.items() if NAME in said}
    assert {"signaux"} <= found["cabinet"]
    assert found[OF_ZOU.name] == set()


@pytest.mark.parametrize("name", TOLD)
def test_a_guest_opens_the_stories_of_his_places_without_what_the_speaker_kept_for_himself(
    asked_by, name
):
    asked_by(OF_ZOU)
    at = visit_page("presenter", histoire=name)
    at.session_state[presentation.KEY] = {"running": 1}
    at.run()
    said = held(at)
    assert not [word for word in (NOTE, HIDDEN, NAME) if word in said]
    own = set(saved_stories.kept_stories(OF_ZOU))
    for other, story in TOLD.items():
        words = {story.title, f"dit de {other}"}
        assert other in own or not [word for word in words if word in said], other
    assert (f"dit de {name}" in said) == (name in own)
    (shown,) = sound(at).session_state[story_drafts.DRAFTS]
    assert shown in ({name} if name in own else READY_MADE)
    asked_by(CABINET)
    at = visit_page("presenter", histoire=name)
    assert NOTE in held(at) and "Gardée par" in held(at)
