"""The network: its sites, how far its data go, which sites are silent, the labels of its lists."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from dashboard import french
from dashboard.answers.context import View, cached, engine, uncached
from dashboard.answers.question import EVERYTHING, Question
from dashboard.period import ONE_DAY, RUNNING, YEAR, resolve_period
from dashboard.settings import load_settings
from db import codes, read
from db.codes import ALL
from db.shared_types import Place

SILENT_DAYS = codes.SILENT_DAYS
NOTHING, NOTHING_OF_MANY = (
    "n'a encore remis ni registre des visites ni fiche de clôture",
    "n'ont encore remis ni registre des visites ni fiche de clôture",
)  # not one, nor a closing


@uncached
def sites(view: View, question: Question = EVERYTHING) -> tuple[Place, ...]:
    """The sites that may be seen and that the question selects, by name."""
    chosen = view.sites(question)
    return (
        view.network.places
        if chosen == ALL
        else tuple(p for p in view.network.places if p.code in chosen)
    )


@uncached
def site_names(view: View, question: Question = EVERYTHING) -> Mapping[str, str]:
    """The names of the question's sites, by code."""
    return {p.code: p.name for p in sites(view, question)}


@cached
def sites_with_words(view: View) -> frozenset[str]:
    """The codes of the sites whose complaints have texts that are kept."""
    with engine().connect() as connection:
        return read.sites_with_words(connection, view.sites(EVERYTHING))


def short_name(place: Place) -> str:
    """A site's commune, as the map writes it: « Covè », « Abomey (GSRU) »."""
    return place.commune if place.kind == "CCSP" else f"{place.commune} ({place.kind})"


@dataclass(frozen=True)
class Freshness:
    """How far the data go. as_of: the last day with data; known_to: the last day up to which all is known
    (`db.network_state.NetworkState.known_until`); demo: fictitious; empty: no data; begun: how many of the sites ever handed in
    something."""

    as_of: date | None
    known_to: date | None
    demo: bool
    age_days: int | None
    empty: bool
    begun: int
    sites: int

    @property
    def is_stale(self) -> bool:
        """Whether the data are older than the setting `stale_days`."""
        return self.age_days is not None and self.age_days > load_settings().stale_days

    @property
    def beginning(self) -> str:
        """« 1 centre sur 24 a remis des données », as long as most sites have handed in nothing; else ""."""
        if self.empty or 2 * self.begun >= self.sites:
            return ""
        has = "a" if self.begun == 1 else "ont"
        return f"{french.plural(self.begun, 'centre')} sur {french.number(self.sites)} {has} remis des données"

    @property
    def warning(self) -> str:
        """« ni visite ni clôture depuis le 13/11/2026, il y a 12 jours » where the data are old; else ""."""
        if self.as_of is None or not self.is_stale:
            return ""
        return f"ni visite ni clôture depuis le {french.date_short(self.as_of)}, il y a {french.days(self.age_days)}"


@cached
def freshness(view: View) -> Freshness:
    """How far the data of the entire network go."""
    network = view.network
    age = (view.snapshot.day - network.as_of).days if network.as_of else None
    begun = len({site for site, form in network.spans if form != "fermetures"})
    empty = network.as_of is None
    return Freshness(
        network.as_of, network.known_until, network.demo, age, empty, begun, len(network.places)
    )


@dataclass(frozen=True)
class Silence:
    """How long a site has been without visit or closing at the date of the data. days: calendar days, 0 where it was to be
    closed on all of them; last: the last day that had one. Both are None where it never had any: such a site has not begun, and
    is not silent."""

    code: str
    name: str
    days: int | None
    last: date | None

    @property
    def is_silent(self) -> bool:
        """Whether that is longer than SILENT_DAYS: « muet », on every page and in every file."""
        return self.days is not None and self.days > SILENT_DAYS

    @property
    def in_words(self) -> str:
        """« muet depuis 35 jours », « n'a rien remis »; "" for a site that is not silent."""
        if self.days is None:
            return NOTHING
        return f"muet depuis {french.days(self.days)}" if self.is_silent else ""

    @property
    def map_label(self) -> str:
        """The same in short, beside a name on the map: « muet 35 j »; "" for a site that has not begun, which has a mark of its
        own."""
        if not self.is_silent or self.days is None:
            return ""
        return f"muet {french.number(self.days)}{french.SPACE}j"


@cached
def silences(view: View, question: Question = EVERYTHING) -> Mapping[str, Silence]:
    """The silence of each of the question's sites that should be open at the date of the data, by code, whatever the period."""
    network = view.network
    end = network.known_until or view.snapshot.day
    last = network.day_columns(date.min, end).stop
    by_code = {}
    for p in sites(view, question):
        if p.closed_on is not None and p.closed_on <= end:
            continue
        row = network.row[p.id]
        seen = np.flatnonzero(
            (network.register_visits[row, :last] > 0) | network.has_closing[row, :last]
        )
        days = last - 1 - int(seen[-1]) if len(seen) else None
        known = None if days is None else end - days * ONE_DAY
        if days and not network.is_open[row, last - days : last].any():
            days = 0  # closed, as declared
        by_code[p.code] = Silence(p.code, p.name, days, known)
    return by_code


def until_data_date(view: View, question: Question) -> Question:
    """The question with a period that ends at the date of the data: for the current state, such as open complaints."""
    known_to = view.network.known_until
    return question if known_to is None else replace(question, last=max(question.last, known_to))


def data_date_in_words(view: View) -> str:
    """« au 23/11/2026 »; "" without data."""
    return f"au {french.date_short(view.network.known_until)}" if view.network.known_until else ""


def with_data_date(view: View, words: str) -> str:
    """The words as a sentence with the date of the data: « Plaintes en cours, au 23/11/2026. »; without data, the sentence
    alone."""
    return f"{', '.join(filter(None, (words, data_date_in_words(view))))}."


@cached
def usual_period(view: View) -> str:
    """The code of the default period: the last twelve whole months; the running month where all data are of it."""
    network = view.network
    year = resolve_period(YEAR, network.known_until or view.snapshot.day)
    days = network.day_columns(year.first, year.last) if year else slice(0)
    seen = network.register_visits[:, days].any() or network.has_closing[:, days].any()
    return YEAR if seen or network.as_of is None else RUNNING


@cached
def departments(view: View) -> tuple[str, ...]:
    """Every department of the country, with or without a site."""
    return tuple(
        sorted({department for _, department, _ in view.network.communes}, key=french.alphabetical)
    )


@cached
def services(view: View) -> Mapping[str, str]:
    """The labels of services by code, in alphabetical order; the unknown one last."""
    return {
        **{code: label for _, code, label in view.network.services},
        "inconnu": "Prestation inconnue",
    }


@cached
def all_site_names(view: View) -> Mapping[str, str]:
    """The names of all sites by code, whatever the person may see: for who assigns sites to accounts."""
    return {place.code: place.name for place in view.network.places}


class Outlines(NamedTuple):
    """The boundaries of communes that the ministry loaded, as GeoJSON, and their source."""

    geojson: dict[str, Any]
    source: str


@cached
def commune_outlines(_view: View) -> Outlines | None:
    """The boundaries of communes; None where none were loaded."""
    with engine().connect() as connection:
        boundary = read.boundary(connection, "commune")
    return Outlines(json.loads(boundary[0]), boundary[1]) if boundary else None


@cached
def commune_source(view: View) -> str:
    """The source of the boundaries of communes; "" where none were loaded."""
    loaded = commune_outlines(view)
    return loaded.source if loaded else ""
