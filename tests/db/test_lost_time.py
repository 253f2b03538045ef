"""The open time that closures took, against an account of its own: minute by minute of each site's day."""

import random
from datetime import date, timedelta

import holidays
import numpy as np
import pytest
from sqlalchemy import text

from dashboard.period import day_number
from db.engine import make_engine
from db.lost_time import LostTime, lost_time
from db.network_state import load_network_state
from tests.builders import COTONOU, COVE, KANDI, NIKKI, Office, closure, visit

FIRST, LAST = date(2025, 12, 8), date(2026, 1, 16)  # Christmas, New Year and the tenth of January
SITES = (KANDI, NIKKI, COVE, COTONOU)
REASONS = ("", "électricité", "réseau", "grève", "travaux")
DAY = timedelta(days=1)
MANY = {"sqlite": 24, "postgresql": 4}
MINUTES = 24 * 60


def set_hours(office: Office, site: str, since: str, **hours: tuple[int, int]) -> None:
    """The hours of a site from a day on, by the first letters of weekdays: lu=(480, 1020)."""
    names = ("lu", "ma", "me", "je", "ve", "sa", "di")
    with office.engine.begin() as connection:
        for name, (opens, closes) in hours.items():
            connection.execute(
                text(
                    "INSERT INTO site_hours (site_id, valid_from, weekday, opens_at, closes_at)"
                    " SELECT id, :since, :weekday, :opens, :closes FROM site WHERE code = :site"
                ),
                {
                    "site": site,
                    "since": date.fromisoformat(since),
                    "weekday": names.index(name),
                    "opens": opens,
                    "closes": closes,
                },
            )


def set_periods(office: Office, site: str, *periods: tuple[date, date | None]) -> None:
    """The periods of service of a site."""
    ((number,),) = office.rows("SELECT id FROM site WHERE code = :site", site=site)
    with office.engine.begin() as connection:
        connection.execute(text("DELETE FROM site_period WHERE site_id = :site"), {"site": number})
        for opens, closes in periods:
            connection.execute(
                text(
                    "INSERT INTO site_period (site_id, opens_on, closes_on)"
                    " VALUES (:site, :opens, :closes)"
                ),
                {"site": number, "opens": opens, "closes": closes},
            )


def taken(office: Office, first: date = FIRST, last: date = LAST) -> tuple[LostTime, list[str]]:
    """The lost time of all sites, and their codes in its order."""
    with office.engine.connect() as connection:
        network = load_network_state(connection)
    rows = list(range(len(network.places)))
    return lost_time(network, rows, first, last), [p.code for p in network.places]


# --- the account ---
def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


