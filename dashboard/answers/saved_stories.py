"""The presentations: ready-made ones and saved ones. Words and an order of slides, no figures.

An author writes about what he sees himself: guests are given a saved one only if it is about their own places, and without
notes.
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
    """The titles of the saved presentations that may be opened, by name, sorted by title."""
    with engine().connect() as connection:
        titles = dict(read.stories(connection))
    return {
        name: title
        for name, title in titles.items()
        if not view.access.guest or _is_visible(view, name)
    }


class Keeper(NamedTuple):
    """Who saved a presentation. account: "" where nobody signed in; name: as shown; kept_at: when, UTC."""

    account: str
    name: str
    kept_at: datetime


@cached
def keepers(view: View) -> Mapping[str, Keeper]:
    """Who saved each presentation, by its name; empty for guests."""
    if view.access.guest:
        return {}
    with engine().connect() as connection:
        return {name: Keeper(*of) for name, of in read.story_keepers(connection)}


@cached
def story(view: View, name: str) -> Story | None:
    """The presentation of that name, ready-made or saved; None where there is none, or none for this person. Raises NotAStory
    for a damaged one."""
    if known := ready_story(name):
        return known
    with engine().connect() as connection:
        body = read.story(connection, name)
    kept = from_json(name, body, KINDS) if body else None
    return _for_guests(view, kept) if kept and view.access.guest else kept


def _for_guests(view: View, story: Story) -> Story | None:
    """A saved presentation as guests are given it: without notes and hidden slides; None where it is not about their places
    alone, since its words may be about others."""
    if not _is_of_its_places(view, story):
        return None
    return replace(story, steps=tuple(replace(step, note="") for step in story.visible_steps))


def _is_of_its_places(view: View, story: Story) -> bool:
    """Whether all sites that a presentation's place includes may be seen by this guest."""
    shown = view.access.aggregates
    if isinstance(shown, str):
        return shown == ALL
    homes = view.network.departments_of_sites
    own = {code for code, home in homes.items() if story.department == home or story.site == code}
    return bool(own) and own <= shown


def _is_visible(view: View, name: str) -> bool:
    """Whether a presentation of that name exists and may be opened."""
    with suppress(NotAStory):
        return story(view, name) is not None
    return False
