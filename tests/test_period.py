"""Periods: properties that hold for any dates, then the calendar's corners one by one."""

import calendar
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from babel.dates import get_month_names
from hypothesis import given
from hypothesis import strategies as st

from dashboard.french import MONTHS
from dashboard.period import (
    BENIN,
    Period,
    add_months,
    clip_period,
    day_from_number,
    day_number,
    day_numbers,
    iso_days,
    minute_number,
    month_end,
    month_number,
    month_numbers,
    month_starts,
    months,
    naive_utc_bounds,
    now,
    parse,
    presets,
    resolve_period,
    same_last_year,
    split_by_month,
    to_naive_utc,
    today,
    weekdays,
)
from dashboard.settings import ROOT
from db import accounts_and_sessions, journal
from db.demo.events import EVENTS
from tests import clock
from tests.builders import shell

DAY = timedelta(days=1)
DATES = st.dates(date(2001, 1, 1), date(2099, 12, 31))
ANY = st.tuples(DATES, DATES).map(lambda pair: Period(min(pair), max(pair)))
SHORT = st.builds(lambda first, n: Period(first, first + n * DAY), DATES, st.integers(0, 200))
YEARS = st.integers(2001, 2098)
NAMED = st.one_of(
    YEARS.map(str),
    st.builds("{:04}-{:02}".format, YEARS, st.integers(1, 12)),
    st.builds("{:04}-T{}".format, YEARS, st.integers(1, 4)),
)
WHOLE = st.builds(
    lambda first, n: Period(first.replace(day=1), month_end(add_months(first, n))),
    st.dates(date(2001, 1, 1), date(2098, 12, 31)),
    st.integers(0, 20),  # a code knows the years up to 2100
)


def period(code: str) -> Period:
    found = parse(code)
    assert found is not None
    return found


def previous(whole: Period) -> Period:
    """What a period that is known to its end is compared with."""
    return clip_period(whole, whole.last).previous


def each_day(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


# ---- codes


@given(st.one_of(ANY, WHOLE, NAMED.map(period)))
def test_a_code_is_read_back_as_its_period(any_period):
    assert parse(any_period.code) == any_period


@given(NAMED)
def test_a_named_period_is_written_by_its_name(code):
    assert period(code).code == code


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2100-02", date(2100, 2, 1), date(2100, 2, 28)),
        ("2026-T1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-T3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026-T4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-01-05_2026-02-10", date(2026, 1, 5), date(2026, 2, 10)),
        ("2026-11-24_2026-11-24", date(2026, 11, 24), date(2026, 11, 24)),
    ],
)
def test_each_form_of_code(code, first, last):
    assert parse(code) == Period(first, last)


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-13", "2026-00", "2026-1", "2026-T5", "2026-T0", "2026-t3", "2026-11-24", "2026-11-01_",
     "2026-02-10_2026-01-05", "2026-02-30_2026-03-01", "2026-01-05_2026-02-10_2026-03-01",
     "1999", "2101", "0000", "9999", "1999-12-31_2026-01-01", "2026-01-01_9999-12-31",
     "2026\n", " 2026", "２０２６", "<script>"],
)  # fmt: skip
def test_what_is_no_code_is_none(text):
    assert parse(text) is None


def test_a_period_does_not_end_before_it_begins():
    with pytest.raises(ValueError, match="before its first day"):
        Period(date(2026, 2, 1), date(2026, 1, 31))


# ---- names


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("2025", "2025"),
        ("2026-11", "novembre 2026"),
        ("2026-02", "février 2026"),
        ("2026-T1", "1ᵉʳ trimestre 2026"),
        ("2026-T3", "3ᵉ trimestre 2026"),
        ("2026-10-01_2026-11-24", "du 01/10/2026 au 24/11/2026"),
        ("2026-11-24_2026-11-24", "24/11/2026"),
        ("2025-12-01_2026-11-30", "de décembre 2025 à novembre 2026"),
        ("2026-08-01_2026-10-31", "d'août à octobre 2026"),
        ("2024-01-01_2025-12-31", "de janvier 2024 à décembre 2025"),
    ],
)
def test_each_form_of_label(code, label):
    assert period(code).label == label


