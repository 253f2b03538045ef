"""Random histories of openings, closings, moves, hours, holidays and closures, beside registers: open days, sites expected,
communes covered and silence equal a count day by day that shares no code with ours; undoing gives every figure back."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import holidays
import numpy as np
import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import context
from dashboard.answers.network import silences
from dashboard.period import day_number, today
from dashboard.settings import load_settings
from db import list_changes, reference_changes, site_changes
from db.network_state import NetworkState, load_network_state
from db.site_changes import NewSite
from db.write import Refused
from tests.builders import COVE, KANDI, NIKKI, Office, closing, closure, visit
from tests.conftest import CHANCE
from tests.network_states import differences

FIRST, LAST = date(2025, 9, 1), date(2025, 11, 23)
DAY = timedelta(days=1)
STEPS = 14
MANY = {"sqlite": 16, "postgresql": 8} if CHANCE else {"sqlite": 4, "postgresql": 2}
# Communes of the department of each, to which it may move.
AROUND = {
    COVE: ("Covè", "Zagnanado", "Djidja"),
    KANDI: ("Kandi", "Banikoara"),
    NIKKI: ("Nikki", "Kalalé"),
}
USUAL_SILENCE = 7


@dataclass
class Told:
    """A site as a day by day count has it. periods: first day, first day without or None; weeks: from a day on, the weekdays."""

    launched: date | None
    commune: str
    periods: list[list] = field(default_factory=lambda: [[date(2000, 1, 1), None]])
    weeks: list[tuple[date, frozenset[int]]] = field(default_factory=list)
    moves: list[tuple[date, str]] = field(default_factory=list)
    active: set[date] = field(default_factory=set)
    silent_after: int = USUAL_SILENCE

    def copy(self) -> "Told":
        return Told(
            self.launched,
            self.commune,
            [list(p) for p in self.periods],
            list(self.weeks),
            list(self.moves),
            self.active,
            self.silent_after,
        )

    def serves(self, day: date) -> bool:
        return any(a <= day and (b is None or day < b) for a, b in self.periods)

    def stands(self, day: date) -> str:
        before = [(since, n, where) for n, (since, where) in enumerate(self.moves) if since <= day]
        return max(before)[2] if before else self.commune

    def weekdays(self, day: date) -> frozenset[int]:
        before = [(since, n, week) for n, (since, week) in enumerate(self.weeks) if since <= day]
        return max(before)[2] if before else frozenset(range(5))


@dataclass
class World:
    """A network that changes at random, and what it comes to."""

    seed: int
    office: Office

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        rows = self.office.rows(
            "SELECT s.code, s.launched_on, c.name FROM site s JOIN site_location l ON l.site_id = s.id"
            " JOIN commune c ON c.id = l.commune_id"
        )
        self.sites = {code: Told(_day(launched), commune) for code, launched, commune in rows}
        found = holidays.country_holidays("BJ", years=range(2021, 2027)).items()
        self.holidays = {day for day, _ in found}
        self.closures: list[tuple[str, date, date]] = []
        self.before: list[tuple[int, dict[str, Told], set[date]]] = []
        self.added = 0

    def day(self, first: date = FIRST, last: date = LAST) -> date:
        return first + timedelta(days=self.random.randint(0, (last - first).days))

    def site(self) -> str:
        return self.random.choice(list(AROUND))

    # --- what happens ---
    def step(self) -> None:
        getattr(self, self.random.choice(STEPS_OF))()

    def keep(
        self, make, after: dict[str, Told] | None = None, off: set[date] | None = None
    ) -> None:
        """Make a change; what it makes of sites and holidays holds only where it is not refused."""
        then = {code: told.copy() for code, told in self.sites.items()}, set(self.holidays)
        try:
            number = reference_changes.keep(self.office.engine, make, "test", "essai")
        except Refused:
            return
        self.before.append((number, *then))
        self.sites |= after or {}
        self.holidays = self.holidays if off is None else off

    def close(self) -> None:
        code, day = self.site(), self.day()
        told = self.sites[code].copy()
        told.periods[-1][1] = day
        self.keep(site_changes.close_site(code, day), {code: told})

    def reopen(self) -> None:
        code, day = self.site(), self.day()
        told = self.sites[code].copy()
        if told.periods[-1][1] == day:
            told.periods[-1][1] = None
        else:
            told.periods.append([day, None])
        self.keep(site_changes.reopen_site(code, day), {code: told})

    def move(self) -> None:
        code, day = self.site(), self.day()
        where = self.random.choice(AROUND[code])
        told = self.sites[code].copy()
        told.moves.append((day, where))
        point = (9.0 + self.random.random(), 2.0 + self.random.random())
        self.keep(site_changes.move_site(code, where, day, point), {code: told})

    def hours(self) -> None:
        code, day = self.site(), self.day()
        week = frozenset(self.random.sample(range(7), self.random.randint(1, 6)))
        told = self.sites[code].copy()
        told.weeks.append((day, week))
        self.keep(site_changes.set_hours(code, day, [(n, 480, 960) for n in week]), {code: told})

    def holiday(self) -> None:
        day = self.day()
        self.keep(list_changes.add_holiday(day, "Fête"), off=self.holidays | {day})

    def worked(self) -> None:
        there = sorted(d for d in self.holidays if FIRST <= d <= LAST)
        day = self.random.choice(there or [self.day()])
        self.keep(list_changes.remove_holiday(day), off=self.holidays - {day})

    def silence(self) -> None:
        code, days = self.site(), self.random.randint(1, 30)
        told = self.sites[code].copy()
        told.silent_after = days
        self.keep(site_changes.set_site(code, silent_after=days), {code: told})

    def add(self) -> None:
        self.added += 1
        code, launched = f"ccsp-abomey{f'-{self.added}' if self.added > 1 else ''}", self.day()
        new = NewSite("CCSP", "Abomey", launched, f"CCSP d'Abomey {self.added}")
        self.keep(site_changes.add_site(new), {code: Told(launched, "Abomey")})

    def register(self) -> None:
        code, day = self.site(), self.day()
        rows = [visit(code, f"{day:%d/%m/%Y}", ref=f"{self.random.random()}")]
        self.office.hand_in("registre", *rows)
        self.sites[code].active.add(day)

    def closings(self) -> None:
        code, day = self.site(), self.day()
        self.office.hand_in(
            "cloture", closing(code, f"{day:%d/%m/%Y}", 1, f"{self.random.random()}"[:8])
        )
        self.sites[code].active.add(day)

    def outage(self) -> None:
        first = self.day()
        last, code = (
            min(LAST, first + self.random.randint(0, 9) * DAY),
            self.random.choice([*AROUND, ""]),
        )
        reason = self.random.choice(("grève", "travaux"))
        if (code, first, reason) in {(a, b, c) for a, b, _, c in self.said}:
            return
        self.said.append((code, first, last, reason))
        self.office.hand_in(
            "fermetures", closure(code, f"{first:%d/%m/%Y}", f"{last:%d/%m/%Y}", reason=reason)
        )
        self.closures.append((code, first, last))

    said: list = field(default_factory=list)

    def undo(self) -> None:
        """The last change, as it was before."""
        if not self.before:
            return
        number, sites, off = self.before.pop()
        reference_changes.undo(self.office.engine, number, "test", "erreur")
        for code, told in sites.items():  # what files said since stays
            told.active = self.sites[code].active
        self.sites, self.holidays = sites, off

    # --- what it comes to ---
    def starts(self, code: str) -> date | None:
        told = self.sites[code]
        return told.launched or min(told.active, default=None)

    def works(self, code: str, day: date) -> bool:
        """Whether a day is one of a site's week, and no holiday."""
        return day.weekday() in self.sites[code].weekdays(day) and day not in self.holidays

    def is_open(self, code: str, day: date) -> bool:
        told, start = self.sites[code], self.starts(code)
        return (
            start is not None
            and start <= day
            and told.serves(day)
            and self.works(code, day)
            and not any(where in ("", code) and a <= day <= b for where, a, b in self.closures)
        )

    def is_expected(self, code: str, first: date, last: date) -> bool:
        """Whether a site had begun by the end of a span, and had not closed before its first day."""
        told = self.sites[code]
        start = told.launched or min(told.active, default=None)
        if start is not None and start > last:
            return False
        return any(told.serves(day) for day in _between(first - DAY, last))

    def communes(self, end: date) -> set[str]:
        """The communes in which a site gave a sign of life in thirty days up to an end."""
        days = [end - n * DAY for n in range(30)]
        return {
            told.stands(end)
            for told in self.sites.values()
            if told.active.intersection(days) and told.serves(end)
        }

    def days_of_silence(self, code: str, end: date) -> int | None:
        """Calendar days without visit or closing, since it serves again; None where it never had any, 0 where it was closed."""
        told = self.sites[code]
        seen = [day for day in told.active if day <= end]
        if not seen:
            return None
        since = max(seen)
        if len(told.periods) > 1:  # nothing was due of it while it was closed
            since = max(since, max(a for a, _ in told.periods if a <= end) - DAY)
        days = list(_between(since + DAY, end))
        return len(days) if any(self.works(code, day) for day in days) else 0


