"""When files come in: of the last two years the registers of each day in its evening, those of late days at the end of the week,
closings and complaints on the last working day of their week.

What is older came in with the file of its year, as a history does that is loaded at once.
"""

from collections import defaultdict
from datetime import datetime

import numpy as np

from dashboard.period import add_months
from db.demo.model import MONTHS, Arrival, DemoSite, Gap, Part, Plan, at_the_end_of

HABITUAL = ("ccsp-lokossa", "ccsp-pehunco")  # they are late in most weeks
_LATE_WEEKS, _LATE_WEEKS_OF_HABIT = 0.17, 0.95  # share of a site's weeks with late days
_IN_A_ROW = [0.3, 0.25, 0.2, 0.15, 0.1]  # late days of such a week, from one
# Registers of a day come in together, between these minutes.
_EVENING, _NIGHT = 17 * 60 + 40, 19 * 60 + 40
_LATE, _MINUTE = 9, 10  # the keys of this module's random numbers


def draw_days_of_arrival(
    sites: list[DemoSite], gaps: np.ndarray, workday: np.ndarray, first_weekday: int, seed: int
) -> np.ndarray:
    """The day on which the register of each site's day comes in, as an index, site × day; of gaps and days on which nobody
    works it says nothing. first_weekday: of day 0, from Monday."""
    came_in = np.tile(np.arange(len(workday)), (len(sites), 1))
    week = (np.arange(len(workday)) + first_weekday) // 7
    for s, site in enumerate(sites):
        rng = np.random.default_rng([seed, _LATE, s])
        share = _LATE_WEEKS_OF_HABIT if site.code in HABITUAL else _LATE_WEEKS
        ends = _week_ends(workday, week)
        for number in np.flatnonzero(rng.random(week[-1] + 1) < share):
            days = np.flatnonzero(workday & (week == number))
            if not len(days):
                continue
            begin = int(rng.integers(len(days)))
            length = 1 + int(rng.choice(len(_IN_A_ROW), p=_IN_A_ROW))
            for day in days[begin : begin + length]:
                after = ends[ends > day]
                # What comes in later would speak for the gap between, too.
                if len(after) and not gaps[s, day : after[0] + 1].any():
                    came_in[s, day] = after[0]
    return came_in


def _week_ends(workday: np.ndarray, week: np.ndarray) -> np.ndarray:
    """The last working day of each week, the running one included."""
    days = np.flatnonzero(workday)
    ends: np.ndarray = days[np.diff(week[days], append=week[-1] + 1) > 0]
    return ends


def arrivals(plan: Plan, sites: list[int], start: int, stop: int) -> tuple[Arrival, ...]:
    """The arrivals of a file of registers of the days from `start` up to `stop`; none where it came in all at once."""
    since = _told_since(plan)
    if stop <= since:
        return ()
    at_once = at_the_end_of(plan.day(stop - 1))
    minutes = _minutes(plan)
    parts: dict[datetime, list[Part]] = defaultdict(list)
    for site in sites:
        due = plan.opened[site] | (plan.counts[site] > 0) | (plan.gaps[site] != Gap.NONE)
        # Days without work are spoken for by the register that comes next.
        days = np.flatnonzero(due)
        begins = dict(zip(days.tolist(), [*days[:1], *(days[:-1] + 1)], strict=True))
        told = np.flatnonzero(due & (plan.gaps[site] == Gap.NONE))
        told = told[(told >= start) & (told < stop)]
        came_in = np.where(told < since, -1, plan.came_in[site, told])
        for number in np.unique(came_in).tolist():
            days = told[came_in == number]
            first = days[0] if number < 0 else begins[int(days[0])]
            at = at_once if number < 0 else at_the_end_of(plan.day(number), int(minutes[number]))
            rows = int(plan.entered[site, days].sum())
            parts[at].append(
                Part(plan.profiles[site].code, plan.day(first), plan.day(days[-1]), rows)
            )
    return tuple(Arrival(at, tuple(parts[at])) for at in sorted(parts))


def weekly_arrivals(
    plan: Plan, rows: np.ndarray, sites: list[int], start: int, stop: int
) -> tuple[Arrival, ...]:
    """The arrivals of a file that sites send by the week, of the days from `start` up to `stop`; none where it came in all at
    once. rows: of the file, site × day; sites: of which it speaks, with or without rows."""
    since = _told_since(plan)
    if stop <= since:
        return ()
    week = (np.arange(plan.days) + plan.first.weekday()) // 7
    ends, minutes = _week_ends(plan.workday, week), _minutes(plan)
    begins = [start, since] if start < since else [start]
    begins += [end + 1 for end in ends.tolist() if max(start, since) <= end < stop - 1]
    found = []
    for begin, after in zip(begins, [*begins[1:], stop], strict=True):
        later = ends[ends >= after - 1]
        # A year that ends within a week is handed in with that week.
        at = after - 1 if begin < since or not len(later) else int(later[0])
        parts = [
            Part(plan.profiles[s].code, plan.day(begin), plan.day(after - 1), int(n))
            for s, n in ((s, rows[s, begin:after].sum()) for s in sites)
            if plan.profiles[s].start < after
        ]
        # Days on which nobody works are spoken for by what comes next, and if nothing does by nothing.
        goes_on = after < stop or any(plan.profiles[s].last >= stop for s in sites)
        at_work = plan.workday[begin:after].any() or any(part.rows for part in parts)
        if parts and (goes_on or at_work):
            found.append(Arrival(at_the_end_of(plan.day(at), int(minutes[at])), tuple(parts)))
    return tuple(found)


def _told_since(plan: Plan) -> int:
    """The first day of which it is told when it came in."""
    return plan.index(add_months(plan.today.replace(day=1), -MONTHS))


def _minutes(plan: Plan) -> np.ndarray:
    """The minute of each day at which files come in."""
    drawn: np.ndarray = plan.rng(_MINUTE).integers(_EVENING, _NIGHT, plan.days)
    return drawn
