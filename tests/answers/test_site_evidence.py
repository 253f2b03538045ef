"""What quality rules look at, cut from sums that the database keeps, is what the rows of the files say."""

from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import context, quality_checks
from dashboard.answers.site_evidence import site_evidence
from dashboard.french import clock_time
from dashboard.judgement.quality_evidence import SiteEvidence
from dashboard.judgement.quality_rules import BY_KEY, evidence_rows
from dashboard.period import iso_days
from db.codes import COUNTERS
from tests.benchmarks import quality_rules as trial
from tests.builders import COVE, KANDI, Office, closure, visit
from tests.clock import as_of

WORDS = {0: "requête", 1: "plainte", 2: "demande d'information"}
SEXES, ANSWERS = {1: "F", 2: "M"}, {0: "", 1: "oui", 2: "non"}
FAULTS = ("outside_hours", "copies", "zero_waits", "digits", "all_satisfied", "vanished_service")


def clock(minutes: int) -> str:
    return "" if minutes < 0 else f"{minutes // 60:02}:{minutes % 60:02}"


@pytest.fixture
def register() -> trial.Register:
    """Two years of a site of some eight users a day, with six faults planted in it."""
    random = np.random.default_rng(11)
    found = next(
        one
        for one in (trial.honest(random) for _ in range(200))
        if 7 < len(one.rows.day) / one.is_open.sum() < 10
    )
    for key in FAULTS:
        found = trial.PLANTS[key](random, found)
    return found


def hand_in(office: Office, register: trial.Register) -> list[str]:
    """The register as a file of Kandi, whose hours are known; returns the labels of its services in their order."""
    services = [
        label for (label,) in office.rows("SELECT label FROM service ORDER BY label LIMIT 8")
    ]
    rows = register.rows
    days = iso_days(rows.day)
    lines = [
        visit(
            KANDI,
            days[i],
            clock(rows.arrived[i]),
            clock(rows.called[i]),
            clock(rows.ended[i]) if rows.ended[i] >= rows.called[i] >= 0 else "",
            WORDS[rows.kind[i]],
            services[rows.service[i] - 1],
            SEXES[rows.sex[i]],
            ANSWERS[rows.satisfied[i]],
            ref=f"r{i}",
        )
        for i in range(len(rows.day))
    ]
    with office.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO site_hours SELECT id, '2000-01-01', w.n, :opens, :closes FROM site,"
                " (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) w WHERE code = :code"
            ),
            {"opens": trial.OPENS, "closes": trial.CLOSES, "code": KANDI},
        )
    office.hand_in(
        "registre", *lines, covers=(date(2024, 1, 1), date(2025, 12, 31)), sites=(KANDI,)
    )
    return services


def asked_of(code: str) -> SiteEvidence:
    """The evidence of a site."""
    view = context.view(LOCAL_READER)
    place = next(p for p in view.network.places if p.code == code)
    found = site_evidence(view, place)
    assert found is not None
    return found


def test_sums_are_those_of_the_rows_and_rules_find_the_same(asked: Office, register):
    with as_of("2026-01-05T09:00"):
        services = hand_in(asked, register)
        of_base, of_rows = asked_of(KANDI), trial.evidence(register)
        last = slice(-24, None)
        assert of_base.months[last].tolist() == of_rows.months.tolist()
        for name in ("visits", "measured", "satisfied", "unsatisfied"):
            column = COUNTERS.index(name)
            assert np.array_equal(of_base.counters[last, column], of_rows.counters[:, column])
        assert np.array_equal(of_base.waits[last], of_rows.waits)
        assert np.array_equal(of_base.arrivals[last], of_rows.arrivals) and of_rows.arrivals.any()
        assert np.array_equal(of_base.outside[last], of_rows.outside) and of_rows.outside.sum()
        columns = [of_base.service_labels.index(label) for label in services]
        assert np.array_equal(of_base.services[last][:, columns], of_rows.services)
        assert of_base.services.sum() == of_rows.services.sum()
        at = np.searchsorted(of_base.days, of_rows.days)
        assert np.array_equal(of_base.visits[at], of_rows.visits)
        for key in FAULTS:
            of_year = [f for f in BY_KEY[key].find(of_base) if f.first >= trial.JUDGED]
            expected = list(BY_KEY[key].find(of_rows))
            assert [(f.first, f.last, f.count, f.days) for f in of_year] == [
                (f.first, f.last, f.count, f.days) for f in expected
            ]
            assert expected, key
            for one, other in zip(of_year, expected, strict=True):
                shown, meant = evidence_rows(of_base, one), evidence_rows(of_rows, other)
                # A reference is the base's own.
                assert sorted((r.day, r.cells[:3]) for r in shown) == sorted(
                    (r.day, r.cells[:3]) for r in meant
                )


