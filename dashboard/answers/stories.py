"""The presentations there are: ready-made ones and those that people have kept. Words and an order of slides, no figures."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from dashboard.answers.slides import KINDS
from dashboard.answers.view import View, answer, engine
from dashboard.stories import Story, from_json, ready
from db import read


@answer
def kept(_view: View) -> Mapping[str, str]:
    """Name to title of the presentations that people have kept, by title."""
    with engine().connect() as connection:
        return dict(read.stories(connection))


class Keeper(NamedTuple):
    """Who keeps a presentation: the account, "" for who had none; the name; since when, in UTC."""

    account: str
    name: str
    at: datetime


@answer
def keepers(_view: View) -> Mapping[str, Keeper]:
    """By the name of a presentation that is kept, who keeps it."""
    with engine().connect() as connection:
        return {name: Keeper(*of) for name, of in read.story_keepers(connection)}


@answer
def story(_view: View, name: str) -> Story | None:
    """The presentation of that name, ready-made or kept; None where there is none. Raises NotAStory for a spoilt one."""
    if known := ready(name):
        return known
    with engine().connect() as connection:
        body = read.story(connection, name)
    return from_json(name, body, KINDS) if body else None
