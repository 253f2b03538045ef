"""Which days sites have still to hand in: a sentence for each, the worst first, and the days by month."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from dashboard import french
from dashboard.answers.context import View, cached_with_rows, uncached
from dashboard.answers.network import data_date_in_words, short_name, silences
from dashboard.answers.question import Question
from dashboard.judgement.missing_day_sentences import SiteDays, by_month, site_sentence
from dashboard.judgement.silence import Silence
from dashboard.period import ONE_DAY, day_from_number, day_number
from db.codes import ALL
from db.day_states import day_measures, handed_in, last_deadline, promised_days, to_close
from db.shared_types import DayState, Place

DaysByMonth = tuple[tuple[date, tuple[date, ...]], ...]


@dataclass(frozen=True)
class SiteStanding:
    """What a site has still to hand in. sentence: in words; missing, unclosed: days without a register, and days of which the
    register is there and the closing is not, by month: (first day of the month, its days)."""

    code: str
    name: str
    department: str
    sentence: str
    missing: DaysByMonth
    unclosed: DaysByMonth


@dataclass(frozen=True)
class Standings:
    """What sites have still to hand in, as counted at a moment: those that miss most days first, those of which nothing is
    missing last."""

    counted_at: datetime
    sites: tuple[SiteStanding, ...]


@uncached
def standings(view: View, question: Question, moment: datetime) -> Standings:
    """What those of the question's sites that the person answers for have still to hand in of its period, as counted at a
    moment: a day is due on the next working day before noon."""
    noon = last_deadline(view.network.holidays, moment)
    return Standings(moment, _standings(view, question, noon))


@cached_with_rows
def _standings(view: View, question: Question, noon: datetime) -> tuple[SiteStanding, ...]:
    """The sites of `standings`, as they stand from one noon at which days are due to the next."""
    chosen = view.sites_of_rows(question)
    places = [p for p in view.network.places if chosen == ALL or p.code in chosen]
    found = list(zip(places, _site_days(view, question, noon, places), strict=True))
    found.sort(key=lambda of: _from_worst(*of))
    return tuple(
        SiteStanding(
            p.code,
            p.name,
            p.department,
            site_sentence(days),
            by_month(days.missing),
            by_month(days.unclosed),
        )
        for p, days in found
    )


def _from_worst(place: Place, days: SiteDays) -> tuple[int, bool, int, str]:
    """The sort key of a site: the most missing days first, then what never began, then the most days to close."""
    name = french.alphabetical(place.name)
    return -len(days.missing), days.begun, -len(days.unclosed), name


def _site_days(
    view: View, question: Question, noon: datetime, places: list[Place]
) -> list[SiteDays]:
    """The days of each of the places, from the question's first to its last or to today."""
    network, today = view.network, view.snapshot.day
    first = max(question.first, day_from_number(network.origin))
    last = max(min(question.last, today), first - ONE_DAY)  # no day at all of a period to come
    measures = day_measures(network, first, last, noon, today)
    states = measures.state
    promised = promised_days(network, first, last)
    handed = handed_in(network, first, last)
    is_open = network.is_open[:, network.day_columns(first, last)]
    # A day of which the register has nobody need not be closed; that all is handed in is not said of it.
    not_closed = to_close(network, first, last) & (states >= DayState.EMPTY)
    all_closed = network.hands_in_closings & ~not_closed.any(axis=1)
    silences_by_code = silences(view)

    def dates(columns: np.ndarray) -> tuple[date, ...]:
        return tuple(day_from_number(n) for n in (columns + day_number(first)).tolist())

    explained, found = states == DayState.EXPLAINED, []
    nobody = measures.explained & ~explained
    for p in places:
        row = network.row[p.id]
        opened = np.flatnonzero(is_open[row])
        counted = (states[row, opened] != DayState.NOT_DUE) | handed[row, opened]
        start = p.begins_on
        since = max(start, first) if start else date.max
        until = min(last, p.closed_on - ONE_DAY) if p.closed_on else last
        found.append(
            SiteDays(
                name=short_name(p),
                today=today,
                opened_on=start,
                closed_on=p.closed_on,
                since=since if since <= until else None,
                begun=bool(network.visits_known[row].any()),
                closes=bool(all_closed[row]),
                expected=dates(opened[np.logical_and.accumulate(counted)]),
                missing=dates(np.flatnonzero(states[row] == DayState.MISSING)),
                unclosed=dates(np.flatnonzero(states[row] == DayState.UNCLOSED)),
                explained=dates(np.flatnonzero(explained[row] & ~is_open[row])),
                announced=tuple(
                    zip(
                        dates(announced := np.flatnonzero(explained[row] & is_open[row])),
                        map(day_from_number, promised[row, announced].tolist()),
                        strict=True,
                    )
                ),
                nobody=dates(np.flatnonzero(nobody[row] & is_open[row])),
                silence=_why_silent(view, silences_by_code.get(p.code)),
            )
        )
    return found


def _why_silent(view: View, silence: Silence | None) -> str:
    """« au 24/11/2026, ce centre est muet, pas de réseau depuis le 4 »; "" for a site that is not silent, or did not say why:
    its missing days say the rest."""
    if silence is None or not silence.why:
        return ""
    return f"{data_date_in_words(view)}, ce centre est {silence.in_words}"


@dataclass(frozen=True)
class SiteDay:
    """What is known of a day of a site. opened_on: its launch, else its first activity, None where neither is known;
    closed_on: the day from which it is closed for good, None for none. is_open: whether it should have been open. closed_for:
    why it was not, "" where nobody said so, or its register refutes it; is_confirmed: whether more than the site says so.
    declared: visits declared at the closing, None without one; is_typed: whether that was typed, without a file; entered: visits
    in the register, None where none covers the day."""

    opened_on: date | None
    closed_on: date | None
    is_open: bool
    closed_for: str
    is_confirmed: bool
    declared: int | None
    is_typed: bool
    entered: int | None


@uncached
def site_day(view: View, site: str, day: date) -> SiteDay | None:
    """What is known of a day, up to today, of one of the sites that the person answers for; None of another day or site."""
    chosen = view.sites_of_rows(Question(day, day, site=site))
    network = view.network
    place = next((p for p in network.places if p.code == site and p.code in chosen), None)
    if place is None or day > view.snapshot.day:
        return None
    opened = place.begins_on
    column, row = day_number(day) - network.origin, network.row[place.id]
    if not 0 <= column < network.is_open.shape[1]:  # before any site of the network
        return SiteDay(opened, place.closed_on, False, "", False, None, False, None)
    closures = [
        c
        for c in network.whole_closures
        if c.site_id in (None, place.id)
        if c.first_day <= day <= c.last_day
    ]
    is_open = bool(network.is_open[row, column])
    if is_open:  # what the site said is refuted by its register
        closures = []
    has_closing = network.has_closing[row, column] or network.is_typed[row, column]
    known = network.visits_known[row, column]
    return SiteDay(
        opened,
        place.closed_on,
        is_open,
        next((c.reason for c in sorted(closures, key=lambda c: not c.confirmed)), ""),
        any(c.confirmed for c in closures),
        int(network.declared_visits[row, column]) if has_closing else None,
        bool(network.is_typed[row, column]),
        int(network.register_visits[row, column]) if known else None,
    )
