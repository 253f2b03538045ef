"""Declared, entered, reported: the visits that closings declare, those in the register and those of the monthly « canevas »,
by site and month, and why they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property

import numpy as np

from dashboard import french
from dashboard.answers.context import View, cached
from dashboard.answers.network import sites
from dashboard.answers.question import Question
from dashboard.judgement.declared_entered import (
    DayCounts,
    MonthCounts,
    RegisterBefore,
)
from dashboard.period import (
    BENIN,
    add_months,
    day_from_number,
    month_end,
    month_number,
    to_local_time,
)
from db import monthly_returns
from db.codes import ALL, ALL_SERVICES, COUNTERS
from db.day_states import day_states, last_deadline
from db.monthly_returns import Declaration
from db.shared_types import DayState, Place

S = french.SPACE
BOTH_WAYS = 2


@dataclass(frozen=True)
class _Days:
    """The days of some sites, (S, D) each from the network's first day to today. known: in the register; sheet: with a closing;
    missing: due and not in the register; outside: declared and not in it, though nobody had to hand it in; due: expected by
    now."""

    view: View
    rows: list[int]

    @cached_property
    def noon(self) -> datetime:
        """The last noon at which days were due, as at midnight: nobody is accused of a day that is due at today's noon."""
        midnight = datetime.combine(self.view.snapshot.day, time(), BENIN)
        return last_deadline(self.view.network.holidays, midnight)

    @cached_property
    def states(self) -> np.ndarray:
        """The `DayState` of each."""
        network, today = self.view.network, self.view.snapshot.day
        first = day_from_number(network.origin)
        last = day_from_number(network.origin + network.is_open.shape[1] - 1)
        return day_states(network, first, last, self.noon, today)[self.rows]

    @cached_property
    def known(self) -> np.ndarray:
        return self.view.network.visits_known[self.rows]

    @cached_property
    def entered(self) -> np.ndarray:
        return np.where(self.known, self.view.network.register_visits[self.rows], 0)

    @cached_property
    def sheet(self) -> np.ndarray:
        """Whether its closing is there, and may be compared: over a register, or of a day that is due."""
        network = self.view.network
        there = network.has_closing[self.rows] | network.is_typed[self.rows]
        closed: np.ndarray = there & (self.known | (self.states != DayState.NOT_DUE))
        return closed

    @cached_property
    def declared(self) -> np.ndarray:
        return np.where(self.sheet, self.view.network.declared_visits[self.rows], 0)

    @cached_property
    def missing(self) -> np.ndarray:
        due = np.isin(self.states, (DayState.MISSING, DayState.EXPLAINED))
        lost: np.ndarray = ~self.known & due
        return lost

    @cached_property
    def outside(self) -> np.ndarray:
        found: np.ndarray = ~self.known & (self.declared > 0) & ~self.due
        return found

    @cached_property
    def differing(self) -> np.ndarray:
        other: np.ndarray = self.sheet & self.known & (self.declared != self.entered)
        return other

    @cached_property
    def due(self) -> np.ndarray:
        expected: np.ndarray = self.states >= DayState.MISSING
        return expected

    @cached_property
    def to_come(self) -> np.ndarray:
        """Whether a day is not due, and not in the register either."""
        coming: np.ndarray = (self.states == DayState.NOT_DUE) & ~self.known
        return coming

    @cached_property
    def unclosed(self) -> np.ndarray:
        found: np.ndarray = self.states == DayState.UNCLOSED
        return found

    def counts(self, site: int, which: np.ndarray, columns: slice) -> tuple[DayCounts, ...]:
        """The days of a site on which `which` (S, D) is true. site: in `rows`."""
        places = np.flatnonzero(which[site, columns]) + columns.start
        return tuple(
            DayCounts(
                day_from_number(self.view.network.origin + place),
                int(self.declared[site, place]) if self.sheet[site, place] else None,
                int(self.entered[site, place]) if self.known[site, place] else None,
            )
            for place in places.tolist()
        )


