"""The references that a file may name: sites, services, terms, as the database knows them. Filled by the caller, read
by parse."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dashboard import french
from db.shared_types import Place, ServicePeriod

SEPARATORS = re.compile(r"[\s'’‘`´_\u2010-\u2015\u2212-]+")


def normalise(text: str) -> str:
    """The text without case, accents, or differences of spaces, hyphens and apostrophes."""
    return SEPARATORS.sub(" ", french.fold_accents(french.strip_invisible(text))).strip()


_known = lru_cache(10_000)(normalise)  # names of the reference, which are the same at each file


@dataclass(frozen=True)
class KnownSite:
    """A site: its spellings, the commune where it stands from each day on, its launch and its periods of service."""

    id: int
    code: str
    name: str
    aliases: tuple[str, ...]
    communes: tuple[tuple[date, str], ...]  # (valid from, commune), oldest first
    launched_on: date | None
    periods: tuple[ServicePeriod, ...]

    def serves_on(self, day: date) -> bool:
        """Whether it serves on a day, or closed on it."""
        return any(
            opens <= day and (closes is None or day <= closes) for opens, closes in self.periods
        )

    def commune_on(self, day: date) -> str:
        """The commune on `day`; before the first known location, that one."""
        before = [commune for start, commune in self.communes if start <= day]
        return before[-1] if before else self.communes[0][1]


@dataclass(frozen=True)
class SiteChoice:
    """The sites of a commune whose name was given for a site: which one is meant depends on the day."""

    commune: str
    candidates: tuple[KnownSite, ...]

    def site_on(self, day: date) -> KnownSite | None:
        """The one site open in the commune on `day`; None where there is none, or more than one."""
        here = [
            s for s in self.candidates if s.commune_on(day) == self.commune and s.serves_on(day)
        ]
        if (
            len(here) > 1
        ):  # the launch decides only between several: a site may serve before its ceremony
            here = [s for s in here if s.launched_on is None or s.launched_on <= day]
        return here[0] if len(here) == 1 else None


class KnownReferences:
    """Everything a file may refer to.

    sites: all sites. terms: kind ("service", "category", "channel", "reason") to {label or code: id}.
    """

    def __init__(
        self,
        sites: list[KnownSite],
        terms: dict[str, dict[str, int]],
        holidays: frozenset[date] = frozenset(),
    ) -> None:
        self.by_id = {s.id: s for s in sites}
        self.holidays = holidays
        self.names: dict[str, KnownSite] = {}
        for site in sites:
            for spelling in (site.code, site.name, *site.aliases):
                self.names[_known(spelling)] = site
        self.communes: dict[str, SiteChoice] = {}
        here: dict[str, dict[int, KnownSite]] = {}
        for site in sites:
            for _, commune in site.communes:
                here.setdefault(commune, {})[site.id] = site
        for commune, there in here.items():
            self.communes[_known(commune)] = SiteChoice(commune, tuple(there.values()))
        self.terms = {
            kind: {_known(label): number for label, number in labels.items()}
            for kind, labels in terms.items()
        }
        self.labels = terms

    def site(self, text: str) -> KnownSite | SiteChoice | None:
        """The site of that code, name or alias; else the commune of that name; else None."""
        name = normalise(text)
        return self.names.get(name) or self.communes.get(name)

    def nearest_site(self, text: str) -> str | None:
        """The known spelling nearest to `text`, if one is near."""
        near = difflib.get_close_matches(normalise(text), [*self.names, *self.communes], 1, 0.6)
        if not near:
            return None
        site = self.names.get(near[0])
        return site.name if site else self.communes[near[0]].commune

    def nearest_term(self, kind: str, text: str) -> str | None:
        """The label of that kind nearest to `text`, if one is near."""
        of_kind = self.labels.get(kind, {})
        words: dict[int, str] = {}
        for label, number in of_kind.items():
            words.setdefault(number, label)  # its label, not its code
        labels = {normalise(label): words[number] for label, number in of_kind.items()}
        near = difflib.get_close_matches(normalise(text), labels, 1, 0.6)
        return labels[near[0]] if near else None


def known_references_from(
    sites: Sequence[Place],
    locations: list[tuple[int, date, str]],
    services: list[tuple[int, str, str]],
    terms: list[tuple[int, str, str]],
    holidays: frozenset[date],
) -> KnownReferences:
    """The KnownReferences from the sites and from plain rows: locations (site id, valid from, commune), services (id,
    code, label), terms (id, kind, label)."""
    communes: dict[int, list[tuple[date, str]]] = {}
    for site, start, commune in locations:
        communes.setdefault(site, []).append((start, commune))
    known_sites = [
        KnownSite(
            id=s.id,
            code=s.code,
            name=s.name,
            aliases=tuple(a for a in s.aliases.split(";") if a.strip()),
            communes=tuple(communes[s.id]),
            launched_on=s.launched_on,
            periods=s.periods,
        )
        for s in sites
    ]
    lists: dict[str, dict[str, int]] = {"service": {}}
    for number, code, label in services:
        lists["service"][label] = number
        lists["service"].setdefault(code, number)
    for number, kind, label in terms:
        lists.setdefault(kind, {})[label] = number
    return KnownReferences(known_sites, lists, holidays)
