"""Who asks, and what each may see and do: RIGHTS, one entry a right. In doubt: nothing.

Checked where it counts: in answers (`access`), in actions (`require`, `scopes`) and in SQL; menus and forms only follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from db.codes import ALL

NATION = "nation"  # the scope of what is about the whole network


class NotAllowed(Exception):
    """The person may not do this."""


class Role(StrEnum):
    """What a person does. Compared with == or in, never `is`: a reloaded module makes new objects."""

    CABINET = "cabinet"
    DIRECTOR = "director"
    FOCAL_POINT = "focal_point"
    DATA_MANAGER = "data_manager"
    ADMINISTRATOR = "administrator"
    GUEST = "guest"
    # Whoever sits at the machine while its data are fictitious: nobody has signed in.
    READER = "reader"


# How each is said.
ROLES: Mapping[str, str] = {
    Role.CABINET: "cabinet",
    Role.DIRECTOR: "directeur",
    Role.FOCAL_POINT: "point focal",
    Role.DATA_MANAGER: "gestionnaire des données",
    Role.ADMINISTRATOR: "administrateur",
    Role.GUEST: "invité",
}


class Reach(StrEnum):
    """How far a right goes."""

    COUNTRY = "country"
    NATION = "nation"  # what is about the whole network, and nothing of a part of it
    DEPARTMENTS = "own departments"
    SITES = "own sites"
    MADE = "what one made oneself"
    LINK = "what the link is for"  # the country, or departments


@dataclass(frozen=True)
class Person:
    """Who asks. departments, sites (codes): those that the person answers for. id: the account's, "" for who has none; entry: the
    number of the sign-in under which he acts, 0 for none: it makes nobody another."""

    name: str
    role: str
    departments: frozenset[str] | None = None
    sites: frozenset[str] | None = None
    id: str = ""
    entry: int = field(default=0, compare=False)


# On one's own machine, where the data are fictitious: whoever can reach the loopback address may read and try everything.
LOCAL_READER = Person("lecteur local", Role.READER)
NOBODY = Person("", "")


@dataclass(frozen=True)
class Right:
    """How far a right goes, by role; a role that is not there does not have it. content: it changes what an answer holds
    beside whose figures and rows, so it is part of the access, and of the key under which answers are kept."""

    reach: Mapping[Role, Reach]
    content: bool = False


_CABINET, _DIRECTOR, _FOCAL, _MANAGER = (
    Role.CABINET,
    Role.DIRECTOR,
    Role.FOCAL_POINT,
    Role.DATA_MANAGER,
)
_ADMINISTRATOR, _READER, _GUEST = Role.ADMINISTRATOR, Role.READER, Role.GUEST
_SIGNED_IN = (_CABINET, _DIRECTOR, _FOCAL, _MANAGER, _ADMINISTRATOR)
_READS = (_CABINET, _DIRECTOR, _FOCAL, _MANAGER, _READER)
# fmt: off
RIGHTS = {
    # what figures mean and how pages are used: nothing of any site
    "understand": Right(dict.fromkeys((*_SIGNED_IN, _READER, _GUEST), Reach.COUNTRY)),
    # figures, maps, charts, and files of them
    "aggregates": Right({**dict.fromkeys(_READS, Reach.COUNTRY), _GUEST: Reach.LINK}),
    # complaints one by one: reference, site, days, age, category
    "complaint_list": Right({_CABINET: Reach.COUNTRY, _DIRECTOR: Reach.DEPARTMENTS, _FOCAL: Reach.SITES,
                             _MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    # what people wrote when they complained
    "complaint_texts": Right({_DIRECTOR: Reach.DEPARTMENTS, _MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}, content=True),
    # to erase them, one complaint at a time
    "erase_texts": Right({_MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    "keep_stories": Right({_CABINET: Reach.MADE, _DIRECTOR: Reach.MADE, _MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    "decide": Right({_CABINET: Reach.COUNTRY, _DIRECTOR: Reach.DEPARTMENTS, _MANAGER: Reach.COUNTRY,
                     _READER: Reach.COUNTRY}),
    "set_targets": Right({_CABINET: Reach.NATION, _DIRECTOR: Reach.DEPARTMENTS, _MANAGER: Reach.COUNTRY,
                          _READER: Reach.COUNTRY}),
    # new starts of a series, and the answer to a level that is proposed
    "rebase": Right({_MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    # links by which guests of a workshop come in
    "guest_links": Right({_CABINET: Reach.COUNTRY, _DIRECTOR: Reach.DEPARTMENTS, _ADMINISTRATOR: Reach.COUNTRY}),
    "own_account": Right(dict.fromkeys(_SIGNED_IN, Reach.MADE)),
    "accounts": Right({_ADMINISTRATOR: Reach.COUNTRY}),
    "journal": Right({_ADMINISTRATOR: Reach.COUNTRY}),
}
# fmt: on


def reach_of_right(person: Person, right: str) -> Reach | None:
    """How far the person's right goes; None for an unknown right or role, and for who does not have it."""
    role, known = person.role, RIGHTS.get(right)
    return next((far for of, far in known.reach.items() if of == role), None) if known else None


def may(person: Person, right: str) -> bool:
    """Whether the person has this right, of whatever reach."""
    return reach_of_right(person, right) is not None


def require_right(person: Person, right: str) -> None:
    """Raise NotAllowed where the person does not have this right."""
    if not may(person, right):
        raise NotAllowed(f"{person.name} : {right}")


def sites(person: Person, right: str, homes: Mapping[str, str]) -> frozenset[str] | str:
    """The codes of the sites that the person's right takes in, or ALL. homes: site code to department."""
    far, departments, own = (
        reach_of_right(person, right),
        person.departments or (),
        person.sites or (),
    )
    if far == Reach.COUNTRY or (far == Reach.LINK and person.departments is None):
        return ALL
    return frozenset(
        code
        for code, home in homes.items()
        if (far in (Reach.DEPARTMENTS, Reach.LINK) and home in departments)
        or (far == Reach.SITES and code in own)
    )


def scopes(person: Person, right: str, homes: Mapping[str, str]) -> frozenset[str]:
    """What the person may do this for: "nation", departments, sites' codes."""
    far, own = reach_of_right(person, right), sites(person, right, homes)
    if own == ALL:
        return frozenset({NATION, *homes, *homes.values()})
    if far == Reach.NATION:
        return frozenset({NATION})
    departments = {homes[code] for code in own} if far == Reach.DEPARTMENTS else set()
    return frozenset({*own, *departments})


@dataclass(frozen=True)
class Access:
    """What may be seen, whoever asks: codes of the sites whose aggregates, and of those whose rows, or ALL; the rights that
    change what an answer holds; whether a guest asks."""

    aggregates: frozenset[str] | str
    rows: frozenset[str] | str
    rights: frozenset[str] = frozenset()
    guest: bool = False

    @property
    def of_figures(self) -> "Access":
        """The same without any row: that of all who may see the same figures."""
        return Access(self.aggregates, frozenset(), guest=self.guest)


def access_of(person: Person, homes: Mapping[str, str]) -> Access:
    """What the person may see. homes: site code to department. An unknown role sees nothing."""
    return Access(
        sites(person, "aggregates", homes),
        sites(person, "complaint_list", homes),
        frozenset(name for name, right in RIGHTS.items() if right.content and may(person, name)),
        guest=person.role == Role.GUEST,
    )