def test_months_are_named_as_babel_names_them():
    assert list(MONTHS) == [get_month_names("wide", locale="fr")[n] for n in range(1, 13)]


def test_days_at_both_ends_are_counted():
    february = period("2024-02")
    assert february.days == 29
    assert Period(date(2026, 1, 1), date(2026, 1, 1)).days == 1


# ---- comparisons


@given(st.one_of(SHORT, WHOLE, NAMED.map(period)))
def test_previous_is_just_before_and_of_the_same_shape(some_period):
    before = previous(some_period)
    assert before.last == some_period.first - DAY
    assert before.whole_months == some_period.whole_months or not some_period.whole_months
    if not some_period.whole_months:
        assert before.days == some_period.days


@given(NAMED)
def test_previous_of_a_named_period_has_the_same_kind_of_name(code):
    before = previous(period(code)).code
    assert [len(before), "T" in before] == [len(code), "T" in code]


@pytest.mark.parametrize(
    ("code", "before"),
    [
        ("2026", "2025"),
        ("2026-01", "2025-12"),
        ("2024-03", "2024-02"),
        ("2026-T1", "2025-T4"),
        ("2025-12-01_2026-11-30", "2024-12-01_2025-11-30"),
        ("2026-09-01_2026-10-31", "2026-07-01_2026-08-31"),
        ("2026-01-05_2026-01-11", "2025-12-29_2026-01-04"),
        ("2024-03-01_2024-03-01", "2024-02-29_2024-02-29"),
    ],
)
def test_previous_of(code, before):
    assert previous(period(code)).code == before


@given(SHORT)
def test_the_same_days_last_year_keep_day_and_month_but_29_february(some_period):
    earlier = same_last_year(some_period)
    assert (earlier.first.year, earlier.last.year) == (
        some_period.first.year - 1,
        some_period.last.year - 1,
    )
    for then, day in ((earlier.first, some_period.first), (earlier.last, some_period.last)):
        assert then.month == day.month
        assert then.day == day.day or {day.day, then.day} == {28, 29}


@pytest.mark.parametrize(
    ("code", "earlier"),
    [
        ("2026", "2025"),
        ("2026-T1", "2025-T1"),
        ("2024-02", "2023-02"),
        ("2025-02", "2024-02"),
        ("2024-02-29_2024-02-29", "2023-02-28_2023-02-28"),
        ("2024-02-10_2024-02-29", "2023-02-10_2023-02-28"),
        ("2025-12-01_2026-11-30", "2024-12-01_2025-11-30"),
        ("2026-01-05_2026-02-10", "2025-01-05_2025-02-10"),
    ],
)
def test_same_last_year_of(code, earlier):
    assert same_last_year(period(code)).code == earlier


# ---- cut at the last known day


@pytest.mark.pitfall(7)
@pytest.mark.parametrize(
    ("code", "last", "cut", "before", "earlier"),
    [
        ("2026-11", "2026-11-10", "2026-11-01_2026-11-10", "2026-10-01_2026-10-10", "2025-11-01_2025-11-10"),
        ("2026-03", "2026-03-30", "2026-03-01_2026-03-30", "2026-02", "2025-03-01_2025-03-30"),
        ("2026-01", "2026-01-01", "2026-01-01_2026-01-01", "2025-12-01_2025-12-01", "2025-01-01_2025-01-01"),
        ("2024-03", "2024-03-30", "2024-03-01_2024-03-30", "2024-02", "2023-03-01_2023-03-30"),
        ("2026-T4", "2026-11-24", "2026-10-01_2026-11-24", "2026-07-01_2026-08-24", "2025-10-01_2025-11-24"),
        ("2026-T2", "2026-04-30", "2026-04", "2026-01", "2025-04"),
        ("2024", "2024-02-29", "2024-01-01_2024-02-29", "2023-01-01_2023-02-28", "2023-01-01_2023-02-28"),
        ("2025", "2025-02-28", "2025-01-01_2025-02-28", "2024-01-01_2024-02-29", "2024-01-01_2024-02-29"),
        ("2026-01-05_2026-01-14", "2026-01-08", "2026-01-05_2026-01-08", "2025-12-26_2025-12-29",
         "2025-01-05_2025-01-08"),
    ],
)  # fmt: skip
def test_a_running_period_is_compared_with_the_same_days(code, last, cut, before, earlier):
    clipped = clip_period(period(code), date.fromisoformat(last))
    assert clipped.partial
    assert (clipped.period.code, clipped.previous.code, clipped.same_last_year.code) == (
        cut,
        before,
        earlier,
    )


