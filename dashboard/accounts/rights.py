"""Roles, rights and how far each goes: RIGHTS, one entry a right. In doubt: nothing.

Checked where it counts: in answers (`access_of`), in actions (`require_right`, `scopes`) and in SQL; menus and forms
only follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from db.codes import ALL

NATION = "nation"  # the scope of what is about the whole network


class NotAllowed(Exception):
    """The person may not do this."""


class Role(StrEnum):
    """The role of a person. Compared with == or in, never `is`: a reloaded module makes new objects."""

    CABINET = "cabinet"
    DIRECTOR = "director"
    FOCAL_POINT = "focal_point"
    DATA_MANAGER = "data_manager"
    ADMINISTRATOR = "administrator"
    GUEST = "guest"
    # Whoever sits at the machine while its data are fictitious: nobody has signed in.
    READER = "reader"


# The French name of each role.
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
    OWN_WORK = "what one made oneself"
    LINK = "what the link is for"  # the country, or departments


@dataclass(frozen=True)
class Person:
    """The person who asks. departments, sites (codes): those that the person answers for; id: the account's, "" for
    none; session_number: of the session, 0 for none, no part of equality."""

    name: str
    role: str
    departments: frozenset[str] | None = None
    sites: frozenset[str] | None = None
    id: str = ""
    session_number: int = field(default=0, compare=False)


# On one's own machine, where the data are fictitious: whoever can reach the loopback address may read and try everything.
LOCAL_READER = Person("lecteur local", Role.READER)
NOBODY = Person("", "")


@dataclass(frozen=True)
class Right:
    """How far a right goes, by role; a role that is not listed does not have it. content: it changes what an answer
    holds beside whose figures and rows, so it is part of the access, and of the key of cached answers."""

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
    # which days of registers came, and when
    "completeness": Right(dict.fromkeys((_CABINET, _DIRECTOR, _MANAGER, _READER), Reach.COUNTRY), content=True),
    # to note that a site was reminded of its days
    "remind": Right({_CABINET: Reach.COUNTRY, _DIRECTOR: Reach.DEPARTMENTS, _MANAGER: Reach.COUNTRY,
                     _READER: Reach.COUNTRY}),
    # complaints one by one: reference, site, days, age, category
    "complaint_list": Right({_CABINET: Reach.COUNTRY, _DIRECTOR: Reach.DEPARTMENTS, _FOCAL: Reach.SITES,
                             _MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    # visits one by one, as a register has them: hours, service, reference
    "register_rows": Right({_DIRECTOR: Reach.DEPARTMENTS, _FOCAL: Reach.SITES, _MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    # what people wrote when they complained
    "complaint_texts": Right({_DIRECTOR: Reach.DEPARTMENTS, _MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}, content=True),
    # what sites write in their monthly returns
    "return_texts": Right({_DIRECTOR: Reach.DEPARTMENTS, _FOCAL: Reach.SITES, _MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY},
                          content=True),
    # to erase the words of one complaint, or of one monthly return
    "erase_texts": Right({_MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    # files of registers, closings, complaints; who reads fictitious data on his own machine tries it, and keeps nothing
    "hand_in": Right({_FOCAL: Reach.SITES, _MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    # why a day is missing, that nobody came
    "explain": Right({_DIRECTOR: Reach.DEPARTMENTS, _FOCAL: Reach.SITES, _MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    # that a complaint came, and that it was answered: reference, days, category, outcome
    "note_complaints": Right({_FOCAL: Reach.SITES, _MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    # what was handed in, and what became of it
    "receipts": Right({_DIRECTOR: Reach.DEPARTMENTS, _FOCAL: Reach.SITES, _MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    "keep_stories": Right({_CABINET: Reach.OWN_WORK, _DIRECTOR: Reach.OWN_WORK, _MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    "decide": Right({_CABINET: Reach.COUNTRY, _DIRECTOR: Reach.DEPARTMENTS, _MANAGER: Reach.COUNTRY,
                     _READER: Reach.COUNTRY}),
    "set_targets": Right({_CABINET: Reach.NATION, _DIRECTOR: Reach.DEPARTMENTS, _MANAGER: Reach.COUNTRY,
                          _READER: Reach.COUNTRY}),
    # new starts of a series, and the answer to a level that is proposed
    "rebase": Right({_MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    # that rows which a quality rule singled out are in order
    "check_quality": Right({_MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    # sites, periods of service, hours, holidays, directors, lists, what files write; and closures that sites declared
    "reference": Right({_MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    # what was sought in « Chercher » and not found, counted
    "unanswered_searches": Right({_MANAGER: Reach.COUNTRY, _READER: Reach.COUNTRY}),
    # links by which guests of a workshop come in
    "guest_links": Right({_CABINET: Reach.COUNTRY, _DIRECTOR: Reach.DEPARTMENTS, _ADMINISTRATOR: Reach.COUNTRY}),
    "own_account": Right(dict.fromkeys(_SIGNED_IN, Reach.OWN_WORK)),
    "accounts": Right({_ADMINISTRATOR: Reach.COUNTRY}),
    "journal": Right({_ADMINISTRATOR: Reach.COUNTRY}),
}
# fmt: on


def reach_of_right(person: Person, right: str) -> Reach | None:
    """How far the person's right goes; None for an unknown right or role, and where the person does not have it."""
    role, known = person.role, RIGHTS.get(right)
    return next((far for of, far in known.reach.items() if of == role), None) if known else None


