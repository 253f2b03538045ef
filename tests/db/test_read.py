"""Whoever asks for some sites gets rows of these sites alone, whatever the question."""

from datetime import date

import pytest

from db import read
from db.codes import ALL, DAY
from db.reminders import note_reminders
from tests.builders import KANDI, NIKKI, closing, closure, complaint, waited

pytestmark = pytest.mark.both_databases

YEAR = (date(2025, 1, 1), date(2025, 12, 31))
EDGES = (date(2025, 2, 10), date(2025, 3, 20))  # days at both ends, no whole month

QUESTIONS = {
    "places": lambda c, sites: [p.code for p in read.places(c, sites)],
    "locations": lambda c, sites: [i for i, *_ in read.locations(c, sites)],
    "handed_in": lambda c, sites: [i for i, *_ in read.handed_in(c, sites)],
    "visits_by_service": lambda c, sites: read.visits_by_service(c, sites, [(DAY, *YEAR)], [0])[0][
        :, 0
    ].tolist(),
    "summed_visits_by_service": lambda c, sites: read.summed_visits_by_service(
        c, sites, *YEAR, [0]
    )[0][:, 0].tolist(),
    "daily_visits": lambda c, sites: [i for i, *_ in read.daily_visits(c, sites, *YEAR)],
    "closings": lambda c, sites: [i for i, *_ in read.closings(c, sites, *YEAR)],
    "complaints": lambda c, sites: [i for i, *_ in read.complaints(c, sites, YEAR[1])],
    "open_complaints": lambda c, sites: [
        i for _, (i, *_) in read.open_complaints(c, sites, YEAR[1], YEAR[0])
    ],
    "sent_reminders": lambda c, sites: [one.site for one in read.sent_reminders(c, sites, YEAR[0])],
    "closures": lambda c, sites: [
        c.site_id for c in read.closures(c, sites, *YEAR) if c.site_id is not None
    ],
}

BY_CODE = ("places", "sent_reminders")  # the others name sites by their numbers


@pytest.fixture
def two_sites(office):
    """Kandi with 2 lines of everything, Nikki with 3."""
    for site, count in ((KANDI, 2), (NIKKI, 3)):
        days = [f"2025-03-{3 + i:02}" for i in range(count)]
        office.hand_in("registre", *(waited(5, site=site, day=d) for d in days))
        office.hand_in("cloture", *(closing(site=site, day=d) for d in days))
        office.hand_in(
            "plaintes", *(complaint(f"P{i}", site=site, received=d) for i, d in enumerate(days))
        )
        office.hand_in("fermetures", *(closure(site=site, first=d) for d in days))
        office.hand_in(
            "fermetures", closure(site="", first="2025-04-01"), name=f"reseau-{site}.csv"
        )
        note_reminders(office.engine, {site: [date(2025, 3, 12)]}, "test")
    return office


@pytest.mark.pitfall(34)
@pytest.mark.parametrize("name", QUESTIONS)
def test_rows_of_other_sites_are_in_no_answer(two_sites, name):
    ask = QUESTIONS[name]
    kandi = two_sites.rows("SELECT id, code FROM site WHERE code = 'ccsp-kandi'")[0]
    nikki = two_sites.rows("SELECT id, code FROM site WHERE code = 'ccsp-nikki'")[0]
    with two_sites.engine.connect() as connection:
        assert {*ask(connection, ALL)} >= {
            kandi[name in BY_CODE],
            nikki[name in BY_CODE],
        }
        assert {*ask(connection, {KANDI})} == {kandi[name in BY_CODE]}
        assert ask(connection, frozenset()) == []


@pytest.mark.pitfall(34)
@pytest.mark.parametrize("days", [YEAR, EDGES], ids=["year", "edges"])
def test_visits_of_other_sites_are_in_no_hour(two_sites, days):
    with two_sites.engine.connect() as connection:
        visits = [
            int(read.by_hour(connection, sites, *days)[0][:, 0].sum())
            for sites in (ALL, {KANDI}, {NIKKI}, {KANDI, NIKKI}, frozenset())
        ]
    assert visits == [5, 2, 3, 5, 0]


def test_a_closure_of_the_whole_network_stands_in_everybody_s_answer(two_sites):
    with two_sites.engine.connect() as connection:
        for sites in (ALL, {KANDI}, frozenset()):
            found = read.closures(connection, sites, *YEAR)
            assert [c.first_day for c in found if c.site_id is None] == [date(2025, 4, 1)]
