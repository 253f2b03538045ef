"""The presentations there are: ready-made ones and those that people have kept. Words and an order of slides, no figures.

What people write is about what they see themselves: guests are told the kept ones of their own places, as an audience hears them.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from dashboard.answers.context import View, cached, engine
from dashboard.answers.slides import KINDS
from dashboard.stories import NotAStory, Story, from_json, ready_story
from db import read
from db.codes import ALL


@cached
def kept_stories(view: View) -> Mapping[str, str]:
    """Name to title of the presentations that people have kept, by title."""
    with engine().connect() as connection:
        titles = dict(read.stories(connection))
    return {
        name: title
        for name, title in titles.items()
        if not view.access.guest or _is_visible(view, name)
    }


class Keeper(NamedTuple):
    """Who keeps a presentation: the account, "" for who had none; the name; since when, in UTC."""

    account: str
    name: str
    kept_at: datetime


@cached
def keepers(view: View) -> Mapping[str, Keeper]:
    """By the name of a presentation that is kept, who keeps it; to guests it is not said."""
    if view.access.guest:
        return {}
    with engine().connect() as connection:
        return {name: Keeper(*of) for name, of in read.story_keepers(connection)}


@cached
def story(view: View, name: str) -> Story | None:
    """The presentation of that name, ready-made or kept; None where there is none, or none for who asks. Raises NotAStory for a
    spoilt one."""
    if known := ready_story(name):
        return known
    with engine().connect() as connection:
        body = read.story(connection, name)
    kept = from_json(name, body, KINDS) if body else None
    return _for_guests(view, kept) if kept and view.access.guest else kept


def _for_guests(view: View, story: Story) -> Story | None:
    """A kept presentation as guests have it: without the speaker's notes and what he hid; None where it is not of their places
    alone, since its words may be about others."""
    if not _is_of_its_places(view, story):
        return None
    return replace(story, steps=tuple(replace(step, note="") for step in story.visible_steps))


def _is_of_its_places(view: View, story: Story) -> bool:
    shown = view.access.aggregates
    if isinstance(shown, str):
        return shown == ALL
    homes = view.network.departments_of_sites
    own = {code for code, home in homes.items() if story.department == home or story.site == code}
    return bool(own) and own <= shown


def _is_visible(view: View, name: str) -> bool:
    """Whether there is such a presentation for who asks."""
    with suppress(NotAStory):
        return story(view, name) is not None
    return False
