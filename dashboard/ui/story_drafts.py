"""What a session changes in stories: each stays, under the story's name, for as long as the page is open.

A draft is left by keeping it or by giving it up, and by nothing else: not by another story, another page, or what others keep
or remove meanwhile.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers import saved_stories as known_stories
from dashboard.answers.slides import KINDS
from dashboard.stories import Step, Story, check_story

DRAFTS = "stories"  # session key: drafts by the story's name
NUMBER = "story_slides"  # session key: the last number given to a slide


@dataclass(frozen=True)
class Draft:
    """A story on the page. began: as it was when the page took it; kept_at: since when it was kept (UTC), None for one that was
    not; slides: for each step a number that is no other's in this session, and goes where the step goes."""

    story: Story
    original: Story
    kept_at: datetime | None
    slides: tuple[int, ...]

    @property
    def is_changed(self) -> bool:
        """Whether anything is lost with it."""
        return self.story != self.original

    def place(self, number: int) -> int | None:
        """Where the slide stands; None once it has gone."""
        return self.slides.index(number) if number in self.slides else None


def on_page(person: Person, name: str) -> Draft | None:
    """The story of that name with what was changed in it; None where there is none. Raises NotAStory for a spoilt one."""
    all_ = _all()
    draft = all_.get(name)
    if draft is None or not draft.is_changed:  # unchanged: read the latest saved version
        draft = _read(person, name, draft)
    others = {n: d for n, d in all_.items() if n != name and d.is_changed}
    st.session_state[DRAFTS] = {**others, **({name: draft} if draft else {})}
    return draft


def _read(person: Person, name: str, before: Draft | None) -> Draft | None:
    story = known_stories.story(person, name)
    if story is None:
        return None
    keeper = known_stories.keepers(person).get(name)
    kept_at = keeper.kept_at if keeper else None
    if before is not None and before.original == story:  # unchanged: keep the numbers of its slides
        return replace(before, kept_at=kept_at)
    return Draft(story, story, kept_at, _numbers(len(story.steps)))


def unsaved_drafts(name: str = "") -> dict[str, Draft]:
    """By the story's name, the drafts that hold changes, but for that one."""
    return {n: draft for n, draft in _all().items() if n != name and draft.is_changed}


def get(name: str) -> Draft | None:
    """The draft of that name, if there is one."""
    return _all().get(name)


def drop(name: str) -> None:
    """Give it up."""
    st.session_state[DRAFTS] = {n: d for n, d in _all().items() if n != name}


def mark_kept(name: str, story: Story, at: datetime) -> None:
    """The draft of that name is kept as this story from now on (UTC), and is of it."""
    draft = replace(_all()[name], story=story, original=story, kept_at=at)
    drop(name)
    st.session_state[DRAFTS] = {**_all(), story.name: draft}


def add(name: str, step: Step) -> None:
    """Put a slide at the end. Raises NotAStory, as the following do: the story then stays as it was."""
    draft = _all()[name]
    _hold(name, (*draft.story.steps, step), (*draft.slides, *_numbers(1)))


def change(name: str, number: int, step: Step) -> None:
    """Let a slide be that step."""
    draft = _all()[name]
    steps = zip(draft.slides, draft.story.steps, strict=True)
    _hold(name, tuple(step if n == number else old for n, old in steps), draft.slides)


def move(name: str, number: int, by: int) -> None:
    """Let a slide change places with the one before (-1) or after (1) it, where there is one."""
    draft = _all()[name]
    at = draft.place(number)
    if at is None or not 0 <= at + by < len(draft.slides):
        return
    order = list(range(len(draft.slides)))
    order[at], order[at + by] = order[at + by], order[at]
    _hold(name, tuple(draft.story.steps[n] for n in order), tuple(draft.slides[n] for n in order))


def retire(name: str, number: int) -> None:
    """Take a slide out."""
    draft = _all()[name]
    left = [n for n, one in enumerate(draft.slides) if one != number]
    _hold(name, tuple(draft.story.steps[n] for n in left), tuple(draft.slides[n] for n in left))


def _hold(name: str, steps: tuple[Step, ...], slides: tuple[int, ...]) -> None:
    draft = _all()[name]
    wanted = replace(draft.story, steps=steps)
    check_story(wanted, KINDS)
    st.session_state[DRAFTS] = {**_all(), name: replace(draft, story=wanted, slides=slides)}


def _all() -> dict[str, Draft]:
    held: dict[str, Draft] = st.session_state.get(DRAFTS, {})
    return held


def _numbers(many: int) -> tuple[int, ...]:
    first: int = st.session_state.get(NUMBER, 0)
    st.session_state[NUMBER] = first + many
    return tuple(range(first, first + many))
