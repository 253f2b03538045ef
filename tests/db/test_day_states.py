"""The state of a site's day, against an account of its own: day by day, from the files that were handed in and when.

Nothing here comes from the network state: which rows count, what a file covers, holidays and deadlines are worked out once
more, one site and one day at a time.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import holidays
import numpy as np
import pytest
from sqlalchemy import text

from dashboard.forms.stored_table import StoredSheet, StoredTable
from dashboard.period import BENIN, day_from_number, now, today
from db import intake
from db.day_states import day_measures, day_states, last_deadline
from db.engine import make_engine
from db.network_state import NetworkState, load_network_state
from db.shared_types import DayState
from tests.builders import (
    COTONOU,
    COVE,
    KANDI,
    NIKKI,
    Office,
    close_site,
    closing,
    closure,
    complaint,
    monthly,
    visit,
)
from tests.clock import as_of
from tests.conftest import CHANCE
from tests.network_states import FiguresByDigest, differences

FIRST, LAST = (
    date(2025, 11, 3),
    date(2026, 1, 16),
)  # Christmas, New Year and the tenth of January among them
SITES = (KANDI, NIKKI, COVE, COTONOU)
HOURS = ("08:00", "11:59", "12:00", "17:30")
REASONS = ("", "électricité", "grève", "travaux", "fermé")
DAY = timedelta(days=1)
MANY = {"sqlite": 32, "postgresql": 16} if CHANCE else {"sqlite": 16, "postgresql": 4}


@dataclass
class File:
    """A file that was handed in. days: the first and the last that it covers; whole: (site, day) of which it has all."""

    number: int
    form: str
    rows: list[list]
    sites: set[str]
    days: tuple[date, date] | None
    whole: set[tuple[str, date]]
    at: datetime
    rank: datetime
    live: bool = True
    declared: bool = False
    own: dict[str, tuple[date, date]] = field(default_factory=dict)


@dataclass
class World:
    """Sites, holidays and files, chosen at random, and what they come to."""

    seed: int
    office: Office
    files: list[File] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    _counted: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.launched: dict[str, date | None] = {
            code: day and date.fromisoformat(str(day)[:10])
            for code, day in self.office.rows("SELECT code, launched_on FROM site")
        }
        self.closed: dict[str, date] = {}
        days = {d for d, _ in holidays.country_holidays("BJ", years=range(2025, 2027)).items()}
        worked, off = date(2025, 12, 25), self.day(date(2025, 12, 26))
        self.holidays = days - {worked} | {off}
        with self.office.engine.begin() as connection:
            for day, works in ((worked, True), (off, False)):
                connection.execute(
                    text("INSERT INTO holiday (day, label, worked) VALUES (:day, 'x', :works)"),
                    {"day": day, "works": works},
                )
            for code in SITES:
                self.launched[code] = self.random.choice([None, self.day(), date(2025, 3, 3)])
                if self.random.random() < 0.4:
                    self.closed[code] = self.day()
                connection.execute(
                    text("UPDATE site SET launched_on = :on WHERE code = :code"),
                    {"on": self.launched[code], "code": code},
                )
                close_site(connection, code, self.closed.get(code))

    def day(self, first: date = FIRST, last: date = LAST) -> date:
        """A day between two others."""
        return first + timedelta(days=self.random.randint(0, (last - first).days))

    # --- what is handed in ---
    def hand_in(self, at: datetime) -> None:
        """A file of any form, at a moment."""
        rnd, today = self.random, at.date()
        form = rnd.choice(
            ("registre",) * 5 + ("cloture",) * 3 + ("fermetures",) * 4 + ("plaintes", "canevas")
        )
        start = self.day(max(FIRST, today - timedelta(days=rnd.choice((1, 6, 40)))), today)
        sites = rnd.sample(SITES, rnd.randint(1, 3))
        rows = list(getattr(self, f"_{form}")(sites, start, today))
        covers = (start, self.day(start, today)) if rnd.random() < 0.4 else None
        more = tuple(rnd.sample(SITES, 1)) if rnd.random() < 0.3 else ()
        replaces = form in ("registre", "cloture") and rnd.random() < 0.3
        replaces |= form == "fermetures" and covers is not None and rnd.random() < 0.5
        declared = form == "fermetures" and rnd.random() < 0.3
        if form == "canevas" or not rows and not (covers and more):
            covers, more = None, ()
        told = repr((form, rows))
        if not rows and not covers or told in self.texts:
            return
        self.texts.add(told)
        dated = at - timedelta(days=rnd.choice((0, 0, 0, 3, 20)))
        with as_of(at.isoformat()):
            outcome = self.office.hand_in(
                form,
                *rows,
                covers=covers,
                sites=more,
                replace_days=replaces,
                declared=declared,
                as_of=None if dated == at else dated.isoformat(),
            )
        of_rows = {row[1 if form == "plaintes" else 0] for row in rows} - {""}
        days = [date.fromisoformat(d) for row in rows for d in _days_of(form, row)]
        days += covers or ()
        whole = set()
        if replaces and covers:
            named = {row[0] for row in rows} | set(more)
            whole = {(s, d) for s in named for d in _between(*covers)}
        if form == "registre":
            whole |= {(r[0], date.fromisoformat(r[1])) for r in rows if replaces or not r[-1]}
        elif form == "cloture" and replaces:
            whole |= {(r[0], date.fromisoformat(r[1])) for r in rows}
        self.files.append(
            File(
                outcome.batch_id,
                form,
                rows,
                of_rows | set(more),
                (min(days), min(max(days), today)) if days else None,
                whole,
                at,
                dated,
                declared=declared,
                own=_own_spans(form, rows, covers, more),
            )
        )

    def type(self, at: datetime) -> None:
        """What a site types of its days, at a moment: closings, closures, promises; no file."""
        rnd, today = self.random, at.date()
        form = rnd.choice(("cloture", "cloture", "annonces", "annonces", "fermetures"))
        site = rnd.choice(SITES)
        days = sorted({self.day(max(FIRST, today - 9 * DAY), today) for _ in range(4)})
        if form == "cloture":
            rows = [closing(site, d.isoformat(), rnd.choice((0, 0, 1, 2))) for d in days[:1]]
        elif form == "annonces":
            rows = [[site, d.isoformat(), _ahead(rnd, today, d).isoformat()] for d in days]
        else:
            rows = [closure(site, days[0].isoformat(), "", "", "", "électricité")]
            rows[0][2] = days[0].isoformat()
        cells = [[str(cell) for cell in row] for row in rows]
        sheet = StoredSheet("", True, "", list(range(2, len(cells) + 2)), cells)
        digest = f"{self.seed} {len(self.files)} {at}"
        with as_of(at.isoformat()):
            outcome = intake.take_table(
                self.office.engine,
                StoredTable(form, "x", digest, [sheet]),
                intake.Options(form, declared=True),
                "test",
                None,
            )
        assert outcome.accepted, [str(p) for p in outcome.problems]
        more = {"live": True, "declared": True}
        self.files.append(File(outcome.batch_id, form, rows, {site}, None, set(), at, at, **more))

    def _registre(self, sites: list[str], start: date, today: date) -> Iterator[list]:
        named = self.random.random() < 0.5
        references = self.random.sample(range(30), 30)
        for site in sites:
            for day in _between(start, today):
                for _ in range(self.random.choice((0, 0, 1, 1, 2))):
                    if len(references) or not named:
                        yield visit(
                            site, day.isoformat(), ref=f"R{references.pop()}" if named else ""
                        )

    def _cloture(self, sites: list[str], start: date, today: date) -> Iterator[list]:
        agents = self.random.choice(([""], ["A"], ["A", "B"]))
        for site in sites:
            for day in _between(start, today):
                if self.random.random() < 0.7:
                    for agent in agents:
                        yield closing(
                            site, day.isoformat(), self.random.choice((0, 0, 1, 2)), agent
                        )

    def _fermetures(self, sites: list[str], start: date, today: date) -> Iterator[list]:
        for site in [""] if self.random.random() < 0.3 else sites:
            last = self.day(start, min(today, start + 5 * DAY))
            hours = self.random.choice((("", ""), ("", ""), ("08:00", "10:00"), ALL_HOURS))
            reason = self.random.choice(REASONS)
            yield closure(site, start.isoformat(), last.isoformat(), *hours, reason)

    def _plaintes(self, sites: list[str], start: date, today: date) -> Iterator[list]:
        for n, site in enumerate(sites):
            yield complaint(f"P{n}", site, self.day(start, today).isoformat())

    def _canevas(self, sites: list[str], start: date, _today: date) -> Iterator[list]:
        for site in sites:
            yield monthly(site, f"{start:%m/%Y}", "12", "3")

    def withdraw(self, at: datetime) -> None:
        """One of the files, at a moment."""
        live = [f for f in self.files if f.live]
        if live:
            out = self.random.choice(live)
            with as_of(at.isoformat()):
                self.office.withdraw(out.number)
            out.live = False

    # --- what it comes to ---
    def of(self, form: str) -> list[File]:
        """The files of a form that are in."""
        return [f for f in self.files if f.form == form and f.live]

    def standing(self, form: str) -> Iterator[list]:
        """The rows of a form that count."""
        return (row for _, row in self.standing_rows(form))

    def standing_rows(self, form: str) -> Iterator[tuple[File, list]]:
        """The same, each with its file."""
        for file in self.of(form):
            above = [f for f in self.of(form) if _rank(f) > _rank(file)]
            for row in file.rows:
                of_file = [f for f in above if form == "cloture" and file.declared > f.declared]
                if any(row[:2] == other[:2] for f in of_file for other in f.rows):
                    continue
                if not any(_replaces(f, form, row) for f in above):
                    yield file, row

    def state(self, site: str, day: date, moment: datetime) -> DayState:
        """The state of one day of one site, counted at a moment."""
        visits, closings, closures, declarations, typed, promised = self.counted
        of_files = {d for d in closings.get(site, ()) if (site, d) not in typed}
        active = (*visits.get(site, ()), *of_files)
        opened = self.launched[site] or min(active, default=None)
        noon = datetime.combine(self.next_working_day(day), time(12))
        if not self.is_working(day):
            return DayState.NO_WORK
        if opened is None or day < opened or self.closed.get(site, date.max) <= day:
            return DayState.OUT_OF_SERVICE
        if moment < noon:
            return DayState.NOT_DUE
        closed, says_closed = (
            any(first <= day <= last for where in (site, "") for first, last in of.get(where, ()))
            for of in (closures, declarations)
        )
        if closed:
            return DayState.CLOSED
        came = self._came(site, day)
        entered = visits.get(site, {}).get(day, 0)
        declared = closings.get(site, {}).get(day)
        if not came and declared != 0:
            says_closed |= promised.get((site, day), date.min) >= moment.date()
            return DayState.EXPLAINED if says_closed else DayState.MISSING
        if not entered and not declared:
            return DayState.EMPTY
        if declared is not None and declared != entered:
            return DayState.DIFFERENT
        begun = [f.days[0] for f in self.of("cloture") if site in f.sites and not f.declared]
        begun += [d for s, d in typed if s == site and self._came(site, d)]
        if declared is None and any(first <= day for first in begun):
            return DayState.UNCLOSED
        return DayState.LATE if min(came) >= noon else DayState.RECEIVED

    def counts_as(self, site: str, day: date, moment: datetime) -> tuple[str, int]:
        """What an expected day counts as (received, explained, missing; "" for any other), and how many noons of working days had
        passed since it was due when it came, that one included."""
        state = self.state(site, day, moment)
        if state < DayState.MISSING:
            return "", 0
        came = self._came(site, day)
        if state == DayState.EMPTY:
            came += [
                f.at
                for f in self.of("cloture")
                if not f.declared and any(row[:2] == [site, day.isoformat()] for row in f.rows)
            ]
        if state < DayState.EMPTY or not came:
            return "missing" if state == DayState.MISSING else "explained", 0
        passed, due = 0, self.next_working_day(day)
        while datetime.combine(due, time(12)) <= min(came):
            passed, due = passed + 1, self.next_working_day(due)
        return "received", passed

    def _came(self, site: str, day: date) -> list[datetime]:
        """When registers came that cover a day of a site."""
        return [
            f.at
            for f in self.of("registre")
            if f.days and site in f.sites
            if (span := f.own.get(site, f.days))[0] <= day <= span[1]
        ]

    @property
    def counted(self) -> tuple[dict, dict, dict, dict, set, dict]:
        """Visits and declared visits by site and day; spans of whole days of closure by site, those that are confirmed, and those
        that a site says of itself; the site-days whose closing was typed; the day for which the register of one is promised."""
        if (key := tuple(f.live for f in self.files)) not in self._counted:
            visits: dict[str, dict[date, int]] = {}
            closings: dict[str, dict[date, int]] = {}
            closures: dict[str, list[tuple[date, date]]] = {}
            declarations: dict[str, list[tuple[date, date]]] = {}
            for row in self.standing("registre"):
                of = visits.setdefault(row[0], {})
                of[date.fromisoformat(row[1])] = of.get(date.fromisoformat(row[1]), 0) + 1
            typed, promised = set(), {}
            for file, row in self.standing_rows("cloture"):
                if file.declared:
                    typed.add((row[0], date.fromisoformat(row[1])))
                of = closings.setdefault(row[0], {})
                of[date.fromisoformat(row[1])] = of.get(date.fromisoformat(row[1]), 0) + row[3]
            for file, row in self.standing_rows("fermetures"):
                if not row[3] or tuple(row[3:5]) == ALL_HOURS:
                    of = declarations if file.declared else closures
                    of.setdefault(row[0], []).append(tuple(map(date.fromisoformat, row[1:3])))
            for row in self.standing("annonces"):
                promised[row[0], date.fromisoformat(row[1])] = date.fromisoformat(row[2])
            self._counted = {key: (visits, closings, closures, declarations, typed, promised)}
        return self._counted[key]

    def is_working(self, day: date) -> bool:
        """Neither a weekend nor a holiday."""
        return day.weekday() < 5 and day not in self.holidays

    def next_working_day(self, day: date) -> date:
        """The first working day after a day."""
        day += DAY
        while not self.is_working(day):
            day += DAY
        return day


ALL_HOURS = "06:00", "20:00"  # no office whose hours are not known opens outside of these


def _rank(file: File) -> tuple[bool, datetime, int]:
    """What a file counts before another by; a closing that was typed, after every file."""
    return not (file.declared and file.form == "cloture"), file.rank, file.number


def _ahead(rnd: random.Random, today: date, day: date) -> date:
    """A day for which the register of a day may be promised."""
    first = max(today, day + DAY)
    return first + timedelta(days=rnd.randint(0, (today + 31 * DAY - first).days))


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _own_spans(
    form: str, rows: list[list], covers: tuple[date, date] | None, more: tuple[str, ...]
) -> dict[str, tuple[date, date]]:
    """The first and the last day of each site's own: of its rows in a register of visits, and of the days that were named for
    every site of the file. Empty where the days of the file are those of all its sites."""
    if not covers and form != "registre":
        return {}
    days: dict[str, list[date]] = {site: list(covers) for site in more if covers}
    for row in rows:
        site, day = (row[1], row[2]) if form == "plaintes" else row[:2]
        days.setdefault(site, list(covers or ())).append(date.fromisoformat(day))
    return {site: (min(own), max(own)) for site, own in days.items()}


def _days_of(form: str, row: list) -> list[str]:
    """The days that a row names."""
    if form == "canevas":
        month, year = row[1].split("/")
        return [f"{year}-{month}-01"]
    if form == "fermetures":
        return row[1:3]
    return [row[2 if form == "plaintes" else 1]]


def _replaces(file: File, form: str, row: list) -> bool:
    """Whether a file of a higher rank takes the place of a row."""
    key = {
        "registre": (0, -1),
        "cloture": (0, 1, 2),
        "fermetures": (0, 1, 3, 5),
        "annonces": (0, 1),
    }[form]
    known = form != "registre" or row[-1]
    if known and any([other[k] for k in key] == [row[k] for k in key] for other in file.rows):
        return True
    if form == "fermetures":  # where all of it lies in the days that the file says it covers
        return {(row[0], date.fromisoformat(d)) for d in row[1:3]} <= file.whole
    return (row[0], date.fromisoformat(row[1])) in file.whole


@pytest.mark.parametrize("part", range(2))
def test_the_state_of_each_day_is_the_one_that_an_account_day_by_day_gives(
    databases, tmp_path, part
):
    seen = set()
    for seed in range(part, MANY[databases.name], 2):
        with databases.fresh() as url:
            seen |= _check(seed, url, tmp_path)
    if databases.name == "sqlite":
        assert seen == set(DayState)


def _check(seed: int, url: str, folder) -> set[int]:
    """Play one network; returns the states that came up."""
    engine = make_engine(url)
    (folder / f"{seed}").mkdir()
    world = World(seed, Office(engine, folder / f"{seed}"))
    rnd = world.random
    last = datetime.combine(world.day(date(2026, 1, 5)), time(8))
    moments = sorted(
        datetime.combine(world.day(last=last.date() - DAY), time.fromisoformat(rnd.choice(HOURS)))
        for _ in range(16)
    )
    state, figures = None, FiguresByDigest()
    for at in [*moments, *(last + n * timedelta(minutes=20) for n in range(4))]:
        rnd.choices((world.withdraw, world.type, world.hand_in), (15, 35, 50))[0](at)
        if at >= last:
            with as_of(at.isoformat()), engine.connect() as connection:
                state = load_network_state(connection, state)
                assert differences(state, load_network_state(connection)) == []
                assert figures.differences(connection, state) == []
    assert state is not None and figures.again, "of some sites nothing changed"
    seen = set()
    for moment in (
        last + timedelta(hours=2),
        *(datetime.combine(world.day(last=last.date()), time.fromisoformat(h)) for h in HOURS[:3]),
        last + timedelta(days=30),
    ):
        seen |= _compare(world, state, moment)
    engine.dispose()
    return seen


def _compare(world: World, state: NetworkState, moment: datetime) -> set[int]:
    first, last = world.day(date(2025, 10, 20)), date(2026, 2, 2)
    found = day_states(state, first, last, moment.replace(tzinfo=BENIN))
    days = _between(first, last)
    wrong = [
        (world.seed, place.code, str(day), str(moment), DayState(found[row, n]).name, expected.name)
        for row, place in enumerate(state.places)
        for n, day in enumerate(days)
        if found[row, n] != (expected := world.state(place.code, day, moment))
    ]
    assert wrong == []
    _compare_measures(world, state, (first, last), moment)
    return set(np.unique(found).tolist())


def _compare_measures(world, state, span, moment) -> None:
    found = day_measures(state, *span, moment.replace(tzinfo=BENIN))
    parts = np.stack([found.received, found.explained, found.missing])
    assert np.array_equal(parts.sum(axis=0), found.expected), "each expected day is in one part"
    assert not (found.on_time & ~found.received).any()
    assert np.array_equal(found.on_time, found.received & (found.days_late == 0))
    names = ("received", "explained", "missing")
    wrong = [
        (world.seed, place.code, str(day), str(moment), counted, expected)
        for row, place in enumerate(state.places)
        for n, day in enumerate(_between(*span))
        if (counted := (_part(parts[:, row, n], names), int(found.days_late[row, n])))
        != (expected := world.counts_as(place.code, day, moment))
    ]
    assert wrong == []


def _part(counted, names: tuple[str, ...]) -> str:
    """The part in which a day is counted; "" for none."""
    return next((name for name, is_in in zip(names, counted, strict=True) if is_in), "")


# --- one day, told -------------------------------------------------------------------------------------------------------
FRIDAY = date(2025, 11, 14)


def _state_of(office: Office, day: date, at: str, site: str = KANDI) -> str:
    """The state of a day of a site, read and counted at a moment."""
    with as_of(at), office.engine.connect() as connection:
        network = load_network_state(connection)
        found = day_states(network, day, day, now())
    row = next(row for row, p in enumerate(network.places) if p.code == site)
    return DayState(found[row, 0]).name


def _hand_in(office: Office, at: str, form: str, *lines: list, **options) -> None:
    with as_of(at):
        office.hand_in(form, *lines, **options)


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2025-11-14T18:00", "NOT_DUE"),
        ("2025-11-17T11:59", "NOT_DUE"),
        ("2025-11-17T12:00", "MISSING"),
        ("2025-11-24T09:00", "MISSING"),
    ],
)
def test_a_friday_is_due_on_monday_at_noon(office, at, state):
    assert _state_of(office, FRIDAY, at) == state


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2025-11-14T18:00", "RECEIVED"),
        ("2025-11-17T11:59", "RECEIVED"),
        ("2025-11-17T12:00", "LATE"),
        ("2025-11-24T09:00", "LATE"),
    ],
)
def test_what_comes_at_noon_is_late_and_stays_so_whatever_is_corrected_later(office, at, state):
    _hand_in(office, at, "registre", visit(day=FRIDAY.isoformat(), ref="1"))
    _hand_in(
        office, "2025-11-25T10:00", "registre", visit(day=FRIDAY.isoformat(), ref="1", sex="F")
    )
    assert _state_of(office, FRIDAY, "2025-11-25T13:00") == state


def test_what_was_handed_in_is_not_counted_before_it_is_due(office):
    _hand_in(office, "2025-11-14T18:00", "registre", visit(day=FRIDAY.isoformat()))
    assert _state_of(office, FRIDAY, "2025-11-17T11:00") == "NOT_DUE"
    assert _state_of(office, FRIDAY, "2025-11-17T12:00") == "RECEIVED"


def test_a_holiday_puts_off_what_is_due_and_is_no_day_itself(office):
    christmas = date(2025, 12, 25)
    assert _state_of(office, christmas, "2025-12-29T13:00") == "NO_WORK"
    assert _state_of(office, christmas - DAY, "2025-12-25T13:00") == "NOT_DUE"
    assert _state_of(office, christmas - DAY, "2025-12-26T12:00") == "MISSING"


@pytest.mark.parametrize(
    ("visits", "declared", "state"),
    [
        (0, None, "EMPTY"),
        (0, 0, "EMPTY"),
        (0, 3, "DIFFERENT"),
        (2, None, "UNCLOSED"),
        (2, 0, "DIFFERENT"),
        (2, 3, "DIFFERENT"),
        (2, 2, "RECEIVED"),
        (None, 0, "EMPTY"),
        (None, 3, "MISSING"),
        (None, None, "MISSING"),
    ],
)
def test_what_the_register_and_the_closing_say_together(office, visits, declared, state):
    """visits: None, where no register covers the day; declared: None, without a closing."""
    at, day = "2025-11-14T18:00", FRIDAY.isoformat()
    _hand_in(office, at, "cloture", closing(day="2025-11-10", declared=1))  # closings had begun
    if visits is not None:
        lines = [visit(day=day)] * visits
        _hand_in(office, at, "registre", *lines, covers=(FRIDAY, FRIDAY), sites=(KANDI,))
    if declared is not None:
        _hand_in(office, at, "cloture", closing(day=day, declared=declared))
    assert _state_of(office, FRIDAY, "2025-11-17T12:00") == state


def test_a_site_that_hands_in_no_closing_leaves_no_day_open(office):
    _hand_in(office, "2025-11-14T18:00", "registre", visit(day=FRIDAY.isoformat()))
    assert _state_of(office, FRIDAY, "2025-11-17T12:00") == "RECEIVED"


def test_a_closure_closes_the_day_whatever_the_register_has_and_one_of_some_hours_does_not(office):
    _hand_in(office, "2025-11-17T08:00", "registre", visit(day=FRIDAY.isoformat()))
    day = FRIDAY.isoformat()
    _hand_in(office, "2025-11-17T08:00", "fermetures", closure("", day, day, "08:00", "10:00"))
    assert _state_of(office, FRIDAY, "2025-11-17T12:00") == "RECEIVED"
    _hand_in(office, "2025-11-17T08:00", "fermetures", closure("", day, day))
    assert _state_of(office, FRIDAY, "2025-11-17T12:00") == "CLOSED"
    assert _state_of(office, FRIDAY, "2025-11-17T11:00") == "NOT_DUE"


def test_what_is_withdrawn_is_missing_again(office):
    _hand_in(
        office, "2025-11-14T18:00", "registre", visit(day="2025-11-12"), visit(day="2025-11-14")
    )
    _hand_in(office, "2025-11-14T18:00", "registre", visit(day="2025-11-13"))
    assert _state_of(office, FRIDAY, "2025-11-17T12:00") == "RECEIVED"
    with as_of("2025-11-17T12:30"):
        office.withdraw(1)
    assert _state_of(office, FRIDAY, "2025-11-17T12:00") == "MISSING"


def test_the_days_that_are_expected_are_the_open_ones_that_are_due(sqlite):
    with sqlite.fresh(visits=6_000) as url:
        engine = make_engine(url)
        with engine.connect() as connection:
            network = load_network_state(connection)
        engine.dispose()
    first, last = day_from_number(network.origin), today()
    states = day_states(network, first, last, now())
    due = last_deadline(network.holidays, now()).date()
    before = network.day_columns(first, due - DAY)
    expected = network.is_open | network.is_unconfirmed
    assert np.array_equal(states[:, before] >= DayState.MISSING, expected[:, before])
    assert network.is_unconfirmed.any()
    assert not (states[:, before.stop :] >= DayState.MISSING).any()


def test_a_month_in_which_nobody_opens_says_nothing_of_a_site_until_somebody_does(office):
    """Two sites of which the launch is not known, before all others; both closed for a month, then one of them was not."""
    first, second = COTONOU, "gsru-natitingou"
    for site in (first, second):
        rows = (visit(site, f"{year}-{month:02}-11", ref=f"{site}{year}{month}")
                for year in (2018, 2019) for month in range(1, 13) if (year, month) != (2019, 3))  # fmt: skip
        office.hand_in("registre", *rows, covers=(date(2018, 1, 1), date(2019, 12, 31)))
    office.hand_in("fermetures", closure(first, "2019-03-01", "2019-03-31", "", "", "travaux"))
    closed = office.hand_in(
        "fermetures", closure(second, "2019-03-01", "2019-03-31", "", "", "grève")
    )
    figures = FiguresByDigest()
    with office.engine.connect() as connection:
        before = load_network_state(connection)
        assert figures.differences(connection, before) == []
    office.withdraw(closed.batch_id)
    with office.engine.connect() as connection:
        state = load_network_state(connection, before)
        assert differences(state, load_network_state(connection)) == []
        assert figures.differences(connection, state) == []
    row = state.row[next(p.id for p in state.places if p.code == first)]
    assert state.site_digests[row] != before.site_digests[row]
