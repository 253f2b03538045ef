"""The open time that closures took: by cause, month and place, with what it did to visits, and without the days of a cause."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np

from dashboard.answers.context import View, cached, uncached
from dashboard.answers.network import sites
from dashboard.answers.question import Question
from dashboard.judgement.lost_time import Lost, by_most
from dashboard.period import (
    BENIN,
    ONE_DAY,
    add_months,
    day_from_number,
    day_number,
    month_numbers,
)
from dashboard.statistics import matched_days
from dashboard.statistics.matched_days import MatchedDays
from db.day_states import last_deadline
from db.lost_time import LostTime, lost_time

MONTHS = 12  # that are looked at where the period itself has one
AROUND = timedelta(weeks=matched_days.WEEKS)


@dataclass(frozen=True)
class Losses:
    """What closures took in a period: in all; by cause, by site (code) and by department; how many sites should have been open,
    and at how many of them the hours of some day are not known; by cause, what is left without what its days lost."""

    total: Lost
    by_reason: Mapping[str, Lost]
    by_site: Mapping[str, Lost]
    by_department: Mapping[str, Lost]
    sites: int
    sites_without_hours: int
    kept_without: Mapping[str, Lost]


@uncached
def known_part(view: View, question: Question) -> Question:
    """The question up to the last day that was due at midnight, as the calendar of completeness goes, or to the date of the data
    where that is later: later closures are not counted yet."""
    due = _last_due(view)
    end = max(view.network.known_until or due, due)
    return replace(question, last=min(question.last, end))


def _last_due(view: View) -> date:
    """The last day whose register was due at midnight."""
    midnight = datetime.combine(view.snapshot.day, time(), BENIN)
    return last_deadline(view.network.holidays, midnight).date() - ONE_DAY


@uncached
def lost_time_of(view: View, question: Question, without: str = "") -> LostTime:
    """The lost time of the question's sites, in their order, on the days of its period up to the date of the data; a day that
    is not due yet only where a site spoke of it. without: a cause of whose days nothing counts as lost, "" for none."""
    asked, network = known_part(view, question), view.network
    rows = [network.row[p.id] for p in sites(view, question)]
    first = max(asked.first, day_from_number(network.origin))
    lost = lost_time(network, rows, first, asked.last).until_due(day_number(_last_due(view)))
    return lost.without_days_of(without) if without else lost


@uncached
def year_around(view: View, question: Question) -> Question:
    """The question up to the date of the data, over the last MONTHS where its period is within one month."""
    asked = known_part(view, question)
    month = asked.last.replace(day=1)
    return replace(asked, first=add_months(month, 1 - MONTHS)) if asked.first >= month else asked


@cached
def losses(view: View, question: Question, without: str = "") -> Losses:
    """What closures took of the open time of the question's sites. without: as `lost_time_of`."""
    places, lost = sites(view, question), lost_time_of(view, question, without)
    of_site = np.broadcast_to(np.arange(len(places))[:, None], lost.opening.shape)
    by_site = {
        p.code: part for p, part in zip(places, _by(lost, of_site, len(places)), strict=True)
    }
    departments: dict[str, list[Lost]] = {}
    for p in places:
        departments.setdefault(p.department, []).append(by_site[p.code])
    by_reason = _by_reason(lost)
    return Losses(
        Lost.total(list(by_site.values())),
        by_reason,
        by_site,
        {name: Lost.total(parts) for name, parts in departments.items()},
        sum(part.days > 0 for part in by_site.values()),
        sum(part.unknown_days > 0 for part in by_site.values()),
        {reason: _in_all(lost.without_days_of(reason)) for reason in by_reason},
    )


@cached
def losses_by_month(view: View, question: Question, without: str = "") -> Mapping[date, Lost]:
    """What closures took by month (its first day), over the period of `year_around`."""
    asked = year_around(view, question)
    lost = lost_time_of(view, asked, without)
    days = month_numbers(np.arange(lost.origin, lost.origin + lost.opening.shape[1]))
    if not len(days):
        return {}
    of_month = np.broadcast_to(days - days[0], lost.opening.shape)
    parts = _by(lost, of_month, int(days[-1] - days[0]) + 1)
    first = day_from_number(lost.origin).replace(day=1)
    return {add_months(first, n): part for n, part in enumerate(parts) if part.days}


