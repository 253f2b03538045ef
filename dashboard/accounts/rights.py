"""Who asks, and whose rows they may see. In doubt: nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from db.codes import ALL


class NotAllowed(Exception):
    """The person may not do this."""


class Role(StrEnum):
    """What a person does. Compared with == or in, never `is`: a reloaded module makes new objects."""

    READER = "reader"


@dataclass(frozen=True)
class Person:
    """Who asks. departments: those a person is limited to; None for the whole country."""

    name: str
    role: str
    departments: frozenset[str] | None = None


# On one's own machine, before sign-in exists: whoever can reach the loopback address may read everything.
LOCAL_READER = Person("lecteur local", Role.READER)


# Who may do what. Until sign-in exists there is one role, on one's own machine.
MAY = {
    "read": frozenset({Role.READER}),
    "keep_stories": frozenset({Role.READER}),
    "set_targets": frozenset({Role.READER}),
    "decide": frozenset({Role.READER}),
    "rebase": frozenset({Role.READER}),
}


def may(person: Person, action: str) -> bool:
    """Whether the person may do this; an unknown action or role may nothing."""
    return person.role in MAY.get(action, frozenset())


# The rights that change what an answer holds: part of the scope, and so of the key under which answers are kept.
CONTENT = ("read",)


@dataclass(frozen=True)
class Scope:
    """What may be seen, whoever asks: codes of the sites whose aggregates, and of those whose rows, or ALL; the rights that
    change what an answer holds; whether a guest asks."""

    aggregates: frozenset[str] | str
    rows: frozenset[str] | str
    rights: frozenset[str] = frozenset()
    guest: bool = False


def scope(person: Person, homes: Mapping[str, str]) -> Scope:
    """What the person may see. homes: site code to department. An unknown role sees nothing."""
    rights = frozenset(action for action in CONTENT if may(person, action))
    if "read" not in rights:
        return Scope(frozenset(), frozenset(), rights)
    own = (
        ALL
        if person.departments is None
        else frozenset(c for c, d in homes.items() if d in person.departments)
    )
    return Scope(own, own, rights)
