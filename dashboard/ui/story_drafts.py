"""Drafts: what a session has changed in stories, by the story's name, for as long as the page is open.

A draft ends by being saved or discarded, and in no other way: not by opening another story or page, nor by what others save or
remove meanwhile.
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
    """A story being changed. original: as it was opened; kept_at: when that was saved (UTC), None where it was not; slides: for
    each step a number, unique in this session, that moves with it."""

    story: Story
    original: Story
    kept_at: datetime | None
    slides: tuple[int, ...]

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the original."""
        return self.story != self.original

    def place(self, number: int) -> int | None:
        """The position of the slide with this number; None where it was removed."""
        return self.slides.index(number) if number in self.slides else None


def on_page(person: Person, name: str) -> Draft | None:
    """The draft of the story of that name; None without such a story. Raises NotAStory for a damaged one."""
    all_ = _all()
    draft = all_.get(name)
    if draft is None or not draft.is_changed:  # unchanged: read the latest saved version
        draft = _read(person, name, draft)
    others = {n: d for n, d in all_.items() if n != name and d.is_changed}
    st.session_state[DRAFTS] = {**others, **({name: draft} if draft else {})}
    return draft


def _read(person: Person, name: str, before: Draft | None) -> Draft | None:
    """The draft of a story as it is saved now. before: the last draft, whose numbers are kept if the story is the same."""
    story = known_stories.story(person, name)
    if story is None:
        return None
    keeper = known_stories.keepers(person).get(name)
    kept_at = keeper.kept_at if keeper else None
    if before is not None and before.original == story:  # unchanged: keep the numbers of its slides
        return replace(before, kept_at=kept_at)
    return Draft(story, story, kept_at, _numbers(len(story.steps)))


def unsaved_drafts(name: str = "") -> dict[str, Draft]:
    """The drafts with changes, by the story's name, except that name."""
    return {n: draft for n, draft in _all().items() if n != name and draft.is_changed}


def get(name: str) -> Draft | None:
    """The draft of that name; None without one."""
    return _all().get(name)


def drop(name: str) -> None:
    """Discard the draft of that name."""
    st.session_state[DRAFTS] = {n: d for n, d in _all().items() if n != name}


def mark_kept(name: str, story: Story, at: datetime) -> None:
    """Note that the draft of that name was saved as this story (at: UTC), which becomes its original."""
    draft = replace(_all()[name], story=story, original=story, kept_at=at)
    drop(name)
    st.session_state[DRAFTS] = {**_all(), story.name: draft}


def add(name: str, step: Step) -> None:
    """Append a slide. Raises NotAStory, as the following do; the story is then unchanged."""
    draft = _all()[name]
    _hold(name, (*draft.story.steps, step), (*draft.slides, *_numbers(1)))


def change(name: str, number: int, step: Step) -> None:
    """Replace the step of a slide."""
    draft = _all()[name]
    steps = zip(draft.slides, draft.story.steps, strict=True)
    _hold(name, tuple(step if n == number else old for n, old in steps), draft.slides)


def move(name: str, number: int, by: int) -> None:
    """Exchange a slide with the one before (-1) or after (1) it, where there is one."""
    draft = _all()[name]
    at = draft.place(number)
    if at is None or not 0 <= at + by < len(draft.slides):
        return
    order = list(range(len(draft.slides)))
    order[at], order[at + by] = order[at + by], order[at]
    _hold(name, tuple(draft.story.steps[n] for n in order), tuple(draft.slides[n] for n in order))


def retire(name: str, number: int) -> None:
    """Remove a slide."""
    draft = _all()[name]
    left = [n for n, one in enumerate(draft.slides) if one != number]
    _hold(name, tuple(draft.story.steps[n] for n in left), tuple(draft.slides[n] for n in left))


def _hold(name: str, steps: tuple[Step, ...], slides: tuple[int, ...]) -> None:
    """Replace the steps and slide numbers of a draft."""
    draft = _all()[name]
    wanted = replace(draft.story, steps=steps)
    check_story(wanted, KINDS)
    st.session_state[DRAFTS] = {**_all(), name: replace(draft, story=wanted, slides=slides)}


def _all() -> dict[str, Draft]:
    """The drafts of the session."""
    held: dict[str, Draft] = st.session_state.get(DRAFTS, {})
    return held


def _numbers(many: int) -> tuple[int, ...]:
    """So many new slide numbers."""
    first: int = st.session_state.get(NUMBER, 0)
    st.session_state[NUMBER] = first + many
    return tuple(range(first, first + many))
