"""Exact strings. `_` stands for the no-break space U+00A0 and `~` for the narrow one U+202F."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from babel.dates import format_date, get_day_names, get_month_names
from babel.lists import format_list
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from dashboard import french


def spaced(text: str) -> str:
    return text.replace("_", "\u00a0").replace("~", "\u202f")


@pytest.mark.pitfall(38)
@pytest.mark.parametrize(
    ("x", "decimals", "text"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1234, 0, "1~234"),
        (1234.5, 1, "1~234,5"),
        (1234567.891, 2, "1~234~567,89"),
        (12, 1, "12,0"),
        (-1234.5, 1, "-1~234,5"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (1.005, 2, "1,01"),
        (-0.4, 0, "0"),
        (Decimal("12.35"), 1, "12,4"),
        (np.int64(17280), 0, "17~280"),
        (np.float64(3.14159), 3, "3,142"),
        (1e15, 0, "1~000~000~000~000~000"),
    ],
)
def test_number(x, decimals, text):
    assert french.number(x, decimals) == spaced(text)


@given(
    st.one_of(st.integers(-(10**15), 10**15), st.floats(-1e12, 1e12, allow_nan=False)),
    st.integers(0, 3),
)
def test_a_number_is_written_as_babel_writes_it(x, decimals):
    pattern = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    rounded = Decimal(str(x)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert french.number(x, decimals) == format_decimal(
        rounded or abs(rounded), format=pattern, locale="fr"
    )


@pytest.mark.parametrize("nothing", [None, float("nan"), np.nan, pd.NA, Decimal("NaN")])
def test_a_missing_number_is_said_missing_and_never_0(nothing):
    assert french.missing == "non mesuré"
    for write in (french.number, french.percent, french.minutes, french.days):
        assert write(nothing) == "non mesuré"


@pytest.mark.parametrize(
    "text, letters",
    [
        ("Cœur d'Été", "coeur d'ete"),
        ("OUÈSSÈ", "ouesse"),
        ("Æ ñ ﬁ ß", "ae n fi ss"),
        ("e\u0301 (2)", "e (2)"),
        ("", ""),
    ],
)
def test_plain_text_has_neither_accents_nor_capitals(text, letters):
    assert french.fold_accents(text) == letters == french.fold_accents(letters)


def test_names_are_sorted_by_their_commune_and_not_by_the_little_word_before_it():
    names = {"GSRU d'Abomey", "CCSP d'Ouidah", "CCSP d’Ouèssè", "CCSP de Bassila", "CCSP d'Allada"}
    assert sorted(names, key=french.alphabetical) == [
        "CCSP d'Allada",
        "CCSP de Bassila",
        "CCSP d’Ouèssè",
        "CCSP d'Ouidah",
        "GSRU d'Abomey",
    ]


def test_numbers_of_any_kind_may_follow_one_another():
    for seven in (7, 7.0, Decimal(7), np.int64(7), Decimal(7)):
        assert french.number(seven) == "7" and french.minutes(seven) == spaced("7_min")


def test_an_infinite_number_is_a_fault_of_the_caller():
    with pytest.raises(ArithmeticError):
        french.number(float("inf"))


@pytest.mark.parametrize(
    ("x", "decimals", "text"),
    [(91, 0, "91~%"), (0, 0, "0~%"), (100, 0, "100~%"), (33.333, 1, "33,3~%"), (66.5, 0, "67~%")],
)
def test_percent(x, decimals, text):
    assert french.percent(x, decimals) == spaced(text)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0, "0_min"),
        (24, "24_min"),
        (np.int64(239), "239_min"),
        (239.6, "240_min et plus"),
        (240, "240_min et plus"),
        (500, "240_min et plus"),
    ],
)
def test_minutes(x, text):
    assert french.minutes(x) == spaced(text)


@pytest.mark.parametrize(
    ("x", "text"),
    [(0, "0_jour"), (1, "1_jour"), (2, "2_jours"), (12, "12_jours"), (1500, "1~500_jours")],
)
def test_days(x, text):
    assert french.days(x) == spaced(text)


def test_date_short():
    assert french.date_short(date(2026, 11, 24)) == "24/11/2026"
    assert french.date_short(date(2026, 2, 1)) == "01/02/2026"


@pytest.mark.pitfall(38)
@pytest.mark.parametrize(
    ("d", "text"),
    [
        (date(2026, 11, 24), "24 novembre 2026"),
        (date(2026, 8, 1), "1er août 2026"),
        (date(2026, 2, 11), "11 février 2026"),
        (date(2026, 12, 31), "31 décembre 2026"),
    ],
)
def test_date_long(d, text):
    assert french.date_long(d) == text


def test_months():
    assert french.month_label(date(2026, 11, 1)) == "novembre 2026"
    assert french.month_short(date(2026, 11, 24)) == "nov. 2026"
    assert french.month_short(date(2026, 5, 1)) == "mai 2026"


@pytest.mark.pitfall(38)
@pytest.mark.parametrize(
    ("n", "words", "text"),
    [
        (0, ["usager"], "0_usager"),
        (1, ["usager"], "1_usager"),
        (2, ["usager"], "2_usagers"),
        (12345, ["usager"], "12~345_usagers"),
        (-1, ["point"], "-1_point"),
        (2, ["site ouvert", "sites ouverts"], "2_sites ouverts"),
        (1, ["site ouvert", "sites ouverts"], "1_site ouvert"),
        (3, ["mois"], "3_mois"),
        (3, ["jour férié local", "jours fériés locaux"], "3_jours fériés locaux"),
    ],
)
def test_plural(n, words, text):
    assert french.plural(n, *words) == spaced(text)


@pytest.mark.parametrize(
    "n, words",
    [
        (0, "0 ligne importée"),
        (1, "1 ligne importée"),
        (2, "2 lignes importées"),
        (1200, "1200 lignes importées"),
    ],
)
def test_each_word_agrees_with_its_number(n, words):
    assert french.plural_phrase(n, "ligne importée") == words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        (["Kandi"], "Kandi"),
        (["Kandi", "Nikki"], "Kandi et Nikki"),
        (("a", "b", "c"), "a, b et c"),
    ],
)
def test_join_words(words, text):
    assert french.join_words(words) == text


@pytest.mark.pitfall(38)
@pytest.mark.parametrize(
    ("word", "name", "text"),
    [
        ("de", "Allada", "d'Allada"),
        ("de", "Cotonou", "de Cotonou"),
        # The ministry's own names of its centres: d'Ouidah, d'Ouèssè.
        ("de", "Ouidah", "d'Ouidah"),
        ("de", "Ouèssè", "d'Ouèssè"),
        ("de", "Évry", "d'Évry"),
        ("de", "E\u0301vry", "d'E\u0301vry"),
        ("de", "œuvre", "d'œuvre"),
        ("de", "Yaoundé", "de Yaoundé"),
        ("de", "Yverdon", "d'Yverdon"),
        ("de", "Houéyogbé", "de Houéyogbé"),
        ("le", "Ouémé", "l'Ouémé"),
        ("que", "elle", "qu'elle"),
        ("de", "12 sites", "de 12 sites"),
        ("de", "Y", "de Y"),
        ("de", "", "de "),
    ],
)
def test_elide(word, name, text):
    assert french.elide(word, name) == text


def test_charts_write_numbers_as_the_screen_does():
    locale = french.VEGA_LOCALE["number"]
    assert f"1{locale['thousands']}234{locale['decimal']}5" == french.number(1234.5, 1)
    assert f"91{locale['percent']}" == french.percent(91)
    assert (locale["grouping"], locale["minus"], locale["nan"]) == ([3], "-", "non mesuré")


def test_charts_name_days_and_months_as_babel_does():
    locale = french.VEGA_LOCALE["time"]
    from_sunday = [6, 0, 1, 2, 3, 4, 5]
    for ours, width in (("days", "wide"), ("shortDays", "abbreviated")):
        assert locale[ours] == [get_day_names(width, locale="fr")[n] for n in from_sunday]
    for ours, width in (("months", "wide"), ("shortMonths", "abbreviated")):
        assert locale[ours] == [get_month_names(width, locale="fr")[n] for n in range(1, 13)]
    assert locale["date"] == "%d/%m/%Y"


def test_of_many_words_some_are_written_and_the_others_counted():
    assert french.join_first(["Kandi", "Nikki", "Cové"]) == "Kandi, Nikki et Cové"
    assert (
        french.join_first(["Kandi", "Nikki", "Cové"], 2) == f"Kandi, Nikki et 1{french.SPACE}autre"
    )
    assert french.join_first(list("abcde"), 2) == f"a, b et 3{french.SPACE}autres"


def test_a_sentence_begins_with_a_capital():
    assert [french.upper_first(text) for text in ("état", "", "n = 3")] == ["État", "", "N = 3"]


def test_no_line_of_a_heading_ends_within_a_month_or_before_what_is_counted():
    said = french.bind_numbers("en octobre 2026 : 42 attendent, de 9 h à 10 h").split(" ")
    assert said == [
        "en",
        "octobre\xa02026",
        ":",
        "42\xa0attendent,",
        "de",
        "9\xa0h",
        "à",
        "10\xa0h",
    ]


def test_within_a_sentence_it_goes_on_small():
    assert [french.lower_first(text) for text in ("Écart", "", "3 CCSP")] == ["écart", "", "3 CCSP"]


def test_days_and_months_are_written_as_babel_writes_them():
    for number in range(366):
        day = date(2024, 1, 1) + timedelta(number)
        assert french.month_label(day) == format_date(day, "MMMM y", locale="fr")
        assert french.month_short(day) == format_date(day, "MMM y", locale="fr")
        if day.day > 1:  # Babel knows no « 1er »
            assert french.date_long(day) == format_date(day, "d MMMM y", locale="fr")


@pytest.mark.parametrize("count", range(6))
def test_words_are_joined_as_babel_joins_them(count):
    words = ["Kandi", "Covè", "Nikki", "Ouidah", "Allada"][:count]
    assert french.join_words(words) == format_list(words, locale="fr")


def test_no_line_begins_with_a_sign_that_goes_with_the_word_before_it():
    said = french.bind_punctuation(
        "Refusé : « Zoo » n'est pas un nom ; en choisir un autre ?"
    ).split(" ")
    assert said == ["Refusé\xa0:", "«\xa0Zoo\xa0»", "n'est", "pas", "un", "nom\xa0;", *said[6:]]
    assert said[6:] == ["en", "choisir", "un", "autre\xa0?"]


def test_a_letter_without_a_dot_is_a_blank_like_any_other():
    assert french.normalise_key("Q43\u2800") == french.normalise_key("\u2800Q43 ") == "Q43"
    assert french.normalise_key("Q\u280043") == "Q 43"
