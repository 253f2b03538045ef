"""Who asks, and whose rows they may see. In doubt: nothing."""
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from db.frames import ALL


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


def visible(person: Person, sites: pd.DataFrame) -> frozenset[str] | str:
    """The codes of the sites whose rows the person may see, or ALL. An unknown role sees nothing."""
    if person.role != Role.READER:
        return frozenset()
    if person.departments is None:
        return ALL
    return frozenset(sites[sites["department"].isin(person.departments)]["code"])
