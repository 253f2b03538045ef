"""The calendar of completeness: the days of a month by site, what each counts as, and the months of two years."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from dashboard import french
from dashboard.answers.context import View, cached, uncached
from dashboard.answers.network import distinct_names, sites
from dashboard.answers.question import EVERYTHING, Question
from dashboard.judgement.completeness_sentences import (
    FEWEST,
    DayCounts,
    SiteDaysMissing,
    month_sentence,
    not_counted,
)
from dashboard.judgement.day_kinds import KINDS, NO_WORK, NOT_DUE, CalendarDay, DayKind, kind_of
from dashboard.period import (
    ONE_DAY,
    Period,
    add_months,
    day_from_number,
    day_number,
    month_end,
    month_number,
)
from db.day_states import (
    DayMeasures,
    day_measures,
    declared_visits,
    last_deadline,
    promised_days,
    register_visits,
)
from db.lost_time import precedence
from db.network_state import NetworkState
from db.shared_types import Closure, DayState, Place
from db.working_days import SATURDAY, working_days

RIGHT = "completeness"
MONTHS = 24  # of the view month by month, and of the choice


@dataclass(frozen=True)
class SiteMonth:
    """The days of a site in a month. name: without its kind, as the map writes it; days: one for each of the month's;
    is_unknown: whether nobody knows since when it serves, for its opening is not known and it never handed anything in."""

    code: str
    name: str
    department: str
    days: tuple[CalendarDay, ...]
    counts: DayCounts
    is_unknown: bool = False

    @property
    def not_received(self) -> tuple[date, ...]:
        """The expected days that are not received."""
        return tuple(d.day for d in self.days if d.kind.role in ("missing", "explained"))


@dataclass(frozen=True)
class MonthCalendar:
    """A month of the network: the sites that served in it, those that miss most days first; the counts of all of them, and of
    departments.
    counted_at: the last noon at which a day became due; today: the day on which it is asked."""

    month: date
    counted_at: datetime
    today: date
    sites: tuple[SiteMonth, ...]
    counts: DayCounts
    departments: tuple[tuple[str, DayCounts], ...]

    @property
    def working_days(self) -> tuple[date, ...]:
        """The days on which at least one of the sites works."""
        if not self.sites:
            return ()
        columns = zip(*(site.days for site in self.sites), strict=True)
        return tuple(of[0].day for of in columns if any(one.kind is not NO_WORK for one in of))

    @property
    def finding(self) -> str:
        """The first sentence: how many days are received, and who misses most."""
        late = [s for s in self.sites if s.not_received]
        only = sum(s.counts.expected > 0 for s in self.sites) == 1
        who = [SiteDaysMissing("" if only else s.name, s.not_received) for s in late]
        to_come = any(d.kind is NOT_DUE for s in self.sites for d in s.days)
        complete = [s.name for s in self.sites if s.counts.expected and not s.not_received]
        said = month_sentence(
            self.month, self.counts, who, self.today, complete=complete, is_over=not to_come
        )
        return f"{said}{not_counted([s.name for s in self.sites if s.is_unknown])}"

    @property
    def counted_in_words(self) -> str:
        """« Sont comptés, centre par centre, les jours de 24 centres qui étaient dus au 27/11/2026 à midi »: whose days are
        expected, and up to when."""
        due = french.date_short(self.counted_at.date())
        counted = sum(s.counts.expected > 0 for s in self.sites)
        whose = (
            f", centre par centre, les jours de {french.number(counted)} centres"
            if counted > 1
            else " les jours"
        )
        return f"Sont comptés{whose} qui étaient dus au {due} à midi"

    @property
    def kinds(self) -> tuple[tuple[DayKind, int], ...]:
        """The kinds of days that come up, with how many, in the order of a legend."""
        counts = Counter(d.kind for one in self.sites for d in one.days)
        return tuple((kind, counts[kind]) for kind in KINDS if kind in counts)

    @property
    def received_by_day(self) -> tuple[tuple[int, int], ...]:
        """How many sites are received, of how many expected, on each of `working_days`."""
        roles = [
            [site.days[day.day - 1].kind.role for site in self.sites] for day in self.working_days
        ]
        return tuple((of.count("received"), sum(map(bool, of))) for of in roles)


@uncached
def months(view: View, moment: datetime) -> tuple[date, ...]:
    """The months that have a calendar at an aware moment, their first days, the newest first: up to that of the last day that
    is due."""
    network, due = view.network, _last_due(view, moment)
    first = max(
        day_from_number(network.origin).replace(day=1), add_months(due.replace(day=1), 1 - MONTHS)
    )
    count = month_number(due) - month_number(first) + 1
    return tuple(add_months(due.replace(day=1), -n) for n in range(max(count, 1)))


@uncached
def opening_month(view: View, moment: datetime) -> date:
    """The month that the calendar opens on, one of `months`: the newest, once FEWEST of its working days are due; until then the
    one before, whose missing days a single one would hide."""
    newest, *older = months(view, moment)
    width = (_last_due(view, moment) - newest).days + 1
    begun = int(working_days(view.network.holidays, day_number(newest), width).sum())
    return older[0] if older and begun < FEWEST else newest


def _last_due(view: View, moment: datetime) -> date:
    """The last working day that is due at an aware moment."""
    due = last_deadline(view.network.holidays, moment).date() - ONE_DAY
    while due.weekday() >= SATURDAY or due in view.network.holidays:
        due -= ONE_DAY
    return due


@uncached
def month_calendar(view: View, question: Question, month: date, moment: datetime) -> MonthCalendar:
    """The calendar of a month, of the question's sites; of none for who may not see which days came. month: its first day;
    moment: aware, at which it is asked."""
    found = _month(view, _of_sites(question), month, last_deadline(view.network.holidays, moment))
    if RIGHT in view.access.rights:
        return found
    return replace(found, sites=(), counts=DayCounts(0, 0, 0, 0), departments=())


@cached
def _month(view: View, question: Question, month: date, noon: datetime) -> MonthCalendar:
    """The calendar of a month as it stands from one noon at which days are due to the next."""
    network, last = view.network, month_end(month)
    measures = day_measures(network, month, last, noon, view.snapshot.day)
    promised = promised_days(network, month, last)
    declared = declared_visits(network, month, last)
    visits = register_visits(network, month, last)
    places = sites(view, question)
    rows, names = [network.row[p.id] for p in places], distinct_names(places)
    found = [
        SiteMonth(
            p.code,
            names[p.code],
            p.department,
            tuple(
                _days(
                    network,
                    p,
                    measures,
                    promised[row],
                    declared[row],
                    visits[row],
                    Period(month, last),
                )
            ),
            _counts_of(measures, [row]),
            _is_unknown(p, month, last),
        )
        for p, row in zip(places, rows, strict=True)
        if (measures.state[row] > DayState.OUT_OF_SERVICE).any() or _is_unknown(p, month, last)
    ]
    departments = sorted({p.department for p in places}, key=french.alphabetical)
    return MonthCalendar(
        month,
        noon,
        view.snapshot.day,
        tuple(sorted(found, key=_from_worst)),
        _counts_of(measures, rows),
        tuple(
            (
                name,
                _counts_of(measures, [network.row[p.id] for p in places if p.department == name]),
            )
            for name in departments
        ),
    )


def _is_unknown(place: Place, first: date, last: date) -> bool:
    """Whether a site that nobody closed on these days has neither a known opening nor any data."""
    return place.begins_on is None and place.serves_between(first, last)


def _from_worst(site: SiteMonth) -> tuple[int, int, int, str]:
    """The sort key of a site: the most days that are not received first, then the most that came late."""
    c = site.counts
    return -c.not_received, -c.missing, c.on_time - c.received, french.alphabetical(site.name)


def _counts_of(measures: DayMeasures, rows: Sequence[int]) -> DayCounts:
    """The counts of some sites, over all days of the measures. rows: theirs in the network."""
    return DayCounts(
        *(
            int(of[list(rows)].sum())
            for of in (measures.expected, measures.received, measures.on_time, measures.explained)
        )
    )


def _days(
    network: NetworkState,
    place: Place,
    measures: DayMeasures,
    promised: np.ndarray,
    declared: np.ndarray,
    visits: np.ndarray,
    month: Period,
) -> list[CalendarDay]:
    """The days of a site. promised, declared, visits: (D,), its own."""
    row = network.row[place.id]
    closed_for = _reasons(network.whole_closures, place.id, month)
    days = []
    for n in range(month.days):
        state, number = DayState(measures.state[row, n]), day_number(month.first) + n
        reason = (
            closed_for.get(number, "") if state in (DayState.CLOSED, DayState.EXPLAINED) else ""
        )
        day = day_from_number(number)
        kind = kind_of(
            state,
            received=bool(measures.received[row, n]),
            closed_for=reason,
            before_first=place.launched_on is None and place.serves_on(day),
        )
        on = int(promised[n])
        days.append(
            CalendarDay(
                day,
                kind,
                int(measures.days_late[row, n]),
                reason,
                day_from_number(on) if on else None,
                int(declared[n]) if state in (DayState.MISSING, DayState.EXPLAINED) else 0,
                int(visits[n]) if state in (DayState.CLOSED, DayState.OUT_OF_SERVICE) else 0,
            )
        )
    return days


def _reasons(closures: Sequence[Closure], site: int, month: Period) -> dict[int, str]:
    """Why a site was closed for the whole of a day, by day number: of several closures the first by `precedence`, as lost time is
    counted."""
    found: dict[int, str] = {}
    for c in sorted(closures, key=precedence, reverse=True):
        if c.site_id in (None, site):
            first, last = max(c.first_day, month.first), min(c.last_day, month.last)
            found |= dict.fromkeys(range(day_number(first), day_number(last) + 1), c.reason)
    return found


def _of_sites(question: Question) -> Question:
    """The question of the same sites, whatever its period and service: another choice of these is no other answer."""
    return Question(
        EVERYTHING.first,
        EVERYTHING.last,
        question.departments,
        question.kind,
        site=question.site,
    )


@dataclass(frozen=True)
class SiteYears:
    """The months of a site, or of all of them (name ""). months: the counts of each."""

    code: str
    name: str
    department: str
    months: tuple[DayCounts, ...]


@dataclass(frozen=True)
class YearsCalendar:
    """The months of two years, oldest first, by site: those with the smallest share of the last twelve first; and of all."""

    months: tuple[date, ...]
    sites: tuple[SiteYears, ...]
    all_sites: SiteYears


@uncached
def years_calendar(view: View, question: Question, moment: datetime) -> YearsCalendar:
    """The months of two years, of the question's sites. moment: aware, at which it is asked."""
    noon = last_deadline(view.network.holidays, moment)
    return _years(view, _of_sites(question), months(view, moment)[::-1], noon)


@cached
def _years(
    view: View, question: Question, listed: tuple[date, ...], noon: datetime
) -> YearsCalendar:
    network = view.network
    of_months = [
        day_measures(network, month, month_end(month), noon, view.snapshot.day) for month in listed
    ]

    def years(rows: Sequence[int]) -> tuple[DayCounts, ...]:
        return tuple(_counts_of(measures, rows) for measures in of_months)

    places = sites(view, question)
    names = distinct_names(places)
    found = [
        SiteYears(p.code, names[p.code], p.department, years([network.row[p.id]])) for p in places
    ]
    unknown = {p.code for p in places if _is_unknown(p, listed[0], month_end(listed[-1]))}
    found = [one for one in found if one.code in unknown or any(c.expected for c in one.months)]
    everybody = SiteYears("", "", "", years([network.row[p.id] for p in places]))
    return YearsCalendar(listed, tuple(sorted(found, key=_from_least)), everybody)


def _from_least(site: SiteYears) -> tuple[float, str]:
    """The sort key of a site: the smallest share received in its last twelve months first; without any day, last."""
    year = site.months[-12:]
    expected = sum(c.expected for c in year)
    share = sum(c.received for c in year) / expected if expected else 2.0
    return share, french.alphabetical(site.name)