class Account:
    """What was open and lost, from the rows that count, one minute at a time."""

    def __init__(self, office: Office):
        self.closures = [
            (code, _day(a), _day(b), start, end, reason or "non renseigné", bool(declared))
            for code, a, b, start, end, reason, declared in office.rows(
                "SELECT s.code, c.first_day, c.last_day, c.from_minute, c.to_minute, t.label, b.declared"
                " FROM closure c JOIN import_batch b ON b.id = c.batch_id LEFT JOIN site s"
                " ON s.id = c.site_id LEFT JOIN term t ON t.id = c.reason_id"
                " WHERE c.superseded_by IS NULL"
            )
        ]
        self.hours: dict[str, dict[date, dict[int, tuple[int, int]]]] = {}
        for code, since, weekday, opens, closes in office.rows(
            "SELECT s.code, h.valid_from, h.weekday, h.opens_at, h.closes_at FROM site_hours h"
            " JOIN site s ON s.id = h.site_id"
        ):
            week = self.hours.setdefault(code, {}).setdefault(_day(since), {})
            week[weekday] = opens, closes
        self.periods: dict[str, list[tuple[date, date | None]]] = {}
        for code, opens, closes in office.rows(
            "SELECT s.code, p.opens_on, p.closes_on FROM site_period p JOIN site s ON s.id = p.site_id"
        ):
            self.periods.setdefault(code, []).append((_day(opens), closes and _day(closes)))
        begun = "SELECT code, coalesce(launched_on, min(v.day)) FROM site LEFT JOIN visit v"
        self.begun = {
            code: day and _day(day)
            for code, day in office.rows(
                f"{begun} ON v.site_id = site.id GROUP BY code, launched_on"
            )
        }
        self.visited = {
            (code, _day(day))
            for code, day in office.rows(
                "SELECT s.code, v.day FROM visit v JOIN site s ON s.id = v.site_id"
            )
        }
        years = holidays.country_holidays("BJ", years=range(2025, 2027))
        self.holidays = {day for day, _ in years.items()}

    def open_minutes(self, site: str, day: date) -> tuple[bool, set[int]]:
        """Whether its hours are known, and the minutes at which a site should be open."""
        begun = self.begun[site]
        serves = any(a <= day and (b is None or day < b) for a, b in self.periods[site])
        out = day in self.holidays or begun is None or day < begun or not serves
        weeks = [since for since in self.hours.get(site, {}) if since <= day]
        if weeks:
            hours = self.hours[site][max(weeks)].get(day.weekday())
            return True, set() if out or hours is None else set(range(*hours))
        return False, set() if out or day.weekday() > 4 else set(range(MINUTES))

    def takers(self, site: str, day: date) -> list[tuple[str, set[int]]]:
        """Why and when closures close a site on a day, those that count first before the others."""
        found = [
            (declared, start is not None, code is not None, a, start or -1, b, reason, start, end)
            for code, a, b, start, end, reason, declared in self.closures
            if code in (None, site) and a <= day <= b
            if not (declared and start is None and (site, day) in self.visited)
        ]
        return [
            (reason, set(range(MINUTES)) if start is None else set(range(start, end)))
            for *_, reason, start, end in sorted(found, key=lambda c: c[:7])
        ]


def differences(office: Office) -> list[str]:
    """Where the two do not agree, and whether any day was told apart from others."""
    lost, codes = taken(office)
    account, found = Account(office), []
    for row, site in enumerate(codes):
        for column in range((LAST - FIRST).days + 1):
            day = FIRST + column * DAY
            known, minutes = account.open_minutes(site, day)
            by_reason, left = {}, set(minutes)
            for reason, covered in account.takers(site, day):
                by_reason[reason] = by_reason.get(reason, 0) + len(left & covered)
                left -= covered
            of_day = (lost.site == row) & (lost.day == column)
            whole = bool(minutes) and not left
            said = {
                "opening": (bool(minutes), bool(lost.opening[row, column])),
                "known": (known and bool(minutes), bool(lost.hours_known[row, column])),
                "whole": (whole, bool(lost.whole[row, column])),
                "takers": (whole and not known, lost.takes_day[of_day].sum() == 1),
            }
            if known or not whole:
                gone = len(minutes) - len(left)
                said["lost"] = gone, int(lost.lost_minutes[row, column])
                said["open"] = len(minutes) * known, int(lost.open_minutes[row, column])
                counted: dict[str, int] = {}
                for n in np.flatnonzero(of_day).tolist():
                    reason = lost.closures[lost.closure[n]].reason
                    counted[reason] = counted.get(reason, 0) + int(lost.counted[n])
                positive = {r: n for r, n in by_reason.items() if n}
                said["reasons"] = positive, {r: n for r, n in counted.items() if n}
            found += [f"{site} {day} {k}: {a} {b}" for k, (a, b) in said.items() if a != b]
    return found