@given(SHORT, DATES)
def test_a_cut_never_reaches_past_the_last_known_day(some_period, last):
    clipped = clip_period(some_period, last)
    if last < some_period.first:
        assert clipped is None
        return
    assert clipped.period == Period(some_period.first, min(some_period.last, last))
    assert clipped.partial == (last < some_period.last)
    assert clipped.previous.last < clipped.period.first


@given(st.one_of(SHORT, NAMED.map(period)))
def test_a_period_known_whole_is_compared_as_such(some_period):
    clipped = clip_period(some_period, some_period.last)
    assert not clipped.partial
    assert clipped.same_last_year == same_last_year(some_period)
    assert clipped.label == some_period.label


@given(YEARS, st.integers(1, 12), st.integers(1, 31))
def test_a_month_cut_at_day_n_is_compared_with_n_days_or_the_whole_month_before(year, month, day):
    whole = period(f"{year}-{month:02}")
    if day >= whole.days:
        return
    before = clip_period(whole, whole.first + (day - 1) * DAY).previous
    length = previous(whole).days
    assert before == Period(
        previous(whole).first, previous(whole).first + (min(day, length) - 1) * DAY
    )


def test_a_partial_label_says_how_far_it_goes():
    assert (
        clip_period(period("2026-11"), date(2026, 11, 24)).label
        == "novembre 2026 (partiel, au 24/11/2026)"
    )


# ---- presets


def test_presets_on_an_ordinary_day():
    known_to, day = date(2026, 11, 24), date(2026, 11, 25)
    assert {code: resolve_period(code, known_to, day).code for code in presets(known_to, day)} == {
        "12m": "2025-11-01_2026-10-31",
        "3m": "2026-08-01_2026-10-31",
        "mois": "2026-11",
        "mois-1": "2026-10",
        "annee": "2026",
        "annee-1": "2025",
    }
    assert presets(known_to, day) == {
        "12m": "12 derniers mois entiers",
        "3m": "3 derniers mois entiers",
        "mois": "Mois en cours (novembre 2026)",
        "mois-1": "Mois précédent (octobre 2026)",
        "annee": "Année en cours (2026)",
        "annee-1": "Année précédente (2025)",
    }


def test_running_periods_follow_the_calendar_and_say_that_nothing_came_yet():
    known_to, day = date(2026, 11, 30), date(2026, 12, 1)
    assert resolve_period("12m", known_to, day).code == "2025-12-01_2026-11-30"
    assert resolve_period("mois", known_to, day).code == "2026-12"
    assert resolve_period("mois-1", known_to, day).code == "2026-11"
    named = presets(known_to, day)
    assert named["mois"] == "Décembre 2026 (rien encore)"
    assert named["mois-1"] == "Mois précédent (novembre 2026)"
    assert named["annee"] == "Année en cours (2026)"
    new_year = presets(date(2026, 12, 31), date(2027, 1, 4))
    assert new_year["annee"] == "Année 2027 (rien encore)"
    assert new_year["annee-1"] == "Année précédente (2026)"
    old = presets(date(2026, 9, 15), date(2026, 12, 1))
    assert old["mois-1"] == "Novembre 2026 (rien encore)"


def test_a_month_is_whole_on_its_last_day():
    assert resolve_period("3m", date(2026, 11, 30)).code == "2026-09-01_2026-11-30"
    assert resolve_period("12m", date(2026, 12, 31)).code == "2026"
    assert resolve_period("3m", date(2024, 2, 28)).code == "2023-11-01_2024-01-31"
    assert resolve_period("3m", date(2024, 2, 29)).code == "2023-12-01_2024-02-29"


