"""The registers: one row per user received, drawn and written site by site.

Waits are log-normal, of a site's own median × hour × service × the plan's load; leaving goes with the square of that
load, satisfaction falls with the wait. Everything else is drawn alike for all visits of a site.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import product

import numpy as np

from db.demo.arrival_hours import ARRIVALS, CROWD, arrivals_outside
from db.demo.arrivals import arrivals
from db.demo.csv_text import BLANK_TIME, cell, encoded, join_columns, numbers, pick_strings, times
from db.demo.model import DemoFile, Gap, Plan, Profile
from db.demo.random_draws import chance, draw, table

HEADING = "Centre;Date;Heure d'arrivée;Heure d'appel;Heure de fin;Type;Prestation;Sexe;Satisfait;Issue;Référence\n"
MAX_ROWS = 500_000  # a file of more rows is split by month, then by days
_VISITS = 2  # the key of this module's random numbers
_LAST_CALL = 1110  # 18:30: nobody is called later
_SPREAD = np.float32(0.85)  # of waits, in logarithms
_PATIENCE = 2.0  # the share who leave goes with this power of how long one waits
_DISPLEASED = 0.006  # less satisfied, a minute of waiting

_TYPES = ["requête", "demande d'information", "plainte"]
_SEXES = ["", "F", "M"]
_ANSWERS = ["", "oui", "non"]
_YES, _NO = 1, 2
_OUTCOMES = ["", "servi", "parti"]
_SERVED, _LEFT = 1, 2

_TYPE = table([0.70, 0.25, 0.05])
_ARRIVAL = table(ARRIVALS)
_SERVICE_MINUTES = table(
    [0, 0, 0] + [np.exp(-((m - 8) ** 2) / (40 if m < 8 else 110)) for m in range(3, 26)]
)
_GAPS = table([0.95, 0.025, 0.025])  # complete; no time at all; neither call nor end


def files(plan: Plan, satisfied: np.ndarray) -> Iterator[DemoFile]:
    """Registers by year, by month for the running year; `satisfied` (site × day) is filled in on the way."""
    old_encoding = plan.years()[min(1, len(plan.years()) - 1)][0]
    labels = _labels(plan)
    for name, start, end in _periods(plan):
        for suffix, sites, stop in plan.file_groups(end):
            parts = [
                _site_rows(plan, site, start, stop, labels, satisfied)
                for site in sites
                if stop > start
            ]
            rows = int(plan.entered[sites, start:stop].sum())
            if not rows:
                continue
            content = b"".join([HEADING.encode(), *parts])
            if plan.day(start).year == old_encoding:
                content = encoded(content, "cp1252")
            file_name, last = f"registre-{name}{suffix}.csv", plan.day(stop - 1)
            came_in = arrivals(plan, sites, start, stop)
            yield DemoFile(file_name, "registre", content, last, None, rows, arrivals=came_in)


def _periods(plan: Plan) -> Iterator[tuple[str, int, int]]:
    """(name, first day, day after the last) of each register, all sites together."""
    per_day = plan.counts.sum(axis=0)
    for year, start, end in plan.years():
        if year < plan.today.year and per_day[start:end].sum() <= MAX_ROWS:
            yield str(year), start, end
            continue
        for month, first, after in plan.months():
            if month.year == year:
                yield from _parts(f"{month:%Y-%m}", first, after, per_day)


def _parts(name: str, start: int, end: int, per_day: np.ndarray) -> Iterator[tuple[str, int, int]]:
    """A month cut into runs of days of at most MAX_ROWS rows; a single larger day stays whole."""
    if per_day[start:end].sum() <= MAX_ROWS:
        yield name, start, end
        return
    part = 1
    while start < end:
        fitting = int(np.searchsorted(np.cumsum(per_day[start:end]), MAX_ROWS, side="right"))
        stop = min(start + max(1, fitting), end)
        yield f"{name}-{part}", start, stop
        start, part = stop, part + 1


def _labels(plan: Plan) -> list[str]:
    """Every combination of Type, Prestation, Sexe, Satisfait and Issue as a ready piece of a row.

    Taking one piece instead of five is what makes fifty million rows feasible.
    """
    services = ["", *map(cell, plan.services)]
    return [";".join(c) + ";" for c in product(_TYPES, services, _SEXES, _ANSWERS, _OUTCOMES)]


def _site_rows(
    plan: Plan, site: int, start: int, end: int, labels: list[str], satisfied: np.ndarray
) -> bytes:
    """The rows of one site from day `start` up to `end`, in order of arrival."""
    profile = plan.profiles[site]
    drawn = _Visits(plan, profile, site, start, end)
    happy = np.bincount(drawn.day[drawn.answer == _YES], minlength=end - start)
    satisfied[site, start:end] = np.minimum(happy, plan.received[site, start:end])
    year = plan.day(start).year
    new_year = max(0, plan.index(date(year, 1, 1)))
    before = int(plan.counts[site, new_year:start].sum())
    arrived, called, ended = drawn.written_times
    codes = np.ravel_multi_index(
        (drawn.type, drawn.service, drawn.sex, drawn.answer, drawn.outcome),
        (len(_TYPES), len(plan.services) + 1, len(_SEXES), len(_ANSWERS), len(_OUTCOMES)),
    )
    kept = np.flatnonzero(plan.gaps[site, start:end][drawn.day] == Gap.NONE)
    return join_columns(
        pick_strings([f"{profile.code};{day};" for day in plan.dates[start:end]], drawn.day[kept]),
        times(arrived[kept]),
        times(called[kept]),
        times(ended[kept]),
        pick_strings(labels, codes[kept]),
        f"D-{profile.short}-{year}-",
        numbers(before + 1 + kept, 6),
        "\n",
    )


@dataclass
class _Visits:
    """The visits of one site from day `start` up to `end`: one array per column, codes or minutes."""

    plan: Plan
    profile: Profile
    site: int
    start: int
    end: int

    def __post_init__(self) -> None:
        rng = self.plan.rng(_VISITS, self.site, self.start)
        counts = self.plan.counts[self.site, self.start : self.end]
        self.n = n = int(counts.sum())
        self.day, self.arrived = self._arrivals(rng, counts)
        self.service = self._services(rng)
        self.wait = self._waits(rng)
        self.left = self._leavers(rng)
        self.type = draw(rng, _TYPE, n)
        women = self.profile.women
        self.sex = draw(rng, table([0.08, 0.92 * women, 0.92 * (1 - women)]), n)
        self.answer = self._answers(rng)
        self.outcome = np.where(self.left, _LEFT, _SERVED) * ~chance(rng, 0.02, n)
        self.service_minutes = draw(rng, _SERVICE_MINUTES, n)
        self.gap = draw(rng, _GAPS, n)
        timed = self.plan.effects.timed[self.site, self.start : self.end].astype(np.float32)
        self.timed = chance(rng, timed[self.day], n)

    def _arrivals(
        self, rng: np.random.Generator, counts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Day (from 0) and minute of each arrival, in order; none in the hours the site was closed."""
        minute = draw(rng, _ARRIVAL, self.n).astype(np.int32)
        after = np.cumsum(counts)
        for closure in self.plan.closures:
            if (
                closure.site == self.site
                and closure.hours
                and self.start <= closure.first < self.end
            ):
                day = closure.first - self.start
                rows = slice(after[day] - counts[day], after[day])
                minute[rows] = arrivals_outside(rng, *closure.hours, counts[day])
        moment = np.repeat(np.arange(len(counts), dtype=np.int32) * 1440, counts) + minute
        return np.divmod(np.sort(moment), 1440)

    def _services(self, rng: np.random.Generator) -> np.ndarray:
        """The service of each visit, 0 where it is not written down, else 1 + the service; where one grows, others
        turn into it."""
        service = draw(rng, table([0.12, *(0.88 * self.profile.services)]), self.n)
        grown = self.plan.effects.grown[self.site, self.start : self.end]
        if self.plan.growing >= 0 and (grown > 1).any():
            share = self.profile.services[self.plan.growing]
            turned = chance(rng, (share * (grown - 1) / (1 - share))[self.day], self.n)
            service[turned & (service > 0)] = self.plan.growing + 1
        return service

    def _waits(self, rng: np.random.Generator) -> np.ndarray:
        """The whole minutes until the call: log-normal, longer when it is crowded."""
        usual = (self.profile.wait * CROWD**0.6).astype(np.float32)
        load = self.plan.load[self.site, self.start : self.end].astype(np.float32)
        of_service = np.append(1, self.plan.service_wait).astype(np.float32)
        wait: np.ndarray = usual[self.arrived] * load[self.day] * of_service[self.service]
        wait *= np.exp(_SPREAD * rng.standard_normal(self.n, dtype=np.float32))
        # A wait that would outlast the day ends somewhere before closing, not all at the same minute.
        too_long = np.flatnonzero(self.arrived + wait > _LAST_CALL)
        wait[too_long] = (_LAST_CALL - self.arrived[too_long]) * rng.random(
            len(too_long), dtype=np.float32
        )
        return wait.astype(np.int32)

    def _leavers(self, rng: np.random.Generator) -> np.ndarray:
        load = self.plan.load[self.site, self.start : self.end].astype(np.float32) ** _PATIENCE
        return chance(
            rng,
            (self.profile.share_who_leave * CROWD).astype(np.float32)[self.arrived]
            * load[self.day],
            self.n,
        )

    def _answers(self, rng: np.random.Generator) -> np.ndarray:
        """Satisfied or not, as the point focal typed it: less after a long wait, seldom asked of who left."""
        answered = chance(rng, np.where(self.left, 0.30, 0.665).astype(np.float32), self.n)
        happy = (self.profile.satisfied - _DISPLEASED * np.minimum(self.wait, 120)).astype(
            np.float32
        )
        happy[self.left] = 0.15
        answers: np.ndarray = np.where(chance(rng, happy, self.n), _YES, _NO) * answered
        return answers

    @cached_property
    def written_times(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The minutes of arrival, call and end as the register has them, BLANK_TIME where it has none."""
        called = self.arrived + self.wait
        no_arrival = (self.gap == 1) | ~self.timed
        no_call = no_arrival | self.left | (self.gap == 2)
        return (
            np.where(no_arrival, BLANK_TIME, self.arrived),
            np.where(no_call, BLANK_TIME, called),
            np.where(no_call, BLANK_TIME, called + self.service_minutes),
        )