# --- the histories ---
def _random_site(rnd: random.Random, office: Office, site: str) -> None:
    """A site with or without hours, that changes them, that closes and opens again."""

    def day() -> date:
        return FIRST + rnd.randrange((LAST - FIRST).days) * DAY

    for since in rnd.sample(["2025-01-01", str(day()), str(day())], rnd.randrange(3)):
        week = {
            name: (start := rnd.choice((420, 480, 510)), start + rnd.choice((60, 270, 540)))
            for name in rnd.sample(("lu", "ma", "me", "je", "ve", "sa", "di"), rnd.randint(2, 6))
        }
        set_hours(office, site, since, **week)
    closes, opens = sorted({day(), day(), LAST})[:2]
    set_periods(
        office,
        site,
        *rnd.choice(
            (
                [(date(2000, 1, 1), None)],
                [(date(2000, 1, 1), closes)],
                [(date(2000, 1, 1), closes), (opens, None)],
            )
        ),
    )


def _random_closure(rnd: random.Random, site: str) -> list:
    first = FIRST - 3 * DAY + rnd.randrange((LAST - FIRST).days) * DAY
    last = first + rnd.choice((0, 0, 0, 1, 6, 30)) * DAY
    start = rnd.choice((None, rnd.randrange(0, 1430)))
    hours = ("", "")
    if start is not None:
        end = rnd.randrange(start + 1, min(start + rnd.choice((60, 700)), MINUTES - 1) + 1)
        hours = tuple(f"{m // 60:02}:{m % 60:02}" for m in (start, end))
    return closure(site, str(first), str(last), *hours, rnd.choice(REASONS))


def _play(seed: int, office: Office) -> None:
    rnd = random.Random(seed)
    begins = {site: FIRST - rnd.randrange(-9, 60) * DAY for site in SITES}
    visited = list(begins.items())
    visited += [
        (site, begins[site] + rnd.randrange(1, 40) * DAY) for site in SITES for _ in range(4)
    ]
    office.hand_in("registre", *(visit(site, str(day)) for site, day in visited))
    for site in SITES:
        _random_site(rnd, office, site)
    for where in ("", *SITES):
        for declared in (False, True):
            rows = [_random_closure(rnd, where) for _ in range(rnd.randrange(5))]
            rows = list({(row[1], row[3], row[5]): row for row in rows}.values())
            if rows:
                office.hand_in("fermetures", *rows, declared=declared)


@pytest.mark.parametrize("part", range(2))
def test_lost_time_is_that_of_an_account_minute_by_minute(databases, tmp_path, part):
    seen = np.zeros(4, dtype=int)
    for seed in range(part, MANY[databases.name], 2):
        with databases.fresh() as url:
            engine = make_engine(url)
            (tmp_path / f"{seed}").mkdir()
            office = Office(engine, tmp_path / f"{seed}")
            _play(seed, office)
            assert differences(office) == [], seed
            lost, _ = taken(office)
            never_more_than_the_open_time(lost)
            overlapping = lost.counted < lost.covered
            seen += (lost.whole.sum(), lost.touched.sum(), lost.takes_day.sum(), overlapping.sum())
            engine.dispose()
    assert (seen > 0).all(), "histories in which nothing of this happens try nothing"


def never_more_than_the_open_time(lost: LostTime) -> None:
    """Nor on days on which nobody opens; with and without the days of each cause."""
    for reason in ("", *{c.reason for c in lost.closures}):
        rest = lost.without_days_of(reason)
        assert (rest.lost_minutes[rest.hours_known & rest.opening] >= 0).all()
        assert (rest.lost_minutes <= np.where(rest.hours_known, rest.open_minutes, MINUTES)).all()
        assert not (rest.whole & ~rest.opening).any()
        assert not rest.touched[~rest.opening].any()
        assert rest.counted.sum() == rest.lost_minutes.sum()
        reasons = {rest.closures[n].reason for n in rest.closure.tolist()}
        assert reason not in reasons


# --- what each rule means, by one example ---
@pytest.fixture
def kandi(office) -> Office:
    """Kandi opens from 8 h to 17 h, on Fridays to 12 h 30; Nikki's hours are not known."""
    office.hand_in("registre", visit(KANDI, "2025-12-01"), visit(NIKKI, "2025-12-01"))
    days = dict.fromkeys(("lu", "ma", "me", "je"), (480, 1020))
    set_hours(office, KANDI, "2025-01-01", **days, ve=(480, 750))
    return office


