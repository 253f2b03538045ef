"""Which passwords are among the usual ones: words of ours with what people put around them, walks, days; nothing else is."""

from itertools import product

import pytest

from dashboard.accounts import passwords, usual

# What people put behind a word that must have a figure, a capital, a sign.
BEHIND = (
    "1",
    "12",
    "123",
    "1234",
    "1960",
    "2020",
    "2023",
    "2024",
    "2025",
    "2026",
    "229",
    "!",
    "1!",
    "@123",
    "@2026",
)


def test_three_thousand_usual_passwords_and_more_are_refused():
    words = [w for w in usual.WORDS.read_text(encoding="utf-8").split() if w.isalpha()]
    made = {word.capitalize() + tail for word, tail in product(words, BEHIND)}
    long = {one for one in made if len(one) >= passwords.LEAST}
    assert len(long) > 3_000
    assert [one for one in long if not passwords.unfit(one, "dir.zou")] == []


@pytest.mark.parametrize(
    "password",
    [
        "azerty123", "Benin2026", "Bénin@2026", "P@ssw0rd2025", "@zerty123", "123soleil!", "beninbenin1", "aaaaaaaaaaaa",
        "abcabcabc", "12345678", "87654321", "1234abcd", "azeqsd123", "wxcvbn,123", "1qaz2wsx", "741852963", "11112222",
        "mlkjhgfd", "01/08/1960", "01081960", "1960-08-01", "Porto-Novo1",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused(password):
    assert usual.is_common(password), password


@pytest.mark.parametrize(
    "password",
    [
        "trois lampes sous la pluie",
        "deux mots ",
        "un taxi vert pour Savè",
        "k7mp-x2rd-9tqa-hw4c",
        "31/02/1960x9q",
        "jeannine8274x",
    ],
)
def test_what_nobody_tries_first_is_taken(password):
    assert not passwords.unfit(password, "dir.zou")


def test_the_longest_password_is_looked_at_in_no_time():
    assert not usual.is_common("abcdefgh0" * 22 + "é")


def test_every_word_is_written_as_it_is_looked_up():
    words = usual.WORDS.read_text(encoding="utf-8").split()
    assert words == sorted({usual.plain(word) for word in words})
    assert not any(len(word) < 3 for word in words)