def test_a_site_that_handed_in_nothing_has_sums_of_nothing(asked: Office, register):
    with as_of("2026-01-05T09:00"):
        hand_in(asked, register)
        nothing = asked_of(COVE)
        assert not nothing.counters.any() and not nothing.waits.any() and not nothing.visits.any()
        assert not nothing.is_known.any() and len(nothing.read(nothing.days[-5:]).day) == 0
        found = {one.site for one in quality_checks.unchecked(LOCAL_READER)}
        assert found == {KANDI}


def set_hours(office: Office, since: str, *hours: tuple[int, int, int]) -> None:
    """Give Kandi its hours from a day on: weekday, minutes at which it opens and closes."""
    with office.engine.begin() as connection:
        for weekday, opens, closes in hours:
            connection.execute(
                text(
                    "INSERT INTO site_hours SELECT id, :since, :weekday, :opens, :closes FROM site WHERE code = :code"
                ),
                {
                    "since": since,
                    "weekday": weekday,
                    "opens": opens,
                    "closes": closes,
                    "code": KANDI,
                },
            )


@pytest.mark.parametrize(
    ("hours", "start", "end", "by_site", "is_said"),
    [
        ((), "", "", False, False),
        ((), "06:00", "20:00", False, False),
        ((), "08:00", "12:00", False, True),
        ((), "06:00", "20:00", True, False),  # the site alone says so
        ((8 * 60, 12 * 60 + 30), "08:00", "12:30", False, False),
        ((8 * 60, 12 * 60 + 30), "08:00", "12:00", False, True),
    ],
)
def test_a_closure_of_all_opening_hours_explains_an_empty_register_as_one_of_whole_days_does(
    asked: Office, hours, start, end, by_site, is_said
):
    if hours:
        set_hours(asked, "2000-01-01", *((n, *hours) for n in range(5)))
    days = [date(2026, 8, 3) + timedelta(days=n) for n in range(75)]
    visits = [
        visit(KANDI, str(day), "09:00", ref=f"{day} {n}")
        for day in days
        if day.weekday() < 5 and not date(2026, 10, 12) <= day
        for n in range(6)
    ]
    with as_of("2026-10-19T14:00"):
        asked.hand_in("registre", *visits, covers=(days[0], days[-1]), sites=(KANDI,))
        (found,) = BY_KEY["sudden_zero"].find(asked_of(KANDI))
        assert found.count == 5, "the week from the 12th to the 16th"
        closed = closure(KANDI, "2026-10-12", "2026-10-16", start, end, "travaux")
        asked.hand_in("fermetures", closed, declared=by_site)
        assert bool(list(BY_KEY["sudden_zero"].find(asked_of(KANDI)))) == is_said


def test_each_arrival_is_judged_by_the_hours_of_its_own_day(asked: Office):
    """Mornings to the 19th of October, whole days from the 20th on, a shorter Friday and Saturdays from the 22nd on."""
    morning, whole, short = (8 * 60, 12 * 60 + 30), (8 * 60, 17 * 60 + 30), (8 * 60, 11 * 60)
    set_hours(asked, "2000-01-01", *((n, *morning) for n in range(6)))
    set_hours(asked, "2026-10-20", *((n, *whole) for n in range(5)))
    set_hours(asked, "2026-10-22", *((n, *whole) for n in range(4)), (4, *short), (5, *whole))
    came = (
        *(("2026-10-12", at) for at in ("07:00", "13:59", "14:00", "15:10")),  # the last two late
        ("2026-10-17", "14:20"),  # a Saturday of mornings: late
        ("2026-10-20", "15:00"),
        ("2026-10-23", "15:00"),  # the shorter Friday: late
        ("2026-10-24", "15:00"),
        ("2026-10-26", "05:00"),  # before any opening
    )
    with as_of("2026-11-27T14:00"):
        asked.hand_in("registre", *(visit(KANDI, day, at, ref=f"{day} {at}") for day, at in came))
        evidence = asked_of(KANDI)
        (found,) = BY_KEY["outside_hours"].find(evidence)
        shown = evidence_rows(evidence, found)
        late = ["2026-10-12", "2026-10-12", "2026-10-17", "2026-10-23", "2026-10-26"]
        assert found.count == 5 and sorted(iso_days(np.array([row.day for row in shown]))) == late


def test_hours_hold_from_their_day_on_and_unknown_ones_leave_the_night(asked: Office):
    with as_of("2026-11-27T14:00"):
        asked.hand_in(
            "registre",
            *(
                visit(KANDI, "2026-10-05", at, ref=at)
                for at in ("05:59", "06:00", "19:59", "20:00")
            ),
        )
        late = asked_of(KANDI)
        rows = late.read(late.days)
        outside = [clock_time(int(m)) for m in rows.arrived[late.is_outside(rows)]]
        assert [hour.replace("\N{NO-BREAK SPACE}", " ") for hour in outside] == ["5 h 59", "20 h"]
        assert late.outside.sum() == 2
