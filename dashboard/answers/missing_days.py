"""Which days sites have still to hand in: a sentence for each, the worst first, and the days by month."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from dashboard import french
from dashboard.answers.context import View, cached_with_rows, uncached
from dashboard.answers.network import short_name
from dashboard.answers.question import Question
from dashboard.judgement.missing_day_sentences import SiteDays, by_month, site_sentence
from dashboard.period import ONE_DAY, day_from_number, day_number
from db.codes import ALL
from db.day_states import DayState, day_states, handed_in, last_deadline
from db.shared_types import Place

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
    states = day_states(network, first, last, noon)
    handed = handed_in(network, first, last)
    is_open = network.is_open[:, network.day_columns(first, last)]

    def dates(columns: np.ndarray) -> tuple[date, ...]:
        return tuple(day_from_number(n) for n in (columns + day_number(first)).tolist())

    found = []
    for p in places:
        row = network.row[p.id]
        opened = np.flatnonzero(is_open[row])
        counted = (states[row, opened] != DayState.NOT_DUE) | handed[row, opened]
        start, opened_on = p.first_activity or p.launched_on, p.launched_on
        since = max(start, first) if start else date.max
        until = min(last, p.closed_on - ONE_DAY) if p.closed_on else last
        found.append(
            SiteDays(
                name=short_name(p),
                today=today,
                opened_on=min(start, opened_on) if start and opened_on else None,
                closed_on=p.closed_on,
                since=since if since <= until else None,
                begun=bool(network.visits_known[row].any()),
                expected=dates(opened[np.logical_and.accumulate(counted)]),
                missing=dates(np.flatnonzero(states[row] == DayState.MISSING)),
                unclosed=dates(np.flatnonzero(states[row] == DayState.UNCLOSED)),
            )
        )
    return found
