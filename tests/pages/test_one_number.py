"""One thing has one number, wherever pages, slides, files and messages say it; `python -m tests.one_number` reads more of it."""

import pytest

from tests.one_number import reading
from tests.one_number.checking import read
from tests.one_number.said import Line

PLACES = {"Covè": "Covè", "CCSP de Covè": "Covè", "Djougou": "Djougou"}
YEAR = ("2025-11-01", "2026-10-31")
OCTOBER = ("2026-10-01", "2026-10-31")


def test_what_is_said_of_one_thing_is_the_same_everywhere(demo):
    found, things, faults = read(most=3)
    assert found > 3_000 and things > 500, "everything was read"
    assert not faults, faults[:5]


def figures(text: str = "", cells: tuple = (), place: str = "") -> set[tuple]:
    lines = [Line("here", place, *YEAR, text, cells)]
    return {(*one.key, one.number) for one in reading.figures(lines, PLACES)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Attente médiane : 14 min (57 055 cas)", {("wait_p50", "", *YEAR, "14")}),
        ("Au moins 103 usagers reçus, dans 12 centres", {("visits", "", *YEAR, "au moins 103")}),
        (
            "Djougou un usager sur deux a attendu 20 min ou plus, un sur dix 68 min ou plus ; l'ensemble : 14 min",
            {
                ("wait_p50", "Djougou", *YEAR, "20"),
                ("wait_p90", "Djougou", *YEAR, "68"),
                ("wait_p50", "", *YEAR, "14"),
            },
        ),
        (
            "Attente médiane en octobre 2026 : 26 min, contre 16 min d'habitude",
            {("wait_p50", "", *OCTOBER, "26"), ("wait_p50 d'habitude", "", "jugé", "", "16")},
        ),
        (
            "au moins 117 plaintes en cours, dont 50 de plus de 30 jours",
            {("complaints_open", "", "", "", "au moins 117"), ("late", "", "", "", "au moins 50")},
        ),
        (
            "Sans compter le CCSP de Djougou : 78 %, contre 77 % d'habitude, rien d'inhabituel",
            set(),
        ),
        ("Plaintes pour 1 000 visites, par prestation", set()),
        ("alertes à Adjarra, Covè et 2 autres", set()),
    ],
)
def test_a_sentence_gives_the_figures_that_it_says(text, said):
    assert figures(text) == said


def test_a_row_gives_the_figures_of_its_place_its_month_or_its_indicator():
    of_place = (("Centre", "CCSP de Covè"), ("Attente médiane", "13 min"), ("Base", "n = 706"))
    assert figures(cells=of_place) == {("wait_p50", "Covè", *YEAR, "13")}
    of_month = (("Mois", "octobre 2026"), ("Attente médiane", "14 min"), ("n", "4 810"))
    assert figures(cells=of_month) == {("wait_p50", "", *OCTOBER, "14")}
    of_card = (("Indicateur", "Fiches de clôture remises"), ("Valeur", "95 %"))
    assert figures(cells=of_card, place="Covè") == {("completeness", "Covè", *YEAR, "95 %")}


def test_two_numbers_of_one_thing_are_found_with_where_they_stand():
    lines = [
        Line("carte", "", *YEAR, cells=(("Indicateur", "Attente médiane"), ("Valeur", "14 min"))),
        Line("titre", "", *YEAR, "Attente médiane : 15 min"),
        Line("titre", "Covè", *YEAR, "Attente médiane : 16 min"),
    ]
    found = reading.disagreeing(reading.figures(lines, PLACES))
    assert {key: set(numbers) for key, numbers in found.items()} == {
        ("wait_p50", "", *YEAR): {"14", "15"}
    }
