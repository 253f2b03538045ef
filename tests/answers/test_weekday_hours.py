"""When people come and when they wait longest: counted once more from the lines that were written."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from statistics import median_low

import numpy as np
import pytest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import weekday_hours
from dashboard.answers.question import Question
from dashboard.judgement.peak_hours import Peak, busiest_hours, longest_waits
from dashboard.panel import Chart, Message, Panel
from db import read
from db.weekday_waits import LONGEST, weekday_waits
from tests.builders import KANDI, NIKKI, Office, closing, visit, waited

FIRST, LAST = date(2024, 11, 1), date(2025, 10, 31)
YEAR = Question(FIRST, LAST, site=KANDI)
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
PLAIN = str.maketrans("\xa0\u202f", "  ")


def invented(rng: random.Random, site: str, number: int, *, busy: bool) -> list[list]:
    """Lines of a register over two years: most people come at ten, and who comes at nine waits longest."""
    lines = []
    for n in range(number):
        day = FIRST - timedelta(days=330) + timedelta(days=rng.randrange(700))
        if day.weekday() > 4:
            continue
        hour = rng.choice((8, 9, 10, 10, 10, 10, 11, 14) if busy else (8, 9))
        minute = rng.randrange(60)
        wait = rng.randrange(40, 80) if hour == 9 else rng.randrange(5, 25)
        wait = 300 if n % 90 == 0 else wait
        ends = hour * 60 + minute + wait
        lines.append(
            visit(
                site,
                day.isoformat(),
                f"{hour:02}:{minute:02}" if n % 17 else "",
                f"{ends // 60:02}:{ends % 60:02}" if n % 11 and n % 17 else "",
                service=("Actes de pension", "Casier judiciaire", "")[n % 3],
                outcome="parti" if n % 13 == 0 and n % 11 == 0 else "servi" if n % 11 else "parti",
                ref=f"{site}-{n}",
            )
        )
    return lines


def counted(lines: list[list], first: date, last: date, service: str | None = None):
    """Waits by (weekday, hour), and visits by the same, of the lines themselves."""
    waits, visits, days = defaultdict(list), Counter(), defaultdict(set)
    for _, day, arrived, called, _, _, of, _, _, outcome, _ in lines:
        when = date.fromisoformat(day)
        if not first <= when <= last:
            continue
        days[when.weekday()].add(when)
        if (service is not None and of != service) or not arrived:
            continue
        hour, minute = map(int, arrived.split(":"))
        visits[when.weekday(), hour] += 1
        if called and outcome != "parti":
            at, past = map(int, called.split(":"))
            waits[when.weekday(), hour].append(min(at * 60 + past - hour * 60 - minute, 240))
    return waits, visits, {day: len(of) for day, of in days.items()}


@pytest.fixture
def register(asked) -> tuple[Office, list[list]]:
    rng = random.Random(34)
    lines = invented(rng, KANDI, 3_000, busy=True)
    asked.hand_in(
        "registre", *lines, sites=(KANDI,), covers=(FIRST - timedelta(days=330), date(2025, 11, 15))
    )
    asked.hand_in("registre", *invented(rng, NIKKI, 400, busy=False))
    return asked, lines


def table(panel: Panel) -> dict[tuple[str, str], list[tuple[str, object]]]:
    """(day, hour) to the texts and values of its other cells."""
    return {
        (row[0].text, row[1].text.translate(PLAIN)): [
            (cell.text.translate(PLAIN), cell.value) for cell in row[2:]
        ]
        for row in panel.table.rows
    }


@pytest.mark.parametrize("service", [None, "Actes de pension"])
def test_both_grids_are_what_the_lines_of_the_register_say(register, service):
    office, lines = register
    with office.engine.connect() as connection:
        codes = {label: code for _, code, label in read.services(connection)}
    asked = replace(YEAR, service=codes[service] if service else None)
    waits, visits, days = counted(lines, FIRST, LAST, service)
    came = table(weekday_hours.arrivals(LOCAL_READER, asked, "a"))
    waited_ = table(weekday_hours.waits(LOCAL_READER, asked, "b"))
    assert set(came) == set(waited_), "the axes are the same"
    for day, name in enumerate(WEEKDAYS[:5]):
        for hour in (8, 9, 10, 11, 14):
            n = visits[day, hour]
            assert [value for _, value in came[name, f"{hour} h"]] == [
                pytest.approx(n / days[day]),
                n,
                days[day],
            ]
            mine = waits[day, hour]
            text, value = waited_[name, f"{hour} h"][0]
            assert waited_[name, f"{hour} h"][1][1] == len(mine)
            if len(mine) >= 10:
                assert value == median_low(sorted(mine))
            else:
                assert (text, value) == ("trop peu de cas", None)
    for hour in (8, 9, 10, 11, 14):
        every = sorted(wait for (_, at), of in waits.items() if at == hour for wait in of)
        assert waited_["tous les jours", f"{hour} h"][0][1] == median_low(every)
        assert waited_["tous les jours", f"{hour} h"][1][1] == len(every)
        assert came["tous les jours", f"{hour} h"][1][1] == sum(
            n for (_, at), n in visits.items() if at == hour
        )


def test_the_headings_name_the_hour_of_the_crowd_and_the_hour_of_the_wait(register):
    came = weekday_hours.arrivals(LOCAL_READER, YEAR, "a")
    waits = weekday_hours.waits(LOCAL_READER, YEAR, "b")
    assert came.finding.translate(PLAIN).startswith("On vient surtout à 10 h : ")
    assert waits.finding.translate(PLAIN).startswith(
        "On attend le plus à 9 h : un usager sur deux attend "
    )
    assert all(isinstance(panel.content, Chart) for panel in (came, waits))


def test_of_a_longer_period_the_last_year_is_read_alone(register):
    _, lines = register
    longer = replace(YEAR, first=date(2024, 1, 1))
    assert weekday_hours.waits(LOCAL_READER, longer, "b") == weekday_hours.waits(
        LOCAL_READER, YEAR, "b"
    )
    assert weekday_hours.year_at_most(LOCAL_READER, longer) == YEAR
    assert counted(lines, longer.first, LAST)[0] != counted(lines, FIRST, LAST)[0]


def test_rows_that_count_no_more_are_not_counted(register):
    office, lines = register
    monday = "2025-03-03"
    office.hand_in(
        "registre",
        waited(7, day=monday, ref="new"),
        covers=(date(2025, 3, 3), date(2025, 3, 3)),
        sites=(KANDI,),
        replace_days=True,
    )
    waits, _, _ = counted(
        [line for line in lines if line[1] != monday] + [waited(7, day=monday)], FIRST, LAST
    )
    found = weekday_hours.wait_grid(LOCAL_READER, YEAR)
    assert found.counts[0, 8] == len(waits[0, 8])
    assert found.counts[7].sum() == sum(map(len, waits.values()))


def test_no_site_but_one_that_may_be_seen_is_read_and_no_more_than_a_year(register):
    office, lines = register
    with office.engine.connect() as connection:
        assert not weekday_waits(connection, KANDI, {NIKKI}, FIRST, LAST).any()
        assert not weekday_waits(connection, KANDI, set(), FIRST, LAST).any()
        assert weekday_waits(connection, KANDI, {KANDI}, FIRST, LAST).sum() == sum(
            map(len, counted(lines, FIRST, LAST)[0].values())
        )
        with pytest.raises(ValueError):
            weekday_waits(connection, KANDI, {KANDI}, LAST - timedelta(days=LONGEST), LAST)


def test_everybody_who_signs_in_is_shown_the_same(register):
    guest = Person("invité", Role.GUEST)
    for panel in (weekday_hours.arrivals, weekday_hours.waits):
        assert panel(guest, YEAR, "a").table == panel(LOCAL_READER, YEAR, "a").table


@pytest.mark.parametrize("panel", [weekday_hours.arrivals, weekday_hours.waits])
def test_nothing_is_said_of_a_base_without_data_or_without_hours(asked, panel):
    assert panel(LOCAL_READER, YEAR, "a").content == Message(weekday_hours.NO_VISITS)
    asked.hand_in("cloture", closing(KANDI, "2025-03-03"))
    assert panel(LOCAL_READER, YEAR, "a").content == Message(weekday_hours.NO_VISITS)
    asked.hand_in("registre", visit(KANDI, "2025-03-03", ref="1"))
    unknown = {"arrivals": weekday_hours.NO_HOURS, "waits": weekday_hours.NO_WAITS}
    assert panel(LOCAL_READER, YEAR, "a").content == Message(unknown[panel.__name__])


def test_arrivals_without_calls_are_counted_and_their_wait_is_not_measured(asked):
    asked.hand_in("registre", visit(KANDI, "2025-03-03", "09:10", ref="1"))
    came = weekday_hours.arrivals(LOCAL_READER, YEAR, "a")
    assert came.finding.startswith("Trop peu de visites")
    assert table(came)["lundi", "9 h"][1] == ("1", 1)
    assert weekday_hours.waits(LOCAL_READER, YEAR, "b").content == Message(weekday_hours.NO_WAITS)


def test_an_hour_is_the_only_known_one_or_the_only_one_with_enough_cases(asked):
    lines = [visit(KANDI, "2025-03-03", f"08:{n:02}", f"08:{n + 17}") for n in range(30)]
    asked.hand_in("registre", *lines)
    for panel in (weekday_hours.arrivals, weekday_hours.waits):
        assert (
            panel(LOCAL_READER, YEAR, "k")
            .finding.translate(PLAIN)
            .startswith("À 8 h, seule heure connue : ")
        )
    asked.hand_in("registre", visit(KANDI, "2025-03-04", "10:00", "10:05", outcome="servi"))
    assert (
        weekday_hours.waits(LOCAL_READER, YEAR, "k")
        .finding.translate(PLAIN)
        .startswith("À 8 h, seule heure qui a assez de cas : ")
    )


def test_both_hours_have_their_number_and_the_lowest_is_named_and_nothing_is_said_of_chance():
    medians, waits = np.full(24, -1), np.zeros(24, dtype=int)
    for hour, median in {8: 22, 9: 20, 10: 21, 12: 10, 13: 15}.items():
        medians[hour], waits[hour] = median, 40
    peak = Peak(8, (8, 9, 10, 12), (13,))
    said = weekday_hours._longest_in_words(peak, medians, waits).translate(PLAIN)
    assert said == (
        "On attend moins à 13 h (15 min) qu'à 8 h (22 min) ; à 12 h, 10 min, mais trop peu d'attentes pour en être sûr"
    )
    none = weekday_hours._longest_in_words(Peak(8, (8, 9, 10, 12, 13), ()), medians, waits)
    assert none == "Pas de différence nette d'attente entre les heures"


def test_hours_that_chance_does_not_tell_apart_are_said_together():
    visits = np.zeros(24, dtype=int)
    visits[[8, 9, 10, 11]] = 60, 191, 226, 100
    peak = busiest_hours(visits, 30)
    assert peak.in_words.translate(PLAIN) == "entre 9 h et 11 h, le plus à 10 h"
    assert peak.stands_out
    visits[[8, 11]] = 200, 190
    several = busiest_hours(visits, 30)
    assert not several.stands_out
    assert (several.near, several.lower) == ((8, 9, 10, 11), ())
    visits[[14, 15]] = 90, 20
    lower = busiest_hours(visits, 30).lower_in_words(lambda hour: str(visits[hour]))
    assert lower.translate(PLAIN) == "à 14 h (90) et 15 h (20) qu'à 10 h (226)"
    assert busiest_hours(visits // 10, 30) is None
    minutes, known = np.full(24, -1), np.zeros(24, dtype=bool)
    minutes[[8, 9, 14]], known[[8, 9, 14]] = (12, 30, 28), True
    low, high = minutes - 4.0, minutes + 4.0
    assert longest_waits(minutes, known, low, high).in_words.translate(PLAIN) == (
        "à 9 h et 14 h, le plus à 9 h"
    )
    assert longest_waits(minutes, np.zeros(24, dtype=bool), low, high) is None
