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


@dataclass(frozen=True)
class Right:
    """Who has a right. content: it changes what an answer holds, so it is part of the access, and of the key under which
    answers are kept."""

    roles: frozenset[Role]
    content: bool = False


# Until sign-in exists there is one role, on one's own machine.
RIGHTS = {
    "read": Right(frozenset({Role.READER}), content=True),
    "keep_stories": Right(frozenset({Role.READER})),
    "set_targets": Right(frozenset({Role.READER})),
    "decide": Right(frozenset({Role.READER})),
    "rebase": Right(frozenset({Role.READER})),
}


def may(person: Person, right: str) -> bool:
    """Whether the person may do this; an unknown right or role may nothing."""
    return right in RIGHTS and person.role in RIGHTS[right].roles


def require(person: Person, right: str) -> None:
    """Raise NotAllowed where the person may not do this."""
    if not may(person, right):
        raise NotAllowed(f"{person.name} : {right}")


@dataclass(frozen=True)
class Access:
    """What may be seen, whoever asks: codes of the sites whose aggregates, and of those whose rows, or ALL; the rights that
    change what an answer holds; whether a guest asks."""

    aggregates: frozenset[str] | str
    rows: frozenset[str] | str
    rights: frozenset[str] = frozenset()
    guest: bool = False


def access(person: Person, homes: Mapping[str, str]) -> Access:
    """What the person may see. homes: site code to department. An unknown role sees nothing."""
    rights = frozenset(
        name for name, right in RIGHTS.items() if right.content and may(person, name)
    )
    if "read" not in rights:
        return Access(frozenset(), frozenset(), rights)
    own = (
        ALL
        if person.departments is None
        else frozenset(c for c, d in homes.items() if d in person.departments)
    )
    return Access(own, own, rights)
