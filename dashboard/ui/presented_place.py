"""Which place a presentation is about, where it is one: its title says that, whatever the filters say."""

from contextlib import suppress

from dashboard.answers import saved_stories
from dashboard.answers.network import site_names
from dashboard.stories import READY, NotAStory
from dashboard.ui import filter_state, session, url_parameters

ADDRESS = "histoire"  # in the URL: which story


def words() -> str:
    """The department or site of the presentation in the URL; "" for one about what the filters leave."""
    name, person = url_parameters.read().get(ADDRESS, ""), session.person()
    if name in READY:
        site = filter_state.value("centre") if READY[name].place == "site" else ""
        return site_names(person).get(site, "")
    with suppress(NotAStory):
        is_kept = name in saved_stories.kept_stories(
            person
        )  # of the address, which may say anything
        if is_kept and (story := saved_stories.story(person, name)) is not None:
            return site_names(person).get(story.site or "", "") or story.department or ""
    return ""