def test_presets_across_the_new_year():
    assert resolve_period("mois-1", date(2026, 1, 1), date(2026, 1, 1)).code == "2025-12"
    assert resolve_period("12m", date(2026, 1, 1)).code == "2025"


@given(DATES)
def test_the_last_twelve_months_are_twelve_and_over(as_of):
    year = resolve_period("12m", as_of)
    assert year.whole_months == 12
    assert year.last <= as_of < month_end(year.last + DAY)


def test_resolve_reads_a_url_form_and_refuses_the_rest():
    assert resolve_period("2026-T3", date(2026, 11, 24)) == period("2026-T3")
    assert resolve_period("hier", date(2026, 11, 24)) is None


# ---- taken apart


@given(st.one_of(ANY, SHORT, WHOLE))
def test_split_covers_the_period_each_day_once(some_period):
    before, whole, after = split_by_month(some_period)
    days = each_day(*before) if before else []
    if whole:
        days += each_day(whole[0], month_end(whole[1]))
        assert whole[0].day == whole[1].day == 1
    days += each_day(*after) if after else []
    assert days == each_day(some_period.first, some_period.last)


@given(st.one_of(ANY, SHORT))
def test_the_edges_of_a_split_hold_no_whole_month(some_period):
    for edge in (split_by_month(some_period)[0], split_by_month(some_period)[2]):
        if edge:
            assert edge[0].replace(day=1) == edge[1].replace(day=1)
            assert (edge[1] - edge[0]).days + 1 < calendar.monthrange(edge[0].year, edge[0].month)[
                1
            ]


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("2024-02", (None, (date(2024, 2, 1), date(2024, 2, 1)), None)),
        ("2025", (None, (date(2025, 1, 1), date(2025, 12, 1)), None)),
        ("2026-11-05_2026-11-20", ((date(2026, 11, 5), date(2026, 11, 20)), None, None)),
        ("2026-11-01_2026-11-29", ((date(2026, 11, 1), date(2026, 11, 29)), None, None)),
        (
            "2025-12-15_2026-01-10",
            ((date(2025, 12, 15), date(2025, 12, 31)), None, (date(2026, 1, 1), date(2026, 1, 10))),
        ),
        (
            "2025-12-15_2026-03-10",
            (
                (date(2025, 12, 15), date(2025, 12, 31)),
                (date(2026, 1, 1), date(2026, 2, 1)),
                (date(2026, 3, 1), date(2026, 3, 10)),
            ),
        ),
    ],
)
def test_split_of(code, parts):
    assert split_by_month(period(code)) == parts


def test_months_begin_on_the_first_and_cover_the_period():
    crossing = months(period("2025-11-24_2026-02-01"))
    assert crossing == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert months(period("2026-11-24_2026-11-24")) == [date(2026, 11, 1)]


# ---- the day it is


@pytest.mark.pitfall(37)
def test_the_day_changes_an_hour_before_that_of_greenwich():
    assert today(datetime(2026, 11, 23, 22, 59, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert today(datetime(2026, 11, 23, 23, 0, tzinfo=UTC)) == date(2026, 11, 24)


def test_the_clock_of_the_house_is_benin_s(monkeypatch):
    monkeypatch.delenv(clock.CLOCK)
    before, it_is, after = datetime.now(UTC), now(), datetime.now(UTC)
    assert before <= it_is <= after and it_is.utcoffset() == timedelta(hours=1)
    assert today() in {before.astimezone(BENIN).date(), after.astimezone(BENIN).date()}


def test_only_a_process_of_pytest_s_hears_of_another_day():
    """A server, a command or a demonstration stands on no day but its own, whatever its environment says."""
    ask = [sys.executable, "-c", "from dashboard.period import now; print(now().isoformat())"]
    told = {**os.environ, clock.CLOCK: str(timedelta(days=900).total_seconds())}
    untold = {name: value for name, value in told.items() if name != "PYTEST_VERSION"}
    true, moved = (
        datetime.fromisoformat(
            subprocess.run(
                ask, cwd=ROOT, env=environment, capture_output=True, text=True
            ).stdout.strip()
        )
        - datetime.now(UTC)
        for environment in (untold, told)
    )
    assert abs(true) < timedelta(minutes=5) < timedelta(days=899) < moved


def test_tests_stand_where_they_are_told():
    with clock.as_of("2028-02-29"):
        assert today() == date(2028, 2, 29)
    with clock.as_of("2027-01-01T00:30"):
        assert today() == date(2027, 1, 1) and journal.utc_now().date() == date(2026, 12, 31)


def test_tests_their_commands_and_both_databases_show_one_time(engine, database_url):
    began = now()
    with engine.connect() as connection:
        of_database = accounts_and_sessions.database_time(connection).replace(tzinfo=UTC)
    shown = shell(database_url, "db", "demo", "--events").out
    assert began <= of_database <= now() <= began + timedelta(minutes=10)
    assert today().isoformat() == os.environ.get(clock.AT, clock.DAY)[:10]
    assert all(f"{e.first(today()):%d/%m/%Y}" in shown for e in EVENTS)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2026, 12, 31)))