STEPS_OF = (
    "close", "reopen", "close", "reopen", "move", "hours", "holiday", "worked", "silence", "add",
    "register", "register", "register", "closings", "outage", "undo", "undo",
)  # fmt: skip


def _day(value) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def _between(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def problems(world: World, network: NetworkState) -> list[str]:
    """What a state says otherwise than the count."""
    found = []
    for row, place in enumerate(network.places):
        for day in _between(FIRST - 3 * DAY, min(LAST, today())):
            columns = network.day_columns(day, day)
            said = bool(network.is_open[row, columns].any())
            if said != world.is_open(place.code, day):
                found.append(f"{place.code} {day}: open {said}")
    if (end := network.known_until) is None:
        return found
    for first, last in ((FIRST, FIRST + 29 * DAY), (FIRST, end), (end - 20 * DAY, end)):
        if first > last or last > end:
            continue
        covered = world.office.figure("coverage", first=str(first), last=str(last))
        if covered.numerator != len(world.communes(last)):
            found.append(f"communes to {last}: {covered.numerator}, {world.communes(last)}")
        found += [
            f"{one.indicator}: {one.value}"
            for one in world.office.figures(str(first), str(last), by="site").values()
            if one.indicator in SHARES and one.value is not None and one.value > 100
        ]
        found += _open_days(world, network, first, last)
        span = np.array([[day_number(first), day_number(last)]])
        expected = network.is_expected(span)[0]
        found += [
            f"{place.code} expected {first} to {last}: {said}"
            for place, said in zip(network.places, expected.tolist(), strict=True)
            if said != world.is_expected(place.code, first, last)
        ]
    context.close_databases()
    told = silences(LOCAL_READER)
    for code, one in world.sites.items():
        if not one.serves(end):
            if code in told:
                found.append(f"{code} is asked about, and closed")
            continue
        days = world.days_of_silence(code, end)
        silent = days is not None and days > one.silent_after
        if (told[code].days, told[code].is_silent) != (days, silent):
            found.append(f"{code} silent {told[code].days}, {days}, {one.silent_after}")
    return found


SHARES = ("completeness", "coverage", "women_share", "wait_within_30", "left", "complaints_30d")


def _open_days(world: World, network: NetworkState, first: date, last: date) -> list[str]:
    """The open days by which rates are divided, summed."""
    columns = network.day_columns(first, last)
    count = int(network.is_open[:, columns].sum())
    own = sum(world.is_open(code, day) for code in world.sites for day in _between(first, last))
    return [] if count == own else [f"open days {first} to {last}: {count}, {own}"]


def history(seed: int, office: Office) -> None:
    """One history; raises where anything differs."""
    world = World(seed, office)
    office.hand_in("registre", *(visit(c, f"{FIRST:%d/%m/%Y}", ref="0") for c in AROUND))
    for code in AROUND:
        world.sites[code].active.add(FIRST)
    before, reference = None, _reference(office)
    for step in range(STEPS):
        world.step()
        with office.engine.connect() as connection:
            network = load_network_state(connection, before)
            fresh = load_network_state(connection)
        assert differences(network, fresh) == [], (seed, step)
        assert problems(world, fresh) == [], (seed, step)
        before = network
    while world.before:
        world.undo()
    with office.engine.connect() as connection:
        assert problems(world, load_network_state(connection)) == [], (seed, "undone")
    assert _reference(office) == reference, (seed, "undone")


def _reference(office: Office) -> list:
    return [
        office.rows(f"SELECT * FROM {name} ORDER BY 1, 2")  # noqa: S608
        for name in ("site", "site_period", "site_location", "site_hours", "holiday")
    ]


@pytest.mark.parametrize("seed", range(max(MANY.values())))
def test_a_history_of_the_reference_equals_a_count_day_by_day(
    seed, office, database_url, monkeypatch
):
    if seed >= MANY[office.engine.dialect.name]:
        pytest.skip("fewer on PostgreSQL")
    monkeypatch.setenv("DATABASE_URL", database_url)
    load_settings.cache_clear()
    history(100 + seed, office)
    context.close_databases()
