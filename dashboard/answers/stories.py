"""The presentations there are: ready-made ones and those that people have kept. Words and an order of slides, no figures."""

from collections.abc import Mapping

from dashboard.answers.slides import KINDS
from dashboard.answers.view import View, answer, engine
from dashboard.stories import Story, from_json, ready
from db import read


@answer
def kept(_view: View) -> Mapping[str, str]:
    """Name to title of the presentations that people have kept, by title."""
    with engine().connect() as connection:
        return dict(read.stories(connection))


@answer
def story(_view: View, name: str) -> Story | None:
    """The presentation of that name, ready-made or kept; None where there is none. Raises NotAStory for a spoilt one."""
    if known := ready(name):
        return known
    with engine().connect() as connection:
        body = read.story(connection, name)
    return from_json(name, body, KINDS) if body else None
