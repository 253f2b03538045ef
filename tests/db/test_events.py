"""The events of the demonstration are few, at places that exist, and dated from the end of the data."""

import csv
from datetime import date

import pytest

from dashboard.indicators import BY_CODE
from dashboard.settings import ROOT
from db.demo.events import EVENTS, Kind, events_at

TODAY = date(2026, 11, 24)


def table(name) -> list[dict[str, str]]:
    with (ROOT / "data" / "reference" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SITES = {row["code"]: row for row in table("sites.csv")}
DEPARTMENTS = {row["department"] for row in SITES.values()}
SERVICES = {row["code"] for row in table("services.csv")}
REGIONAL = {Kind.POWER_CUTS}
BEGINNINGS = {Kind.OPENS, Kind.MEASURES}
MULTIPLIERS = {Kind.SLOWER, Kind.FASTER, Kind.FEWER, Kind.SERVICE_GROWS}
ids = [f"{event.kind} {event.place}" for event in EVENTS]


@pytest.mark.parametrize("event", EVENTS, ids=ids)
def test_an_event_is_somewhere(event):
    assert event.place in (DEPARTMENTS if event.kind in REGIONAL else SITES)
    assert (event.service in SERVICES) if event.kind == Kind.SERVICE_GROWS else not event.service


@pytest.mark.parametrize("event", EVENTS, ids=ids)
def test_an_event_has_happened_and_goes_on_or_has_an_end(event):
    first, end = event.first(TODAY), event.end(TODAY)
    assert bool(event.months) != bool(event.days)
    assert date(TODAY.year - 1, 11, 1) <= first < TODAY
    assert end is None or first < end <= TODAY


@pytest.mark.parametrize("event", EVENTS, ids=ids)
def test_an_event_has_a_size_in_its_own_measure(event):
    if event.kind in MULTIPLIERS:
        assert abs(event.size - 1) >= 0.3
        assert (event.size > 1) == (event.kind in {Kind.SLOWER, Kind.SERVICE_GROWS})
    else:
        assert 0 <= event.size <= 1
        assert (event.size == 0) == (event.kind == Kind.SILENT)


@pytest.mark.parametrize("event", [e for e in EVENTS if e.shown_in], ids=lambda e: e.place)
def test_what_an_event_shows_in_is_a_followed_indicator_and_not_yet_a_new_level(event):
    """Twelve months on one side would have become the usual state."""
    for code in event.shown_in:
        assert BY_CODE[code].followed
    assert event.months < 12


def test_every_kind_happens_once_and_one_site_has_one_story():
    assert [event.kind for event in EVENTS] == list(Kind)
    assert len({event.place for event in EVENTS}) == len(EVENTS)
    assert events_at("ccsp-djougou") == (EVENTS[0],) and events_at("ccsp-kandi") == ()
    shaken = {code for code, site in SITES.items() if site["department"] == "Collines"}
    assert not shaken & {event.place for event in EVENTS}


def test_a_site_that_opens_this_year_has_no_earlier_launch_in_the_reference():
    for event in EVENTS:
        if event.kind in BEGINNINGS:
            launched = SITES[event.place]["launched_on"]
            assert not launched or date.fromisoformat(launched) <= event.first(TODAY)
            assert event.kind != Kind.OPENS or not launched


def test_the_worsening_is_where_it_was():
    assert (EVENTS[0].kind, EVENTS[0].place) == (Kind.SLOWER, "ccsp-djougou")


def test_a_later_demonstration_tells_the_same_story():
    later = date(2027, 2, 10)
    assert EVENTS[0].first(TODAY) == date(2026, 6, 1) and EVENTS[0].first(later) == date(2026, 9, 1)
    silent = next(event for event in EVENTS if event.kind == Kind.SILENT)
    assert (TODAY - silent.first(TODAY)).days == 35 == (later - silent.first(later)).days
    cuts = next(event for event in EVENTS if event.kind == Kind.POWER_CUTS)
    assert (cuts.first(TODAY), cuts.end(TODAY)) == (date(2026, 4, 1), date(2026, 5, 1))