@cached
def visits_on_cut_days(
    view: View, question: Question, without: str = ""
) -> Mapping[str, MatchedDays]:
    """Users of the days that lost a part of their open time, beside days like them, by cause; "" for all. Of days whose register
    was handed in, over the period of `year_around`."""
    asked, network = year_around(view, question), view.network
    first = max(asked.first - AROUND, day_from_number(network.origin))
    around = known_part(view, replace(asked, first=first, last=asked.last + AROUND))
    lost = lost_time_of(view, around, without)
    rows = [network.row[p.id] for p in sites(view, question)]
    columns = network.day_columns(around.first, around.last)
    visits = network.register_visits[rows, columns]
    known = network.visits_known[rows, columns] & lost.opening
    free, every = (
        known.copy(),
        lost_time_of(view, around),
    )  # a day of the cause left out is not without a closure
    free[every.site, every.day] = False
    days = np.arange(lost.origin, lost.origin + lost.opening.shape[1])
    asked_days = (days >= day_number(asked.first)) & (days <= day_number(asked.last))
    cut = known & lost.touched & ~lost.whole & asked_days
    found = {"": matched_days.compare(visits, cut, free)}
    for reason, shares in _shares_by_reason(lost).items():
        of_reason = np.zeros_like(cut)
        of_reason[lost.site[shares], lost.day[shares]] = True
        found[reason] = matched_days.compare(visits, cut & of_reason, free)
    return found


def _by(lost: LostTime, group: np.ndarray, count: int) -> list[Lost]:
    """The sums of each of `count` groups of site-days. group: (S, D), the number of each one's."""
    known, unknown = lost.hours_known, lost.opening & ~lost.hours_known
    share = np.divide(lost.lost_minutes, lost.open_minutes, np.zeros(group.shape), where=known)
    alone = ~np.array([c.confirmed for c in lost.closures], dtype=bool)[lost.closure]
    of_alone = group[lost.site[alone], lost.day[alone]]

    def days(which: np.ndarray) -> list[int]:
        return [int(n) for n in np.bincount(group[which], minlength=count)]

    def sums(which: np.ndarray, values: np.ndarray) -> list[int]:
        return [int(n) for n in np.bincount(group[which], values[which], count)]

    def of_shares(values: np.ndarray) -> list[int]:
        return [int(n) for n in np.bincount(of_alone, values[alone], count)]

    columns = (
        days(lost.opening),
        days(unknown),
        days(lost.unheard),
        sums(known, lost.open_minutes),
        sums(known, lost.lost_minutes),
        np.bincount(group[known], share[known], count).tolist(),
        sums(unknown, lost.lost_minutes),
        days(unknown & lost.whole),
        days(lost.touched),
        of_shares(lost.counted),
        of_shares(lost.takes_day),
    )
    return [Lost(*row) for row in zip(*columns, strict=True)]


def _in_all(lost: LostTime) -> Lost:
    """The sums of all site-days."""
    return _by(lost, np.zeros(lost.opening.shape, dtype=np.int64), 1)[0]


def _shares_by_reason(lost: LostTime) -> dict[str, np.ndarray]:
    """The shares (their places) of each cause that took some open time."""
    reasons = np.array([c.reason for c in lost.closures], dtype=object)[lost.closure]
    return {reason: np.flatnonzero(reasons == reason) for reason in sorted(set(reasons.tolist()))}


def _by_reason(lost: LostTime) -> dict[str, Lost]:
    """What each cause took; its days are those that it touched, be they counted for another."""
    known = lost.hours_known[lost.site, lost.day]
    alone = ~np.array([c.confirmed for c in lost.closures], dtype=bool)[lost.closure]
    found = {}
    for reason, at in _shares_by_reason(lost).items():
        counted, takes, said = lost.counted[at], lost.takes_day[at], ~known[at]
        found[reason] = Lost(
            minutes=int(counted[~said].sum()),
            said_minutes=int(counted[said].sum()),
            whole_days=int(takes.sum()),
            touched=len(set(zip(lost.site[at].tolist(), lost.day[at].tolist(), strict=True))),
            alone_minutes=int(counted[alone[at]].sum()),
            alone_days=int(takes[alone[at]].sum()),
        )
    return {reason: found[reason] for reason in by_most(found)}
