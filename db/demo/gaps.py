"""What is wanting in the registers: days of which none came, without a word, announced or explained; days without users.

Few, at sites where no event of `db.demo.events` is to be found, and not on the last days of a month: no signal hangs on
them. Dates are counted back from the day on which the data end, in the working days that are left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from dashboard.period import ONE_DAY
from db.demo.closings import CLOSING_HEADING
from db.demo.closures import HEADING as CLOSURE_HEADING
from db.demo.model import MONTHS, Closure, DemoFile, DemoSite, Gap, Plan
from db.working_days import SATURDAY

FORGETFUL = ("ccsp-adjohoun", "ccsp-bassila", "ccsp-djidja", "ccsp-tanguieta")
_A_MONTH = [0.2, 0.4, 0.3, 0.1]  # months with 0, 1, 2 or 3 forgotten days
_MONTH_END = 2  # working days: a month is judged once its last one is known
_PROMISED_IN = 4  # days from the end of the data
_HEADINGS = {  # of the forms in which a site types of its days
    "annonces": "Centre;Date;Remis le\n",
    "fermetures": CLOSURE_HEADING,
    "cloture": CLOSING_HEADING,
}
_TYPED = {
    Gap.PROMISED: "annonces",
    Gap.SAID_CLOSED: "fermetures",
    Gap.SAID_NOBODY: "cloture",
}
_FORGOTTEN = 8  # the key of this module's random numbers


@dataclass(frozen=True)
class Absence:
    """Days of a site without a register. back: how many working days before the end the first one is; reason: why it was
    closed, as the form of closures has it."""

    gap: Gap
    place: str
    back: int
    days: int = 1
    reason: str = ""


ABSENCES = (
    Absence(Gap.PROMISED, "ccsp-allada", 4, 2),
    Absence(Gap.SAID_CLOSED, "ccsp-kandi", 5, 2, "électricité"),
    Absence(Gap.NO_WORD, "ccsp-bassila", 6, 2),
    Absence(Gap.SAID_NOBODY, "ccsp-ouesse", 7),
    Absence(Gap.NO_WORD, "ccsp-djidja", 8),
    Absence(Gap.NOBODY, "ccsp-pehunco", 10),
    Absence(Gap.SAID_CLOSED, "ccsp-pobe", 11, 1, "réseau"),
    Absence(Gap.NO_WORD, "ccsp-tanguieta", 13, 3),
    Absence(Gap.SAID_CLOSED, "ccsp-seme-kpodji", 16, 2, "travaux"),
    Absence(Gap.CLOSED, "ccsp-aplahoue", 18, 1, "jour férié local"),
    Absence(Gap.NO_WORD, "ccsp-adjohoun", 20),
    Absence(Gap.SAID_NOBODY, "ccsp-ouesse", 22),
    Absence(Gap.SAID_CLOSED, "ccsp-dassa-zoume", 24, 1, "grève"),
    Absence(Gap.SAID_CLOSED, "ccsp-ouesse", 24, 1, "grève"),
    Absence(Gap.SAID_CLOSED, "ccsp-kandi", 31, 1, "électricité"),
    Absence(Gap.SAID_CLOSED, "ccsp-pobe", 47, 2, "réseau"),
    Absence(Gap.SAID_CLOSED, "ccsp-kandi", 66, 1, "électricité"),
)


def draw_gaps(
    sites: list[DemoSite], opened: np.ndarray, workday: np.ndarray, months: np.ndarray, seed: int
) -> np.ndarray:
    """The `Gap` of each site and day, NONE where it was not to be open. opened: site × day; workday: day; months: the number
    of each day's month."""
    gaps = np.zeros(opened.shape, np.int8)
    possible = _possible(workday, months)
    for s, site in enumerate(sites):
        if site.code in FORGETFUL:
            rng = np.random.default_rng([seed, _FORGOTTEN, s])
            gaps[s, _forgotten(possible, months, rng)] = Gap.NO_WORD
        for absence in ABSENCES:
            if absence.place == site.code:
                gaps[s, _days(absence, possible)] = absence.gap
    gaps[~opened] = Gap.NONE
    return gaps


def confirmed_closures(
    sites: list[DemoSite], gaps: np.ndarray, workday: np.ndarray, months: np.ndarray
) -> list[Closure]:
    """The closures among the absences that a file declares."""
    possible = _possible(workday, months)
    row = {site.code: s for s, site in enumerate(sites)}
    return [
        Closure(row[absence.place], int(day), int(day), None, absence.reason)
        for absence in ABSENCES
        if absence.gap == Gap.CLOSED and absence.place in row
        for day in _days(absence, possible)
        if gaps[row[absence.place], day] == Gap.CLOSED
    ]


def files(plan: Plan) -> Iterator[DemoFile]:
    """What sites typed of their days: one file for each absence that they announced or explained."""
    months = np.array([plan.day(d).year * 12 + plan.day(d).month for d in range(plan.days)])
    possible = _possible(plan.workday, months)
    row = {profile.code: s for s, profile in enumerate(plan.profiles)}
    for absence in ABSENCES:
        form, site = _TYPED.get(absence.gap), row.get(absence.place)
        if form is None or site is None:
            continue
        days = [int(d) for d in _days(absence, possible) if plan.gaps[site, d] == absence.gap]
        if days:
            lines = [
                f"{absence.place};{plan.dates[day]};{_said(plan, absence, day)}\n" for day in days
            ]
            name = f"{form}-{absence.place}-{plan.day(days[0])}.csv"
            content = (_HEADINGS[form] + "".join(lines)).encode()
            yield DemoFile(name, form, content, plan.day(days[-1]), None, len(lines), declared=True)


def _said(plan: Plan, absence: Absence, day: int) -> str:
    """The cells of a row after its day."""
    if absence.gap == Gap.PROMISED:
        promised = plan.today + timedelta(days=_PROMISED_IN)
        while promised.weekday() >= SATURDAY:
            promised += ONE_DAY
        return f"{promised:%d/%m/%Y}"
    if absence.gap == Gap.SAID_CLOSED:
        return f"{plan.dates[day]};;;{absence.reason}"
    return ";0"


def _possible(workday: np.ndarray, months: np.ndarray) -> np.ndarray:
    """The working days but for the last ones of each month, as indices."""
    days = np.flatnonzero(workday)
    ahead = np.minimum(np.arange(len(days)) + _MONTH_END, len(days) - 1)
    last = months[days[ahead]] != months[days]
    found: np.ndarray = days[~last]
    return found


def _days(absence: Absence, possible: np.ndarray) -> np.ndarray:
    """The days of an absence, as indices; none where the data begin later."""
    begin = len(possible) - absence.back
    return possible[max(0, begin) : max(0, begin + absence.days)]


def _forgotten(possible: np.ndarray, months: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The days that a forgetful site forgets, as indices: a few in each month but the running one, whose are in the table."""
    found = [
        rng.choice(days, min(len(days), rng.choice(len(_A_MONTH), p=_A_MONTH)), replace=False)
        for month in np.unique(months[possible])[-MONTHS - 1 : -1]
        for days in [possible[months[possible] == month]]
    ]
    return np.concatenate(found).astype(int) if found else np.zeros(0, int)