def may(person: Person, right: str) -> bool:
    """Whether the person has this right, however far it goes."""
    return reach_of_right(person, right) is not None


def require_right(person: Person, right: str) -> None:
    """Raise NotAllowed where the person does not have this right."""
    if not may(person, right):
        raise NotAllowed(f"{person.name} : {right}")


def sites(
    person: Person, right: str, departments_of_sites: Mapping[str, str]
) -> frozenset[str] | str:
    """The codes of the sites to which the person's right extends, or ALL. departments_of_sites: site code to
    department."""
    far, departments, own = (
        reach_of_right(person, right),
        person.departments or (),
        person.sites or (),
    )
    if far == Reach.COUNTRY or (far == Reach.LINK and person.departments is None):
        return ALL
    return frozenset(
        code
        for code, home in departments_of_sites.items()
        if (far in (Reach.DEPARTMENTS, Reach.LINK) and home in departments)
        or (far == Reach.SITES and code in own)
    )


def scopes(person: Person, right: str, departments_of_sites: Mapping[str, str]) -> frozenset[str]:
    """The scopes in which the person has the right: "nation", departments, sites' codes. departments_of_sites: site
    code to department."""
    far, own = reach_of_right(person, right), sites(person, right, departments_of_sites)
    if own == ALL:
        return frozenset({NATION, *departments_of_sites, *departments_of_sites.values()})
    if far == Reach.NATION:
        return frozenset({NATION})
    departments = (
        {departments_of_sites[code] for code in own} if far == Reach.DEPARTMENTS else set()
    )
    return frozenset({*own, *departments})


@dataclass(frozen=True)
class Access:
    """What may be seen: codes of the sites whose aggregates, of those whose complaints one by one (rows), of those whose
    visits one by one (register_rows), and of those whose receipts (receipts), or ALL; the rights that change what an answer
    holds; whether it is a guest's."""

    aggregates: frozenset[str] | str
    rows: frozenset[str] | str
    rights: frozenset[str] = frozenset()
    guest: bool = False
    register_rows: frozenset[str] | str = frozenset()
    receipts: frozenset[str] | str = frozenset()

    def sees_batches(self, site: str) -> bool:
        """Whether the numbers of a site's batches may be named: to who may see its receipts."""
        return self.receipts == ALL or site in self.receipts

    def sees_days(self, site: str) -> bool:
        """Whether the days that a site did not hand in may be named: to who has the calendar, and to who answers for it."""
        return "completeness" in self.rights or self.sees_batches(site)

    @property
    def without_rows(self) -> "Access":
        """The same access without any row: shared by all who may see the same aggregates."""
        return Access(self.aggregates, frozenset(), guest=self.guest)


def access_of(person: Person, departments_of_sites: Mapping[str, str]) -> Access:
    """The access of a person. departments_of_sites: site code to department. An unknown role sees nothing."""
    return Access(
        sites(person, "aggregates", departments_of_sites),
        sites(person, "complaint_list", departments_of_sites),
        frozenset(name for name, right in RIGHTS.items() if right.content and may(person, name)),
        guest=person.role == Role.GUEST,
        register_rows=sites(person, "register_rows", departments_of_sites),
        receipts=sites(person, "receipts", departments_of_sites),
    )
