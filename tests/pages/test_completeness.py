"""« Complétude » in the first days of a month: it opens on the month before, and the one that begins is a press away."""

import pytest

from tests.clock import as_of
from tests.pages.app import everything, sound, visit_page

WAY = "Décembre 2026, qui commence"


@pytest.fixture(autouse=True)
def demonstration(demo):
    """A network in the first days of December."""
    with as_of("2026-12-02T14:00"):
        yield


def title(at) -> str:
    return at.title[0].value


def test_the_month_before_is_shown_and_the_one_that_begins_is_a_press_away():
    at = sound(visit_page("completude"))
    assert "en novembre, " in title(at) and WAY in everything(at)
    (link,) = [html.proto.body for html in at.get("html") if WAY in html.proto.body]
    assert "completude?mois=2026-12" in link
    newest = sound(visit_page("completude", mois="2026-12"))
    assert "en décembre, " in title(newest) and WAY not in everything(newest)
    assert WAY not in everything(sound(visit_page("completude", mois="2026-10")))


def test_a_link_to_a_month_without_a_calendar_says_which_is_shown():
    at = sound(visit_page("completude", mois="2027-01"))
    assert "elle montre novembre 2026" in everything(at).replace("\xa0", " ")


def test_closures_that_are_not_counted_yet_are_said_so_once():
    """The calendar has a day more since noon: that none is due would be another sentence than its own."""
    at = sound(visit_page("completude", mois="2026-12"))
    assert "Centres reçus, par jour" in "".join(html.proto.body for html in at.get("html"))
    assert everything(at).count("comptées jusqu'au") == 1
