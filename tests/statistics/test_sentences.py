"""Nothing is said that the figures do not allow, and it is said in French."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.statistics import sentences, xmr
from dashboard.statistics.alarms import Budget, rate
from dashboard.statistics.attributes import p_chart
from dashboard.statistics.funnel import Position
from dashboard.statistics.mix import decompose
from dashboard.statistics.survival import Median
from dashboard.statistics.variation import Assurance, Rule, Variation, variation

S, N = "\u00a0", "\u202f"
CALM = [1, 2] * 10


def said(values, direction="up", **more) -> str:
    return sentences.signal(
        "Attente médiane, CCSP de Kandi", xmr.chart(values, **more), direction, "novembre 2026"
    )


def plain(text: str) -> str:
    """With ordinary spaces, for reading."""
    return text.replace(S, " ").replace(N, " ")


@pytest.mark.parametrize(
    "values, direction, text",
    [
        (
            CALM + [9],
            "up",
            "signal d'amélioration en novembre 2026, valeur au-dessus de la limite haute"
            " (limites provisoires, sur 21 points)",
        ),
        (
            CALM + [9],
            "down",
            "signal d'alerte en novembre 2026, valeur au-dessus de la limite haute"
            " (limites provisoires, sur 21 points)",
        ),
        (
            CALM + [-6],
            "neither",
            "signal de changement en novembre 2026, valeur au-dessous de la limite basse (limites"
            " provisoires, sur 21 points)",
        ),
        (
            CALM + [1, 2] * 4,
            "up",
            "pas de signal en novembre 2026, la valeur reste dans les variations habituelles (limites"
            " fixées sur 24 points)",
        ),
        (CALM[:11], "up", "trop peu de points pour conclure (11 sur les 12 nécessaires)"),
        ([], "up", "trop peu de points pour conclure (0 sur les 12 nécessaires)"),
    ],
)
def test_the_sentences_of_a_chart(values, direction, text):
    assert plain(said(values, direction)) == f"Attente médiane, CCSP de Kandi : {text}."


@pytest.mark.pitfall(8)
@given(
    st.lists(st.one_of(st.none(), st.floats(0, 1e6)), max_size=11),
    st.sampled_from(("up", "down", "neither")),
)
def test_nothing_is_concluded_from_two_values_or_eleven(values, direction):
    assert "trop peu de points" in said(values, direction) and "signal" not in said(
        values, direction
    )


SERIES = st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=0, max_size=50)


@settings(max_examples=250)
@given(SERIES, st.sampled_from(("up", "down", "neither")), st.data())
def test_a_claim_is_made_just_where_the_chart_makes_it(values, direction, data):
    rebases = (
        data.draw(st.sets(st.integers(1, len(values) - 1), max_size=2))
        if len(values) > 1
        else set()
    )
    chart = xmr.chart(values, rebases=rebases)
    text = sentences.signal("Satisfaction", chart, direction, "mai 2026")
    claims = [v for v, words in sentences.VARIATIONS.items() if words in text]
    assert claims == [variation(chart, direction)]
    assert ("amélioration" in text) == (variation(chart, direction) == Variation.IMPROVEMENT)
    assert re.fullmatch(r"Satisfaction\u00a0: [^.]+\.", text)


def test_every_rule_has_its_words_on_both_sides():
    assert set(sentences.RULES) == {
        (rule, side) for rule in Rule if rule != Rule.NONE for side in (1, -1)
    }
    assert set(sentences.VARIATIONS) == {*Variation} and set(sentences.ASSURANCES) == {*Assurance}
    assert set(sentences.POSITIONS) == {*Position}


def test_a_chart_of_shares_is_said_alike():
    chart = p_chart([20] * 24 + [60], [100] * 25)
    assert "signal d'amélioration au 3e trimestre" in sentences.signal(
        "X", chart, "up", "3e trimestre 2026"
    )


@pytest.mark.parametrize(
    "sentence, text",
    [
        (
            sentences.too_few_events("Plaintes"),
            "Plaintes : trop peu d'événements pour conclure, même par trimestre.",
        ),
        (sentences.between("72 %", "98 %"), "entre 72 % et 98 %"),
        (sentences.between("28 min", None), "au moins 28 min"),
        (sentences.between(None, "28 min"), "au plus 28 min"),
        (sentences.between(None, None), ""),
        (
            sentences.delay(Median(20, 12, 31), 90),
            "La moitié des plaintes ont une réponse en 20 jours (entre 12 et 31 jours).",
        ),
        (
            sentences.delay(Median(1, 1, None), 90),
            "La moitié des plaintes ont une réponse en 1 jour (au moins 1 jour).",
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
            "Cible atteinte ou manquée au hasard des mois (cible : 80 %).",
        ),
        (sentences.target("", Assurance.NO_TARGET), "Sans cible."),
        (
            sentences.alert_budget(4, Budget(144, 2.4, 5)),
            "Sur 144 séries, 2 à 3 signaux sont attendus par période du seul hasard ; il y en a 4, ce que le hasard seul peut"
            " donner.",
        ),
        (
            sentences.alert_budget(6, Budget(144, 2.4, 5)),
            "Sur 144 séries, 2 à 3 signaux sont attendus par période du seul hasard ; il y en a 6, plus que le hasard"
            " n'en donne d'ordinaire.",
        ),
        (
            sentences.alert_budget(0, Budget(1, 0.02, 0)),
            "Sur 1 série, 0 à 1 signal est attendu par période du seul hasard ; il n'y en a aucun.",
        ),
        (
            sentences.alert_budget(0, Budget(0, 0, 0)),
            "Aucune série n'a les 12 points nécessaires : aucun signal n'est possible.",
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
        "De 18,0 % à 20,4 %, soit +2,4 points : −1,5 point par les centres eux-mêmes et +3,9"
        " points par la répartition des visites."
    )


@pytest.mark.pitfall(20)
def test_the_network_has_its_own_part_where_a_site_opened():
    change = decompose(["a", "b"], [[50, 0], [50, 90]], [[100, 0], [100, 100]], scale=100)
    (text,) = sentences.change(change)
    assert plain(text) == (
        "De 50,0 % à 70,0 %, soit +20 points : 0 point par les centres eux-mêmes, 0 point par la"
        " répartition des visites et +20 points par les ouvertures et fermetures de centres."
    )


def test_the_power_is_said_with_its_misses():
    text = plain(sentences.power(rate(24)))
    assert text.startswith(
        "Avec 24 points, un changement durable de deux écarts types est vu en 8 mois ou moins"
    )
    two, one = (f"{100 * share:.0f} %" for share in (rate(24).shift_2, rate(24).shift_1))
    assert (
        f"moins dans {two} des cas, d'un seul écart type dans {one} des cas ; sans aucun changement"
        in text
    )
    assert f"une série sur {1 / rate(24).normal:.0f} environ est signalée à tort" in text


def test_waits_and_very_unequal_counts_have_their_own_rates_in_the_sentence():
    row, text = rate(36), plain(sentences.power(rate(36)))
    two, one = (f"{100 * share:.0f} %" for share in (row.waits_shift_2, row.waits_shift_1))
    assert (
        f"en minutes entières : {two}, {one} et une série sur {1 / row.waits:.0f} environ." in text
    )
    assert text.endswith(
        f"à tort aussi : une série sur {1 / row.shares:.0f} environ pour les parts, une série sur"
        f" {1 / row.rates:.0f} environ pour les taux et les cartes par trimestre."
    )


@given(st.integers(0, 500), st.floats(0.001, 30), st.integers(1, 500))
def test_plurals_agree_in_every_budget(found, expected, series):
    text = plain(sentences.alert_budget(found, Budget(series, expected, int(expected) + 2)))
    assert ("séries" in text) == (series >= 2) and ("sont attendus" in text) == (
        np.ceil(expected) >= 2
    )
    assert ("signaux sont" in text) != ("signal est" in text)
