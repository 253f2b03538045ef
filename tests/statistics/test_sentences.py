"""Nothing is said that the figures do not allow, and it is said in French."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics import sentences
from dashboard.statistics.change_decomposition import decompose
from dashboard.statistics.control_limits import ON_ONE_SIDE, OUTSIDE
from dashboard.statistics.expected_false_alarms import Budget
from dashboard.statistics.funnel import Position
from dashboard.statistics.survival import Median
from dashboard.statistics.variation import Assurance, Variation

S, N = "\u00a0", "\u202f"


def plain(text: str) -> str:
    """With ordinary spaces, for reading."""
    return text.replace(S, " ").replace(N, " ")


def test_every_rule_has_its_words_on_both_sides():
    assert set(sentences.RULES) == {
        (rule, side) for rule in (OUTSIDE, ON_ONE_SIDE) for side in (1, -1)
    }
    assert set(sentences.VARIATIONS) == {*Variation} and set(sentences.ASSURANCES) == {*Assurance}
    assert set(sentences.POSITIONS) == {*Position}


@pytest.mark.parametrize(
    "sentence, text",
    [
        (sentences.between("72 %", "98 %"), "entre 72 % et 98 %"),
        (sentences.between("28 min", None), "au moins 28 min"),
        (sentences.between(None, "28 min"), "au plus 28 min"),
        (sentences.between(None, None), ""),
        (
            sentences.delay(Median(20, 12, 31), 90),
            "La moitié des plaintes ont une réponse en 20 jours (estimation, entre 12 et 31 jours).",
        ),
        (
            sentences.delay(Median(1, 1, None), 90),
            "La moitié des plaintes ont une réponse en 1 jour (peu de plaintes : chiffre peu sûr).",
        ),
        (
            sentences.delay(Median(3, None, None), 90),
            "La moitié des plaintes ont une réponse en 3 jours.",
        ),
        (
            sentences.delay(Median(None, 12, None), 45),
            "Plus de la moitié des plaintes sont encore en cours après 45 jours.",
        ),
        (
            sentences.target("80 %", Assurance.HIT_AND_MISS),
            "Cible ni sûre ni hors d'atteinte (cible : 80 %).",
        ),
        (sentences.target("", Assurance.NO_TARGET), "Sans cible."),
        (
            sentences.signal_budget(4, Budget(144, 2.4, 5, 0, 0, 100)),
            "4 signaux sur 144 chiffres comparés à l'habitude ; le hasard seul en donnerait 2 ou 3, et peut en donner autant.",
        ),
        (
            sentences.signal_budget(6, Budget(144, 2.4, 5, 0, 0, 100)),
            "6 signaux sur 144 chiffres comparés à l'habitude ; le hasard seul en donnerait 2 ou 3.",
        ),
        (
            sentences.signal_budget(0, Budget(1, 0.02, 0, 0, 0, 100)),
            "Aucun signal sur 1 chiffre comparé à l'habitude.",
        ),
        (
            sentences.signal_budget(0, Budget(144, 2.4, 5, 0, 0, 100)),
            "Aucun signal sur 144 chiffres comparés à l'habitude ; le hasard seul en donnerait 2 ou 3.",
        ),
        (
            sentences.signal_budget(0, Budget(0, 0, 0, 0, 0, 100)),
            "Aucun signal n'est encore possible (alerte, amélioration, changement) : il faut 12 mois de données"
            " (12 trimestres pour ce qui est rare, comme les plaintes ; 40 mois pour les usagers par jour ouvert, qui suivent les"
            " saisons).",
        ),
    ],
)
def test_each_sentence(sentence, text):
    assert plain(sentence) == text


@pytest.mark.pitfall(18)
@pytest.mark.parametrize(
    "before, after, text",
    [
        (40, 50, "+10 points"),
        (50, 40, "−10 points"),
        (40, 41.5, "+1,5 point"),
        (40, 41.96, "+2 points"),
        (40, 42, "+2 points"),
        (40, 40.04, "0 point"),
        (40, 39.5, "−0,5 point"),
        (40, 41, "+1 point"),
    ],
)
def test_a_difference_of_percentages_is_in_points(before, after, text):
    assert plain(sentences.points(after - before)) == text


@pytest.mark.pitfall(21)
def test_the_simpson_warning_comes_first():
    change = decompose(["a", "b"], [[6000, 12_000], [3600, 16_800]], [[600, 400], [400, 600]])
    warning, parts = sentences.change(change)
    assert plain(warning) == (
        "Attention : l'ensemble monte alors qu'aucune de ses parties ne monte ; c'est sa"
        " composition qui a changé."
    )
    assert plain(parts) == (
        "De 18,0 % à 20,4 %, soit +2,4 points : −1,5 point à l'intérieur des centres et +3,9"
        " points par la répartition des visites entre eux."
    )


@pytest.mark.pitfall(20)
def test_the_network_has_its_own_part_where_a_site_opened():
    change = decompose(["a", "b"], [[50, 0], [50, 90]], [[100, 0], [100, 100]], scale=100)
    (text,) = sentences.change(change)
    assert plain(text) == (
        "De 50,0 % à 70,0 %, soit +20 points : 0 point à l'intérieur des centres, 0 point par la"
        " répartition des visites entre eux et +20 points par les centres qui ont des données d'un côté seulement."
    )


@given(st.integers(0, 500), st.floats(0.001, 30), st.integers(1, 500))
def test_plurals_agree_in_every_budget(found, expected, series):
    text = plain(
        sentences.signal_budget(found, Budget(series, expected, int(expected) + 2, 0, 0, 100))
    )
    assert ("chiffres comparés" in text) == (series >= 2) and ("signaux" in text) == (found >= 2)
    assert ("autant" in text) == (0 < found <= int(expected) + 2)