def of(office: Office, site: str) -> dict[str, tuple[int, bool]]:
    """The minutes lost on each day of a site that lost some, and whether all the day was."""
    lost, codes = taken(office)
    row = codes.index(site)
    return {
        str(FIRST + int(n) * DAY): (int(lost.lost_minutes[row, n]), bool(lost.whole[row, n]))
        for n in np.flatnonzero(lost.touched[row])
    }


def test_a_whole_day_is_worth_the_hours_of_that_day(kandi):
    kandi.hand_in("fermetures", closure(KANDI, "2025-12-11", "2025-12-14"))  # Thursday to Sunday
    assert of(kandi, KANDI) == {"2025-12-11": (540, True), "2025-12-12": (270, True)}


def test_hours_before_opening_and_on_holidays_are_not_lost(kandi):
    kandi.hand_in("fermetures", closure(KANDI, "2025-12-10", "2025-12-10", "06:00", "08:30"))
    kandi.hand_in("fermetures", closure(KANDI, "2025-12-09", "2025-12-09", "17:00", "19:00"))
    kandi.hand_in("fermetures", closure(KANDI, "2025-12-25", "2025-12-25"))
    assert of(kandi, KANDI) == {"2025-12-10": (30, False)}


def test_a_closure_of_the_network_and_one_of_the_site_are_one(kandi):
    kandi.hand_in("fermetures", closure("", "2025-12-09", "2025-12-09", reason="grève"))
    kandi.hand_in(
        "fermetures", closure(KANDI, "2025-12-09", "2025-12-09", "09:00", "11:00", "électricité")
    )
    assert of(kandi, KANDI) == {"2025-12-09": (540, True)}
    assert of(kandi, NIKKI) == {"2025-12-09": (0, True)}  # a day, whatever its hours
    lost, _ = taken(kandi)
    assert lost.without_days_of("électricité").whole.sum() == lost.whole.sum() - 1


def test_what_the_site_alone_says_counts_for_what_nobody_confirmed_of_it(kandi):
    alone = closure(KANDI, "2025-12-09", "2025-12-09", reason="réseau")
    kandi.hand_in("fermetures", alone, declared=True)
    kandi.hand_in(
        "fermetures", closure(KANDI, "2025-12-09", "2025-12-09", "08:00", "12:00", "électricité")
    )
    lost, _ = taken(kandi)
    counted = {lost.closures[k].reason: n for k, n in zip(lost.closure, lost.counted, strict=True)}
    assert counted == {"électricité": 240, "réseau": 300}


def test_hours_that_are_not_known_leave_the_hours_that_were_said(kandi):
    kandi.hand_in("fermetures", closure(NIKKI, "2025-12-09", "2025-12-09", "09:00", "11:00"))
    assert of(kandi, NIKKI) == {"2025-12-09": (120, False)}


def test_a_day_of_which_nobody_said_anything_is_not_heard_of(kandi):
    kandi.hand_in("fermetures", closure(KANDI, "2025-12-09", "2025-12-09"))
    lost, codes = taken(kandi, date(2025, 12, 1), date(2025, 12, 9))
    unheard = np.flatnonzero(lost.unheard[codes.index(KANDI)]) + lost.origin
    assert unheard.tolist() == [day_number(date(2025, 12, d)) for d in (2, 3, 4, 5, 8)]


def test_a_day_that_a_site_said_closed_takes_no_time_once_its_register_has_visits(kandi):
    day = "2025-12-09"
    kandi.hand_in("fermetures", closure(KANDI, day, day, reason="réseau"), declared=True)
    assert of(kandi, KANDI) == {day: (540, True)}
    kandi.hand_in("registre", visit(KANDI, day))
    assert of(kandi, KANDI) == {}
    kandi.hand_in("fermetures", closure(KANDI, day, day, reason="grève"))
    assert of(kandi, KANDI) == {day: (540, True)}, "confirmed: that it had visits is to be checked"
