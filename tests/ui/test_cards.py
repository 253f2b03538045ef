"""Cards stand in even rows, however many a place has."""

import re

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
