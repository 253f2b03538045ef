"""What a comparison shows at first sight: highest, lowest and whole, in words; nothing where nothing may be said."""

import pytest

from dashboard.indicators import Figure
from dashboard.judgement.extremes import extremes_in_words, stands_out
from dashboard.judgement.standing_apart import Verdict

PLAIN = str.maketrans("\xa0\u202f", "  ")
NAMES = {"a": "Nikki", "b": "Djougou", "c": "Covè", "d": "Kandi"}


def figure(value: float | None, code: str = "wait_p50", key: str = "a") -> Figure:
    return Figure(
        key, code, None, None, value, 100, 1, 1, "" if value is not None else "non mesuré"
    )


def said(values: dict[str, float | None], by: str = "site", code: str = "wait_p50") -> str:
    figures = {k: figure(v, code, k) for k, v in values.items()}
    return extremes_in_words(figures, NAMES, "Titre", by, figure(15, code)).translate(PLAIN)


def test_of_sites_it_goes_from_the_lowest_to_the_highest_beside_the_whole():
    assert said({"a": 11, "b": 22, "c": 14}) == (
        "Titre : 11 min à Nikki, 22 min à Djougou ; 15 min pour l'ensemble"
    )


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (
            "service",
            "La prestation où l'on attend le plus : Djougou, 22 min ; le moins : Nikki, 11 min",
        ),
        ("hour", "L'heure où l'on attend le plus : Djougou, 22 min ; le moins : Nikki, 11 min"),
    ],
)
def test_of_waits_it_answers_in_the_words_of_the_question(by, words):
    assert said({"a": 11, "b": 22, "c": 14}, by) == words


def judged(values: dict[str, float], verdicts: dict[str, Verdict], by: str = "service") -> str:
    figures = {k: figure(v, "wait_p50", k) for k, v in values.items()}
    whole = figure(15, "wait_p50")
    return extremes_in_words(figures, NAMES, "Attente", by, whole, verdicts).translate(PLAIN)


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ("more alike less", "La prestation où l'on attend le plus : Nikki, 55 min ; le moins : Covè, 9 min"),
        ("more alike alike", "La prestation où l'on attend le plus : Nikki, 55 min"),
        (
            "alike alike alike",
            "Attente : aucune prestation ne se distingue nettement ; 15 min pour l'ensemble",
        ),
        (
            "few more less",
            "La prestation où l'on attend le plus : Djougou, 22 min ; le moins : Covè, 9 min"
            " ; plus long, mais sur trop peu de cas : Nikki, 55 min",
        ),
        (
            "few alike less",
            "Attente : nettement moins pour Covè, 9 min ; 15 min pour l'ensemble"
            " ; plus long, mais sur trop peu de cas : Nikki, 55 min",
        ),
        (
            "alike more alike",
            "Attente : nettement plus pour Djougou, 22 min ; 15 min pour l'ensemble",
        ),
        ("few few few", "Attente : trop peu de cas pour comparer ; 15 min pour l'ensemble"),
    ],
)  # fmt: skip
def test_a_wait_that_does_not_stand_apart_is_never_named_the_longest(verdicts, words):
    """55 minutes of 13 visits are no service where people wait longest."""
    each = dict(zip("abc", map(Verdict, verdicts.split()), strict=True))
    assert judged({"a": 55, "b": 22, "c": 9}, each) == words


@pytest.mark.parametrize(
    ("likely", "words"),
    [
        (
            {"a": (24, 26), "b": (20, 23), "c": (11, 13), "d": (8, 10)},
            "La prestation où l'on attend le plus : Nikki, 25 min ; le moins : Kandi, 9 min",
        ),
        (
            {"a": (23, 26), "b": (20, 23), "c": (9, 13), "d": (8, 10)},
            "Les prestations où l'on attend le plus : Nikki (25 min) et Djougou (22 min)"
            " ; le moins : Kandi (9 min) et Covè (12 min)",
        ),
        (
            {"a": (24, None), "b": (20, 23), "c": (9, 13), "d": (8, 10)},
            "La prestation où l'on attend le plus : Nikki, 25 min ; le moins : Kandi (9 min) et Covè (12 min)",
        ),
        (
            {"a": (9, 26), "b": (8, 23), "c": (9, 13), "d": (8, 10)},
            "Parmi les prestations où l'on attend le plus : Nikki, 25 min"
            " ; parmi les plus courtes attentes : Kandi, 9 min",
        ),
    ],
)  # fmt: skip
def test_one_is_named_the_longest_only_where_the_next_is_surely_below(likely, words):
    """25 minutes beside 22 are no order, where the first may be 23 and the second too."""
    figures = {k: figure(v, key=k) for k, v in {"a": 25, "b": 22, "c": 12, "d": 9}.items()}
    verdicts = {"a": Verdict.MORE, "b": Verdict.MORE, "c": Verdict.ALIKE, "d": Verdict.LESS}
    told = extremes_in_words(figures, NAMES, "Attente", "service", figure(15), verdicts, likely)
    assert told.translate(PLAIN) == words


