"""The network: its sites, how far its data go, the words of its lists."""

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
    "n'a remis ni registre des visites ni fiche de clôture",
    "n'ont remis ni registre des visites ni fiche de clôture",
)  # not one, nor a closing


@uncached
def sites(view: View, question: Question = EVERYTHING) -> tuple[Place, ...]:
    """The sites that may be seen (and that the question is about), by name."""
    chosen = view.sites(question)
    return (
        view.network.places
        if chosen == ALL
        else tuple(p for p in view.network.places if p.code in chosen)
    )


@uncached
def site_names(view: View, question: Question = EVERYTHING) -> Mapping[str, str]:
    """Code to name of the question's sites."""
    return {p.code: p.name for p in sites(view, question)}


@cached
def sites_with_words(view: View) -> frozenset[str]:
    """The codes of the sites of which complaints have words that are kept."""
    with engine().connect() as connection:
        return read.sites_with_words(connection, view.sites(EVERYTHING))


def short_name(place: Place) -> str:
    """A site by its commune, as on the map: « Covè », « Abomey (GSRU) »."""
    return place.commune if place.kind == "CCSP" else f"{place.commune} ({place.kind})"


@dataclass(frozen=True)
class Freshness:
    """How far the data go, and how they are. known_to: up to which day all is known (see
    `db.network_state.NetworkState.known_until`).
    begun: how many of the sites ever handed something in."""

    as_of: date | None
    known_to: date | None
    demo: bool
    age_days: int | None
    empty: bool
    begun: int
    sites: int

    @property
    def is_stale(self) -> bool:
        """Whether the data are older than their rhythm."""
        return self.age_days is not None and self.age_days > load_settings().stale_days

    @property
    def beginning(self) -> str:
        """« 1 centre sur 24 a remis des données », while most have not begun; "" else."""
        if self.empty or 2 * self.begun >= self.sites:
            return ""
        has = "a" if self.begun == 1 else "ont"
        return f"{french.plural(self.begun, 'centre')} sur {french.number(self.sites)} {has} remis des données"

    @property
    def warning(self) -> str:
        """« ni visite ni clôture depuis le 13/11/2026, il y a 12 jours », of old data; "" else."""
        if self.as_of is None or not self.is_stale:
            return ""
        return f"ni visite ni clôture depuis le {french.date_short(self.as_of)}, il y a {french.days(self.age_days)}"


@cached
def freshness(view: View) -> Freshness:
    """How far the data of the whole network go."""
    network = view.network
    age = (view.snapshot.day - network.as_of).days if network.as_of else None
    begun = len({site for site, form in network.spans if form != "fermetures"})
    empty = network.as_of is None
    return Freshness(
        network.as_of, network.known_until, network.demo, age, empty, begun, len(network.places)
    )


@dataclass(frozen=True)
class Silence:
    """How long a site has been without visit or closing at the date of the data, in calendar days, 0 where it was not to be open
    on any of them, and the last day that had
    one; None where it never had any: it did not fall silent, it has not begun."""

    code: str
    name: str
    days: int | None
    last: date | None

    @property
    def is_silent(self) -> bool:
        """Whether that is too long: « muet », on every page and in every file."""
        return self.days is not None and self.days > SILENT_DAYS

    @property
    def in_words(self) -> str:
        """« muet depuis 35 jours », « n'a rien remis »; "" for a site that is heard of."""
        if self.days is None:
            return NOTHING
        return f"muet depuis {french.days(self.days)}" if self.is_silent else ""

    @property
    def map_label(self) -> str:
        """The same beside a name on the map: « muet 35 j »; of a site that has not begun nothing, for its mark says it."""
        if not self.is_silent or self.days is None:
            return ""
        return f"muet {french.number(self.days)}{french.SPACE}j"


@cached
def silences(view: View, question: Question = EVERYTHING) -> Mapping[str, Silence]:
    """By code, each of the question's sites that should be open at the date of the data, whatever the period."""
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
    """The question up to the date of the data: for what is true now, such as an open complaint, and not of a period."""
    known_to = view.network.known_until
    return question if known_to is None else replace(question, last=max(question.last, known_to))


def data_date_in_words(view: View) -> str:
    """« au 23/11/2026 »; "" without data."""
    return f"au {french.date_short(view.network.known_until)}" if view.network.known_until else ""


def with_data_date(view: View, words: str) -> str:
    """What is said, and as of when: « Plaintes en cours, au 23/11/2026. »; alone without data."""
    return f"{', '.join(filter(None, (words, data_date_in_words(view))))}."


@cached
def usual_period(view: View) -> str:
    """What is shown until one chooses: the code of the last twelve whole months; of the running one where all that was handed in
    is of it."""
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
    """Code to label of every service, by label; the unknown one last."""
    return {
        **{code: label for _, code, label in view.network.services},
        "inconnu": "Prestation inconnue",
    }


@cached
def all_site_names(view: View) -> Mapping[str, str]:
    """Code to name of every site, whatever one may see of it: for who gives accounts their sites."""
    return {place.code: place.name for place in view.network.places}


class Outlines(NamedTuple):
    """The limits of communes that the ministry loaded, as GeoJSON, and where they come from."""

    geojson: dict[str, Any]
    source: str


@cached
def commune_outlines(_view: View) -> Outlines | None:
    """The limits of communes; None where there are none."""
    with engine().connect() as connection:
        boundary = read.boundary(connection, "commune")
    return Outlines(json.loads(boundary[0]), boundary[1]) if boundary else None


@cached
def commune_source(view: View) -> str:
    """Where the limits of communes come from, "" where the ministry loaded none."""
    loaded = commune_outlines(view)
    return loaded.source if loaded else ""