def test_the_fixed_offset_is_the_zone_of_porto_novo(moment):
    try:
        zone = ZoneInfo("Africa/Porto-Novo")
    except ZoneInfoNotFoundError:
        pytest.skip("no zone database on this machine")
    assert moment.replace(tzinfo=zone).utcoffset() == BENIN.utcoffset(None)


@pytest.mark.parametrize(
    "day, number", [(date(1970, 1, 1), 0), (date(1969, 12, 31), -1), (date(2026, 11, 24), 20_781)]
)
def test_days_are_numbered_from_1970(day, number):
    assert day_number(day) == number


@given(DATES)
def test_a_number_gives_its_day_back(day):
    assert day_from_number(day_number(day)) == day


@pytest.mark.pitfall(37)
@given(st.lists(DATES, max_size=20))
def test_many_days_are_numbered_as_one_is(days):
    numbers = day_numbers(days)
    assert numbers.tolist() == [day_number(d) for d in days]
    assert day_numbers([d.isoformat() for d in days]).tolist() == numbers.tolist()
    assert iso_days(numbers) == [d.isoformat() for d in days]
    assert weekdays(numbers).tolist() == [d.weekday() for d in days]
    assert month_numbers(numbers).tolist() == [month_number(d) for d in days]
    assert month_starts(numbers).tolist() == [day_number(d.replace(day=1)) for d in days]


def test_no_day_has_the_number_minus_one():
    assert day_numbers([None, date(2026, 11, 24)]).tolist() == [-1, 20_781]


@given(DATES, st.integers(-24, 24))
def test_a_month_is_as_many_months_away_as_were_added(day, count):
    assert month_number(add_months(day, count)) == month_number(day) + count


def test_the_ends_of_the_calendar_are_moments_too():
    """What is beyond them, in UTC, is they: whoever compares them with today refuses them in a sentence."""
    assert naive_utc_bounds(date(2025, 3, 3), date(2025, 3, 3)) == (
        datetime(2025, 3, 2, 23),
        datetime(2025, 3, 3, 23),
    )
    first, last = naive_utc_bounds(date.min, date.max)
    assert (first.isoformat(), last.date()) == ("0001-01-01T00:00:00", date.max)
    west = timezone(timedelta(hours=-5))
    assert to_naive_utc(datetime(9999, 12, 31, 23, tzinfo=west)).date() == date.max


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        (datetime(1970, 1, 1, tzinfo=BENIN), 0),
        (datetime(1970, 1, 1, 23, 59, 59, tzinfo=UTC), 24 * 60 + 59),  # the second, in Benin
        (datetime(2026, 11, 27, 12, tzinfo=BENIN), day_number(date(2026, 11, 27)) * 1440 + 720),
        (
            datetime(2026, 11, 27, 10, 59, 59, tzinfo=UTC),
            day_number(date(2026, 11, 27)) * 1440 + 719,
        ),
    ],
)
def test_minutes_are_counted_by_the_clock_of_benin(moment, number):
    assert minute_number(moment) == number
