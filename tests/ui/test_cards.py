"""Cards stand in even rows, however many a place has."""

import re
from urllib.parse import unquote

import pytest

from dashboard.ui import cards


@pytest.mark.parametrize(
    "many, abreast, columns", [(2, 5, 2), (4, 5, 4), (5, 5, 5), (6, 5, 3), (8, 5, 4), (4, 3, 2)]
)
def test_as_many_cards_as_there_are_stand_in_even_rows(monkeypatch, many, abreast, columns):
    drawn: list[str] = []
    monkeypatch.setattr(cards, "card", lambda one: f"<i>{one}</i>")
    monkeypatch.setattr(cards.st, "html", drawn.append)
    cards.grid(range(many), "", abreast)
    assert re.findall(r"--columns:(\d+)", drawn[0]) == [str(columns)]
    assert drawn[0].count("<i>") == many


def heights(values):
    """How high the points of a small curve stand, in pixels from its top."""
    drawn = unquote(cards.sparkline(values))
    return [float(y) for y in re.findall(r",([\d.]+)", re.search("points='([^']*)'", drawn)[1])]


def test_a_minute_more_is_no_fall_from_top_to_bottom_and_a_doubling_is():
    small, large = heights([18, 19, 18, 19]), heights([10, 20, 10, 15])
    assert 0 < max(small) - min(small) < cards.HIGH / 6
    assert min(small) + max(small) == pytest.approx(cards.HIGH), "in the middle of its room"
    assert max(large) - min(large) == cards.HIGH - 4


@pytest.mark.parametrize("values", [[0, 0, 0], [7, 7, 7], [-1, 0, 1]])
def test_a_small_curve_stays_in_its_room(values):
    assert all(2 <= y <= cards.HIGH - 2 for y in heights(values))