def test_those_that_read_alike_are_named_together():
    assert "Covè et Djougou, 22 min" in said({"a": 11, "b": 22.2, "c": 21.8}, "service")
    assert said({"a": 22, "b": 22, "c": 22, "d": 9}, "service").startswith(
        "La prestation où l'on attend le plus : Covè, Djougou et 1 autre, 22 min"
    )
    assert said({"a": 22, "b": 22}) == "Titre : 22 min partout"


def test_what_is_missing_or_unknown_is_neither_highest_nor_lowest():
    assert said({"a": 11, "b": None, "inconnu": 40, "c": 14}, "service") == (
        "La prestation où l'on attend le plus : Covè, 14 min ; le moins : Nikki, 11 min"
    )
    assert said({"a": 11, "inconnu": 40}, "service") == "Titre : 15 min pour l'ensemble (100 cas)"
    assert said({}) == "Titre : 15 min pour l'ensemble (100 cas)"


def test_of_counts_the_most_asked_for_is_named_beside_the_whole():
    assert (
        said({"a": 11, "b": 4}, "service", "visits")
        == "La prestation la plus demandée : Nikki, 11 sur 15"
    )


def test_of_counts_that_are_lower_bounds_the_share_is_of_what_is_known():
    part = {
        k: Figure(k, "visits", None, None, v, v, 3, 5, "") for k, v in {"a": 56, "b": 44}.items()
    }
    whole = Figure("", "visits", None, None, 1261, 1261, 3, 5, "")
    told = extremes_in_words(part, NAMES, "Titre", "service", whole).translate(PLAIN)
    assert told == "La prestation la plus demandée parmi les visites connues : Nikki, 56 sur 1 261"


def test_hours_that_read_alike_are_named_by_the_clock():
    hours = {"09": figure(19, key="09"), "10": figure(19, key="10"), "17": figure(4, key="17")}
    words = {"09": "9 h", "10": "10 h", "17": "17 h"}
    found = extremes_in_words(hours, words, "Titre", "hour", figure(15)).translate(PLAIN)
    assert found == "L'heure où l'on attend le plus : 9 h et 10 h, 19 min ; le moins : 17 h, 4 min"


def test_what_nobody_told_is_not_among_everywhere_and_a_floor_is_said_as_one():
    assert said({"a": 22, "b": 22, "c": None}) == "Titre : 22 min partout où c'est connu (2 sur 3)"
    floor = figure(1, "complaints_open", "d")._replace(sites_expected=2)
    one = figure(1, "complaints_open", "a")
    three = figure(3, "complaints_open", "b")
    whole = figure(5, "complaints_open")
    read = lambda of: extremes_in_words(of, NAMES, "Titre", "site", whole).translate(PLAIN)  # noqa: E731
    assert read({"a": one, "d": floor}) == "Titre : 1 connue partout"
    assert read({"a": one, "b": three, "d": floor}) == (
        "Titre : 1 connue à Kandi et Nikki, 3 à Djougou ; 5 pour l'ensemble"
    )


@pytest.mark.parametrize(
    ("cases", "only"), [(0, "seul centre où c'est connu"), (9, "seul à avoir assez de cas")]
)
def test_the_only_site_with_cases_is_not_said_to_have_enough_where_others_have_none(cases, only):
    figures = {"a": figure(11), "b": figure(None, key="b")._replace(n=cases)}
    told = extremes_in_words(figures, NAMES, "Titre", "site", figure(11)).translate(PLAIN)
    assert told == f"Titre : 11 min (100 cas) à Nikki, {only}"


def test_the_only_site_of_a_place_is_not_said_to_be_the_only_one_known():
    told = extremes_in_words({"a": figure(11)}, NAMES, "Titre", "site", figure(11))
    assert told.translate(PLAIN) == "Titre : 11 min (100 cas) à Nikki"


def test_a_count_stands_out_where_chance_does_not_explain_it():
    assert stands_out(75, 40) and stands_out(9, 1)
    assert not any(stands_out(*two) for two in ((2, 2), (9, 6), (2, 0)))
