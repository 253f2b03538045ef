"""Networks that are not the demonstration's: a course of so many months for each site, and what changes in its last ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.period import ONE_DAY, add_months, month_end
from db.accounts_and_sessions import open_if_new
from db.write_lock import write_transaction
from tests.builders import COTONOU, COVE, KANDI, NIKKI, Office, closing, complaint, visit


@dataclass(frozen=True)
class Course:
    """What a site usually shows, and by what its last `months` months are multiplied: changes, by the name of a field."""

    visits: float = 3  # a working day
    wait: float = 15  # median minutes
    satisfied: float = 0.8
    left: float = 0.05
    closed: float = 0.96  # of working days
    complaints: float = 0.0  # a visit
    spread: float = 0.0  # of the months of its satisfaction, beyond chance
    changes: tuple[tuple[str, float, int], ...] = ()

    def in_month(self, name: str, ago: int) -> float:
        """A field's value so many months before the last, which is 0."""
        value: float = getattr(self, name)
        for what, factor, months in self.changes:
            value *= factor if what == name and ago < months else 1
        return value


DJOUGOU = "ccsp-djougou"
# More of everything than the first screen has full lines for: seven sites worse, two falls and a rise of visits, two sites
# better, and one of which there is nothing to say.
CHANGING = {
    KANDI: Course(visits=7, wait=14, changes=(("wait", 1.7, 5),)),
    COTONOU: Course(visits=7, satisfied=0.9, changes=(("satisfied", 0.6, 1),)),
    "ccsp-adjarra": Course(visits=5, closed=0.97, changes=(("closed", 0.5, 3),)),
    "ccsp-pobe": Course(visits=7, changes=(("left", 4, 2),)),
    "ccsp-ouidah": Course(visits=7, changes=(("wait", 1.9, 1),)),
    "ccsp-bassila": Course(visits=7, changes=(("wait", 1.8, 2),)),
    "ccsp-allada": Course(visits=7, satisfied=0.9, changes=(("satisfied", 0.6, 2),)),
    NIKKI: Course(visits=8, changes=(("visits", 0.55, 2),)),
    "ccsp-malanville": Course(visits=8, changes=(("visits", 0.5, 1),)),
    DJOUGOU: Course(visits=8, changes=(("visits", 1.6, 2),)),
    COVE: Course(visits=7, wait=16, changes=(("wait", 0.6, 3),)),
    "gsru-abomey": Course(visits=7, wait=18, changes=(("wait", 0.55, 3),)),
    "ccsp-ouesse": Course(visits=7),
}
SEASON = (1.0, 1.0, 1.1, 1.0, 0.95, 0.9, 0.85, 0.8, 1.2, 1.3, 1.0, 0.9)


def hand_in(
    office: Office, sites: Mapping[str, Course], last: date, months: int, seed: int
) -> None:
    """Hand in the registers and closings of these sites for whole months, to an application that anybody may open. last: the
    first day of the last one."""
    with write_transaction(office.engine) as connection:
        open_if_new(connection)
    random = np.random.default_rng(seed)
    span = add_months(last, 1 - months), month_end(last)
    visits, closings, complaints = [], [], []
    for code, course in sites.items():
        for ago in range(months):
            month = add_months(last, -ago)
            days = list(_working_days(month))
            visits += list(_visits(code, course, ago, days, random))
            closings += [
                closing(code, day.isoformat())
                for day in days
                if random.random() < course.in_month("closed", ago)
            ]
            expected = course.in_month("complaints", ago) * course.visits * len(days)
            complaints += [
                complaint(
                    f"{code}-{ago}-{n}", code, day.isoformat(), (day + 9 * ONE_DAY).isoformat()
                )
                for n, day in enumerate(random.choice(days, random.poisson(expected)))
                if day + 9 * ONE_DAY <= span[1]
            ]
    given = tuple(sites)
    office.hand_in("registre", *visits, covers=span, sites=given, demo=True)
    office.hand_in("cloture", *closings, covers=span, sites=given, demo=True)
    if complaints:
        office.hand_in("plaintes", *complaints, covers=span, sites=given, demo=True)


def _working_days(month: date) -> Iterator[date]:
    day = month
    while day.month == month.month:
        if day.weekday() < 5:
            yield day
        day += ONE_DAY


def _visits(
    code: str, course: Course, ago: int, days: list[date], random: np.random.Generator
) -> Iterator[list]:
    month = days[0].month
    n = random.poisson(course.in_month("visits", ago) * SEASON[month - 1] * len(days))
    waits = course.in_month("wait", ago) * np.exp(0.7 * random.standard_normal(n))
    satisfied = course.in_month("satisfied", ago) + course.spread * random.standard_normal()
    gone, pleased, on = (
        random.random(n) < course.in_month("left", ago),
        random.random(n) < satisfied,
        random.integers(0, len(days), n),
    )
    for wait, left, yes, at in zip(waits, gone, pleased, on, strict=True):
        minutes = 8 * 60 + min(int(wait), 239)
        yield visit(
            code,
            days[at].isoformat(),
            arrived="08:00",
            called="" if left else f"{minutes // 60:02}:{minutes % 60:02}",
            outcome="parti" if left else "servi",
            satisfied="" if left else "oui" if yes else "non",
        )
