"""What the files of a world hold and what they leave open, read with code of its own: nothing of the application is imported."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import holidays
from scipy import stats

from tests.partial.world import World

SITES = Path(__file__).parents[2] / "data/reference/sites.csv"
LATE, QUIET = 30, 7  # days: of a complaint, and before a site is silent or its register is late
CHANCE = 0.1  # one in twenty is what titles allow: the two tests are not the same
REACH = 90  # days that a register of complaints reaches back
Place = dict[str, str]


def _minutes(clock: str) -> int:
    hour, minute = map(int, clock.split(":"))
    return 60 * hour + minute


class Truth:
    """The truth of a world."""

    def __init__(self, world: World) -> None:
        with SITES.open(encoding="utf-8") as file:
            self.sites: dict[str, Place] = {row["code"]: row for row in csv.DictReader(file)}
        self.today = world.today
        self.spans: dict[tuple[str, str], list[tuple[date, date]]] = defaultdict(list)
        self.visits: dict[str, list[date]] = defaultdict(list)
        self.measured: dict[str, list[date]] = defaultdict(list)
        self.waits: dict[str, list[tuple[date, int]]] = defaultdict(list)
        self.closings: dict[str, set[date]] = defaultdict(set)
        self.declared: dict[tuple[str, date], int] = {}
        self.complaints: list[tuple[str, date, date | None]] = []
        self.noted: dict[str, list[tuple[str, date, bool]]] = {"registre": [], "plaintes": []}
        self._lost_days: dict[tuple[str, str], set[date]] = {}
        for file in world.files:
            found: dict[str, list[date]] = defaultdict(list)
            for line in file.lines:
                self._take(file.form, line, found)
            # A file speaks of its days, from the first to the last, for each site that is in it; a register of visits, unless it
            # says for which, of the days of each site's own.
            whole = [*(file.covers or ()), *(day for days in found.values() for day in days)]
            for site in {*found, *file.sites}:
                alone = file.form == "registre" and not file.covers and found.get(site)
                its = found[site] if alone else whole
                self.spans[file.form, site].append((min(its), min(max(its), self.today)))

    def _take(self, form: str, line: list, found: dict[str, list[date]]) -> None:
        if form == "plaintes":
            site, received = line[1], date.fromisoformat(line[2])
            answered = date.fromisoformat(line[6]) if line[6] else None
            self.complaints.append((site, received, answered))
            self.noted[form].append((site, received, bool(line[4])))
            found[site] += [received, *([answered] if answered else [])]
            return
        site, day = line[0], date.fromisoformat(line[1])
        found[site].append(day)
        if form == "registre":
            self.visits[site].append(day)
            self.noted[form].append((site, day, bool(line[6])))
            if line[2] and line[3]:
                self.measured[site].append(day)
                self.waits[site].append((day, _minutes(line[3]) - _minutes(line[2])))
        else:
            self.closings[site].add(day)
            self.declared[site, day] = int(line[3])

    @cached_property
    def as_of(self) -> date | None:
        """The last day of visits or closings."""
        ends = [z for (form, _), days in self.spans.items() if form != "plaintes" for _, z in days]
        return max(ends, default=None)

    @cached_property
    def known_to(self) -> date | None:
        """That day, or the last of its month where that has come and nobody opens after it."""
        if self.as_of is None:
            return None
        day = self.as_of + timedelta(days=1)
        while day.month == self.as_of.month and (day.weekday() > 4 or day in self._holidays):
            day += timedelta(days=1)
        end = day - timedelta(days=1)
        return end if day.month != self.as_of.month and end <= self.today else self.as_of

    def known(self, form: str, site: str, first: date, last: date) -> bool:
        """Whether a file of the form speaks of a day of these."""
        return any(a <= last and z >= first for a, z in self.spans.get((form, site), ()))

    def ever(self, form: str, scope: Iterable[str]) -> int:
        """How many of the sites ever handed in the form."""
        return sum((form, site) in self.spans for site in scope)

    def last_seen(self, site: str) -> date | None:
        """The last day with a visit or a closing."""
        return max([*self.visits.get(site, ()), *self.closings.get(site, ())], default=None)

    def seen(self, site: str, first: date, last: date) -> bool:
        """Whether it has a visit or a closing on these days, or a register that says there was none."""
        days = (*self.visits.get(site, ()), *self.closings.get(site, ()))
        return any(first <= d <= last for d in days) or self.known("registre", site, first, last)

    def expected(self, site: str, first: date, last: date) -> bool:
        """Whether it should report on these days: launched by their end, active in them, or nobody knows since when it is."""
        start = self.began(site)
        return start is None or start <= last or self.seen(site, first, last)

    def began(self, site: str) -> date | None:
        """Its launch, else the first day of its data."""
        days = [*self.visits.get(site, ()), *self.closings.get(site, ())]
        launched = self.sites[site]["launched_on"]
        return date.fromisoformat(launched) if launched else min(days, default=None)

    @cached_property
    def _holidays(self) -> set[date]:
        return set(holidays.country_holidays("BJ", years=range(2020, self.today.year + 1)))

    def open_days(self, site: str, first: date, last: date) -> list[date]:
        """The days on which it should have been open."""
        began = self.began(site)
        if began is None or last < first:
            return []
        start = max(first, began)
        days = (start + timedelta(days=n) for n in range((last - start).days + 1))
        return [d for d in days if d.weekday() < 5 and d not in self._holidays]

    # --- complaints ---------------------------------------------------------------------------------------------
    def current(self, site: str, end: date) -> bool:
        """Whether all its complaints are known up to a day."""
        if not self.known("plaintes", site, end - timedelta(days=QUIET), end):
            return False
        begun = (self.began(site) or date.min) + timedelta(days=27)
        if self._first(site) > max(end - timedelta(days=REACH - 1), begun):
            return False
        return not any(d <= end - timedelta(days=QUIET) for d in self._lost(site, "plaintes", 27))

    def through(self, site: str, first: date, end: date) -> bool:
        """Whether all its complaints of these days are known, whatever came before."""
        if not self.known("plaintes", site, max(first, end - timedelta(days=QUIET)), end):
            return False
        return sum(first <= d <= end for d in self._lost(site, "plaintes", 27)) <= QUIET

    def complete(self, site: str, first: date, end: date) -> bool:
        """Whether all its visits of these days are known, but for a few in a row that are few in all, from its launch on."""
        opened = self.open_days(site, first, min(end, self.known_to or end))
        lost = sum(not self.known("registre", site, d, d) for d in opened)
        launched = self.sites[site]["launched_on"]
        start = max(first, date.fromisoformat(launched)) if launched else first
        register = min((a for a, _ in self.spans.get(("registre", site), ())), default=date.max)
        late = bool(launched) and start + timedelta(days=QUIET) < register <= end
        few = lost <= 2 or 5 * lost <= len(self.open_days(site, first, end))
        return few and not late and not any(first <= d <= end for d in self._lost(site))

    def _lost(self, site: str, form: str = "registre", longest: int = QUIET) -> set[date]:
        """Open days of which nothing of a form was handed in, in rows of so many days and more."""
        if (site, form) not in self._lost_days:
            lost: set[date] = set()
            row: list[date] = []
            end = (self.known_to or date.min) if form == "registre" else self.today
            first = self._first(site) if form == "plaintes" else date.min
            day = max(self.began(site) or date.max, first)
            while day <= end + timedelta(days=1):
                if day > end or self.known(form, site, day, day):
                    if row and (row[-1] - row[0]).days >= longest:
                        lost |= set(row)
                    row = []
                elif day.weekday() < 5 and day not in self._holidays:
                    row.append(day)
                day += timedelta(days=1)
            self._lost_days[site, form] = lost
        return self._lost_days[site, form]

    def _first(self, site: str) -> date:
        return min(a for a, _ in self.spans["plaintes", site])

    def departments_differ(self, scope: Iterable[str], first: date, end: date) -> bool:
        """Whether waits of departments differ by more than chance: those longer than the median of all, by χ²; or those of one
        of them from those of all others, by ranks."""
        by_department: dict[str, list[int]] = defaultdict(list)
        for site in scope:
            by_department[self.sites[site]["department"]] += [
                minutes for day, minutes in self.waits.get(site, ()) if first <= day <= end
            ]
        every = sorted(m for of in by_department.values() for m in of)
        # The median, and what nine in ten do not exceed.
        for longest in (
            (every[(len(every) - 1) // 2], every[(9 * len(every) - 1) // 10]) if every else ()
        ):
            table = [
                (sum(m > longest for m in of), sum(m <= longest for m in of))
                for of in by_department.values()
                if of
            ]
            several = len(table) > 1 and all(map(sum, zip(*table, strict=True)))
            if several and stats.chi2_contingency(table).pvalue < CHANCE:
                return True
        there = {name: waits for name, waits in by_department.items() if waits}
        others = {
            name: [m for other, of in there.items() if other != name for m in of] for name in there
        }
        return len(there) > 1 and any(
            stats.mannwhitneyu(of, others[name]).pvalue * len(there) < CHANCE
            for name, of in there.items()
        )

    def a_day_stands_out(self, scope: Iterable[str], first: date, end: date) -> bool:
        """Whether on one weekday more visits come than on the next by more than chance; all come at the same hour."""
        visits, days = [0] * 7, [0] * 7
        for site in scope:
            came = [day for day, _ in self.waits.get(site, ()) if first <= day <= end]
            opened = {
                *came,
                *(d for d in self.closings.get(site, ()) if first <= d <= end and came),
            }
            for day in came:
                visits[day.weekday()] += 1
            for day in opened:
                days[day.weekday()] += 1
        rates = sorted(
            ((v / d, v / d**2) for v, d in zip(visits, days, strict=True) if v), reverse=True
        )
        if len(rates) < 2:
            return True  # it is the only one
        (most, spread), (next_most, other) = rates[:2]
        return most - next_most > 1.64 * (spread + other) ** 0.5

    def whole(self, scope: Iterable[str], end: date) -> bool:
        """Whether all complaints of the sites are known up to a day."""
        return all(self.current(site, end) for site in scope)

    def open_ages(self, scope: Iterable[str], end: date) -> list[int]:
        """Ages of the complaints that are known to wait at a day, or on the last day known of their site."""
        return [(at - received).days for received, at in self._waiting(scope, end)]

    def oldest_received(self, scope: Iterable[str], end: date) -> date | None:
        """When the first of these was received."""
        return min((received for received, _ in self._waiting(scope, end)), default=None)

    def _waiting(self, scope: Iterable[str], end: date) -> list[tuple[date, date]]:
        """When each was received, and up to which day it is known to wait."""
        waiting, chosen = [], set(scope)
        for site, received, answered in self.complaints:
            if site not in chosen:
                continue
            at = min(end, max(z for _, z in self.spans["plaintes", site]))
            if received <= at and (answered is None or answered > at):
                waiting.append((received, at))
        return waiting

    def received(self, scope: Iterable[str], first: date, last: date) -> int:
        """Complaints received on these days."""
        chosen = set(scope)
        return sum(site in chosen and first <= day <= last for site, day, _ in self.complaints)

    def services_noted(self, scope: Iterable[str], first: date, last: date) -> bool:
        """Whether four visits in five, and four complaints in five, note their service."""
        chosen = set(scope)
        for lines in self.noted.values():
            noted = [n for site, day, n in lines if site in chosen and first <= day <= last]
            if 5 * sum(noted) < 4 * len(noted):
                return False
        return True

    # --- closings -----------------------------------------------------------------------------------------------
    def gap(self, scope: Iterable[str], first: date, last: date) -> float | None:
        """By how many per cent what closings declare differs from the register, on days of which both are known."""
        both = [
            (site, day)
            for site in scope
            for day in self.closings[site]
            if first <= day <= last and self.known("registre", site, day, day)
        ]
        entered = sum(self.visits[site].count(day) for site, day in both)
        declared = sum(self.declared[one] for one in both)
        return 100 * (declared - entered) / entered if entered else None

    def left_open(self, site: str, first: date, last: date) -> int:
        """Open days without a closing."""
        return sum(d not in self.closings[site] for d in self.open_days(site, first, last))