@cached
def site_months(view: View, question: Question) -> tuple[MonthCounts, ...]:
    """The months of each of the question's sites of which two numbers or more may be compared, the latest first, and the largest
    gap of each."""
    places = sites(view, question)
    last = min(question.last, view.snapshot.day)
    months = _months(view, last)
    if not places or not months:
        return ()
    days = _Days(view, [view.network.row[p.id] for p in places])
    declared = {
        (one.site, one.month): one
        for one in view.read(
            lambda connection: monthly_returns.declarations(connection, view.sites(question), last)
        )
    }
    by_day, by_canevas = _signs(days, places, months, declared)
    found = []
    for n, month in enumerate(months):
        if month_end(month) < question.first:
            continue
        for at, place in enumerate(places):
            canevas = declared.get((place.id, month))
            m = _counted(view, days, at, place, month, canevas)
            if sum(x is not None for x in (m.reported, m.declared, m.entered)) > 1:
                signs = (by_day if m.by_day > abs(m.report_gap or 0) else by_canevas)[at, : n + 1]
                other = np.flatnonzero((signs != signs[-1]) | (signs == 0))
                begun = int(other[-1]) + 1 if len(other) else 0
                m = replace(m, since=tuple(months[begun : n + 1]))
                told = canevas and not m.is_running and m.reported != m.entered
                found.append(_explained(view, question, m, canevas) if canevas and told else m)
    return tuple(sorted(found, key=_latest_and_largest_first))


def _latest_and_largest_first(m: MonthCounts) -> tuple[int, bool, int, str]:
    return -month_number(m.month), not m.disagrees, -m.size, french.alphabetical(m.name)


def _months(view: View, last: date) -> list[date]:
    """The first days of the months of which the network has days, up to one day's."""
    month, found = day_from_number(view.network.origin).replace(day=1), []
    while month <= last:
        found.append(month)
        month = add_months(month, 1)
    return found


def _signs(
    days: _Days,
    places: Sequence[Place],
    months: Sequence[date],
    declared: Mapping[tuple[int, date], Declaration],
) -> tuple[np.ndarray, np.ndarray]:
    """The signs of the two gaps of each site and month, of closings and of the canevas, (S, M) each: 0 for none, BOTH_WAYS for
    days of closings that differ both ways and cancel out. The gaps are those of `MonthCounts`."""
    network, today = days.view.network, days.view.snapshot.day
    place_of = {month: n for n, month in enumerate(months)}
    starts = [network.day_columns(m, m).start for m in months]
    until = network.day_columns(months[-1], month_end(months[-1])).stop

    def sums(values: np.ndarray) -> np.ndarray:
        added: np.ndarray = np.add.reduceat(values[:, :until].astype(np.int64), starts, axis=1)
        return added

    entered, sheets = sums(days.entered), sums(days.declared)
    net = sums(np.where(days.differing, days.declared - days.entered.astype(np.int64), 0))
    by_day = np.where((net == 0) & (sums(days.differing) > 0), BOTH_WAYS, np.sign(net))
    register_whole = (sums(days.known) > 0) & (sums(days.missing | days.outside) == 0)
    sheets_whole = (sums(days.sheet) > 0) & (sums(days.sheet & days.due) >= sums(days.due))
    by_canevas = np.zeros_like(by_day)
    row = {p.id: at for at, p in enumerate(places)}
    for (site, month), one in declared.items():
        if one.received is not None and month in place_of and month_end(month) < today:
            at, n = row[site], place_of[month]
            if days.to_come[at, network.day_columns(month, month_end(month))].any():
                continue
            if register_whole[at, n] or sheets_whole[at, n]:
                other = entered[at, n] if register_whole[at, n] else sheets[at, n]
                by_canevas[at, n] = np.sign(one.received - int(other))
    return by_day, by_canevas


