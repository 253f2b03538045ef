"""The words of a silence: since when, and why, as far as it was said."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashboard.judgement.silence import (
    Silence,
    explained_in_words,
    explanation,
    silent_in_words,
    silent_sentence,
)
from db.shared_types import Closure

PLAIN = str.maketrans("\xa0\u202f", "  ")
LAST, AT = date(2026, 11, 2), date(2026, 11, 14)  # a Monday; a Saturday, twelve days later
ONE_DAY = timedelta(days=1)
SITE = 7


def closed(first: int, last: int, reason: str = "réseau", **of) -> Closure:
    """A closure from one day of November to another, which the site declared."""
    days = date(2026, 11, first), date(2026, 11, last)
    return replace(Closure(SITE, *days, None, None, reason, False), **of)


def silence(*closures: Closure, last: date = LAST, at: date = AT, code: str = "a") -> Silence:
    days = [last + n * ONE_DAY for n in range(1, (at - last).days + 1)]
    working = [day for day in days if day.weekday() < 5]
    return Silence(
        code, code.upper(), (at - last).days, last, explanation(last, at, working, closures)
    )


@pytest.mark.parametrize(
    ("closures", "said", "explained"),
    [
        ((), "muet depuis 12 jours", False),
        ((closed(3, 13),), "muet, pas de réseau depuis le 3", True),
        ((closed(1, 20),), "muet, pas de réseau depuis le 3", True),
        ((closed(5, 13, "grève"),), "muet depuis 12 jours, grève depuis le 5", True),
        # From a Saturday on, as it was declared.
        ((closed(7, 13, "travaux"),), "muet depuis 12 jours, travaux depuis le 7", True),
        (
            (closed(5, 6, "électricité"),),
            "muet depuis 12 jours, dont 2 sur 9 jours ouvrés expliqués (pas de courant)",
            False,
        ),
        (
            (closed(5, 5), closed(9, 9, "grève")),
            "muet depuis 12 jours, dont 2 sur 9 jours ouvrés expliqués (pas de réseau et grève)",
            False,
        ),
        # On a Saturday and a Sunday nobody was to work.
        ((closed(7, 8),), "muet depuis 12 jours", False),
        ((closed(3, 13, from_minute=480, to_minute=600),), "muet depuis 12 jours", False),
        (
            (closed(3, 6), closed(9, 13, "grève")),
            "muet, pas de réseau puis grève depuis le 3",
            True,
        ),
        # What was over on the 4th is not what holds now.
        (
            (closed(3, 4, "électricité"), closed(10, 13, "grève")),
            "muet depuis 12 jours, grève depuis le 10",
            True,
        ),
        ((closed(13, 13, "autre"),), "muet depuis 12 jours, autre motif depuis le 13", False),
    ],
)
def test_a_silence_says_why_as_far_as_it_was_said(closures, said, explained):
    found = silence(*closures)
    assert found.is_silent and found.in_words.translate(PLAIN) == said
    assert found.is_explained is explained
    assert found.map_label.translate(PLAIN) == ("muet, expliqué" if explained else "muet 12 j")


def test_a_reason_given_at_last_for_a_long_silence_is_said_and_does_not_explain_it():
    found = silence(closed(5, 13, "grève"), last=date(2026, 9, 30))
    assert found.in_words.translate(PLAIN) == "muet depuis 45 jours, grève depuis le 5"
    assert not found.is_explained and found.map_label.translate(PLAIN) == "muet 45 j"


def test_a_day_of_another_month_or_year_is_said_with_it():
    whole = closed(1, 30, "travaux", first_day=date(2026, 10, 1))
    assert (
        silence(whole, last=date(2026, 9, 30)).why.translate(PLAIN)
        == "travaux depuis le 1er octobre"
    )
    long = replace(whole, first_day=date(2025, 12, 4))
    assert (
        silence(long, last=date(2025, 12, 3)).why.translate(PLAIN)
        == "travaux depuis le 4 décembre 2025"
    )


def test_who_says_so_is_said():
    mine, confirmed = closed(3, 13), closed(3, 13, confirmed=True)
    assert (
        silence(mine)
        .in_words_and_who.translate(PLAIN)
        .endswith("pas de réseau depuis le 3, selon le centre")
    )
    assert silence(mine, confirmed).in_words_and_who.endswith(", fermeture confirmée")
    assert silence(closed(3, 6, confirmed=True), closed(9, 13)).why_and_who.endswith("le centre")
    assert silence().in_words_and_who == silence().in_words


def test_a_site_that_is_not_silent_or_has_not_begun_gives_no_reason():
    soon = silence(closed(3, 13), last=AT - 7 * ONE_DAY)
    assert (soon.in_words, soon.why, soon.map_label, soon.is_explained) == ("", "", "", False)
    never = Silence("a", "A", None, None)
    assert never.in_words.startswith("n'a encore remis") and not never.is_explained


def of_network(code: str) -> Silence:
    return silence(closed(3, 13, "grève", site_id=None, confirmed=True), code=code)


def test_who_counts_silent_sites_says_how_many_explained_it():
    a, b, c = silence(code="a"), silence(closed(3, 13), code="b"), silence(closed(5, 13), code="c")
    never = Silence("d", "D", None, None)
    for sites, said in (
        ((a,), "1 site muet"),
        ((a, b, never), "2 sites muets, dont 1 l'a expliqué"),
        ((a, b, c), "3 sites muets, dont 2 l'ont expliqué"),
        ((b,), "1 site muet, qui l'a expliqué"),
        ((b, c), "2 sites muets, qui l'ont tous expliqué"),
        ((a, of_network("e")), "2 sites muets, dont 1 expliqué"),
        ((b, of_network("e")), "2 sites muets, tous expliqués"),
    ):
        assert silent_in_words(sites, "site muet", "sites muets").translate(PLAIN) == said
    assert explained_in_words((a, never)) == ""


def test_those_that_did_not_say_why_come_first_and_among_them_the_longest():
    sites = [
        silence(closed(3, 13), last=LAST, code="explained"),
        Silence("never", "NEVER", None, None),
        silence(code="short"),
        silence(last=LAST - 5 * ONE_DAY, code="long"),
    ]
    assert [s.code for s in sorted(sites, key=lambda s: s.order)] == [
        "long",
        "short",
        "explained",
        "never",
    ]
    said = silent_sentence(sites, "au 14/11/2026", 2).translate(PLAIN)
    assert said == (
        "Au 14/11/2026, 3 centres muets, dont 1 l'a expliqué : LONG, muet depuis 17 jours ;"
        " SHORT, muet depuis 12 jours ; et 1 autre."
    )
    alone = silent_sentence(sites[:1], "au 14/11/2026", 2).translate(PLAIN)
    assert alone == "Au 14/11/2026, EXPLAINED, muet, pas de réseau depuis le 3, selon le centre."
    assert silent_sentence(sites[1:2], "au 14/11/2026", 2) == ""
