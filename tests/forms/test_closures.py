"""Closures: a blank « Centre » is the whole network, which no file says by the way."""

import pytest

from tests.builders import NIKKI, closure
from tests.forms.reading import KANDI

MARCH = [f"2025-03-0{day}" for day in (3, 4, 5)]


def test_a_centre_on_the_first_line_only_is_refused_on_the_others(read):
    """As people write lists, and as a CSV is written of merged cells: it closed the whole country."""
    found = read(
        "fermetures",
        closure(first=MARCH[0]),
        closure(site="", first=MARCH[1]),
        closure(site=" ", first=MARCH[2]),
    )
    assert found.rows == [] or found.parsing.problems
    assert [p[:2] for p in found.places] == [(3, "Centre"), (4, "Centre")]
    assert "tout le réseau" in found.sentences and "fichier" in found.sentences


@pytest.mark.parametrize("blank", [0, 1, 4_000])
def test_wherever_the_blank_one_stands(read, blank):
    days = [
        f"20{y:02}-{m:02}-{d:02}" for y in range(10, 25) for m in range(1, 13) for d in range(1, 25)
    ]
    lines = [closure(site="" if i == blank else "kandi", first=day) for i, day in enumerate(days)]
    assert [p[:2] for p in read("fermetures", *lines).places] == [(blank + 2, "Centre")]


def test_a_file_whose_centres_are_all_blank_is_national_and_says_of_how_many(read):
    found = read("fermetures", *(closure(site="", first=day) for day in MARCH))
    assert [row["site_id"] for row in found.rows] == [None, None, None]
    assert "tout le réseau" in found.remarks and "3" in found.remarks


def test_a_file_whose_centres_are_all_named_says_nothing_of_the_network(read):
    found = read("fermetures", *(closure(first=day) for day in MARCH))
    assert [row["site_id"] for row in found.rows] == [KANDI] * 3 and found.remarks == ""


def test_sheets_of_one_workbook_are_one_file(read_workbook):
    headings = ["Centre", "Du", "Au", "De", "À", "Motif"]
    found = read_workbook(
        {"Réseau": [headings, closure(site="")], "Centres": [headings, closure(first=MARCH[1])]}
    )
    assert [(p.sheet, p.line, p.column) for p in found.parsing.problems] == [
        ("Réseau", 2, "Centre")
    ]


def test_the_import_says_how_many_closures_are_of_the_whole_network(office):
    outcome = office.hand_in("fermetures", closure(site=""), closure(site="", first=MARCH[1]))
    assert any("tout le réseau" in r and "2" in r for r in outcome.remarks)
    mixed = office.take(office.path("fermetures", closure(site=""), closure(site=NIKKI)))
    assert not mixed.accepted and [p.line for p in mixed.problems] == [2]
    assert office.rows("SELECT count(*) FROM closure") == [(2,)]
