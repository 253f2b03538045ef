"""The network: its sites, how far its data go, which sites are silent, the labels of its lists."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from dashboard import french
from dashboard.answers.context import View, cached, engine, uncached
from dashboard.answers.question import EVERYTHING, Question
from dashboard.judgement.silence import Silence, explanation
from dashboard.period import (
    ONE_DAY,
    RUNNING,
    YEAR,
    Period,
    day_from_number,
    day_number,
    month_end,
    month_numbers,
    resolve_period,
)
from dashboard.settings import load_settings
from db import codes, read
from db.codes import ALL
from db.known_forms import ever_known
from db.shared_types import Closure, Place, Week
from db.working_days import SATURDAY, site_working_days, working_days

SILENT_DAYS = codes.SILENT_DAYS
KIND_IN_NAME = re.compile(r"(CCSP|GSRU) (?:de |du |des |d['’])(?=\S)")


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
    return view.read(lambda connection: read.sites_with_words(connection, view.sites(EVERYTHING)))


@dataclass(frozen=True)
class ClosedDays:
    """What says of a day whether a site does not open on it. holidays: French names by day; closures: first and last days."""

    holidays: Mapping[date, str]
    closures: tuple[tuple[date, date], ...]

    def __call__(self, when: date) -> bool:
        """Whether it is at a week's end, a holiday, or in a closure."""
        return (
            when.weekday() >= SATURDAY
            or when in self.holidays
            or any(first <= when <= last for first, last in self.closures)
        )


@uncached
def closed_days(view: View, site: str = "") -> ClosedDays:
    """The days on which a site does not open: at a week's end, on a holiday, or where it said so. site: its code; "" for
    what holds of the whole network."""
    network = view.network
    here = next((p.id for p in network.places if p.code == site), None)
    closures = (
        (c.first_day, c.last_day) for c in network.whole_closures if c.site_id in (None, here)
    )
    return ClosedDays(network.holidays, tuple(closures))


@uncached
def visits_by_day(view: View, site: str, first: date, last: date) -> Mapping[date, int]:
    """The visits of a site that count, by day, without days that have none."""
    network = view.network
    here = next((n for n, p in enumerate(network.places) if p.code == site), None)
    if here is None or site not in site_names(view):
        return {}
    days = network.day_columns(first, last)
    counts = network.register_visits[here, days].tolist()
    return {
        day_from_number(network.origin + days.start + n): count
        for n, count in enumerate(counts)
        if count
    }


def short_name(place: Place) -> str:
    """A site's name without its kind, as the map writes it: « Covè », « Covè-Marché », « Abomey (GSRU) »; the commune of one
    that is named otherwise."""
    match = KIND_IN_NAME.match(place.name)
    own = place.name[match.end() :] if match else place.commune
    return own if place.kind == "CCSP" else f"{own} ({place.kind})"


def distinct_names(places: Collection[Place]) -> Mapping[str, str]:
    """The `short_name` of each of some sites, by code; the whole name where two would have the same."""
    short = {p.code: short_name(p) for p in places}
    shared = Counter(short.values())
    return {p.code: p.name if shared[short[p.code]] > 1 else short[p.code] for p in places}


@dataclass(frozen=True)
class Freshness:
    """How far the data go. as_of: the last day with data; known_to: the last day up to which all is known
    (`db.network_state.NetworkState.known_until`); demo: fictitious; empty: no data; begun: how many of the sites ever handed in
    something; why: closures of the whole network since the last day with data, in words."""

    as_of: date | None
    known_to: date | None
    demo: bool
    age_days: int | None
    empty: bool
    begun: int
    sites: int
    why: str = ""

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
        """« ni registre des visites ni fiche depuis le 13/11/2026, il y a 12 jours (grève depuis le 14) » where the data are old;
        else ""."""
        if self.as_of is None or not self.is_stale:
            return ""
        since = f"ni registre des visites ni fiche depuis le {french.date_short(self.as_of)}, il y a {french.days(self.age_days)}"
        return f"{since} ({self.why})" if self.why else since


@cached
def freshness(view: View) -> Freshness:
    """How far the data of the entire network go."""
    network = view.network
    age = (view.snapshot.day - network.as_of).days if network.as_of else None
    begun = len({site for site, form in network.spans if form != "fermetures"})
    empty = network.as_of is None
    said = None
    if network.as_of:
        of_all = [c for c in network.closures if c.site_id is None]
        span = day_number(network.as_of) + 1, (view.snapshot.day - network.as_of).days
        working = _working_days(working_days(network.holidays, *span), network.as_of)
        said = explanation(network.as_of, view.snapshot.day, working, of_all)
    return Freshness(
        as_of=network.as_of,
        known_to=network.known_until,
        demo=network.demo,
        age_days=age,
        empty=empty,
        begun=begun,
        sites=len(network.places),
        why=said.in_words if said and said.since else "",
    )


