"""What a person enters: targets, decisions, new levels of control charts, presentations. Rights are checked here."""

import math
from datetime import date, datetime

from dashboard.accounts import rights
from dashboard.accounts.rights import NotAllowed, Person, Reach, require_right
from dashboard.answers import control_charts, saved_stories
from dashboard.answers.context import engine_to_write, show_as_they_are, view
from dashboard.answers.slides import KINDS
from dashboard.indicators import BY_CODE
from dashboard.judgement.signals import target_problem
from dashboard.stories import NotAStory, Story, check_story, ready_story, to_json
from db import targets_and_decisions as steer
from db.targets_and_decisions import StoryConflict
from db.write import Refused

__all__ = [
    "StoryConflict",
    "Refused",
    "accept_level",
    "carry_out",
    "decide",
    "forget_story",
    "keep_story",
    "may_change",
    "rebase",
    "refuse_level",
    "remove_target",
    "scopes",
    "set_target",
    "take_back",
]


def scopes(person: Person, right: str) -> frozenset[str]:
    """The scopes in which the person has the right: "nation", departments, sites' codes."""
    return rights.scopes(person, right, view(person).network.departments_of_sites)


def _check(person: Person, right: str, indicator: str, scope: str) -> None:
    """Raises NotAllowed where the person does not have the right in that scope, Refused for an unknown indicator."""
    if scope not in scopes(person, right) or scope not in control_charts.control_charts(person):
        raise NotAllowed(f"{person.name} : {right}, {scope}")
    if indicator not in BY_CODE:
        raise Refused(f"« {indicator} » n'est pas un indicateur.")


def set_target(
    person: Person,
    indicator: str,
    scope: str,
    value: float | None,
    valid_from: date | None,
    source: str,
) -> None:
    """Save a target. Raises Refused or NotAllowed."""
    _check(person, "set_targets", indicator, scope)
    aim = math.nan if value is None else value  # a field left blank
    if why := target_problem(indicator, aim):
        raise Refused(why)
    if valid_from is None:
        raise Refused("Dire à partir de quel jour vaut la cible.")
    steer.set_target(
        engine_to_write(person), indicator, scope, aim, valid_from, source, person.name
    )


def remove_target(person: Person, indicator: str, scope: str, valid_from: date) -> None:
    """Remove a target. Raises Refused or NotAllowed."""
    _check(person, "set_targets", indicator, scope)
    steer.remove_target(engine_to_write(person), indicator, scope, valid_from, person.name)


def decide(
    person: Person,
    indicator: str,
    scope: str,
    who: str,
    what: str,
    due_on: date | None,
    today: date,
    aim: str = "",
) -> int:
    """Save a decision on a signal; returns its number. Raises Refused or NotAllowed."""
    _check(person, "decide", indicator, scope)
    return steer.decide(
        engine_to_write(person), indicator, scope, today, who, what, due_on, person.name, aim
    )


def carry_out(person: Person, number: int, done_on: date | None) -> None:
    """Note that a decision was carried out, on which day; None: that it was not. Raises Refused or NotAllowed."""
    _check_decision(person, number)
    steer.carry_out(engine_to_write(person), number, done_on, person.name)


def take_back(person: Person, number: int) -> None:
    """Remove a decision that was noted by mistake. Raises Refused or NotAllowed."""
    _check_decision(person, number)
    steer.take_back(engine_to_write(person), number, person.name)


def _check_decision(person: Person, number: int) -> None:
    """Raises NotAllowed where the person may not decide of what the decision is about, Refused where there is none."""
    require_right(person, "decide")
    show_as_they_are(person)
    scope = next((d.scope for d in view(person).network.decisions if d.id == number), None)
    if scope is None:
        raise Refused("Cette décision n'est plus notée.")
    if scope not in scopes(person, "decide"):
        raise NotAllowed(f"{person.name} : decide, {scope}")


def rebase(person: Person, indicator: str, scope: str, month: date, reason: str) -> None:
    """Begin a new level of a control chart from a month on. Raises Refused or NotAllowed."""
    _check(person, "rebase", indicator, scope)
    steer.rebase(engine_to_write(person), indicator, scope, month, reason, person.name)


def refuse_level(person: Person, indicator: str, scope: str, month: date, reason: str) -> None:
    """Refuse a proposed level of a series. Raises Refused or NotAllowed."""
    _check(person, "rebase", indicator, scope)
    steer.refuse_level(engine_to_write(person), indicator, scope, month, reason, person.name)


def accept_level(person: Person, indicator: str, scope: str, month: date, reason: str) -> None:
    """Accept a proposed level of a series. Raises Refused or NotAllowed."""
    _check(person, "rebase", indicator, scope)
    steer.accept_level(engine_to_write(person), indicator, scope, month, reason, person.name)


def keep_story(person: Person, story: Story, replaced_kept_at: datetime | None = None) -> datetime:
    """Save a presentation under its name; returns the time (UTC) of the saved version.

    replaced_kept_at: the time of the version that it replaces, None where there is none; another person's is replaced
    only by who may do so. Raises Refused, NotAllowed; StoryConflict where another version is saved under that name by
    now.
    """
    require_right(person, "keep_stories")
    try:
        check_story(story, KINDS)
    except NotAStory as reason:
        raise Refused(str(reason)) from reason
    if ready_story(story.name) or ready_story(f"{story.name}:x"):
        raise Refused(
            f"« {story.name} » est le nom d'une présentation toute prête : en choisir un autre."
        )
    return steer.keep_story(
        engine_to_write(person),
        story.name,
        story.title,
        to_json(story),
        person.name,
        account=person.id,
        only_own=_only_own_stories(person),
        replaced_kept_at=replaced_kept_at,
    )


def forget_story(person: Person, name: str, kept_at: datetime | None = None) -> None:
    """Delete a saved presentation, another person's only by who may do so. kept_at: the time (UTC) of the version
    meant, None for whichever it is. Raises Refused or NotAllowed."""
    require_right(person, "keep_stories")
    steer.forget_story(
        engine_to_write(person),
        name,
        person.name,
        account=person.id,
        only_own=_only_own_stories(person),
        kept_at=kept_at,
    )


def may_change(person: Person, name: str) -> bool:
    """Whether the person may replace or delete the presentation saved under this name."""
    keeper = saved_stories.keepers(person).get(name)
    if keeper is None or not rights.may(person, "keep_stories"):
        return False
    return not _only_own_stories(person) or keeper.account == person.id


def _only_own_stories(person: Person) -> bool:
    """Whether the person may change own presentations only."""
    return rights.reach_of_right(person, "keep_stories") != Reach.COUNTRY
