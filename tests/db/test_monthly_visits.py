"""What is answered from memory is what the database says: months whole and in part, every service, all sites and some."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from sqlalchemy import text

from db import facts, packed_visits, read
from db.codes import ALL, ALL_SERVICES, BINS, COUNTERS, UNKNOWN_SERVICE
from db.engine import make_engine
from db.network_state import load_network_state

pytestmark = pytest.mark.both_databases

PERIODS = [
    (date(2025, 1, 1), date(2025, 12, 31)), (date(2025, 2, 10), date(2025, 4, 20)), (date(2025, 3, 3), date(2025, 3, 9)),
    (date(2025, 1, 1), date(2025, 2, 14)), (date(2025, 2, 14), date(2025, 3, 31)), (date(2000, 1, 1), date(2099, 12, 31)),
    (date(2001, 1, 1), date(2001, 12, 31)), (date(2098, 1, 1), date(2099, 12, 31)),
]  # fmt: skip
VISITS = text(
    "SELECT site_id, day, arrived_at, service_id FROM visit"
    " WHERE superseded_by IS NULL AND day BETWEEN :first AND :last"
)
SOME = frozenset({"ccsp-kandi", "gsru-parakou", "ccsp-allada"})


@pytest.fixture(scope="module")
def demo(databases):
    """Fictitious data, and their ledger."""
    with databases.fresh(visits=6_000) as url:
        engine = make_engine(url)
        with engine.connect() as connection:
            ledger = load_network_state(connection)
        yield engine, ledger
        engine.dispose()


@pytest.mark.parametrize("period", PERIODS, ids=lambda p: f"{p[0]}..{p[1]}")
@pytest.mark.parametrize("sites", [ALL, SOME, frozenset()], ids=["all", "some", "none"])
@pytest.mark.parametrize("service", [None, "cip", "inconnu"])
def test_visits_from_memory_are_those_of_the_database(demo, period, sites, service):
    engine, ledger = demo
    number = ledger.service_id(service)
    last = min(period[1], ledger.as_of)
    scope = facts.make_scope(engine, ledger, sites, *period, service)
    places = [ledger.places[row] for row in scope.rows.tolist()]
    with engine.connect() as connection:
        hours = {p.id: read.by_hour(connection, {p.code}, period[0], last, number) for p in places}
        rows = connection.execute(VISITS, {"first": str(period[0]), "last": str(last)}).all()
    counted = scope.visits([number]).counts("counters").sum(axis=(1, 2), dtype=np.int64)
    assert counted.tolist() == [hours[p.id][0].sum(axis=0).tolist() for p in places]
    waits = sum((waits.sum(axis=0) for _, waits in hours.values()), np.zeros(BINS, np.int64))
    assert np.array_equal(facts.histogram(scope), waits)
    heat = np.zeros((7, 25), np.int64)
    for site, day, arrived, of in rows:
        if site in hours and number in (ALL_SERVICES, UNKNOWN_SERVICE if of is None else of):
            heat[read.as_date(day).weekday(), 24 if arrived is None else arrived // 60] += 1
    assert np.array_equal(facts.heat(scope), heat)


def test_a_visit_that_the_database_packs_is_counted_as_one_that_we_pack(demo):
    engine, _ = demo
    told = f"SELECT {packed_visits.VISIT_COLUMNS}, {packed_visits.COUNTED_SQL} FROM visit"  # noqa: S608 (own names)
    with engine.begin() as connection:
        one = connection.execute(text("SELECT min(id) FROM visit WHERE called_at > 0")).scalar_one()
        late = "UPDATE visit SET arrived_at = 0, called_at = 900 WHERE id = :one"  # beyond the last bin
        connection.execute(text(late), {"one": one})
        rows = [tuple(row) for row in connection.execute(text(told))]
        connection.rollback()
    of = dict(zip(packed_visits.VISIT, zip(*rows, strict=True), strict=False))
    assert all(None in of[name] for name in ("service_id", "arrived_at", "called_at", "satisfied"))
    below = (1 << packed_visits.SHIFT["service"]) - 1
    ours = packed_visits.pack_rows([row[:-1] for row in rows]) & below
    assert [row[-1] for row in rows] == ours.tolist()


def test_the_days_at_the_edges_of_a_period_are_read_once(demo):
    engine, _ = demo
    with engine.connect() as connection:
        ledger = load_network_state(connection)
    read_of = []

    def asked(sites, service=None, of=ledger):
        scope = facts.make_scope(engine, of, sites, *PERIODS[1], service)
        before = len(read_of)
        facts.histogram(scope), facts.heat(scope)
        return [sorted(codes) for codes in read_of[before:]]

    with pytest.MonkeyPatch.context() as patch:
        rows = read.summed_visits_by_service
        patch.setattr(
            read,
            "summed_visits_by_service",
            lambda c, sites, *a: read_of.append(sites) or rows(c, sites, *a),
        )
        assert asked(frozenset({"ccsp-kandi"})) == [["ccsp-kandi"]] * 2  # February, then April
        assert asked(SOME) == [["ccsp-allada", "gsru-parakou"]] * 2  # what was not read yet
        assert asked(frozenset({"ccsp-allada"})) == []
        # Of services by themselves nothing was read yet; what is read then holds all services together too.
        assert asked(SOME, "cip") == [sorted(SOME)] * 2 and asked(SOME, "inconnu") == []
        assert asked(frozenset({"ccsp-nikki"}), "cip") == [["ccsp-nikki"]] * 2
        assert asked(frozenset({"ccsp-nikki"})) == [] and asked(SOME) == []
        # A file of one site: it alone is read anew, and who still asks of the state before finds its days.
        (kandi,) = (p.id for p in ledger.places if p.code == "ccsp-kandi")
        versions = {**ledger.months.site_versions, kandi: "later"}
        later = replace(ledger, months=replace(ledger.months, site_versions=versions))
        assert asked(SOME, of=later) == [["ccsp-kandi"]] * 2
        assert asked(SOME) == [] and asked(SOME, of=later) == []


def test_a_service_that_was_not_read_is_not_taken_for_one_without_visits(demo):
    engine, ledger = demo
    cut = facts.make_scope(engine, ledger, SOME, *PERIODS[1]).visits([ALL_SERVICES])
    with pytest.raises(ValueError, match="were read"):
        cut.counts("counters", [ledger.service_id("cip")])


def test_the_months_hold_each_service_and_their_sum(demo):
    _, ledger = demo
    cut = facts.make_scope(None, ledger, ALL, *PERIODS[5]).visits(ledger.months.services)
    counters = cut.counts("counters")
    assert ledger.months.services[:2] == (0, UNKNOWN_SERVICE) and counters[:, 0].sum() > 0
    assert np.array_equal(counters[:, 0], counters[:, 1:].sum(axis=1))
    assert np.array_equal(
        cut.counts("waits").sum(axis=-1), counters[..., COUNTERS.index("measured")]
    )


def test_a_database_without_visits_has_no_month(engine):
    with engine.connect() as connection:
        ledger = load_network_state(connection)
    assert ledger.months.extent == (None, None) and not len(ledger.months.cells)
    assert facts.histogram(facts.make_scope(engine, ledger, ALL, *PERIODS[0])).tolist() == [0] * 241