@cached
def silences(view: View, question: Question = EVERYTHING) -> Mapping[str, Silence]:
    """The silence of each of the question's sites that should be open at the date of the data, by code, whatever the period."""
    network = view.network
    end = network.known_until or view.snapshot.day
    last = network.day_columns(date.min, end).stop
    there = (network.register_visits[:, :last] > 0) | network.has_closing[:, :last]
    seen = np.where(there, np.arange(last, dtype=np.int32), -1).max(axis=1, initial=-1).tolist()
    by_code, undue = {}, _first_undue_day(network.holidays, view.snapshot.day)
    origin, width = network.origin, max(day_number(end) + 1 - network.origin, 0)
    ever = ever_known(network)
    works: dict[tuple[Week, ...], np.ndarray] = {}  # up to that day, of sites with the same hours
    closures: dict[int | None, list[Closure]] = defaultdict(list)
    for c in network.whole_closures:
        closures[c.site_id].append(c)
    for p in sites(view, question):
        if not p.serves_on(end):
            continue
        row, after = network.row[p.id], p.silent_after or SILENT_DAYS
        if seen[row] < 0:
            alone = bool(ever.complaints[0, row])
            by_code[p.code] = Silence(
                p.code, p.name, None, None, after=after, complaints_alone=alone
            )
            continue
        known = end - (last - 1 - seen[row]) * ONE_DAY
        again = max(opens for opens, _ in p.periods if opens <= end)
        known = max(known, again - ONE_DAY)  # nothing was due of it while it was closed
        if p.weeks not in works:
            (works[p.weeks],) = site_working_days([p], network.holidays, origin, width)
        working = _working_days(works[p.weeks][day_number(known) + 1 - origin :], known)
        days = (end - known).days if working else 0
        forms = bool(ever.visits[0, row]), bool(ever.closings[0, row])
        silence = Silence(p.code, p.name, days, known, after=after, forms=forms)
        if silence.is_silent:
            here, due = [*closures[None], *closures[p.id]], [d for d in working if d < undue]
            silence = replace(silence, explanation=explanation(known, end, due, here))
        by_code[p.code] = silence
    return by_code


def _first_undue_day(holidays: Collection[date], today: date) -> date:
    """The last working day before today: what nobody has handed in of it, or of a later one, is not due, nor is its reason."""
    day = today - ONE_DAY
    while day.weekday() >= SATURDAY or day in holidays:
        day -= ONE_DAY
    return day


def _working_days(works: np.ndarray, last: date) -> list[date]:
    """The days after one day on which anybody works. works: (D,), of the days after it."""
    return [last + (n + 1) * ONE_DAY for n in np.flatnonzero(works).tolist()]


def until_data_date(view: View, question: Question) -> Question:
    """The question with a period that ends at the date of the data: for the current state, such as open complaints."""
    known_to = view.network.known_until
    return question if known_to is None else replace(question, last=max(question.last, known_to))


@uncached
def never_begun(view: View, question: Question) -> bool:
    """Whether none of the question's sites ever handed in a register, a closing or complaints."""
    forms, rows = ever_known(view.network), [view.network.row[p.id] for p in sites(view, question)]
    return not (forms.heard | forms.visits | forms.complaints)[0, rows].any()


@uncached
def handed_in_part(view: View, question: Question) -> Question:
    """The question over the only month of its period of which registers of visits came, where there is one; else the question."""
    network, period = view.network, Period(question.first, question.last)
    rows = [network.row[p.id] for p in sites(view, question)]
    columns = network.day_columns(question.first, question.last)
    known = np.flatnonzero(network.visits_known[rows, columns].any(axis=0))
    if not len(known) or period.first.replace(day=1) == period.last.replace(day=1):
        return question
    first, last = (
        day_from_number(network.origin + columns.start + int(n)).replace(day=1)
        for n in (known[0], known[-1])
    )
    if first != last:
        return question
    return question.over_period(
        Period(max(first, question.first), min(month_end(first), question.last))
    )


@cached
def time_of_visits(view: View, question: Question) -> str:
    """« sur 12 mois »: the question's period; « en octobre 2026, seul mois remis » where registers of visits came of one month
    of it alone."""
    part = handed_in_part(view, question)
    if part == question:
        return question.period_in_words
    return f"en {french.month_label(part.first)}, seul mois remis"


def data_date_in_words(view: View) -> str:
    """« au 23/11/2026 »; "" without data."""
    return f"au {french.date_short(view.network.known_until)}" if view.network.known_until else ""


def with_data_date(view: View, words: str) -> str:
    """The words as a sentence with the date of the data: « Plaintes en cours, au 23/11/2026. »; without data, the sentence
    alone."""
    return f"{', '.join(filter(None, (words, data_date_in_words(view))))}."


@cached
def usual_period(view: View) -> str:
    """The code of the default period: the last twelve whole months; where all data since then are of one month, that month."""
    network, day = view.network, view.snapshot.day
    known_to = network.known_until or day
    year = resolve_period(YEAR, known_to, day)
    if year is None or network.as_of is None:
        return YEAR
    days = network.day_columns(year.first, known_to)
    known = network.visits_known | network.has_closing | network.complaints_known
    seen = network.origin + days.start + np.flatnonzero(known[:, days].any(axis=0))
    if len(np.unique(month_numbers(seen))) > 1:
        return YEAR
    return RUNNING if known_to >= day.replace(day=1) else f"{known_to:%Y-%m}"


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
        "inconnu": "Prestation non renseignée",
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