def _counted(
    view: View, days: _Days, at: int, place: Place, month: date, canevas: Declaration | None
) -> MonthCounts:
    """A site's month. at: the site's place in `days`."""
    columns = view.network.day_columns(month, month_end(month))
    sheet, known = days.sheet[at, columns], days.known[at, columns]
    due = days.due[at, columns]
    return MonthCounts(
        place.name,
        place.code,
        month,
        reported=canevas.received if canevas else None,
        declared=int(days.declared[at, columns].sum()) if sheet.any() else None,
        entered=int(days.entered[at, columns].sum()) if known.any() else None,
        closings=int((sheet & due).sum()),
        due=int(due.sum()),
        both=int((sheet & known).sum()),
        missing=days.counts(at, days.missing, columns),
        differing=days.counts(at, days.differing, columns),
        outside=int(days.declared[at, columns][days.outside[at, columns]].sum()),
        unclosed=int(days.unclosed[at, columns].sum()),
        is_running=bool(days.to_come[at, columns].any()) or month_end(month) >= view.snapshot.day,
        has_canevas=canevas is not None,
    )


def _explained(view: View, question: Question, m: MonthCounts, canevas: Declaration) -> MonthCounts:
    """A month whose canevas says another number than its register, with what may explain it; the register as it was is looked
    up for one site alone, of which all lines of the month are read."""
    counted = replace(m, definitions=tuple(_definitions(view, m))) if m.register_is_whole else m
    if not question.site:
        return counted
    then = view.read(
        lambda connection: monthly_returns.register_then(
            connection, m.code, view.sites(question), m.month, month_end(m.month), canevas.at
        )
    )
    changed = tuple((number, to_local_time(at).date()) for number, at in then.changed_by)
    came = to_local_time(canevas.at).date()
    return replace(counted, before=RegisterBefore(then.visits, came, canevas.batch, changed))


def _definitions(view: View, m: MonthCounts) -> list[tuple[int, str]]:
    """The numbers that a month's register gives when it is counted as inherited reports did: another kind of users, another
    month, another place."""
    network = view.network
    place = next(p for p in network.places if p.code == m.code)
    row, columns = network.row[place.id], network.day_columns(m.month, month_end(m.month))
    counters = _counters(view, row, m.month)
    visits = counters.get("visits", 0)
    here, left = network.register_visits[:, columns], counters.get("left_unserved", 0)
    before = network.day_columns(previous := add_months(m.month, -1), month_end(previous))
    home = [network.row[p.id] for p in network.places if p.department == place.department]
    numbers = [
        (visits - left, f"le nombre sans les {french.number(left)} partis sans être reçus"),
        (counters.get("requests", 0), "le nombre des seules requêtes"),
        (visits - counters.get("informations", 0), "le nombre sans les demandes d'information"),
        (
            visits - counters.get("complaint_visits", 0),
            "le nombre sans les visites de type plainte",
        ),
        (counters.get("women", 0), "le nombre des seules femmes"),
        (counters.get("men", 0), "le nombre des seuls hommes"),
        (counters.get("satisfied", 0), "le nombre des usagers satisfaits"),
        (
            int(here[row, network.is_open[row, columns]].sum()),
            "le nombre des seuls jours d'ouverture",
        ),
        (int(network.register_visits[row, before].sum()), f"le nombre {french.of_month(previous)}"),
        (int(here[home].sum()), "le nombre de tout le département"),
        (int(here.sum()), "le nombre de tout le réseau"),
    ]
    if view.access.aggregates != ALL:  # of others nothing is said
        numbers = numbers[:-2]
    return [(number, words) for number, words in numbers if number not in (0, m.entered)]


def _counters(view: View, row: int, month: date) -> Mapping[str, int]:
    """The counters (db.codes.COUNTERS) of a site's month. row: of the network state."""
    months = view.network.months
    cells = months.cells
    of_all = cells.service == months.services.index(ALL_SERVICES)
    found = np.flatnonzero(of_all & (cells.site == row) & (cells.month == month_number(month)))
    values = cells.counters[found].sum(axis=0).tolist() if len(found) else []
    return dict(zip(COUNTERS, values, strict=False))
